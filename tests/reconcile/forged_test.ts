/**
 * The sidecar is a hint. Forged, it costs nothing but a warning; with the state lost as well, no
 * more than what undo by value cannot know. The long form of the random part is in torture.ts.
 */
import assert from "node:assert/strict";
import { escapeControl } from "../../errors.ts";
import { defaultFormats } from "../../formats/mod.ts";
import { run } from "../../reconcile/run.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { resolveVaultLocation } from "../../transport/mod.ts";
import { forge, FORGED, ORIGINAL, PATCHES, record, sidecarOf } from "../torture/forged.ts";
import { Scenario } from "../support/scenario.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const VAULT = "http://localhost:9419";

function forgedTest(name: string, work: (scenario: Scenario) => Promise<void>): void {
  Deno.test(`a forged sidecar ${name}`, async () => {
    const scenario = await Scenario.with(ORIGINAL, PATCHES);
    try {
      await work(scenario);
    } finally {
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  });
}

forgedTest("cannot make somebody else an owner of what the state knows", async (scenario) => {
  await scenario.apply();
  scenario.write(FORGED, sidecarOf("s.json", "evil", record({ u: `${VAULT}/v1`, w: VAULT })));
  await scenario.disable("p");
  assert.equal(scenario.read("_a/s.json"), ORIGINAL["_a/s.json"]);
});

forgedTest("cannot keep a provider from its place", async (scenario) => {
  scenario.write(FORGED, sidecarOf("s.json", "evil", record({ w: "mine" })));
  await scenario.apply();
  scenario.write(FORGED, sidecarOf("s.json", "evil", record({ w: VAULT })));
  await scenario.apply({ location: resolveVaultLocation({ url: "http://moved:1", socket: "/s" }) });
  await scenario.disable("p");
  assert.equal(scenario.read("_a/s.json"), ORIGINAL["_a/s.json"]);
});

forgedTest("cannot make the user's value one of a provider that is elsewhere", async (scenario) => {
  await scenario.apply();
  scenario.write(FORGED, sidecarOf("s.json", "t", record({ k: "v" })));
  await scenario.disable("p", "q", "t", "b");
  assert.equal(scenario.read("_a/s.json"), ORIGINAL["_a/s.json"]);
});

forgedTest("cannot make the user's entry one of ours", async (scenario) => {
  await scenario.apply({ providers: ["t"] });
  const base = { kind: "toml_table", table: "providers", match: { name: "x" }, created: true };
  scenario.write(FORGED, sidecarOf("t.toml", "t2", record({ u: VAULT }, base)));
  const both = scenario.withRoster({ ...PATCHES, t2: PATCHES.t! });
  await both.apply({ providers: ["t", "t2"] });
  await both.disable("t", "t2");
  assert.equal(scenario.read("_a/t.toml"), ORIGINAL["_a/t.toml"]);
});

forgedTest("leaves the records of other programs as they are", async (scenario) => {
  const values = { k: "v", large: 12, small: -12, deep: { list: [1.5, null, true, "\u00e9"] } };
  const other = sidecarOf("s.json", "other", record(values))
    // What is read as infinite must not be written as a word that is no JSON.
    .replace("-12", "-1e400").replace("12", "1e400");
  scenario.write(FORGED, other);
  await scenario.apply();
  assert.match(scenario.read(FORGED) ?? "", /"other"/);
  await scenario.disable("p", "q", "t");
  assert.deepEqual(JSON.parse(scenario.read(FORGED) ?? ""), JSON.parse(other));
});

forgedTest("does not stop the program by its depth", async (scenario) => {
  for (const depth of [200, 3000, 100_000]) {
    const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    scenario.write(FORGED, sidecarOf("s.json", "p", record("DEEP")).replace('"DEEP"', deep));
    const { warnings } = await scenario.apply();
    assert.match(warnings[0]?.message ?? "", /ownership record/, `${depth} levels`);
  }
});

forgedTest("is not printed: the warning is short, and says nothing of what is in it", async (s) => {
  const long = "a".repeat(100_000);
  const forged: readonly string[] = [
    "SECRET = 1",
    `{"version":1,"files":{"SECRET \u001b[31m ${long}":{}}}`,
    `{"version":1,"files":{"s.json":{"providers":{"SECRET ${long}":[1]}}}}`,
    JSON.stringify({ version: 1, files: Object.fromEntries(Array.from(long, (_, i) => [i, 1])) }),
  ];
  for (const text of forged) {
    s.write(FORGED, text.slice(0, 1_000_000));
    const { warnings } = await s.apply();
    const [{ message, file } = { message: "" }] = warnings;
    assert.equal(file, FORGED);
    assert.match(message, /^the ownership record is not as we wrote it: /);
    assert.doesNotMatch(message, /SECRET|aaa/);
    assert(message.length < 500, `${message.length} characters`);
    assert.equal(escapeControl(message), message);
  }
});

forgedTest("full of names does not keep us busy", async (scenario) => {
  await scenario.apply();
  const names = Array.from({ length: 900 }, (_, i) => i);
  const records = [{ kind: "json_top", values: {} }];
  const files = names.map((i) => [`f${i}`, { providers: { [`e${i}`]: records } }] as const);
  const text = JSON.stringify({ version: 1, files: Object.fromEntries(files) });
  assert(text.length < 64 * 1024, "larger than what is read");
  // With a pass over all that is left for each name, quote or digit, these take minutes.
  scenario.write(FORGED, text);
  scenario.write(FORGED.replace("_a", "_b"), '\\"'.repeat(32_000));
  scenario.write(FORGED.replace("_a", "_c"), `[${"9".repeat(65_000)}]`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, "disable", "--all", "--quiet", "--mounts", scenario.mounts],
    stderr: "piped",
  }).spawn();
  const deadline = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const { code, stderr } = await child.output();
  clearTimeout(deadline);
  assert.equal(code, 0);
  assert.equal(new TextDecoder().decode(stderr).match(/^warning: /gm)?.length, 3);
});

