/**
 * The config files that a run is about: who takes part in each, what stands in it, and what we know of
 * it.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { parsingOnce } from "../formats/parse_once.ts";
import type { FormatHandler } from "../formats/types.ts";
import type { Records } from "../ownership/adopt.ts";
import { type FileState, ownersOf, splitKey } from "../ownership/claims.ts";
import { partKey } from "../ownership/plan.ts";
import { type Part, routes } from "../ownership/wanted.ts";
import type { Use } from "../storage/limits.ts";
import { checkFile, checkSegment } from "../storage/names.ts";
import { decodeUtf8, type ReadFile } from "../storage/read.ts";
import type { Reading } from "../storage/reading.ts";
import { textDigest } from "./digest.ts";
import { claimsLeftBehind } from "./left_behind.ts";
import type { Job, Target, Task } from "./tasks.ts";
import { awayAfterCrash, settleFile } from "./settle.ts";
import type { Sidecars } from "./sidecars.ts";
import type { Pending, State } from "./state.ts";

/** One config file, from the first look to the write. */
export interface ConfigFile {
  /** `host dir/file`. */
  readonly key: string;
  /** The host dir. */
  readonly dir: string;
  /** The file in it. */
  readonly name: string;
  /** The name of the format by which it is read. */
  readonly format: string;
  /** Its handler; absent where it could not be loaded. */
  readonly handler: FormatHandler | undefined;
  /** Who wants what in it, or leaves it: disables and applies, each in name order. */
  readonly parts: readonly Part[];
  /** The providers whose clients ignore a file that is not of the strict dialect. */
  readonly strictFor: ReadonlySet<string>;
  /** The permission bits that clients demand, by provider. */
  readonly modes: ReadonlyMap<string, number>;
  /** Whether nothing but a sidecar leads here. */
  readonly isHinted: boolean;
  /** What was read; absent: no file, or an unreadable one. */
  readonly read: ReadFile | undefined;
  /** The text that was read. */
  readonly text: string | undefined;
  /** The digest of the text; empty where nothing depends on it. */
  readonly digest: string;
  /** What we know of it, once it is settled what a crash has left. */
  readonly state: FileState | undefined;
  /** What its sidecar says of it, by provider. */
  readonly records: Records;
  /** Why nothing of it can be read or edited. */
  readonly error: ConfigPatchError | undefined;
}

/** A file before it is read. */
interface Entry {
  readonly dir: string;
  readonly name: string;
  readonly format: string;
  readonly parts: Part[];
  readonly strictFor: Set<string>;
  readonly modes: Map<string, number>;
  isHinted: boolean;
}

/** What a run knows before it looks at files. */
export interface Known {
  /** The run. */
  readonly job: Job;
  /** What is to be done. */
  readonly tasks: readonly Task[];
  /** The state as it was read. */
  readonly state: State;
  /** The sidecars. */
  readonly sidecars: Sidecars;
  /** The reading of this round. */
  readonly reading: Reading;
  /** By `host dir/file`: files that are not there yet, and that this run will make. */
  readonly coming: ReadonlySet<string>;
}

/** All files that a run is about. */
export interface FoundFiles {
  /** The files, read. */
  readonly files: readonly ConfigFile[];
  /** Names of which a client would read the file instead, if there were one: there is none. */
  readonly stronger: readonly string[];
}

/** All files that a run is about, read. */
export async function configFiles(known: Known): Promise<FoundFiles> {
  const entries = new Entries(known.state);
  const stronger = await addTargets(entries, known);
  for (const key of leftBehind(known)) entries.knownAt(key);
  const hinted = await hintedFiles(known, entries.keys());
  for (const { dir, name, format, provider } of hinted) {
    const isNew = !entries.has(`${dir}/${name}`);
    const entry = entries.at(dir, name, format);
    if (isNew) entry.isHinted = true;
    addPart(entry, { provider, action: "disable", wanted: [] });
  }
  return { files: await readAll(entries.list(), known), stronger };
}

