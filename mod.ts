/**
 * **Before a task container starts, the config files of its coding agents are made to go to a vault,
 * and nothing else in them is touched. Taken back, every byte is as it was.**
 *
 * AI coding agents (Codex, Claude Code, Vibe, gh, opencode, …) run in containers, where real API keys
 * must never be. A vault on the host holds the keys; the agents reach it through a loopback URL or a
 * Unix socket, which many of them learn from nothing but their own config file. vault-config edits
 * those files, in TOML, YAML or JSON, as a careful person would: comments, order, quoting and line
 * ends stay. It keeps the user's own values and gives them back. It expects that a container plants
 * links, FIFOs and forged records, and loses nothing in a crash.
 *
 * @example Route the built-in agents; if that throws, do not start the container
 * ```ts
 * import { applySharedConfigPatches, ConfigPatchError, loadRoster } from "@terok/vault-config";
 *
 * const mounts = await Deno.makeTempDir();
 * try {
 *   const { providers } = await applySharedConfigPatches(await loadRoster(), mounts);
 *   console.log(providers.map((row) => `${row.provider}: ${row.outcome}`));
 *   // ["codex: created", "gh: created", "vibe: created"]
 * } catch (error) {
 *   if (!(error instanceof ConfigPatchError)) throw error;
 *   for (const one of error.errors) console.error(one.provider, one.where, one.message, one.remedy);
 *   throw error;
 * }
 * ```
 *
 * @example Take one back
 * ```ts
 * import { disableSharedConfigPatches, loadRoster } from "@terok/vault-config";
 *
 * await disableSharedConfigPatches(await loadRoster(), await Deno.makeTempDir(), ["codex"]);
 * ```
 *
 * @example An agent of your own
 * ```ts
 * import { applySharedConfigPatches, rosterFrom } from "@terok/vault-config";
 *
 * const roster = rosterFrom({
 *   claude: {
 *     host_dir: "_claude-config",
 *     shared_config_patch: {
 *       file: "settings.json",
 *       json_set: { env: { ANTHROPIC_BASE_URL: "{vault_url}" } },
 *     },
 *   },
 * });
 * await applySharedConfigPatches(roster, await Deno.makeTempDir());
 * ```
 *
 * The command line is `@terok/vault-config/cli`; formats of your own: `/formats`, proven with
 * `/testing`.
 *
 * @module
 */
import type { Report } from "./ownership/report.ts";
import { namesOf, wrong } from "./reconcile/arguments.ts";
import {
  called,
  type CallOptions,
  type PatchOptions,
  requestOf,
  succeeded,
  type WriteOptions,
} from "./reconcile/call.ts";
import { toldInLibraryWords } from "./reconcile/library_words.ts";
import { apply, plan, status, type Verification, verify } from "./reconcile/request.ts";
import type { Status } from "./reconcile/status.ts";
import { loadRoster } from "./roster/mod.ts";
import type { Roster } from "./roster/types.ts";

export {
  closest,
  ConfigPatchError,
  ConfigSyntaxError,
  type ErrorCode,
  type ErrorDetails,
  escapeControl,
  OutdatedError,
  type Position,
  shortened,
  type SourceContext,
} from "./errors.ts";
export {
  type ConfigDocument,
  type ConfigList,
  type ConfigPath,
  type ConfigRoot,
  type ConfigScalar,
  type ConfigTable,
  type ConfigValue,
  defaultFormats,
  type DropOptions,
  type FormatHandler,
  type FormatInfo,
  FormatRegistry,
  isList,
  isTable,
  type LazyFormat,
  type Merged,
  OpaqueScalar,
  type ParseOptions,
  pathText,
  type Put,
  type Readings,
  type Selector,
  type Slot,
  type Span,
  type Splice,
} from "./formats/mod.ts";
export { packageError } from "./formats/packages.ts";
export type {
  Action,
  Bypass,
  Edit,
  FileChange,
  Outcome,
  ProviderReport,
  Report,
  Warning,
} from "./ownership/report.ts";
export type { CallOptions, PatchOptions, WriteOptions } from "./reconcile/call.ts";
export { type JsonInput, printJson } from "./reconcile/json_text.ts";
export {
  apply,
  plan,
  recordedOwners,
  type Request,
  status,
  type Verification,
  verify,
} from "./reconcile/request.ts";
export type { Choice } from "./reconcile/tasks.ts";
export {
  linesOfSettings,
  NO_SETTINGS,
  parseSettings,
  readSettings,
  type Settings,
  SETTINGS_FILE,
  settingsText,
} from "./reconcile/settings.ts";
export { type SettingKind, SETTINGS } from "./reconcile/settings_schema.ts";
export {
  type ChangeOptions,
  changeSettings,
  requireWritable,
  type SettingsChange,
} from "./reconcile/settings_edit.ts";
export type { Owned, ProviderStatus, Standing, Status } from "./reconcile/status.ts";
export { type Asked, isOff, type TakingPart, takingPart } from "./reconcile/taking_part.ts";
export {
  type AgentObject,
  builtInAgents,
  builtInProviders,
  type BypassObject,
  type BypassRule,
  catalogAgents,
  catalogNames,
  type ConfigPatch,
  loadRoster,
  type PatchObject,
  type PatchValue,
  type PatchValues,
  type Provider,
  readRosterSources,
  Roster,
  rosterFrom,
  type RosterOptions,
  type RosterSource,
  showProvider,
  type SourceOptions,
} from "./roster/mod.ts";
export { type Access, grantRemedy } from "./storage/failures.ts";
export { excessPermissions } from "./storage/permissions.ts";
export {
  type LocationOptions,
  LOOPBACK_VAULT_PORT,
  resolveVaultLocation,
  type Transport,
  type VaultLocation,
} from "./transport/mod.ts";

