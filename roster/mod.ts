/**
 * The roster: which programs there are, and what their configs have to hold so that their requests go
 * through the vault.
 *
 * @example
 * ```ts
 * import { loadRoster, rosterFrom } from "@terok/vault-config/roster";
 *
 * const given = rosterFrom({
 *   tool: {
 *     host_dir: "_tool-config",
 *     shared_config_patch: { file: "config.toml", toml_set: { api: { url: "{vault_url}" } } },
 *   },
 * });
 * const roster = (await loadRoster()).with(given);
 * if (roster.defaults().join() !== "codex,gh,tool,vibe") throw new Error(roster.defaults().join());
 *
 * const [patch] = roster.get("tool")?.patches ?? [];
 * if (patch?.files.join() !== "config.toml") throw new Error("another file");
 * ```
 *
 * @module
 */
export {
  type BypassRule,
  type ConfigPatch,
  type Provider,
  Roster,
  type RosterSource,
} from "./types.ts";
export type {
  AgentObject,
  BypassObject,
  PatchObject,
  PatchValue,
  PatchValues,
} from "./agent_object.ts";
export { loadRoster, type RosterOptions } from "./load.ts";
export { readRosterSources, type SourceOptions } from "./sources.ts";
export { rosterFrom } from "./objects.ts";
export { builtInAgents } from "./built_in.ts";
export { builtInProviders } from "./built_in_providers.ts";
export { catalogAgents, catalogNames } from "./catalog.ts";
export { showProvider } from "./show.ts";

// The types of `@terok/vault-config/formats` that stand in what is exported here.
export type { FormatRegistry } from "../formats/registry.ts";
export type {
  ConfigDocument,
  ConfigList,
  ConfigPath,
  ConfigRoot,
  ConfigScalar,
  ConfigTable,
  ConfigValue,
  DropOptions,
  FormatHandler,
  FormatInfo,
  LazyFormat,
  Merged,
  OpaqueScalar,
  ParseOptions,
  Put,
  Readings,
  Selector,
  Slot,
  Span,
  Splice,
} from "../formats/types.ts";
export type { ErrorCode, ErrorDetails, Position, SourceContext } from "../errors.ts";
export { ConfigPatchError } from "../errors.ts";
