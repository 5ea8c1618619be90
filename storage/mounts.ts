/**
 * The one class that touches the mounts.
 *
 * What it promises, whatever a container does inside a host dir at the same time: it never reads or
 * writes outside the mounts, never hangs, never leaves a half-written file, and never loses what
 * the user wrote. SECURITY.md says how far that goes. The file is longer than others, because all
 * access to the mounts is in this one class.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import {
  hostDirsIn,
  makeHostDir,
  makeRoot,
  namesIn,
  type Owner,
  rootOf,
  syncEntries,
} from "./directories.ts";
import { type Access, failure, type Step } from "./failures.ts";
import type { Collected } from "./leftovers.ts";
import { type FileToHold, type HeldFiles, holding } from "./held.ts";
import { limitFor, refuseToGrow, type Use } from "./limits.ts";
import { type Lock, type LockOptions, takeLock } from "./lock.ts";
import { unreadable } from "./modes.ts";
import {
  checkFile,
  checkSegment,
  join,
  requireTemporary,
  SIDECAR_NAME,
  temporaryName,
} from "./names.ts";
import type { NestedAccess } from "./nested.ts";
import {
  type Durable,
  isUnfinished,
  type OwnDirectory,
  type OwnFile,
  prepareOwnDirectory,
  readOwnFile,
  removeOwnFile,
  writeOwnFile,
} from "./own_files.ts";
import { Opening } from "./opening.ts";
import { matchingNames } from "./pattern.ts";
import { type CheckedPath, checkedPath } from "./checked_path.ts";
import { denoFileSystem, type FileStatus, type FileSystem } from "./primitives.ts";
import { isTouched, type ReadFile, type ReadRequest, readSafely } from "./read.ts";
import { Reading, type ReadOne, REAL_TIME, type Time, type Waited } from "./reading.ts";
import { type Attributes, removeSafely, replaceSafely } from "./replace.ts";
import type { MountsOptions, Removal, Replacement } from "./requests.ts";

/** For what is opened under the lock: nobody may wait for a lease there. */
const WITHOUT_WAITING = new Opening(false);

/**
 * The mounts directory, and all access to it.
 *
 * Names of host dirs and files are checked by every method, so that no caller can lead it astray.
 * All methods throw a {@linkcode ConfigPatchError} with a code: `hostile` for what is no plain file
 * or directory, `permission`, `io`, `roster` for a bad name, and what each one says.
 *
 * @example
 * ```ts
 * import { Mounts } from "./mounts.ts";
 *
 * const mounts = new Mounts(await Deno.makeTempDir());
 * await mounts.prepare(["_demo"]);
 * const [temporary, bytes] = [mounts.temporaryName(), new TextEncoder().encode("a = 1\n")];
 * const file = { dir: "_demo", file: "config.toml", temporary, bytes, expected: undefined };
 * await mounts.replace(file);
 * const read = await mounts.read("_demo", "config.toml");
 * if (read?.bytes.length !== 6) throw new Error("not written");
 * ```
 */
export class Mounts {
  /** The directory as given: grants of Deno are compared by their text. */
  readonly path: string;
  readonly #system: FileSystem;
  readonly #options: MountsOptions;
  readonly #opening: Opening;
  /** For clients that have emptied their file, in all rounds of a run. */
  readonly #waited: Waited = new Map();
  #nestedAccess: NestedAccess | undefined;

  /** Nothing is touched yet. */
  constructor(path: string, options: MountsOptions = {}) {
    if (path === "" || path.includes("\0")) {
      throw new ConfigPatchError("option", "the mounts directory must be a path", {
        remedy: "name the directory (--mounts DIR)",
      });
    }
    this.path = path;
    this.#system = options.fileSystem ?? denoFileSystem;
    this.#options = options;
    this.#opening = options.opening ?? new Opening(options.mayWrite ?? false);
  }

