/** Making directories, giving things to whom they belong, and bringing entries to the disk. @module */
import { ConfigPatchError } from "../errors.ts";
import { notPlain } from "./failures.ts";
import { LIMITS } from "./limits.ts";
import { LARGEST_DIRECTORY } from "./pattern.ts";
import { join, OWN_DIRECTORY } from "./names.ts";
import type { CheckedPath } from "./checked_path.ts";
import { type FileStatus, type FileSystem, systemCode } from "./primitives.ts";

/** To whom something belongs. */
export type Owner = Pick<FileStatus, "uid" | "gid">;

/**
 * Whether something that we have just made has to be given to somebody: root can, and who works in
 * the mounts from day to day could not change what is root's.
 */
export function isToBeGiven(made: Owner, owner: Owner): boolean {
  return made.uid === 0 && owner.uid !== 0;
}

/**
 * Gives something of the host side to whom it should belong, if it is root's. Where the owner has no
 * number in this user namespace it stays root's: whoever cannot use it then is told so.
 */
export function giveTo(system: FileSystem, path: string, owner: Owner): void {
  const made = system.lstat(path);
  if (made === undefined || !isToBeGiven(made, owner)) return;
  giving(() => system.chown(path, owner.uid, owner.gid));
}

/** Gives something away, where the system lets us. */
export function giving(chown: () => void): void {
  try {
    chown();
  } catch (error) {
    if (!["EPERM", "EINVAL"].includes(systemCode(error) ?? "")) throw error;
  }
}

/** The most that an empty directory takes on a disk, in bytes; what takes more is not listed. */
const EMPTY_DIRECTORY = 4096;

/** Whether a directory is empty, and still root's though it is to be somebody else's. */
export function isLeftToRoot(
  system: FileSystem,
  path: string,
  seen: FileStatus,
  owner: Owner,
): boolean {
  return seen.kind === "directory" && isToBeGiven(seen, owner) && seen.size <= EMPTY_DIRECTORY &&
    system.list(path).length === 0;
}

/**
 * Makes a directory of the host side where nothing stands. An empty one of root's may be ours, of a
 * run that was killed before it could give it away: it is given now.
 *
 * @returns Whether it was made now; then its parent has to be synced.
 */
export function makeDirectory(
  system: FileSystem,
  path: string,
  mode: number,
  owner: Owner,
): boolean {
  const seen = system.lstat(path);
  if (seen !== undefined) {
    if (isLeftToRoot(system, path, seen, owner)) giveTo(system, path, owner);
    return false;
  }
  try {
    system.mkdir(path, mode);
  } catch (error) {
    // Another process of ours was faster.
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
  giveTo(system, path, owner);
  return true;
}

/**
 * The mounts directory, if it exists; it may be reached through a link.
 *
 * @throws {ConfigPatchError} `option` if it is no directory.
 */
export function rootOf(system: FileSystem, mounts: string): FileStatus | undefined {
  const seen = system.stat(mounts);
  if (seen === undefined || seen.kind === "directory") return seen;
  throw new ConfigPatchError("option", "the mounts directory is not a directory", {
    file: mounts,
    remedy: "name another one (--mounts DIR)",
  });
}

/**
 * Makes the mounts directory, if absent.
 *
 * @throws {ConfigPatchError} `option` if its parent does not exist, or it is no directory.
 */
export function makeRoot(
  system: FileSystem,
  mounts: string,
): { readonly owner: Owner; readonly made: boolean } {
  const found = rootOf(system, mounts);
  if (found !== undefined) return { owner: found, made: false };
  try {
    system.mkdir(mounts, 0o755);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ConfigPatchError("option", "the parent of the mounts directory does not exist", {
      file: mounts,
      remedy: "make the parent, or name another directory (--mounts DIR)",
      cause: error,
    });
  }
  return { owner: rootOf(system, mounts) ?? { uid: 0, gid: 0 }, made: true };
}

/**
 * Makes a host dir, or checks the one that stands there.
 *
 * @returns Whether it was made now.
 * @throws {ConfigPatchError} `hostile` if it is a link or no directory.
 */
export function makeHostDir(
  system: FileSystem,
  mounts: string,
  dir: string,
  owner: Owner,
): boolean {
  const path = join(mounts, dir);
  const made = makeDirectory(system, path, 0o755, owner);
  const seen = system.lstat(path);
  if (seen === undefined) throw new Deno.errors.NotFound(`${dir} was removed`);
  if (seen.kind !== "directory") throw notPlain(seen, "directory", dir);
  return made;
}

/** The names of all host dirs, sorted. */
export function hostDirsIn(system: FileSystem, mounts: string): readonly string[] {
  return system.list(mounts).filter((name) =>
    name !== OWN_DIRECTORY && system.lstat(join(mounts, name))?.kind === "directory"
  ).sort();
}

/**
 * The names in a host dir.
 *
 * @throws {ConfigPatchError} `too-large` where there are too many to look through.
 */
export function namesIn(system: FileSystem, { directory, way }: CheckedPath): readonly string[] {
  const [hostDir] = way;
  const isHuge = hostDir !== undefined && hostDir.size > LARGEST_DIRECTORY;
  const names = isHuge ? [] : system.list(directory);
  if (!isHuge && names.length <= LIMITS.names) return names;
  throw new ConfigPatchError("too-large", `it has more than ${LIMITS.names} names in it`, {
    file: directory.slice(directory.lastIndexOf("/") + 1),
    remedy: "remove what is not needed from it",
  });
}

/** What is said by file systems that cannot sync directories (CIFS, vboxsf, FUSE). */
const CANNOT_SYNC: ReadonlySet<string> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/**
 * Brings a directory's entries to the disk. Where the file system has no such thing, what was done
 * stands all the same: that is no failure.
 */
export async function syncEntries(sync: () => Promise<void>): Promise<void> {
  try {
    await sync();
  } catch (error) {
    if (!CANNOT_SYNC.has(systemCode(error) ?? "")) throw error;
  }
}
