/**
 * Breaks one rule of the code at a time, and demands that the tests see it:
 * `deno task mutants [WORD…] [--kind KIND]`, where a word is a part of a mutant's name or file.
 *
 * Each mutant gets a copy of the project of its own, so nothing that is running here is disturbed.
 * With `--write`, nothing runs: the table in `tests/README.md` is written anew from the data.
 */
import { parseArgs } from "node:util";
import { type MutantList, MUTANTS } from "./all.ts";
import { breakFile, type Broken, type Mutant } from "./mutant.ts";
import { withTable } from "./table.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const README = `${ROOT}tests/README.md`;

/** A mutant that runs for ever is one that no test has told apart from the code. */
const DEADLINE_MS = 10 * 60_000;

interface Outcome {
  readonly caught: boolean;
  /** What was seen, in a few words. */
  readonly seen: string;
}

/** Runs one mutant in a copy of the project. */
async function tryMutant(mutant: Mutant): Promise<Outcome> {
  const { run, caughtBy } = mutant;
  const directory = await copyOfProject();
  try {
    let change: Broken;
    try {
      change = breakFile(`${directory}/`, mutant);
    } catch (error) {
      return { caught: false, seen: `does not fit: ${String(error)}` };
    }
    await Deno.writeTextFile(`${directory}/${change.file}`, change.broken);
    const { success, output } = await runDeno(directory, run);
    if (success) return { caught: false, seen: "SURVIVED" };
    return failuresOf(output).includes(caughtBy)
      ? { caught: true, seen: "caught" }
      : { caught: false, seen: `failed, but does not say "${caughtBy}":\n${tail(output)}` };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Without a mutant, every run has to succeed: else it would catch anything. */
async function tryBaseline(run: readonly string[]): Promise<boolean> {
  const directory = await copyOfProject();
  try {
    const { success, output } = await runDeno(directory, run);
    if (!success) console.log(`the unbroken code fails: deno ${run.join(" ")}\n${tail(output)}`);
    return success;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The project's own files in a new temporary directory, also those that are not committed yet. */
async function copyOfProject(): Promise<string> {
  const list = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  if (!list.success) throw new Error(new TextDecoder().decode(list.stderr));
  const directory = await Deno.makeTempDir({ prefix: "mutant-" });
  // Tests run the program as another user too.
  await Deno.chmod(directory, 0o755);
  for (const file of new Set(new TextDecoder().decode(list.stdout).split("\0"))) {
    if (file === "" || !await exists(`${ROOT}${file}`)) continue;
    const folder = file.slice(0, file.lastIndexOf("/") + 1);
    await Deno.mkdir(`${directory}/${folder}`, { recursive: true });
    await Deno.copyFile(`${ROOT}${file}`, `${directory}/${file}`);
  }
  if (await exists(`${ROOT}node_modules`)) {
    await Deno.symlink(`${ROOT}node_modules`, `${directory}/node_modules`);
  }
  return directory;
}

async function runDeno(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly success: boolean; readonly output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What was printed, without the names of tests that passed. */
function failuresOf(output: string): string {
  return output.split("\n").filter((line) => !/ \.\.\. (ok|ignored)\b/.test(line)).join("\n");
}

function tail(output: string): string {
  return output.split("\n").slice(-25).join("\n");
}

function select(words: readonly string[], kind: string | undefined): MutantList[] {
  const asked = (mutant: Mutant) =>
    words.length === 0 ||
    words.some((word) => mutant.name.includes(word) || mutant.file.includes(word));
  return MUTANTS.filter((list) => kind === undefined || list.kind === kind)
    .map((list) => ({ ...list, mutants: list.mutants.filter(asked) }));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kind: { type: "string" }, write: { type: "boolean", default: false } },
  });
  if (values.write) {
    await Deno.writeTextFile(README, withTable(await Deno.readTextFile(README), MUTANTS));
    return 0;
  }
  const chosen = select(positionals, values.kind);
  const all = chosen.flatMap((list) => list.mutants);
  if (all.length === 0) {
    console.error(`no such mutant; kinds are ${MUTANTS.map((list) => list.kind).join(", ")}`);
    return 64;
  }
  const runs = new Map(all.map(({ run }) => [run.join(" "), run]));
  for (const run of runs.values()) if (!await tryBaseline(run)) return 1;
  console.log(`${runs.size} runs succeed without a mutant`);
  let caught = 0;
  for (const { kind, mutants } of chosen) {
    for (const mutant of mutants) {
      const start = performance.now();
      const outcome = await tryMutant(mutant);
      const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(4);
      const what = outcome.caught ? `caught by ${mutant.caughtBy}` : outcome.seen;
      console.log(`${kind.padEnd(10)}${seconds} s  ${mutant.name} (${mutant.file}): ${what}`);
      if (outcome.caught) caught++;
    }
  }
  console.log(`${all.length} mutants, ${caught} caught`);
  return caught === all.length ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
