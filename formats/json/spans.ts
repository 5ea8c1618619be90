/**
 * Where everything stands in a JSON text, with comments and trailing commas: an iterative parser
 * over the scanner of `jsonc-parser`. Grammar: RFC 8259, plus comments and one trailing comma.
 *
 * The scanner is imported as a single file, because the package's entry point costs ten times the
 * start-up time; its own `parseTree` is recursive and does not report commas.
 *
 * @module
 */
// @ts-types="jsonc-parser"
import { createScanner } from "jsonc-parser/lib/esm/impl/scanner.js";
import { ConfigPatchError, type ConfigSyntaxError, locate } from "../../errors.ts";
import { MAX_DEPTH, MAX_NODES, tooDeep, tooMany } from "../limits.ts";
import { notParsed, unseenAt } from "../syntax.ts";
import type { Span } from "../types.ts";
import { NO_TEXT } from "../value.ts";

/** A value and where it stands; `entries` is empty for a scalar. */
export interface JsonNode extends Span {
  /** What it is. */
  readonly kind: "table" | "list" | "scalar";
  /** What a container holds, in order. */
  readonly entries: readonly JsonEntry[];
  /** The entries of a table by their name: the key, or what stands for it in {@linkcode Hidden}. */
  readonly byKey: ReadonlyMap<string, JsonEntry>;
  /** The names of all entries whose key stands more than once in this table. */
  readonly repeated: ReadonlySet<string>;
}

/** A property of a table, or an element of a list. */
export interface JsonEntry {
  /** Where it begins: at its key, or at its value in a list. */
  readonly start: number;
  /** Where its key ends; none in a list. */
  readonly keyEnd: number | undefined;
  /** Its value. */
  readonly value: JsonNode;
  /** Where the comma after it stands, if one does. */
  readonly comma: number | undefined;
}

/**
 * A key that stands again further down in its table. Programs use the last one, so that has the
 * key's name; this one has a name of its own, which no path can mean by accident.
 */
export interface Hidden extends Span {
  /** The name. */
  readonly name: string;
}

/** A text as a tree, and what of it strict JSON does not know, in order. */
export interface JsonTree {
  /** The only value of the text. */
  readonly root: JsonNode;
  /** All comments; a line comment ends before its newline. */
  readonly comments: readonly Span[];
  /** All commas after a last entry. */
  readonly trailingCommas: readonly Span[];
  /** All keys that stand again further down, in the order of the text. */
  readonly hidden: readonly Hidden[];
}

/**
 * Reads a text.
 *
 * @throws {ConfigSyntaxError} where it is not JSON with comments and trailing commas.
 * @throws {ConfigPatchError} `too-large` where it is over a bound, `unsupported` for a comment of
 * which readers disagree where it ends.
 */
export function readTree(text: string): JsonTree {
  const scanner = createScanner(text, false);
  if (text.startsWith("\uFEFF")) scanner.setPosition(1);
  const comments: Span[] = [];
  const trailingCommas: Span[] = [];
  const hidden: Hidden[] = [];
  const open: Building[] = [];
  let nodes = 0;
  let root: JsonNode | undefined;
  let state: State = "value";
  for (;;) {
    const token: number = scanner.scan();
    if (token === Token.Space || token === Token.Newline) continue;
    const start = scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    const flaw = FLAWS[scanner.getTokenError()];
    if (flaw !== undefined) throw notJson(text, start, flaw);
    if (token === Token.LineComment || token === Token.BlockComment) {
      if (token === Token.LineComment) refuseUnclearEnd(text, start, end);
      comments.push({ start, end });
      if (++nodes > MAX_NODES) throw tooMany();
      continue;
    }

    const top = open.at(-1);
    const place = top === undefined ? "root" : top.kind;
    const entryMayStart = state === "first" || state === "next";
    if (root !== undefined && state === "done") {
      if (token === Token.End) {
        hidden.sort((a, b) => a.start - b.start);
        return { root, comments, trailingCommas, hidden };
      }
    } else if (
      top !== undefined && token === CLOSER[top.kind] && state !== "value" && state !== "colon"
    ) {
      if (state === "next") {
        const comma = top.entries.at(-1)?.comma ?? start;
        trailingCommas.push({ start: comma, end: comma + 1 });
      }
      top.end = end;
      open.pop();
      state = open.length === 0 ? "done" : "after";
      continue;
    } else if (top !== undefined && token === Token.Comma && state === "after") {
      const last = top.entries.at(-1);
      if (last !== undefined) last.comma = start;
      state = "next";
      continue;
    } else if (token === Token.Colon && state === "colon") {
      state = "value";
      continue;
    } else if (top?.kind === "table" && entryMayStart && token === Token.String) {
      const key = scanner.getTokenValue();
      const former = top.byKey.get(key);
      if (former !== undefined) hidden.push(hide(top, key, former));
      top.key = key;
      top.keyStart = start;
      top.keyEnd = end;
      state = "colon";
      continue;
    } else if ((state === "value" || (place === "list" && entryMayStart)) && startsValue(token)) {
      const kind = token === Token.OpenBrace
        ? "table"
        : token === Token.OpenBracket
        ? "list"
        : "scalar";
      if (++nodes > MAX_NODES) throw tooMany();
      const node: Building = { kind, start, end, ...contents(kind) };
      if (top === undefined) root = node;
      else add(top, node);
      if (kind === "scalar") {
        state = top === undefined ? "done" : "after";
      } else {
        if (open.length === MAX_DEPTH) throw tooDeep(text, start);
        open.push(node);
        state = "first";
      }
      continue;
    }
    throw notJson(text, start, complaint(text, state, place));
  }
}