  /**
   * Makes the mounts directory, our own directory in it, and these host dirs (0755 less the umask),
   * as far as they are absent; all of them are brought to the disk at once. What root makes belongs
   * to the owner of the mounts. Call it before writing.
   *
   * @param refused Takes each host dir that cannot be made, and why; absent: that is thrown.
   * @returns Whether the mounts directory itself was made now.
   * @throws {ConfigPatchError} `option` if the parent of the mounts does not exist or the mounts
   * are no directory; `hostile` if one of the others is a link or no directory.
   */
  async prepare(
    hostDirs: Iterable<string> = [],
    refused?: Map<string, ConfigPatchError>,
  ): Promise<boolean> {
    const { owner, made } = this.#prepareRoot();
    let changed = prepareOwnDirectory(this.#own, owner);
    for (const dir of hostDirs) {
      try {
        changed = this.#prepareHostDir(dir, owner) || changed;
      } catch (error) {
        if (refused === undefined || !(error instanceof ConfigPatchError)) throw error;
        refused.set(dir, error);
      }
    }
    if (changed) await this.#syncRoot();
    return made;
  }

  /**
   * Makes a host dir if it is absent: 0755 less the umask. For a nested `file`, the directories on
   * the way to it as well.
   *
   * @throws {ConfigPatchError} `hostile` if it is a link or no directory.
   */
  async prepareHostDir(dir: string, file?: string): Promise<void> {
    if (this.#prepareHostDir(dir, this.#owner())) await this.#syncRoot();
    if (file !== undefined) (await this.#checked(dir, file, true))?.[Symbol.dispose]();
  }

  /** How nested files are reached: whoever allows them should say so if it is only `checked`. */
  async nestedAccess(): Promise<NestedAccess> {
    if (this.#nestedAccess !== undefined) return this.#nestedAccess;
    // Of mounts that are still to be made nothing can be told, so nothing is remembered.
    if (this.#root() === undefined) return "checked";
    const { nestedAccess } = await import("./nested.ts");
    return this.#nestedAccess = await nestedAccess(this.#system, this.path);
  }

  /** The host dirs that exist, sorted; empty if the mounts do not exist. */
  // deno-lint-ignore require-await -- as prepare
  async hostDirs(): Promise<readonly string[]> {
    if (this.#root() === undefined) return [];
    return this.#look("list it", this.path, () => hostDirsIn(this.#system, this.path));
  }

  /**
   * Reads a config or a sidecar once; `undefined` if it or its host dir does not exist. A run reads
   * through {@linkcode reading}, which has bounds, and patience with clients.
   *
   * @param use What for. Of a file that is to be routed (`apply`) more is asked: its owner must be
   * able to read it, and it must be one that can be replaced.
   * @throws {ConfigPatchError} `too-large`; `changed` if it is being replaced all the time.
   */
  async read(dir: string, file: string, use: Use = "take back"): Promise<ReadFile | undefined> {
    return await this.#readFor(dir, file, use);
  }

  /** Whether something else than was read stands there by now, as far as a look tells. */
  isTouched(dir: string, file: string, read: ReadFile | undefined): boolean {
    return isTouched(this.#system, join(join(this.path, dir), file), read);
  }

  /** The reading of one round of a run; see {@linkcode Reading}. */
  reading(time: Time = REAL_TIME): Reading {
    const readOne: ReadOne = ({ dir, file, use }, known) => this.#readFor(dir, file, use, known);
    return new Reading(readOne, time, this.#waited);
  }

  /**
   * The names in a host dir that match a pattern, sorted; `*` stands for one or more characters.
   * Empty if there is no such host dir.
   *
   * @throws {ConfigPatchError} `too-large` where there are too many names to look through.
   */
  // deno-lint-ignore require-await -- asynchronous like every method that touches files
  async namesLike(dir: string, pattern: string): Promise<readonly string[]> {
    checkSegment(dir, "host_dir");
    using checked = checkedPath(this.#system, this.path, dir, "");
    if (checked === undefined) return [];
    return this.#look("list it", dir, () => matchingNames(namesIn(this.#system, checked), pattern));
  }

  /**
   * Opens files that are about to be replaced or removed, to be compared under the lock without
   * opening them there; close the result when that is done. What cannot be opened is left out: the
   * comparison tells what is wrong with it.
   */
  async hold(files: Iterable<FileToHold>): Promise<HeldFiles> {
    return await holding(files, async ({ dir, file }) => {
      using checked = await this.#checked(dir, file);
      if (checked === undefined) return undefined;
      return await this.#opening.open(this.#system, join(checked.directory, checked.name));
    });
  }

  /** A new random name for a temporary, for the state to record before {@linkcode replace}. */
  temporaryName(): string {
    return temporaryName();
  }

  /**
   * Puts a new file in the place of an old one, all or nothing: the content goes to a temporary
   * beside it, with the old file's permission bits (never setuid, setgid, sticky) and owner; that
   * is brought to the disk; the old file must still be what was read; the rename is one step.
   *
   * On any failure the old file stands untouched and the temporary is removed; if even that fails,
   * the error is a `LeftoverError` and says so. Several files can be replaced side by side. Configs
   * are brought to the disk; a sidecar can be made again, and is only all or nothing.
   *
   * @returns Owner and permission bits of the new file.
   * @throws {ConfigPatchError} `changed` if something else stands there by now: read again and
   * start over; `permission` if the owner cannot be kept; `too-large` if it could not be read again.
   */
  async replace(replacement: Replacement): Promise<Attributes> {
    const { dir, file, temporary, bytes, expected, mask = 0o777 } = replacement;
    requireTemporary(temporary);
    const use = file === SIDECAR_NAME ? "sidecar" : replacement.use ?? "take back";
    refuseToGrow(bytes.length, this.#limit(use), `${dir}/${file}`);
    using checked = await this.#existing(dir, file);
    const { mode } = replacement;
    const exchange = { temporary, bytes, expected, mode, mask, durable: use !== "sidecar" };
    const held = replacement.held?.get(`${dir}/${file}`);
    const readAgain = () => this.#readAt(checked, use, { held, opening: WITHOUT_WAITING });
    return await replaceSafely(this.#system, checked, exchange, readAgain);
  }

  /**
   * Removes a config or a sidecar that we made.
   *
   * @throws {ConfigPatchError} `changed` if something else stands there by now.
   */
  async removeFile({ dir, file, expected, held }: Removal): Promise<void> {
    using checked = await this.#existing(dir, file);
    const use = file === SIDECAR_NAME ? "sidecar" : "take back";
    const durable = use !== "sidecar";
    const opened = { held: held?.get(`${dir}/${file}`), opening: WITHOUT_WAITING };
    const readAgain = () => this.#readAt(checked, use, opened);
    await removeSafely(this.#system, checked, expected, durable, readAgain);
  }

  /**
   * Removes the temporary that a crash left behind, by its exact name. Anything but a plain file
   * under that name is not ours and stays.
   *
   * @param dir The host dir.
   * @param temporary Its path below that, as the state has it: it lies beside its file.
   */
  async collect(dir: string, temporary: string): Promise<Collected> {
    const segments = temporary.split("/");
    const name = segments.pop() ?? "";
    requireTemporary(name);
    // Any file beside it leads to its directory.
    using checked = await this.#checked(dir, [...segments, "config"].join("/"));
    if (checked === undefined) return "absent";
    const { collectAt } = await import("./leftovers.ts");
    return collectAt(this.#system, checked, name);
  }

  /** Reads one of our own files as text; `undefined` if absent. See `readOwnFile`. */
  // deno-lint-ignore require-await -- as namesLike
  async readOwn(name: OwnFile): Promise<string | undefined> {
    if (this.#root() === undefined) return undefined;
    return readOwnFile(this.#own, name);
  }

  /**
   * Replaces one of our own files, all or nothing; 0600. Only while the lock is held.
   *
   * @param durable What has to be on the disk then; by default all, of the memory nothing.
   */
  async writeOwn(
    name: OwnFile,
    text: string,
    durable: Durable = name === "steady.json" ? "nothing" : "all",
  ): Promise<void> {
    await writeOwnFile(this.#own, this.#owner(), name, text, durable);
  }

  /**
   * Removes the memory of the last run, with all that it says of configs. Returns whether an unfinished
   * one stands there, which may be another run's work: {@linkcode forgetUnfinished} is for the lock.
   */
  forget(): boolean {
    removeOwnFile(this.#own, "steady.json");
    return isUnfinished(this.#own, "steady.json");
  }

  /** Removes what a killed run has left of a memory. */
  forgetUnfinished(): void {
    removeOwnFile(this.#own, "steady.json.new");
  }

  /**
   * Takes the lock; {@linkcode prepare} must have been called.
   *
   * @throws {ConfigPatchError} `locked` at the deadline, naming who holds it.
   */
  async lock(options: LockOptions = {}): Promise<Lock> {
    return await this.lockWhile(() => Promise.resolve(true), options) as Lock;
  }

  /** As {@linkcode lock}, but asks `isWanted` before each new try; `undefined` if it says no. */
  async lockWhile(
    isWanted: () => Promise<boolean>,
    options: LockOptions = {},
  ): Promise<Lock | undefined> {
    return await takeLock(this.#own, this.#owner(), options, isWanted);
  }

  get #own(): OwnDirectory {
    return { system: this.#system, mounts: this.path };
  }

  #owner(): Owner {
    return this.#root() ?? { uid: 0, gid: 0 };
  }

  #root(): FileStatus | undefined {
    return this.#look("look at it", this.path, () => rootOf(this.#system, this.path));
  }

  #prepareRoot(): { readonly owner: Owner; readonly made: boolean } {
    return this.#try("make the mounts directory", this.path, () => {
      return makeRoot(this.#system, this.path);
    });
  }

  /** Returns whether it was made. */
  #prepareHostDir(dir: string, owner: Owner): boolean {
    checkSegment(dir, "host_dir");
    const make = () => makeHostDir(this.#system, this.path, dir, owner);
    return this.#try("make the directory", dir, make, undefined, "mkdir");
  }

  async #syncRoot(): Promise<void> {
    try {
      await syncEntries(() => this.#system.syncDirectory(this.path));
    } catch (error) {
      throw failure(error, { doing: "write to it", file: this.path, grant: this.path });
    }
  }

  /** The sidecar is a config as well. */
  #segments(file: string): readonly string[] {
    return file === SIDECAR_NAME ? [file] : checkFile(file, this.#options.allowNested ?? false);
  }

  async #checked(dir: string, file: string, create = false): Promise<CheckedPath | undefined> {
    checkSegment(dir, "host_dir");
    const segments = this.#segments(file);
    const [first = ""] = segments;
    if (segments.length === 1) return checkedPath(this.#system, this.path, dir, first);
    const path = { mounts: this.path, dir, segments, create };
    const { checkedPathBelow } = await import("./nested.ts");
    return await checkedPathBelow(this.#system, await this.nestedAccess(), path);
  }

  async #existing(dir: string, file: string): Promise<CheckedPath> {
    const checked = await this.#checked(dir, file);
    if (checked !== undefined) return checked;
    throw new ConfigPatchError("changed", "its directory does not exist any more", {
      file: `${dir}/${file}`,
      remedy: "try again",
    });
  }

  async #readFor(
    dir: string,
    file: string,
    wanted: Use,
    known?: (seen: FileStatus) => ReadFile | undefined,
  ): Promise<ReadFile | undefined> {
    using checked = await this.#checked(dir, file);
    if (checked === undefined) return undefined;
    const use = file === SIDECAR_NAME ? "sidecar" : wanted;
    const read = await this.#readAt(checked, use, { known });
    if (use !== "apply") return read;
    const hidden = unreadable(checked, read);
    if (hidden !== undefined) throw hidden;
    // Whoever writes will be told by the rename, which knows it for sure.
    if (read === undefined || this.#options.mayWrite) return read;
    const { refuseMounted } = await import("./mount_points.ts");
    refuseMounted(this.#system, checked, read);
    return read;
  }

  async #readAt(
    checked: CheckedPath,
    use: Use,
    { known, held, opening = this.#opening }: Partial<ReadRequest>,
  ): Promise<ReadFile | undefined> {
    const read = await readSafely(this.#system, {
      path: join(checked.directory, checked.name),
      label: checked.label,
      grant: checked.grant,
      maxBytes: this.#limit(use),
      opening,
      known,
      held,
    });
    checked.recheck();
    return read;
  }

  #limit(use: Use): number {
    const { maxConfigBytes } = this.#options;
    return use === "sidecar" ? limitFor(use) : maxConfigBytes ?? limitFor(use);
  }

  #look<T>(doing: string, label: string, work: () => T): T {
    return this.#try(doing, label, work, ["read"]);
  }

  #try<T>(
    doing: string,
    label: string,
    work: () => T,
    access?: readonly Access[],
    step?: Step,
  ): T {
    try {
      return work();
    } catch (error) {
      const attempt = { doing, file: label, grant: this.path, step };
      throw failure(error, access === undefined ? attempt : { ...attempt, access });
    }
  }
}
