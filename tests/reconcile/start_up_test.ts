/**
 * What must not be loaded when. Every start pays for its modules before it does anything, so what is
 * heavy has to stay away until it is needed.
 *
 * @module
 */
import assert from "node:assert/strict";

/** Whatever reads a config, plans or writes: nothing of it is needed to see that nothing has changed. */
const WORKS = [
  "npm:",
  "formats/",
  "ownership/",
  "reconcile/files.ts",
  "reconcile/preview.ts",
  "reconcile/run.ts",
  "reconcile/sidecar.ts",
  "reconcile/state.ts",
  "reconcile/status.ts",
  "reconcile/tasks.ts",
  "roster/catalog",
  "roster/load.ts",
  "roster/provider.ts",
  "roster/schema.ts",
  "roster/sources.ts",
  "storage/failures.ts",
  "storage/lock.ts",
  "storage/mounts.ts",
  "storage/replace.ts",
  "transport/tokens.ts",
];

/** What tells more than one line, and the commands that are not run. */
const TELLS = [
  "cli/completions.ts",
  "cli/diff.ts",
  "cli/errors.ts",
  "cli/everyone.ts",
  "cli/frame.ts",
  "cli/help.ts",
  "cli/hints.ts",
  "cli/json.ts",
  "cli/list.ts",
  "cli/mask.ts",
  "cli/plan.ts",
  "cli/report.ts",
  "cli/settings.ts",
  "cli/status.ts",
  "cli/switch.ts",
];

const without = (list: readonly string[], ...names: readonly string[]) =>
  list.filter((name) => !names.includes(name));

/** The libraries of the formats. */
const TOML = ["npm:eslint-visitor-keys", "npm:smol-toml", "npm:toml-eslint-parser"];
const YAML = ["npm:js-yaml"];
const JSONC = ["npm:jsonc-parser"];

Deno.test("no command loads what it does not need", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "start-up-" });
  const mounts = `${directory}/mounts`;
  const apply = (...more: string[]) => loadedBy(["apply", "--mounts", mounts, ...more], directory);

  await t.step("help loads nothing that works", async () => {
    refuse(await loadedBy(["help"], directory), [...WORKS, ...without(TELLS, "cli/help.ts")]);
  });
  await t.step("a fresh apply loads the formats that it meets, and no others", async () => {
    const loaded = await apply();
    refuse(loaded, [...JSONC, "formats/json/", "formats/dotenv/"]);
    assert.deepEqual(packagesOf(loaded), [...TOML, ...YAML].sort());
  });
  await t.step("a steady apply loads nothing that works or tells", async () => {
    await apply();
    refuse(await apply(), [...WORKS, ...TELLS]);
  });
  await t.step("so does one with plain settings that keep somebody off", async () => {
    const text = '# ours\ndisabled = ["vibe"] # for now\nlock_timeout = 5\n';
    Deno.writeTextFileSync(`${mounts}/.vault-config/settings.toml`, text);
    await apply();
    await apply();
    refuse(await apply(), [...WORKS, ...TELLS]);
    Deno.removeSync(`${mounts}/.vault-config/settings.toml`);
  });
  await t.step("a format only if a file of it is met", async () => {
    const loaded = await apply("--providers", "claude");
    refuse(loaded, ["formats/toml/", "formats/yaml/", "formats/dotenv/"]);
    assert.deepEqual(packagesOf(loaded), JSONC);
  });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("one module alone asks for a module of Node", async () => {
  const asking: string[] = [];
  for (
    const folder of ["", "cli/", "formats/", "ownership/", "reconcile/", "roster/", "storage/"]
  ) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (!name.endsWith(".ts")) continue;
      const text = await Deno.readTextFile(new URL(folder + name, ROOT));
      if (/(?:from|import\() ?"node:/.test(text)) asking.push(folder + name);
    }
  }
  assert.deepEqual(asking, ["storage/primitives.ts"]);
});

function refuse(modules: readonly string[], refused: readonly string[]): void {
  // Types alone are no reason to load a module, so nothing of these is loaded by accident.
  const loaded = modules.filter((name) => refused.some((one) => name.startsWith(one)));
  assert.deepEqual(loaded, []);
}

function packagesOf(modules: readonly string[]): string[] {
  return modules.filter((name) => name.startsWith("npm:"));
}

/** Runs the program: its modules by path, packages as `npm:name`, as its coverage tells. */
async function loadedBy(args: readonly string[], directory: string): Promise<string[]> {
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
  return [...new Set(scripts.map(({ url }) => nameOf(url)))].sort();
}

/** A script in the format of V8's coverage. */
interface Script {
  readonly url: string;
}

const ROOT = new URL("../../", import.meta.url).href;
const LOCK = JSON.parse(Deno.readTextFileSync(new URL("../../deno.lock", import.meta.url)));
const PACKAGES = Object.keys(LOCK.npm).map((key) => key.replace(/(?<=.)@.*$/, ""));

function nameOf(url: string): string {
  if (url.startsWith(ROOT) && !url.includes("/node_modules/")) return url.slice(ROOT.length);
  const name = PACKAGES.find((name) => url.includes(`/${name}/`));
  return name === undefined ? url : `npm:${name}`;
}
