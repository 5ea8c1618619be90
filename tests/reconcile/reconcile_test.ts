/** What is ours, what is taken back, and who fails: the rules of apply and disable, one test each. */
import assert from "node:assert/strict";
import { ConfigPatchError, resolveVaultLocation } from "../../mod.ts";
import { outcomes, type Patches, Scenario } from "../support/scenario.ts";

const FILE = "_a/settings.json";
const URL = "http://localhost:9419";
const TCP = { location: resolveVaultLocation({ tokenBrokerPort: 1234, direct: true }) };

/** A patch of `_a/settings.json`. */
function patch(set: Record<string, unknown>, more: Record<string, unknown> = {}): Patches[string] {
  return { host_dir: "_a", shared_config_patch: { file: "settings.json", json_set: set, ...more } };
}

/** The errors of a run that must fail, as `provider: code`. */
async function failures(run: Promise<unknown>): Promise<string[]> {
  try {
    await run;
  } catch (error) {
    assert(error instanceof ConfigPatchError, String(error));
    assert.equal(error.code, "failed", String(error));
    return error.errors.map((one) => `${one.provider}: ${one.code}`).sort();
  }
  throw new Error("it did not fail");
}

Deno.test("a second apply changes no byte and no mtime, and a third not either", async () => {
  const scenario = await Scenario.with({ [FILE]: '{\n  "a": 1\n}\n' }, {
    p: patch({ u: "{vault_url}" }),
  });
  await scenario.apply();
  const paths = [
    FILE,
    "_a/.terok-managed-config.json",
    ".vault-config/state.json",
    ".vault-config/lock",
  ];
  const look = () =>
    paths.map((path) => Deno.statSync(`${scenario.mounts}/${path}`).mtime?.getTime());
  const before = look();
  for (let i = 0; i < 2; i++) {
    const report = await scenario.apply();
    assert.deepEqual([report.changed, outcomes(report)], [false, ["p: unchanged"]]);
    assert.deepEqual(look(), before);
  }
});

Deno.test("apply, apply with another location, disable is the original", async () => {
  for (const text of ['{ "a": 1 }', '{"u":"mine"}\n', '{\r\n\t"a": {}\r\n}', "{}\n", ""]) {
    const scenario = await Scenario.with({ [FILE]: text }, {
      p: patch({ u: "{vault_url}", a: { b: "{vault_socket}" } }),
    });
    const fails = text.includes('"a": 1');
    if (fails) {
      assert.deepEqual(await failures(scenario.apply()), ["p: shape"]);
    } else {
      await scenario.apply();
      await scenario.apply(TCP);
      await scenario.disable("p");
    }
    assert.deepEqual(scenario.files(), { [FILE]: text });
  }
});

Deno.test("a file that was not there is removed again; the host dir stays", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "{vault_url}" }) });
  await scenario.apply();
  await scenario.disable("p");
  assert.deepEqual(scenario.files(), {});
  assert(Deno.statSync(`${scenario.mounts}/_a`).isDirectory);
});

Deno.test("a value without a token that stood there already is not claimed", async () => {
  const text = '{ "u": "v", "w": "x" }\n';
  const scenario = await Scenario.with({ [FILE]: text }, { p: patch({ u: "v" }) });
  assert.deepEqual(outcomes(await scenario.apply()), ["p: unchanged"]);
  assert.deepEqual(outcomes(await scenario.disable("p")), ["p: unchanged"]);
  assert.deepEqual(scenario.files(), { [FILE]: text });
});

Deno.test("a vault address that was typed by hand counts as ours", async () => {
  const scenario = await Scenario.with({ [FILE]: `{ "w": 1, "u": "${URL}" }\n` }, {
    p: patch({ u: "{vault_url}" }),
  });
  await scenario.disable("p");
  assert.deepEqual(scenario.files(), { [FILE]: '{ "w": 1 }\n' });
});

Deno.test("equal values are co-owned: the last owner out gives the place back", async () => {
  const text = '{\n  "u": "mine"\n}\n';
  const scenario = await Scenario.with({ [FILE]: text }, {
    p: patch({ u: "{vault_url}" }),
    q: patch({ u: "{vault_url}", v: 1 }),
  });
  await scenario.apply();
  await scenario.disable("p");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { v: 1, u: URL });
  assert.deepEqual(outcomes(await scenario.disable("q")), ["q: restored"]);
  assert.deepEqual(scenario.files(), { [FILE]: text });
});

