/**
 * Reading and planning: everything that a run does before it writes, and all that `plan`, `verify`
 * and `status` do. Needs no lock and no write permission.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import type { FormatHandler } from "../formats/types.ts";
import type { Roster } from "../roster/types.ts";
import { type Fingerprint, fingerprintOf } from "../storage/fingerprint.ts";
import type { Mounts } from "../storage/mounts.ts";
import { checkFile, checkSegment, SIDECAR_NAME } from "../storage/names.ts";
import { decodeUtf8, type ReadFile } from "../storage/read.ts";
import type { VaultLocation } from "../transport/mod.ts";
import { type FileState, splitKey } from "./claims.ts";
import { type Demand, findConflicts } from "./conflict.ts";
import type { HostDir } from "./host_dir.ts";
import { type FileInput, type FilePlan, type Part, type PartResult, planFile } from "./plan.ts";
import { planReformatted } from "./reformat.ts";
import type { ProviderReport, Warning } from "./report.ts";
import { type Selection, type Task, tasksOf } from "./select.ts";
import {
  parseSidecar,
  printSidecar,
  recordsOf,
  type Sidecar,
  type SidecarRecord,
} from "./sidecar.ts";
import {
  type BeforeAndAfter,
  NO_STATE,
  parseState,
  type Pending,
  settleFile,
  type State,
} from "./state.ts";
import { digestOf } from "./steady.ts";

/** What a run is about. */
export interface Job extends Selection {
  /** The mounts. */
  readonly mounts: Mounts;
  /** The providers that there are. */
  readonly roster: Roster;
  /** Where the vault is. */
  readonly location: VaultLocation;
  /** The formats that there are. */
  readonly formats: FormatRegistry;
  /** Also take back every provider that the state or a sidecar knows. */
  readonly disableAll?: boolean;
  /** Accept files below a host dir's own level. */
  readonly allowNested?: boolean;
  /** Whether a file that does not parse fails a disable, or only warns (then its claims stay). */
  readonly failOnMalformed?: boolean;
}

/** What stands in the mounts, and what is to become of it. */
export interface Survey {
  /** The text of the state, to see whether it is still that when the lock is held. */
  readonly stateText?: string;
  /** The state as it was read. */
  readonly state: State;
  /** The state once all is done. */
  readonly after: State;
  /** The config files. */
  readonly files: readonly SurveyedFile[];
  /** The sidecars of their host dirs. */
  readonly sidecars: readonly SurveyedSidecar[];
  /** How each provider ends, file by file. */
  readonly providers: readonly ProviderReport[];
  /** What an operator should know. */
  readonly warnings: readonly Warning[];
}

/** One config file. */
export interface SurveyedFile {
  /** `host dir/file`. */
  readonly key: string;
  /** The host dir. */
  readonly dir: string;
  /** The file in it. */
  readonly file: string;
  /** What was read; absent: no file, or an unreadable one. */
  readonly read?: ReadFile;
  /** The text that was read. */
  readonly before?: string;
  /** The text to write; absent: no file. Equal to `before` where nothing changes. */
  readonly after?: string;
  /** Our record of the file as it stands. */
  readonly stateBefore?: FileState;
  /** Our record of the file once it is written. */
  readonly stateAfter?: FileState;
  /**
   * Whether a provider's records in the sidecar are for us to decide: it takes part in the file, the
   * state knew it in there, or it leaves. All others are another program's business.
   */
  readonly decides: (provider: string) => boolean;
  /** Why it cannot be read or edited; then nothing of it changes. */
  readonly error?: ConfigPatchError;
}

/** The sidecar of one host dir. */
export interface SurveyedSidecar {
  /** The host dir. */
  readonly dir: string;
  /** What was read; absent: none, or an unreadable one. */
  readonly read?: ReadFile;
  /** Its fingerprint, whatever it is. */
  readonly fingerprint: Fingerprint;
  /** What it says. */
  readonly sidecar: Sidecar;
  /** What is wrong with it, for a warning. */
  readonly problem?: string;
}

