/**
 * What a format plug-in is: syntax only. Ownership, undo and I/O exist once, outside it.
 *
 * @module
 */

/**
 * A scalar that only its own format understands: a TOML date, a YAML value with a foreign tag.
 * It can stand in a file and is compared by type and text; a patch cannot hold one.
 */
export class OpaqueScalar {
  /** The kind within its format: `local-date`, `!!binary`, … */
  readonly type: string;
  /** A canonical text of the value. */
  readonly text: string;

  /** Makes one of a kind and a canonical text. */
  constructor(type: string, text: string) {
    this.type = type;
    this.text = text;
  }
}

/**
 * A scalar. An integer is always a `bigint`, anything written as a floating-point number a
 * `number`, so that `1` and `1.0` stay different where a format tells them apart.
 */
export type ConfigScalar = string | number | bigint | boolean | null | OpaqueScalar;

/** A list of values. */
export type ConfigList = readonly ConfigValue[];

/** A table (mapping, object). It has no prototype, so that `__proto__` is a key like any other. */
export interface ConfigTable {
  /** A key's value. */
  readonly [key: string]: ConfigValue;
}

/** Any value of a config file. */
export type ConfigValue = ConfigScalar | ConfigList | ConfigTable;

/** What a whole config file can be. */
export type ConfigRoot = ConfigTable | ConfigList;

/** Picks the first table of a list in which all these keys have these values. */
export interface Selector {
  /** The value that the entry has under a key. */
  readonly [key: string]: string | number | bigint | boolean;
}

/**
 * Keys, list indices and list-entry selectors: `["providers", { name: "mistral" }, "api_base"]`.
 * A selector that matches nothing stands for the entry to be created; an index must exist.
 */
export type ConfigPath = readonly (string | number | Selector)[];

/**
 * One edit of a text: at `offset` (UTF-16), the text `remove` gives way to `insert`.
 * Invertible by construction.
 */
export interface Splice {
  /** Where, in UTF-16 code units from the beginning of the text. */
  readonly offset: number;
  /** The text that stands there and goes. */
  readonly remove: string;
  /** The text that comes. */
  readonly insert: string;
}

