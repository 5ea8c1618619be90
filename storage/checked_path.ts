/** A file in the mounts by its path, the directories on the way to it checked. @module */
import { type Owner, syncEntries } from "./directories.ts";
import { failure, notPlain } from "./failures.ts";
import { join } from "./names.ts";
import type { FileStatus, FileSystem } from "./primitives.ts";

/** A path whose directories are checked; `using` gives them back. */
export interface CheckedPath extends Disposable {
  /** The path under which the directory's entries are reached. */
  readonly directory: string;
  /** The last segment of the file. */
  readonly name: string;
  /** The file relative to the mounts, for messages. */
  readonly label: string;
  /** The path that a grant of Deno must name. */
  readonly grant: string;
  /** To whom the host dir belongs. */
  readonly owner: Owner;
  /** The host dir, then each directory below it on the way to the file. */
  readonly way: readonly FileStatus[];
  /** Checks once more that the directory is the one that was checked first. */
  recheck(): void;
  /** Brings the directory's entries to the disk. */
  sync(): Promise<void>;
}

/**
 * The checked path of a file directly in a host dir, or `undefined` if there is no such host dir.
 *
 * One look at the host dir is enough: a container can change what is in it, never the host dir
 * itself.
 *
 * @throws {ConfigPatchError} `hostile` if the host dir is a link or no directory.
 */
export function checkedPath(
  system: FileSystem,
  mounts: string,
  dir: string,
  name: string,
): CheckedPath | undefined {
  const directory = join(mounts, dir);
  let owner: FileStatus;
  try {
    const seen = system.lstat(directory);
    if (seen === undefined) return undefined;
    if (seen.kind !== "directory") throw notPlain(seen, "directory", dir);
    owner = seen;
  } catch (error) {
    throw failure(error, { doing: "look at it", file: dir, grant: mounts, access: ["read"] });
  }
  return {
    directory,
    name,
    label: `${dir}/${name}`,
    grant: mounts,
    owner,
    way: [owner],
    recheck: () => {},
    sync: () => syncEntries(() => system.syncDirectory(directory)),
    [Symbol.dispose]: () => {},
  };
}
