/**
 * What one container can make a whole run do, counted: how many files are opened, how many texts are
 * parsed, how much is told. Whatever it plants, others are served, and nothing of the user's is lost.
 */
import assert from "node:assert/strict";
import { MOST_TOLD } from "../../ownership/bounds.ts";
import { resolveVaultLocation } from "../../mod.ts";
import type { Report } from "../../ownership/report.ts";
import { run } from "../../reconcile/run.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { LIMITS } from "../../storage/limits.ts";
import { Mounts } from "../../storage/mounts.ts";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { Counts } from "../support/counting.ts";
import { rosterOf, Scenario } from "../support/scenario.ts";

const RULES = [
  { path: ["model_provider"], unless: ["openai"], why: "it goes elsewhere" },
  { path: ["models", "*", "provider"], unless: ["openai"], why: "it goes elsewhere" },
  { file: "*.config.toml", path: ["url"], why: "it is read on top" },
];

/** Of `a`, a container plants what it likes. `b` is somebody else's. */
const PATCHES = {
  a: {
    host_dir: "_a",
    shared_config_patch: {
      file: "config.toml",
      toml_set: { url: "{vault_url}" },
      bypassed_by: RULES,
    },
  },
  e: {
    host_dir: "_a",
    shared_config_patch: {
      file: "entries.toml",
      toml_table: "list",
      toml_match: { name: "m" },
      toml_set: { url: "{vault_url}" },
    },
  },
  b: { host_dir: "_b", shared_config_patch: { file: "c.json", json_set: { url: "{vault_url}" } } },
  // Agent files from a stranger: a thousand rules about one setting, many settings, many files.
  rules: thousandRules((i) => ({ path: ["models", "*", "provider"], unless: [`openai-${i}`] })),
  settings: thousandRules((i) => ({ path: ["models", "*", i < 999 ? `k${i}` : "provider"] })),
  files: thousandRules((i) => ({ file: `rival-${i}.toml`, path: ["url"] })),
};

function thousandRules(rule: (i: number) => object) {
  return {
    host_dir: "_a",
    shared_config_patch: {
      file: "config.toml",
      toml_set: { url: "{vault_url}" },
      bypassed_by: Array.from({ length: 1000 }, (_, i) => ({ why: "it goes away", ...rule(i) })),
    },
  };
}

interface Ran {
  readonly report: Report;
  readonly counts: Counts;
  /** What was told of the providers of the container. */
  readonly told: string;
}

class Victim {
  readonly scenario: Scenario;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  async run(work: Pick<Job, "providers" | "disabledProviders" | "disableAll">): Promise<Ran> {
    const counts = new Counts();
    const mounts = new Mounts(this.scenario.mounts, {
      fileSystem: counts.fileSystem(),
      mayWrite: true,
    });
    const job: Job = {
      ...{ providers: [], disabledProviders: [], ...work },
      mounts,
      roster: rosterOf(PATCHES),
      location: resolveVaultLocation(),
      formats: counts.formats(),
    };
    const { report } = await run(job, {});
    const told = [
      ...report.warnings.map(({ message }) => message),
      ...report.providers.map(({ error }) => error?.message ?? ""),
    ].join("\n");
    return { report, counts, told };
  }

  /** What a provider ended with: its outcome, or the code of its error. */
  static ending({ report }: Ran, provider: string): string | undefined {
    const row = report.providers.find((one) => one.provider === provider);
    return row?.error?.code ?? row?.outcome;
  }
}

