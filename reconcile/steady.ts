/**
 * The steady state: nearly always, nothing has changed since the last run. Then nothing on hostile
 * ground is opened, no parser is loaded and no lock is taken: one `lstat` for each file that the
 * last run found in order tells that it still is.
 *
 * This module is loaded on every start. It imports next to nothing, and must stay so.
 *
 * @module
 */
import { ABSENT, type Fingerprint, fingerprintOf, isSettled } from "../storage/fingerprint.ts";
import { denoFileSystem } from "../storage/primitives.ts";
import type { VaultLocation } from "../transport/location.ts";
import type { Outcome, Report } from "../ownership/report.ts";
import type { Survey } from "./survey.ts";

/** What is remembered of a run that found nothing to do. */
interface Memory {
  readonly version: 1;
  /** Everything that the outcome depends on besides the files, as {@linkcode textOf} writes it. */
  readonly inputs: string;
  /** By path below the mounts. */
  readonly files: Readonly<Record<string, Fingerprint>>;
  /** Host dirs, by name: device and inode, because their times change whenever an agent works. */
  readonly directories: Readonly<Record<string, string>>;
  readonly location: VaultLocation;
  readonly providers: readonly {
    readonly provider: string;
    readonly action: "apply" | "disable";
    readonly file?: string;
    readonly outcome: Outcome;
  }[];
}

const MEMORY = ".vault-config/steady.json";
const STATE = ".vault-config/state.json";

/**
 * The inputs of a run as a text: roster texts, options, version. It is kept as it is, because that
 * cannot be mistaken for another, and costs less than a digest, which starts a thread.
 */
export function textOf(inputs: unknown): string {
  // A letter in front keeps an integer from being taken for a text.
  return JSON.stringify(
    inputs,
    (_key, value: unknown) =>
      typeof value === "bigint"
        ? `i${value}`
        : typeof value === "string"
        ? `t${value}`
        : Object.is(value, -0)
        ? "-0"
        : value,
  );
}

/**
 * The report of a run that would find nothing to do, or `undefined` if it may have something to do.
 * Whatever is odd about the memory, it is no reason to trust it.
 */
export function recall(mounts: string, inputs: string): Report | undefined {
  const memory = readMemory(mounts);
  if (memory === undefined || memory.inputs !== inputs) return undefined;
  if (!stands(mounts, memory)) return undefined;
  return {
    location: memory.location,
    changed: false,
    providers: memory.providers.map((row) => ({ ...row, edits: [] })),
    files: [],
    warnings: [],
  };
}

/**
 * The text of the memory of a run that found nothing to do; `undefined` where it must not be
 * trusted later: a warning or a failure is to be seen on every run, and a file that was changed in
 * the last two seconds could change again without a sign.
 *
 * @param now Milliseconds since the epoch, read before the survey.
 */
export function memoryOf(
  mounts: string,
  inputs: string,
  survey: Survey,
  report: Report,
  now: number,
): string | undefined {
  const steady = ["unchanged", "skipped"];
  if (report.warnings.length > 0) return undefined;
  if (!report.providers.every((row) => steady.includes(row.outcome))) return undefined;
  const files: Record<string, Fingerprint> = {};
  for (const { key, file, read } of survey.files) {
    // A container can swap a directory on the way, and an `lstat` would follow it.
    if (file.includes("/")) return undefined;
    if (read !== undefined && !read.settled) return undefined;
    files[key] = read?.fingerprint ?? ABSENT;
  }
  for (const { dir, read, fingerprint } of survey.sidecars) {
    if (read !== undefined && !read.settled) return undefined;
    files[`${dir}/.terok-managed-config.json`] = fingerprint;
  }
  const state = lstat(mounts, STATE);
  if (!isSettled(state, now)) return undefined;
  files[STATE] = fingerprintOf(state);
  const directories = new Set(survey.files.map((file) => file.dir));
  const memory: Memory = {
    version: 1,
    inputs,
    files,
    directories: Object.fromEntries([...directories].map((dir) => [dir, identityOf(mounts, dir)])),
    location: report.location,
    providers: report.providers.map(({ provider, action, file, outcome }) => ({
      provider,
      action,
      outcome,
      ...(file === undefined ? {} : { file }),
    })),
  };
  return `${JSON.stringify(memory)}\n`;
}

function stands(mounts: string, { files, directories }: Memory): boolean {
  try {
    return Object.entries(files).every(([path, fingerprint]) =>
      fingerprintOf(lstat(mounts, path)) === fingerprint
    ) && Object.entries(directories).every(([name, identity]) =>
      identityOf(mounts, name) === identity
    );
  } catch {
    // Something is in the way that was not: the full run tells what.
    return false;
  }
}

function readMemory(mounts: string): Memory | undefined {
  try {
    if (lstat(mounts, MEMORY)?.kind !== "file") return undefined;
    // A decoder of our own would cost as much as everything else here.
    const text = Deno.readTextFileSync(`${mounts}/${MEMORY}`);
    const memory: Partial<Memory> | null = JSON.parse(text);
    const { version, inputs, files, directories, providers, location } = memory ?? {};
    const complete = version === 1 && inputs && files && directories && location &&
      Array.isArray(providers);
    return complete ? { version, inputs, files, directories, providers, location } : undefined;
  } catch {
    // No memory, or a damaged one: the full run tells what is the matter, if anything is.
    return undefined;
  }
}

function lstat(mounts: string, path: string): ReturnType<typeof denoFileSystem.lstat> {
  return denoFileSystem.lstat(`${mounts}/${path}`);
}

function identityOf(mounts: string, name: string): string {
  const status = lstat(mounts, name);
  return status === undefined ? ABSENT : `${status.kind} ${status.dev} ${status.ino}`;
}
