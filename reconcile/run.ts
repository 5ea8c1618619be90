/**
 * Carrying a survey out: lock, state, configs, sidecars, state again. The only part that writes.
 *
 * The order is what makes a crash harmless: before anything in a host dir is touched, the state says
 * what each file's record is now and what it will be, and names every temporary. Whoever comes next
 * compares that with what stands in the files. The sidecars come before the last state, not after
 * it, so that their temporaries have names in a state as well.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { ABSENT } from "../storage/fingerprint.ts";
import { SIDECAR_NAME } from "../storage/names.ts";
import { LeftoverError } from "../storage/replace.ts";
import type { FileState } from "../ownership/claims.ts";
import { textDigest } from "./digest.ts";
import { type HostDir, hostDirsOf, sidecarText } from "./host_dir.ts";
import type { FileChange, ProviderReport, Report, Warning } from "../ownership/report.ts";
import { printState, type State } from "./state.ts";
import type { Job } from "./job.ts";
import type { SurveyedSidecar } from "./sidecar_reader.ts";
import { type Survey, survey, type SurveyedFile } from "./survey.ts";

/** How a run waits and what it calls itself. */
export interface RunOptions {
  /** How long to wait for the lock, in milliseconds. */
  readonly lockTimeout?: number;
  /** What this process does, for whoever finds the lock taken. */
  readonly command?: string;
}

/** A report, and what the run knows of the mounts at its end. */
export interface RunResult {
  /** What was done. */
  readonly report: Report;
  /** The survey that found nothing (more) to write; absent if something was written or failed. */
  readonly quiet?: Survey;
}

/** How often a run starts over because a config changed between reading and replacing it. */
const ROUNDS = 5;

/** What a job would do. Writes nothing. */
export async function plan(job: Job): Promise<Report> {
  return new Ledger(job).report(await survey(job));
}

/**
 * Does a job. Providers that cannot be served are `failed` in the report; the others are served.
 *
 * @throws {ConfigPatchError} where nothing could be begun: `state`, `locked`, `permission`, …
 */
export async function run(job: Job, options: RunOptions = {}): Promise<RunResult> {
  const { mounts } = job;
  const ledger = new Ledger(job);
  let found = await survey(job);
  // Nearly always there is nothing to do; then nobody has to wait for anybody.
  if (!needsWriting(found)) return { report: ledger.report(found), quiet: found };
  await mounts.prepare();
  using _lock = await mounts.lock({
    ...(options.lockTimeout === undefined ? {} : { timeout: options.lockTimeout }),
    ...(options.command === undefined ? {} : { command: options.command }),
  });
  // The plan stands if nobody was at work in between; the files themselves are compared below.
  if (await mounts.readOwn("state.json") !== found.stateText) found = await survey(job);
  for (let round = 1; needsWriting(found); round++) {
    const left = await collectLeftovers(job, found.state, ledger);
    const raced = await commit(job, found, ledger, left);
    if (raced.size === 0) break;
    if (round === ROUNDS) {
      for (const [key, error] of raced) ledger.fail(key, error);
      break;
    }
    found = await survey(job);
  }
  return { report: ledger.report(found) };
}

/** Whether anything has to be written: a config, the state, or a sidecar. */
export function needsWriting(found: Survey): boolean {
  const dirs = hostDirsOf(found.after, found.files);
  return (found.state.pending?.temporaries.length ?? 0) > 0 ||
    found.files.some((file) => file.before !== file.after) ||
    printState(found.state) !== printState(found.after) ||
    found.sidecars.some((one) => sidecarChange(one, dirs.get(one.dir)) !== undefined);
}

/** Removes what a crashed run left, by the names that the state has. Returns what may still be there. */
async function collectLeftovers({ mounts }: Job, state: State, ledger: Ledger): Promise<string[]> {
  const left: string[] = [];
  for (const entry of state.pending?.temporaries ?? []) {
    const slash = entry.indexOf("/");
    try {
      const done = await mounts.collect(entry.slice(0, slash), entry.slice(slash + 1));
      if (done !== "foreign") continue;
      ledger.warn({
        file: entry,
        message: "no plain file stands under the name of a temporary of ours: it was left alone",
      });
    } catch (error) {
      // A damaged state stops everything. A directory in which a container bars the way does not.
      if (!(error instanceof ConfigPatchError) || error.code === "state") throw error;
      left.push(entry);
      ledger.warn({
        file: entry,
        message: `what an earlier run left could not be removed: ${error.message}`,
      });
    }
  }
  return left;
}

