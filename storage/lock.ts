/** The one lock of the mounts: on the host side, so that no container can hold it. @module */
import { ConfigPatchError } from "../errors.ts";
import { giveTo, type Owner } from "./directories.ts";
import { notPlain } from "./failures.ts";
import { join, OWN_DIRECTORY } from "./names.ts";
import { type OwnDirectory, ownDirectory, ownFailure } from "./own_files.ts";

import type { FileSystem, LockFile } from "./primitives.ts";

/** How to wait for the lock. */
export interface LockOptions {
  /** How long to wait, in milliseconds; 30 seconds by default, 0 tries once. */
  readonly timeout?: number | undefined;
  /**
   * When to give up, as `performance.now()` counts; `timeout` from now by default. For a run that
   * gives the lock back between its rounds: the time that it waits counts over all of them.
   */
  readonly deadline?: number | undefined;
  /** What this process does, for whoever finds the lock taken: `apply`. */
  readonly command?: string | undefined;
}

/** The lock while it is held; `using` gives it back. */
export type Lock = Disposable;

/** How long to wait by default, in milliseconds. */
export const LOCK_TIMEOUT = 30_000;

/** Between two tries, in milliseconds: first and longest pause. */
const PAUSE = { first: 5, longest: 100 } as const;

/**
 * Takes the lock by polling: a blocking lock would wait for a stopped holder for ever. The system
 * takes it back when a holder dies, so there is no stale lock to clean up. The file stays when the
 * lock is given back, since removing it would let two processes lock two different files.
 *
 * @param owner To whom the mounts belong: a lock file that root makes is given to them, or nobody
 * else could take the lock from then on.
 * @param isWanted Whether the lock is still of use; asked before each further try.
 * @returns The lock; `undefined` if it is not wanted any more.
 * @throws {ConfigPatchError} `locked` at the deadline, naming who holds it; `hostile` if the lock
 * file is no plain file; `permission`, `io` (where the file system has no locks).
 */
export async function takeLock(
  own: OwnDirectory,
  owner: Owner,
  options: LockOptions,
  isWanted: () => Promise<boolean>,
): Promise<Lock | undefined> {
  const { timeout = LOCK_TIMEOUT, command = "" } = options;
  const deadline = options.deadline ?? performance.now() + timeout;
  let pause: number = PAUSE.first;
  for (;;) {
    const file = tryOnce(own, owner, command);
    if (file !== undefined) return { [Symbol.dispose]: () => file.close() };
    const left = deadline - performance.now();
    if (left <= 0) throw taken(own, timeout);
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
    if (!await isWanted()) return undefined;
    pause = Math.min(2 * pause, PAUSE.longest);
  }
}

const LABEL = `${OWN_DIRECTORY}/lock`;

/** The locked file, or `undefined` if somebody else holds it. */
function tryOnce(own: OwnDirectory, owner: Owner, command: string): LockFile | undefined {
  const { system } = own;
  const path = pathOf(own);
  let file: LockFile | undefined;
  try {
    ownDirectory(own);
    const seen = system.lstat(path);
    if (seen !== undefined && seen.kind !== "file") throw notPlain(seen, "file", LABEL);
    file = system.openLock(path);
    if (file.tryLock() && isStillAt(system, path, file, command)) {
      giveTo(system, path, owner);
      return file;
    }
    file.close();
    return undefined;
  } catch (error) {
    file?.close();
    throw ownFailure(error, own, "take the lock", LABEL, "lock");
  }
}

function pathOf({ mounts }: OwnDirectory): string {
  return join(join(mounts, OWN_DIRECTORY), "lock");
}

/**
 * Whether the path still leads to the locked file: somebody may have removed it meanwhile. What is
 * written through the descriptor must be what the path gives; where the mounts are reached through a
 * link, Deno does not say of an open file which one it is.
 */
function isStillAt(system: FileSystem, path: string, file: LockFile, command: string): boolean {
  const holder = {
    pid: Deno.pid,
    since: new Date().toISOString(),
    command,
    id: crypto.randomUUID(),
  };
  const line = JSON.stringify(holder) + "\n";
  file.write(new TextEncoder().encode(line));
  return system.lstat(path)?.kind === "file" &&
    new TextDecoder().decode(system.readTrusted(path)) === line;
}

function taken(own: OwnDirectory, timeout: number): ConfigPatchError {
  return new ConfigPatchError(
    "locked",
    `the lock was not free within ${timeout / 1000} s: ${holderOf(own)} holds it`,
    { file: LABEL, remedy: "wait for that process or end it, then try again" },
  );
}

/** Who holds the lock, as far as the file says: it is only there to be shown. */
function holderOf(own: OwnDirectory): string {
  try {
    const text = new TextDecoder().decode(own.system.readTrusted(pathOf(own)));
    const { pid, since, command }: Record<string, unknown> = JSON.parse(text);
    if (Number.isInteger(pid) && typeof since === "string" && typeof command === "string") {
      return `process ${pid} (${command === "" ? "" : `${command}, `}since ${since})`;
    }
  } catch {
    // The holder may be about to write its line; the deadline has passed all the same.
  }
  return "another process";
}
