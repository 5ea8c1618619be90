/**
 * vault-config: makes the config files of AI coding agents point to a vault, touching nothing else,
 * and takes it back exactly.
 *
 * @example Route the three built-in providers, then take one of them back
 * ```ts
 * import { applySharedConfigPatches, loadRoster } from "@terok/vault-config";
 *
 * const mounts = await Deno.makeTempDir();
 * const roster = await loadRoster([]);
 * const report = await applySharedConfigPatches(roster, mounts);
 * console.log(report.providers.map((row) => `${row.provider}: ${row.outcome}`));
 * // ["codex: created", "gh: created", "vibe: created"]
 *
 * await applySharedConfigPatches(roster, mounts, { disabledProviders: ["codex"] });
 * ```
 *
 * @module
 */
import deno from "./deno.json" with { type: "json" };
import { ConfigPatchError } from "./errors.ts";
import { defaultFormats, type FormatRegistry } from "./formats/mod.ts";
import type { Report } from "./ownership/report.ts";
import type { Job } from "./reconcile/job.ts";
import { start } from "./reconcile/start.ts";
import type { Roster } from "./roster/types.ts";
import { Mounts } from "./storage/mounts.ts";
import { checkLocation, resolveVaultLocation, type VaultLocation } from "./transport/mod.ts";

export {
  ConfigPatchError,
  ConfigSyntaxError,
  type ErrorCode,
  type ErrorDetails,
  type Position,
} from "./errors.ts";
export { defaultFormats, FormatRegistry } from "./formats/mod.ts";
export type {
  Action,
  Edit,
  FileChange,
  Outcome,
  ProviderReport,
  Report,
  Warning,
} from "./ownership/report.ts";
export type * from "./formats/types.ts";
export {
  type AgentObject,
  type BypassRule,
  type ConfigPatch,
  loadRoster,
  type Provider,
  readRosterSources,
  Roster,
  rosterFrom,
  type RosterOptions,
  type RosterSource,
} from "./roster/mod.ts";
export {
  type LocationOptions,
  resolveVaultLocation,
  type Transport,
  type VaultLocation,
} from "./transport/mod.ts";

/** What to apply and what to take back, and how. */
export interface PatchOptions {
  /** The providers to apply; absent: all that are on by default; empty: none. */
  readonly providers?: readonly string[] | ReadonlySet<string>;
  /** The providers to take back; one that is in both is taken back. */
  readonly disabledProviders?: readonly string[] | ReadonlySet<string>;
  /** Where containers reach the vault; absent: the socket transport. */
  readonly location?: VaultLocation;
  /** The formats that there are; absent: TOML, YAML and JSON. */
  readonly formats?: FormatRegistry;
  /** Accept a `file` below a host dir's own level, which a container can interfere with. */
  readonly allowNested?: boolean;
  /** How long to wait for another process, in milliseconds; 30 seconds by default. */
  readonly lockTimeout?: number;
}

/**
 * Makes the config files in the mounts directory route through the vault: what is disabled is taken
 * back, then what is enabled is applied. Touches nothing else that the user wrote; a second run
 * changes nothing.
 *
 * @param roster The providers that there are.
 * @param mounts The mounts directory; created if absent (its parent must exist).
 * @throws {ConfigPatchError} if any provider failed (`failed`, with all `errors`), or nothing could
 * be begun (`option` for a location that is none, `state`, `locked`, `permission`, …). **Then the container must not be started.**
 */
export async function applySharedConfigPatches(
  roster: Roster,
  mounts: string,
  options: PatchOptions = {},
): Promise<Report> {
  return succeeded(await start({ ...startOf(roster, mounts, options), command: "apply" }));
}

/**
 * What {@linkcode applySharedConfigPatches} would do: the same plan, with nothing written and no
 * lock taken. Failures of providers are in the report.
 */
export async function planSharedConfigPatches(
  roster: Roster,
  mounts: string,
  options: PatchOptions = {},
): Promise<Report> {
  const { plan } = await import("./reconcile/run.ts");
  return await plan(jobOf(roster, mounts, options));
}

/**
 * Applies one provider, after its authentication.
 *
 * @throws {ConfigPatchError} as {@linkcode applySharedConfigPatches}.
 */
export async function writeVaultConfig(
  provider: string,
  roster: Roster,
  mounts: string,
  options: Omit<PatchOptions, "providers" | "disabledProviders"> = {},
): Promise<Report> {
  return await applySharedConfigPatches(roster, mounts, { ...options, providers: [provider] });
}

function startOf(roster: Roster, mounts: string, options: PatchOptions) {
  const { formats, providers, disabledProviders, allowNested, lockTimeout } = options;
  const selection = {
    ...(providers === undefined ? {} : { providers: [...providers] }),
    ...(disabledProviders === undefined ? {} : { disabledProviders: [...disabledProviders] }),
  };
  const inputs = formats !== undefined && formats !== defaultFormats ? undefined : {
    version: deno.version,
    roster: roster.names().map((name) => roster.get(name)),
    location: locationOf(options),
    allowNested: allowNested === true,
    ...selection,
  };
  return {
    mounts,
    inputs,
    job: () => Promise.resolve(jobOf(roster, mounts, { ...options, ...selection })),
    ...(lockTimeout === undefined ? {} : { lockTimeout }),
  };
}

function jobOf(roster: Roster, mounts: string, options: PatchOptions): Job {
  const { formats, allowNested } = options;
  return {
    ...options,
    mounts: new Mounts(mounts, { allowNested: allowNested === true }),
    roster,
    location: locationOf(options),
    formats: formats ?? defaultFormats,
  };
}

function locationOf({ location }: PatchOptions): VaultLocation {
  return location === undefined ? resolveVaultLocation() : checkLocation(location);
}

/** The report, if nothing failed. */
function succeeded(report: Report): Report {
  const errors = report.providers.flatMap((row) => row.error === undefined ? [] : [row.error]);
  if (errors.length === 0) return report;
  const names = [...new Set(errors.map((error) => error.provider))].join(", ");
  throw new ConfigPatchError("failed", `the configs of ${names} could not be brought in order`, {
    errors,
    remedy: "do not start the container; mend what each of `errors` says, then run again",
  });
}