/** What may come next: `first` and `next` are before and after a comma, `after` is after a value. */
type State = "value" | "first" | "next" | "colon" | "after" | "done";

/** The token kinds of `jsonc-parser`; its own enum exists only at compile time. */
const Token = {
  OpenBrace: 1,
  CloseBrace: 2,
  OpenBracket: 3,
  CloseBracket: 4,
  Comma: 5,
  Colon: 6,
  Null: 7,
  True: 8,
  False: 9,
  String: 10,
  Number: 11,
  LineComment: 12,
  BlockComment: 13,
  Newline: 14,
  Space: 15,
  End: 17,
} as const;

const CLOSER = { table: Token.CloseBrace, list: Token.CloseBracket, scalar: -1 } as const;

/** What the scanner can say about a token, by its error number; 0 is none. */
const FLAWS: readonly (string | undefined)[] = [
  undefined,
  "a comment is not closed",
  "a string is not closed on its line",
  "a number ends too early",
  "a \\u escape must have four hexadecimal digits",
  "a string holds an escape that JSON does not know",
  "a string holds a control character; it must be escaped",
];

/** A node while it is being read. */
interface Building extends JsonNode {
  end: number;
  readonly entries: { -readonly [part in keyof JsonEntry]: JsonEntry[part] }[];
  readonly byKey: Map<string, JsonEntry>;
  repeated: Set<string>;
  /** How many entries have got another name; each gets a number that no other one had. */
  hidden: number;
  key?: string;
  keyStart?: number;
  keyEnd?: number;
}

/** Scalars are many and hold nothing: they share these. */
const NO_ENTRIES: Building["entries"] = [];
const NO_KEYS: Map<string, JsonEntry> = new Map();
const NONE_REPEATED: Set<string> = new Set();

function contents(
  kind: JsonNode["kind"],
): Pick<Building, "entries" | "byKey" | "repeated" | "hidden"> {
  return {
    entries: kind === "scalar" ? NO_ENTRIES : [],
    byKey: kind === "table" ? new Map() : NO_KEYS,
    repeated: NONE_REPEATED,
    hidden: 0,
  };
}

/** Gives the entry that a key had so far a name of its own. */
function hide(table: Building, key: string, former: JsonEntry): Hidden {
  let name: string;
  do {
    table.hidden++;
    // A lone surrogate: a patch cannot name such a key.
    name = `${NO_TEXT} ${table.hidden} ${key}`;
  } while (table.byKey.has(name));
  if (table.repeated === NONE_REPEATED) table.repeated = new Set();
  table.repeated.add(key).add(name);
  table.byKey.set(name, former);
  return { start: former.start, end: former.keyEnd ?? former.start, name };
}

function add(container: Building, value: JsonNode): void {
  const { key, keyStart, keyEnd } = container;
  if (container.kind === "list" || key === undefined || keyEnd === undefined) {
    container.entries.push({ start: value.start, keyEnd: undefined, value, comma: undefined });
    return;
  }
  const entry = { start: keyStart ?? value.start, keyEnd, value, comma: undefined };
  container.entries.push(entry);
  container.byKey.set(key, entry);
}

function startsValue(token: number): boolean {
  return token === Token.OpenBrace || token === Token.OpenBracket ||
    (token >= Token.Null && token <= Token.Number);
}

function complaint(text: string, state: State, place: "root" | JsonNode["kind"]): string {
  if (state === "value" && place === "root") {
    return /^\uFEFF?\s*$/.test(text)
      ? "the text is empty: an object must stand here"
      : "an object must stand here";
  }
  if (state === "value") return "a value must stand here";
  if (state === "colon") return "`:` and a value must follow the key";
  if (state === "done") return "nothing may follow the root value";
  if (state === "after") return `\`,\` or \`${place === "list" ? "]" : "}"}\` must stand here`;
  return place === "list"
    ? "a value or `]` must stand here"
    : "a key in double quotes or `}` must stand here";
}

function notJson(text: string, offset: number, why: string): ConfigSyntaxError {
  return notParsed(text, offset, "JSON", why);
}

/** Some readers end a line comment at a lone carriage return or at a separator, others read on. */
function refuseUnclearEnd(text: string, start: number, end: number): void {
  const separator = text.slice(start, end).search(/[\u2028\u2029]/);
  const isReturn = text[end] === "\r" && text[end + 1] !== "\n";
  if (separator === -1 && !isReturn) return;
  const offset = separator === -1 ? end : start + separator;
  const message = separator === -1
    ? "a line comment ends with a carriage return alone; programs disagree where it ends"
    : `${unseenAt(text, offset)} stands in a line comment; programs disagree where that ends`;
  const remedy = separator === -1
    ? "end the line with a line feed"
    : "remove this character, which is invisible in most editors";
  throw new ConfigPatchError("unsupported", message, { ...locate(text, offset), remedy });
}
