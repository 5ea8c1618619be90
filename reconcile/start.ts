/**
 * Where every run begins: see whether nothing has changed, and only otherwise load the rest.
 *
 * @module
 */
import { memoryOf, recall, textOf } from "./steady.ts";
import type { Report, Warning } from "../ownership/report.ts";
import type { RunOptions } from "./run.ts";
import type { Job } from "./job.ts";
import type { Survey } from "./survey.ts";

/** A run, its dear parts not loaded yet. */
export interface Start extends RunOptions {
  /** The mounts directory, spelled as Deno's grants have it. */
  readonly mounts: string;
  /**
   * All that the outcome depends on besides the files, as JSON or bigints: version, roster, options.
   * `undefined` where that cannot be told (formats of the caller's own): then nothing is remembered.
   */
  readonly inputs: unknown;
  /** Makes the job; called only if there may be something to do. */
  job(): Promise<Job>;
}

/**
 * Applies and disables what a job says.
 *
 * @throws {ConfigPatchError} where nothing could be begun; failures of single providers are in the
 * report.
 */
export async function start(options: Start): Promise<Report> {
  const { mounts, inputs } = options;
  const text = inputs === undefined ? undefined : textOf(inputs);
  const known = text === undefined ? undefined : recall(mounts, text);
  if (known !== undefined) return known;
  const now = Date.now();
  const job = await options.job();
  const { run } = await import("./run.ts");
  const { report, quiet } = await run(job, options);
  if (text === undefined || quiet === undefined) return report;
  const warning = await remember(job, text, quiet, report, now);
  return warning === undefined ? report : { ...report, warnings: [...report.warnings, warning] };
}

async function remember(
  { mounts }: Job,
  inputs: string,
  quiet: Survey,
  report: Report,
  now: number,
): Promise<Warning | undefined> {
  // Without a state there is nothing of ours to look after, and no directory to remember it in.
  if (quiet.stateText === undefined) return undefined;
  const text = memoryOf(mounts.path, inputs, quiet, report, now);
  if (text === undefined) return undefined;
  const { ConfigPatchError } = await import("../errors.ts");
  try {
    using _lock = await mounts.lock({ timeout: 0, command: "remember" });
    await mounts.writeOwn("steady.json", text);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    // Somebody is at work: what we know is about to change.
    if (error.code === "locked") return undefined;
    return { message: `the next run will be slower than it could be: ${error.message}` };
  }
}