function budgetTest(what: string, work: (victim: Victim) => Promise<void>): void {
  Deno.test(what, async () => {
    const scenario = await Scenario.with({}, PATCHES);
    try {
      await work(new Victim(scenario));
    } finally {
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  });
}

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("");

const sidecar = (files: Readonly<Record<string, Readonly<Record<string, unknown[]>>>>) =>
  JSON.stringify({
    version: 1,
    files: Object.fromEntries(
      Object.entries(files).map(([name, providers]) => [name, { providers }]),
    ),
  });
const top = (values: unknown) => ({ kind: "toml_top", values });
const named = (count: number, name: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => name(i));

budgetTest(
  "hard links to one file are opened once, and parsed for few of their names",
  async (v) => {
    const { scenario } = v;
    await v.run({ providers: ["a", "b"] });
    const names = named(60, (i) => `${i}.toml`);
    scenario.write("_a/0.toml", lines(1000, (i) => `k${i} = 1\n`));
    for (const name of names.slice(1)) {
      Deno.linkSync(`${scenario.mounts}/_a/0.toml`, `${scenario.mounts}/_a/${name}`);
    }
    const forged = sidecar(
      Object.fromEntries(names.map((name) => [name, { a: [top({ k1: 2 })] }])),
    );
    scenario.write(`_a/${SIDECAR_NAME}`, forged);
    const ran = await v.run({ disabledProviders: ["a"] });
    assert(ran.counts.opens <= 10, `${ran.counts.opens} opens`);
    // Of one sidecar 32 files are believed; each is edited by itself.
    assert(ran.counts.parses <= 2 * 32 + 4, `${ran.counts.parses} parses`);
    assert.equal(scenario.read("_a/config.toml"), undefined);
  },
);

budgetTest("files that only a sidecar leads to are planned once", async (v) => {
  const { scenario } = v;
  const text = lines(2000, (i) => `k${i} = 1\n`);
  for (const name of named(20, (i) => `_a/f${i}.toml`)) scenario.write(name, text);
  const forged = named(20, (i) => `f${i}.toml`).map((name) => [name, { a: [top({ k1: 2 })] }]);
  scenario.write(`_a/${SIDECAR_NAME}`, sidecar(Object.fromEntries(forged)));
  const { counts } = await v.run({ disabledProviders: ["a"] });
  assert(counts.parses <= 22, `${counts.parses} parses of 20 files`);
  for (const name of named(20, (i) => `_a/f${i}.toml`)) assert.equal(scenario.read(name), text);
});

budgetTest(
  "two hundred forged providers make nobody an owner, and cost no parse each",
  async (v) => {
    const { scenario } = v;
    await v.run({ providers: ["a", "b"] });
    const text = lines(5000, (i) => `key_${i} = 1\n`);
    scenario.write("_a/large.toml", text);
    const providers = Object.fromEntries(
      named(200, (i) => `p${i}`).map((p) => [p, [top({ key_1: 1 })]]),
    );
    scenario.write(`_a/${SIDECAR_NAME}`, sidecar({ "large.toml": providers }));
    const ran = await v.run({ disableAll: true });
    assert(ran.counts.parses <= 8, `${ran.counts.parses} parses`);
    assert(
      ran.report.providers.length <= Object.keys(PATCHES).length + 32,
      `${ran.report.providers.length} rows`,
    );
    for (const path of ["_a/config.toml", "_b/c.json"]) {
      assert.equal(
        scenario.read(path),
        undefined,
      );
    }
  },
);

for (
  const [what, name] of [
    ["is a link to the parent", "../evil"],
    ["holds a control character", "a\x1b[31mb"],
    ["holds a line break", "a\nerror: codex: all is well"],
    ["is a list", "a,b"],
    ["is long", "x".repeat(5000)],
    ["is empty", ""],
  ] as const
) {
  budgetTest(`a forged name of a provider that ${what} is not repeated`, async (v) => {
    const providers = JSON.parse(`{${JSON.stringify(name)}: [${JSON.stringify(top({ url: 1 }))}]}`);
    const files = { "config.toml": providers };
    v.scenario.write(`_a/${SIDECAR_NAME}`, sidecar(files));
    v.scenario.write("_a/config.toml", "url = 1\n");
    const ran = await v.run({ disableAll: true });
    assert(name === "" || !ran.told.includes(name.slice(0, 100)), ran.told);
    assert(ran.told.length < 1000, "too much is told");
    assert.equal(v.scenario.read("_a/config.toml"), "url = 1\n");
  });
}

for (
  const [what, text] of [
    ["just fits", (size: number) => size - 40],
    ["is a little larger", (size: number) => size + 1],
  ] as const
) {
  budgetTest(`a sidecar that ${what} costs nobody a route`, async (v) => {
    const forged = sidecar({
      "config.toml": { a: [top({ x: "x".repeat(text(LIMITS.sidecar) - 100) })] },
    });
    v.scenario.write(`_a/${SIDECAR_NAME}`, forged);
    const ran = await v.run({ providers: ["a", "b"] });
    assert.equal(Victim.ending(ran, "a"), "created");
    assert.equal(Victim.ending(ran, "b"), "created");
    assert(ran.told.length < 1000);
  });
}

for (const [records, entries] of [[1, 300], [64, 10], [64, 5000]] as const) {
  budgetTest(`${records} records that mean ${entries} entries each are not believed`, async (v) => {
    const { scenario } = v;
    const text = lines(entries, () => '[[list]]\nname = "m"\nk = 1\n');
    scenario.write("_a/entries.toml", text);
    const match = { kind: "toml_table", table: "list", match: { name: "m" }, created: true };
    const forged = named(records, (i) => `k${i}`).map((key) => ({
      ...match,
      values: { [key]: 1, k: 1 },
    }));
    scenario.write(`_a/${SIDECAR_NAME}`, sidecar({ "entries.toml": { e: forged } }));
    const ran = await v.run({ disabledProviders: ["e"] });
    assert(ran.counts.parses <= 2, `${ran.counts.parses} parses`);
    assert.equal(scenario.read("_a/entries.toml"), text);
  });
}

for (const [count, ends] of [[60, "updated"], [70, "too-large"], [5000, "too-large"]] as const) {
  budgetTest(`${count} files that a rule asks for: ${ends}`, async (v) => {
    const { scenario } = v;
    for (const i of Array(count).keys()) scenario.write(`_a/p${i}.config.toml`, "");
    scenario.write("_a/config.toml", "# mine\n");
    const before = Date.now() - 10_000;
    for (const i of Array(count).keys()) {
      Deno.utimeSync(`${scenario.mounts}/_a/p${i}.config.toml`, before / 1000, before / 1000);
      Deno.writeTextFileSync(`${scenario.mounts}/_a/p${i}.config.toml`, "x = 1\n");
    }
    const ran = await v.run({ providers: ["a", "b"] });
    assert.equal(Victim.ending(ran, "a"), ends);
    assert.equal(Victim.ending(ran, "b"), "created");
    assert(ran.counts.opens <= 2 * LIMITS.hostDirFiles, `${ran.counts.opens} opens`);
    if (ends === "too-large") assert.equal(scenario.read("_a/config.toml"), "# mine\n");
  });
}

budgetTest("settings that bypass are told with a bound, however many there are", async (v) => {
  const text = lines(10_000, () => '[[models]]\nprovider = "relay"\n');
  v.scenario.write("_a/config.toml", text);
  const ran = await v.run({ providers: ["a", "b"] });
  assert.equal(Victim.ending(ran, "a"), "bypassed");
  assert.match(ran.told, /models\[0\]\.provider .*\(9984 more places in it\)/s);
  assert(ran.told.length < 5000, `${ran.told.length} characters are told`);
  assert(ran.counts.parses <= 4, `${ran.counts.parses} parses`);
  assert.equal(v.scenario.read("_a/config.toml"), text);
  assert.equal(Victim.ending(ran, "b"), "created");
});

for (const provider of ["rules", "settings"]) {
  budgetTest(`a thousand ${provider} of an agent file meet ten thousand entries`, async (v) => {
    const text = lines(10_000, () => '[[models]]\nprovider = "relay"\n');
    v.scenario.write("_a/config.toml", text);
    const ran = await v.run({ providers: [provider, "b"] });
    assert.equal(Victim.ending(ran, provider), "bypassed");
    assert(ran.told.length < 5000, `${ran.told.length} characters are told`);
    assert(ran.counts.parses <= 4, `${ran.counts.parses} parses`);
    assert.equal(v.scenario.read("_a/config.toml"), text);
    assert.equal(Victim.ending(ran, "b"), "created");
  });
}

budgetTest("once enough bypasses are found, no further file is looked at", async (v) => {
  for (const i of Array(60).keys()) v.scenario.write(`_a/rival-${i}.toml`, 'url = "x"\n');
  const ran = await v.run({ providers: ["files", "b"] });
  assert.equal(Victim.ending(ran, "files"), "bypassed");
  assert(ran.counts.opens <= MOST_TOLD + 4, `${ran.counts.opens} opens`);
  assert.equal(Victim.ending(ran, "b"), "created");
});

budgetTest("a thousand rules about files of their own read a bounded number of them", async (v) => {
  for (const i of Array(1000).keys()) v.scenario.write(`_a/rival-${i}.toml`, "# none\n");
  const ran = await v.run({ providers: ["files", "b"] });
  assert.equal(Victim.ending(ran, "files"), "too-large");
  assert(ran.counts.opens <= 2 * LIMITS.hostDirFiles, `${ran.counts.opens} opens`);
  assert.equal(Victim.ending(ran, "b"), "created");
});

for (
  const [what, entry] of [
    ["all alike", () => '[[list]]\na = "1"\n'],
    [
      "that all hold our address",
      () => '[[list]]\nx = "http://localhost:9419"\nurl = "http://localhost:9419"\n',
    ],
    ["that share values", (i: number) => `[[list]]\nname = "${i}"\na = "1"\nb = "1"\n`],
  ] as const
) {
  budgetTest(`claims on 200 entries meet 10,000 entries ${what}`, async (v) => {
    const { scenario } = v;
    scenario.write("_a/entries.toml", lines(200, () => '[[list]]\nname = "m"\na = "1"\nb = "1"\n'));
    assert.equal(Victim.ending(await v.run({ providers: ["e"] }), "e"), "updated");
    scenario.write("_a/entries.toml", lines(10_000, entry));
    const ran = await v.run({ disabledProviders: ["e"] });
    // Addresses that were moved are told, with a bound; what is done for them is one search.
    assert(ran.told.length < 5000, `${ran.told.length} characters are told`);
    assert(ran.counts.parses <= 6, `${ran.counts.parses} parses`);
    const again = await v.run({ providers: ["b"] });
    assert.equal(Victim.ending(again, "b"), "created");
  });
}
