/**
 * What a plug-in gives is looked at before anybody relies on it, and what it throws is told as its own
 * fault: whoever reads the message did not write the plug-in, and nothing is wrong with the file.
 *
 * @module
 */
import {
  ConfigPatchError,
  ConfigSyntaxError,
  type ErrorCode,
  type ErrorDetails,
  type Position,
  type SourceContext,
} from "../errors.ts";
import {
  BrokenRule,
  commentsOf,
  disputedOf,
  optional,
  putOf,
  rootOf,
  slotOf,
  spliceOf,
  textOf,
} from "./plug_in_answers.ts";
import type { ConfigDocument, FormatHandler, FormatInfo, ParseOptions } from "./types.ts";

/** What a handler has that is made of a plug-in. */
const PLUG_IN: unique symbol = Symbol("plug-in");

/**
 * A plug-in's handler, with a look at all that it gives. It may be an object of a class with private
 * fields: what it has is asked of itself and copied, because whatever inherits from it has none.
 */
export function checkedHandler(handler: FormatHandler): FormatHandler {
  requireFormat(handler);
  const { name, extensions, blank, blankList, holdsNull } = handler;
  const checked = {
    [PLUG_IN]: true,
    name,
    extensions,
    blank,
    blankList,
    holdsNull,
    parse: (text: string, options?: ParseOptions) =>
      blaming(name, () => checkedDocument(name, handler.parse(text, options), text)),
  };
  return checked;
}

/** What to do about an edit that failed its check: of a plug-in, it is the plug-in that is wrong. */
export function remedyFor(handler: FormatHandler, remedy: string): string {
  return PLUG_IN in handler ? remedyOf(handler.name) : remedy;
}

/**
 * Refuses what cannot be a format, when it is registered.
 *
 * @throws {ConfigPatchError} `option`.
 */
export function requireFormat(format: unknown): void {
  const { name, extensions, blank, blankList, holdsNull, parse, load } = (format ?? {}) as Partial<
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
    : blankList !== undefined && typeof blankList !== "string"
    ? '`blankList` must be the text of a new file whose root is a list, such as "[]", or be left out'
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
function checkedDocument(name: string, document: ConfigDocument, text: string): ConfigDocument {
  const { find, put, drop } = document ?? {};
  if ([find, put, drop].some((one) => typeof one !== "function")) {
    throw new BrokenRule("`parse` must give a document with `find`, `put` and `drop`");
  }
  return {
    text: textOf(document.text, text),
    value: rootOf(document.value),
    isStrict: optional<boolean>(document.isStrict, "isStrict", "boolean"),
    looseCommas: optional<number>(document.looseCommas, "looseCommas", "number"),
    comments: commentsOf(document.comments, text),
    disputed: disputedOf(document.disputed, text),
    find: (path) => blaming(name, () => slotOf(document.find(path), text)),
    put: (path, value) => blaming(name, () => putOf(document.put(path, value), text, path)),
    drop: (path, options) =>
      blaming(name, () => spliceOf(document.drop(path, options), text, "drop")),
  };
}

/** Work of a plug-in: what it throws by accident is its fault. */
function blaming<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BrokenRule) {
      throw new ConfigPatchError(
        "verification",
        `the plug-in for ${name} is wrong: ${error.message}`,
        { remedy: remedyOf(name) },
      );
    }
    throw knownError(error) ?? new ConfigSyntaxError(
      `the plug-in for ${name} failed: ${thrownText(error)}`,
      { remedy: remedyOf(name), cause: error },
    );
  }
}

/**
 * An error that was meant. A plug-in with a copy of the library in it has classes of its own. Of its
 * details those count that are what they must be: they go into messages.
 */
export function knownError(error: unknown): ConfigPatchError | undefined {
  try {
    const { name, code, message, details } = (error ?? {}) as Partial<ConfigPatchError>;
    const known = CODES.find((one) => one === code);
    const isNamed = name === "ConfigPatchError" || name === "ConfigSyntaxError";
    const isOurs = error instanceof ConfigPatchError;
    if (!isOurs && (!isNamed || known === undefined)) return undefined;
    const sound = Object.entries(details ?? {}).filter(([key, value]) =>
      value === undefined || IS_SOUND[key]?.(value)
    );
    if (isOurs && sound.length === Object.keys(details ?? {}).length) return error;
    const kept: ErrorDetails = { ...Object.fromEntries(sound), cause: error };
    return known === "syntax"
      ? new ConfigSyntaxError(String(message), kept)
      : new ConfigPatchError(known ?? "verification", String(message), kept);
  } catch {
    // A getter of it throws, or its message is no text: then it is an accident like any other.
    return undefined;
  }
}

/** What was thrown, as a text; not everything has one. */
export function thrownText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "it threw something that is no error";
  }
}

const isText = (value: unknown): boolean => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** What details must be; the errors behind an error are none of a plug-in's. */
const IS_SOUND: Readonly<Record<string, (value: unknown) => boolean>> = {
  provider: isText,
  file: isText,
  position: (value) => {
    const { line, column } = (value ?? {}) as Partial<Record<keyof Position, unknown>>;
    return Number.isSafeInteger(line) && Number.isSafeInteger(column);
  },
  sourceLine: isText,
  context: (value) => {
    const { before, after } = (value ?? {}) as Partial<Record<keyof SourceContext, unknown>>;
    return isTexts(before) && isTexts(after);
  },
  isPlain: (value) => typeof value === "boolean",
  remedy: isText,
  cause: () => true,
};

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

function remedyOf(name: string): string {
  return `nothing was written; the plug-in for ${name} is at fault, not the file: its author can ` +
    "prove it with assertFormatLaws";
}
