/**
 * The roster: which programs there are, and what their configs have to hold so that their requests go
 * through the vault.
 *
 * @example
 * ```ts
 * import { loadRoster, rosterFrom } from "./mod.ts";
 *
 * const given = rosterFrom({
 *   tool: {
 *     host_dir: "_tool-config",
 *     shared_config_patch: { file: "config.toml", toml_set: { api: { url: "{vault_url}" } } },
 *   },
 * });
 * const roster = (await loadRoster([])).with(given);
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
export { type AgentSource, parseAgent } from "./schema.ts";
export { loadRoster, type RosterOptions } from "./load.ts";
export { readRosterSources } from "./sources.ts";
export { type AgentObject, rosterFrom } from "./objects.ts";
export { builtInSources } from "./built_in.ts";
export { catalogSources } from "./catalog.ts";
