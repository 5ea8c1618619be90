/**
 * Where new TOML text goes, and what it says: one insertion for what is missing on a path.
 *
 * @module
 */
import type { ConfigPath, ConfigValue, Selector } from "../types.ts";
import { roomFor } from "./brackets.ts";
import {
  asTable,
  type Braces,
  type Content,
  type ListNode,
  type Pair,
  type Section,
  spanOf,
  type TableNode,
  type TomlIndex,
  type TomlNode,
} from "./spans.ts";
import {
  aboveHeader,
  blankBefore,
  eolOf,
  headerTop,
  indentAt,
  lineEnd,
  nextLine,
  sectionEnd,
  spaced,
} from "./layout.ts";
import { keysText, keyText, type TomlStyle, valueText } from "./text.ts";

/** A text with a value in it. */
export interface Piece {
  /** The whole text. */
  readonly text: string;
  /** Where in it the value's text begins. */
  readonly at: number;
  /** How long the value's text is. */
  readonly length: number;
}

/** New text at an offset. */
export interface Insertion extends Piece {
  /** Where it is inserted. */
  readonly offset: number;
}

/**
 * The insertion that makes `steps`, none of which exist, hold a value below an existing container.
 * The first step is a key where the container is a table, and a selector where it is a list; the
 * last one is a key.
 */
export function insertionFor(
  index: TomlIndex,
  node: TomlNode,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  if (node.kind === "list") return newEntry(index, node, steps, value);
  const table = asTable(node);
  if (table === undefined) return newElement(index, node, steps, value);
  const { body, dotted } = table;
  if (body?.kind === "braces") {
    const style = styleIn(index, body);
    return inBraces(index, body, body.pairs.at(-1), spell(steps, value, style, "braces"));
  }
  if (dotted !== undefined) return dottedKey(index, dotted, steps, value);
  if (steps.length > 1) return newTable(index, table, steps, value);
  if (body !== undefined) return ownKey(index, body, steps, value);
  return superTable(index, table, steps, value);
}

/** How the neighbours write: those in the same body, or where it is empty, those in the file. */
export function styleIn(index: TomlIndex, body: Section | Braces | undefined): TomlStyle {
  const all = index.sections.flatMap((section) => section.pairs);
  const near = body?.pairs ?? [];
  const strings = (pairs: readonly Pair[]) => pairs.map((pair) => pair.value).filter(isPlainString);
  const models = [strings(near), strings(all)].find((found) => found.length > 0) ?? [];
  const pair = near.at(-1) ?? all.at(-1);
  const between = pair && index.text.slice(pair.key.range[1], pair.value.range[0]);
  return {
    equals: between === "=" ? "=" : " = ",
    literal: models.length > 0 && models.every((model) => model.style === "literal"),
  };
}

/** A key in the body of a table under a header, or at the root. */
function ownKey(
  index: TomlIndex,
  body: Section,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  const piece = spell(steps, value, styleIn(index, body), "dots");
  const last = body.pairs.at(-1);
  if (last !== undefined) {
    const lined = aligned(piece, columnOfEquals(index, body.pairs));
    return lineAfter(index, last.range[1], last.range[0], lined);
  }
  if (body.header !== undefined) {
    return lineAfter(index, body.header.end, body.header.start, piece);
  }
  const eol = eolOf(index.text);
  const first = index.sections[1];
  if (first === undefined) return atEnd(index, piece, false);
  const gap = spaced(index) ? eol : "";
  return { offset: aboveHeader(index, first), ...around("", piece, eol + gap) };
}

/** The column of the equals signs, counted from the key, where spaces bring all of them to one. */
function columnOfEquals({ text }: TomlIndex, pairs: readonly Pair[]): number {
  const signs = pairs.map(({ key }) => text.indexOf("=", key.range[1]));
  const columns = new Set(pairs.map(({ range }, i) => (signs[i] ?? 0) - range[0]));
  const padded = pairs.some(({ key }, i) => (signs[i] ?? 0) - key.range[1] > 1);
  return padded && columns.size === 1 ? [...columns][0] ?? 0 : 0;
}

/** A pair with its equals sign moved to a column, if its key leaves room. */
function aligned(piece: Piece, column: number): Piece {
  const { text, at, length } = piece;
  const sign = text.slice(0, at).lastIndexOf("=");
  if (sign >= column) return piece;
  const pad = " ".repeat(column - sign);
  const from = text.slice(0, sign).trimEnd().length;
  return { text: text.slice(0, from) + pad + text.slice(from), at: at + pad.length, length };
}

