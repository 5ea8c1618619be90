/**
 * The directory `.vault-config/` and the files in it: the host's side, which no container sees. Links
 * are refused here as well, but no container can change anything here while we work.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { giveTo, makeDirectory, type Owner, syncEntries } from "./directories.ts";
import { failure, notPlain } from "./failures.ts";
import { join, OWN_DIRECTORY } from "./names.ts";

import { type FileStatus, type FileSystem, systemCode } from "./primitives.ts";
import { decodeUtf8 } from "./read.ts";

/** The files of our own in `.vault-config/`. */
export type OwnFile = "state.json" | "steady.json" | "settings.toml";

/**
 * What has to be on the disk when a file of our own has been written: `all` of it, name and content;
 * the `content` alone, where the file that a crash would bring back says the same (the state that
 * has pending work); or `nothing`, where it can be made again (the memory).
 */
export type Durable = "all" | "content" | "nothing";

/** Where our own files are. */
export interface OwnDirectory {
  /** The operations. */
  readonly system: FileSystem;
  /** The mounts directory, spelled as granted. */
  readonly mounts: string;
}

/**
 * Makes our own directory, if absent, and keeps it private and its owner's: former values of users
 * are in it, which may be secrets. What root makes belongs to the owner of the mounts.
 *
 * @returns Whether it was made now; then the mounts have to be synced.
 */
export function prepareOwnDirectory(own: OwnDirectory, owner: Owner): boolean {
  const { system, mounts } = own;
  return attempt(own, "make the directory", OWN_DIRECTORY, () => {
    const path = join(mounts, OWN_DIRECTORY);
    const made = makeDirectory(system, path, 0o700, owner);
    const seen = ownDirectory(own);
    if (seen === undefined) throw new Deno.errors.NotFound(`${OWN_DIRECTORY} was removed`);
    // The owner first: root's run puts right what an earlier one of root's has left.
    giveTo(system, path, owner);
    if ((seen.mode & 0o077) !== 0) system.chmod(path, 0o700);
    return made;
  });
}

/** Our own directory, if it exists. */
export function ownDirectory({ system, mounts }: OwnDirectory): FileStatus | undefined {
  const seen = system.lstat(join(mounts, OWN_DIRECTORY));
  if (seen === undefined || seen.kind === "directory") return seen;
  throw notPlain(seen, "directory", OWN_DIRECTORY);
}

/**
 * Reads one of our own files as text; `undefined` if absent. The settings may be a link: the
 * operator writes them.
 *
 * @throws {ConfigPatchError} `state` if it is not UTF-8; `hostile` if it or its directory is a link;
 * `permission` if it is somebody else's.
 */
export function readOwnFile(own: OwnDirectory, name: OwnFile): string | undefined {
  const { system, mounts } = own;
  const label = `${OWN_DIRECTORY}/${name}`;
  const bytes = attempt(own, "read it", label, () => {
    if (ownDirectory(own) === undefined) return undefined;
    const path = join(join(mounts, OWN_DIRECTORY), name);
    const seen = name === "settings.toml" ? system.stat(path) : system.lstat(path);
    if (seen === undefined) return undefined;
    if (seen.kind !== "file") throw notPlain(seen, "file", label);
    return new Uint8Array(system.readTrusted(path));
  });
  if (bytes === undefined) return undefined;
  try {
    return decodeUtf8(bytes, label);
  } catch (cause) {
    if (name === "settings.toml") throw cause;
    throw new ConfigPatchError("state", "our own file is damaged: it is not UTF-8", {
      file: label,
      remedy: `restore ${label} from a backup, or remove it: undo then goes by value`,
      cause,
    });
  }
}

/**
 * Replaces one of our own files, all or nothing; 0600. Only while the lock is held.
 *
 * @throws {ConfigPatchError} `settings` if the settings are a link, which is never written through.
 */
