/**
 * Reading all files that a run is about: with a bound for each host dir, each inode once, and with
 * patience for a client that has emptied its file and is about to write it.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { LIMITS, type Use } from "./limits.ts";
import { SIDECAR_NAME } from "./names.ts";
import type { FileStatus } from "./primitives.ts";
import type { ReadFile } from "./read.ts";
import { isSame } from "./replace.ts";

/** One file to read. */
export interface FileToRead {
  /** The host dir. */
  readonly dir: string;
  /** The file in it. */
  readonly file: string;
  /** What for: it decides how large the file may be. */
  readonly use: Use;
  /** Whether only a sidecar names it: such files have a budget of their own, and use up no other. */
  readonly isHinted?: boolean;
}

/** What became of a file: it was read, nothing stands there, or why it could not be read. */
export type ReadOutcome =
  | { readonly read: ReadFile | undefined; readonly error?: undefined }
  | { readonly read?: undefined; readonly error: ConfigPatchError };

/** The clock, and how to let time pass: a test has its own. */
export interface Time {
  /** Milliseconds since the epoch, as the file system counts them. */
  readonly clock: () => number;
  /** Comes back after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** The time that passes by itself. */
export const REAL_TIME: Time = {
  clock: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** How long an empty file may be the work of a client between its truncate and its write. */
export const YOUNG = 2000;

/** How long a run waits for the clients of one host dir altogether. */
export const PATIENCE = 3000;

/**
 * By host dir, how long a run has waited for such clients, in milliseconds and all rounds. A container
 * that makes us wait uses up its own patience, and nobody else's.
 */
export type Waited = Map<string, number>;

/** Between two looks at what was empty. */
export const PAUSE = 50;

/** Reads one file; what {@linkcode Reading} is built on. */
export type ReadOne = (
  file: FileToRead,
  known: (seen: FileStatus) => ReadFile | undefined,
) => Promise<ReadFile | undefined>;

/**
 * The reading of one round of a run. Whoever starts over begins a new one, since all of it is about
 * one moment.
 */
export class Reading {
  readonly #readOne: ReadOne;
  readonly #time: Time;
  readonly #waited: Waited;
  /** By device and inode: hard links lead to one text, which is read once. */
  readonly #inodes = new Map<string, ReadFile>();
  /** By file and use: what was found. Whoever asks again is about the same moment. */
  readonly #found = new Map<string, ReadOutcome>();
  /** By host dir: what has been read of it; apart from that, what has been read by hints. */
  readonly #spent = new Map<string, { bytes: number; files: number }>();

  /** Nothing is read yet. */
  constructor(readOne: ReadOne, time: Time, waited: Waited = new Map()) {
    this.#readOne = readOne;
    this.#time = time;
    this.#waited = waited;
  }

  /**
   * Reads these files. None of them fails the others, but for a host dir that makes us read too much:
   * all of its files fail then.
   *
   * A file that is empty and was changed in the last two seconds may be one that its client has just
   * truncated and will write at once. All such files are read again, side by side, until each holds
   * something, or has been left alone for two seconds; and what was empty is believed only once two
   * reads have found the same. One that is still touched after three seconds fails as `busy`. These
   * three seconds are all that a run has for one host dir, however many files there are in it and
   * however it asks for them.
   *
   * @returns By `host dir/file`, for each of the files.
   */
  async all(files: readonly FileToRead[]): Promise<ReadonlyMap<string, ReadOutcome>> {
    const found = new Map<string, ReadOutcome>();
    const later: FileToRead[] = [];
    for (const file of files) {
      const known = this.#found.get(requestOf(file));
      const outcome = known ?? await this.#readWithin(file);
      found.set(keyOf(file), outcome);
      const now = this.#time.clock();
      if (known === undefined && isBeingWritten(outcome, { now, since: now })) later.push(file);
    }
    if (later.length > 0) await this.#waitFor(later, found);
    for (const file of files) {
      const outcome = found.get(keyOf(file));
      if (outcome !== undefined) this.#found.set(requestOf(file), outcome);
    }
    for (const file of files) {
      const error = this.#over(file);
      if (error !== undefined) found.set(keyOf(file), { error: error.with({ file: keyOf(file) }) });
    }
    return found;
  }

  /** Why nothing of a host dir can be used: it makes a run read more than is bounded. */
  overBudget(dir: string): ConfigPatchError | undefined {
    return this.#over({ dir });
  }

  #over(file: Pick<FileToRead, "dir" | "isHinted">): ConfigPatchError | undefined {
    const { dir } = file;
    const { bytes, files } = this.#spent.get(budgetOf(file)) ?? { bytes: 0, files: 0 };
    if (bytes <= LIMITS.hostDir && files <= LIMITS.hostDirFiles) return undefined;
    return new ConfigPatchError(
      "too-large",
      `all files of ${dir} that are to be read together are more than ` +
        (files > LIMITS.hostDirFiles ? `${LIMITS.hostDirFiles} files` : `${LIMITS.hostDir} bytes`),
      { file: dir, remedy: "remove what is not needed from it" },
    );
  }

  /** Reads a file within the budget of its host dir. */
  async #readWithin(file: FileToRead): Promise<ReadOutcome> {
    const spent = this.#spent.get(budgetOf(file)) ?? { bytes: 0, files: 0 };
    this.#spent.set(budgetOf(file), spent);
    spent.files++;
    const over = this.#over(file);
    if (over !== undefined) return { error: over };
    const outcome = await this.#read(file, (seen) => this.#inodes.get(inodeOf(seen)));
    const { read } = outcome;
    if (read === undefined) return outcome;
    // The sidecar has a bound of its own, and whoever has to be taken back must not fail for it.
    if (file.file !== SIDECAR_NAME) spent.bytes += read.bytes.length;
    if (read.nlink > 1) this.#inodes.set(inodeOf(read.status), read);
    return outcome;
  }

