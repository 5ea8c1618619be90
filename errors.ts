/**
 * The two errors that this project throws on purpose.
 *
 * Every failure says what could not be done, where, why, and what to do about it. An error that
 * reaches a caller therefore carries a closed {@linkcode ErrorCode}, never just a sentence.
 *
 * @module
 */

/**
 * Why something was refused.
 *
 * | code | meaning |
 * |---|---|
 * | `syntax` | a config does not parse |
 * | `encoding` | a config is not UTF-8 |
 * | `shape` | something of the wrong kind stands at our place |
 * | `unsupported` | the text is valid, but cannot be edited without guessing |
 * | `verification` | an edit did not have exactly the intended effect; it was thrown away |
 * | `conflict` | two providers want different things at one place |
 * | `roster` | an agent file or a patch in it is wrong |
 * | `option` | an option of a call or a flag is wrong |
 * | `location` | a patch needs an address that the vault does not have |
 * | `unknown-provider` | a name that neither the roster nor the state knows |
 * | `hostile` | what stands at a path is not a plain file or directory of the mounts |
 * | `too-large` | a file or a value is over a cap |
 * | `bypassed` | the values would stand, but the client would not go to the vault |
 * | `changed` | a file kept changing under us |
 * | `moved` | an address of the vault stands where or as it was not put, and stays |
 * | `busy` | a file stays empty because a client is writing it |
 * | `state` | our own state file cannot be read |
 * | `state-newer` | the state was written by a newer version of this program |
 * | `settings` | `settings.toml` says what cannot be |
 * | `locked` | the lock was not free before the deadline |
 * | `permission` | Deno or the system does not allow an access |
 * | `io` | any other failure of the system: disk full, read-only, … |
 * | `package` | a package of the program could not be fetched |
 * | `failed` | one or more providers failed; see `errors` |
 */
export type ErrorCode =
  | "syntax"
  | "encoding"
  | "shape"
  | "unsupported"
  | "verification"
  | "conflict"
  | "roster"
  | "option"
  | "location"
  | "unknown-provider"
  | "hostile"
  | "too-large"
  | "bypassed"
  | "changed"
  | "moved"
  | "busy"
  | "state"
  | "state-newer"
  | "settings"
  | "locked"
  | "permission"
  | "io"
  | "package"
  | "failed";

/** A place in a text: both numbers count from 1; columns count UTF-16 code units. */
export interface Position {
  /** The line, from 1. */
  readonly line: number;
  /** The column in it, from 1, in UTF-16 code units. */
  readonly column: number;
}

/** The lines of a file around a position. */
export interface SourceContext {
  /** Those before it, in the order of the file. */
  readonly before: readonly string[];
  /** Those after it. */
  readonly after: readonly string[];
}

/** How many lines of a file are kept on either side of a position. */
const CONTEXT = 2;

/** What is known about a failure besides its code and sentence. */
export interface ErrorDetails {
  /** The provider that could not be served. */
  readonly provider?: string;
  /** The file, relative to the mounts directory where it is inside it. */
  readonly file?: string;
  /** Where in the file. */
  readonly position?: Position;
  /** The line of the file at `position`, raw: escape it before it is printed. */
  readonly sourceLine?: string;
  /** The lines around it, raw as well; at most two on either side. */
  readonly context?: SourceContext;
  /** Whether `sourceLine` is what the operator has written for us, which holds no secret. */
  readonly isPlain?: boolean;
  /** What the user can do about it. */
  readonly remedy?: string;
  /** The single failures behind a `failed` or a `conflict`. */
  readonly errors?: readonly ConfigPatchError[];
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * A config could not be made to route through the vault, or not be taken back.
 * **Whoever catches it must not start the container.**
 *
 * @example
 * ```ts
 * import { ConfigPatchError } from "@terok/vault-config";
 *
 * const error = new ConfigPatchError("shape", "a list stands where a table must be", {
 *   file: "_vibe-config/config.toml",
 *   position: { line: 2, column: 5 },
 * });
 * if (error.where !== "_vibe-config/config.toml:2:5") throw new Error(error.where);
 * ```
 */
export class ConfigPatchError extends Error {
  /** The class's name, for whoever has only a printed error. */
  override readonly name: string = "ConfigPatchError";
  /** Why, as one of a closed set. */
  readonly code: ErrorCode;
  /** Provider, file, position, remedy and the rest, as far as they are known. */
  readonly details: ErrorDetails;

  /** Makes an error; `message` is a sentence without the place, which `details` holds. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  /** The provider that could not be served. */
  get provider(): string | undefined {
    return this.details.provider;
  }

  /** The file, relative to the mounts directory where it is inside it. */
  get file(): string | undefined {
    return this.details.file;
  }

  /** Where in the file. */
  get position(): Position | undefined {
    return this.details.position;
  }

  /** What the user can do about it. */
  get remedy(): string | undefined {
    return this.details.remedy;
  }

  /** The single failures behind a `failed` or a `conflict`; empty for any other code. */
  get errors(): readonly ConfigPatchError[] {
    return this.details.errors ?? [];
  }

  /** `file:line:column`, as far as it is known, or the empty string. */
  get where(): string {
    const { file, position } = this.details;
    if (file === undefined) return "";
    return position === undefined ? file : `${file}:${position.line}:${position.column}`;
  }

  /** The same error with more details; what is known already wins. */
  with(details: ErrorDetails): ConfigPatchError {
    return new ConfigPatchError(this.code, this.message, this.detailsWith(details));
  }