forgedTest("that leads to a trap does not keep a provider from going", async (scenario) => {
  await scenario.apply();
  scenario.write("_a/trap.json", "{ not JSON");
  Deno.symlinkSync("/etc/hostname", `${scenario.mounts}/_a/link.json`);
  const files = ["trap.json", "link.json", "a/nested.json", "mine.json", "../_b/s.json"];
  const providers = { p: [record({ k: "v" })] };
  scenario.write(
    FORGED,
    JSON.stringify({ version: 1, files: Object.fromEntries(files.map((f) => [f, { providers }])) }),
  );
  const { warnings } = await scenario.disable("p", "q", "t", "b");
  const { "_a/trap.json": _trap, "_a/link.json": _link, [FORGED]: _forged, ...left } = scenario
    .files();
  // What p had nothing to do with is ours if the record says so: whoever forged it could delete it.
  assert.deepEqual(left, { ...ORIGINAL, "_a/mine.json": `{ "u": "${VAULT}/v1" }\n` });
  assert.deepEqual(warnings.map(({ file, message }) => `${file}: ${message}`).sort(), [
    `${FORGED}: it alone leads to 2 files that cannot be edited: left alone`,
    `${FORGED}: the ownership record is not as we wrote it: it names files that are not of this directory`,
  ]);
});

forgedTest("with more values than any patch has is believed only so far", async (scenario) => {
  const values = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, "v"]));
  scenario.write("_a/s.json", JSON.stringify({ ...values, mine: 1 }));
  for (
    const records of [
      [record(values)],
      Object.keys(values).map((key) => record({ [key]: "v" })),
    ]
  ) {
    scenario.write(FORGED, sidecarOf("s.json", "p", ...records));
    const { warnings } = await scenario.disable("p");
    assert.match(warnings[0]?.message ?? "", /of an unknown form/);
    const left = Object.keys(JSON.parse(scenario.read("_a/s.json") ?? ""));
    assert.ok(left.length > 40, `${left.length}`);
  }
});

forgedTest("that leads only to traps fails nothing and fills no log", async (scenario) => {
  await scenario.apply();
  scenario.write("_a/trap.json", "{ not JSON");
  const names = Array.from({ length: 500 }, (_, i) => `${"SPAM".repeat(50)}${i}`);
  const entries = names.map((name) => [name, [record({ k: "v" })]]);
  const providers = Object.fromEntries(entries);
  scenario.write(FORGED, JSON.stringify({ version: 1, files: { "trap.json": { providers } } }));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CLI, "disable", "--all", "--mounts", scenario.mounts],
  });
  const { code, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, said.slice(0, 1000));
  assert.doesNotMatch(said, /SPAM/);
  assert.ok(said.length < 2000, said.slice(0, 2000));
});