/**
 * Writes what a survey found to be written. A file that cannot be replaced fails alone.
 *
 * @returns The files that changed under us, to be read and planned again.
 */
async function commit(
  job: Job,
  found: Survey,
  ledger: Ledger,
  left: string[],
): Promise<Map<string, ConfigPatchError>> {
  const { mounts } = job;
  const changing = found.files.filter((file) => file.before !== file.after);
  const dirs = hostDirsOf(found.after, found.files);
  const sidecars = found.sidecars.filter((one) => sidecarChange(one, dirs.get(one.dir)));
  const names = new Map<string, string>();
  for (const { key, after } of changing) {
    if (after !== undefined) names.set(key, mounts.temporaryName());
  }
  for (const { dir } of sidecars) names.set(`${dir}/${SIDECAR_NAME}`, mounts.temporaryName());

  const files = new Map(found.state.files);
  for (const { key, stateBefore } of found.files) setEntry(files, key, stateBefore);
  const unsettled = new Map(found.after.pending?.files);
  const texts = new Map(found.after.pending?.texts);
  for (const { key, before, after } of changing) {
    texts.set(key, { before: await textDigest(before), after: await textDigest(after) });
  }
  if (names.size > 0 || changing.length > 0) {
    const temporaries = [...left, ...[...names].map(besideFile)];
    const after = changing.map((file) => [file.key, file.stateAfter] as const);
    const both = { files: new Map([...unsettled, ...after]), temporaries, texts };
    await mounts.writeOwn("state.json", printState({ files, pending: both }));
  }

  const raced = new Map<string, ConfigPatchError>();
  for (const file of found.files) {
    try {
      if (file.before !== file.after) await write(job, file, names.get(file.key) ?? "");
      setEntry(files, file.key, file.stateAfter);
      ledger.done(found, file);
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      left.push(...leftBy(error, besideFile([file.key, names.get(file.key) ?? ""])));
      if (error.code === "changed") raced.set(file.key, error);
      else ledger.fail(file.key, error);
      // It may have failed after the rename: whoever is next sees by the file which record fits.
      unsettled.set(file.key, file.stateAfter);
    }
  }
  const written = hostDirsOf({ files }, found.files);
  for (const sidecar of sidecars) {
    const name = names.get(`${sidecar.dir}/${SIDECAR_NAME}`) ?? "";
    left.push(...await writeSidecar(job, sidecar, written.get(sidecar.dir), name, ledger));
  }
  const known = new Map([...texts].filter(([key]) => unsettled.has(key)));
  const pending = { files: unsettled, temporaries: left, texts: known };
  const settled = unsettled.size === 0 && left.length === 0;
  await mounts.writeOwn("state.json", printState(settled ? { files } : { files, pending }));
  return raced;
}

function besideFile([key, name]: readonly [string, string]): string {
  return key.replace(/[^/]*$/, name);
}

/** The temporary that a failed exchange has left, if it has. */
function leftBy(error: ConfigPatchError, temporary: string): string[] {
  return error instanceof LeftoverError ? [temporary] : [];
}

function setEntry(files: Map<string, FileState>, key: string, entry: FileState | undefined): void {
  if (entry === undefined) files.delete(key);
  else files.set(key, entry);
}

async function write({ mounts }: Job, file: SurveyedFile, temporary: string): Promise<void> {
  const { dir, after, read } = file;
  if (after === undefined) {
    if (read !== undefined) await mounts.removeFile({ dir, file: file.file, expected: read });
    return;
  }
  await mounts.prepareHostDir(dir, file.file);
  const bytes = new TextEncoder().encode(after);
  await mounts.replace({ dir, file: file.file, temporary, bytes, expected: read });
}

interface SidecarChange {
  /** The text to write; absent: the sidecar goes. */
  readonly text?: string;
  /** The permission bits that it may have at most. */
  readonly mask: number;
}

