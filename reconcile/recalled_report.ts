/** What a run says that has found nothing to do. Loaded at every steady start, so it loads nothing. @module */
import type { ProviderReport, Report, Warning } from "../ownership/report.ts";
import type { Remembered } from "./steady.ts";

/** The report of a run that has nothing to do, from what is remembered. */
export function reportFrom(mounts: string, { location, rows, warnings }: Remembered): Report {
  return {
    mounts,
    made: false,
    location,
    changed: false,
    providers: rows.map(rowFrom),
    files: [],
    warnings: warnings as readonly Warning[],
  };
}

/** One row of it. */
export function rowFrom(row: Remembered["rows"][number]): ProviderReport {
  return {
    ...row,
    edits: [],
    adopted: [],
    bypasses: row.bypasses.map((one) => ({ ...one, accepted: true })),
    error: undefined,
  };
}
