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
import { type Access, failure, notPlain } from "./failures.ts";
import { join, type Place, placeIn } from "./place.ts";
import type { AnchoredDirectory, FileStatus, FileSystem } from "./primitives.ts";

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
 * The place of a nested file, or `undefined` if a directory on the way does not exist.
 *
 * @throws {ConfigPatchError} `hostile` if one of them is a link or no directory.
 */
export async function placeBelow(
  system: FileSystem,
  access: NestedAccess,
  path: NestedPath,
): Promise<Place | undefined> {
  const { mounts, dir, segments } = path;
  const top = placeIn(system, mounts, dir, segments[0] ?? "");
  if (top === undefined) return undefined;
  const name = segments[segments.length - 1] ?? "";
  const label = [dir, ...segments].join("/");
  // A nested file belongs to whom the host dir does.
  const rest = { name, label, grant: mounts, owner: top.owner };
  try {
    if (access === "checked") return checkedPlace(system, top.directory, path, rest);
    const anchor = await anchoredDirectory(system, top.directory, path);
    return anchor && {
      ...rest,
      directory: anchor.path,
      recheck: () => {},
      [Symbol.dispose]: () => anchor.close(),
    };
  } catch (error) {
    const access: readonly Access[] = path.create ? ["read", "write"] : ["read"];
    throw failure(error, { doing: "reach it", file: label, grant: mounts, access });
  }
}

/** Walks down with one directory open at a time. */
async function anchoredDirectory(
  system: FileSystem,
  top: string,
  { dir, segments, create }: NestedPath,
): Promise<AnchoredDirectory | undefined> {
  let anchor = await system.openDirectory(top);
  let label = dir;
  for (const segment of segments.slice(0, -1)) {
    label += `/${segment}`;
    const above = anchor;
    try {
      if (look(system, above.path, segment, label, create) === undefined) return undefined;
      // A link put there since is refused by the system: O_NOFOLLOW.
      anchor = await system.openDirectory(join(above.path, segment));
    } finally {
      above.close();
    }
  }
  return anchor;
}

/** Walks down by paths, and remembers what stood there. */
function checkedPlace(
  system: FileSystem,
  top: string,
  { dir, segments, create }: NestedPath,
  rest: Pick<Place, "name" | "label" | "grant" | "owner">,
): Place | undefined {
  const chain: { readonly path: string; readonly label: string; readonly seen: FileStatus }[] = [];
  let directory = top;
  let label = dir;
  for (const segment of segments.slice(0, -1)) {
    label += `/${segment}`;
    const seen = look(system, directory, segment, label, create);
    if (seen === undefined) return undefined;
    directory = join(directory, segment);
    chain.push({ path: directory, label, seen });
  }
  return {
    ...rest,
    directory,
    recheck() {
      for (const { path, label, seen } of chain) {
        const now = system.lstat(path);
        if (now?.kind === "directory" && now.dev === seen.dev && now.ino === seen.ino) continue;
        throw new ConfigPatchError("hostile", "the directory was swapped while it was in use", {
          file: label,
          remedy: "stop what swaps it, then try again",
        });
      }
    },
    [Symbol.dispose]: () => {},
  };
}

/** The directory under a name, made if wanted; `undefined` if absent. */
function look(
  system: FileSystem,
  parent: string,
  segment: string,
  label: string,
  create: boolean,
): FileStatus | undefined {
  const path = join(parent, segment);
  let seen = system.lstat(path);
  if (seen === undefined && create) {
    system.mkdir(path, 0o755);
    system.syncDirectory(parent);
    seen = system.lstat(path);
  }
  if (seen !== undefined && seen.kind !== "directory") throw notPlain(seen, "directory", label);
  return seen;
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