Deno.test("providers that want different things at one place fail, and both are named", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ u: "1" }),
    q: patch({ u: "2" }),
    r: patch({ u: { inner: "3" } }),
    s: patch({ v: "{vault_url}" }),
  });
  assert.deepEqual(await failures(scenario.apply()), ["p: conflict", "q: conflict", "r: conflict"]);
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { v: URL });
});

Deno.test("a claim that stays is not overwritten by another provider", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "1" }), q: patch({ u: "2" }) });
  await scenario.apply({ providers: ["p"] });
  assert.deepEqual(await failures(scenario.apply({ providers: ["q"] })), ["q: conflict"]);
  await scenario.apply({ providers: ["q"], disabledProviders: ["p"] });
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { u: "2" });
});

Deno.test("of a provider that fails in one place no edit is in the file", async () => {
  const text = '{ "taken": 1 }\n';
  const scenario = await Scenario.with({ [FILE]: text }, {
    p: patch({ good: "{vault_url}", taken: { x: 1 } }),
    q: patch({ other: "{vault_url}" }),
  });
  assert.deepEqual(await failures(scenario.apply()), ["p: shape"]);
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { taken: 1, other: URL });
  await scenario.disable("q");
  assert.equal(scenario.read(FILE), text);
});

Deno.test("who fails in one file is put in none of them", async () => {
  const files = { "_a/one.json": '{ "taken": {} }\n', "_a/two.json": '{ "taken": 1 }\n' };
  const one = (file: string) => ({ file, json_set: { taken: { u: "{vault_url}" } } });
  const scenario = await Scenario.with(files, {
    p: { host_dir: "_a", shared_config_patch: [one("one.json"), one("two.json")] },
  });
  assert.deepEqual(await failures(scenario.apply()), ["p: shape"]);
  for (const [path, text] of Object.entries(files)) assert.equal(scenario.read(path), text);
});

/** What a provider is refused for, with the line. */
async function refusal(run: Promise<unknown>): Promise<string> {
  const error = await run.then(() => undefined, (thrown: unknown) => thrown);
  assert(error instanceof ConfigPatchError, String(error));
  const [one] = error.errors;
  return `${one?.code} at line ${one?.position?.line}`;
}

Deno.test("an entry goes into no list of other things than tables", async () => {
  const lists: Record<string, string> = {
    "c.toml": "l = [1, { name = 'y' }]\n",
    "c.yaml": "l:\n  - m\n",
    "c.json": '{ "l": ["m"] }\n',
  };
  for (const [file, text] of Object.entries(lists)) {
    const format = file.slice(2);
    const shared_config_patch = {
      file,
      [`${format}_table`]: "l",
      [`${format}_match`]: { name: "x" },
      [`${format}_set`]: { u: 1 },
    };
    const scenario = await Scenario.with({ [`_a/${file}`]: text }, {
      p: { host_dir: "_a", shared_config_patch },
    });
    const line = format === "yaml" ? 2 : 1;
    assert.equal(await refusal(scenario.apply()), `shape at line ${line}`, file);
    assert.deepEqual(scenario.files(), { [`_a/${file}`]: text });
  }
});

Deno.test("a table where a value must be is refused with its line, however it is written", async () => {
  for (const text of ["x = 1\n[u]\nw = 1\n", "x = 1\n\nu.v.w = 1\n", "x = 1\n\nu = { v = 1 }\n"]) {
    const shared_config_patch = { file: "c.toml", toml_set: { u: "{vault_url}" } };
    const scenario = await Scenario.with({ "_a/c.toml": text }, {
      p: { host_dir: "_a", shared_config_patch },
    });
    assert.equal(await refusal(scenario.apply()), "shape at line 3", text);
  }
});

Deno.test("a key that the patch no longer wants is taken back on the next apply", async () => {
  const text = '{ "u": "mine" }\n';
  const before = await Scenario.with({ [FILE]: text }, { p: patch({ u: "{vault_url}", v: 1 }) });
  await before.apply();
  const after = before.withRoster({ p: patch({ v: 1 }) });
  assert.deepEqual(outcomes(await after.apply()), ["p: restored"]);
  assert.deepEqual(JSON.parse(after.read(FILE) ?? ""), { u: "mine", v: 1 });
});

