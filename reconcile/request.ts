/** What a caller asks for, and what can be done with it. @module */
import { ConfigPatchError } from "../errors.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import type { Report } from "../ownership/report.ts";
import type { Roster } from "../roster/types.ts";
import type { Mounts } from "../storage/mounts.ts";
import type { Opening } from "../storage/opening.ts";
import { start } from "./start.ts";
import type { Status } from "./status.ts";
import type { Choice, Job } from "./tasks.ts";

/** What a caller asks for. */
export interface Request extends Choice {
  /** The mounts directory, spelled as Deno's grants have it. */
  readonly mounts: string;
  /** Makes the roster; called only if there may be something to do. */
  readonly roster: () => Promise<Roster> | Roster;
  /** The formats that there are; absent: those that come with the program. */
  readonly formats?: FormatRegistry | undefined;
  /** How long to wait for the lock, in milliseconds; 30 seconds by default. */
  readonly lockTimeout?: number | undefined;
  /** What this process does, for whoever finds the lock taken. */
  readonly command?: string | undefined;
  /** Whether what is asked for still is, looked at before anything is written; absent: it is. */
  readonly stillStands?: (() => Promise<boolean>) | undefined;
  /** All that the outcome depends on besides the files; absent: nothing is remembered. */
  readonly inputs?: unknown;
}

/** Does what a request says; failures of single providers are in the report. */
export async function apply(request: Request): Promise<Report> {
  return await start({ ...request, job: (opening) => jobOf(request, true, opening) });
}

/** What {@linkcode apply} would do. Writes nothing, and takes no lock. */
export async function plan(request: Request): Promise<Report> {
  const run = await import("./run.ts");
  return await run.plan(await jobOf(request, false));
}

/**
 * How things stand: the providers of the request, and all that is ours. Who may not look into our own
 * directory learns what the configs say.
 */
export async function status(request: Request): Promise<Status> {
  const { statusOf } = await import("./status.ts");
  const { NO_STATE, ownersIn, parseState } = await import("./state.ts");
  const { preview } = await import("./preview.ts");
  const job = await jobOf(request, false);
  const { text, closed } = await recordIn(job.mounts);
  const owners = ownersIn(text === undefined ? NO_STATE : parseState(text))
    .filter((name) => job.roster.get(name) !== undefined);
  const providers = new Set(request.providers ?? [...job.roster.defaults(), ...owners]);
  const withoutRecord = closed !== undefined;
  const found = statusOf(await preview({ ...job, providers, withoutRecord }), job.roster);
  if (closed === undefined) return found;
  const why = closed.message.replace(/^cannot read it: /, "");
  const message = `claims and settings are not known: ${why}`;
  return { ...found, warnings: [...found.warnings, { file: closed.file, message }] };
}

/**
 * The providers of whom our own record says that something in the files is theirs. Looks at no file of
 * a host dir. Where our own directory is closed to us, and before the first run, there are none.
 *
 * @param path The mounts directory.
 * @returns Their names, sorted.
 * @throws {ConfigPatchError} `state` for a record that cannot be read.
 *
 * @example
 * ```ts
 * import { applySharedConfigPatches, loadRoster, recordedOwners } from "@terok/vault-config";
 *
 * const mounts = await Deno.makeTempDir();
 * await applySharedConfigPatches(await loadRoster(), mounts, { providers: ["gh"] });
 * const names = await recordedOwners(mounts);
 * if (names.join() !== "gh") throw new Error(names.join());
 * ```
 */
export async function recordedOwners(path: string): Promise<readonly string[]> {
  const [{ Mounts }, { ownersIn, parseState }] = await Promise.all([
    import("../storage/mounts.ts"),
    import("./state.ts"),
  ]);
  const { text } = await recordIn(new Mounts(path));
  return text === undefined ? [] : ownersIn(parseState(text));
}

/** The text of our own record, or why our own directory is closed to us. */
async function recordIn(
  mounts: Mounts,
): Promise<{ readonly text?: string | undefined; readonly closed?: ConfigPatchError }> {
  try {
    return { text: await mounts.readOwn("state.json") };
  } catch (error) {
    if (!(error instanceof ConfigPatchError) || error.code !== "permission") throw error;
    // The error is about the directory, not about one file in it.
    if (error.file !== ".vault-config") throw error;
    return { closed: error };
  }
}

async function jobOf(request: Request, mayWrite: boolean, opening?: Opening): Promise<Job> {
  const [{ Mounts }, { defaultFormats }, roster] = await Promise.all([
    import("../storage/mounts.ts"),
    import("../formats/defaults.ts"),
    request.roster(),
  ]);
  const { allowNested, formats = defaultFormats } = request;
  const mounts = new Mounts(request.mounts, { allowNested, mayWrite, opening });
  return { ...request, roster, formats, mounts };
}

/** Whether all is as it has to be. */
export interface Verification {
  /**
   * `routed`: every provider is, and apply would change nothing. `not-routed`: some is not, or is
   * bypassed, or left behind, or would change. `unknown`: it cannot be told, and apply would fail.
   */
  readonly verdict: "routed" | "not-routed" | "unknown";
  /** What {@linkcode plan} says. */
  readonly report: Report;
}

/** Whether all is routed, and {@linkcode apply} would change nothing. Writes nothing. */
export async function verify(request: Request): Promise<Verification> {
  const report = await plan(request);
  const failed = report.providers.filter((row) => row.outcome === "failed");
  if (failed.some((row) => row.error?.code !== "bypassed")) return { verdict: "unknown", report };
  const left = report.warnings.some((warning) =>
    warning.code === "left-behind" || warning.code === "moved"
  );
  const holds = failed.length === 0 && !report.changed && !left;
  return { verdict: holds ? "routed" : "not-routed", report };
}
