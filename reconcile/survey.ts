/**
 * Reading and planning: everything that a run does before it writes, and all that `plan`, `verify`
 * and `status` do. Needs no lock and no write permission.
 *
 * @module
 */
import type { ConfigPatchError } from "../errors.ts";
import type { ReadFile } from "../storage/read.ts";
import { type FileState, ownersOf } from "../ownership/claims.ts";
import type { Job } from "./job.ts";
import { dropFalseHints, planAll } from "./plan_all.ts";
import type { ProviderReport, Warning } from "../ownership/report.ts";
import { reportsOf } from "./rows.ts";
import { tasksOf } from "./select.ts";
import { SidecarReader, type SurveyedSidecar } from "./sidecar_reader.ts";
import { type BeforeAndAfter, NO_STATE, parseState, type State } from "./state.ts";
import { addHinted, findUnitConflicts, load, type Unit, unitsOf } from "./unit.ts";

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
