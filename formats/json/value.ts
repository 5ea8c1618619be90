/** The value of a JSON text, read by `JSON.parse` alone, whatever the tree says. @module */
import { ConfigPatchError, ConfigSyntaxError, locate } from "../../errors.ts";
import { MAX_DEPTH, MAX_NODES } from "../limits.ts";
import type { ConfigRoot, ConfigTable, ConfigValue, ParseOptions, Span } from "../types.ts";
import { isList, isTable } from "../value.ts";
import { type JsonTree, readTree } from "./spans.ts";

/** What was read; the tree is there only if it was needed. */
export interface JsonReading {
  /**
   * Everything that the text says. Of a key that stands twice, programs use the last; the others are
   * here too, under the names that the tree gives them, so that a check sees each of them.
   */
  readonly value: ConfigRoot;
  /** Where it stands. */
  readonly tree: JsonTree | undefined;
}

/**
 * Reads a text: strict JSON at once by `JSON.parse`; any other text through its tree, which tells
 * what is wrong, or which comments, trailing commas and repeated keys `JSON.parse` must not see.
 *
 * @throws {ConfigSyntaxError} where it does not parse, or is not strict although it has to be.
 * @throws {ConfigPatchError} `unsupported` and `shape`, as `FormatHandler.parse`.
 */
export function readJson(text: string, options: ParseOptions): JsonReading {
  if (options.strict && text.startsWith("\uFEFF")) throw notStrict(text, 0, "byte order mark");
  const value = readPlain(text);
  const start = text.search(/[^\s\uFEFF]/);
  if (value !== undefined) return { value: rootIn(text, value, start), tree: undefined };
  const tree = readTree(text);
  const extras = [...tree.comments, ...tree.trailingCommas].sort((a, b) => a.start - b.start);
  const renamed = tree.hidden.map(({ start, end, name }) => ({
    start,
    end,
    insert: JSON.stringify(name),
  }));
  const json = strictText(text, [...extras, ...renamed]);
  const seen = survey(json);
  const checked = parseStrict(text, json, seen?.points);
  if (checked.keys !== seen?.colons) {
    throw new ConfigPatchError(
      "unsupported",
      "a key stands twice in a way that is not understood",
      {
        remedy: "let each key of an object stand once",
      },
    );
  }
  const first = extras[0];
  if (options.strict && first !== undefined) {
    throw notStrict(text, first.start, text[first.start] === "," ? "trailing comma" : "comment");
  }
  return { value: rootIn(text, checked.value, tree.root.start), tree };
}

/** The value of strict JSON without anything to complain about; `undefined` for any other text. */
function readPlain(text: string): ConfigValue | undefined {
  const seen = survey(text);
  if (seen === undefined || seen.depth > MAX_DEPTH || seen.nodes > MAX_NODES) return undefined;
  try {
    const { value, keys } = parseStrict(text, strictText(text, []), seen.points);
    return keys === seen.colons ? value : undefined;
  } catch (error) {
    // Not swallowed: the tree names what is wrong, and `JSON.parse` is asked again after it.
    if (error instanceof ConfigSyntaxError) return undefined;
    throw error;
  }
}

/** What `JSON.parse` does not tell of a text; if that is no strict JSON, it means nothing. */
interface Survey {
  /** How deep containers nest. Reading a deeper text would overflow the stack. */
  readonly depth: number;
  /** No fewer values than there are, containers included. */
  readonly nodes: number;
  /** The number of keys. */
  readonly colons: number;
  /** The number of numbers with a decimal point; `NaN` if there are exponents. */
  readonly points: number;
}

/** Looks at what stands outside of strings; `undefined` if a string has no end. */
function survey(text: string): Survey | undefined {
  let level = 0;
  let depth = 0;
  let nodes = 1;
  let colons = 0;
  let points = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i = closingQuote(text, i);
        if (i === -1) return undefined;
        break;
      case ":":
        colons++;
        break;
      case ",":
        nodes++;
        break;
      case ".":
        points++;
        break;
      case "e":
      case "E":
        // Not that of `true` or `false`.
        if (/[0-9]/.test(text[i - 1] ?? "")) points = NaN;
        break;
      case "{":
      case "[":
        depth = Math.max(depth, ++level);
        nodes++;
        break;
      case "}":
      case "]":
        level--;
    }
  }
  return { depth, nodes, colons, points };
}