Deno.test("a provider whose patch has moved to another file leaves the old one", async () => {
  const text = '{ "a": 1 }\n';
  const before = await Scenario.with({ [FILE]: text }, { p: patch({ u: "{vault_url}" }) });
  await before.apply();
  const moved = { host_dir: "_b", shared_config_patch: { file: "b.yaml", yaml_set: { u: "1" } } };
  const after = before.withRoster({ p: moved });
  assert.deepEqual(outcomes(await after.apply()).sort(), ["p: created", "p: removed"]);
  assert.equal(after.read(FILE), text);
  await after.disable("p");
  assert.deepEqual(after.files(), { [FILE]: text });
});

Deno.test("a provider that has left the roster can still be taken back", async () => {
  const text = '{ "a": 1 }\n';
  const before = await Scenario.with({ [FILE]: text }, { p: patch({ u: "{vault_url}" }) });
  await before.apply();
  const after = before.withRoster({});
  await after.disable("p");
  assert.deepEqual(after.files(), { [FILE]: text });
  assert.deepEqual(await failures(after.disable("p")), ["p: unknown-provider"]);
});

Deno.test("an unknown name is an error; one without a patch is skipped; the others are served", async () => {
  const scenario = await Scenario.with({}, {
    bare: { host_dir: "_c" },
    p: patch({ u: "{vault_url}" }),
  });
  const run = scenario.apply({ providers: ["bare", "nobody", "p"] });
  assert.deepEqual(await failures(run), ["nobody: unknown-provider"]);
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { u: URL });
  assert.deepEqual(outcomes(await scenario.apply({ providers: ["bare"] })), ["bare: skipped"]);
});

Deno.test("with the state lost, our values are recognised, updated and taken back", async () => {
  const text = '{\n  "a": 1\n}\n';
  const scenario = await Scenario.with({ [FILE]: text }, { p: patch({ u: "{vault_url}", n: 7 }) });
  await scenario.apply();
  scenario.forget();
  const report = await scenario.apply(TCP);
  assert.deepEqual(report.providers[0]?.edits, [
    { path: ["u"], before: URL, after: "http://host.containers.internal:1234" },
  ]);
  scenario.forget();
  await scenario.apply({ ...TCP, providers: [], disabledProviders: ["p"] });
  assert.deepEqual(scenario.files(), { [FILE]: text });
});

Deno.test("a value that the user edited after us is left alone, and said so", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "{vault_url}" }) });
  await scenario.apply();
  scenario.write(FILE, '{ "u": "mine now" }');
  assert.deepEqual(outcomes(await scenario.disable("p")), ["p: kept"]);
  assert.deepEqual(scenario.files(), { [FILE]: '{ "u": "mine now" }' });
});

Deno.test("a value that is not there any more is reported as gone", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "{vault_url}" }) });
  await scenario.apply();
  scenario.write(FILE, '{ "x": 1 }');
  assert.deepEqual(outcomes(await scenario.disable("p")), ["p: gone"]);
  assert.deepEqual(scenario.files(), { [FILE]: '{ "x": 1 }' });
});

Deno.test("apply wins over an edit, and then gives that edit back", async () => {
  const scenario = await Scenario.with({ [FILE]: '{ "u": "first" }' }, {
    p: patch({ u: "{vault_url}" }),
  });
  await scenario.apply();
  scenario.write(FILE, '{ "u": "second" }');
  const report = await scenario.apply();
  assert.equal(report.providers[0]?.edits[0]?.overrode, true);
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), '{ "u": "second" }');
});

Deno.test("what a program reformatted is taken back by value, its former text included", async () => {
  const scenario = await Scenario.with({ [FILE]: '{ "u": "first", "a": 1 }' }, {
    p: patch({ u: "{vault_url}", n: { x: 1 } }),
  });
  await scenario.apply();
  const value = JSON.parse(scenario.read(FILE) ?? "");
  scenario.write(FILE, JSON.stringify({ $schema: "s", ...value }, null, 4));
  await scenario.disable("p");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { $schema: "s", u: "first", a: 1 });
});

