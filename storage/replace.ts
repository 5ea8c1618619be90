/** Replacing and removing a file on hostile ground: all or nothing, and never what was not read. @module */
import { ConfigPatchError } from "../errors.ts";
import { failure, systemCode } from "./failures.ts";
import { join, type Owner, type Place } from "./place.ts";
import type { AdjustableFile, FileSystem } from "./primitives.ts";
import type { ReadFile } from "./read.ts";

/** What to put in the place of what. */
export interface Exchange {
  /** The name of the temporary, beside the file. */
  readonly temporary: string;
  /** The new content. */
  readonly bytes: Uint8Array;
  /** What must still stand there: as it was read, or `undefined` for nothing. */
  readonly expected: ReadFile | undefined;
  /** The permission bits of a new file, before the umask. */
  readonly mode: number;
  /** The permission bits that a replaced file keeps at most. */
  readonly mask: number;
}

/** The failure of an exchange whose temporary is still there, because it could not be removed. */
export class LeftoverError extends ConfigPatchError {}

/** Reads the file of a place once more. */
export type ReadAgain = () => Promise<ReadFile | undefined>;

/**
 * The protocol of `Mounts.replace`. A failure before the rename leaves the old file and removes the
 * temporary; a failure after it leaves the new file.
 *
 * @throws {ConfigPatchError} `changed`, `permission`, `hostile`, `io`.
 */
export async function replaceSafely(
  system: FileSystem,
  place: Place,
  exchange: Exchange,
  readAgain: ReadAgain,
): Promise<void> {
  const temporary = join(place.directory, exchange.temporary);
  await attempt("replace it", place, async () => {
    const discard = await makeTemporary(system, temporary, exchange, place);
    try {
      await requireSame(place, exchange.expected, readAgain);
      place.recheck();
      system.rename(temporary, join(place.directory, place.name));
    } catch (error) {
      throw discard(error);
    }
    system.syncDirectory(place.directory);
  });
}

/**
 * The protocol of `Mounts.removeFile`.
 *
 * @throws {ConfigPatchError} `changed`, `permission`, `hostile`, `io`.
 */
export async function removeSafely(
  system: FileSystem,
  place: Place,
  expected: ReadFile,
  readAgain: ReadAgain,
): Promise<void> {
  await attempt("remove it", place, async () => {
    await requireSame(place, expected, readAgain);
    place.recheck();
    system.remove(join(place.directory, place.name));
    system.syncDirectory(place.directory);
  });
}

/** Makes the temporary, complete and on the disk. Returns what removes it after a failure. */
async function makeTemporary(
  system: FileSystem,
  path: string,
  { bytes, expected, mode, mask }: Exchange,
  { label, owner }: Place,
): Promise<(error: unknown) => unknown> {
  const discard = (error: unknown) => discardTemporary(system, path, error);
  let attributes: Attributes | undefined = expected;
  // Only attributes that creation cannot give need a descriptor that can set them.
  if (attributes === undefined) {
    const fresh = system.createNew(path, mode);
    try {
      fill(fresh, () => fresh.write(bytes));
      const made = system.lstat(path);
      if (made === undefined || !isGivenAway(made, owner)) return discard;
      system.remove(path);
      attributes = { ...owner, mode: made.mode };
    } catch (error) {
      throw discard(error);
    }
  }
  // Narrow at first: the content may be secret until it has the old file's owner.
  const fresh = await system.createAdjustable(path, 0o600);
  try {
    fill(fresh, () => {
      fresh.write(bytes);
      giveAttributes(fresh, attributes, mask, label);
    });
  } catch (error) {
    throw discard(error);
  }
  return discard;
}

function fill(fresh: { sync(): void; close(): void }, work: () => void): void {
  try {
    work();
    fresh.sync();
  } finally {
    fresh.close();
  }
}

/** Owner and permission bits of a file. */
type Attributes = Pick<ReadFile, "uid" | "gid" | "mode">;

/**
 * Whether a new file has to be given to whom its directory belongs: root can, and an agent could not
 * change a file of root's in its own directory.
 */
function isGivenAway(made: Owner, owner: Owner): boolean {
  return made.uid === 0 && owner.uid !== 0;
}

/** Gives the temporary its owner and its permission bits. */
function giveAttributes(
  fresh: AdjustableFile,
  expected: Attributes,
  mask: number,
  label: string,
): void {
  const given = fresh.status();
  if (given.uid !== expected.uid || given.gid !== expected.gid) {
    try {
      fresh.chown(expected.uid, expected.gid);
    } catch (cause) {
      if (systemCode(cause) !== "EPERM") throw cause;
      throw new ConfigPatchError(
        "permission",
        `cannot replace it: it belongs to ${expected.uid}:${expected.gid}, ` +
          `and what is written would belong to ${given.uid}:${given.gid}`,
        {
          file: label,
          remedy: `run this as the file's owner, or give the file to ${given.uid}:${given.gid}`,
          cause,
        },
      );
    }
  }
  // Never setuid, setgid or sticky: the content is new, and nobody vouched for it.
  const wanted = expected.mode & 0o777 & mask;
  if ((given.mode & 0o7777) !== wanted) fresh.chmod(wanted);
}

/** The last look before a rename or a removal. */
async function requireSame(
  place: Place,
  expected: ReadFile | undefined,
  readAgain: ReadAgain,
): Promise<void> {
  const found = await readAgain();
  if (found === undefined || expected === undefined ? found === expected : same(found, expected)) {
    return;
  }
  throw new ConfigPatchError("changed", "it was changed while it was being worked on", {
    file: place.label,
    remedy: "try again",
  });
}

function same(a: ReadFile, b: ReadFile): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && sameBytes(a.bytes, b.bytes);
}

/** A plain loop: for a file of a megabyte, `every` takes as long as a parse. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Removes a temporary after a failure, and returns that failure. */
function discardTemporary(system: FileSystem, path: string, error: unknown): unknown {
  try {
    system.remove(path);
    return error;
  } catch (second) {
    if (systemCode(second) === "ENOENT") return error;
    return new AggregateError([error, second], path);
  }
}

async function attempt(doing: string, place: Place, work: () => Promise<void>): Promise<void> {
  const context = { doing, file: place.label, grant: place.grant };
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AggregateError)) throw failure(error, context);
    const first = failure(error.errors[0], context);
    const name = error.message.slice(error.message.lastIndexOf("/") + 1);
    throw new LeftoverError(
      first.code,
      `${first.message}; its temporary ${name} could not be removed either`,
      { ...first.details, file: place.label, cause: error },
    );
  }
}
