/** What the report of a run has to say. @module */
import type { ConfigPatchError } from "../errors.ts";
import { partKey } from "../ownership/plan.ts";
import type { FileChange, ProviderReport, Report, Warning } from "../ownership/report.ts";
import { LIMITS } from "../storage/limits.ts";
import { SIDECAR_NAME } from "../storage/names.ts";
import { changeOf, type Changes } from "./changes.ts";
import type { ConfigFile } from "./files.ts";
import type { Preview } from "./preview.ts";
import { stays } from "./rows.ts";
import type { FoundSidecar } from "./sidecars.ts";
import { isKeptOff, type Job } from "./tasks.ts";

/** Collects over the rounds of a run what the report has to say. */
export class Findings {
  readonly #job: Job;
  readonly #rows: ProviderReport[] = [];
  readonly #changes = new Map<string, FileChange>();
  readonly #failures = new Map<string, ConfigPatchError>();
  readonly #left = new Set<string>();
  readonly #warnings: Warning[] = [];
  #made = false;

  constructor(job: Job) {
    this.#job = job;
  }

  /** Whether the mounts directory was made now. */
  made(made: boolean): void {
    this.#made ||= made;
  }

  /** A file was brought to its planned text. */
  done(found: Preview, file: ConfigFile): void {
    this.#failures.delete(file.key);
    for (const row of found.providers) {
      if (row.file === file.key && row.outcome !== "unchanged") this.#rows.push(row);
    }
    const change = changeOf(file, found);
    if (change !== undefined) this.#changes.set(file.key, change);
  }

  /** A file could not be written. */
  fail(key: string, error: ConfigPatchError): void {
    this.#failures.set(key, error);
  }

  /**
   * A file that only a sidecar names could not be written. A container may have named it so that a
   * disable fails, so it fails nobody, and is not named.
   */
  leave({ key, dir }: ConfigFile): void {
    this.#left.add(key);
    this.warn({
      file: `${dir}/${SIDECAR_NAME}`,
      message: "it alone leads to a file that cannot be replaced: left alone",
    });
  }

  /** Something to know that did not fail the run. */
  warn(warning: Warning): void {
    this.#warnings.push(warning);
  }

  /** The rows of a preview, also those of applied providers that had nothing to say of a failed file. */
  #withSilent({ providers, files, failures }: Preview): readonly ProviderReport[] {
    const rows = [...providers];
    for (const { key, parts } of files) {
      if (!this.#failures.has(key)) continue;
      for (const { provider, action } of parts) {
        if (action !== "apply" || failures.ofApplied(provider) !== undefined) continue;
        const isOf = (row: ProviderReport) => row.provider === provider && row.action === action;
        const at = rows.findLastIndex(isOf);
        const known = rows[at];
        if (known === undefined || rows.some((row) => isOf(row) && row.file === key)) continue;
        const row = { ...known, file: key, edits: [], adopted: [], bypasses: [] };
        rows.splice(at + 1, 0, { ...row, outcome: "unchanged" });
      }
    }
    return rows;
  }

  /** The report of a preview, with what was done on the way to it. */
  report({ found, unrecorded }: Changes): Report {
    const kept: Warning[] = [];
    const planned = this.#withSilent(found).map((row): ProviderReport => {
      const { provider, file, action } = row;
      const failure = file === undefined ? undefined : this.#failures.get(file);
      // Whoever takes nothing back there has nothing to do with it.
      const concerns = action === "apply" ? row.outcome !== "failed" : row.outcome !== "unchanged";
      const isInPassing = action === "disable" && isKeptOff(this.#job, provider);
      if (failure !== undefined && concerns && isInPassing) {
        kept.push({ file, message: stays(provider, failure) });
        return { ...row, outcome: "kept", edits: [] };
      }
      if (failure !== undefined && concerns) {
        return { ...row, outcome: "failed", edits: [], error: failure.with({ provider }) };
      }
      if (file !== undefined && this.#left.has(file)) {
        return { ...row, outcome: "unchanged", edits: [] };
      }
      return row;
    });
    const providers = withDone(planned, this.#rows);
    const files = new Map(this.#changes);
    for (const file of found.files) {
      const change = changeOf(file, found);
      if (change !== undefined && !this.#failures.has(file.key) && !this.#left.has(file.key)) {
        files.set(file.key, change);
      }
    }
    return {
      mounts: this.#job.mounts.path,
      made: this.#made,
      location: this.#job.location,
      changed: files.size > 0,
      providers,
      files: [...files.values()].sort((a, b) => a.file < b.file ? -1 : 1),
      warnings: [
        ...found.warnings,
        ...unrecorded.map(unrecordedWarning),
        ...this.#warnings,
        ...kept,
      ],
    };
  }
}

function unrecordedWarning({ dir }: FoundSidecar): Warning {
  return {
    code: "unrecorded",
    file: `${dir}/${SIDECAR_NAME}`,
    message:
      `it would be larger than ${LIMITS.sidecar} bytes and stays as it is, so other programs ` +
      "do not learn from it what is ours",
  };
}

/**
 * The rows of a last look, with what looks before it have done: where nothing is left to do, that is
 * told. Of a provider that only the state knew, nothing is planned any more once it is gone.
 */
export function withDone(
  rows: readonly ProviderReport[],
  done: readonly ProviderReport[],
): ProviderReport[] {
  const keyOf = (row: ProviderReport) => `${partKey(row)} ${row.file ?? ""}`;
  // Of several, the first one counts.
  const earlier = new Map(done.toReversed().map((row) => [keyOf(row), row]));
  const all = rows.map((row) => row.outcome === "unchanged" ? earlier.get(keyOf(row)) ?? row : row);
  const told = new Set(all.map(keyOf));
  for (const row of done) {
    if (row.outcome === "unchanged" || told.has(keyOf(row))) continue;
    told.add(keyOf(row));
    all.push(row);
  }
  return all;
}
