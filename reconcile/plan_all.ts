/** Planning all files of a run: whoever fails in one of them has no edit in another. Pure. @module */
import { ConfigPatchError } from "../errors.ts";
import { SIDECAR_NAME } from "../storage/names.ts";
import type { Warning } from "../ownership/report.ts";
import type { Task } from "./select.ts";
import type { Unit } from "./unit.ts";

/**
 * Plans all files. Of a provider that fails in one file no edit may be in another, so those are
 * planned again without it.
 */
export function planAll(units: ReadonlyMap<string, Unit>, tasks: readonly Task[]): void {
  const failed = new Set(tasks.filter((task) => task.error).map((task) => task.provider));
  for (const unit of units.values()) {
    for (const name of unit.conflicts.keys()) failed.add(name);
    if (unit.error !== undefined) { for (const part of unit.parts) failed.add(part.provider); }
  }
  let dirty = new Set(units.values());
  while (dirty.size > 0) {
    const again = new Set<Unit>();
    for (const unit of dirty) {
      const fails = planUnit(unit, failed);
      for (const name of fails.filter((name) => !failed.has(name))) {
        failed.add(name);
        for (const other of units.values()) {
          if (other.parts.some((part) => part.provider === name)) again.add(other);
        }
      }
    }
    dirty = again;
  }
}

/**
 * Leaves out files to which nothing but a sidecar leads and that cannot be edited: a container may
 * have named them to keep providers from going. Their names are its words, and are not repeated.
 */
export function dropFalseHints(units: Map<string, Unit>): Warning[] {
  const dropped = new Map<string, number>();
  for (const unit of [...units.values()].filter((one) => one.hinted)) {
    if (!hasFault(unit)) continue;
    units.delete(unit.key);
    dropped.set(unit.dir, (dropped.get(unit.dir) ?? 0) + 1);
  }
  return [...dropped].map(([dir, count]) => ({
    file: `${dir}/${SIDECAR_NAME}`,
    message: `it alone leads to ${count} file${count === 1 ? "" : "s"} that cannot be edited: ` +
      "left alone",
  }));
}

/** Plans one file without the providers that have failed; returns those that fail now. */
function planUnit(unit: Unit, failed: ReadonlySet<string>): string[] {
  if (unit.error !== undefined || unit.run === undefined) return [];
  try {
    const plan = unit.run(unit.parts.filter((part) => !failed.has(part.provider)));
    const earlier = unit.plan?.results.filter((result) => result.error !== undefined) ?? [];
    unit.plan = { ...plan, results: [...earlier, ...plan.results] };
    return plan.results.filter((result) => result.error).map((result) => result.provider);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    const strict = [...unit.strict].filter((name) => !failed.has(name));
    if (error.code === "syntax" && strict.length > 0) {
      // It may be good enough for the others.
      for (const name of strict) unit.conflicts.set(name, error);
      return strict;
    }
    unit.error = error.with({ file: unit.key });
    return unit.parts.map((part) => part.provider);
  }
}

function hasFault({ error, run, parts }: Unit): boolean {
  if (error !== undefined || run === undefined) return error !== undefined;
  try {
    return run(parts).results.some((result) => result.error !== undefined);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    return true;
  }
}
