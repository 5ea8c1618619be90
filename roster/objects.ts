/** A roster of plain JavaScript objects. @module */
import { ConfigPatchError } from "../errors.ts";
import { defaultFormats } from "../formats/mod.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import { type ConfigValue, OpaqueScalar } from "../formats/types.ts";
import { isTable, tableOf } from "../formats/value.ts";
import { parseAgent } from "./schema.ts";
import { Roster } from "./types.ts";

/** An agent as an object: shaped like an agent file, or just `host_dir` and `shared_config_patch`. */
export interface AgentObject {
  /** Any key of an agent file. */
  readonly [key: string]: unknown;
}

/**
 * A roster of these agents and no others; lay it over a loaded one with {@linkcode Roster.with}.
 * The same rules hold as for agent files. A whole number becomes an integer, as it is written; for a
 * float like `1.0`, which JavaScript cannot tell from `1`, use an agent file.
 *
 * @example
 * ```ts
 * import { rosterFrom } from "./objects.ts";
 *
 * const roster = rosterFrom({
 *   gh: {
 *     host_dir: "_gh-config",
 *     shared_config_patch: { file: "config.yml", yaml_set: { http_unix_socket: "{vault_socket}" } },
 *   },
 * });
 * if (roster.names().join() !== "gh") throw new Error("another roster");
 * ```
 *
 * @throws {ConfigPatchError} `roster`, as for agent files.
 */
export function rosterFrom(
  agents: Readonly<Record<string, AgentObject>>,
  options: { readonly formats?: FormatRegistry } = {},
): Roster {
  const formats = options.formats ?? defaultFormats;
  return new Roster(
    Object.entries(agents).map(([name, agent]) => {
      const value = valueOf(agent, []);
      const source = { file: `the given object ${JSON.stringify(name)}` };
      if (isTable(value)) return parseAgent(name, value, source, formats);
      throw new ConfigPatchError("roster", "an agent has to be a plain object", {
        provider: name,
        remedy: "give an object with host_dir and shared_config_patch",
      });
    }),
  );
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
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return new OpaqueScalar(value.constructor?.name ?? "object", "");
  }
  return tableOf(Object.entries(value).map(([key, item]) => [key, valueOf(item, inside)]));
}
