/** What a preview finds to be written, file by file. Pure. @module */
import { ConfigPatchError } from "../errors.ts";
import { type FileState, splitKey } from "../ownership/claims.ts";
import type { FilePlan } from "../ownership/plan.ts";
import type { FileChange } from "../ownership/report.ts";
import { stateAfter, statedAfter, textAfter } from "./after.ts";
import type { ConfigFile } from "./files.ts";
import type { Preview } from "./preview.ts";
import { LIMITS } from "../storage/limits.ts";
import { octal } from "../storage/modes.ts";
import { type FoundSidecar, sidecarText } from "./sidecars.ts";
import { printState, type State } from "./state.ts";

/** All that a preview finds to be written. */
export interface Changes {
  /** The preview. */
  readonly found: Preview;
  /** The files that get another text or other permission bits, or go. */
  readonly files: readonly ConfigFile[];
  /** The sidecars that get another text, or go. */
  readonly sidecars: readonly FoundSidecar[];
  /** The sidecars that would grow larger than what is read again, and stay as they are. */
  readonly unrecorded: readonly FoundSidecar[];
  /** The state once everything is done. */
  readonly state: State;
  /** Whether nothing at all has to be written, the state neither. */
  readonly areNone: boolean;
}

/** What a preview finds to be written. */
export function changesOf(found: Preview): Changes {
  const files = found.files.filter((file) => isChanged(file, found));
  const state = statedAfter(found);
  const all = [...sidecarChanges(found, state.files)];
  const sidecars = all.filter(([, change]) => !isTooLarge(change)).map(([sidecar]) => sidecar);
  const unrecorded = all.filter(([, change]) => isTooLarge(change)).map(([sidecar]) => sidecar);
  const isLeft = (found.state.pending?.temporaries.length ?? 0) > 0;
  const areNone = files.length === 0 && sidecars.length === 0 && !isLeft &&
    !saysMore(state, found);
  return { found, files, sidecars, unrecorded, state, areNone };
}

/** Whether a sidecar would not be read again. Its text is ASCII. */
function isTooLarge({ text }: SidecarChange): boolean {
  return text !== undefined && text.length > LIMITS.sidecar;
}

/** Whether the state says something else after. Texts of older versions may say the same. */
function saysMore(after: State, { state, stateText }: Preview): boolean {
  const text = printState(after);
  return text !== stateText && text !== printState(state);
}

/** A file's text once everything is done; absent: no file. */
export function newText(file: ConfigFile, found: Preview): string | undefined {
  return textAfter(file, found.plans.get(file));
}

/** Whether a file has another text after, or is to get narrower permission bits. */
export function isChanged(file: ConfigFile, found: Preview): boolean {
  return file.text !== newText(file, found) || narrower(file, found) !== undefined;
}

/** The permission bits to which a file that we began has to be brought. */
export function narrower(
  file: ConfigFile,
  { plans }: Pick<Preview, "plans">,
): number | undefined {
  const { read, modes } = file;
  const plan = plans.get(file);
  if (modes.size === 0) return undefined;
  const applied = plan?.results.filter((one) => one.action === "apply") ?? [];
  const asked = applied.map(({ provider }) => modes.get(provider))
    .filter((mode) => mode !== undefined);
  if (asked.length === 0 || !isBegunByUs(file, plan)) return undefined;
  const mode = asked.reduce((bits, one) => bits & one, 0o666);
  return read !== undefined && (read.mode & 0o777) === mode ? undefined : mode;
}

/** A client that demands narrow permission bits refuses a file of the user's that has wider ones. */
export function tooOpen(
  file: ConfigFile,
  plan: FilePlan,
  provider: string,
): ConfigPatchError | undefined {
  const { modes, read, key } = file;
  const mode = modes.get(provider);
  if (mode === undefined || read === undefined || isBegunByUs(file, plan)) return undefined;
  if ((read.mode & 0o777 & ~mode) === 0) return undefined;
  return new ConfigPatchError(
    "permission",
    `its client refuses a file that is open to others (${octal(read.mode & 0o777)})`,
    { provider, remedy: `run: chmod ${octal(mode)} ${key} (in the mounts directory)` },
  );
}

