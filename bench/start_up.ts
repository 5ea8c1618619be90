/** Whole processes with the three built-in providers, next to a Deno that does nothing. @module */
import { type Case, child, inTurns } from "./measure.ts";
import { fill, remove } from "./samples.ts";
import { printTable, type Row } from "./table.ts";

/** Measures and prints. */
export async function benchStartUp(directory: string, runs: number): Promise<void> {
  const place = (name: string) => `${directory}/${name}`;
  fill(place("empty"), { "empty.ts": "" });
  const run = (mounts: string, ...command: string[]) =>
    child(["deno", "run", "--no-prompt", ...grants(mounts), ...command], directory);
  const apply = (mounts: string) => run(mounts, CLI, "apply", "--mounts", mounts);
  const disable = (mounts: string) => run(mounts, CLI, "disable", "--all", "--mounts", mounts);
  await settle(() => apply("steady"));
  const cases: Case[] = [
    { name: "empty `deno run`", run: () => run("steady", "empty/empty.ts") },
    { name: "`help`", run: () => run("steady", CLI, "help") },
    { name: "steady `apply`", run: () => apply("steady") },
    { name: "fresh `apply`", prepare: () => remove(place("fresh")), run: () => apply("fresh") },
    { name: "`apply` of what was just written", run: () => apply("fresh") },
    { name: "`disable --all`", run: () => disable("fresh") },
  ];
  const results = await inTurns(cases, runs);
  const base = results[0];
  if (base === undefined) return;
  const rows = results.map((result): Row => {
    const budget = BUDGETS[result.name];
    return { result, base, ...(budget === undefined ? {} : { budget }) };
  });
  printTable("Whole processes, three providers (1 = an empty `deno run`)", rows);
}

/** The file of the program. */
export const CLI: string = new URL("../cli.ts", import.meta.url).pathname;

/** The narrowest permissions that it runs with. */
export function grants(mounts: string): string[] {
  return [`--allow-read=${mounts}`, `--allow-write=${mounts}`];
}

/** Applies, waits until the files are old enough to be trusted, and lets that be remembered. */
export async function settle(apply: () => Promise<unknown>): Promise<void> {
  await apply();
  await new Promise((resolve) => setTimeout(resolve, 3100));
  await apply();
}

const BUDGETS: Readonly<Record<string, number>> = { "steady `apply`": 1.5, "fresh `apply`": 3.5 };