/** Reads what a job is about, and plans it. */
export async function survey(job: Job): Promise<Survey> {
  const stateText = await job.mounts.readOwn("state.json");
  const state = stateText === undefined ? NO_STATE : parseState(stateText);
  const reader = new SidecarReader(job);
  // Without a state and sidecars, values are all that tells: those who route by default are asked.
  const all = job.disableAll !== true ? [] : [
    ...await everyName(job, state, reader),
    ...(stateText === undefined ? job.roster.defaults() : []),
  ];
  const known = new Set([...namesIn(state), ...all]);
  const tasks = tasksOf(
    job.roster,
    job.location,
    { ...job, disabledProviders: [...(job.disabledProviders ?? []), ...all] },
    { allowNested: job.allowNested === true, known: (name) => known.has(name) },
  );
  const units = await unitsOf(tasks, state, reader);
  for (const unit of units.values()) await load(unit, job, state);
  await addHinted(units, tasks, state, reader, job);
  for (const unit of units.values()) findUnitConflicts(unit, job);
  const misled = dropFalseHints(units);
  planAll(units, tasks);

  const leaving = new Set(
    tasks.flatMap(({ provider, action }) => action === "disable" ? [provider] : []),
  );
  const files = [...units.values()].map((unit) => surveyed(unit, leaving));
  const sidecars = await Promise.all(
    [...new Set(files.map((f) => f.dir))].map((d) => reader.get(d)),
  );
  const after = new Map(state.files);
  const unsettled = new Map<string, FileState | undefined>();
  const texts = new Map<string, BeforeAndAfter>();
  for (const { key, stateAfter, error, stateBefore } of files) {
    const entry = error === undefined ? stateAfter : stateBefore;
    if (entry === undefined) after.delete(key);
    else after.set(key, entry);
    // What a crash left undecided cannot be decided while the file cannot be read.
    if (error !== undefined && state.pending?.files.has(key) === true) {
      unsettled.set(key, state.pending.files.get(key));
      const both = state.pending.texts.get(key);
      if (both !== undefined) texts.set(key, both);
    }
  }
  const { reports, warnings } = reportsOf(tasks, units, job);
  return {
    ...(stateText === undefined ? {} : { stateText }),
    state,
    after: {
      files: after,
      ...(unsettled.size === 0 ? {} : { pending: { files: unsettled, temporaries: [], texts } }),
    },
    files,
    sidecars,
    providers: reports,
    warnings: [
      ...warnings,
      ...misled,
      ...files.flatMap(hardLinkWarning),
      ...reader.warnings(),
      ...await nestedWarnings(job, files),
    ],
  };
}

/**
 * The text of a host dir's sidecar, from the state: what it says of files and providers of which
 * neither the state nor this run knows anything is another program's business and stays.
 */
export function sidecarText(
  surveyed: SurveyedSidecar,
  hostDir: HostDir | undefined,
): string | undefined {
  const sidecar = new Map<string, ReadonlyMap<string, readonly SidecarRecord[]>>();
  for (const [file, providers] of surveyed.sidecar) {
    const planned = hostDir?.files.get(file);
    const stays = (name: string) => planned?.error !== undefined || !planned?.decides(name);
    sidecar.set(file, new Map([...providers].filter(([name]) => stays(name))));
  }
  for (const [file, entry] of hostDir?.entries ?? []) {
    sidecar.set(file, new Map([...(sidecar.get(file) ?? []), ...recordsOf(entry)]));
  }
  return printSidecar(sidecar);
}

