/**
 * What must not be loaded when. Every start pays for its modules before it does anything, so what
 * nothing needs yet is named here by what it is for; everything else may come and go.
 *
 * @module
 */
import assert from "node:assert/strict";

/** Groups of modules, by what they are for. */
const GROUPS = {
  "packages of npm": /^npm:/,
  "readers and editors of formats": /^formats\/(?!types\.ts|value\.ts)/,
  "the JSON handler": /^formats\/json\/|^npm:jsonc-parser/,
  "the TOML handler": /^formats\/toml\/|^npm:smol-toml/,
  "the YAML handler": /^formats\/yaml\/|^npm:js-yaml/,
  "the core of ownership": /^ownership\//,
  "what reads agents": /^roster\/(?!built_in_providers\.ts|types\.ts|names\.ts)/,
  "the state and its reader": /^reconcile\/state/,
  "the run": /^reconcile\/run\.ts$/,
  "the memory of the last run": /^reconcile\/steady\.ts$/,
  "what writes files": /^storage\/(?:replace|own_files|directories|lock|mounts)\.ts$/,
  "what prints a report": /^cli\/(?:report|json|errors)\.ts$/,
  "the help": /^cli\/help\.ts$/,
} as const;

type Group = keyof typeof GROUPS;

Deno.test("what nothing needs yet is not loaded", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "start-up-" });
  const mounts = `${directory}/mounts`;
  const apply = (...more: string[]) => loadedBy(["apply", "--mounts", mounts, ...more], directory);

  await t.step("help needs nothing but its own text", async () => {
    const loaded = await loadedBy(["help"], directory);
    assertLoads(loaded, ["the help"]);
    assertSpares(loaded, [
      "packages of npm",
      "readers and editors of formats",
      "the core of ownership",
      "what reads agents",
      "the run",
      "what writes files",
    ]);
    assert.equal(loaded.opensFiles, false);
  });
  await t.step(
    "a fresh apply needs the formats of its files, and no slow way of reading",
    async () => {
      const loaded = await apply();
      assertLoads(loaded, ["the TOML handler", "the YAML handler", "what writes files", "the run"]);
      assertSpares(loaded, [
        "the JSON handler",
        "what reads agents",
        "the help",
      ]);
      assert.equal(loaded.opensFiles, false);
    },
  );
  await t.step("once more, in case nothing was remembered", async () => {
    assertSpares(await apply(), ["the JSON handler", "the help"]);
  });
  await t.step(
    "a steady apply compares, and needs no parser, schema, writer or package",
    async () => {
      const loaded = await apply();
      assertLoads(loaded, ["the memory of the last run"]);
      assertSpares(loaded, [
        "packages of npm",
        "readers and editors of formats",
        "the core of ownership",
        "what reads agents",
        "the state and its reader",
        "the run",
        "what writes files",
        "what prints a report",
        "the help",
      ]);
      assert.equal(loaded.opensFiles, false);
    },
  );
  await t.step("a handler comes only with a file of its format", async () => {
    const loaded = await apply("--providers", "claude");
    assertLoads(loaded, ["the JSON handler"]);
    assertSpares(loaded, ["the TOML handler"]);
  });
  await t.step("a disable and an enable open no file in the slow way either", async () => {
    for (const command of ["disable", "enable"]) {
      const loaded = await loadedBy([command, "--all", "--mounts", mounts], directory);
      assertLoads(loaded, ["what writes files", "the run"]);
      assert.equal(loaded.opensFiles, false, command);
    }
  });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("only one module of the program asks for a module of Node", async () => {
  const listed = await new Deno.Command("git", {
    args: ["ls-files", "*.ts", ":!tests", ":!bench", ":!examples", ":!testing", ":!docs"],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const asking = new TextDecoder().decode(listed.stdout).trim().split("\n")
    .filter((name) => /(?:from|import\() ?"node:/.test(Deno.readTextFileSync(new URL(name, ROOT))));
  assert.deepEqual(asking, ["storage/primitives.ts"]);
});

function assertLoads({ modules }: Loaded, groups: readonly Group[]): void {
  for (const group of groups) {
    assert.ok(modules.some((name) => GROUPS[group].test(name)), `not loaded: ${group}`);
  }
}

function assertSpares({ modules }: Loaded, groups: readonly Group[]): void {
  for (const group of groups) {
    assert.deepEqual(modules.filter((name) => GROUPS[group].test(name)), [], `loaded: ${group}`);
  }
}

interface Loaded {
  /** Modules of the program by their path, packages as `npm:name`, sorted. JSON and texts are none. */
  readonly modules: readonly string[];
  /** Whether `node:fs` was asked for, which alone opens files without ever blocking, and is dear. */
  readonly opensFiles: boolean;
}

/** Runs the program; the scripts that its coverage tells of are all that were loaded. */
async function loadedBy(args: readonly string[], directory: string): Promise<Loaded> {
  const coverage = await Deno.makeTempDir({ dir: directory });
  const grants = [`--allow-read=${directory}`, `--allow-write=${directory}`];
  const options = ["run", "--no-prompt", `--coverage=${coverage}`, ...grants];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...options, new URL("../../cli.ts", import.meta.url).pathname, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const scripts = Array.from(
    Deno.readDirSync(coverage),
    ({ name }): Script => JSON.parse(Deno.readTextFileSync(`${coverage}/${name}`)),
  );
  const fs = scripts.flatMap(({ functions }) => functions)
    .find(({ functionName }) => functionName === "nodeFs");
  return {
    modules: [...new Set(scripts.map(({ url }) => nameOf(url)))].sort(),
    opensFiles: fs?.ranges.some(({ count }) => count > 0) === true,
  };
}

/** A script in the format of V8's coverage. */
interface Script {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly count: number }[];
  }[];
}

const ROOT = new URL("../../", import.meta.url).href;
const LOCK = JSON.parse(Deno.readTextFileSync(new URL("../../deno.lock", import.meta.url)));
const PACKAGES = Object.keys(LOCK.npm).map((key) => key.replace(/(?<=.)@.*$/, ""));

function nameOf(url: string): string {
  if (url.startsWith(ROOT) && !url.includes("/node_modules/")) return url.slice(ROOT.length);
  const name = PACKAGES.find((name) => url.includes(`/${name}/`));
  return name === undefined ? url : `npm:${name}`;
}
