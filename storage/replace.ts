/** Replacing and removing a file on hostile ground: all or nothing, and never what was not read. @module */
import { ConfigPatchError } from "../errors.ts";
import { isToBeGiven } from "./directories.ts";
import { failure, type Step } from "./failures.ts";
import { octal } from "./modes.ts";
import { join } from "./names.ts";
import type { CheckedPath } from "./checked_path.ts";
import {
  type AdjustableFile,
  type FileStatus,
  type FileSystem,
  fill,
  type FreshFile,
  isSameInode,
  systemCode,
} from "./primitives.ts";
import type { ReadFile } from "./read.ts";

/** What to put in the place of what. */
export interface Exchange {
  /** The name of the temporary, beside the file. */
  readonly temporary: string;
  /** The new content. */
  readonly bytes: Uint8Array;
  /** What must still stand there: as it was read, or `undefined` for nothing. */
  readonly expected: ReadFile | undefined;
  /** The permission bits of the result; absent: those of the old file, or 0644 less the umask. */
  readonly mode: number | undefined;
  /** The permission bits that the result may have at most. */
  readonly mask: number;
  /** Whether it has to be on the disk before the name leads to it: for what cannot be made again. */
  readonly durable: boolean;
}

/** Owner and permission bits of a file. */
export type Attributes = Pick<ReadFile, "uid" | "gid" | "mode">;

/** The failure of an exchange whose temporary is still there, because it could not be removed. */
export class LeftoverError extends ConfigPatchError {}

/** Our text was put in place, and is not what stands there: a container has swapped it. */
export class SwappedError extends ConfigPatchError {}

/** Reads the file once more. */
export type ReadAgain = () => Promise<ReadFile | undefined>;

/**
 * The protocol of `Mounts.replace`: make, write, compare, rename, sync, look. A failure before the
 * rename leaves the old file and removes the temporary; a failure after it leaves the new file.
 *
 * @returns Owner and permission bits of the new file.
 * @throws {ConfigPatchError} `changed`, `permission`, `hostile`, `io`.
 */
export async function replaceSafely(
  system: FileSystem,
  checked: CheckedPath,
  exchange: Exchange,
  readAgain: ReadAgain,
): Promise<Attributes> {
  const temporary = new Temporary(system, join(checked.directory, exchange.temporary));
  const path = join(checked.directory, checked.name);
  let step: Step = "make";
  let file: FreshFile | undefined;
  let attributes: Attributes;
  try {
    // Make: nothing stands there, not even a link. It has its owner and mode before anything is in
    // it, so nobody reads it who could not read the old file.
    file = await makeEmpty(temporary, exchange, checked);
    attributes = attributesOf(file.status());
    if (exchange.durable && isNew(exchange)) refuseUnreadable(attributes, checked);
    // Write.
    file.write(exchange.bytes);
    if (exchange.durable) await file.sync();
    // Compare: right before the rename, since no rename compares by itself.
    requireSame(checked, exchange.expected, await readAgain());
    checked.recheck();
    // Rename: one step; every reader has the old file or the new one.
    step = "put";
    system.rename(temporary.path, path);
  } catch (error) {
    closeAfterFailure(file);
    throw temporary.discard(failureOf(error, checked, step));
  }
  try {
    // Sync: from here on, the new file outlives a loss of power.
    if (exchange.durable) await checked.sync();
    // Look: the name of the temporary was in the container's hands, and so was its content.
    requirePut(system, path, { file, bytes: exchange.bytes, label: checked.label });
    file.close();
  } catch (error) {
    closeAfterFailure(file);
    throw failureOf(error, checked, step);
  }
  return attributes;
}

/** What failed first is told. That a descriptor cannot be given back as well tells nobody more. */
function closeAfterFailure(file: FreshFile | undefined): void {
  try {
    file?.close();
  } catch {
    return;
  }
}

/** Refuses what stands at a path if it is not the file that we have written, or not our bytes. */
function requirePut(
  system: FileSystem,
  path: string,
  { file, bytes, label }: {
    readonly file: FreshFile;
    readonly bytes: Uint8Array;
    readonly label: string;
  },
): void {
  const seen = system.lstat(path);
  if (seen !== undefined && isSameInode(seen, file.status()) && holds(file, bytes)) return;
  throw new SwappedError("changed", "what stands there is not what was just put there", {
    file: label,
    remedy: "see what in its container writes to it, then try again",
  });
}