/** A file while it is surveyed. */
interface Unit {
  readonly key: string;
  readonly dir: string;
  readonly file: string;
  readonly format: string;
  /** The providers whose clients ignore a file that is not of the strict dialect. */
  readonly strict: Set<string>;
  /** Whether nothing but a sidecar leads here. */
  hinted: boolean;
  parts: Part[];
  /** The owners that the state knows in it, whatever a crash has left undecided. */
  readonly owners: readonly string[];
  readonly records: ReadonlyMap<string, readonly SidecarRecord[]>;
  read?: ReadFile;
  before?: string;
  stateBefore?: FileState;
  plan?: FilePlan;
  error?: ConfigPatchError;
  readonly conflicts: Map<string, ConfigPatchError>;
  run?: (parts: readonly Part[]) => FilePlan;
}

/** The files that the tasks are about, and those with work that a crash left pending. */
async function unitsOf(
  tasks: readonly Task[],
  state: State,
  reader: SidecarReader,
): Promise<Map<string, Unit>> {
  const units = new Map<string, Unit>();
  const writtenAs = (key: string) =>
    (state.pending?.files.get(key) ?? state.files.get(key))?.format;
  const owned = new Map<string, Set<string>>();
  for (const [key, entry] of [...state.files, ...(state.pending?.files ?? [])]) {
    for (const owner of ownersOf(entry)) {
      owned.set(owner, (owned.get(owner) ?? new Set()).add(key));
    }
  }
  const unitOf = (dir: string, file: string, format: string) =>
    unitAt(units, { dir, file, format }, state, reader);
  // Applies come first, so that a file is read by the format of the patch that wants it now.
  for (const { provider, action, target } of tasks.toReversed()) {
    const keys = new Set(owned.get(provider));
    if (target !== undefined) {
      const { dir, file, format, strict, wanted } = target;
      // Who leaves wants no format: what we wrote is read as we wrote it.
      const written = action === "disable" ? writtenAs(`${dir}/${file}`) : undefined;
      const unit = await unitOf(dir, file, written ?? format);
      if (strict && action === "apply") unit.strict.add(provider);
      unit.parts.unshift({ provider, action, wanted });
      keys.delete(unit.key);
    }
    for (const key of keys) {
      const format = writtenAs(key);
      if (format === undefined) continue;
      const [dir, file] = splitKey(key);
      (await unitOf(dir, file, format)).parts.unshift({ provider, action, wanted: [] });
    }
  }
  for (const key of state.pending?.files.keys() ?? []) {
    const format = writtenAs(key);
    const [dir, file] = splitKey(key);
    if (format !== undefined) await unitOf(dir, file, format);
  }
  return units;
}

/** The unit of a file; made if there is none yet. */
async function unitAt(
  units: Map<string, Unit>,
  { dir, file, format }: Pick<Unit, "dir" | "file" | "format">,
  state: State,
  reader: SidecarReader,
): Promise<Unit> {
  const key = `${dir}/${file}`;
  const known = units.get(key);
  if (known !== undefined) return known;
  const { sidecar } = await reader.get(dir);
  const unit: Unit = {
    key,
    dir,
    file,
    format,
    strict: new Set(),
    hinted: false,
    parts: [],
    owners: [state.files.get(key), state.pending?.files.get(key)].flatMap(ownersOf),
    records: sidecar.get(file) ?? new Map(),
    conflicts: new Map(),
  };
  units.set(key, unit);
  return unit;
}

/**
 * Parts of those who leave in files of which only a sidecar says that something of theirs is in them.
 * They come last, so that no sidecar decides by which format a file is read; and none is in a file
 * that the state knows: who owns what there is written in the state.
 */