export async function writeOwnFile(
  own: OwnDirectory,
  owner: Owner,
  name: OwnFile,
  text: string,
  durable: Durable,
): Promise<void> {
  const { system, mounts } = own;
  const label = `${OWN_DIRECTORY}/${name}`;
  const directory = join(mounts, OWN_DIRECTORY);
  const path = join(directory, name);
  // One fixed name is enough: the lock keeps others out, and a leftover is replaced next time.
  const temporary = `${path}.new`;
  try {
    if (ownDirectory(own) === undefined) throw new Error("prepare() was not called");
    const seen = system.lstat(path);
    if (seen !== undefined && seen.kind !== "file") throw notToWrite(seen, name, label);
    if (system.lstat(temporary) !== undefined) system.remove(temporary);
    const fresh = system.createNew(temporary, 0o600);
    try {
      fresh.write(new TextEncoder().encode(text));
      if (durable !== "nothing") await fresh.sync();
    } finally {
      fresh.close();
    }
    giveTo(system, temporary, owner);
    system.rename(temporary, path);
    if (durable === "all") await syncEntries(() => system.syncDirectory(directory));
  } catch (error) {
    throw ownFailure(error, own, "write it", label);
  }
}

/** What a run leaves that is killed in the middle of writing one of our own files. */
export type Unfinished = `${OwnFile}.new`;

/** Whether somebody writes one of our own files just now, or was killed in the middle of it. */
export function isUnfinished(own: OwnDirectory, name: OwnFile): boolean {
  const unfinished = join(join(own.mounts, OWN_DIRECTORY), `${name}.new`);
  return attempt(own, "look at it", `${OWN_DIRECTORY}/${name}.new`, () => {
    return ownDirectory(own) !== undefined && own.system.lstat(unfinished) !== undefined;
  });
}

/**
 * Removes one of our own files, if it is there. Nothing relies on its being gone. What is unfinished may
 * only be removed by who has the lock.
 */
export function removeOwnFile(own: OwnDirectory, name: OwnFile | Unfinished): void {
  const { system, mounts } = own;
  const label = `${OWN_DIRECTORY}/${name}`;
  attempt(own, "remove it", label, () => {
    if (ownDirectory(own) === undefined) return;
    const path = join(join(mounts, OWN_DIRECTORY), name);
    if (system.lstat(path) === undefined) return;
    try {
      system.remove(path);
    } catch (error) {
      // Another process of ours was faster.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  });
}

/** Does something with our own files, or says what kept us from it. */
function attempt<T>(own: OwnDirectory, doing: string, label: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ownFailure(error, own, doing, label);
  }
}

/**
 * What went wrong with our own files. Where they are somebody else's, the error names the owner:
 * most likely the program was once run as root. Its file is the directory itself where that is closed.
 */
export function ownFailure(
  error: unknown,
  own: OwnDirectory,
  doing: string,
  label: string,
  step?: "lock",
): ConfigPatchError {
  const { system, mounts } = own;
  const access = doing.startsWith("read ") ? ["read"] as const : undefined;
  const plain = failure(error, { doing, file: label, grant: mounts, access, step });
  if (plain.code !== "permission" || systemCode(error) !== "EACCES") return plain;
  const directory = ownerOf(system, join(mounts, OWN_DIRECTORY));
  const owner = ownerOf(system, mounts);
  if (directory === undefined || owner === undefined) return plain;
  // A single file may be the one that is somebody else's.
  const file = ownerOf(system, join(mounts, label));
  const isFile = file !== undefined && file.uid !== directory.uid;
  const holder = isFile ? file : directory;
  return new ConfigPatchError(
    "permission",
    `cannot ${doing}: ${isFile ? label : `${OWN_DIRECTORY}/`} belongs to ` +
      `${userOf(holder.uid)} alone`,
    {
      file: isFile ? label : OWN_DIRECTORY,
      remedy: holder.uid === owner.uid
        ? `run this as ${userOf(holder.uid)}`
        : `run this as ${userOf(holder.uid)}, or give the directory to the owner of the mounts ` +
          `(chown -R ${owner.uid}:${owner.gid} ${join(mounts, OWN_DIRECTORY)})`,
      cause: error,
    },
  );
}

function ownerOf(system: FileSystem, path: string): Owner | undefined {
  try {
    return system.stat(path);
  } catch {
    return undefined;
  }
}

function userOf(uid: number): string {
  return uid === 0 ? "root" : `user ${uid}`;
}

function notToWrite(seen: FileStatus, name: OwnFile, label: string): ConfigPatchError {
  if (name !== "settings.toml" || seen.kind !== "symlink") return notPlain(seen, "file", label);
  return new ConfigPatchError("settings", "the settings are a link, which is read, never written", {
    file: label,
    remedy: "change the file that it leads to by hand, or put a plain file in its place",
  });
}