Deno.test("what the user added inside a table that we created keeps it", async () => {
  const scenario = await Scenario.with({ [FILE]: "{}\n" }, {
    p: patch({ env: { U: "{vault_url}" } }),
  });
  await scenario.apply();
  const text = scenario.read(FILE) ?? "";
  scenario.write(FILE, text.replace(`"${URL}"`, `"${URL}",\n    "MINE": "1"`));
  await scenario.disable("p");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { env: { MINE: "1" } });
});

Deno.test("a patch that needs an address that does not exist fails", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_socket}" }),
    q: patch({ v: 1 }),
  });
  const location = resolveVaultLocation({ socket: "" });
  assert.deepEqual(await failures(scenario.apply({ location })), ["p: location"]);
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { v: 1 });
});

Deno.test("a strict client's file with a comment is refused on apply, but can be taken back", async () => {
  const strict = { json_strict: true };
  const scenario = await Scenario.with({ [FILE]: '{ "a": 1 } // why\n' }, {
    p: patch({ u: "{vault_url}" }, strict),
  });
  assert.deepEqual(await failures(scenario.apply()), ["p: syntax"]);
  scenario.write(FILE, '{ "a": 1 }\n');
  await scenario.apply();
  scenario.write(FILE, `${scenario.read(FILE)}// why\n`);
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), '{ "a": 1 }\n// why\n');
});

Deno.test("former text above 64 KiB is refused: the state is no place for it", async () => {
  const text = `{ "u": "${"x".repeat(70_000)}" }`;
  const scenario = await Scenario.with({ [FILE]: text }, { p: patch({ u: "{vault_url}" }) });
  assert.deepEqual(await failures(scenario.apply()), ["p: too-large"]);
  assert.deepEqual(scenario.files(), { [FILE]: text });
});

const TEMPORARY = `.vault-config-${"0".repeat(32)}.tmp`;

Deno.test("a corrupt state is a clear error, and nothing is touched", async () => {
  const scenario = await Scenario.with({ [FILE]: "{}" }, { p: patch({ u: "{vault_url}" }) });
  const entry = '{"format":"json","claims":[],"created":[]}';
  const keys = ["b", "../x", "_a/../../x", "/etc/passwd", ".vault-config/state.json"];
  const temporaries = ["_a/settings.json", "../.vault-config-x.tmp", `_a/../${TEMPORARY}`];
  const states = [
    "{",
    "[]",
    '{"version":2}',
    '{"version":1,"files":{"_a/b":{"format":1}}}',
    ...keys.map((key) => `{"version":1,"files":{"${key}":${entry}}}`),
    ...temporaries.map((path) =>
      `{"version":1,"files":{},"pending":{"files":{},"temporaries":["${path}"],"texts":{}}}`
    ),
  ];
  for (const state of states) {
    scenario.write(".vault-config/state.json", state);
    await assert.rejects(
      scenario.apply(),
      (error) => error instanceof ConfigPatchError && error.code === "state" && error.remedy !== "",
    );
    assert.deepEqual(scenario.files(), { [FILE]: "{}" });
  }
});

Deno.test("the sidecar is never wider than the config, and the config keeps its mode", async () => {
  const scenario = await Scenario.with({ [FILE]: "{}" }, { p: patch({ u: "{vault_url}" }) });
  Deno.chmodSync(`${scenario.mounts}/${FILE}`, 0o600);
  await scenario.apply();
  const modes = [FILE, "_a/.terok-managed-config.json", ".vault-config/state.json"].map((path) =>
    (Deno.statSync(`${scenario.mounts}/${path}`).mode ?? 0) & 0o777
  );
  assert.deepEqual(modes, [0o600, 0o600, 0o600]);
});

Deno.test("a new sidecar is private where a config that is not read may be", async () => {
  const other = {
    host_dir: "_a",
    shared_config_patch: { file: "other.json", json_set: { u: "{vault_url}" } },
  };
  const scenario = await Scenario.with({ [FILE]: "{}" }, {
    p: patch({ u: "{vault_url}" }),
    q: other,
  });
  Deno.chmodSync(`${scenario.mounts}/${FILE}`, 0o600);
  await scenario.apply({ providers: ["p"] });
  Deno.removeSync(`${scenario.mounts}/_a/.terok-managed-config.json`);
  await scenario.apply({ providers: ["q"] });
  const { mode } = Deno.statSync(`${scenario.mounts}/_a/.terok-managed-config.json`);
  assert.equal((mode ?? 0) & 0o777, 0o600);
});
