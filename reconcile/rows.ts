/** How each provider ends, file by file, from the plans. Pure. @module */
import { ConfigPatchError, type Position } from "../errors.ts";
import { pathText } from "../formats/value.ts";
import { ownersOf } from "../ownership/claims.ts";
import { type FilePlan, partKey, type PartResult } from "../ownership/plan.ts";
import type { Stray } from "../ownership/strays.ts";
import type { ProviderReport, Warning } from "../ownership/report.ts";
import type { Part } from "../ownership/wanted.ts";
import type { Judgement } from "./bypasses.ts";
import { narrower } from "./changes.ts";
import { type ConfigFile, filesByPart } from "./files.ts";
import type { Failures } from "./unserved.ts";
import { isKeptOff, type Job, type Task } from "./tasks.ts";

/** All that the rows come from. */
interface Outcomes {
  readonly tasks: readonly Task[];
  readonly files: readonly ConfigFile[];
  readonly plans: ReadonlyMap<ConfigFile, FilePlan>;
  readonly failures: Failures;
  readonly judgement: Judgement;
  readonly job: Job;
}

/** The rows of all tasks, in their order, and what an operator should know about them. */
export function rowsOf(outcomes: Outcomes): {
  readonly rows: readonly ProviderReport[];
  readonly warnings: readonly Warning[];
} {
  const warnings: Warning[] = [];
  const inFiles = filesByPart(outcomes.files);
  const results = new Map(
    [...outcomes.plans].map(([file, plan]) => [
      file,
      new Map(plan.results.map((result) => [partKey(result), result])),
    ]),
  );
  const rows = outcomes.tasks.flatMap((task) => {
    const mine = (inFiles.get(partKey(task)) ?? [])
      .map(({ file }) => ({ file, result: results.get(file)?.get(partKey(task)) }));
    return rowsOfTask(task, mine, outcomes, warnings);
  });
  return { rows, warnings };
}

/** A file of a task, and how the task ends in it, if it is planned. */
interface Ended {
  readonly file: ConfigFile;
  readonly result: PartResult | undefined;
}

function rowsOfTask(
  task: Task,
  mine: readonly Ended[],
  outcomes: Outcomes,
  warnings: Warning[],
): ProviderReport[] {
  const { provider, action, targets } = task;
  const { failures, judgement, job } = outcomes;
  const [target] = targets;
  const own = target && `${target.dir}/${target.files[0]}`;
  const base: ProviderReport = {
    provider,
    action,
    file: own,
    outcome: targets.length === 0 ? "skipped" : "unchanged",
    edits: [],
    adopted: [],
    bypasses: [],
    error: undefined,
  };
  if (task.error !== undefined && isKeptOff(job, provider)) {
    warnings.push({ file: task.error.file ?? own, message: stays(provider, task.error) });
    return [{ ...base, outcome: "kept" }];
  }
  if (task.error !== undefined) {
    return [{ ...base, file: task.error.file ?? own, outcome: "failed", error: task.error }];
  }
  const bypasses = judgement.bypasses.get(provider) ?? [];
  const rows = mine.flatMap(({ file, result }, index): ProviderReport[] => {
    const row = { ...base, file: file.key, bypasses: index === 0 ? bypasses : [] };
    const error = failures.inFile(task, file.key);
    if (error !== undefined) {
      const kept = keptAfter(error, task, file, job);
      if (kept === undefined) return [{ ...row, outcome: "failed", error }];
      warnings.push(kept.warning);
      return [{ ...row, outcome: kept.outcome }];
    }
    // It has failed elsewhere, and says so there.
    if (failures.keepingOut(task, file.key) !== undefined) return [];
    if (result === undefined) return [];
    const told = rowOf(row, file, result, job, warnings);
    const isNarrowed = action === "apply" && file.modes.has(provider) &&
      narrower(file, outcomes) !== undefined;
    return [isNarrowed && told.outcome === "unchanged" ? { ...told, outcome: "updated" } : told];
  });
  for (const one of bypasses.filter((one) => one.accepted)) {
    const what = one.path === undefined ? "this file" : pathText(one.path);
    warnings.push({
      code: "bypassed",
      file: one.file,
      position: one.position,
      message:
        `accepted: the client of ${provider} does not go to the vault, because of ${what}: ` +
        one.why,
    });
  }
  if (rows.length === 0) {
    // A name that only a sidecar tells of, where nothing of it was found, is not reported.
    return job.disableAll === true && target === undefined ? [] : [base];
  }
  const telling = rows.filter((row) => row.outcome !== "unchanged" || row.file === own);
  return telling.length > 0 ? telling : rows.slice(0, 1);
}

