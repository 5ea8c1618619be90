/** Reading a file that a container may swap, block or blow up at any time. @module */
import { ConfigPatchError, locate } from "../errors.ts";
import { type Attempt, failure, notPlain } from "./failures.ts";
import { refuseLarge } from "./limits.ts";
import type { Opening } from "./opening.ts";
import {
  type FileStatus,
  type FileSystem,
  isSameInode,
  type SourceFile,
  systemCode,
} from "./primitives.ts";

/** A file as it was read. */
export interface ReadFile {
  /** The content, undecoded; see {@linkcode decodeUtf8}. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The permission bits with setuid, setgid and sticky: `0o644`. */
  readonly mode: number;
  /** The owner. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
  /** The number of hard links; more than 1 means that a replacement breaks them. */
  readonly nlink: number;
  /** What the system said of the open file when all of it had been read. */
  readonly status: FileStatus;
}

/** What to read, and how the user calls it. */
export interface ReadRequest {
  /** The path, spelled as granted. */
  readonly path: string;
  /** Relative to the mounts. */
  readonly label: string;
  /** The path that a grant must name. */
  readonly grant: string;
  /** The most that is read, in bytes. */
  readonly maxBytes: number;
  /** How files are opened. */
  readonly opening: Opening;
  /** The file, where it was opened before; then nothing is opened, and it stays open. */
  readonly held?: SourceFile | undefined;
  /** A file that was read before and is surely the one that was found now, if there is one. */
  readonly known?: ((seen: FileStatus) => ReadFile | undefined) | undefined;
}

/** Whether a file seems to have changed since it was read, judged by its status alone. */
export function isTouched(system: FileSystem, path: string, read: ReadFile | undefined): boolean {
  try {
    const seen = system.lstat(path);
    if (seen === undefined || read === undefined) {
      return (seen === undefined) !== (read === undefined);
    }
    const { ino, size, mtime } = read.status;
    // Node gives parts of milliseconds.
    return seen.ino !== ino || seen.size !== size || Math.floor(seen.mtime) !== Math.floor(mtime);
  } catch {
    // It only saves a round that would be lost: the replacement compares again, and tells what is wrong.
    return false;
  }
}

/** How often a read starts over because the file was replaced between two steps of it. */
const ATTEMPTS = 5;

/**
 * Reads a file on hostile ground, or returns `undefined` where nothing stands.
 *
 * `lstat` must say that it is a regular file; it is opened without waiting; what is open must have
 * the same device and inode, so that nothing a link led to is ever read; and no more than the cap is
 * taken in.
 *
 * @throws {ConfigPatchError} `hostile` for anything but a regular file, `too-large`, `changed` if
 * it was replaced again and again, `permission`, `io`.
 */
export async function readSafely(
  system: FileSystem,
  request: ReadRequest,
): Promise<ReadFile | undefined> {
  const { path, label, grant, maxBytes } = request;
  const attempt: Attempt = { doing: "read it", file: label, grant, access: ["read"] };
  for (let round = 0; round < ATTEMPTS; round++) {
    try {
      const seen = system.lstat(path);
      if (seen === undefined) return undefined;
      if (seen.kind !== "file") throw notPlain(seen, "file", label);
      refuseUnknown(seen, label);
      refuseLarge(seen.size, maxBytes, label);
      const known = request.known?.(seen);
      if (known !== undefined) return known;
      const found = await readSame(system, request, seen);
      if (found === undefined) continue;
      return {
        ...found,
        mode: seen.mode & 0o7777,
        uid: seen.uid,
        gid: seen.gid,
        nlink: seen.nlink,
      };
    } catch (error) {
      // It vanished between lstat and open: look again what stands there.
      if (systemCode(error) !== "ENOENT") throw failure(error, attempt);
    }
  }
  throw new ConfigPatchError("changed", "cannot read it: it is being replaced all the time", {
    file: label,
    remedy: "stop what is writing to it, then try again",
  });
}

/**
 * Decodes UTF-8 without any repair; a byte order mark stays.
 *
 * @param label The file, for the error.
 * @throws {ConfigPatchError} `encoding`, with the position of the first bad byte.
 *
 * @example
 * ```ts
 * import { decodeUtf8 } from "./read.ts";
 *
 * const text = decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), "_vibe-config/config.toml");
 * if (text !== "\uFEFFa") throw new Error(text);
 * ```
 */
export function decodeUtf8(bytes: Uint8Array<ArrayBuffer>, label: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const valid = validPrefix(bytes);
    const bad = bytes[valid.bytes]?.toString(16).padStart(2, "0");
    throw new ConfigPatchError("encoding", `it is not UTF-8: byte 0x${bad} cannot stand here`, {
      file: label,
      position: locate(valid.text, valid.text.length).position,
      remedy: "save the file as UTF-8",
      cause: error,
    });
  }
}

/** The content and the last status, or `undefined` if something else than what was seen is open. */
async function readSame(
  system: FileSystem,
  { path, maxBytes, label, opening, held }: ReadRequest,
  seen: FileStatus,
): Promise<Pick<ReadFile, "bytes" | "status"> | undefined> {
  held?.rewind();
  const file = held ?? await opening.open(system, path);
  try {
    const open = file.status();
    if (open.kind !== "file" || !isSameInode(open, seen)) return undefined;
    refuseLarge(open.size, maxBytes, label);
    const bytes = readBounded(file, open.size, maxBytes, label);
    return { bytes, status: file.status() };
  } finally {
    if (held === undefined) file.close();
  }
}

/** Reads to the end; `size` is but a hint, since the file can grow while it is read. */
function readBounded(
  file: SourceFile,
  size: number,
  maxBytes: number,
  label: string,
): Uint8Array<ArrayBuffer> {
  // One byte more, so that the end is met without another buffer.
  let buffer = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const count = file.read(buffer.subarray(length));
    if (count === 0) return buffer.slice(0, length);
    length += count;
    refuseLarge(length, maxBytes, label);
    if (length === buffer.length) {
      const larger = new Uint8Array(Math.min(2 * length, maxBytes) + 1);
      larger.set(buffer);
      buffer = larger;
    }
  }
}

/** Some file systems number files so high that Deno rounds the numbers: they tell nothing. */
function refuseUnknown(seen: FileStatus, label: string): void {
  if (isSameInode(seen, seen)) return;
  throw new ConfigPatchError(
    "io",
    "cannot read it safely: its file system numbers files above 2^53, which Deno cannot tell apart",
    {
      file: label,
      remedy: "put the mounts on another file system (overlayfs: without xino=on)",
    },
  );
}

/** How far the bytes are UTF-8: the decoded part, and its length in bytes. */
function validPrefix(bytes: Uint8Array<ArrayBuffer>): { text: string; bytes: number } {
  // Streaming holds back an unfinished character, so "decodes as a prefix" can be bisected.
  const decodes = (length: number) => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
        .decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return undefined;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle) === undefined) bad = middle;
    else good = middle;
  }
  // The last decodable prefix may end within a character that never became whole.
  const text = decodes(good) ?? "";
  return { text, bytes: new TextEncoder().encode(text).length };
}
