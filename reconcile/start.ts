/**
 * Where every run begins: see whether nothing has changed, and only otherwise load the rest.
 *
 * @module
 */
import { memoryText, recall, type Standing, textOf } from "./steady.ts";
import type { Outcome, Report, Warning } from "../ownership/report.ts";
import type { ReadFile } from "../storage/read.ts";
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
  const known = text === undefined ? undefined : await recall(mounts, text);
  if (known?.kind === "same") {
    const { location, rows } = known.report;
    const providers = rows.map(({ provider, action, file, outcome }) => ({
      provider,
      action,
      ...(file === undefined ? {} : { file }),
      outcome,
      edits: [],
    }));
    return { location, changed: false, providers, files: [], warnings: [] };
  }
  const job = await options.job();
  const { run } = await import("./run.ts");
  const { report, quiet } = await run(job, options);
  if (text === undefined || quiet === undefined) return report;
  const warning = await remember(job, text, quiet, report);
  return warning === undefined ? report : { ...report, warnings: [...report.warnings, warning] };
}

async function remember(
  { mounts }: Job,
  inputs: string,
  quiet: Survey,
  report: Report,
): Promise<Warning | undefined> {
  const text = memoryOf(inputs, quiet, report);
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

/** What has to be seen on every run, a warning or a failure, is not remembered yet. */
function memoryOf(inputs: string, quiet: Survey, report: Report): string | undefined {
  const { stateText } = quiet;
  // Without a state there is nothing of ours to look after, and no directory to remember it in.
  if (stateText === undefined || report.warnings.length > 0) return undefined;
  if (!report.providers.every((row) => isSteady(row.outcome))) return undefined;
  const files = new Map<string, Standing>();
  for (const { key, read } of quiet.files) files.set(key, standingOf(read));
  for (const { dir, read } of quiet.sidecars) {
    files.set(`${dir}/.terok-managed-config.json`, standingOf(read));
  }
  const rows = report.providers.map(({ provider, action, file, outcome }) => ({
    provider,
    action,
    file,
    outcome: isSteady(outcome) ? outcome : "unchanged",
    bypasses: [],
  }));
  const remembered = { location: report.location, rows, warnings: [] };
  return memoryText({ inputs, state: stateText, files, patterns: new Map(), report: remembered });
}

function isSteady(outcome: Outcome): outcome is "unchanged" | "skipped" {
  return outcome === "unchanged" || outcome === "skipped";
}

function standingOf(read: ReadFile | undefined): Standing {
  return read === undefined ? { kind: "absent" } : { kind: "file", ...read };
}
