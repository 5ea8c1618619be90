/** What a roster is made of. @module */
import type { ConfigPath, ConfigTable, ConfigValue, Selector } from "../formats/types.ts";
import { leavesOf } from "../formats/value.ts";

/** An agent or tool, and how its config is made to route through the vault. */
export interface Provider {
  /** Its name: the stem of its agent file. */
  readonly name: string;
  /** Where the entry came from: a path, or words for what is no file. */
  readonly source: string;
  /** Whether it is applied when no providers are named. */
  readonly defaultOn: boolean;
  /** What its config has to hold; absent where nothing needs to be routed. */
  readonly patch?: ConfigPatch;
}

/** A config file, and the values that it has to hold. */
export interface ConfigPatch {
  /** The directory directly in the mounts: `_vibe-config`. One plain path segment. */
  readonly hostDir: string;
  /** The file in it: one plain path segment, or several joined by `/` where `nested` says so. */
  readonly file: string;
  /** Whether the file lies in a directory below the host dir; refused unless it is allowed. */
  readonly nested: boolean;
  /** The name of the file's format: `toml`. */
  readonly format: string;
  /** Whether a file that is not of the strict dialect is refused, as its client ignores it. */
  readonly strict: boolean;
  /** The keys that lead to a list of tables; given exactly if `match` is. */
  readonly table?: readonly string[];
  /** Which entry of that list is meant; created if there is none. */
  readonly match?: Selector;
  /** The values, in the entry or at the root, with tokens; tables merge key by key. */
  readonly set: ConfigTable;
}

/** A place in a file, and what it has to hold there, with tokens. */
export interface Template {
  /** The place. */
  readonly path: ConfigPath;
  /** The value; the tokens in it are not replaced yet. */
  readonly template: ConfigValue;
}

/**
 * The places that a patch wants, in its own order. Scalars and lists are set whole.
 *
 * @example
 * ```ts
 * import { pathText } from "../formats/mod.ts";
 * import { rosterFrom, templatesOf } from "./mod.ts";
 *
 * const roster = rosterFrom({
 *   vibe: {
 *     host_dir: "_vibe-config",
 *     shared_config_patch: {
 *       file: "config.toml",
 *       toml_table: "providers",
 *       toml_match: { name: "mistral" },
 *       toml_set: { api_base: "{vault_url}/v1" },
 *     },
 *   },
 * });
 * const patch = roster.get("vibe")?.patch;
 * if (patch === undefined) throw new Error("no patch");
 * const places = templatesOf(patch).map(({ path }) => pathText(path));
 * if (places.join() !== "providers[name=mistral].api_base") throw new Error(places.join());
 * ```
 */
export function templatesOf(patch: ConfigPatch): Template[] {
  const base = patch.match === undefined ? [] : [...patch.table ?? [], patch.match];
  return leavesOf(patch.set, base).map(({ path, value }) => ({ path, template: value }));
}

/** The text of an agent file, or of a mapping of names to agents, not parsed yet. */
export interface RosterSource {
  /** Where it came from; the stem of an agent file's name is the provider's name. */
  readonly path: string;
  /** The text. */
  readonly text: string;
  /** Whether it is one agent, or a mapping of name to agent. */
  readonly kind: "agent" | "mapping";
}

/** The providers that there are. Immutable: {@linkcode Roster.with} gives a new one. */
export class Roster {
  readonly #providers: ReadonlyMap<string, Provider>;

  /** A roster of these providers; a later one replaces an earlier one of the same name. */
  constructor(providers: Iterable<Provider> = []) {
    this.#providers = new Map([...providers].map((provider) => [provider.name, provider]));
  }

  /** The provider of a name. */
  get(name: string): Provider | undefined {
    return this.#providers.get(name);
  }

  /** All names, sorted. */
  names(): string[] {
    return [...this.#providers.keys()].sort();
  }

  /** The names of the providers that are on by default, sorted. */
  defaults(): string[] {
    return this.names().filter((name) => this.get(name)?.defaultOn === true);
  }

  /** This roster with another one laid over it, entry by entry. */
  with(other: Roster): Roster {
    return new Roster([...this.#providers.values(), ...other.#providers.values()]);
  }
}