  /** The details of {@linkcode with}, for the classes below this one. */
  protected detailsWith(details: ErrorDetails): ErrorDetails {
    return { ...details, ...this.details, cause: this.details.cause ?? this };
  }
}

/**
 * What is asked for has changed since it was read, and nothing more is written: thrown where
 * `stillStands` of a request says no. Ask again, with what is asked for now.
 */
export class OutdatedError extends ConfigPatchError {
  /** Says so. */
  constructor() {
    super("changed", "the settings were changed again and again while it was at work", {
      remedy: "try again",
    });
  }
}

/**
 * A text does not parse. Thrown by `FormatHandler.parse`, with the position and the line.
 *
 * @example
 * ```ts
 * import { ConfigSyntaxError } from "@terok/vault-config/formats";
 *
 * const error = ConfigSyntaxError.at("a = 1\nb = =\n", 10, "a value must stand here");
 * if (error.position?.line !== 2 || error.position.column !== 5) throw error;
 * ```
 */
export class ConfigSyntaxError extends ConfigPatchError {
  /** The class's name, for whoever has only a printed error. */
  override readonly name = "ConfigSyntaxError";

  /** Makes an error of code `syntax`. */
  constructor(message: string, details: ErrorDetails = {}) {
    super("syntax", message, details);
  }

  /** The same error with more details; what is known already wins. */
  override with(details: ErrorDetails): ConfigSyntaxError {
    return new ConfigSyntaxError(this.message, this.detailsWith(details));
  }

  /** An error at an offset (UTF-16) of a text. */
  static at(text: string, offset: number, message: string): ConfigSyntaxError {
    const remedy = "correct this place by hand; nothing was changed";
    return new ConfigSyntaxError(message, { ...locate(text, offset), remedy });
  }
}

/** Position, line and the lines around it of an offset (UTF-16) of a text. */
export function locate(text: string, offset: number): {
  readonly position: Position;
  readonly sourceLine: string;
  readonly context: SourceContext;
} {
  const at = Math.max(0, Math.min(offset, text.length));
  // A byte order mark is no column of the first line.
  const bom = text.startsWith("\uFEFF") ? 1 : 0;
  const start = at === 0 ? bom : Math.max(bom, text.lastIndexOf("\n", at - 1) + 1);
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < at; i = text.indexOf("\n", i + 1)) line++;
  const endOf = (from: number) => {
    const newline = text.indexOf("\n", from);
    return newline === -1 ? text.length : newline;
  };
  const lineFrom = (from: number) => text.slice(from, endOf(from)).replace(/\r$/, "");
  const before: string[] = [];
  for (let from = start; from > bom && before.length < CONTEXT;) {
    from = from < 2 ? bom : Math.max(bom, text.lastIndexOf("\n", from - 2) + 1);
    before.unshift(lineFrom(from));
  }
  const after: string[] = [];
  for (let end = endOf(at); end + 1 < text.length && after.length < CONTEXT; end = endOf(end + 1)) {
    after.push(lineFrom(end + 1));
  }
  return {
    position: { line, column: Math.max(1, at - start + 1) },
    sourceLine: lineFrom(start),
    context: { before, after },
  };
}

/**
 * Makes a text that a container controls harmless on a terminal: control characters, and those that
 * reorder or break lines (bidirectional controls, U+2028, U+2029), become `\u{..}`.
 *
 * Tabs and line breaks are control characters too: split a text into lines first.
 *
 * @example
 * ```ts
 * import { escapeControl } from "@terok/vault-config";
 *
 * const shown = escapeControl("a\u001b[31m\u202eb");
 * if (shown !== "a\\u{1b}[31m\\u{202e}b") throw new Error(shown);
 * ```
 */
export function escapeControl(text: string): string {
  // Nearly every text is plain, and compiling the other expression takes a millisecond.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(
    // The general category Cc is C0, DEL and C1.
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** What is longer than this in a message is shown without its middle. */
const MOST_SHOWN = 256;

/**
 * A name or key for a message. A container gives them, and can make them as long as it likes: of a
 * long one the beginning and the end are enough to find it.
 *
 * @param text The name.
 *
 * @example
 * ```ts
 * import { shortened } from "@terok/vault-config";
 *
 * if (shortened("config.toml") !== "config.toml") throw new Error("a short name is cut");
 * if (shortened("x".repeat(1000)).length !== 256) throw new Error("a long name is not cut");
 * ```
 */
export function shortened(text: string): string {
  if (text.length <= MOST_SHOWN) return text;
  return `${text.slice(0, MOST_SHOWN / 2)}…${text.slice(1 - MOST_SHOWN / 2)}`;
}

/**
 * The word of `words` that `word` is a likely slip of, or `undefined`. Case, `-`, `_` and spaces do
 * not count; of the rest, one edit in short words and two in longer ones may differ.
 *
 * @example
 * ```ts
 * import { closest } from "@terok/vault-config";
 *
 * if (closest("hostDir", ["host_dir", "file"]) !== "host_dir") throw new Error("not found");
 * if (closest("modes", ["host_dir", "file"]) !== undefined) throw new Error("not close");
 * ```
 */
export function closest(word: string, words: Iterable<string>): string | undefined {
  const given = bare(word);
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of words) {
    const known = bare(candidate);
    const limit = known.length < 6 ? 1 : 2;
    if (Math.abs(known.length - given.length) > limit) continue;
    const distance = editDistance(given, known);
    if (distance <= limit && distance < (best?.distance ?? Infinity)) {
      best = { word: candidate, distance };
    }
  }
  return best?.word;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
