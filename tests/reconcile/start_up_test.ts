/**
 * What is loaded when. Every start pays for its modules before it does anything, so this is the one
 * place that names them: a module that joins one of these lists has to be worth its time.
 *
 * @module
 */
import assert from "node:assert/strict";

/** What every command loads: arguments, the roster's texts, and whether anything has changed. */
const START = [
  "cli.ts",
  "cli/apply.ts",
  "cli/main.ts",
  "cli/parse.ts",
  "cli/schema.ts",
  "cli/setup.ts",
  "cli/summary.ts",
  "cli/terminal.ts",
  "errors.ts",
  "reconcile/start.ts",
  "reconcile/steady.ts",
  "roster/built_in.ts",
  "storage/opening.ts",
  "storage/pattern.ts",
  "storage/primitives.ts",
  "transport/location.ts",
  "transport/resolve.ts",
  "transport/socket.ts",
  "transport/tcp.ts",
];

/** What a run loads that may have something to do, whatever the formats of its files. */
const RUN = [
  "formats/check.ts",
  "formats/limits.ts",
  "formats/lines.ts",
  "formats/mod.ts",
  "formats/registry.ts",
  "formats/splice.ts",
  "formats/syntax.ts",
  "formats/target.ts",
  "formats/twins.ts",
  "formats/types.ts",
  "formats/value.ts",
  "ownership/claims.ts",
  "ownership/conflicts.ts",
  "reconcile/digest.ts",
  "ownership/edits.ts",
  "reconcile/host_dir.ts",
  "reconcile/json.ts",
  "ownership/plan.ts",
  "reconcile/plan_all.ts",
  "reconcile/reformat.ts",
  "reconcile/rows.ts",
  "reconcile/run.ts",
  "reconcile/select.ts",
  "reconcile/sidecar.ts",
  "reconcile/sidecar_reader.ts",
  "reconcile/state.ts",
  "reconcile/survey.ts",
  "reconcile/unit.ts",
  "roster/catalog.ts",
  "roster/load.ts",
  "roster/schema.ts",
  "roster/types.ts",
  "storage/directories.ts",
  "storage/failures.ts",
  "storage/limits.ts",
  "storage/lock.ts",
  "storage/modes.ts",
  "storage/mounts.ts",
  "storage/names.ts",
  "storage/own_files.ts",
  "storage/place.ts",
  "storage/read.ts",
  "storage/reading.ts",
  "storage/replace.ts",
  "transport/mod.ts",
  "transport/tokens.ts",
];

/** The handlers, with their libraries. */
const TOML = [
  "formats/toml/format.ts",
  "formats/toml/brackets.ts",
  "formats/toml/drop.ts",
  "formats/toml/spans.ts",
  "formats/toml/layout.ts",
  "formats/toml/put.ts",
  "formats/toml/text.ts",
  "formats/toml/value.ts",
  "formats/written.ts",
  "npm:eslint-visitor-keys",
  "npm:smol-toml",
  "npm:toml-eslint-parser",
];
const YAML = [
  "formats/yaml/format.ts",
  "formats/yaml/drop.ts",
  "formats/yaml/spans.ts",
  "formats/yaml/layout.ts",
  "formats/yaml/place.ts",
  "formats/yaml/put.ts",
  "formats/yaml/text.ts",
  "formats/yaml/value.ts",
  "npm:js-yaml",
];
const JSON_FORMAT = [
  "formats/json/drop.ts",
  "formats/json/format.ts",
  "formats/json/layout.ts",
  "formats/json/put.ts",
  "formats/json/spans.ts",
  "formats/json/text.ts",
  "formats/json/value.ts",
  "formats/written.ts",
  "npm:jsonc-parser",
];

/** What tells of a run that changed something. */
const REPORT = ["cli/errors.ts", "cli/json.ts", "cli/report.ts"];

Deno.test("each command loads these modules, and no others", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "start-up-" });
  const mounts = `${directory}/mounts`;
  const apply = (...more: string[]) => loadedBy(["apply", "--mounts", mounts, ...more], directory);

  await t.step("help", async () => {
    const { modules, opensFiles } = await loadedBy(["help"], directory);
    assert.deepEqual(modules, [...START, "cli/help.ts"].sort());
    assert.equal(opensFiles, false);
  });
  await t.step("a fresh apply, which opens no file that a container may have made", async () => {
    const { modules, opensFiles } = await apply();
    assert.deepEqual(modules, [...START, ...RUN, ...TOML, ...YAML, ...REPORT].sort());
    assert.equal(opensFiles, false);
  });
  await t.step("an apply that has to read, since nothing is remembered yet", async () => {
    const { modules, opensFiles } = await apply();
    assert.deepEqual(modules, [...START, ...RUN, ...TOML, ...YAML].sort());
    assert.equal(opensFiles, true);
  });
  await t.step("a steady apply", async () => {
    const { modules, opensFiles } = await apply();
    assert.deepEqual(modules, START);
    assert.equal(opensFiles, false);
  });
  await t.step("a format only if a file of it is met", async () => {
    const { modules } = await apply("--providers", "claude");
    assert.deepEqual(modules, [...START, ...RUN, ...YAML, ...JSON_FORMAT, ...REPORT].sort());
  });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("only one module of these asks for a module of Node", () => {
  const all = [...START, ...RUN, ...TOML, ...YAML, ...JSON_FORMAT, ...REPORT];
  const asking = all.filter((name) => !name.startsWith("npm:"))
    .filter((name) => Deno.readTextFileSync(new URL(name, ROOT)).includes('"node:'));
  assert.deepEqual(asking, ["storage/primitives.ts"]);
});

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
