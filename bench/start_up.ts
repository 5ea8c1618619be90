/** Whole processes with the three built-in providers, next to a Deno that does nothing. @module */
import { type Case, child, inTurns } from "./measure.ts";
import { bundle, grants, SOURCES } from "./program.ts";
import { fill, remove } from "./samples.ts";
import { printTable, type Row } from "./table.ts";

/** Measures and prints. */
export async function benchStartUp(directory: string, runs: number): Promise<void> {
  fill(`${directory}/empty`, { "empty.ts": "" });
  const run = (mounts: string, ...command: string[]) =>
    child(["deno", "run", "--no-prompt", ...grants(mounts), ...command], directory);
  await settle(() => run("steady", SOURCES, "apply", "--mounts", "steady"));

  const cases: Case[] = [{ name: "empty `deno run`", run: () => run("steady", "empty/empty.ts") }];
  const forms = { sources: SOURCES, bundle: await bundle(directory) };
  for (const [form, program] of Object.entries(forms)) {
    const on = (mounts: string, ...command: string[]) =>
      run(mounts, program, ...command, "--mounts", mounts);
    const prepare = () => remove(`${directory}/fresh`);
    cases.push(
      { name: `${form}: help`, run: () => run("steady", program, "help") },
      { name: `${form}: ${STEADY}`, run: () => on("steady", "apply") },
      { name: `${form}: ${FRESH}`, prepare, run: () => on("fresh", "apply") },
      { name: `${form}: apply of what was just written`, run: () => on("fresh", "apply") },
      { name: `${form}: disable all`, run: () => on("fresh", "disable", "--all") },
    );
  }
  const results = await inTurns(cases, runs);
  const base = results[0];
  if (base === undefined) return;
  const rows = results.map((result): Row => {
    const budget = BUDGETS.find(([step]) => result.name.endsWith(step))?.[1];
    return { result, base, ...(budget === undefined ? {} : { budget }) };
  });
  printTable("Whole processes, three providers (1 = an empty `deno run`)", rows);
}

/** Applies, waits until the files are old enough to be trusted, and lets that be remembered. */
export async function settle(apply: () => Promise<unknown>): Promise<void> {
  await apply();
  await new Promise((resolve) => setTimeout(resolve, 3100));
  await apply();
}

const STEADY = "steady apply";
const FRESH = "fresh apply";
const BUDGETS = [[STEADY, 1.5], [FRESH, 3.5]] as const;