/** Whether a file is ours after the run. Before it, nobody knows whether it has been replaced. */
function isBegunByUs(file: ConfigFile, plan: FilePlan | undefined): boolean {
  return stateAfter(file, plan)?.origin === "absent";
}

/** What happens to a file, as a report tells it; absent: nothing. */
export function changeOf(file: ConfigFile, found: Preview): FileChange | undefined {
  if (!isChanged(file, found)) return undefined;
  const change = { file: file.key, before: file.text, after: newText(file, found) };
  const mode = narrower(file, found);
  if (mode === undefined || file.read === undefined) return change;
  return { ...change, mode: { before: octal(file.read.mode & 0o777), after: octal(mode) } };
}

/** What is to become of a sidecar. */
export interface SidecarChange {
  /** The text to write; absent: the sidecar goes. */
  readonly text: string | undefined;
  /** The permission bits that it may have at most. */
  readonly mask: number;
}

/** What is to become of the sidecars; of those that are not named here: they stay as they are. */
export function sidecarChanges(
  found: Preview,
  state: ReadonlyMap<string, FileState>,
): ReadonlyMap<FoundSidecar, SidecarChange> {
  // Looked up once, however many host dirs there are.
  const files = Map.groupBy(found.files, (file) => file.dir);
  const entries = Map.groupBy(state, ([key]) => splitKey(key)[0]);
  const changes = new Map<FoundSidecar, SidecarChange>();
  for (const sidecar of found.sidecars) {
    const change = sidecarChange(sidecar, found, {
      files: files.get(sidecar.dir) ?? [],
      entries: new Map(
        entries.get(sidecar.dir)?.map(([key, entry]) => [splitKey(key)[1], entry]),
      ),
    });
    if (change !== undefined) changes.set(sidecar, change);
  }
  return changes;
}

/** What belongs to one host dir. */
interface Contents {
  /** Its files that the run is about. */
  readonly files: readonly ConfigFile[];
  /** By file: what we know of each. */
  readonly entries: ReadonlyMap<string, FileState>;
}

function sidecarChange(
  sidecar: FoundSidecar,
  found: Preview,
  { files, entries }: Contents,
): SidecarChange | undefined {
  const { read, isBlocked } = sidecar;
  // What stands in its place is no plain file, or cannot be read: we warn of it, and write nothing.
  if (isBlocked) return undefined;
  const text = sidecarText(sidecar, { decides: decider(files, found), entries });
  // It names addresses that are in the config as well, so it may be read by no more people.
  const isAllRead = [...entries.keys()].every((name) => files.some((file) => file.name === name));
  // The modes of configs that this run does not read are unknown, so a new sidecar is at most 0600.
  const mask = files.reduce(
    (bits, file) => bits & (narrower(file, found) ?? file.read?.mode ?? bits),
    isAllRead || read !== undefined ? 0o644 : 0o600,
  );
  if (text === undefined) return read === undefined ? undefined : { text, mask };
  const same = read !== undefined && (read.mode & 0o777 & ~mask) === 0 &&
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.bytes) === text;
  return same ? undefined : { text, mask };
}

/**
 * Which records of a sidecar we may change: those of providers that take part in the file, that the
 * state knows as owners in it, or that leave. All others belong to another program.
 */
function decider(files: readonly ConfigFile[], { leaving, state, failures }: Preview) {
  return (name: string, provider: string): boolean => {
    const file = files.find((one) => one.name === name);
    if (file === undefined || file.error !== undefined) return false;
    if (failures.keepingOut({ provider, action: "disable" }, file.key) !== undefined) return false;
    if (leaving.has(provider)) return true;
    const entries = [file.state, state.files.get(file.key), state.pending?.files.get(file.key)];
    return file.parts.some((part) => part.provider === provider) ||
      entries.some((entry) => entry?.claims.some((claim) => claim.owners.includes(provider)));
  };
}