/** One more dotted key behind those that lead through the table: `a.b = 1` is followed by `a.c`. */
function dottedKey(
  index: TomlIndex,
  dotted: NonNullable<TableNode["dotted"]>,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  const last = dotted.pairs.at(-1);
  const part = last?.key.keys[dotted.part];
  if (last === undefined || part === undefined) throw new TypeError("a dotted table without keys");
  const prefix = index.text.slice(last.range[0], part.range[1]);
  const style = styleIn(index, dotted.body);
  const piece = around(`${prefix}.`, spell(steps, value, style, "dots"), "");
  return dotted.body.kind === "braces"
    ? inBraces(index, dotted.body, last, piece)
    : lineAfter(index, last.range[1], last.range[0], piece);
}

/** A header for a table that so far only the headers of its own tables imply. */
function superTable(
  index: TomlIndex,
  table: TableNode,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  const first = table.first;
  if (first === undefined) throw new TypeError("a table that stands nowhere");
  const eol = eolOf(index.text);
  const indent = indentAt(index.text, first.header?.start ?? 0);
  const piece = spell(steps, value, styleIn(index, first), "dots");
  const header = `${indent}[${keysText(table.names)}]${eol}${indent}`;
  return {
    offset: aboveHeader(index, first),
    ...around(header, piece, eol + (spaced(index) ? eol : "")),
  };
}

/** A new `[table]`, or the first `[[entry]]` of a new list, behind all that belongs to its parent. */
function newTable(
  index: TomlIndex,
  parent: TableNode,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  const model = parent.last;
  const selector = steps.findIndex(isSelector);
  const keys = steps.slice(0, selector === -1 ? -1 : selector) as string[];
  const rest = steps.slice(selector === -1 ? -1 : selector);
  const { header, key } = indentsOf(index, model);
  // Headers of the root are not indented, however deep the last one of the file is.
  const indents = parent.names.length > 0
    ? { header, key }
    : { header: "", key: key.startsWith(header) ? key.slice(header.length) : "" };
  return newSection(index, model, [...parent.names, ...keys], indents, rest, value);
}

/** One more `[[entry]]`, behind all that belongs to the last one. */
function newEntry(
  index: TomlIndex,
  list: ListNode,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  const body = list.entries.at(-1)?.body;
  const model = body?.kind === "section" ? body : list.last;
  return newSection(index, list.last, list.names, indentsOf(index, model), steps, value, model);
}

/** A header and its lines after a section; an entry's first step is its selector. */
function newSection(
  index: TomlIndex,
  after: Section | undefined,
  names: readonly string[],
  indents: { readonly header: string; readonly key: string },
  steps: ConfigPath,
  value: ConfigValue,
  model: Section | undefined = after,
): Insertion {
  const style = styleIn(index, model);
  const selector = steps.find(isSelector);
  const header = selector === undefined ? `[${keysText(names)}]` : `[[${keysText(names)}]]`;
  const given = Object.entries(selector ?? {}).map(([key, wanted]) =>
    keyText(key) + style.equals + valueText(wanted, style)
  );
  const line = eolOf(index.text) + indents.key;
  const leaf = spell(steps.slice(selector === undefined ? 0 : 1), value, style, "dots");
  const piece = around([indents.header + header, ...given, ""].join(line), leaf, "");
  return sectionAfter(index, after, piece);
}

/** One more inline table in an array. */
function newElement(
  index: TomlIndex,
  node: TomlNode,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  if (node.kind !== "value" || node.content.type !== "TOMLArray") {
    throw new TypeError("neither a table nor a list");
  }
  const { elements } = node.content;
  const last = elements.at(-1);
  const pairs = last?.type === "TOMLInlineTable" ? last.body : [];
  const style = pairs.length > 0
    ? styleIn(index, { kind: "braces", span: spanOf(node.content), pairs })
    : styleIn(index, undefined);
  const tight = last?.type === "TOMLInlineTable" && pairs.length > 0 &&
    pairs[0]?.range[0] === last.range[0] + 1;
  const room = roomFor(index.text, { span: spanOf(node.content), items: elements.map(spanOf) });
  const piece = entryPiece(steps, value, style, tight ? "" : " ");
  return { offset: room.offset, ...around(room.before, piece, room.after) };
}