/** Whether a file holds exactly these bytes. */
function holds(file: FreshFile, bytes: Uint8Array): boolean {
  // One byte more, to see that there is none.
  const buffer = new Uint8Array(bytes.length + 1);
  file.rewind();
  const length = fill(file, buffer);
  return length === bytes.length && sameBytes(buffer.subarray(0, length), bytes);
}

/**
 * The protocol of `Mounts.removeFile`.
 *
 * @throws {ConfigPatchError} `changed`, `permission`, `hostile`, `io`.
 */
export async function removeSafely(
  system: FileSystem,
  checked: CheckedPath,
  expected: ReadFile,
  durable: boolean,
  readAgain: ReadAgain,
): Promise<void> {
  try {
    requireSame(checked, expected, await readAgain());
    checked.recheck();
    system.remove(join(checked.directory, checked.name));
    if (durable) await checked.sync();
  } catch (error) {
    throw failureOf(error, checked, "remove");
  }
}

/** The file that is to take the place of another, while it has a name of its own. */
class Temporary {
  readonly path: string;
  readonly #system: FileSystem;
  /** Whether it may stand there: what others have put there under its name is not ours to remove. */
  #stands = false;

  constructor(system: FileSystem, path: string) {
    this.#system = system;
    this.path = path;
  }

  create(mode: number): FreshFile {
    const file = this.#system.createNew(this.path, mode);
    this.#stands = true;
    return file;
  }

  async createAdjustable(mode: number): Promise<AdjustableFile> {
    const file = await this.#system.createAdjustable(this.path, mode);
    this.#stands = true;
    return file;
  }

  remove(): void {
    this.#system.remove(this.path);
    this.#stands = false;
  }

