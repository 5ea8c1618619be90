/** Plays random steps on mounts in memory and compares each run with what the rules say. */
import { defaultFormats } from "../../formats/mod.ts";
import type { Counts } from "./counts.ts";
import { NAMES, type Stage } from "./cast.ts";
import { Refused, Untold } from "./ends.ts";
import type { Step } from "./steps.ts";
import { World } from "./world.ts";

/** Plays the steps; throws where a run does not lead to what the rules say. */
export async function play(
  stage: Stage,
  document: string | undefined,
  steps: readonly Step[],
  counts: Counts,
): Promise<void> {
  counts.plays++;
  const handler = await defaultFormats.load(stage.format);
  const world = new World(stage, handler, document, counts);
  // At the end everything is taken back.
  const all: Step[] = [...steps, { does: "run", apply: [], disable: [...NAMES], at: 0 }];
  for (const step of all) {
    world.story.push(JSON.stringify(step));
    try {
      await world.step(step);
    } catch (error) {
      if (error instanceof Refused || error instanceof Untold) {
        counts[error instanceof Refused ? "stuck" : "untold"]++;
        return;
      }
      if (error instanceof Error) error.message = `${error.message}\n${world.story.join("\n")}`;
      throw error;
    }
  }
}