/** A pair after another one of an inline table; the first one of an empty table has none before. */
function inBraces(
  index: TomlIndex,
  braces: Braces,
  after: Pair | undefined,
  piece: Piece,
): Insertion {
  const until = after === undefined ? 0 : braces.pairs.indexOf(after) + 1;
  if (until === braces.pairs.length) {
    const room = roomFor(index.text, { span: braces.span, items: braces.pairs.map(spanOf) });
    return { offset: room.offset, ...around(room.before, piece, room.after) };
  }
  return { offset: after?.range[1] ?? 0, ...around(", ", piece, "") };
}

/** A line below the one on which `end` is, indented like the one on which `start` is. */
function lineAfter(index: TomlIndex, end: number, start: number, piece: Piece): Insertion {
  const { text } = index;
  const indent = indentAt(text, start);
  const eol = eolOf(text);
  if (lineEnd(text, end) === text.length) {
    return { offset: text.length, ...around(eol + indent, piece, "") };
  }
  return { offset: nextLine(text, end), ...around(indent, piece, eol) };
}

/** Lines behind a section and the comments below it, but not those that belong to the next header. */
function sectionAfter(index: TomlIndex, section: Section | undefined, piece: Piece): Insertion {
  const next = section === undefined ? undefined : index.sections[section.number + 1];
  if (section === undefined || next === undefined) return atEnd(index, piece, spaced(index));
  const { text } = index;
  const eol = eolOf(text);
  const gap = spaced(index) ? eol : "";
  const top = headerTop(index, next);
  const floor = sectionEnd(index, section);
  let offset = top;
  while (offset > floor && blankBefore(text, offset)) offset = nextLineBack(text, offset);
  return { offset, ...around(gap, piece, eol + (offset === top ? gap : "")) };
}

/** Lines at the end of the file; one that has no final newline gets none. */
function atEnd(index: TomlIndex, piece: Piece, gapped: boolean): Insertion {
  const { text } = index;
  const eol = eolOf(text);
  const offset = text.length;
  if (text === "") return { offset, ...around("", piece, eol) };
  const ended = text.endsWith("\n");
  const gap = gapped && !(ended && blankBefore(text, offset)) ? eol : "";
  return { offset, ...(ended ? around(gap, piece, eol) : around(eol + gap, piece, "")) };
}

function nextLineBack(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 2) + 1;
}

function indentsOf(
  index: TomlIndex,
  section: Section | undefined,
): { readonly header: string; readonly key: string } {
  if (section?.header === undefined) return { header: "", key: "" };
  const header = indentAt(index.text, section.header.start);
  const last = section.pairs.at(-1);
  return { header, key: last === undefined ? header : indentAt(index.text, last.range[0]) };
}

/**
 * `key = value` for steps of which the last is a key. Tables on the way are written as dotted keys
 * or, within braces, as inline tables; a selector on the way is a list with one inline table.
 */
function spell(
  steps: ConfigPath,
  value: ConfigValue,
  style: TomlStyle,
  tables: "dots" | "braces",
): Piece {
  const selector = steps.findIndex(isSelector);
  const keys = steps.slice(0, selector === -1 ? steps.length : selector) as string[];
  if (tables === "braces" && keys.length > 1) {
    const inner = spell(steps.slice(1), value, style, tables);
    return around(`${keyText(keys[0] ?? "")}${style.equals}{ `, inner, " }");
  }
  const key = keysText(keys) + style.equals;
  if (selector !== -1) {
    return around(`${key}[`, entryPiece(steps.slice(selector), value, style, " "), "]");
  }
  const text = valueText(value, style);
  return { text: key + text, at: key.length, length: text.length };
}

/** An inline table that a selector matches, with the rest of the path in it. */
function entryPiece(
  steps: ConfigPath,
  value: ConfigValue,
  style: TomlStyle,
  pad: string,
): Piece {
  const [selector, ...rest] = steps;
  const given = Object.entries(selector ?? {}).map(([key, wanted]) =>
    `${keyText(key)}${style.equals}${valueText(wanted, style)}, `
  );
  return around(`{${pad}${given.join("")}`, spell(rest, value, style, "dots"), `${pad}}`);
}

function around(before: string, piece: Piece, after: string): Piece {
  return { ...piece, text: before + piece.text + after, at: before.length + piece.at };
}

function isSelector(step: string | number | Selector): step is Selector {
  return typeof step === "object";
}

function isPlainString(content: Content): content is Content & { style: "basic" | "literal" } {
  return content.type === "TOMLValue" && content.kind === "string" && !content.multiline;
}