  /** Removes it after a failure. Returns that failure, which says so if even this has failed. */
  discard(error: ConfigPatchError): ConfigPatchError {
    if (!this.#stands) return error;
    try {
      this.remove();
      return error;
    } catch (second) {
      if (systemCode(second) === "ENOENT") return error;
      const name = this.path.slice(this.path.lastIndexOf("/") + 1);
      return new LeftoverError(
        error.code,
        `${error.message}; its temporary ${name} could not be removed either`,
        { ...error.details, cause: new AggregateError([error, second]) },
      );
    }
  }
}

/**
 * Makes the temporary with the owner and the permission bits that the result is to have. Nearly
 * always, creation alone gives them. Otherwise a descriptor is needed that can set them, and costs
 * the start-up of `node:fs`. They are not set by path, because that would follow links.
 */
async function makeEmpty(
  temporary: Temporary,
  exchange: Exchange,
  checked: CheckedPath,
): Promise<FreshFile> {
  const mode = creationMode(exchange);
  const plain = temporary.create(mode);
  let given: FileStatus | undefined;
  let isRight = false;
  try {
    given = statusWhereAllowed(plain);
    isRight = given !== undefined && isGiven(given, wantedAttributes(given, exchange, checked));
    if (isRight) return plain;
  } finally {
    if (!isRight) plain.close();
  }
  temporary.remove();
  const adjustable = await temporary.createAdjustable(given === undefined ? mode : 0o600);
  try {
    const wanted = wantedAttributes(given ?? adjustable.status(), exchange, checked);
    giveAttributes(adjustable, wanted, checked.label);
    return adjustable;
  } catch (error) {
    adjustable.close();
    throw error;
  }
}

/** Where the mounts are reached through a link that the grant names, Deno does not tell it. */
function statusWhereAllowed(file: FreshFile): FileStatus | undefined {
  try {
    return file.status();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** The permission bits to create it with: never setuid, setgid or sticky, for nobody vouched for it. */
function creationMode({ mode, expected, mask }: Exchange): number {
  return (mode ?? expected?.mode ?? 0o644) & 0o777 & mask;
}

/** What the result is to have, for a temporary that creation gave these. */
function wantedAttributes(given: FileStatus, exchange: Exchange, checked: CheckedPath): Attributes {
  const { expected } = exchange;
  const owner = expected ?? (isToBeGiven(given, checked.owner) ? checked.owner : given);
  // Of a new file without a mode of its own, the umask has decided.
  const mode = exchange.mode ?? expected?.mode;
  return {
    uid: owner.uid,
    gid: owner.gid,
    mode: mode === undefined ? given.mode & 0o777 : creationMode(exchange),
  };
}

function attributesOf({ uid, gid, mode }: FileStatus): Attributes {
  return { uid, gid, mode: mode & 0o7777 };
}

function isGiven(given: FileStatus, { uid, gid, mode }: Attributes): boolean {
  return given.uid === uid && given.gid === gid && (given.mode & 0o7777) === mode;
}

/** Gives a temporary its owner, and then its permission bits. */
function giveAttributes(file: AdjustableFile, wanted: Attributes, label: string): void {
  const given = file.status();
  if (given.uid !== wanted.uid || given.gid !== wanted.gid) {
    try {
      file.chown(wanted.uid, wanted.gid);
    } catch (cause) {
      throw ownerNotKept(cause, given, wanted, label);
    }
  }
  file.chmod(wanted.mode);
}

/** Whether owner or mode are of our making, and not as its client has left them. */
function isNew({ expected, mode }: Exchange): boolean {
  return expected === undefined || mode !== undefined;
}

/** Who owns the host dir is the client of what we make in it, and has to be able to read that. */
function refuseUnreadable({ uid, gid, mode }: Attributes, { owner, label }: CheckedPath): void {
  if (owner.uid === uid || owner.uid === 0) return;
  if ((mode & (owner.gid === gid ? 0o040 : 0o004)) !== 0) return;
  const ours = `${uid}:${gid}`;
  throw new ConfigPatchError(
    "permission",
    `its client could not read it: it would belong to ${ours} with the mode ` +
      `${octal(mode & 0o777)}, and its directory to ` +
      `${owner.uid}:${owner.gid}`,
    {
      file: label,
      remedy: `run this as root or as ${owner.uid}, or give the directory to ${ours}`,
    },
  );
}

/** The agent would lose its own file, so it is not replaced then. */
function ownerNotKept(
  cause: unknown,
  given: FileStatus,
  wanted: Attributes,
  label: string,
): unknown {
  const owner = `${wanted.uid}:${wanted.gid}`;
  const ours = `${given.uid}:${given.gid}`;
  const code = systemCode(cause);
  const why = code === "EPERM"
    ? `and what is written would belong to ${ours}`
    : code === "EINVAL"
    ? "an owner who has no number in this user namespace"
    : undefined;
  if (why === undefined) return cause;
  return new ConfigPatchError("permission", `cannot replace it: it belongs to ${owner}, ${why}`, {
    file: label,
    remedy: code === "EPERM"
      ? `run this as the file's owner, or give the file to ${ours}`
      : `run this outside of the user namespace (not in the container), or give the file to ${ours}`,
    cause,
  });
}

/** The last look before a rename or a removal. */
function requireSame(
  checked: CheckedPath,
  expected: ReadFile | undefined,
  found: ReadFile | undefined,
): void {
  const same = found === undefined || expected === undefined
    ? found === expected
    : isSame(found, expected);
  if (!same) throw changedUnderUs(checked.label);
}

/** What is told of a file that others change all the time. */
export function changedUnderUs(file: string): ConfigPatchError {
  return new ConfigPatchError("changed", "it was changed while it was being worked on", {
    file,
    remedy: "try again",
  });
}

/** Whether two reads of a file have found the same content, mode and owner. */
export function isSame(a: ReadFile, b: ReadFile): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && sameBytes(a.bytes, b.bytes);
}

/** A plain loop: for a file of a megabyte, `every` takes as long as a parse. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function failureOf(error: unknown, { label, grant }: CheckedPath, step: Step): ConfigPatchError {
  const doing = step === "remove" ? "remove it" : "replace it";
  return failure(error, { doing, file: label, grant, step });
}