/**
 * Makes the config files in the mounts directory go to the vault: what is disabled is taken back,
 * then what is enabled is applied. Touches nothing else that the user wrote; a second run changes
 * nothing.
 *
 * @param roster The providers that there are.
 * @param mounts The mounts directory, as a path or a `file:` URL; made if absent (its parent must
 * exist).
 * @param options Who takes part, and how.
 * @returns What was done.
 * @throws {ConfigPatchError} if any provider failed (`failed`, with all `errors`), or nothing could
 * be begun (`option` for an argument that is none, `state`, `locked`, `permission`, …). **Then the
 * container must not be started.**
 *
 * @example
 * ```ts
 * import { applySharedConfigPatches, loadRoster, resolveVaultLocation } from "@terok/vault-config";
 *
 * const mounts = await Deno.makeTempDir();
 * const location = resolveVaultLocation({ tokenBrokerPort: 18731 });
 * const report = await applySharedConfigPatches(await loadRoster(), mounts, {
 *   providers: ["codex", "vibe"],
 *   disabledProviders: ["vibe"],
 *   location,
 * });
 * if (report.providers.length !== 2) throw new Error("vibe is taken back, codex applied");
 * ```
 */
export async function applySharedConfigPatches(
  roster: Roster,
  mounts: string | URL,
  options: PatchOptions | null = {},
): Promise<Report> {
  return await called(async () =>
    succeeded(await apply(requestOf(roster, mounts, options ?? {}, "apply")))
  );
}

/**
 * What {@linkcode applySharedConfigPatches} would do: the same plan, with nothing written and no
 * lock taken. Failures of providers are in the report.
 *
 * @param roster As there.
 * @param mounts As there.
 * @param options As there.
 * @returns What would be done, with the texts of the files before and after.
 * @throws {ConfigPatchError} if nothing could be told: `option`, `state`, `permission`, …
 *
 * @example
 * ```ts
 * import { loadRoster, planSharedConfigPatches } from "@terok/vault-config";
 *
 * const { files } = await planSharedConfigPatches(await loadRoster(), await Deno.makeTempDir());
 * for (const { file, before, after } of files) console.log(file, before, after);
 * ```
 */
export async function planSharedConfigPatches(
  roster: Roster,
  mounts: string | URL,
  options: PatchOptions | null = {},
): Promise<Report> {
  return await called(async () =>
    toldInLibraryWords(await plan(requestOf(roster, mounts, options ?? {}, "plan")))
  );
}

/**
 * Whether every provider goes to the vault, and {@linkcode applySharedConfigPatches} would change
 * nothing. Writes nothing, and takes no lock.
 *
 * @param roster As there.
 * @param mounts As there.
 * @param options As there.
 * @returns The verdict, and the plan that it is made of.
 * @throws {ConfigPatchError} as {@linkcode planSharedConfigPatches}.
 *
 * @example
 * ```ts
 * import { loadRoster, verifySharedConfigPatches } from "@terok/vault-config";
 *
 * const { verdict } = await verifySharedConfigPatches(await loadRoster(), await Deno.makeTempDir());
 * if (verdict !== "not-routed") throw new Error("nothing is there yet");
 * ```
 */
