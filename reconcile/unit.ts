/**
 * The files that a run is about: who takes part in each, and what stands in it.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { FormatHandler } from "../formats/types.ts";
import { checkFile, checkSegment } from "../storage/names.ts";
import { decodeUtf8, type ReadFile } from "../storage/read.ts";
import { type FileState, ownersOf, splitKey } from "../ownership/claims.ts";
import { type Demand, findConflicts } from "../ownership/conflicts.ts";
import { textDigest } from "./digest.ts";
import type { Job } from "./job.ts";
import { type FileInput, type FilePlan, type Part, planFile } from "../ownership/plan.ts";
import { planReformatted } from "./reformat.ts";
import type { Task } from "./select.ts";
import type { SidecarRecord } from "./sidecar.ts";
import type { SidecarReader } from "./sidecar_reader.ts";
import { type Pending, settleFile, type State } from "./state.ts";

/** A file while it is surveyed. */
export interface Unit {
  /** `host dir/file`. */
  readonly key: string;
  /** The host dir. */
  readonly dir: string;
  /** The file in it. */
  readonly file: string;
  /** The name of the format by which it is read. */
  readonly format: string;
  /** The providers whose clients ignore a file that is not of the strict dialect. */
  readonly strict: Set<string>;
  /** Whether nothing but a sidecar leads here. */
  hinted: boolean;
  /** Who wants what in it, or leaves it. */
  parts: Part[];
  /** The owners that the state knows in it, whatever a crash has left undecided. */
  readonly owners: readonly string[];
  /** What its sidecar says of it, by provider. */
  readonly records: ReadonlyMap<string, readonly SidecarRecord[]>;
  /** What was read; absent: no file, or not read yet. */
  read?: ReadFile;
  /** Its text. */
  before?: string;
  /** Our record of it, once it is settled what a crash has left. */
  stateBefore?: FileState;
  /** What is to become of it. */
  plan?: FilePlan;
  /** Why nothing of it can be read or edited. */
  error?: ConfigPatchError;
  /** The providers that cannot be served in it, and why. */
  readonly conflicts: Map<string, ConfigPatchError>;
  /** Plans it for some of its parts; absent until it is loaded. */
  run?: (parts: readonly Part[]) => FilePlan;
}

/** The files that the tasks are about, and those with work that a crash left pending. */
export async function unitsOf(
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

/**
 * Parts of those who leave in files of which only a sidecar says that something of theirs is in them.
 * They come last, so that no sidecar decides by which format a file is read; and none is in a file
 * that the state knows: who owns what there is written in the state.
 */
export async function addHinted(
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
export function findUnitConflicts(unit: Unit, job: Job): void {
  const leaving = new Set(unit.parts.filter((p) => p.action === "disable").map((p) => p.provider));
  const applying = new Set(unit.parts.filter((p) => p.action === "apply").map((p) => p.provider));
  const demands: Demand[] = unit.parts.filter((part) => part.action === "apply").flatMap((part) =>
    part.wanted.map(({ path, value }) => ({
      provider: part.provider,
      format: job.roster.get(part.provider)?.patches[0]?.format ?? unit.format,
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

/** Reads a unit's file and gets its planner ready. */
export async function load(unit: Unit, job: Job, state: State): Promise<void> {
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
