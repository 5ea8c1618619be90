/** Many random plays of one format, with the breaches that they find, each shrunk. */
import fc from "fast-check";
import type { Stage } from "./cast.ts";
import { type Counts, noCounts } from "./counts.ts";
import { play } from "./play.ts";
import { playsOf } from "./steps.ts";

/** Plays per run of fast-check, which ends at the first breach. */
const BATCH = 100;

/** Plays so many plays. */
export async function playAll(
  stage: Stage,
  { plays, seed }: { readonly plays: number; readonly seed: number },
): Promise<{ counts: Counts; breaches: string[] }> {
  const counts = noCounts();
  const breaches: string[] = [];
  const property = fc.asyncProperty(
    playsOf(stage),
    ([document, steps]) => play(stage, document, steps, counts),
  );
  for (let from = 0; from < plays; from += BATCH) {
    const numRuns = Math.min(BATCH, plays - from);
    const result = await fc.check(property, { seed: seed + from, numRuns });
    if (!result.failed) continue;
    const [document] = result.counterexample?.[0] ?? [];
    breaches.push(
      `seed ${seed + from}, document ${JSON.stringify(document)}\n${result.errorInstance}`,
    );
  }
  return { counts, breaches };
}
