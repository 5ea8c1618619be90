/**
 * Fingerprints: whether a file is surely the one that was seen before, from one `lstat`, without
 * opening it.
 *
 * The steady state rests on this module and loads little else, so it imports nothing but types.
 *
 * @module
 */
import type { FileStatus } from "./primitives.ts";

/**
 * What one `lstat` says about a path, as a short text that can be kept and compared with `===`:
 * kind and mode, device, inode, size, modification and change time in milliseconds; or
 * {@linkcode ABSENT}.
 */
export type Fingerprint = string;

/** The fingerprint of a path where nothing stands. */
export const ABSENT: Fingerprint = "absent";

/**
 * How old a file's change time must be, in milliseconds, before its fingerprint counts. Timestamps
 * are coarse (Deno gives the change time in whole seconds), so a file that was just written could
 * be written again without any sign of it.
 */
export const SETTLING_TIME = 2000;

/** The fingerprint of what an `lstat` found; `undefined` stands for nothing. */
export function fingerprintOf(status: FileStatus | undefined): Fingerprint {
  if (status === undefined) return ABSENT;
  const { mode, dev, ino, size, mtime, ctime } = status;
  return `${mode.toString(8)} ${dev} ${ino} ${size} ${mtime} ${ctime}`;
}

/**
 * Whether a fingerprint may be trusted later: the file had not been changed for
 * {@linkcode SETTLING_TIME} when `now` was read, so every change after that moment shows.
 *
 * @param status What `lstat` found.
 * @param now Milliseconds since the epoch, read *before* that `lstat`.
 *
 * @example
 * ```ts
 * import { isSettled } from "./fingerprint.ts";
 *
 * const status = {
 *   kind: "file", mode: 0o100644, dev: 1, ino: 2, size: 3, mtime: 5000, ctime: 5000,
 *   uid: 0, gid: 0, nlink: 1,
 * } as const;
 * if (isSettled(status, 6999) || !isSettled(status, 7000)) throw new Error("two seconds");
 * ```
 */
export function isSettled(status: FileStatus | undefined, now: number): boolean {
  // What is absent has no time to hide behind: whatever appears there has another fingerprint.
  return status === undefined || now - status.ctime >= SETTLING_TIME;
}
