/**
 * Where new TOML text goes, and what it says: one insertion for what is missing on a path.
 *
 * @module
 */
import { eolOf, indentOf, isBlankAbove, lineEnd, nextLine } from "../lines.ts";
import type { ConfigPath, ConfigValue, Selector } from "../types.ts";
import { between, insertedAt, type Insertion, justValue, type Written } from "../written.ts";
import { roomFor } from "./brackets.ts";
import {
  asTable,
  type Braces,
  type Content,
  type ListNode,
  namesOf,
  type Pair,
  type Section,
  spanOf,
  type TableNode,
  type TomlIndex,
  type TomlNode,
  type ValueNode,
} from "./spans.ts";
import { aboveHeader, headerTop, sectionEnd, spaced } from "./layout.ts";
import { keysText, keyText, type TomlStyle, valueText } from "./text.ts";

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
  const table = asTable(index, node);
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

/** Another text for a value; a string keeps the quotes of the one that it replaces. */
export function replacementFor(
  index: TomlIndex,
  parent: TomlNode,
  { content }: ValueNode,
  value: ConfigValue,
): Insertion {
  const table = asTable(index, parent);
  const style = styleIn(index, table?.body ?? table?.dotted?.body);
  const text = valueText(
    value,
    isPlainString(content) ? { ...style, literal: content.style === "literal" } : style,
  );
  const { start, end } = spanOf(content);
  return insertedAt(start, "", justValue(text), "", index.text.slice(start, end));
}

/** How the neighbours write: those in the same body, or where it is empty, those in the file. */
export function styleIn(index: TomlIndex, body: Section | Braces | undefined): TomlStyle {
  const all = index.pairs.slice(-NEIGHBOURS);
  const near = body?.pairs.slice(-NEIGHBOURS) ?? [];
  const strings = (pairs: readonly Pair[]) => pairs.map((pair) => pair.value).filter(isPlainString);
  const models = [strings(near), strings(all)].find((found) => found.length > 0) ?? [];
  const pair = near.at(-1) ?? all.at(-1);
  const between = pair && index.text.slice(pair.key.range[1], pair.value.range[0]);
  return {
    equals: between === "=" ? "=" : " = ",
    literal: models.length > 0 && models.every((model) => model.style === "literal"),
  };
}

/** Neighbours that are looked at: the nearest ones show the style, and a put stays cheap. */
const NEIGHBOURS = 16;

/** A key in the body of a table under a header, or at the root. */
function ownKey(
  index: TomlIndex,
  body: Section,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  const written = spell(steps, value, styleIn(index, body), "dots");
  const last = body.pairs.at(-1);
  if (last !== undefined) {
    const lined = aligned(written, columnOfEquals(index, body.pairs.slice(-NEIGHBOURS)));
    return lineAfter(index, last.range[1], last.range[0], lined);
  }
  if (body.header !== undefined) {
    return lineAfter(index, body.header.end, body.header.start, written);
  }
  const eol = eolOf(index.text);
  const first = index.sections[1];
  if (first === undefined) return atEnd(index, written, false);
  const gap = spaced(index) ? eol : "";
  return insertedAt(aboveHeader(index, first), "", written, eol + gap);
}

/** The column of the equals signs, counted from the key, where spaces bring all of them to one. */
function columnOfEquals({ text }: TomlIndex, pairs: readonly Pair[]): number {
  const signs = pairs.map(({ key }) => text.indexOf("=", key.range[1]));
  const columns = new Set(pairs.map(({ range }, i) => (signs[i] ?? 0) - range[0]));
  const padded = pairs.some(({ key }, i) => (signs[i] ?? 0) - key.range[1] > 1);
  return padded && columns.size === 1 ? [...columns][0] ?? 0 : 0;
}

/** A pair with its equals sign moved to a column, if its key leaves room. */
function aligned(written: Written, column: number): Written {
  const { text, value } = written;
  const sign = text.slice(0, value.start).lastIndexOf("=");
  if (sign >= column) return written;
  const pad = " ".repeat(column - sign);
  const from = text.slice(0, sign).trimEnd().length;
  const { start, end } = value;
  return {
    text: text.slice(0, from) + pad + text.slice(from),
    value: { start: start + pad.length, end: end + pad.length },
  };
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
  const written = between(`${prefix}.`, spell(steps, value, style, "dots"), "");
  return dotted.body.kind === "braces"
    ? inBraces(index, dotted.body, last, written)
    : lineAfter(index, last.range[1], last.range[0], written);
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
  const indent = indentOf(index.text, first.header?.start ?? 0);
  const written = spell(steps, value, styleIn(index, first), "dots");
  const header = `${indent}[${keysText(namesOf(table))}]${eol}${indent}`;
  const gap = spaced(index) ? eol : "";
  return insertedAt(aboveHeader(index, first), header, written, eol + gap);
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
  const indents = parent.above !== undefined
    ? { header, key }
    : { header: "", key: key.startsWith(header) ? key.slice(header.length) : "" };
  return newSection(index, model, [...namesOf(parent), ...keys], indents, rest, value);
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
  return newSection(index, list.last, namesOf(list), indentsOf(index, model), steps, value, model);
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
  const written = between([indents.header + header, ...given, ""].join(line), leaf, "");
  return sectionAfter(index, after, written);
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
  const written = entryText(steps, value, style, tight ? "" : " ");
  return insertedAt(room.offset, room.before, written, room.after, room.remove);
}

