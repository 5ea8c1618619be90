/** The syntax of a TOML text with its positions, as far as an edit asks for it. @module */

/** From the first character to behind the last. */
export type Range = readonly [number, number];

/** A key with its dots. */
export interface Key {
  /** Where it stands. */
  readonly range: Range;
  /** Its parts. */
  readonly keys: readonly (
    | { readonly type: "TOMLBare"; readonly range: Range; readonly name: string }
    | { readonly type: "TOMLQuoted"; readonly range: Range; readonly value: string }
  )[];
}

/** `key = value`, or `a.b.key = value`. */
export interface Pair {
  /** Tells it from a table. */
  readonly type: "TOMLKeyValue";
  /** Where it stands. */
  readonly range: Range;
  /** What is left of the equals sign. */
  readonly key: Key;
  /** What is right of it. */
  readonly value: Content;
}

/** What stands right of an equals sign or between commas. */
export type Content =
  | {
    readonly type: "TOMLValue";
    readonly kind: string;
    readonly range: Range;
    /** Of a string: how it is quoted. */
    readonly style?: string;
    /** Of a string: whether it has three quotes. */
    readonly multiline?: boolean;
  }
  | { readonly type: "TOMLArray"; readonly range: Range; readonly elements: readonly Content[] }
  | { readonly type: "TOMLInlineTable"; readonly range: Range; readonly body: readonly Pair[] };

/** `[a.b]` or `[[a.b]]` with the pairs below it. */
export interface HeadedTable {
  /** Tells it from a pair. */
  readonly type: "TOMLTable";
  /** The header, without what follows on its line. */
  readonly range: Range;
  /** Its path from the root, with the numbers of list entries. */
  readonly resolvedKey: readonly (string | number)[];
  /** Its pairs. */
  readonly body: readonly Pair[];
}

/** A whole text. */
export interface Syntax {
  /** The pairs above the first header, in the order of the file. */
  readonly pairs: readonly Pair[];
  /** All headers, in the order of the file. */
  readonly tables: readonly HeadedTable[];
  /** All comments, in the order of the file, from `#` to the end of the line. */
  readonly comments: readonly { readonly range: Range }[];
}