/** The files of a run, by `host dir/file`, while they are collected. */
class Entries {
  readonly #entries = new Map<string, Entry>();
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  keys(): ReadonlySet<string> {
    return new Set(this.#entries.keys());
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  list(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** The entry of a file, made if it is new. */
  at(dir: string, name: string, format: string): Entry {
    const key = `${dir}/${name}`;
    // A file with claims is read in the format in which we wrote it. A patch that wants another
    // format is refused later.
    const entry = this.#entries.get(key) ?? {
      dir,
      name,
      format: this.#formatOf(key) ?? format,
      parts: [],
      strictFor: new Set<string>(),
      modes: new Map<string, number>(),
      isHinted: false,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  /** The entry of a file that the state knows; `undefined` if it does not. */
  knownAt(key: string): Entry | undefined {
    const [dir, name] = splitKey(key);
    const format = this.#formatOf(key);
    return format === undefined ? undefined : this.at(dir, name, format);
  }

  #formatOf(key: string): string | undefined {
    const { files, pending } = this.#state;
    return (pending?.files.get(key) ?? files.get(key))?.format;
  }
}

/**
 * The files that the tasks are about, and those in which their providers own something. Returns the
 * names that were passed over because nothing stands there.
 */
async function addTargets(entries: Entries, known: Known): Promise<readonly string[]> {
  const owned = ownedFiles(known.state);
  const targets = new Map<Task, readonly ChosenTarget[]>();
  for (const task of known.tasks) targets.set(task, await chosenTargets(task, known));
  // Applied providers come first, because they decide in which format a file is read.
  for (const [{ action }, chosen] of targets) {
    if (action !== "apply") continue;
    for (const { dir, name, format } of chosen) entries.at(dir, name, format);
  }
  for (const [{ provider, action }, chosen] of targets) {
    const left = new Set(owned.get(provider));
    for (const target of chosen) {
      const entry = entries.at(target.dir, target.name, target.format);
      if (action === "apply") {
        if (target.strict) entry.strictFor.add(provider);
        if (target.mode !== undefined) entry.modes.set(provider, target.mode);
      }
      addPart(entry, { provider, action, wanted: target.wanted });
      // In the names of the file that the client does not read now, nothing changes.
      for (const name of target.files) left.delete(`${target.dir}/${name}`);
    }
    for (const key of left) {
      const entry = entries.knownAt(key);
      if (entry !== undefined) addPart(entry, { provider, action, wanted: [] });
    }
  }
  return [...targets].filter(([{ action }]) => action === "apply").flatMap(([, chosen]) =>
    chosen.flatMap(({ dir, files, name }) =>
      files.slice(files.indexOf(name) + 1).map((file) => `${dir}/${file}`)
    )
  );
}

/** A provider's patches in one file are one part of it. */
function addPart(entry: Entry, part: Part): void {
  const index = entry.parts.findIndex((one) =>
    one.provider === part.provider && one.action === part.action
  );
  const known = entry.parts[index];
  if (known === undefined) entry.parts.push(part);
  else entry.parts[index] = { ...known, wanted: [...known.wanted, ...part.wanted] };
}

/** The files of which the state says that a provider owns something. */
function ownedFiles(state: State): ReadonlyMap<string, ReadonlySet<string>> {
  const owned = new Map<string, Set<string>>();
  for (const [key, entry] of [...state.files, ...(state.pending?.files ?? [])]) {
    for (const owner of ownersOf(entry)) {
      owned.set(owner, (owned.get(owner) ?? new Set()).add(key));
    }
  }
  return owned;
}

/** A target, its file chosen among the names that it may have. */
interface ChosenTarget extends Target {
  readonly name: string;
}

/** Of names of which the client reads one only, the last one that exists is the one. */
async function chosenTargets(task: Task, known: Known): Promise<ChosenTarget[]> {
  const chosen: ChosenTarget[] = [];
  for (const target of task.targets) {
    const { dir, files } = target;
    const [first = ""] = files;
    let name = first;
    if (files.length > 1) {
      const reads = files.map((file) => ({ dir, file, use: "apply" }) as const);
      const found = await known.reading.all(reads);
      const there = files.filter((file) => {
        const key = `${dir}/${file}`;
        const outcome = found.get(key);
        return outcome?.read !== undefined || outcome?.error !== undefined ||
          known.coming.has(key);
      });
      name = there[there.length - 1] ?? first;
    }
    if (task.action === "apply") chosen.push({ ...target, name });
    else for (const file of files) chosen.push({ ...target, name: file });
  }
  return chosen;
}

/** Files of an unfinished run, and files with addresses that are left behind. */
function leftBehind({ job, state }: Known): string[] {
  const claimsOf = claimsLeftBehind(job);
  const left = [...state.files].filter(([key, entry]) =>
    job.only?.has(splitKey(key)[0]) !== false && claimsOf(entry).length > 0
  ).map(([key]) => key);
  return [...state.pending?.files.keys() ?? [], ...left];
}

/** A part, and the file in which it is one. */
export interface PartInFile {
  readonly file: ConfigFile;
  readonly part: Part;
}

/** By the key of a part: the files in which it is one, each looked up once for all providers. */
export function filesByPart(files: readonly ConfigFile[]): ReadonlyMap<string, PartInFile[]> {
  const all = files.flatMap((file) => file.parts.map((part) => ({ file, part })));
  return Map.groupBy(all, ({ part }) => partKey(part));
}

/**
 * Files of which only a sidecar says that something of those who leave is in them. None is in a file
 * that the state knows: who owns what there is written in the state.
 */
async function hintedFiles(
  { job, tasks, state, sidecars }: Known,
  keys: ReadonlySet<string>,
): Promise<{ dir: string; name: string; format: string; provider: string }[]> {
  const leavers = new Set(
    tasks.flatMap(({ provider, action }) => action === "disable" ? [provider] : []),
  );
  if (leavers.size === 0) return [];
  if (job.disableAll === true) await sidecars.all();
  for (const dir of new Set([...keys].map((key) => splitKey(key)[0]))) await sidecars.get(dir);
  return sidecars.found().flatMap(({ dir, sidecar }) =>
    [...sidecar].flatMap(([name, providers]) =>
      state.files.has(`${dir}/${name}`)
        ? []
        : [...providers].flatMap(([provider, [first]]) =>
          first === undefined || !leavers.has(provider)
            ? []
            : [{ dir, name, format: first.format, provider }]
        )
    )
  ).sort((a, b) => a.provider < b.provider ? -1 : a.provider > b.provider ? 1 : 0);
}

async function readAll(entries: readonly Entry[], known: Known): Promise<ConfigFile[]> {
  const { job, reading, state, sidecars } = known;
  const safe = entries.map((entry) => ({ entry, error: unsafeName(entry, job) }));
  const reads = safe.filter((one) => one.error === undefined).map(({ entry }) => ({
    dir: entry.dir,
    file: entry.name,
    use: useOf(entry),
    isHinted: entry.isHinted,
  }));
  const found = await reading.all(reads);
  return await Promise.all(safe.map(async ({ entry, error }): Promise<ConfigFile> => {
    const { dir, name } = entry;
    const key = `${dir}/${name}`;
    const outcome = found.get(key);
    const { sidecar } = await sidecars.get(dir);
    const before = state.files.get(key);
    const file = {
      ...entry,
      key,
      handler: undefined,
      read: outcome?.read,
      text: undefined,
      digest: "",
      state: before,
      records: sidecar.get(name) ?? new Map(),
      error: error ?? outcome?.error,
    };
    if (file.error !== undefined) return { ...file, error: file.error.with({ file: key }) };
    try {
      const text = file.read && decodeUtf8(file.read.bytes, key);
      const handler = parsingOnce(await job.formats.load(entry.format));
      const isAsked = (before?.aside.length ?? 0) > 0 || state.pending?.files.has(key) === true;
      const digest = isAsked ? await textDigest(text) : "";
      const settled = { ...file, handler, text, digest };
      return state.pending?.files.has(key) === true
        ? { ...settled, state: settledState(settled, before, state.pending, handler) }
        : settled;
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      return { ...file, error: error.with({ file: key }) };
    }
  }));
}

/** A file that is only left may be larger than one that is to be routed. */
export function useOf({ parts }: Pick<ConfigFile, "parts">): Use {
  return parts.some(routes) ? "apply" : "take back";
}

function unsafeName({ dir, name }: Entry, job: Job): ConfigPatchError | undefined {
  try {
    checkSegment(dir, "host_dir");
    checkFile(name, job.allowNested === true);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigPatchError) return error;
    throw error;
  }
}

/** The entry of a file that a crash may have kept from being replaced. */
function settledState(
  { key, text, digest }: Pick<ConfigFile, "key" | "text" | "digest">,
  before: FileState | undefined,
  pending: Pending,
  handler: FormatHandler,
): FileState | undefined {
  const after = pending.files.get(key);
  const texts = pending.texts.get(key);
  if (digest === texts?.after) return after;
  if (digest === texts?.before) return before;
  if (text === undefined || text.trim() === "") return awayAfterCrash(before, after);
  return settleFile(before, after, { text, value: handler.parse(text).value });
}