/** A pair after another one of an inline table; the first one of an empty table has none before. */
function inBraces(
  index: TomlIndex,
  braces: Braces,
  after: Pair | undefined,
  written: Written,
): Insertion {
  const until = after === undefined ? 0 : braces.pairs.indexOf(after) + 1;
  if (until === braces.pairs.length) {
    const room = roomFor(index.text, { span: braces.span, items: braces.pairs.map(spanOf) });
    return insertedAt(room.offset, room.before, written, room.after, room.remove);
  }
  return insertedAt(after?.range[1] ?? 0, ", ", written, "");
}

/** A line below the one on which `end` is, indented like the one on which `start` is. */
function lineAfter(index: TomlIndex, end: number, start: number, written: Written): Insertion {
  const { text } = index;
  const indent = indentOf(text, start);
  const eol = eolOf(text);
  if (lineEnd(text, end) === text.length) {
    return insertedAt(text.length, eol + indent, written, "");
  }
  return insertedAt(nextLine(text, end), indent, written, eol);
}

/** Lines behind a section and the comments below it, but not those that belong to the next header. */
function sectionAfter(index: TomlIndex, section: Section | undefined, written: Written): Insertion {
  const next = section === undefined ? undefined : index.sections[section.number + 1];
  if (section === undefined || next === undefined) return atEnd(index, written, spaced(index));
  const { text } = index;
  const eol = eolOf(text);
  const gap = spaced(index) ? eol : "";
  const top = headerTop(index, next);
  const floor = sectionEnd(index, section);
  let offset = top;
  while (offset > floor && isBlankAbove(text, offset)) offset = nextLineBack(text, offset);
  return insertedAt(offset, gap, written, eol + (offset === top ? gap : ""));
}

/** Lines at the end of the file; one that has no final newline gets none. */
function atEnd(index: TomlIndex, written: Written, gapped: boolean): Insertion {
  const { text } = index;
  const eol = eolOf(text);
  const offset = text.length;
  if (text === "") return insertedAt(offset, "", written, eol);
  const ended = text.endsWith("\n");
  const gap = gapped && !(ended && isBlankAbove(text, offset)) ? eol : "";
  return ended ? insertedAt(offset, gap, written, eol) : insertedAt(offset, eol + gap, written, "");
}

function nextLineBack(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 2) + 1;
}

function indentsOf(
  index: TomlIndex,
  section: Section | undefined,
): { readonly header: string; readonly key: string } {
  if (section?.header === undefined) return { header: "", key: "" };
  const header = indentOf(index.text, section.header.start);
  const last = section.pairs.at(-1);
  return { header, key: last === undefined ? header : indentOf(index.text, last.range[0]) };
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
): Written {
  const selector = steps.findIndex(isSelector);
  const keys = steps.slice(0, selector === -1 ? steps.length : selector) as string[];
  if (tables === "braces" && keys.length > 1) {
    const inner = spell(steps.slice(1), value, style, tables);
    return between(`${keyText(keys[0] ?? "")}${style.equals}{ `, inner, " }");
  }
  const key = keysText(keys) + style.equals;
  if (selector !== -1) {
    return between(`${key}[`, entryText(steps.slice(selector), value, style, " "), "]");
  }
  return between(key, justValue(valueText(value, style)), "");
}

/** An inline table that a selector matches, with the rest of the path in it. */
function entryText(
  steps: ConfigPath,
  value: ConfigValue,
  style: TomlStyle,
  pad: string,
): Written {
  const [selector, ...rest] = steps;
  const given = Object.entries(selector ?? {}).map(([key, wanted]) =>
    `${keyText(key)}${style.equals}${valueText(wanted, style)}, `
  );
  return between(`{${pad}${given.join("")}`, spell(rest, value, style, "dots"), `${pad}}`);
}

function isSelector(step: string | number | Selector): step is Selector {
  return typeof step === "object";
}

function isPlainString(content: Content): content is Content & { style: "basic" | "literal" } {
  return content.type === "TOMLValue" && content.kind === "string" && !content.multiline;
}
