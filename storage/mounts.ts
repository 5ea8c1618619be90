/**
 * The one class that touches the mounts.
 *
 * What it promises, whatever a container does inside a host dir at the same time: it never reads or
 * writes outside the mounts, never hangs, never leaves a half-written file, and never loses what
 * the user wrote.
 *
 * What it cannot promise: POSIX has no rename that compares first, so an edit that lands between
 * the last check and the rename, or through a descriptor that was opened before it, is lost. A
 * rename breaks hard links and drops extended attributes.
 *
 * @module
 */
import { ConfigPatchError, escapeControl } from "../errors.ts";
import { type Access, failure, notPlain } from "./failures.ts";
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";
import { type Lock, type LockOptions, takeLock } from "./lock.ts";
import {
  checkFile,
  checkSegment,
  isTemporaryName,
  OWN_DIRECTORY,
  SIDECAR_NAME,
  temporaryName,
} from "./names.ts";
import { type NestedAccess, nestedAccess, placeBelow } from "./nested.ts";
import { join, type Place, placeIn } from "./place.ts";
import { denoFileSystem, type FileStatus, type FileSystem } from "./primitives.ts";
import { decodeUtf8, type ReadFile, readSafely } from "./read.ts";
import { removeSafely, replaceSafely } from "./replace.ts";

/** How to work on the mounts. */
export interface MountsOptions {
  /** The single operations; a test passes some that fail. */
  readonly fileSystem?: FileSystem;
  /** The largest config that is read, in bytes; 2 MiB by default. */
  readonly maxConfigBytes?: number;
  /** The largest sidecar that is read, in bytes; 1 MiB by default. */
  readonly maxSidecarBytes?: number;
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: () => number;
  /** Accept a `file` of several segments; see `nested.ts` for what that costs. */
  readonly allowNested?: boolean;
}

/** The files of our own in `.vault-config/`. */
export type OwnFile = "state.json" | "steady.json" | "settings.toml";

/** A file to put in the place of another, or where nothing stands. */
export interface Replacement {
  /** The host dir, which exists. */
  readonly dir: string;
  /** The config or the sidecar. */
  readonly file: string;
  /** The name of the temporary, from `temporaryName`; the state has it already. */
  readonly temporary: string;
  /** The new content. */
  readonly bytes: Uint8Array;
  /** What must still stand there: as it was read, or `undefined` for nothing. */
  readonly expected: ReadFile | undefined;
  /** The permission bits of a new file before the umask; 0644 by default. */
  readonly mode?: number;
  /** The permission bits that the result may have at most, new or not; all by default. */
  readonly mask?: number;
}

/** A file to remove. */
export interface Removal {
  /** The host dir. */
  readonly dir: string;
  /** The config or the sidecar. */
  readonly file: string;
  /** What must still stand there. */
  readonly expected: ReadFile;
}

/**
 * What became of a leftover temporary: `removed`, `absent`, or `foreign` if something stands under
 * its name that cannot be ours and was left alone.
 */
export type Collected = "removed" | "absent" | "foreign";