async function addHinted(
  units: Map<string, Unit>,
  tasks: readonly Task[],
  state: State,
  reader: SidecarReader,
  job: Job,
): Promise<void> {
  const sure = new Set(units.values());
  const dirs = job.disableAll === true
    ? await job.mounts.hostDirs()
    : new Set([...sure].map((unit) => unit.dir));
  for (const { provider } of tasks.filter((task) => task.action === "disable")) {
    for (const dir of dirs) {
      for (const [file, format] of await reader.filesOf(dir, provider)) {
        const key = `${dir}/${file}`;
        const known = units.get(key);
        if (known === undefined ? state.files.has(key) : known.stateBefore !== undefined) continue;
        if (known?.parts.some((part) => part.provider === provider)) continue;
        const unit = await unitAt(units, { dir, file, format }, state, reader);
        if (known === undefined) await load(unit, job, state);
        unit.hinted = !sure.has(unit);
        unit.parts.push({ provider, action: "disable", wanted: [] });
      }
    }
  }
}

/** Providers of this run against each other, and against claims of providers that stay. */
function findUnitConflicts(unit: Unit, job: Job): void {
  const leaving = new Set(unit.parts.filter((p) => p.action === "disable").map((p) => p.provider));
  const applying = new Set(unit.parts.filter((p) => p.action === "apply").map((p) => p.provider));
  const demands: Demand[] = unit.parts.filter((part) => part.action === "apply").flatMap((part) =>
    part.wanted.map(({ path, value }) => ({
      provider: part.provider,
      format: job.roster.get(part.provider)?.patch?.format ?? unit.format,
      path,
      value,
      active: true,
    }))
  );
  const entry = unit.stateBefore;
  for (const { path, value, owners } of entry?.claims ?? []) {
    const stays = owners.find((owner) => !leaving.has(owner) && !applying.has(owner));
    if (stays === undefined || entry === undefined) continue;
    demands.push({ provider: stays, format: entry.format, path, value, active: false });
  }
  for (const [name, error] of findConflicts(unit.key, demands)) unit.conflicts.set(name, error);
}

/**
 * Files that only a sidecar leads to, and that cannot be edited, do not keep their providers from
 * being taken back elsewhere: a container may have named them for that.
 */
function dropFalseHints(units: Map<string, Unit>): Warning[] {
  const sure = new Set(
    [...units.values()].flatMap((unit) => unit.hinted ? [] : unit.parts.map(partKey)),
  );
  const warnings: Warning[] = [];
  for (const unit of units.values()) {
    if (!unit.hinted) continue;
    const error = faultOf(unit);
    const others = unit.parts.filter((part) => !sure.has(partKey(part)));
    if (error === undefined || others.length === unit.parts.length) continue;
    unit.parts = others;
    if (others.length === 0) units.delete(unit.key);
    warnings.push({
      file: unit.key,
      message: `only the ownership record leads here; it was left alone: ${error.message}`,
    });
  }
  return warnings;
}

function faultOf({ error, run, parts }: Unit): ConfigPatchError | undefined {
  if (error !== undefined || run === undefined) return error;
  try {
    return run(parts).results.find((result) => result.error !== undefined)?.error;
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    return error;
  }
}

/** Reads a unit's file and gets its planner ready. */
async function load(unit: Unit, job: Job, state: State): Promise<void> {
  const entry = state.files.get(unit.key);
  if (entry !== undefined) unit.stateBefore = entry;
  try {
    checkSegment(unit.dir, "host_dir");
    checkFile(unit.file, job.allowNested === true);
    const handler = await job.formats.load(unit.format);
    const read = await job.mounts.read(unit.dir, unit.file);
    const text = read && decodeUtf8(read.bytes, unit.key);
    if (read !== undefined && text !== undefined) {
      unit.read = read;
      unit.before = text;
    }
    if (state.pending?.files.has(unit.key) === true) {
      const settled = await settledEntry(unit.key, entry, state.pending, text, handler);
      if (settled === undefined) delete unit.stateBefore;
      else unit.stateBefore = settled;
    }
    const written = unit.stateBefore?.format ?? unit.format;
    const former = written === unit.format ? undefined : await job.formats.load(written);
    unit.run = (parts) => {
      const input: FileInput = {
        handler,
        strict: parts.some((part) => unit.strict.has(part.provider)),
        parts,
        records: unit.records,
        ...(text === undefined ? {} : { text }),
        ...(unit.stateBefore === undefined ? {} : { state: unit.stateBefore }),
      };
      return former === undefined ? planFile(input) : planReformatted(input, former);
    };
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    unit.error = error.with({ file: unit.key });
  }
}

