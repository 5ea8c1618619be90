/** Permission bits: how they are written, and when they keep a client from its own config. @module */
import { ConfigPatchError } from "../errors.ts";
import type { CheckedPath } from "./checked_path.ts";
import { mayEnter } from "./primitives.ts";
import type { ReadFile } from "./read.ts";

/** Permission bits as people write them: `0600`. */
export function octal(bits: number): string {
  return bits.toString(8).padStart(4, "0");
}

/**
 * Why a config cannot be read by its own owner, or could not once it is made: the mode of the file,
 * or of a directory on the way, does not allow it; `undefined` if the owner can read it. (Root can
 * read everything. So if we can read the file, it does not follow that the client can.)
 */
export function unreadable(
  checked: CheckedPath,
  read: ReadFile | undefined,
): ConfigPatchError | undefined {
  // What is not there yet will belong to the owner of the host dir.
  const client = read ?? checked.owner;
  const isShut = read !== undefined &&
    (read.uid !== 0 && (read.mode & 0o400) === 0 || (read.mode & 0o444) === 0);
  const fault = isShut
    ? `its owner may not read it (its mode is ${octal(read.mode & 0o7777)})`
    : checked.way.some((directory) => !mayEnter(directory, client))
    ? "its owner may not enter the directory that it lies in"
    : undefined;
  if (fault === undefined) return undefined;
  return new ConfigPatchError("permission", `its client cannot read it: ${fault}`, {
    file: checked.label,
    remedy: "give it back to its owner: chmod u+r for the file, u+x for its directories",
  });
}
