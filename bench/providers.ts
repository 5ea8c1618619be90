/** How the cost grows with the number of providers. In this process, so that start-up is no part. @module */
import { applySharedConfigPatches, rosterFrom } from "../mod.ts";
import { type Case, here, inTurns, type Result } from "./measure.ts";
import { FORMATS, remove, separateAgents, sharingAgents } from "./samples.ts";
import { settle } from "./start_up.ts";
import { printCells, verdict } from "./table.ts";

/** Measures and prints. */
export async function benchProviders(directory: string, runs: number): Promise<void> {
  const kinds: [string, (count: number) => ReturnType<typeof separateAgents>][] = [
    ["a host dir each", separateAgents],
    ...FORMATS.map((format) =>
      [`one ${format} file`, (count: number) => sharingAgents(count, format)] as const
    ).map(([name, make]): [string, (count: number) => ReturnType<typeof separateAgents>] => [
      name,
      make,
    ]),
  ];
  const rows: string[][] = [];
  for (const [kind, make] of kinds) {
    const cases: Case[] = [];
    for (const count of COUNTS) {
      cases.push(...await casesOf(`${directory}/${kind}`, count, make(count)));
    }
    const results = await inTurns(cases, runs);
    for (const [index, step] of STEPS.entries()) {
      rows.push(rowOf(`${kind}: ${step}`, results.filter((_, i) => i % STEPS.length === index)));
    }
  }
  const header = ["case", ...COUNTS.map((n) => `ms at ${n}`), "spread", "1000 to 100", "budget"];
  printCells(`CPU time per provider, in process, ${runs} runs`, header, rows);
}

const COUNTS = [10, 100, 1000];
const STEPS = ["fresh", "steady", "disable"];

async function casesOf(
  path: string,
  count: number,
  agents: ReturnType<typeof separateAgents>,
): Promise<Case[]> {
  const roster = rosterFrom(agents);
  const disabledProviders = roster.names();
  const [mounts, steady] = [`${path}-${count}`, `${path}-${count}-steady`];
  const apply = (path: string) => applySharedConfigPatches(roster, path);
  await settle(() => apply(steady));
  const disable = () =>
    applySharedConfigPatches(roster, mounts, { providers: [], disabledProviders });
  const name = String(count);
  return [
    { name, prepare: () => remove(mounts), run: () => here(() => apply(mounts)) },
    { name, run: () => here(() => apply(steady)) },
    { name, run: () => here(disable) },
  ];
}

function rowOf(name: string, results: readonly Result[]): string[] {
  const each = results.map((result) => result.cpu / Number(result.name));
  const ratio = (each[2] ?? NaN) / (each[1] ?? NaN);
  const spread = Math.max(...results.map((result) => result.spread));
  return [
    name,
    ...each.map((ms) => ms.toFixed(3)),
    `±${(100 * spread).toFixed(0)} %`,
    ratio.toFixed(2),
    verdict(ratio, 1.3),
  ];
}
