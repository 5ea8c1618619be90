/**
 * What a plug-in gives is looked at before anybody relies on it, and what it throws is told as its own
 * fault: whoever reads the message did not write the plug-in, and nothing is wrong with the file.
 *
 * @module
 */
import { ConfigPatchError, ConfigSyntaxError, type ErrorCode } from "../errors.ts";
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
      `the plug-in for ${name} failed: ${String(error)}`,
      { remedy: remedyOf(name), cause: error },
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

function remedyOf(name: string): string {
  return `nothing was written; the plug-in for ${name} is at fault, not the file: its author can ` +
    "prove it with assertFormatLaws";
}
