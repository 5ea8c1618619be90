/**
 * Files deeper than one segment below a host dir.
 *
 * A container can swap a directory on the way between a check and its use, so no check of paths is
 * safe there. Where Deno was given all permissions, each directory is held open and its entries are
 * reached through the descriptor (`/proc/self/fd/N/name`), which no swap can redirect. Elsewhere
 * Deno refuses such paths; then each directory is checked, and checked again right before anything
 * is put in place, and a well-timed swap can still win now and then.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { giving, isLeftToRoot, isToBeGiven, type Owner, syncEntries } from "./directories.ts";
import { type Access, failure, notPlain } from "./failures.ts";
import { join } from "./names.ts";
import { type CheckedPath, checkedPath } from "./checked_path.ts";
import {
  type AnchoredDirectory,
  type FileStatus,
  type FileSystem,
  isSameInode,
} from "./primitives.ts";

/** How nested files are reached: `anchored` is safe from swaps, `checked` nearly so. */
export type NestedAccess = "anchored" | "checked";

/** Where a nested file is. */
export interface NestedPath {
  /** The mounts directory, spelled as granted. */
  readonly mounts: string;
  /** The host dir. */
  readonly dir: string;
  /** At least two checked segments. */
  readonly segments: readonly string[];
  /** Whether missing directories on the way are made (0755 less the umask). */
  readonly create: boolean;
}

/** Finds out how nested files can be reached; the mounts must exist. */
export async function nestedAccess(system: FileSystem, mounts: string): Promise<NestedAccess> {
  try {
    // The mounts may be a link: their "." is not.
    const root = await system.openDirectory(join(mounts, "."));
    try {
      (await system.openDirectory(join(root.path, "."))).close();
      return await refusesLinks(system, root.path) ? "anchored" : "checked";
    } finally {
      root.close();
    }
  } catch {
    // Whatever does not work here (no permission for /proc, no /proc) would not work later either.
    return "checked";
  }
}

/**
 * The checked path of a nested file, or `undefined` if a directory on the way does not exist.
 *
 * @throws {ConfigPatchError} `hostile` if one of them is a link or no directory.
 */
export async function checkedPathBelow(
  system: FileSystem,
  access: NestedAccess,
  path: NestedPath,
): Promise<CheckedPath | undefined> {
  const { mounts, dir, segments } = path;
  const top = checkedPath(system, mounts, dir, segments[0] ?? "");
  if (top === undefined) return undefined;
  const name = segments[segments.length - 1] ?? "";
  const label = [dir, ...segments].join("/");
  const walk: Walk = { system, path, owner: top.owner };
  const rest = { name, label, grant: mounts, owner: top.owner };
  try {
    if (access === "checked") return await checkedByPath(walk, top, rest);
    const found = await anchoredDirectory(walk, top.directory);
    return found && {
      ...rest,
      directory: found.anchor.path,
      way: [...top.way, ...found.way],
      recheck: () => {},
      sync: () => syncEntries(() => found.anchor.sync()),
      [Symbol.dispose]: () => found.anchor.close(),
    };
  } catch (error) {
    const access: readonly Access[] = path.create ? ["read", "write"] : ["read"];
    throw failure(error, { doing: "reach it", file: label, grant: mounts, access });
  }
}

/** What does not change while we go down. */
interface Walk {
  readonly system: FileSystem;
  readonly path: NestedPath;
  /** To whom the host dir belongs, and so what is made below it. */
  readonly owner: Owner;
}

