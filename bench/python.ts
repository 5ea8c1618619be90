/**
 * What a user would write instead: the same files in Python, whole processes. It keeps comments only
 * in YAML, undoes nothing, and checks nothing.
 *
 * @module
 */
import { SIZES } from "./large_files.ts";
import { child, exists, inTurns } from "./measure.ts";
import { agent, configText, fileOf, fill, type FormatName, FORMATS } from "./samples.ts";
import { grants, SOURCES } from "./program.ts";
import { printTable, type Row } from "./table.ts";

/** Measures and prints; without Python or its libraries, says so. */
export async function benchPython(directory: string, runs: number): Promise<void> {
  const python = await pythonWith("ruamel.yaml", "tomli_w");
  if (python === undefined) {
    console.log(
      "\nNo comparison with Python: there is none with ruamel.yaml and tomli_w (on Debian: " +
        "python3-ruamel.yaml, python3-tomli-w, python3-tomli).",
    );
    return;
  }
  for (const format of FORMATS) {
    const rows: Row[] = [];
    for (const [size, bytes] of Object.entries(SIZES)) {
      const [theirs, ours] = await compare(python, directory, format, size, bytes, runs);
      if (theirs !== undefined && ours !== undefined) {
        for (const result of [theirs, ours]) rows.push({ result, base: theirs, budget: undefined });
      }
    }
    printTable(`A fresh apply to a ${format} file (1 = ${python} bench/one_file.py)`, rows);
  }
}

function compare(
  python: string,
  directory: string,
  format: FormatName,
  size: string,
  bytes: number,
  runs: number,
) {
  const file = fileOf(format);
  const text = configText(format, bytes);
  const roster = JSON.stringify(agent("p", "_p", format));
  fill(`${directory}/agents`, { "p.json": roster });
  const prepare = () => fill(`${directory}/python`, { [`_p/${file}`]: text });
  const script = new URL("./one_file.py", import.meta.url).pathname;
  const [read, write] = grants("python");
  const apply = ["apply", "--mounts", "python", "--no-built-in", "--roster", "agents/p.json"];
  const deno = ["deno", "run", "--no-prompt", `${read},agents`, `${write}`, SOURCES, ...apply];
  return inTurns([
    {
      name: `${size}: Python`,
      prepare,
      run: () => child([python, script, format, `python/_p/${file}`], directory),
    },
    { name: `${size}: vault-config`, prepare, run: () => child(deno, directory) },
  ], runs);
}

/** The first Python that has these modules. */
export async function pythonWith(...modules: readonly string[]): Promise<string | undefined> {
  const imports = modules.map((name) => `import ${name}`).join("; ");
  for (const python of ["python3", "/usr/bin/python3"]) {
    if (await exists(python, "-c", imports)) return python;
  }
  return undefined;
}