/** The quote that ends the string that begins at `start`, or -1. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text[first - 1] === "\\") first--;
    if ((at - first) % 2 === 0) return at;
  }
  return -1;
}

/** The same text without its byte order mark, and with other text, or none, for these spans. */
function strictText(text: string, spans: readonly (Span & { readonly insert?: string })[]): string {
  const bom = text.startsWith("\uFEFF");
  // What goes is replaced by spaces, so that `JSON.parse` gives the right position.
  const pieces: string[] = bom ? [" "] : [];
  let from = bom ? 1 : 0;
  for (const { start, end, insert } of spans.toSorted((a, b) => a.start - b.start)) {
    pieces.push(text.slice(from, start), insert ?? " ".repeat(end - start));
    from = end;
  }
  return pieces.join("") + text.slice(from);
}

/** The value of strict JSON, and how many keys it has; a key that stands twice counts once. */
function parseStrict(
  text: string,
  json: string,
  points: number | undefined,
): { readonly value: ConfigValue; readonly keys: number } {
  try {
    const values = new Values();
    const value = values.take(JSON.parse(json));
    // A number with a point may be whole, and a whole number larger than a float can tell: only the
    // source text of each number, which costs five times as much, can then say what it is.
    const exact = values.exact && values.fractions === points;
    return { value: exact ? value : JSON.parse(json, revive), keys: values.keys };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = Number(/at position ([0-9]+)/.exec(error.message)?.[1] ?? 0);
    throw new ConfigSyntaxError("this is not JSON", { ...locate(text, position), cause: error });
  }
}

/** Makes what `JSON.parse` gave a value of ours, in place: a copy would cost twice the time. */
class Values {
  keys = 0;
  /** How many numbers are no whole ones. */
  fractions = 0;
  /** Whether every whole number is surely the one that was written. */
  exact = true;

  take(value: unknown): ConfigValue {
    if (typeof value === "number") return this.#number(value);
    if (typeof value !== "object" || value === null) return value as ConfigValue;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = this.take(value[i]);
      return value;
    }
    const table: Record<string, unknown> = Object.setPrototypeOf(value, null);
    for (const key of Object.keys(table)) {
      this.keys++;
      const item = table[key];
      // Most values are what they have to be.
      if (typeof item === "number" || typeof item === "object") table[key] = this.take(item);
    }
    return table as ConfigTable;
  }

  #number(value: number): ConfigValue {
    if (!Number.isInteger(value)) {
      this.fractions++;
      if (!Number.isFinite(value)) this.exact = false;
      return value;
    }
    if (!Number.isSafeInteger(value)) this.exact = false;
    return BigInt(value);
  }
}

/** The third argument is the source text of a scalar: only there `1` and `1.0` differ. */
const revive = ((_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  if (typeof value === "number") {
    const source = context?.source ?? "";
    return /^-?[0-9]+$/.test(source) ? BigInt(source) : value;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.setPrototypeOf(value, null);
}) as (key: string, value: unknown) => unknown;

function rootIn(text: string, value: ConfigValue, start: number): ConfigRoot {
  if (isTable(value) || isList(value)) return value;
  throw new ConfigPatchError("shape", "the root of the file is neither an object nor a list", {
    ...locate(text, start),
    remedy: "if nothing in the file is needed, write `{}` into it",
  });
}

function notStrict(text: string, offset: number, what: string): ConfigSyntaxError {
  return new ConfigSyntaxError(
    `a ${what} stands in a file that must be strict JSON: ` +
      "the program that reads it silently ignores the whole file",
    { ...locate(text, offset), remedy: `remove the ${what}` },
  );
}