  async #read(file: FileToRead, known: (seen: FileStatus) => ReadFile | undefined) {
    try {
      return { read: await this.#readOne(file, known) };
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      return { error };
    }
  }

  async #waitFor(files: readonly FileToRead[], found: Map<string, ReadOutcome>): Promise<void> {
    const { clock, wait } = this.#time;
    const begin = clock();
    const leftFor = ({ dir }: FileToRead) => PATIENCE - (this.#waited.get(dir) ?? 0);
    // By file: since when it has been seen as it is.
    const since = new Map<string, number>();
    // By host dir: when a file of it was last waited for.
    const until = new Map(files.map(({ dir }) => [dir, begin]));
    let open = files;
    while (open.length > 0) {
      const passed = clock() - begin;
      if (open.some((file) => leftFor(file) > 0)) await wait(PAUSE);
      const next: FileToRead[] = [];
      for (const file of open) {
        const key = keyOf(file);
        const before = found.get(key);
        const now: ReadOutcome = await this.#read(file, () => undefined);
        found.set(key, now);
        const seen = isSameMoment(before, now) ? since.get(key) ?? begin : clock();
        since.set(key, seen);
        if (isBelievable(before, now, { now: clock(), since: seen })) this.#count(file, now);
        else if (passed >= leftFor(file)) found.set(key, { error: busy(key) });
        else next.push(file);
      }
      open = next;
      for (const { dir } of open) until.set(dir, clock());
    }
    for (const [dir, end] of until) {
      this.#waited.set(dir, (this.#waited.get(dir) ?? 0) + Math.max(0, end - begin));
    }
  }

  /** Adds the size of a file that was still empty when the sizes were counted. */
  #count(file: FileToRead, { read }: ReadOutcome): void {
    const spent = this.#spent.get(budgetOf(file));
    if (spent !== undefined && file.file !== SIDECAR_NAME) spent.bytes += read?.bytes.length ?? 0;
  }
}

function keyOf({ dir, file }: FileToRead): string {
  return `${dir}/${file}`;
}

function budgetOf({ dir, isHinted }: Pick<FileToRead, "dir" | "isHinted">): string {
  return isHinted === true ? `by hints: ${dir}` : dir;
}

/** A file that is read for two uses is read twice: another cap holds, and more is asked of one. */
function requestOf(file: FileToRead): string {
  return `${file.use}: ${keyOf(file)}`;
}

/** Changes with every change of the file that the system shows. Node gives parts of milliseconds. */
function inodeOf({ dev, ino, size, mtime, mode, uid, gid }: FileStatus): string {
  return `${dev} ${ino} ${size} ${Math.floor(mtime)} ${mode} ${uid} ${gid}`;
}

/** The time, and since when something has been seen as it is; both by our own clock. */
interface Watched {
  readonly now: number;
  readonly since: number;
}

/** Whether a file may be one that its client has truncated and is about to write. */
function isBeingWritten({ read }: ReadOutcome, { now, since }: Watched): boolean {
  if (read === undefined || read.bytes.length > 0) return false;
  // The file system's clock may be ahead of ours: nothing has changed since we have seen it so.
  return now - Math.min(changedAt(read.status), since) < YOUNG;
}

/** When a file was changed, in milliseconds. Of the change time Deno gives whole seconds. */
function changedAt({ mtime, ctime }: FileStatus): number {
  return mtime >= ctime && mtime < ctime + 1000 ? mtime : ctime + 999;
}

/** Whether two reads have found a file as of one change. */
function isSameMoment(before: ReadOutcome | undefined, now: ReadOutcome): boolean {
  const [a, b] = [before?.read?.status, now.read?.status];
  return a !== undefined && b !== undefined && a.ino === b.ino && a.mtime === b.mtime &&
    a.ctime === b.ctime;
}

/** Whether what was empty can be used: two reads have found the same, and nobody is about to write. */
function isBelievable(
  before: ReadOutcome | undefined,
  now: ReadOutcome,
  watched: Watched,
): boolean {
  if (now.error !== undefined || now.read === undefined) return true;
  if (isBeingWritten(now, watched)) return false;
  return before?.read !== undefined && isSame(before.read, now.read);
}

function busy(key: string): ConfigPatchError {
  return new ConfigPatchError("busy", "its client is writing it, and has not finished in time", {
    file: key,
    remedy: "wait until the program that uses it is done, then try again",
  });
}