const MEBIBYTE = 1024 * 1024;

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
 * import { decodeUtf8 } from "./read.ts";
 *
 * const mounts = new Mounts(await Deno.makeTempDir());
 * await mounts.prepare();
 * {
 *   using _lock = await mounts.lock({ command: "example" });
 *   await mounts.prepareHostDir("_demo-config");
 *   await mounts.replace({
 *     dir: "_demo-config",
 *     file: "config.toml",
 *     temporary: mounts.temporaryName(),
 *     bytes: new TextEncoder().encode("a = 1\n"),
 *     expected: undefined,
 *   });
 * }
 * const read = await mounts.read("_demo-config", "config.toml");
 * const text = read && decodeUtf8(read.bytes, "_demo-config/config.toml");
 * if (text !== "a = 1\n") throw new Error(text);
 * ```
 */
export class Mounts {
  /** The directory as given: grants of Deno are compared by their text. */
  readonly path: string;
  readonly #system: FileSystem;
  readonly #maxConfigBytes: number;
  readonly #maxSidecarBytes: number;
  readonly #now: () => number;
  readonly #allowNested: boolean;
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
    this.#maxConfigBytes = options.maxConfigBytes ?? 2 * MEBIBYTE;
    this.#maxSidecarBytes = options.maxSidecarBytes ?? MEBIBYTE;
    this.#now = options.now ?? Date.now;
    this.#allowNested = options.allowNested ?? false;
  }

  /**
   * Makes the mounts directory and our own directory in it, if absent. Call it before writing.
   *
   * @throws {ConfigPatchError} `option` if the parent of the mounts does not exist or the mounts
   * are no directory.
   */
  // deno-lint-ignore require-await -- asynchronous like every method that touches files
  async prepare(): Promise<void> {
    this.#prepareRoot();
    const own = this.#prepareDirectory(OWN_DIRECTORY, 0o700);
    // Former values of users are in it, which may be secrets.
    if ((own.mode & 0o077) !== 0) {
      this.#try("make it private", OWN_DIRECTORY, () => {
        this.#system.chmod(join(this.path, OWN_DIRECTORY), 0o700);
      });
    }
  }

  /**
   * Makes a host dir if it is absent: 0755 less the umask. For a nested `file`, the directories on
   * the way to it as well.
   *
   * @throws {ConfigPatchError} `hostile` if it is a link or no directory.
   */
  async prepareHostDir(dir: string, file?: string): Promise<void> {
    checkSegment(dir, "host_dir");
    this.#prepareDirectory(dir, 0o755);
    if (file !== undefined) (await this.#place(dir, file, true))?.[Symbol.dispose]();
  }

  /** How nested files are reached: whoever allows them should say so if it is only `checked`. */
  async nestedAccess(): Promise<NestedAccess> {
    // Of mounts that are still to be made nothing can be told, so nothing is remembered.
    if (this.#nestedAccess === undefined && this.#root() === undefined) return "checked";
    this.#nestedAccess ??= await nestedAccess(this.#system, this.path);
    return this.#nestedAccess;
  }

  /** The host dirs that exist, sorted; empty if the mounts do not exist. */
  // deno-lint-ignore require-await -- as prepare
  async hostDirs(): Promise<readonly string[]> {
    return this.#look("list it", this.path, () => {
      if (this.#root() === undefined) return [];
      return this.#system.list(this.path)
        .filter((name) =>
          name !== OWN_DIRECTORY &&
          this.#system.lstat(join(this.path, name))?.kind === "directory"
        )
        .sort();
    });
  }

  /**
   * Reads a config or a sidecar; `undefined` if it or its host dir does not exist.
   *
   * @throws {ConfigPatchError} `too-large`; `changed` if it is being replaced all the time.
   */
  async read(dir: string, file: string): Promise<ReadFile | undefined> {
    using place = await this.#place(dir, file);
    return place === undefined ? undefined : await this.#readAt(place);
  }

  /**
   * The fingerprint of a file, from one `lstat`: nothing is opened. To be compared with one that
   * {@linkcode read} gave and called settled.
   */
  fingerprint(dir: string, file: string): Fingerprint {
    checkSegment(dir, "host_dir");
    this.#segments(file);
    const label = `${dir}/${file}`;
    return this.#look("look at it", label, () => {
      return fingerprintOf(this.#system.lstat(join(join(this.path, dir), file)));
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
   * the error says so.
   *
   * @throws {ConfigPatchError} `changed` if something else stands there by now: read again and
   * start over; `permission` if the owner cannot be kept.
   */
  async replace(replacement: Replacement): Promise<void> {
    const { dir, file, temporary, bytes, expected, mode = 0o644, mask = 0o777 } = replacement;
    requireTemporary(temporary);
    using place = await this.#existing(dir, file);
    const exchange = { temporary, bytes, expected, mode: mode & mask, mask };
    await replaceSafely(this.#system, place, exchange, () => this.#readAt(place));
  }

  /**
   * Removes a config or a sidecar that we made.
   *
   * @throws {ConfigPatchError} `changed` if something else stands there by now.
   */
  async removeFile({ dir, file, expected }: Removal): Promise<void> {
    using place = await this.#existing(dir, file);
    await removeSafely(this.#system, place, expected, () => this.#readAt(place));
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
    using place = await this.#place(dir, [...segments, "config"].join("/"));
    if (place === undefined) return "absent";
    const path = join(place.directory, name);
    return this.#try("remove the temporary", `${dir}/${temporary}`, () => {
      const seen = this.#system.lstat(path);
      if (seen === undefined) return "absent";
      if (seen.kind !== "file") return "foreign";
      place.recheck();
      this.#system.remove(path);
      return "removed";
    });
  }

  /**
   * Reads one of our own files as text; `undefined` if absent.
   *
   * @throws {ConfigPatchError} `state` if it is not UTF-8; `hostile` if it or its directory is a
   * link.
   */
  // deno-lint-ignore require-await -- as prepare
  async readOwn(name: OwnFile): Promise<string | undefined> {
    const label = `${OWN_DIRECTORY}/${name}`;
    const bytes = this.#look("read it", label, () => {
      if (this.#root() === undefined || !this.#ownDirectoryExists()) return undefined;
      const path = join(join(this.path, OWN_DIRECTORY), name);
      const seen = this.#system.lstat(path);
      if (seen === undefined) return undefined;
      if (seen.kind !== "file") throw notPlain(seen, "file", label);
      return new Uint8Array(this.#system.readTrusted(path));
    });
    if (bytes === undefined) return undefined;
    try {
      return decodeUtf8(bytes, label);
    } catch (cause) {
      throw new ConfigPatchError("state", "our own file is damaged: it is not UTF-8", {
        file: label,
        remedy: `restore ${label} from a backup, or remove it: undo then goes by value`,
        cause,
      });
    }
  }

  /** Replaces one of our own files, all or nothing; 0600. Only while the lock is held. */
  // deno-lint-ignore require-await -- as prepare
  async writeOwn(name: OwnFile, text: string): Promise<void> {
    const label = `${OWN_DIRECTORY}/${name}`;
    const directory = join(this.path, OWN_DIRECTORY);
    const path = join(directory, name);
    // One fixed name is enough: the lock keeps others out, and a leftover is replaced next time.
    const temporary = `${path}.new`;
    this.#try("write it", label, () => {
      if (!this.#ownDirectoryExists()) throw new Error("prepare() was not called");
      const seen = this.#system.lstat(path);
      if (seen !== undefined && seen.kind !== "file") throw notPlain(seen, "file", label);
      if (this.#system.lstat(temporary) !== undefined) this.#system.remove(temporary);
      const fresh = this.#system.createNew(temporary, 0o600);
      try {
        fresh.write(new TextEncoder().encode(text));
        fresh.sync();
      } finally {
        fresh.close();
      }
      this.#system.rename(temporary, path);
      this.#system.syncDirectory(directory);
    });
  }

  /**
   * Takes the lock; {@linkcode prepare} must have been called.
   *
   * @throws {ConfigPatchError} `locked` at the deadline, naming who holds it.
   */
  async lock(options: LockOptions = {}): Promise<Lock> {
    const label = `${OWN_DIRECTORY}/lock`;
    this.#try("take the lock", label, () => this.#ownDirectoryExists());
    return await takeLock(
      this.#system,
      join(join(this.path, OWN_DIRECTORY), "lock"),
      label,
      this.path,
      options,
    );
  }

  /** The mounts directory, if it exists. */
  #root(): FileStatus | undefined {
    const seen = this.#system.stat(this.path);
    if (seen === undefined || seen.kind === "directory") return seen;
    throw new ConfigPatchError("option", "the mounts directory is not a directory", {
      file: this.path,
      remedy: "name another one (--mounts DIR)",
    });
  }

  #prepareRoot(): void {
    this.#try("make the mounts directory", this.path, () => {
      if (this.#root() !== undefined) return;
      try {
        this.#system.mkdir(this.path, 0o755);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        throw new ConfigPatchError("option", "the parent of the mounts directory does not exist", {
          file: this.path,
          remedy: "make the parent, or name another directory (--mounts DIR)",
          cause: error,
        });
      }
    });
  }

  /** Makes a directory in the mounts, or checks the one that stands there. */
  #prepareDirectory(name: string, mode: number): FileStatus {
    return this.#try("make the directory", name, () => {
      const path = join(this.path, name);
      if (this.#system.lstat(path) === undefined) {
        try {
          this.#system.mkdir(path, mode);
          this.#system.syncDirectory(this.path);
        } catch (error) {
          // Another process of ours was faster: what it made is checked below.
          if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        }
      }
      const seen = this.#system.lstat(path);
      if (seen?.kind !== "directory") {
        throw seen === undefined
          ? new Deno.errors.NotFound(`${name} was removed`)
          : notPlain(seen, "directory", name);
      }
      return seen;
    });
  }

  #ownDirectoryExists(): boolean {
    const seen = this.#system.lstat(join(this.path, OWN_DIRECTORY));
    if (seen === undefined) return false;
    if (seen.kind !== "directory") throw notPlain(seen, "directory", OWN_DIRECTORY);
    return true;
  }

  /** The checked segments of a config; the sidecar is one as well. */
  #segments(file: string): readonly string[] {
    return file === SIDECAR_NAME ? [file] : checkFile(file, this.#allowNested);
  }

  async #place(dir: string, file: string, create = false): Promise<Place | undefined> {
    checkSegment(dir, "host_dir");
    const segments = this.#segments(file);
    const [first = ""] = segments;
    if (segments.length === 1) return placeIn(this.#system, this.path, dir, first);
    const path = { mounts: this.path, dir, segments, create };
    return await placeBelow(this.#system, await this.nestedAccess(), path);
  }

  async #existing(dir: string, file: string): Promise<Place> {
    const place = await this.#place(dir, file);
    if (place !== undefined) return place;
    throw new ConfigPatchError("changed", "its directory does not exist any more", {
      file: `${dir}/${file}`,
      remedy: "try again",
    });
  }

  async #readAt(place: Place): Promise<ReadFile | undefined> {
    const read = await readSafely(this.#system, {
      path: join(place.directory, place.name),
      label: place.label,
      grant: place.grant,
      maxBytes: place.name === SIDECAR_NAME ? this.#maxSidecarBytes : this.#maxConfigBytes,
      now: this.#now,
    });
    place.recheck();
    return read;
  }

  /** Reads, or says what kept us from it. */
  #look<T>(doing: string, label: string, work: () => T): T {
    return this.#try(doing, label, work, ["read"]);
  }

  #try<T>(doing: string, label: string, work: () => T, access?: readonly Access[]): T {
    try {
      return work();
    } catch (error) {
      const attempt = { doing, file: label, grant: this.path };
      throw failure(error, access === undefined ? attempt : { ...attempt, access });
    }
  }
}

/** A corrupt state must not make us write or remove a file of the user's. */
function requireTemporary(name: string): void {
  if (isTemporaryName(name)) return;
  throw new ConfigPatchError(
    "state",
    `"${escapeControl(name)}" is not the name of a temporary of ours`,
    { remedy: `restore ${OWN_DIRECTORY}/state.json from a backup, or remove it` },
  );
}