/** What is to become of a sidecar; `undefined`: it stays as it is. */
function sidecarChange(
  surveyed: SurveyedSidecar,
  hostDir: HostDir | undefined,
): SidecarChange | undefined {
  const { read, fingerprint } = surveyed;
  // Something that is no plain file stands in its place: a warning, and the container's own loss.
  if (read === undefined && fingerprint !== ABSENT) return undefined;
  const text = sidecarText(surveyed, hostDir);
  // It names addresses that are in the config as well, so it may be read by no more people.
  const others = [...hostDir?.entries.keys() ?? []].some((file) => !hostDir?.files.has(file));
  // Of configs that this run does not read the modes are not known: a new record is for nobody else.
  const mask = [...hostDir?.files.values() ?? []].reduce(
    (bits, file) => bits & (file.read?.mode ?? bits),
    others && read === undefined ? 0o600 : 0o644,
  );
  if (text === undefined) return read === undefined ? undefined : { mask };
  const same = read !== undefined && (read.mode & 0o777 & ~mask) === 0 &&
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.bytes) === text;
  return same ? undefined : { text, mask };
}

/** Brings a sidecar to what it has to be; if that fails, the next run tries again. */
async function writeSidecar(
  { mounts }: Job,
  surveyed: SurveyedSidecar,
  hostDir: HostDir | undefined,
  temporary: string,
  ledger: Ledger,
): Promise<string[]> {
  const { dir, read } = surveyed;
  const change = sidecarChange(surveyed, hostDir);
  if (change === undefined) return [];
  try {
    if (change.text === undefined) {
      if (read !== undefined) await mounts.removeFile({ dir, file: SIDECAR_NAME, expected: read });
      return [];
    }
    const bytes = new TextEncoder().encode(change.text);
    await mounts.prepareHostDir(dir);
    await mounts.replace({
      dir,
      file: SIDECAR_NAME,
      temporary,
      bytes,
      expected: read,
      mask: change.mask,
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    // It is a copy for other programs: the state holds the same, and the next run tries again.
    ledger.warn({
      file: `${dir}/${SIDECAR_NAME}`,
      message: `the ownership record could not be written: ${error.message}`,
    });
    return leftBy(error, `${dir}/${temporary}`);
  }
}

/** Collects over the rounds of a run what the report has to say. */
class Ledger {
  readonly #job: Job;
  readonly #rows: ProviderReport[] = [];
  readonly #changes = new Map<string, FileChange>();
  readonly #failures = new Map<string, ConfigPatchError>();
  readonly #warnings: Warning[] = [];

  constructor(job: Job) {
    this.#job = job;
  }

  /** A file was brought to its planned text. */
  done(found: Survey, file: SurveyedFile): void {
    this.#failures.delete(file.key);
    for (const row of found.providers) {
      if (row.file === file.key && row.outcome !== "unchanged") this.#rows.push(row);
    }
    const change = changeOf(file);
    if (change !== undefined) this.#changes.set(file.key, change);
  }

  /** A file could not be written. */
  fail(key: string, error: ConfigPatchError): void {
    this.#failures.set(key, error);
  }

  /** Something to know that did not fail the run. */
  warn(warning: Warning): void {
    this.#warnings.push(warning);
  }

  /** The report of a survey, with what was done on the way to it. */
  report(found: Survey): Report {
    const providers = found.providers.map((row): ProviderReport => {
      const { provider, action, file } = row;
      const failure = file === undefined ? undefined : this.#failures.get(file);
      if (failure !== undefined && row.outcome !== "unchanged") {
        const error = failure.with({ provider });
        return {
          provider,
          action,
          ...(file === undefined ? {} : { file }),
          outcome: "failed",
          edits: [],
          error,
        };
      }
      if (row.outcome !== "unchanged") return row;
      const earlier = this.#rows.find((one) =>
        one.provider === provider && one.action === action && one.file === file
      );
      return earlier ?? row;
    });
    const files = new Map(this.#changes);
    for (const file of found.files) {
      const change = changeOf(file);
      if (change !== undefined && !this.#failures.has(file.key)) files.set(file.key, change);
    }
    return {
      location: this.#job.location,
      changed: files.size > 0,
      providers,
      files: [...files.values()],
      warnings: [...found.warnings, ...this.#warnings],
    };
  }
}

function changeOf({ key, before, after }: SurveyedFile): FileChange | undefined {
  if (before === after) return undefined;
  return {
    file: key,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