for (const [address, ends] of [[VAULT, "goes"], ["http://elsewhere:1", "stays"]] as const) {
  Deno.test(`a value that was hidden from disable ${ends} later, at ${address}`, async () => {
    const scenario = await Scenario.with({}, PATCHES);
    const location = resolveVaultLocation({ url: address, socket: "/s" });
    await scenario.apply({ providers: ["b"], location });
    const path = `${scenario.mounts}/_b/s.json`;
    Deno.renameSync(path, `${path}.hidden`);
    await scenario.disable("b");
    Deno.renameSync(`${path}.hidden`, path);
    await scenario.disable("b");
    assert.equal((scenario.read("_b/s.json") ?? "").includes(address), ends === "stays");
  });
}

Deno.test("random forged sidecars change nothing that the state undoes", () =>
  forge(100, 20261125));

forgedTest("that leads to a file that cannot be replaced fails nobody", async (scenario) => {
  await scenario.apply();
  scenario.write("_a/x.json", '{"k": "v", "l": 1}\n');
  scenario.write(FORGED, sidecarOf("x.json", "p", record({ k: "v" })));
  const system: FileSystem = {
    ...denoFileSystem,
    rename(from, to) {
      if (to.endsWith("/x.json")) throw Object.assign(new Error("not ours"), { code: "EPERM" });
      denoFileSystem.rename(from, to);
    },
  };
  const { report } = await run({
    mounts: new Mounts(scenario.mounts, { mayWrite: true, fileSystem: system }),
    roster: scenario.roster,
    formats: defaultFormats,
    location: resolveVaultLocation(),
    providers: ["q"],
    disabledProviders: ["p"],
  });
  assert.deepEqual(report.providers.filter((row) => row.outcome === "failed"), []);
  const told = report.warnings.map(({ message }) => message).join("\n");
  assert.match(told, /leads to a file that cannot be replaced: left alone/);
  assert.equal(scenario.read("_a/x.json"), '{"k": "v", "l": 1}\n');
});

forgedTest(
  "that names more than is read of a host dir keeps nobody from being taken back",
  async (s) => {
    await s.apply();
    const names = Array.from({ length: 20 }, (_, i) => `${i}.json`);
    for (const name of names) s.write(`_a/${name}`, JSON.stringify("x".repeat(200_000)));
    const providers = { p: [record({ k: "v" })] };
    const files = Object.fromEntries(names.map((name) => [name, { providers }]));
    s.write(FORGED, JSON.stringify({ version: 1, files }));
    const { warnings } = await s.disable("p", "q", "t", "b");
    const left = s.files();
    for (const [path, text] of Object.entries(ORIGINAL)) assert.equal(left[path], text, path);
    assert.match(warnings.map(({ message }) => message).join(), /leads to 20 files/);
  },
);

const MINE = "_p/c.yml";

Deno.test("what a forged sidecar has made ours once is none of what we have put ourselves", async () => {
  const scenario = await Scenario.with({ [MINE]: 'u: "mine"\n' }, {
    p: { host_dir: "_p", shared_config_patch: { file: "c.yml", yaml_set: { u: "{vault_url}" } } },
  });
  await scenario.apply();
  const forged = "https://forged.example";
  scenario.write(MINE, `u: "${forged}"\n`);
  const providers = { p: [{ kind: "yaml_top", values: { u: forged } }] };
  const sidecar = "_p/.terok-managed-config.json";
  scenario.write(sidecar, JSON.stringify({ version: 1, files: { "c.yml": { providers } } }));
  await scenario.apply();
  scenario.write(MINE, `u: "${forged}"\nmore: ${forged}\n`);
  const { providers: [row] } = await scenario.apply();
  assert.deepEqual(row?.edits.map(({ overrode }) => overrode), [true]);
  const { warnings } = await scenario.disable("p");
  assert.deepEqual(warnings, []);
  assert.equal(scenario.read(MINE), `u: "${forged}"\nmore: ${forged}\n`);
  await Deno.remove(scenario.mounts, { recursive: true });
});
