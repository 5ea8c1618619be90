/** Whole processes with the three built-in providers, next to what a user would write instead. @module */
import { type Case, child, exists, inTurns, type Result } from "./measure.ts";
import { bundle, grants, SOURCES } from "./program.ts";
import { pythonWith } from "./python.ts";
import { fill, remove } from "./samples.ts";
import { printCells, verdict } from "./table.ts";

/** Measures and prints. */
export async function benchStartUp(directory: string, runs: number): Promise<void> {
  fill(`${directory}/empty`, { "empty.ts": "" });
  const forms = { sources: SOURCES, bundle: await bundle(directory) };
  const cases = [
    ...await yardsticks(directory),
    ...(await Promise.all(
      Object.entries(forms).map(([form, program]) => casesOf(directory, form, program)),
    )).flat(),
  ];
  const results = await inTurns(cases, runs);
  const named = new Map(results.map((result) => [result.name, result]));
  const [empty, naive, naiveFresh] = [EMPTY, NAIVE, NAIVE_FRESH].map((name) => named.get(name));
  if (empty === undefined || naive === undefined || naiveFresh === undefined) return;

  const rows = results.map((result) => {
    const base = result.name.endsWith(FIRST) ? naiveFresh : naive;
    return rowOf(result, base, empty);
  });
  for (const [form, program] of Object.entries(forms)) {
    rows.push(await syncRow(directory, form, program));
  }
  const header = [
    "case",
    "× naive",
    "budget",
    "× empty",
    "wall × naive",
    "CPU ms",
    "spread",
    "runs",
  ];
  printCells("Whole processes, three providers (CPU time; 1 = bench/naive.ts)", header, rows);
}

/** An empty program, and the same work done without care: in TypeScript, and in Python if it is there. */
async function yardsticks(directory: string): Promise<Case[]> {
  const script = (name: string) => new URL(`./${name}`, import.meta.url).pathname;
  const naive = (mounts: string) => deno(directory, mounts, script("naive.ts"), mounts);
  await naive("naive");
  const cases: Case[] = [
    { name: EMPTY, run: () => deno(directory, "naive", "empty/empty.ts") },
    { name: NAIVE, run: () => naive("naive") },
    { name: NAIVE_FRESH, prepare: () => clear(directory, "fresh"), run: () => naive("fresh") },
  ];
  const python = await pythonWith("ruamel.yaml", "tomli_w", "tomllib");
  if (python === undefined) return cases;
  const reference = (mounts: string) =>
    child([python, script("three_files.py"), mounts], directory);
  await reference("python");
  return [
    ...cases,
    { name: "Python: again", run: () => reference("python") },
    {
      name: `Python: ${FIRST}`,
      prepare: () => clear(directory, "fresh"),
      run: () => reference("fresh"),
    },
  ];
}

async function casesOf(directory: string, form: string, program: string): Promise<Case[]> {
  const steady = `steady-${form}`, rewritten = `rewritten-${form}`, fresh = `fresh-${form}`;
  const on = (mounts: string, ...command: string[]) =>
    deno(directory, mounts, program, ...command, "--mounts", mounts);
  await Promise.all([steady, rewritten].map((mounts) => settle(() => on(mounts, "apply"))));

  const config = `${directory}/${rewritten}/_codex-config/config.toml`;
  const ours = Deno.readTextFileSync(config);
  let writes = 0;
  /** As a client does: in place, with a setting of its own beside ours. */
  const rewrite = () => Deno.writeTextFileSync(config, `model = "m${++writes}"\n${ours}`);
  return [
    { name: `${form}: help`, run: () => deno(directory, "naive", program, "help") },
    { name: `${form}: ${STEADY}`, run: () => on(steady, "apply") },
    { name: `${form}: ${REWRITTEN}`, prepare: rewrite, run: () => on(rewritten, "apply") },
    {
      name: `${form}: ${FIRST}`,
      prepare: () => clear(directory, fresh),
      run: () => on(fresh, "apply"),
    },
    { name: `${form}: disable --all`, run: () => on(fresh, "disable", "--all") },
  ];
}

function rowOf(result: Result, base: Result, empty: Result): string[] {
  const ratio = result.cpu / base.cpu;
  const budget = BUDGETS[result.name];
  return [
    result.name,
    ratio.toFixed(2),
    budget === undefined ? "" : verdict(ratio, budget),
    (result.cpu / empty.cpu).toFixed(2),
    (result.wall / base.wall).toFixed(2),
    result.cpu.toFixed(1),
    `±${(100 * result.spread).toFixed(0)} %`,
    String(result.runs),
  ];
}

/** Waiting for the disk is no CPU time, so it is counted. */
async function syncRow(directory: string, form: string, program: string): Promise<string[]> {
  const name = `${form}: syncs of a first apply`;
  if (!await exists("strace", "-V")) {
    return [name, "", "not counted: no strace", "", "", "", "", ""];
  }
  clear(directory, "fresh");
  const log = `${directory}/syncs`;
  const strace = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,syncfs,sync", "-o", log];
  const apply = ["deno", "run", "--no-prompt", ...grants("fresh"), program, "apply"];
  await child([...strace, ...apply, "--mounts", "fresh"], directory);
  const count =
    Deno.readTextFileSync(log).split("\n").filter((line) => /sync\w*\(/.test(line)).length;
  return [name, String(count), verdict(count, SYNCS), "", "", "", "", ""];
}

function deno(directory: string, mounts: string, ...command: string[]) {
  return child(["deno", "run", "--no-prompt", ...grants(mounts), ...command], directory);
}

function clear(directory: string, mounts: string): void {
  remove(`${directory}/${mounts}`);
}

/** Applies, waits until the files are old enough to be trusted, and lets that be remembered. */
export async function settle(apply: () => Promise<unknown>): Promise<void> {
  await apply();
  await new Promise((resolve) => setTimeout(resolve, 3100));
  await apply();
}

const EMPTY = "empty `deno run`";
const NAIVE = "naive: again";
const STEADY = "steady apply";
const REWRITTEN = "a client has rewritten one file";
const FIRST = "first apply, nothing there";
const NAIVE_FRESH = `naive: ${FIRST}`;

const BUDGETS: Readonly<Record<string, number>> = {
  [`sources: ${STEADY}`]: 1,
  [`bundle: ${STEADY}`]: 0.8,
  [`sources: ${REWRITTEN}`]: 1.75,
  [`bundle: ${REWRITTEN}`]: 1.4,
  [`sources: ${FIRST}`]: 2.2,
  [`bundle: ${FIRST}`]: 1.6,
};
const SYNCS = 10;