export async function verifySharedConfigPatches(
  roster: Roster,
  mounts: string | URL,
  options: PatchOptions | null = {},
): Promise<Verification> {
  return await called(async () => {
    const { verdict, report } = await verify(requestOf(roster, mounts, options ?? {}, "verify"));
    return { verdict, report: toldInLibraryWords(report) };
  });
}

/**
 * Takes providers back. It keeps nothing in the settings: the next apply that names them puts them
 * in again.
 *
 * @param roster The providers that there are.
 * @param mounts The mounts directory.
 * @param names Their names, also those that have left the roster; `"all"`: everybody of whom
 * something is ours.
 * @param options As for {@linkcode applySharedConfigPatches}.
 * @returns What was done.
 * @throws {ConfigPatchError} if something could not be taken back.
 *
 * @example
 * ```ts
 * import {
 *   applySharedConfigPatches,
 *   disableSharedConfigPatches,
 *   loadRoster,
 * } from "@terok/vault-config";
 *
 * const [roster, mounts] = [await loadRoster(), await Deno.makeTempDir()];
 * await applySharedConfigPatches(roster, mounts);
 * const { providers } = await disableSharedConfigPatches(roster, mounts, "all");
 * if (providers.some((row) => row.outcome !== "removed")) throw new Error("something is left");
 * ```
 */
export async function disableSharedConfigPatches(
  roster: Roster,
  mounts: string | URL,
  names: Iterable<string> | "all",
  options: CallOptions | null = {},
): Promise<Report> {
  return await called(async () => {
    const request = requestOf(roster, mounts, {
      ...options,
      providers: [],
      disabledProviders: names === "all" ? [] : namesOf(names, "the names") ?? [],
    }, "disable");
    return succeeded(
      await apply({ ...request, disableAll: names === "all", failIncompleteDisable: true }),
    );
  });
}

/**
 * How things stand: who is routed, what keeps the others from it, and what is ours for whom. Writes
 * nothing, and takes no lock.
 *
 * @param roster The providers that there are.
 * @param mounts The mounts directory.
 * @param options Without `providers`: those on by default, and those of whom something is ours.
 * @returns How each provider stands.
 * @throws {ConfigPatchError} as {@linkcode planSharedConfigPatches}.
 *
 * @example
 * ```ts
 * import { loadRoster, statusOfSharedConfigPatches } from "@terok/vault-config";
 *
 * const mounts = await Deno.makeTempDir();
 * const { providers } = await statusOfSharedConfigPatches(await loadRoster(), mounts);
 * if (providers.some(({ standing }) => standing !== "not-routed")) throw new Error("routed?");
 * ```
 */
export async function statusOfSharedConfigPatches(
  roster: Roster,
  mounts: string | URL,
  options: PatchOptions | null = {},
): Promise<Status> {
  return await called(async () =>
    toldInLibraryWords(await status(requestOf(roster, mounts, options ?? {}, "status")))
  );
}

/**
 * Applies one provider, after its authentication, and says so in one line.
 *
 * @param provider Its name.
 * @param options Where; without them, a provider that comes with the library, in `./mounts`.
 * @returns What was done.
 * @throws {ConfigPatchError} as {@linkcode applySharedConfigPatches}.
 *
 * @example
 * ```ts
 * import { writeVaultConfig } from "@terok/vault-config";
 *
 * await writeVaultConfig("codex", { mounts: await Deno.makeTempDir() });
 * // codex: created _codex-config/config.toml
 * ```
 */
export async function writeVaultConfig(
  provider: string,
  options: WriteOptions | null = {},
): Promise<Report> {
  return await called(async () => {
    if (typeof provider !== "string" || provider === "") {
      throw wrong("the provider must be a name", 'give one, such as "codex"');
    }
    const { roster, mounts, print, ...rest } = options ?? {};
    const request = requestOf(roster ?? await loadRoster(), mounts ?? "./mounts", {
      ...rest,
      providers: [provider],
    }, "write");
    const report = succeeded(await apply(request));
    const say = print === undefined ? console.log : print ?? (() => {});
    for (const row of report.providers) {
      say(
        [`${row.provider}:`, row.outcome, row.file].filter((part) => part !== undefined).join(" "),
      );
    }
    return report;
  });
}
