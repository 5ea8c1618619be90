/**
 * Where every run begins: see whether nothing has changed, and only otherwise load the rest.
 *
 * @module
 */
import type { Report, Warning } from "../ownership/report.ts";
import { Opening } from "../storage/opening.ts";
import { reportFrom } from "./recalled_report.ts";
import { denoFileSystem } from "../storage/primitives.ts";
import type { RunOptions } from "./run.ts";
import { type Differences, outdated, recall, textOf } from "./steady.ts";
import type { Job } from "./tasks.ts";

/** A run whose parsers and planner are not loaded yet. */
export interface Start extends RunOptions {
  /** The mounts directory, spelled as Deno's grants have it. */
  readonly mounts: string;
  /**
   * All that the outcome depends on besides the files, as JSON or bigints: version, roster, options.
   * Absent where that cannot be told (formats of the caller's own), or where the run is not the
   * one that every task start does: then nothing is remembered.
   */
  readonly inputs?: unknown;
  /**
   * Makes the job; called only if there may be something to do.
   *
   * @param opening How files are opened, which knows by now whether a lease has been waited for.
   */
  job(opening: Opening): Promise<Job>;
}

/** How often a run begins anew because something has changed while it waited or wrote. */
const LOOKS = 3;

/** How many rounds all looks have together: a config that changes all the time costs no more. */
const ALL_ROUNDS = 7;

/** Nothing stands otherwise. */
const NOTHING: Differences = new Map();

/**
 * Applies and disables what a job says.
 *
 * @throws {ConfigPatchError} where nothing could be begun; failures of single providers are in the
 * report.
 */
export async function start(options: Start): Promise<Report> {
  const { mounts, inputs } = options;
  const text = inputs === undefined ? undefined : textOf(inputs);
  const opening = new Opening(true);
  const known = text === undefined
    ? undefined
    : await recall(mounts, text, denoFileSystem, opening);
  if (known?.kind === "same") return reportFrom(mounts, known.report);
  const [job, { run }, remembering] = await Promise.all([
    options.job(opening),
    import("./run.ts"),
    import("./remembering.ts"),
  ]);
  let over = known && remembering.takenOver(known.memory, known.files);
  let earlier: Report | undefined;
  let left = ALL_ROUNDS;
  for (let look = 1;; look++) {
    // Each later look has one round at least.
    const rounds = left - (LOOKS - look);
    const result = await run({ ...job, only: over?.changed }, { ...options, rounds });
    left -= result.rounds;
    const report = over === undefined ? result.report : remembering.completed(result.report, over);
    const sight = remembering.sightOf(result.end, over);
    const isOthers = over !== undefined && result.end.found.stateText !== over.memory.state;
    const isFailed = report.providers.some((row) => row.error !== undefined);
    const routed = report.providers.filter(({ action }) => action === "apply");
    const configs = new Set(routed.flatMap(({ file }) => file ?? []));
    const differ = isOthers || isFailed
      ? NOTHING
      : await outdated(mounts, sight, { opening, configs });
    if (isOthers || (differ.size > 0 && look < LOOKS)) {
      // Another run or a client was at work since we looked: what is remembered is of no use.
      over = undefined;
      earlier = earlier === undefined ? report : remembering.withEarlier(report, earlier);
      continue;
    }
    const told = differ.size === 0
      ? report
      : (await import("./restless.ts")).failing(report, differ);
    const memory = text === undefined
      ? undefined
      : remembering.memoryAfter(text, told, result.end, job, sight);
    // An earlier disable may have been killed before it could forget.
    const { written, found } = result.end;
    const isFitting = memory === undefined && written === undefined && found.leaving.size === 0;
    const warning = isFitting ? undefined : await remember(job, memory);
    const whole = earlier === undefined ? told : remembering.withEarlier(told, earlier);
    return warning === undefined ? whole : { ...whole, warnings: [...whole.warnings, warning] };
  }
}

/** Writes the memory down; without one, removes that of an earlier run, which fits no more. */
async function remember(
  { mounts }: Job,
  text: string | undefined,
): Promise<Warning | undefined> {
  const { ConfigPatchError } = await import("../errors.ts");
  try {
    // To forget needs no lock, and waits for nobody: whoever has just remembered only loses time.
    if (text === undefined && !mounts.forget()) return undefined;
    using _lock = await mounts.lock({ timeout: 0, command: "remember" });
    if (text === undefined) mounts.forgetUnfinished();
    else await mounts.writeOwn("steady.json", text);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    // Somebody is at work: what we know is about to change.
    if (error.code === "locked") return undefined;
    return {
      file: undefined,
      message: `the next run will be slower than it could be: ${error.message}`,
    };
  }
}
