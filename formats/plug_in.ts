/**
 * What a plug-in gives is looked at before anybody relies on it, and what it throws is told as its own
 * fault: whoever reads the message did not write the plug-in, and nothing is wrong with the file.
 *
 * @module
 */
import { ConfigPatchError, ConfigSyntaxError, type ErrorCode } from "../errors.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigRoot,
  ConfigValue,
  DropOptions,
  FormatHandler,
  FormatInfo,
  ParseOptions,
  Put,
  Slot,
  Span,
  Splice,
} from "./types.ts";
import { isList, isTable } from "./value.ts";

/** What a handler has that is one of a plug-in. */
const PLUG_IN: unique symbol = Symbol("plug-in");

/** A plug-in's handler, with a look at all that it gives. */
export function checkedHandler(handler: FormatHandler): FormatHandler {
  const parse = (text: string, options?: ParseOptions): ConfigDocument =>
    blaming(handler, () => {
      const document = handler.parse(text, options);
      requireDocument(handler, document, text);
      return new CheckedDocument(handler, document);
    });
  // Whatever else it has, on its prototype too, stays reachable.
  return Object.create(handler, {
    parse: { value: parse, enumerable: true },
    [PLUG_IN]: { value: true },
  });
}

/** What to do about an edit that failed its check: of a plug-in, it is the plug-in that is wrong. */
export function remedyFor(handler: FormatHandler, remedy: string): string {
  return PLUG_IN in handler ? remedyOf(handler) : remedy;
}

/**
 * Refuses what cannot be a format, when it is registered.
 *
 * @throws {ConfigPatchError} `option`.
 */
export function requireFormat(format: unknown): void {
  const { name, extensions, blank, holdsNull, parse, load } = (format ?? {}) as Partial<
    Record<keyof FormatInfo | "parse" | "load", unknown>
  >;
  if (typeof name !== "string" || !/^[a-z][a-z0-9]*$/.test(name)) {
    throw new ConfigPatchError("option", `${JSON.stringify(name)} cannot be the name of a format`, {
      remedy: "use lower-case letters and digits, a letter first",
    });
  }
  const isExtensions = Array.isArray(extensions) &&
    extensions.every((one) => typeof one === "string" && one.startsWith("."));
  const fault = !isExtensions
    ? '`extensions` must be a list such as [".conf"]'
    : typeof blank !== "string"
    ? '`blank` must be the text of a new file, such as ""'
    : typeof holdsNull !== "boolean"
    ? "`holdsNull` must be true or false"
    : typeof parse !== "function" && typeof load !== "function"
    ? "it must have `parse`, or `load` that gives a handler"
    : undefined;
  if (fault === undefined) return;
  throw new ConfigPatchError("option", `the plug-in for ${name} cannot be registered: ${fault}`, {
    remedy: "correct the plug-in",
  });
}

/** A document whose every answer is looked at. */
class CheckedDocument implements ConfigDocument {
  readonly text: string;
  readonly value: ConfigRoot;
  readonly isStrict?: boolean | undefined;
  readonly looseCommas?: number | undefined;
  readonly comments?: readonly Span[] | undefined;
  readonly disputed?: ReadonlyMap<string, number> | undefined;
  readonly #handler: FormatHandler;
  readonly #document: ConfigDocument;

  constructor(handler: FormatHandler, document: ConfigDocument) {
    this.text = document.text;
    this.value = document.value;
    this.isStrict = document.isStrict;
    this.looseCommas = document.looseCommas;
    this.comments = document.comments;
    this.disputed = document.disputed;
    this.#handler = handler;
    this.#document = document;
  }

  find(path: ConfigPath): Slot | undefined {
    return blaming(this.#handler, () => this.#document.find(path));
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    const put = blaming(this.#handler, () => this.#document.put(path, value));
    this.#requireSplice(put, "put");
    const { start, end } = put.value ?? {};
    if (!(start >= 0 && end >= start && end <= put.insert.length) || !Array.isArray(put.created)) {
      throw broken(
        this.#handler,
        "`put` must say where in `insert` the value stands, and what it creates",
      );
    }
    return put;
  }

  drop(path: ConfigPath, options?: DropOptions): Splice {
    const splice = blaming(this.#handler, () => this.#document.drop(path, options));
    this.#requireSplice(splice, "drop");
    return splice;
  }

  #requireSplice(splice: Splice, method: string): void {
    const { offset, remove, insert } = splice ?? {};
    const isSplice = typeof remove === "string" && typeof insert === "string" &&
      Number.isInteger(offset) && offset >= 0 && offset <= this.text.length;
    if (!isSplice) throw broken(this.#handler, `\`${method}\` must give a splice of this text`);
    if (this.text.startsWith(remove, offset)) return;
    throw broken(
      this.#handler,
      `\`${method}\` takes a text away that does not stand at offset ${offset}`,
    );
  }
}

function requireDocument(handler: FormatHandler, document: ConfigDocument, text: string): void {
  const { text: kept, value, find, put, drop } = document ?? {};
  if ([find, put, drop].some((one) => typeof one !== "function")) {
    throw broken(handler, "`parse` must give a document with `find`, `put` and `drop`");
  }
  if (kept !== text) {
    const what = text.startsWith("\uFEFF") && kept === text.slice(1)
      ? "the byte order mark is missing"
      : "it is another one";
    throw broken(handler, `the document must have the text as it was given, and ${what}`);
  }
  if (!isTable(value) && !isList(value)) {
    throw broken(handler, "the value of a document must be a table or a list");
  }
}

/** Work of a plug-in: what it throws by accident is its fault. */
function blaming<T>(handler: FormatHandler, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw knownError(error) ?? new ConfigSyntaxError(
      `the plug-in for ${handler.name} failed: ${String(error)}`,
      { remedy: remedyOf(handler), cause: error },
    );
  }
}

/** An error that was meant. A plug-in with a copy of the library in it has classes of its own. */
function knownError(error: unknown): ConfigPatchError | undefined {
  if (error instanceof ConfigPatchError) return error;
  const { name, code, message, details } = (error ?? {}) as Partial<ConfigPatchError>;
  const known = CODES.find((one) => one === code);
  const isNamed = name === "ConfigPatchError" || name === "ConfigSyntaxError";
  if (!isNamed || known === undefined) return undefined;
  return known === "syntax"
    ? new ConfigSyntaxError(String(message), { ...details, cause: error })
    : new ConfigPatchError(known, String(message), { ...details, cause: error });
}

/** What a handler has a reason to throw. */
const CODES: readonly ErrorCode[] = [
  "syntax",
  "shape",
  "unsupported",
  "too-large",
  "verification",
  "encoding",
  "option",
];

function broken(handler: FormatHandler, law: string): ConfigPatchError {
  return new ConfigPatchError("verification", `the plug-in for ${handler.name} is wrong: ${law}`, {
    remedy: remedyOf(handler),
  });
}

function remedyOf({ name }: FormatInfo): string {
  return `nothing was written; the plug-in for ${name} is at fault, not the file: its author can ` +
    "prove it with assertFormatLaws";
}
