/**
 * Where every run begins: see whether nothing has changed, and only otherwise load the rest.
 *
 * @module
 */
import type { Report, Warning } from "../ownership/report.ts";
import { reportFrom } from "./recalled_report.ts";
import type { RunOptions } from "./run.ts";
import { recall, textOf } from "./steady.ts";
import type { Job } from "./tasks.ts";

/** A run whose parsers and planner are not loaded yet. */
export interface Start extends RunOptions {
  /** The mounts directory, spelled as Deno's grants have it. */
  readonly mounts: string;
  /**
   * All that the outcome depends on besides the files, as JSON or bigints: version, roster, options.
   * `undefined` where that cannot be told (formats of the caller's own), or where the run is not the
   * one that every task start does: then nothing is remembered.
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
  const known = text === undefined ? undefined : await recall(mounts, text);
  if (known?.kind === "same") return reportFrom(mounts, known.report);
  const [job, { run }, remembering] = await Promise.all([
    options.job(),
    import("./run.ts"),
    import("./remembering.ts"),
  ]);
  let over = known && remembering.takenOver(known.memory, known.files);
  let result = await run({ ...job, only: over?.changed }, options);
  if (over !== undefined && result.end.found.stateText !== over.memory.state) {
    // Another run was at work since we looked: what is remembered is of no use.
    over = undefined;
    result = await run(job, options);
  }
  const report = over === undefined ? result.report : remembering.completed(result.report, over);
  const memory = text === undefined
    ? undefined
    : remembering.memoryAfter(text, report, result.end, job, over);
  const warning = memory === undefined ? undefined : await remember(job, memory);
  return warning === undefined ? report : { ...report, warnings: [...report.warnings, warning] };
}

async function remember({ mounts }: Job, text: string): Promise<Warning | undefined> {
  const { ConfigPatchError } = await import("../errors.ts");
  try {
    using _lock = await mounts.lock({ timeout: 0, command: "remember" });
    await mounts.writeOwn("steady.json", text);
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
