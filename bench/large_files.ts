/** Large files: what is needed besides the parses that nobody can spare. In this process. @module */
import { applySharedConfigPatches, rosterFrom } from "../mod.ts";
import { here, inTurns } from "./measure.ts";
import { bareParses, PARSES } from "./parses.ts";
import { agent, configText, fileOf, fill, FORMATS } from "./samples.ts";
import { printTable, type Row } from "./table.ts";

/** The sizes in bytes, with their names. */
export const SIZES: Readonly<Record<string, number>> = {
  "10 KB": 1e4,
  "100 KB": 1e5,
  "500 KB": 5e5,
};

/** Measures and prints. */
export async function benchLargeFiles(directory: string, runs: number): Promise<void> {
  const mounts = `${directory}/large`;
  for (const format of FORMATS) {
    const roster = rosterFrom({ p: agent("p", "_p", format) });
    const rows: Row[] = [];
    for (const [size, bytes] of Object.entries(SIZES)) {
      const text = configText(format, bytes);
      const [base, apply, again, disable] = await inTurns([
        { name: `${size}: the parses`, run: () => here(() => bareParses(format, text)) },
        {
          name: `${size}: fresh apply`,
          prepare: () => fill(mounts, { [`_p/${fileOf(format)}`]: text }),
          run: () => here(() => applySharedConfigPatches(roster, mounts)),
        },
        {
          name: `${size}: apply again`,
          run: () => here(() => applySharedConfigPatches(roster, mounts)),
        },
        {
          name: `${size}: disable`,
          run: () =>
            here(() =>
              applySharedConfigPatches(roster, mounts, { providers: [], disabledProviders: ["p"] })
            ),
        },
      ], runs);
      if (!base || !apply || !again || !disable) continue;
      const budget = bytes === 5e5 ? 2.5 : undefined;
      rows.push({ result: base, base, budget: undefined }, { result: apply, base, budget });
      for (const result of [again, disable]) rows.push({ result, base, budget: undefined });
    }
    printTable(`Large ${format} files (1 = ${PARSES[format]})`, rows);
  }
}
