/**
 * Carrying a preview out: lock, state, configs, sidecars, state again. The only part that writes.
 *
 * The order is what makes a crash harmless: before anything in a host dir is touched, the state says
 * what each file's record is now and what it will be, and names every temporary. Whoever comes next
 * compares that with what stands in the files. The sidecars come before the last state, not after
 * it, so that their temporaries have names in a state as well.
 *
 * Nothing is planned while the lock is held: between two rounds it is given back, so that one file
 * that keeps changing holds up nobody else.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { splitKey } from "../ownership/claims.ts";
import type { Report } from "../ownership/report.ts";
import { LOCK_TIMEOUT } from "../storage/lock.ts";
import { SIDECAR_NAME } from "../storage/names.ts";

import { REAL_TIME, type Time } from "../storage/reading.ts";
import { type Attributes, changedUnderUs, LeftoverError } from "../storage/replace.ts";
import { setEntry, statedAfter } from "./after.ts";
import { rebased } from "./again.ts";
import { isChanged, narrower, newText, type SidecarChange, sidecarChanges } from "./changes.ts";
import { textDigest } from "./digest.ts";
import type { ConfigFile } from "./files.ts";
import { Findings } from "./findings.ts";
import { type Preview, preview } from "./preview.ts";
import type { Job } from "./tasks.ts";
import type { FoundSidecar } from "./sidecars.ts";
import { printState, type State } from "./state.ts";

/** How a run waits and what it calls itself. */
export interface RunOptions {
  /** How long to wait for the lock, in milliseconds. */
  readonly lockTimeout?: number | undefined;
  /** What this process does, for whoever finds the lock taken. */
  readonly command?: string | undefined;
  /** The clock. */
  readonly time?: Time | undefined;
}

/** A report, and what the run knows of the mounts at its end. */
export interface RunResult {
  /** What was done. */
  readonly report: Report;
  /** The last preview, and the text of the state that was written after it, if one was. */
  readonly end: { readonly found: Preview; readonly written: Written | undefined };
}

/** What a run has written. */
export interface Written {
  /** The text of `state.json`. */
  readonly stateText: string;
  /** By `host dir/file`: the new bytes and attributes of a file; `undefined`: it went. */
  readonly files: ReadonlyMap<string, (Attributes & { readonly bytes: Uint8Array }) | undefined>;
}

/** How often a run starts over because a config changed between reading and replacing it. */
const ROUNDS = 5;

/** What a job would lead to. Writes nothing. */
export async function plan(job: Job, time: Time = REAL_TIME): Promise<Report> {
  return new Findings(job).report(await preview(job, time));
}

/**
 * Does a job. Providers that cannot be served are `failed` in the report; the others are
 * served.
 *
 * @throws {ConfigPatchError} where nothing could be begun: `state`, `locked`, `permission`, …
 */
export async function run(job: Job, options: RunOptions = {}): Promise<RunResult> {
  const { mounts } = job;
  const { time = REAL_TIME } = options;
  const findings = new Findings(job);
  const timeout = options.lockTimeout ?? LOCK_TIMEOUT;
  const deadline = time.clock() + timeout;
  let written: Written | undefined;
  let found = await preview(job, time);
  const stands = async (): Promise<boolean> => {
    const current = rebased(found, await mounts.readOwn("state.json"), job);
    found = current ?? found;
    return current !== undefined;
  };
  for (let round = 1; needsWriting(found); round++) {
    findings.made(await mounts.prepare(changedDirs(found)));
    const left = deadline - time.clock();
    const raced = await locked({ ...options, mounts, left, stands }, async () => {
      const touched = touchedFiles(job, found);
      // In the last round, the files that have not changed are written in any case.
      if (touched.size > 0 && round < ROUNDS) return touched;
      const leftovers = await collectLeftovers(job, found.state, findings);
      const outcome = await commit(job, found, findings, leftovers);
      written = outcome.written;
      return outcome.raced;
    });
    if (raced !== undefined && raced.size === 0) break;
    if (raced !== undefined && round >= ROUNDS) {
      for (const [key, error] of raced) findings.fail(key, error);
      break;
    }
    // A round that was lost to another run of ours counts towards the deadline only.
    if (raced === undefined) round--;
    if (time.clock() > deadline) throw lockedOut(timeout);
    found = await preview(job, time, found);
    written = undefined;
  }
  return { report: findings.report(found), end: { found, written } };
}