/** A half-open range of a text in UTF-16 code units. */
export interface Span {
  /** The first code unit. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
}

/** What stands at a path. */
export interface Slot {
  /** The parsed value. */
  readonly value: ConfigValue;
  /**
   * The value's own text; absent where it is not one contiguous text (a TOML table under headers),
   * empty where the value is implied (a YAML key without a value).
   */
  readonly span?: Span | undefined;
  /**
   * Whether the place has another text before this one, which some readers take instead: `put` and
   * `drop` refuse it then.
   */
  readonly isRepeated?: boolean;
}

/** The splice that makes a path hold a value. Empty (`remove` and `insert` both `""`) when it does. */
export interface Put extends Splice {
  /** The range of the value's text within `insert`. */
  readonly value: Span;
  /** Containers that exist only after the splice, outermost first, selectors kept as given. */
  readonly created: readonly ConfigPath[];
}

/** A parsed text. Immutable: an edit is a {@linkcode Splice} for the caller to apply. */
export interface ConfigDocument {
  /** The text as given, byte order mark and line endings included. */
  readonly text: string;
  /** Everything that it says. An empty document is an empty table. */
  readonly value: ConfigRoot;
  /**
   * Whether the text is of the strict dialect; absent where the format has no other. Taking something
   * back must not cost a text its strictness.
   */
  readonly isStrict?: boolean;
  /**
   * How many commas stand behind a last entry, where the format's strict dialect allows none; absent
   * where it has no such dialect. Taking something back must not add one.
   */
  readonly looseCommas?: number;
  /**
   * Where comments stand, in the order of the text; absent where the format has none, or none that can
   * share a line with a value. What stands in one is never taken for our bytes.
   */
  readonly comments?: readonly Span[];
  /**
   * Names in the root that some readers of the format find where others find a text, nothing or another
   * value, and where each stands first, in UTF-16 code units; absent where all readers read alike.
   * Whatever such a name holds, a rule about it takes it for set.
   */
  readonly disputed?: ReadonlyMap<string, number>;
  /**
   * What some readers of the text find beside what the tree shows; absent where all find the same. A
   * plug-in is not asked for it.
   */
  readonly readings?: Readings;
  /**
   * The slot at a path, or `undefined` where nothing stands.
   *
   * @throws {ConfigPatchError} `unsupported` where a selector may mean an entry that the tree does not
   * show: one that is written as a reference to another place.
   */
  find(path: ConfigPath): Slot | undefined;
  /**
   * The smallest splice that makes `path` hold `value`; containers on the way are created.
   * One contiguous run of new text, in the style of the neighbours, without a separator that a
   * neighbour needs.
   *
   * @throws {ConfigPatchError} `shape` where something of another kind stands in the way,
   * `unsupported` where the text cannot be edited without guessing.
   */
  put(path: ConfigPath, value: ConfigValue): Put;
  /**
   * Canonical removal of what stands at a path, used when an exact one no longer fits. Comments
   * stay as text.
   *
   * A format in which a null may become a table or a list needs the options, others need not look.
   *
   * @throws {ConfigPatchError} `unsupported`, as {@linkcode put}.
   */
  drop(path: ConfigPath, options?: DropOptions): Splice;
}

/** What some readers of a text find otherwise than its tree shows it. All containers are the tree's. */
export interface Readings {
  /** Whether `1` and `1.0` are one number to all readers. */
  readonly oneNumber: boolean;
  /** The names in a table that a reader may take for a key, the key itself included if it is there. */
  namesOf(table: ConfigTable, key: string): readonly string[];
  /** What stands under a name: as many values as readers disagree about, a reference as its target. */
  valuesAt(container: ConfigTable | ConfigList, name: string | number): readonly ConfigValue[];
  /**
   * What gives a container keys that it does not have itself: tables, and lists of them, by their names.
   * A list has some if a reader takes it for a table.
   */
  mergedInto(container: ConfigTable | ConfigList): readonly Merged[];
}

/** A table, or a list of tables, whose keys count for another table too. */
export interface Merged {
  /** The name of the key that says so, or the number of the entry. */
  readonly name: string | number;
  /** What is merged. */
  readonly value: ConfigValue;
}

/** What is known of a container when its last entry is removed. */
export interface DropOptions {
  /** Whether it was a null before anything was put into it, and may be one again. */
  readonly wasNull?: boolean;
}

/** How a text is to be read. */
export interface ParseOptions {
  /** Accept only the strict dialect: for JSON, no comments and no trailing commas. */
  readonly strict?: boolean;
}

/** What is known about a format before its handler is loaded. */
export interface FormatInfo {
  /** The name that patch keys begin with: `toml` in `toml_set`. Lower-case letters and digits. */
  readonly name: string;
  /** File extensions with their dot: `[".yaml", ".yml"]`. */
  readonly extensions: readonly string[];
  /** The text of a new file before anything is put into it: `""`, or `"{}\n"` for JSON. */
  readonly blank: string;
  /** The same for a file whose root is a list; absent where a format knows no such file. */
  readonly blankList?: string;
  /** Whether a value can be `null`. */
  readonly holdsNull: boolean;
}

/** A format plug-in: knows the syntax of one format, and nothing of ownership, undo or files. */
export interface FormatHandler extends FormatInfo {
  /**
   * Reads a text.
   *
   * @throws {ConfigSyntaxError} where it does not parse; nothing is ever repaired.
   * @throws {ConfigPatchError} `unsupported` where it parses but no edit could be checked
   * (several documents, …), `shape` where its root is neither a table nor a list, `too-large` where it
   * is deeper or holds more than is read.
   */
  parse(text: string, options?: ParseOptions): ConfigDocument;
}

/** A format whose handler is loaded when a file of it is met. */
export interface LazyFormat extends FormatInfo {
  /** Loads the handler. */
  load(): Promise<FormatHandler>;
}
