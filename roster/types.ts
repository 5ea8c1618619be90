/** What a roster is made of. @module */
import type { ConfigTable, ConfigValue, Selector } from "../formats/types.ts";

/** An agent or tool, and how its configs are made to route through the vault. */
export interface Provider {
  /** Its name: the stem of its agent file. */
  readonly name: string;
  /** Where the entry came from: a path, or words for what is no file. */
  readonly source: string;
  /** Whether it is applied when no providers are named. */
  readonly defaultOn: boolean;
  /** The directory directly in the mounts, `_vibe-config`: one plain path segment. */
  readonly hostDir: string | undefined;
  /** What its configs have to hold, all in the host dir; empty where nothing needs to be routed. */
  readonly patches: readonly ConfigPatch[];
  /** The type of the stored credential that the agent file declares: `oauth`, `api_key`, … */
  readonly credentialType: string | undefined;
  /** What sends the client past the values of its patches. */
  readonly bypassedBy: readonly BypassRule[];
  /** What no file can route, one sentence each. */
  readonly notes: readonly string[];
  /** How its route is known where the program was not run: `documentation only`. */
  readonly proven: string | undefined;
}

/** A config file, and the values that it has to hold. */
export interface ConfigPatch {
  /**
   * The file's name in the host dir, or the names of which the client reads one only, weakest first.
   * Each is one plain path segment, or several joined by `/` (a nested file).
   */
  readonly files: readonly string[];
  /** The name of the format: `toml`. */
  readonly format: string;
  /** Whether a file that is not of the strict dialect is refused, as its client ignores it. */
  readonly strict: boolean;
  /** The permission bits of a file that we begin. */
  readonly mode: number | undefined;
  /** The keys that lead to a list of tables (`[]`: the root is that list); goes with `match`. */
  readonly table: readonly string[] | undefined;
  /** Which entries are meant; of `table`, one is created where none matches; of `each`, a filter. */
  readonly match: Selector | undefined;
  /** The path of all the tables that are meant; `*` stands for every key or entry. */
  readonly each: readonly string[] | undefined;
  /** The values to hold, with tokens; tables merge key by key. Empty only if `default` is not. */
  readonly set: ConfigTable;
  /** What goes along with a table, an entry or a file that we create, and is never compared. */
  readonly default: ConfigTable;
  /** The whole `set` for each type of credential; empty where the type makes no difference. */
  readonly variants: Readonly<Record<string, ConfigTable>>;
}

/** A setting or a file that sends the client past our values. */
export interface BypassRule {
  /** A name in the host dir, or a pattern with `*`; absent: the files of the rule's own patch. */
  readonly file: string | undefined;
  /** The files of the patch that the rule stands in; a pattern never means them. */
  readonly ownFiles: readonly string[];
  /** The format by which the file is read; absent exactly where there is no path to read. */
  readonly format: string | undefined;
  /** The setting; `*` stands for every key or entry. Absent: that the file exists is the bypass. */
  readonly path: readonly string[] | undefined;
  /** Beginnings of what the client replaces in the text before it reads it; empty unless without path. */
  readonly replaced: readonly string[];
  /** The values that are no bypass, with tokens. */
  readonly unless: readonly ConfigValue[];
  /** What the client does then, for the user. */
  readonly why: string;
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