/** The entry of a file that a crash may have kept from being replaced. */
async function settledEntry(
  key: string,
  before: FileState | undefined,
  pending: Pending,
  text: string | undefined,
  handler: FormatHandler,
): Promise<FileState | undefined> {
  const after = pending.files.get(key);
  const texts = pending.texts.get(key);
  const found = await textDigest(text);
  if (found === texts?.after) return after;
  if (found === texts?.before) return before;
  if (text === undefined || text === "") return undefined;
  return settleFile(before, after, { text, value: handler.parse(text).value });
}

/** The digest by which the state tells the texts of a file apart. */
export function textDigest(text: string | undefined): Promise<string> {
  return digestOf(text ?? null);
}

/**
 * Plans all files. Of a provider that fails in one file no edit may be in another, so those are
 * planned again without it.
 */
function planAll(units: ReadonlyMap<string, Unit>, tasks: readonly Task[]): void {
  const failed = new Set(tasks.filter((task) => task.error).map((task) => task.provider));
  for (const unit of units.values()) {
    for (const name of unit.conflicts.keys()) failed.add(name);
    if (unit.error !== undefined) { for (const part of unit.parts) failed.add(part.provider); }
  }
  let dirty = new Set(units.values());
  while (dirty.size > 0) {
    const again = new Set<Unit>();
    for (const unit of dirty) {
      const fails = planUnit(unit, failed);
      for (const name of fails.filter((name) => !failed.has(name))) {
        failed.add(name);
        for (const other of units.values()) {
          if (other.parts.some((part) => part.provider === name)) again.add(other);
        }
      }
    }
    dirty = again;
  }
}

/** Plans one file without the providers that have failed; returns those that fail now. */
function planUnit(unit: Unit, failed: ReadonlySet<string>): string[] {
  if (unit.error !== undefined || unit.run === undefined) return [];
  try {
    const plan = unit.run(unit.parts.filter((part) => !failed.has(part.provider)));
    const earlier = unit.plan?.results.filter((result) => result.error !== undefined) ?? [];
    unit.plan = { ...plan, results: [...earlier, ...plan.results] };
    return plan.results.filter((result) => result.error).map((result) => result.provider);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    const strict = [...unit.strict].filter((name) => !failed.has(name));
    if (error.code === "syntax" && strict.length > 0) {
      // It may be good enough for the others.
      for (const name of strict) unit.conflicts.set(name, error);
      return strict;
    }
    unit.error = error.with({ file: unit.key });
    return unit.parts.map((part) => part.provider);
  }
}

