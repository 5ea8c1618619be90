/**
 * One run: look, and as long as there is something to write, take the lock, write, look again.
 *
 * Nothing is planned, and nothing on hostile ground is opened, while the lock is held: between two
 * rounds it is given back. So one container that keeps changing its file holds up nobody else.
 *
 * @module
 */
import { ConfigPatchError, OutdatedError } from "../errors.ts";
import type { Report } from "../ownership/report.ts";
import { LOCK_TIMEOUT } from "../storage/lock.ts";
import { SIDECAR_NAME } from "../storage/names.ts";
import { REAL_TIME, type Time } from "../storage/reading.ts";
import { changedUnderUs } from "../storage/replace.ts";
import { rebased } from "./again.ts";
import { type Changes, changesOf, newText } from "./changes.ts";
import { commit, type Written } from "./commit.ts";
import { Findings } from "./findings.ts";
import { type Preview, preview } from "./preview.ts";
import type { Job } from "./tasks.ts";

/** How a run waits and what it calls itself. */
export interface RunOptions {
  /** How long to wait for the lock, in milliseconds. */
  readonly lockTimeout?: number | undefined;
  /** What this process does, for whoever finds the lock taken. */
  readonly command?: string | undefined;
  /** The clock. */
  readonly time?: Time | undefined;
  /**
   * Whether what is asked for still is, looked at under the lock before anything is written: a run must
   * not undo what has been asked for since. Absent: it is.
   */
  readonly stillStands?: (() => Promise<boolean>) | undefined;
  /** How many rounds it may have; 5 if absent. */
  readonly rounds?: number | undefined;
}

/** A report, and what the run knows of the mounts at its end. */
export interface RunResult {
  /** What was done. */
  readonly report: Report;
  /** The last preview, and the text of the state that was written after it, if one was. */
  readonly end: { readonly found: Preview; readonly written: Written | undefined };
  /** How many rounds it has had. */
  readonly rounds: number;
}

/** How many rounds a run has: one more where a config changed between reading and replacing it. */
const ROUNDS = 5;

/** What a round that was lost to another run of ours counts for at least, in milliseconds of waiting. */
const LOST_ROUND = 20;

/** What a job would lead to. Writes nothing. */
export async function plan(job: Job, time: Time = REAL_TIME): Promise<Report> {
  return new Findings(job).report(changesOf(await preview(job, time)));
}

/**
 * Does a job. Providers that cannot be served are `failed` in the report; the others are
 * served.
 *
 * @throws {ConfigPatchError} where nothing could be begun: `state`, `locked`, `permission`, …
 */
export async function run(job: Job, options: RunOptions = {}): Promise<RunResult> {
  const { mounts } = job;
  const { time = REAL_TIME, rounds = ROUNDS } = options;
  const findings = new Findings(job);
  const timeout = options.lockTimeout ?? LOCK_TIMEOUT;
  // What a container makes us wait for while we read is no wait for the lock.
  let waited = 0;
  let written: Written | undefined;
  let changes = changesOf(await preview(job, time));
  const stands = async (): Promise<boolean> => {
    const current = rebased(changes.found, await mounts.readOwn("state.json"), job);
    if (current !== undefined && current !== changes.found) changes = changesOf(current);
    return current !== undefined;
  };
  let round = 1;
  for (; !changes.areNone; round++) {
    const refused = new Map<string, ConfigPatchError>();
    findings.made(await mounts.prepare(dirsToMake(changes), refused));
    const held = await mounts.hold(toBeReplaced(changes));
    let raced: ReadonlyMap<string, ConfigPatchError> | undefined;
    try {
      const wait = (milliseconds: number) => void (waited += milliseconds);
      raced = await locked(
        { ...options, mounts, left: timeout - waited, wait, stands },
        async () => {
          if (await options.stillStands?.() === false) throw new OutdatedError();
          const touched = touchedFiles(job, changes);
          // In the last round, the files that have not changed are written in any case.
          if (touched.size > 0 && round < rounds) return touched;
          const committed = await commit(job, changes, { findings, held, refused });
          written = committed.written;
          return committed.raced;
        },
      );
    } finally {
      held.close();
    }
    if (raced !== undefined && raced.size === 0) break;
    if (raced !== undefined && round >= rounds) {
      for (const [key, error] of raced) findings.fail(key, error);
      break;
    }
    if (raced === undefined) {
      // A round that was lost to another run of ours counts as a wait for the lock only.
      round--;
      waited += LOST_ROUND;
      if (waited > timeout) throw lockedOut(timeout);
    }
    changes = changesOf(await preview(job, time, changes.found));
    written = undefined;
  }
  return {
    report: findings.report(changes),
    end: { found: changes.found, written },
    rounds: round,
  };
}

/** What a round needs of the lock. */
interface Turn extends RunOptions {
  readonly mounts: Job["mounts"];
  /** How long it may still be waited for, in milliseconds. */
  readonly left: number;
  /** Takes how long it was waited for, in milliseconds. */
  readonly wait: (milliseconds: number) => void;
  /** Whether what is planned still fits the state. */
  readonly stands: () => Promise<boolean>;
}

/**
 * Does work under the lock; `undefined` if another run has changed the state on which this plan is
 * based. This is also checked while waiting for the lock: then a run that has to plan again does so
 * before the lock is free, and does not come too late each time.
 */
async function locked<T>(
  { mounts, left, wait, stands, lockTimeout, command }: Turn,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const began = performance.now();
  const deadline = began + left;
  const lock = await mounts.lockWhile(stands, { timeout: lockTimeout, deadline, command });
  wait(performance.now() - began);
  if (lock === undefined) return undefined;
  // Not `using`: the bundler inlines a name that is read once, and the lock would not be released.
  try {
    return await stands() ? await work() : undefined;
  } finally {
    lock[Symbol.dispose]();
  }
}

function lockedOut(timeout: number): ConfigPatchError {
  return new ConfigPatchError(
    "locked",
    `other runs were faster each time, until the ${timeout / 1000} s of waiting were over`,
    { remedy: "try again, or wait longer (--lock-timeout)" },
  );
}

/** Files that are to be replaced and have changed since they were read, as far as a look tells. */
function touchedFiles({ mounts }: Job, { files }: Changes): Map<string, ConfigPatchError> {
  const touched = files.filter((file) => mounts.isTouched(file.dir, file.name, file.read));
  return new Map(touched.map(({ key }) => [key, changedUnderUs(key)]));
}

/** The files that exist, and are to be replaced or removed. */
function toBeReplaced({ files, sidecars }: Changes): readonly { dir: string; file: string }[] {
  return [
    ...files.map(({ dir, name, read }) => ({ dir, file: name, read })),
    ...sidecars.map(({ dir, read }) => ({ dir, file: SIDECAR_NAME, read })),
  ].filter(({ read }) => read !== undefined);
}

/** The host dirs in which a file is to be made or replaced. */
function dirsToMake({ files, found }: Changes): Set<string> {
  return new Set(
    files.filter((file) => newText(file, found) !== undefined).map(({ dir }) => dir),
  );
}
