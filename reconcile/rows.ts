/** How each provider ends, file by file, from the plans. Pure. @module */
import type { ConfigPatchError } from "../errors.ts";
import type { Job } from "./job.ts";
import { partKey, type PartResult } from "../ownership/plan.ts";
import type { ProviderReport, Warning } from "../ownership/report.ts";
import type { Task } from "./select.ts";
import type { Unit } from "./unit.ts";

export function reportsOf(
  tasks: readonly Task[],
  units: ReadonlyMap<string, Unit>,
  job: Job,
): { reports: ProviderReport[]; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const unitsOfPart = new Map<string, Unit[]>();
  const results = new Map<Unit, Map<string, PartResult>>();
  for (const unit of units.values()) {
    // The first result of a part counts: that of an earlier plan, in which it failed.
    const listed = unit.plan?.results.map((one) => [partKey(one), one] as const) ?? [];
    results.set(unit, new Map(listed.toReversed()));
    for (const key of new Set(unit.parts.map(partKey))) {
      const list = unitsOfPart.get(key) ?? [];
      unitsOfPart.set(key, list);
      list.push(unit);
    }
  }
  const reports = tasks.flatMap((task): ProviderReport[] => {
    const { provider, action, target } = task;
    const own = target && `${target.dir}/${target.file}`;
    const base = { provider, action, edits: [], ...(own === undefined ? {} : { file: own }) };
    if (task.error !== undefined) {
      const { file } = task.error;
      const at = file === undefined ? {} : { file };
      return [{ ...base, ...at, outcome: "failed", error: task.error }];
    }
    const rows: ProviderReport[] = [];
    for (const unit of unitsOfPart.get(partKey(task)) ?? []) {
      const row = rowOf(unit, provider, action, results.get(unit)?.get(partKey(task)));
      if (row === undefined) continue;
      const { error } = row;
      const malformed = error?.code === "syntax" || error?.code === "encoding";
      if (action === "disable" && malformed && job.failOnMalformed !== true) {
        warnings.push({ file: unit.key, message: staysMessage(provider, error) });
        rows.push({ provider, action, file: unit.key, outcome: "kept", edits: [] });
      } else rows.push(row);
    }
    if (rows.length === 0) {
      // Whom nobody has named and of whom nothing was found is only a word in some sidecar.
      if (job.disableAll === true && target === undefined) return [];
      const none = target === undefined ? "skipped" : "unchanged";
      return [{ ...base, outcome: none }];
    }
    const telling = rows.filter((row) => row.outcome !== "unchanged" || row.file === own);
    return telling.length > 0 ? telling : rows.slice(0, 1);
  });
  return { reports, warnings };
}

function rowOf(
  unit: Unit,
  provider: string,
  action: Task["action"],
  result: PartResult | undefined,
): ProviderReport | undefined {
  const file = unit.key;
  const error = unit.error ?? unit.conflicts.get(provider);
  if (error !== undefined) {
    return {
      provider,
      action,
      file,
      outcome: "failed",
      edits: [],
      error: error.with({ provider, file }),
    };
  }
  // It has failed elsewhere, and says so there.
  if (result === undefined) return undefined;
  return { ...withFile(result, file), file };
}

function withFile(result: PartResult, file: string): PartResult {
  const { error } = result;
  return error === undefined
    ? result
    : { ...result, error: error.with({ provider: result.provider, file }) };
}

function staysMessage(provider: string, error: ConfigPatchError): string {
  const { position } = error;
  const at = position === undefined ? "" : ` (line ${position.line}, column ${position.column})`;
  return `what is of ${provider} in it, if anything, stays for a later run: ${error.message}${at}`;
}