function surveyed(unit: Unit, leaving: ReadonlySet<string>): SurveyedFile {
  const { key, dir, file, read, before, stateBefore, error, plan, parts, owners } = unit;
  const known = new Set([...owners, ...parts.map((part) => part.provider)]);
  const after = error === undefined && plan !== undefined ? plan.text : before;
  const stateAfter = error === undefined && plan !== undefined ? plan.state : stateBefore;
  return {
    key,
    dir,
    file,
    decides: (name) => known.has(name) || leaving.has(name),
    ...(read === undefined ? {} : { read }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(stateBefore === undefined ? {} : { stateBefore }),
    ...(stateAfter === undefined ? {} : { stateAfter }),
    ...(error === undefined ? {} : { error }),
  };
}

function reportsOf(
  tasks: readonly Task[],
  units: ReadonlyMap<string, Unit>,
  job: Job,
): { reports: ProviderReport[]; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const unitsOfPart = new Map<string, Unit[]>();
  const results = new Map<Unit, Map<string, PartResult>>();
  for (const unit of units.values()) {
    // The first result of a part counts: that of an earlier plan, in which it failed.
    const listed = unit.plan?.results.map((one) => [partKey(one), one] as const) ?? [];
    results.set(unit, new Map(listed.toReversed()));
    for (const key of new Set(unit.parts.map(partKey))) {
      const list = unitsOfPart.get(key) ?? [];
      unitsOfPart.set(key, list);
      list.push(unit);
    }
  }
  const reports = tasks.flatMap((task): ProviderReport[] => {
    const { provider, action, target } = task;
    const own = target && `${target.dir}/${target.file}`;
    const base = { provider, action, edits: [], ...(own === undefined ? {} : { file: own }) };
    if (task.error !== undefined) {
      const { file } = task.error;
      const at = file === undefined ? {} : { file };
      return [{ ...base, ...at, outcome: "failed", error: task.error }];
    }
    const rows: ProviderReport[] = [];
    for (const unit of unitsOfPart.get(partKey(task)) ?? []) {
      const row = rowOf(unit, provider, action, results.get(unit)?.get(partKey(task)));
      if (row === undefined) continue;
      const { error } = row;
      const malformed = error?.code === "syntax" || error?.code === "encoding";
      if (action === "disable" && malformed && job.failOnMalformed !== true) {
        warnings.push({ file: unit.key, message: staysMessage(provider, error) });
        rows.push({ provider, action, file: unit.key, outcome: "kept", edits: [] });
      } else rows.push(row);
    }
    if (rows.length === 0) {
      const none = target === undefined ? "skipped" : "unchanged";
      return [{ ...base, outcome: none }];
    }
    const telling = rows.filter((row) => row.outcome !== "unchanged" || row.file === own);
    return telling.length > 0 ? telling : rows.slice(0, 1);
  });
  return { reports, warnings };
}

function partKey({ action, provider }: Pick<Part, "action" | "provider">): string {
  return `${action} ${provider}`;
}

function rowOf(
  unit: Unit,
  provider: string,
  action: Task["action"],
  result: PartResult | undefined,
): ProviderReport | undefined {
  const file = unit.key;
  const error = unit.error ?? unit.conflicts.get(provider);
  if (error !== undefined) {
    return {
      provider,
      action,
      file,
      outcome: "failed",
      edits: [],
      error: error.with({ provider, file }),
    };
  }
  // It has failed elsewhere, and says so there.
  if (result === undefined) return undefined;
  return { ...withFile(result, file), file };
}

function withFile(result: PartResult, file: string): PartResult {
  const { error } = result;
  return error === undefined
    ? result
    : { ...result, error: error.with({ provider: result.provider, file }) };
}

function staysMessage(provider: string, error: ConfigPatchError): string {
  const { position } = error;
  const at = position === undefined ? "" : ` (line ${position.line}, column ${position.column})`;
  return `what is of ${provider} in it, if anything, stays for a later run: ${error.message}${at}`;
}

function hardLinkWarning({ read, before, after, key }: SurveyedFile): Warning[] {
  if (read === undefined || read.nlink < 2 || before === after) return [];
  return [{ file: key, message: "it has other hard links, which keep the old content" }];
}

/** Nested files are accepted as safe as the runtime can reach them; where it cannot, it is said. */
async function nestedWarnings(
  { mounts }: Job,
  files: readonly SurveyedFile[],
): Promise<Warning[]> {
  const nested = files.filter(({ file, error }) => error === undefined && file.includes("/"));
  if (nested.length === 0 || await mounts.nestedAccess() === "anchored") return [];
  return nested.map(({ key }) => ({
    file: key,
    message: "a container can swap the directories on the way to it while it is edited; " +
      "only with all permissions (-A) they are held open",
  }));
}

/** Sidecars, each read once. */
class SidecarReader {
  readonly #mounts: Mounts;
  readonly #allowNested: boolean;
  readonly #read = new Map<string, SurveyedSidecar>();
  readonly #files = new Map<string, Map<string, [string, string][]>>();

  constructor({ mounts, allowNested }: Job) {
    this.#mounts = mounts;
    this.#allowNested = allowNested === true;
  }

  async get(dir: string): Promise<SurveyedSidecar> {
    const known = this.#read.get(dir);
    if (known !== undefined) return known;
    const read = await this.#load(dir);
    this.#read.set(dir, read);
    return read;
  }

  /** The files in which a provider has records, with their formats. */
  async filesOf(dir: string, provider: string): Promise<readonly [string, string][]> {
    // A container may have written thousands of names: no pass over all of them for each of them.
    let index = this.#files.get(dir);
    if (index === undefined) {
      index = filesByProvider((await this.get(dir)).sidecar);
      this.#files.set(dir, index);
    }
    return index.get(provider) ?? [];
  }

  /** What is wrong with all that were read, whether anything is to be done there or not. */
  warnings(): Warning[] {
    return [...this.#read.values()].flatMap(({ dir, problem }): Warning[] =>
      problem === undefined ? [] : [{
        file: `${dir}/${SIDECAR_NAME}`,
        message: `the ownership record is not as we wrote it: ${problem}`,
      }]
    );
  }

  async #load(dir: string): Promise<SurveyedSidecar> {
    let fingerprint = fingerprintOf(undefined);
    let read: ReadFile | undefined;
    try {
      checkSegment(dir, "host_dir");
      fingerprint = this.#mounts.fingerprint(dir, SIDECAR_NAME);
      read = await this.#mounts.read(dir, SIDECAR_NAME);
      if (read === undefined) return { dir, fingerprint, sidecar: new Map() };
      const { sidecar, problems } = parseSidecar(decodeUtf8(read.bytes, `${dir}/${SIDECAR_NAME}`));
      const safe = new Map([...sidecar].filter(([file]) => isFileName(file, this.#allowNested)));
      if (safe.size < sidecar.size) problems.push("it names files that are not of this directory");
      const problem = problems.length > 0 ? { problem: problems.join("; ") } : {};
      return { dir, read, fingerprint: read.fingerprint, sidecar: safe, ...problem };
    } catch (error) {
      // Whatever a container made of it: it is a hint, and costs nothing to lose.
      if (!(error instanceof ConfigPatchError)) throw error;
      // What could be read can be written anew, even if it is no text.
      const found = read === undefined ? { fingerprint } : { read, fingerprint: read.fingerprint };
      return { dir, ...found, sidecar: new Map(), problem: error.message };
    }
  }
}

/** By provider, the files in which it has records, with their formats. */
function filesByProvider(sidecar: Sidecar): Map<string, [string, string][]> {
  const index = new Map<string, [string, string][]>();
  for (const [file, providers] of sidecar) {
    for (const [provider, [first]] of providers) {
      if (first === undefined) continue;
      const files = index.get(provider) ?? [];
      index.set(provider, files);
      files.push([file, first.format]);
    }
  }
  return index;
}

function isFileName(file: string, allowNested: boolean): boolean {
  try {
    checkFile(file, allowNested);
    return true;
  } catch {
    return false;
  }
}

/** Every provider that the state or any sidecar knows. */
async function everyName(job: Job, state: State, reader: SidecarReader): Promise<string[]> {
  const names = new Set(namesIn(state));
  for (const dir of await job.mounts.hostDirs()) {
    const { sidecar } = await reader.get(dir);
    for (const providers of sidecar.values()) for (const name of providers.keys()) names.add(name);
  }
  return [...names];
}

function namesIn(state: State): string[] {
  const entries = [...state.files.values(), ...(state.pending?.files.values() ?? [])];
  return entries.flatMap(ownersOf);
}

function ownersOf(entry: FileState | undefined): string[] {
  return entry?.claims.flatMap((claim) => claim.owners) ?? [];
}
