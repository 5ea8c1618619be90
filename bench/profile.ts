/**
 * Where the time of a whole process goes: an empty Deno, one that could load our modules, one that
 * loads those that the case loads (the floor of anything that has this code), and the case itself.
 *
 * @module
 */
import { type Case, child, inTurns, type Result } from "./measure.ts";
import { bundle, grants, SOURCES } from "./program.ts";
import { fill, remove } from "./samples.ts";
import { settle } from "./start_up.ts";
import { printCells } from "./table.ts";

/** Measures and prints. */
export async function benchProfile(directory: string, runs: number): Promise<void> {
  fill(`${directory}/floor`, { "empty.ts": "" });
  const cases: Case[] = [
    { name: "empty", run: () => deno(directory, "floor", "floor/empty.ts") },
  ];
  const names: string[] = [];
  for (
    const [form, program] of Object.entries({ sources: SOURCES, bundle: await bundle(directory) })
  ) {
    const config = form === "sources" ? [CONFIG] : [];
    const reachable = reachableFrom(directory, form, program);
    cases.push({
      name: `${form}, reachable`,
      run: () => deno(directory, "floor", ...config, reachable),
    });
    for (const situation of await situations(directory, form, program)) {
      const name = `${form}: ${situation.name}`;
      const floor = await floorOf(directory, names.length, program, situation);
      names.push(name);
      cases.push(
        { name: `${name}, modules`, run: () => deno(directory, "floor", ...config, floor) },
        {
          name,
          prepare: situation.prepare,
          run: () => deno(directory, situation.mounts, program, ...situation.command),
        },
        {
          name: `${name}, compiled anew`,
          prepare: situation.prepare,
          run: () =>
            deno(directory, situation.mounts, "--no-code-cache", program, ...situation.command),
        },
      );
    }
  }
  const results = new Map((await inTurns(cases, runs)).map((result) => [result.name, result]));
  const empty = results.get("empty");
  if (empty === undefined) return;
  const rows = names.map((name) => {
    const reachable = results.get(`${name.replace(/:.*/, "")}, reachable`);
    return reachable === undefined ? [name] : rowOf(name, empty, reachable, results);
  });
  printCells("Where the CPU time goes, in ms", HEADER, rows);
}

interface Situation {
  readonly name: string;
  readonly mounts: string;
  readonly command: readonly string[];
  readonly prepare: () => void;
}

async function situations(directory: string, form: string, program: string): Promise<Situation[]> {
  const situation = (name: string, prepare: (mounts: string) => void): Situation => {
    const mounts = `profile-${form}-${name.replaceAll(" ", "-")}`;
    const command = ["apply", "--mounts", mounts];
    return { name, mounts, command, prepare: () => prepare(`${directory}/${mounts}`) };
  };
  let writes = 0;
  const all = [
    situation("steady", () => {}),
    situation("one file rewritten", (mounts) => {
      const config = `${mounts}/_codex-config/config.toml`;
      const ours = Deno.readTextFileSync(config).replace(/^model.*\n/, "");
      Deno.writeTextFileSync(config, `model = "m${++writes}"\n${ours}`);
    }),
    situation("first apply", remove),
  ];
  await settle(async () => {
    for (const { mounts, command } of all) await deno(directory, mounts, program, ...command);
  });
  return all;
}

/**
 * A program that could load all of ours, and does not: before anything runs, Deno finds, reads and
 * resolves each module that is named anywhere.
 */
function reachableFrom(directory: string, form: string, program: string): string {
  const path = `floor/${form}.ts`;
  const url = program.startsWith("/") ? `file://${program}` : `file://${directory}/${program}`;
  const text = `export const load = () => import(${JSON.stringify(url)});\n` +
    "await Deno.stderr.write(new Uint8Array());\nDeno.exit(0);\n";
  Deno.writeTextFileSync(`${directory}/${path}`, text);
  return path;
}

/** A program that loads what the situation loads, and does nothing with it. */
async function floorOf(
  directory: string,
  index: number,
  program: string,
  { mounts, command, prepare }: Situation,
): Promise<string> {
  const coverage = `${directory}/coverage-${index}`;
  prepare();
  await deno(directory, mounts, `--coverage=${coverage}`, program, ...command);
  const urls = [...Deno.readDirSync(coverage)].map(({ name }): string =>
    JSON.parse(Deno.readTextFileSync(`${coverage}/${name}`)).url
  );
  // Packages come with the modules of ours that import them.
  const own = (url: string) => url.startsWith("file:") && !/\/(node_modules|npm)\//.test(url);
  const imports = urls.filter(own).sort()
    .map((url) => `import ${JSON.stringify(url)};\n`);
  const path = `floor/${index}.ts`;
  // With a turn of the event loop at the end, as the program has it.
  const text = `${imports.join("")}await Deno.stderr.write(new Uint8Array());\nDeno.exit(0);\n`;
  Deno.writeTextFileSync(`${directory}/${path}`, text);
  return path;
}

function rowOf(
  name: string,
  empty: Result,
  reachable: Result,
  results: ReadonlyMap<string, Result>,
): string[] {
  const [whole, modules, anew] = ["", ", modules", ", compiled anew"]
    .map((suffix) => results.get(name + suffix));
  if (modules === undefined || whole === undefined || anew === undefined) return [name];
  const milliseconds = [
    whole.cpu,
    empty.cpu,
    reachable.cpu - empty.cpu,
    modules.cpu - reachable.cpu,
    whole.cpu - modules.cpu,
    whole.system,
    anew.cpu - whole.cpu,
  ];
  return [name, ...milliseconds.map((one) => one.toFixed(1))];
}

function deno(directory: string, mounts: string, ...command: string[]) {
  return child(["deno", "run", "--no-prompt", ...grants(mounts), ...command], directory);
}

/** The sources need their import map, wherever the floor's own file is. */
const CONFIG = `--config=${new URL("../deno.json", import.meta.url).pathname}`;

const HEADER = [
  "case",
  "whole",
  "Deno's start",
  "finding modules",
  "loading them",
  "our work",
  "of whole: system calls",
  "more without compiled code",
];