function rowOf(
  row: ProviderReport,
  file: ConfigFile,
  { outcome, edits, adopted, strays, kept, gone }: PartResult,
  job: Job,
  warnings: Warning[],
): ProviderReport {
  const { provider, action } = row;
  const [stray, ...others] = strays;
  if (stray !== undefined && action === "disable" && job.failIncompleteDisable === true) {
    const error = strayError(stray, others, provider, file);
    return { ...row, outcome: "failed", edits, error };
  }
  for (const one of strays) {
    const { position } = one;
    warnings.push({ code: "moved", file: file.key, position, message: strayText(one, provider) });
  }
  for (const { path, position } of kept) {
    const message = `${pathText(path)} of ${provider} holds another value than ours: it is the ` +
      "user's, and stays";
    warnings.push({ file: file.key, position, message });
  }
  // A row that says so itself needs no more words.
  if (outcome !== "gone" && gone.length > 0 && strays.length === 0) {
    const message = `${gone.map(pathText).join(", ")} of ${provider} had gone already`;
    warnings.push({ file: file.key, message });
  }
  return { ...row, outcome, edits, adopted: action === "apply" ? adopted : [] };
}

function strayText({ path, isEdited }: Stray, provider: string): string {
  const what = `an address of the vault stands at ${pathText(path)}`;
  return isEdited
    ? `${what}, in a value that is not as ${provider} wrote it, and stays`
    : `${what}, where ${provider} did not put it: it was moved, renamed or copied, and stays`;
}

/** One error for all addresses that stay: the first with its place, the others by their lines. */
function strayError(
  stray: Stray,
  others: readonly Stray[],
  provider: string,
  file: ConfigFile,
): ConfigPatchError {
  const more = others.map(({ path, position }) => `${pathText(path)}${whereText(position)}`);
  const message = strayText(stray, provider) +
    (more.length === 0 ? "" : `; the same at ${more.join(", ")}`);
  const remedy = "take it out by hand";
  return new ConfigPatchError("moved", message, {
    provider,
    file: file.key,
    position: stray.position,
    remedy,
  });
}

/**
 * How a failed disable ends if it must not fail the run. Within `apply`, the claims in a file that
 * does not parse stay for a later run, and in a run about others all that cannot be taken back. A
 * provider that owns nothing in it has nothing to take back.
 */
function keptAfter(
  error: ConfigPatchError,
  { provider, action }: Pick<Part, "provider" | "action">,
  file: ConfigFile,
  job: Job,
): { readonly warning: Warning; readonly outcome: "kept" | "unchanged" } | undefined {
  if (action !== "disable") return undefined;
  const owns = ownersOf(file.state).includes(provider) || file.records.has(provider);
  const isMalformed = error.code === "syntax" || error.code === "encoding";
  const isLeft = isKeptOff(job, provider) ||
    (isMalformed && job.failIncompleteDisable !== true);
  if (owns && !isLeft) return undefined;
  const message = owns
    ? stays(provider, error)
    : `nothing of ${provider} is known to be in it, and it cannot be looked into: ` +
      `${error.message}${whereText(error.position)}`;
  return { warning: { file: file.key, message }, outcome: owns ? "kept" : "unchanged" };
}

/** Says that what is a provider's could not be taken back yet. */
export function stays(provider: string, error: ConfigPatchError): string {
  return `what is of ${provider} in it stays for a later run: ${error.message}` +
    whereText(error.position);
}

function whereText(position: Position | undefined): string {
  return position === undefined ? "" : ` (line ${position.line}, column ${position.column})`;
}
