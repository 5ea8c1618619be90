/**
 * Where every run begins: see whether nothing has changed, and only otherwise load the rest.
 *
 * @module
 */
import type { Report, Warning } from "../ownership/report.ts";
import type { Job } from "./tasks.ts";
import type { RunOptions, RunResult } from "./run.ts";
import { type MemoryInput, memoryText, recall, type Remembered, textOf } from "./steady.ts";

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
  const job = await options.job();
  const { run } = await import("./run.ts");
  const result = await run(job, options);
  const memory = text === undefined ? undefined : memoryOf(text, result);
  if (memory === undefined) return result.report;
  const warning = await remember(job, memory);
  return warning === undefined
    ? result.report
    : { ...result.report, warnings: [...result.report.warnings, warning] };
}

function reportFrom(mounts: string, { location, rows, warnings }: Remembered): Report {
  return {
    mounts,
    made: false,
    location,
    changed: false,
    providers: rows.map((row) => ({
      ...row,
      edits: [],
      adopted: [],
      bypasses: row.bypasses.map((one) => ({ ...one, accepted: true })),
      error: undefined,
    })),
    files: [],
    warnings: warnings as readonly Warning[],
  };
}

/** Outcomes after which the next run finds nothing to do. */
const DONE: ReadonlySet<string> = new Set([
  "unchanged",
  "skipped",
  "created",
  "updated",
  "removed",
  "restored",
]);

/**
 * The memory of a run; `undefined` where it must not be trusted later: something failed, or an operator
 * has to be told at the next start what may have gone by then.
 */
function memoryOf(inputs: string, { report, end: { found, written } }: RunResult) {
  const state = written === undefined ? found.stateText : written.stateText;
  // Without a state there is nothing of ours to look after, and no directory to remember it in.
  if (state === undefined || !report.providers.every((row) => DONE.has(row.outcome))) {
    return undefined;
  }
  if (report.changed && written === undefined) return undefined;
  const stays = report.warnings.filter((one) => one.code !== undefined);
  if (stays.length < report.warnings.length) return undefined;
  if (found.sidecars.some((one) => one.isBlocked)) return undefined;
  const files = new Map<
    string,
    MemoryInput["files"] extends ReadonlyMap<string, infer T> ? T : never
  >();
  const reads = [
    ...found.judgement.looked,
    ...found.files.map((file) => [file.key, file.read] as const),
    ...found.sidecars.map((one) => [`${one.dir}/.terok-managed-config.json`, one.read] as const),
  ];
  for (const [key, read] of reads) {
    const now = written?.files.has(key) === true ? written.files.get(key) : read;
    files.set(
      key,
      now === undefined ? { kind: "absent" } : {
        kind: "file",
        mode: now.mode & 0o7777,
        uid: now.uid,
        gid: now.gid,
        bytes: now.bytes,
      },
    );
  }
  return memoryText({
    inputs,
    state,
    files,
    patterns: found.judgement.patterns,
    report: {
      location: report.location,
      rows: report.providers.map(({ provider, action, file, outcome, bypasses }) => ({
        provider,
        action,
        file,
        outcome: outcome === "skipped" ? "skipped" : "unchanged",
        bypasses: bypasses.map(({ file, position, path, why }) => ({ file, position, path, why })),
      })),
      warnings: stays.map(({ message, file, position, code }) => ({
        message,
        file,
        position,
        code,
      })),
    },
  });
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
