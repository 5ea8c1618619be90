/**
 * What still holds of a preview after another run of ours has written the state: runs about different
 * providers must not make each other start over. Pure.
 *
 * @module
 */
import { type FileState, ownersOf, splitKey } from "../ownership/claims.ts";
import { type FilePlan, partKey } from "../ownership/plan.ts";
import type { Part } from "../ownership/wanted.ts";
import type { ConfigFile } from "./files.ts";
import { claimsLeftBehind } from "./left_behind.ts";
import type { Preview } from "./preview.ts";
import { NO_STATE, parseState, printState, type State } from "./state.ts";
import type { Job } from "./tasks.ts";

/**
 * A preview on the state as it stands now; `undefined` where something that it came from has changed,
 * and it has to be made again.
 */
export function rebased(
  found: Preview,
  stateText: string | undefined,
  job: Job,
): Preview | undefined {
  if (stateText === found.stateText) return found;
  const state = stateText === undefined ? NO_STATE : parseState(stateText);
  // With work pending, or with `disableAll`, the result depends on every entry of the state.
  if (found.state.pending !== undefined || state.pending !== undefined) return undefined;
  if (job.disableAll === true) return undefined;
  const dirs = new Set([...found.files, ...found.sidecars].map((one) => one.dir));
  const providers = new Set(found.providers.map((row) => row.provider));
  const leftBehind = claimsLeftBehind(job);
  const concerns = (key: string): boolean =>
    dirs.has(splitKey(key)[0]) ||
    [found.state.files.get(key), state.files.get(key)].some((entry) =>
      ownersOf(entry).some((owner) => providers.has(owner)) ||
      leftBehind(entry).length > 0
    );
  if (changedKeys(found.state, state).some(concerns)) return undefined;
  return { ...found, stateText, state };
}

/** The keys whose entries differ. */
function changedKeys(before: State, now: State): string[] {
  return [...new Set([...before.files.keys(), ...now.files.keys()])].filter((key) =>
    !isSameEntry(before.files.get(key), now.files.get(key))
  );
}

function isSameEntry(a: FileState | undefined, b: FileState | undefined): boolean {
  return a === b ||
    (a !== undefined && b !== undefined &&
      printState({ files: new Map([["", a]]) }) === printState({ files: new Map([["", b]]) }));
}

/** The plan that an earlier round has made of a file, if it would be the same one now. */
export function planBefore(
  earlier: Preview | undefined,
  file: ConfigFile,
  parts: readonly Part[],
): FilePlan | undefined {
  const before = earlier?.files.find((one) => one.key === file.key);
  const plan = before && earlier?.plans.get(before);
  if (plan === undefined || before === undefined) return undefined;
  const plannedFor = plan.results.map(partKey);
  const isSame = before.text === file.text && before.digest === file.digest &&
    before.format === file.format && isSameEntry(before.state, file.state) &&
    textOf([...before.strictFor]) === textOf([...file.strictFor]) &&
    textOf([...before.records]) === textOf([...file.records]) &&
    textOf(before.parts.filter((part) => plannedFor.includes(partKey(part)))) === textOf(parts);
  return isSame ? plan : undefined;
}

/** A text that two values share only if they are equal. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === "bigint" || typeof one === "symbol") return { [typeof one]: String(one) };
    return Object.is(one, -0) ? { number: "-0" } : one;
  });
}
