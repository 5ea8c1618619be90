/**
 * What a run remembers for the next one, and what it takes over from the one before: the host dirs in
 * which everything stands as it did are not read, parsed or planned again.
 *
 * @module
 */
import type { ProviderReport, Report, Warning } from "../ownership/report.ts";
import { SIDECAR_NAME } from "../storage/names.ts";
import { rowFrom } from "./recalled_report.ts";
import type { RunResult } from "./run.ts";
import { withDone } from "./findings.ts";
import {
  directoryOf,
  type Memory,
  type MemoryInput,
  memoryText,
  type Seen,
  type Sight,
} from "./steady.ts";
import type { Job } from "./tasks.ts";

/** What is taken over from the last run. */
export interface TakenOver {
  /** What was remembered. */
  readonly memory: Memory;
  /** The host dirs in which something has changed: what was remembered of them is no use. */
  readonly changed: ReadonlySet<string>;
}

/** What is taken over, from the keys of the files and patterns that differ. */
export function takenOver(memory: Memory, files: ReadonlySet<string>): TakenOver {
  return { memory, changed: new Set([...files].map(directoryOf)) };
}

/** The report of a run that has looked at some host dirs only, with what stands in the others. */
export function completed(report: Report, { memory, changed }: TakenOver): Report {
  const fresh = new Map<string, ProviderReport[]>();
  for (const row of report.providers) {
    const key = `${row.action} ${row.provider}`;
    fresh.set(key, [...fresh.get(key) ?? [], row]);
  }
  const told = new Set<string>();
  const providers = memory.report.rows.flatMap((row): readonly ProviderReport[] => {
    const key = `${row.action} ${row.provider}`;
    const rows = fresh.get(key);
    if (rows === undefined) return [rowFrom(row)];
    if (told.has(key)) return [];
    told.add(key);
    return rows;
  });
  const warnings = memory.report.warnings.filter(({ file }) => stays(file, changed));
  return { ...report, providers, warnings: [...warnings as Warning[], ...report.warnings] };
}

/** The report of a run that had to be done once more, with what the one before has done. */
export function withEarlier(report: Report, earlier: Report): Report {
  const files = new Map(earlier.files.map((change) => [change.file, change]));
  for (const change of report.files) {
    const before = files.get(change.file)?.before ?? change.before;
    files.set(change.file, { ...change, before });
  }
  const done = earlier.providers.filter(({ outcome }) => outcome !== "failed");
  const told = new Set(report.warnings.map(({ file, message }) => `${file} ${message}`));
  const warnings = earlier.warnings.filter(({ file, message }) => !told.has(`${file} ${message}`));
  return {
    ...report,
    made: report.made || earlier.made,
    changed: report.changed || earlier.changed,
    providers: withDone(report.providers, done),
    files: [...files.values()].sort((a, b) => a.file < b.file ? -1 : 1),
    warnings: [...warnings, ...report.warnings],
  };
}

/** What a run has found or left in the mounts, as far as it could be read. */
export function sightOf({ found, written }: RunResult["end"], over: TakenOver | undefined): Sight {
  const files = new Map<string, Seen>();
  const patterns = new Map(found.judgement.patterns);
  for (const key of over?.memory.keys ?? []) {
    const seen = stays(key, over?.changed) ? over?.memory.seen(key) : undefined;
    if (seen !== undefined) files.set(key, seen);
  }
  for (const [key, names] of Object.entries(over?.memory.patterns ?? {})) {
    if (stays(key, over?.changed)) patterns.set(key, names);
  }
  const configs = found.files.filter(({ read, error }) => read !== undefined || !error);
  const reads = [
    ...found.stronger.map((key) => [key, undefined] as const),
    ...found.judgement.looked,
    ...configs.map((file) => [file.key, file.read] as const),
    ...found.sidecars.filter((one) => !one.isBlocked)
      .map((one) => [`${one.dir}/${SIDECAR_NAME}`, one.read] as const),
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
  return { files, patterns };
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
 * The memory of a run; `undefined` if the next start has to look again: something failed, or there
 * is a warning that may not be true any more by then.
 *
 * @param report The completed report.
 */
export function memoryAfter(
  inputs: string,
  report: Report,
  { found, written }: RunResult["end"],
  { roster }: Job,
  sight: Sight,
): string | undefined {
  const state = written === undefined ? found.stateText : written.stateText;
  // Without a state there is nothing of ours to look after, and no directory to remember it in.
  if (state === undefined || (report.changed && written === undefined)) return undefined;
  if (!report.providers.every((row) => DONE.has(row.outcome))) return undefined;
  // A provider that only the state knew is unknown at the next start, which has to look again.
  if (report.providers.some((row) => roster.get(row.provider) === undefined)) return undefined;
  const warnings = report.warnings.filter((one) => one.code !== undefined);
  if (warnings.length < report.warnings.length) return undefined;
  if (found.judgement.isBlind || found.sidecars.some((one) => one.isBlocked)) return undefined;
  return memoryText({ ...sight, inputs, state, report: remembered(report, warnings) });
}

function remembered(report: Report, warnings: readonly Warning[]): MemoryInput["report"] {
  return {
    location: report.location,
    rows: report.providers.map(({ provider, action, file, outcome, bypasses }) => ({
      provider,
      action,
      file,
      outcome: outcome === "skipped" ? "skipped" : "unchanged",
      bypasses: bypasses.map(({ file, position, path, why }) => ({ file, position, path, why })),
    })),
    warnings: warnings.map(({ message, file, position, code }) => ({
      message,
      file,
      position,
      code,
    })),
  };
}

function stays(key: string | undefined, changed: ReadonlySet<string> | undefined): boolean {
  return key === undefined || changed?.has(directoryOf(key)) !== true;
}
