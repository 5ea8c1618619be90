/**
 * What a run would do: everything before the first write, and all that `plan`, `verify` and `status`
 * do. Needs no lock and no right to write.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { type FilePlan, partKey, planFile } from "../ownership/plan.ts";
import type { ProviderReport, Warning } from "../ownership/report.ts";
import { type Part, routes } from "../ownership/wanted.ts";
import { SIDECAR_NAME } from "../storage/names.ts";
import { REAL_TIME, type Time } from "../storage/reading.ts";
import { type FileState, ownersOf, splitKey } from "../ownership/claims.ts";
import { entriesAfter, textAfter } from "./after.ts";
import { planBefore } from "./again.ts";
import { judge, type Judgement } from "./bypasses.ts";
import { tooOpen } from "./changes.ts";
import { type ConfigFile, configFiles, type Known } from "./files.ts";
import { claimsLeftBehind, leftBehindIn } from "./left_behind.ts";
import { isKeptOff, type Job, type Task, tasksOf } from "./tasks.ts";
import { Failures } from "./unserved.ts";
import { rowsOf } from "./rows.ts";
import { type FoundSidecar, Sidecars } from "./sidecars.ts";
import { NO_STATE, ownersIn, parseState, type State } from "./state.ts";

/** What stands in the mounts, and what is to become of it. */
export interface Preview {
  /** The text of the state, to see whether it is still that when the lock is held. */
  readonly stateText: string | undefined;
  /** The state as it was read. */
  readonly state: State;
  /** The config files. */
  readonly files: readonly ConfigFile[];
  /** What is to become of each; absent: it stays as it is. */
  readonly plans: ReadonlyMap<ConfigFile, FilePlan>;
  /** By `host dir/file`: what we know of each once everything is done. */
  readonly entries: ReadonlyMap<string, FileState | undefined>;
  /** The sidecars of their host dirs. */
  readonly sidecars: readonly FoundSidecar[];
  /** By `host dir/file`: files of which a client would read each instead, if it were there. */
  readonly stronger: readonly string[];
  /** The providers that leave in this run. */
  readonly leaving: ReadonlySet<string>;
  /** What was found of rules: files that were looked at, and names that match patterns. */
  readonly judgement: Judgement;
  /** Who cannot be served, where, and why. */
  readonly failures: Failures;
  /** How each provider ends, file by file. */
  readonly providers: readonly ProviderReport[];
  /** What an operator should know. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads what a run is about, and plans it.
 *
 * @param earlier The preview of the round before: what it has planned is not planned again where
 * nothing has changed.
 */
export async function preview(
  job: Job,
  time: Time = REAL_TIME,
  earlier?: Preview,
): Promise<Preview> {
  const { mounts } = job;
  const stateText = job.withoutRecord === true ? undefined : await mounts.readOwn("state.json");
  const state = stateText === undefined ? NO_STATE : parseState(stateText);
  const reading = mounts.reading(time);
  const sidecars = new Sidecars(mounts, reading, job.allowNested === true);
  const all = job.disableAll === true ? await everyName(job, state, sidecars) : [];
  const known = new Set([...ownersIn(state), ...all]);
  // Who is kept off and owns nothing has nothing to take back: nobody waits for that container.
  const isPassedOver = ({ provider }: Task) =>
    isKeptOff(job, provider) && stateText !== undefined && !known.has(provider);
  const told = tasksOf(
    { ...job, disabledProviders: [...job.disabledProviders ?? [], ...all] },
    (name) => known.has(name),
  ).filter((task) => isLookedAt(task, job, state))
    .map((task) => isPassedOver(task) ? { ...task, error: undefined } : task);
  const tasks = told.filter((task) => !isPassedOver(task));
  const now = new Date(time.clock()).toISOString();
  const planning = { job, tasks, reading, now, earlier };
  const { files, dropped, stronger, plans, judgement, failures } = await planChosen(
    { job, tasks, state, sidecars, reading },
    planning,
  );
  const { rows, warnings } = rowsOf({ tasks: told, files, plans, failures, judgement, job });
  const leftBehind = claimsLeftBehind(job);
  return {
    stateText,
    state,
    files,
    plans,
    entries: await entriesAfter(files, plans),
    sidecars: sidecars.found(),
    leaving: new Set(tasks.flatMap((task) => task.action === "disable" ? [task.provider] : [])),
    stronger,
    judgement,
    failures,
    providers: rows,
    warnings: [
      ...warnings,
      ...dropped,
      ...files.flatMap((file) => hardLinkWarning(file, plans.get(file))),
      ...files.flatMap((file) => leftBehindIn(file, plans.get(file), leftBehind)),
      ...sidecars.warnings(),
      ...(stateText === undefined && job.withoutRecord !== true
        ? lostRecord(sidecars, tasks, plans)
        : []),
      ...await nestedWarnings(job, files),
    ],
  };
}

/**
 * Plans the files of a run. Of several names of a file the client reads the last one that exists, also
 * one that this very run makes for another patch. Then the names are chosen anew, until they fit.
 */
async function planChosen(
  known: Omit<Known, "coming">,
  planning: Omit<Planning, "failures" | "hinted">,
) {
  const coming = new Set<string>();
  while (true) {
    const { files: found, stronger } = await configFiles({ ...known, coming });
    const failures = failuresBefore(known.tasks, found);
    const { files, dropped, plans: hinted } = withoutFalseHints(found, planning.now);
    const { plans, judgement } = await planAll(files, { ...planning, failures, hinted });
    const passedOver = new Set(stronger);
    const made = files.filter((file) =>
      passedOver.has(file.key) && textAfter(file, plans.get(file)) !== undefined
    );
    if (made.length === 0) return { files, dropped, stronger, plans, judgement, failures };
    for (const { key } of made) coming.add(key);
  }
}

/** Warns, in the run that starts a new state, that former values known to the old one are lost. */
function lostRecord(
  sidecars: Sidecars,
  tasks: readonly Task[],
  plans: ReadonlyMap<ConfigFile, FilePlan>,
): Warning[] {
  const found = new Set(
    [...plans].filter(([, { results }]) => results.some(({ adopted }) => adopted.length > 0))
      .map(([file]) => file.dir),
  );
  const dirs = sidecars.dirsOf(new Set(tasks.map((task) => task.provider)))
    .filter((dir) => found.has(dir));
  if (dirs.length === 0) return [];
  const message = `there is no record of ours, though values were put in ${dirs.join(", ")}: ` +
    "what stood in their places before is not known, and does not come back (a backup of " +
    ".vault-config knows it)";
  return [{ file: ".vault-config/state.json", message }];
}

/** Whether anything of a task lies in the host dirs that are looked at. */
function isLookedAt({ provider, targets }: Task, { only }: Job, state: State): boolean {
  if (only === undefined || targets.some((target) => only.has(target.dir))) return true;
  return [...state.files].some(([key, entry]) =>
    only.has(splitKey(key)[0]) && ownersOf(entry).includes(provider)
  );
}

/** What cannot be served before anything is planned. */
function failuresBefore(tasks: readonly Task[], files: readonly ConfigFile[]): Failures {
  const failures = new Failures();
  for (const task of tasks) {
    if (task.error !== undefined) failures.add(task, task.error.file ?? "", task.error);
  }
  const readers = readersOf(tasks);
  for (const file of files) {
    const formats = formatsOf(file, readers.get(file.key) ?? []);
    for (const part of file.parts) {
      if (file.error !== undefined) failures.add(part, file.key, file.error);
      else if (routes(part)) {
        const error = formatChange(file, part, formats);
        if (error !== undefined) failures.add(part, file.key, error);
      }
    }
  }
  return failures;
}

/** Who reads a file, and as what. */
interface Reader {
  readonly name: string;
  readonly format: string;
}

/** By `host dir/file`: who is applied to it, and as what each reads it. */
function readersOf(tasks: readonly Task[]): ReadonlyMap<string, Reader[]> {
  const all = tasks.filter((one) => one.action === "apply").flatMap(({ provider, targets }) =>
    targets.flatMap(({ dir, files, format }) =>
      files.map((file) => ({ key: `${dir}/${file}`, name: provider, format }))
    )
  );
  return Map.groupBy(all, ({ key }) => key);
}

/** As what one file is read and held. */
interface Formats {
  /** The format of each reader. */
  readonly byReader: ReadonlyMap<string, string>;
  /** Who has claims in the file, sorted. */
  readonly owners: readonly string[];
  /** One who reads or holds it as each format: owners first. */
  readonly byFormat: ReadonlyMap<string, string>;
}

function formatsOf(file: ConfigFile, readers: readonly Reader[]): Formats {
  const owners = [...new Set(ownersOf(file.state))].sort();
  const holders = owners.map((name) => ({ name, format: file.format }));
  const byFormat = new Map<string, string>();
  for (const { name, format } of [...holders, ...readers]) {
    if (!byFormat.has(format)) byFormat.set(format, name);
  }
  const byReader = new Map(readers.toReversed().map(({ name, format }) => [name, format]));
  return { byReader, owners, byFormat };
}

/** One file is of one format: that of its claims, where it has some. */
function formatChange(
  file: ConfigFile,
  { provider }: Part,
  { byReader, owners, byFormat }: Formats,
): ConfigPatchError | undefined {
  const own = byReader.get(provider);
  if (own === undefined) return undefined;
  const other = [...byFormat].find(([format]) => format !== own);
  if (other === undefined || (owners.length > 0 && own === file.format)) return undefined;
  const [otherFormat, otherName] = other;
  const who = owners.length > 0 ? owners.join(" ") : otherName;
  return new ConfigPatchError(
    "conflict",
    `${provider} reads the file as ${own}, and for ${who} it is ${otherFormat}`,
    {
      provider,
      remedy: owners.length > 0
        ? `run \`vault-config disable ${who} --once\`, then apply again`
        : `change one of the two patches, or run \`vault-config disable ${otherName}\``,
    },
  );
}

/**
 * Leaves out files that only a sidecar names and that cannot be edited: a container may have named
 * them so that a disable fails. Their names come from the container, so they are not printed.
 */
function withoutFalseHints(files: readonly ConfigFile[], now: string): {
  readonly files: readonly ConfigFile[];
  readonly dropped: readonly Warning[];
  readonly plans: ReadonlyMap<ConfigFile, FilePlan>;
} {
  const plans = new Map<ConfigFile, FilePlan>();
  const dropped = new Map<string, number>();
  for (const file of files) {
    if (!file.isHinted) continue;
    const plan = hintedPlan(file, now);
    if (plan === undefined) dropped.set(file.dir, (dropped.get(file.dir) ?? 0) + 1);
    else plans.set(file, plan);
  }
  const warnings = [...dropped].map(([dir, count]) => ({
    file: `${dir}/${SIDECAR_NAME}`,
    message: `it alone leads to ${count} file${count === 1 ? "" : "s"} that cannot be edited: ` +
      "left alone",
  }));
  return {
    files: files.filter((one) => !one.isHinted || plans.has(one)),
    dropped: warnings,
    plans,
  };
}

/** The plan of a file that is only hinted at, if it can be edited. */
function hintedPlan(file: ConfigFile, now: string): FilePlan | undefined {
  if (file.error !== undefined) return undefined;
  try {
    return planOne(file, file.parts, now);
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}

/** What planning a run needs beside its files. */
interface Planning {
  readonly job: Job;
  readonly tasks: readonly Task[];
  readonly failures: Failures;
  readonly reading: Parameters<typeof judge>[0]["reading"];
  readonly now: string;
  /** The plans of files that are only hinted at: all who take part in these leave them. */
  readonly hinted: ReadonlyMap<ConfigFile, FilePlan>;
  /** The preview of the round before, if there was one. */
  readonly earlier: Preview | undefined;
}

/**
 * Plans all files. A failure is an error that carries its provider: that one is left out, and what it
 * took part in is planned again, until nobody fails any more.
 */
async function planAll(
  files: readonly ConfigFile[],
  { job, tasks, failures, reading, now, hinted, earlier }: Planning,
): Promise<{ plans: Map<ConfigFile, FilePlan>; judgement: Judgement }> {
  const plans = new Map(hinted);
  const plannedFor = new Map<ConfigFile, string>();
  for (const file of hinted.keys()) plannedFor.set(file, namesOf(file.parts));
  while (true) {
    let failed = false;
    for (const file of files) {
      if (file.error !== undefined || file.handler === undefined) continue;
      const parts = file.parts.filter((part) => failures.keepingOut(part, file.key) === undefined);
      const names = namesOf(parts);
      if (plannedFor.get(file) === names) continue;
      try {
        const plan = planBefore(earlier, file, parts) ?? planOne(file, parts, now);
        plans.set(file, plan);
        plannedFor.set(file, names);
        for (const part of parts.filter(routes)) {
          const error = tooOpen(file, plan, part.provider);
          if (error !== undefined && failures.add(part, file.key, error)) failed = true;
        }
      } catch (error) {
        if (!(error instanceof ConfigPatchError)) throw error;
        const news = blamed(error, file, parts).map(([part, one]) =>
          failures.add(part, file.key, one)
        );
        // Without anybody to leave out, the file stays as it is.
        if (!news.includes(true)) plannedFor.set(file, names);
        else failed = true;
      }
    }
    if (failed) continue;
    const judgement = await judge({ job, tasks, files, plans, failures, reading });
    const news = judgement.refused.map(({ part, file, error }) => failures.add(part, file, error));
    if (!news.includes(true)) return { plans, judgement };
  }
}

function namesOf(parts: readonly Part[]): string {
  return parts.map(partKey).join("\n");
}

function planOne(file: ConfigFile, parts: readonly Part[], now: string): FilePlan {
  const { handler, text, digest, state, records, strictFor } = file;
  if (handler === undefined) throw new Error(`${file.key} has no handler`);
  const strict = parts.some((part) => part.action === "apply" && strictFor.has(part.provider));
  return planFile({ handler, strict, text, digest, state, records, parts, now });
}

/** The parts that have to be left out because of an error, each with its own error. */
function blamed(
  error: ConfigPatchError,
  file: ConfigFile,
  parts: readonly Part[],
): [Part, ConfigPatchError][] {
  const errors = error.errors.length > 0 ? error.errors : [error];
  const named = errors.flatMap((one) =>
    parts.filter((part) => part.provider === one.provider).map((part) =>
      [part, one] as [Part, ConfigPatchError]
    )
  );
  if (named.length > 0) return named;
  // A file that is not of the strict dialect may be good enough for the others.
  const strict = parts.filter((part) =>
    part.action === "apply" && file.strictFor.has(part.provider)
  );
  const whom = error.code === "syntax" && strict.length > 0 ? strict : parts;
  return whom.map((part) => [part, error]);
}

/** Every provider that may have something of ours, by anything that tells of it. */
async function everyName(job: Job, state: State, sidecars: Sidecars): Promise<string[]> {
  const names = new Set([...ownersIn(state), ...job.roster.defaults()]);
  for (const { sidecar } of await sidecars.all()) {
    for (const providers of sidecar.values()) for (const name of providers.keys()) names.add(name);
  }
  return [...names];
}

function hardLinkWarning({ read, text, key }: ConfigFile, plan: FilePlan | undefined): Warning[] {
  if (read === undefined || read.nlink < 2 || plan === undefined || plan.text === text) return [];
  return [{ file: key, message: "it has other hard links, which keep the old content" }];
}

/** Warnings for nested files, where the runtime cannot hold their directories open. */
async function nestedWarnings(
  { mounts }: Job,
  files: readonly ConfigFile[],
): Promise<Warning[]> {
  const nested = files.filter(({ name, error }) => error === undefined && name.includes("/"));
  if (nested.length === 0 || await mounts.nestedAccess() === "anchored") return [];
  return nested.map(({ key }) => ({
    file: key,
    message: "a container can swap the directories on the way to it while it is edited; " +
      "only with all permissions (-A) they are held open",
  }));
}
