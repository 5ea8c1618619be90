/** A roster of plain JavaScript objects. @module */
import { ConfigPatchError } from "../errors.ts";
import { defaultFormats } from "../formats/mod.ts";
import { type FormatRegistry, requireRegistry } from "../formats/registry.ts";
import { type ConfigValue, OpaqueScalar } from "../formats/types.ts";
import { tableOf } from "../formats/value.ts";
import type { AgentObject } from "./agent_object.ts";
import { givesPatch, layAgents } from "./layers.ts";
import { providerOf } from "./provider.ts";
import { Roster } from "./types.ts";
import { type Written, written } from "./positions.ts";

/**
 * A roster of these agents and no others; lay it over a loaded one with {@linkcode Roster.with}.
 * The same rules hold as for agent files. A whole number becomes an integer, as it is written; for a
 * float like `1.0`, which JavaScript cannot tell from `1`, use an agent file.
 *
 * @param agents The agents by name. Keys that are null or undefined count as absent.
 * @param options The formats that patches may be of; the default ones.
 * @returns The roster. On by default are the agents that have a patch.
 * @throws {ConfigPatchError} `roster`, as for agent files; `option` for `agents` of another type.
 *
 * @example
 * ```ts
 * import { rosterFrom } from "@terok/vault-config/roster";
 *
 * const roster = rosterFrom({
 *   gh: {
 *     host_dir: "_gh-config",
 *     shared_config_patch: { file: "config.yml", yaml_set: { http_unix_socket: "{vault_socket}" } },
 *   },
 * });
 * if (roster.defaults().join() !== "gh") throw new Error("another roster");
 * ```
 */
export function rosterFrom(
  agents: Readonly<Record<string, AgentObject>>,
  options?: { readonly formats?: FormatRegistry | null | undefined } | null,
): Roster {
  const formats = requireRegistry(options?.formats ?? defaultFormats);
  if (!isPlain(agents)) {
    throw new ConfigPatchError("option", "a roster cannot be made of what is no plain object", {
      remedy: "give an object that maps names to agents; for files, use readRosterSources and " +
        "loadRoster",
    });
  }
  return new Roster(
    Object.entries(agents).map(([name, agent]) => {
      const layer = writtenObject(name, agent, `the given object ${JSON.stringify(name)}`);
      return providerOf(name, layAgents([layer]), givesPatch([layer]), formats);
    }),
  );
}

/**
 * An agent that is an object, as it would have been written.
 *
 * @throws {ConfigPatchError} `roster` for what is no plain object.
 */
export function writtenObject(name: string, agent: AgentObject, file: string): Written {
  if (isPlain(agent)) return written(valueOf(agent, []), { name, file, locate: undefined });
  throw new ConfigPatchError("roster", "an agent has to be a plain object", {
    provider: name,
    file,
    remedy: "give an object with host_dir and shared_config_patch",
  });
}

/** Deeper than any config is, and far from the depth at which recursion fails. */
const DEEPEST = 100;

/**
 * What a config can hold as it is; the rest as something that no patch may hold, so that it is only
 * an error where we read it.
 */
function valueOf(value: unknown, around: readonly object[]): ConfigValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return value;
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  }
  if (typeof value !== "object") return new OpaqueScalar(typeof value, "");
  if (around.includes(value)) return new OpaqueScalar("cyclic object", "");
  if (around.length === DEEPEST) return new OpaqueScalar("object nested too deeply", "");
  const inside = [...around, value];
  if (Array.isArray(value)) return Array.from(value, (item) => valueOf(item, inside));
  if (!isPlain(value)) return new OpaqueScalar(value.constructor?.name ?? "object", "");
  return tableOf(Object.entries(value).map(([key, item]) => [key, valueOf(item, inside)]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