/** What a round needs of the lock. */
interface Turn extends RunOptions {
  readonly mounts: Job["mounts"];
  /** How long it may still be waited for, in milliseconds. */
  readonly left: number;
  /** Whether what is planned still fits the state. */
  readonly stands: () => Promise<boolean>;
}

/**
 * Does work under the lock; `undefined` if another run has changed the state on which this plan is
 * based. This is also checked while waiting for the lock: then a run that has to plan again does so
 * before the lock is free, and does not come too late each time.
 */
async function locked<T>(
  { mounts, left, stands, lockTimeout, command }: Turn,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const deadline = performance.now() + left;
  const lock = await mounts.lockWhile(stands, { timeout: lockTimeout, deadline, command });
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

/** Whether anything has to be written: a config, the state, or a sidecar. */
export function needsWriting(found: Preview): boolean {
  return (found.state.pending?.temporaries.length ?? 0) > 0 ||
    found.files.some((file) => isChanged(file, found)) || changesState(found) ||
    sidecarChanges(found, statedAfter(found).files).size > 0;
}

/** Whether the state says something else after. Texts of older versions may say the same. */
function changesState(found: Preview): boolean {
  const text = printState(statedAfter(found));
  return text !== found.stateText && text !== printState(found.state);
}

/** Files that are to be replaced and have changed since they were read, as far as a look tells. */
function touchedFiles({ mounts }: Job, found: Preview): Map<string, ConfigPatchError> {
  const touched = found.files.filter((file) =>
    isChanged(file, found) && mounts.isTouched(file.dir, file.name, file.read)
  );
  return new Map(touched.map(({ key }) => [key, changedUnderUs(key)]));
}

/** The host dirs in which something is to be written. */
function changedDirs(found: Preview): Set<string> {
  return new Set(
    found.files.filter((file) => isChanged(file, found) && newText(file, found) !== undefined)
      .map((file) => file.dir),
  );
}

/** Removes what a crashed run left, by the names that the state has. Returns what may still be there. */
async function collectLeftovers(
  { mounts }: Job,
  state: State,
  findings: Findings,
): Promise<string[]> {
  const left: string[] = [];
  for (const entry of state.pending?.temporaries ?? []) {
    const [dir, temporary] = splitKey(entry);
    try {
      if (await mounts.collect(dir, temporary) !== "foreign") continue;
      findings.warn({
        file: entry,
        message: "no plain file stands under the name of a temporary of ours: it was left alone",
      });
    } catch (error) {
      // A damaged state stops everything. A directory in which a container bars the way does not.
      if (!(error instanceof ConfigPatchError) || error.code === "state") throw error;
      left.push(entry);
      findings.warn({
        file: entry,
        message: `what an earlier run left could not be removed: ${error.message}`,
      });
    }
  }
  return left;
}

/**
 * Writes what a preview found to be written. A file that cannot be replaced fails alone.
 *
 * @returns The files that changed under us, to be read and planned again, and what was written.
 */
async function commit(
  job: Job,
  found: Preview,
  findings: Findings,
  left: string[],
): Promise<{ raced: Map<string, ConfigPatchError>; written: Written | undefined }> {
  const { mounts } = job;
  const done = statedAfter(found);
  const changing = found.files.filter((file) => isChanged(file, found));
  const sidecars = [...sidecarChanges(found, done.files).keys()];
  const names = new Map<string, string>();
  for (const file of changing) {
    if (newText(file, found) !== undefined) names.set(file.key, mounts.temporaryName());
  }
  for (const { dir } of sidecars) names.set(`${dir}/${SIDECAR_NAME}`, mounts.temporaryName());

  const files = new Map(found.state.files);
  for (const file of found.files) setEntry(files, file.key, file.state);
  const unsettled = new Map(done.pending?.files);
  const texts = new Map(done.pending?.texts);
  for (const file of changing) {
    const [before, after] = [await textDigest(file.text), await textDigest(newText(file, found))];
    texts.set(file.key, { before, after });
  }
  if (names.size > 0 || changing.length > 0) {
    const temporaries = [...left, ...[...names].map(besideFile)];
    const after = changing.map((file) => [file.key, done.files.get(file.key)] as const);
    const both = { files: new Map([...unsettled, ...after]), temporaries, texts };
    await mounts.writeOwn("state.json", printState({ files, pending: both }));
  }

  const raced = new Map<string, ConfigPatchError>();
  const results = new Map<string, (Attributes & { bytes: Uint8Array }) | undefined>();
  // Side by side, so that the disk is waited for once.
  await Promise.all(found.files.map(async (file) => {
    try {
      if (changing.includes(file)) {
        results.set(file.key, await write(job, file, found, names.get(file.key) ?? ""));
      }
      setEntry(files, file.key, done.files.get(file.key));
      findings.done(found, file);
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      left.push(...leftBy(error, besideFile([file.key, names.get(file.key) ?? ""])));
      // Somebody else's text stands there, and ours was never put in its place.
      if (error.code === "changed") return raced.set(file.key, error);
      findings.fail(file.key, error);
      // It may have failed after the rename. The next run sees from the file which record fits.
      unsettled.set(file.key, done.files.get(file.key));
    }
  }));
  const changes = sidecarChanges(found, files);
  await Promise.all(sidecars.map(async (sidecar) => {
    const key = `${sidecar.dir}/${SIDECAR_NAME}`;
    const change = changes.get(sidecar);
    if (change === undefined) return;
    const outcome = await writeSidecar(job, sidecar, change, names.get(key) ?? "", findings);
    left.push(...outcome.left);
    if (outcome.left.length === 0) results.set(key, outcome.written);
  }));
  const known = new Map([...texts].filter(([key]) => unsettled.has(key)));
  const pending = { files: unsettled, temporaries: left, texts: known };
  const isSettled = unsettled.size === 0 && left.length === 0;
  const stateText = printState(isSettled ? { files } : { files, pending });
  // If a crash undoes this rename, the pending state is back, and leads to the same result.
  await mounts.writeOwn("state.json", stateText, "content");
  return { raced, written: isSettled ? { stateText, files: results } : undefined };
}

function besideFile([key, name]: readonly [string, string]): string {
  return key.replace(/[^/]*$/, name);
}

/** The temporary that a failed exchange has left, if it has. */
function leftBy(error: ConfigPatchError, temporary: string): string[] {
  return error instanceof LeftoverError ? [temporary] : [];
}

async function write(
  { mounts }: Job,
  file: ConfigFile,
  found: Preview,
  temporary: string,
): Promise<(Attributes & { bytes: Uint8Array }) | undefined> {
  const { dir, name, read, parts } = file;
  const text = newText(file, found);
  if (text === undefined) {
    if (read !== undefined) await mounts.removeFile({ dir, file: name, expected: read });
    return undefined;
  }
  if (name.includes("/")) await mounts.prepareHostDir(dir, name);
  const bytes = new TextEncoder().encode(text);
  const use = parts.some((part) => part.action === "apply" && part.wanted.length > 0)
    ? "apply"
    : "take back";
  const mode = narrower(file, found);
  const attributes = await mounts.replace({
    dir,
    file: name,
    temporary,
    bytes,
    expected: read,
    use,
    mode,
  });
  return { ...attributes, bytes };
}

/** Brings a sidecar to what it has to be; if that fails, the next run tries again. */
async function writeSidecar(
  { mounts }: Job,
  { dir, read }: FoundSidecar,
  { text, mask }: SidecarChange,
  temporary: string,
  findings: Findings,
): Promise<
  { left: string[]; written: (Attributes & { bytes: Uint8Array }) | undefined }
> {
  try {
    if (text === undefined) {
      if (read !== undefined) await mounts.removeFile({ dir, file: SIDECAR_NAME, expected: read });
      return { left: [], written: undefined };
    }
    const bytes = new TextEncoder().encode(text);
    await mounts.prepareHostDir(dir);
    const attributes = await mounts.replace({
      dir,
      file: SIDECAR_NAME,
      temporary,
      bytes,
      expected: read,
      mask,
    });
    return { left: [], written: { ...attributes, bytes } };
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    // It is a copy for other programs: the state holds the same, and the next run tries again.
    findings.warn({
      file: `${dir}/${SIDECAR_NAME}`,
      message: `the ownership record could not be written: ${error.message}`,
    });
    return { left: leftBy(error, `${dir}/${temporary}`), written: undefined };
  }
}