/** Walks down with one directory open at a time. */
async function anchoredDirectory(
  walk: Walk,
  top: string,
): Promise<{ readonly anchor: AnchoredDirectory; readonly way: FileStatus[] } | undefined> {
  const { system, path: { dir, segments } } = walk;
  let anchor = await system.openDirectory(top);
  let label = dir;
  const way: FileStatus[] = [];
  for (const segment of segments.slice(0, -1)) {
    label += `/${segment}`;
    const above = anchor;
    try {
      const seen = await look(walk, above.path, segment, label, () => above.sync());
      if (seen === undefined) return undefined;
      way.push(seen);
      // A link put there since is refused by the system: O_NOFOLLOW.
      anchor = await system.openDirectory(join(above.path, segment));
    } finally {
      above.close();
    }
  }
  return { anchor, way };
}

/** Walks down by paths, and remembers what stood there. */
async function checkedByPath(
  walk: Walk,
  top: CheckedPath,
  rest: Pick<CheckedPath, "name" | "label" | "grant" | "owner">,
): Promise<CheckedPath | undefined> {
  const { system, path: { dir, segments } } = walk;
  const chain: { readonly path: string; readonly label: string; readonly seen: FileStatus }[] = [];
  let directory = top.directory;
  let label = dir;
  for (const segment of segments.slice(0, -1)) {
    label += `/${segment}`;
    const parent = directory;
    const seen = await look(walk, parent, segment, label, () => syncChecked(system, parent));
    if (seen === undefined) return undefined;
    directory = join(directory, segment);
    chain.push({ path: directory, label, seen });
  }
  return {
    ...rest,
    directory,
    way: [...top.way, ...chain.map(({ seen }) => seen)],
    recheck() {
      for (const { path, label, seen } of chain) {
        const now = system.lstat(path);
        if (now?.kind === "directory" && isSameInode(now, seen)) continue;
        throw new ConfigPatchError("hostile", "the directory was swapped while it was in use", {
          file: label,
          remedy: "stop what swaps it, then try again",
        });
      }
    },
    sync: () => syncEntries(() => syncChecked(system, directory)),
    [Symbol.dispose]: () => {},
  };
}

/**
 * Syncs a directory that may have been swapped: opened as a directory alone, or a FIFO in its place
 * would stop us for ever.
 */
async function syncChecked(system: FileSystem, path: string): Promise<void> {
  const directory = await system.openDirectory(path);
  try {
    await directory.sync();
  } finally {
    directory.close();
  }
}

/** The directory under a name, made if wanted; `undefined` if absent. */
async function look(
  walk: Walk,
  parent: string,
  segment: string,
  label: string,
  syncParent: () => Promise<void>,
): Promise<FileStatus | undefined> {
  const { system, path: { create } } = walk;
  const path = join(parent, segment);
  let seen = system.lstat(path);
  if (seen === undefined && create) {
    system.mkdir(path, 0o755);
    await syncEntries(syncParent);
    seen = await giveDirectory(walk, path);
  } else if (seen !== undefined && create && isLeftToRoot(system, path, seen, walk.owner)) {
    seen = await giveDirectory(walk, path);
  }
  if (seen !== undefined && seen.kind !== "directory") throw notPlain(seen, "directory", label);
  return seen;
}

/**
 * Gives a directory that root has just made to whom the host dir belongs: else the client could not
 * enter it. A container may have swapped it, so that is done through a descriptor, and only if what
 * is open is what stands at the path, no link: nothing outside can be reached so.
 */
async function giveDirectory(
  { system, owner }: Walk,
  path: string,
): Promise<FileStatus | undefined> {
  const made = system.lstat(path);
  if (made?.kind !== "directory" || !isToBeGiven(made, owner)) return made;
  const directory = await system.openDirectory(path);
  try {
    if (!isSameInode(directory.status(), made)) return system.lstat(path);
    giving(() => directory.chown(owner.uid, owner.gid));
    return directory.status();
  } finally {
    directory.close();
  }
}

/** Whether O_NOFOLLOW reaches the kernel: a descriptor's path under /proc is itself a link. */
async function refusesLinks(system: FileSystem, link: string): Promise<boolean> {
  try {
    (await system.openDirectory(link)).close();
    return false;
  } catch {
    return true;
  }
}
