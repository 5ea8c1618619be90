/**
 * New text in a YAML file, for a place where nothing stands.
 *
 * New pairs and items go behind the last one of their collection, so that what a user wrote above
 * stays in order and a comment below stays with the key that it introduces.
 *
 * @module
 */
import { beginsLine, commentsIn, indentOf } from "../lines.ts";
import type { ConfigPath, ConfigValue, Put } from "../types.ts";
import { between, type Written } from "../written.ts";
import { behindLine, blockColumn, isSetOff, type Style, styleOf, valueColumn } from "./layout.ts";
import { filled, type FoundValue, putAt, refuseTab, valueFound } from "./put.ts";
import { lastLeaf, type YamlIndex } from "./spans.ts";
import type { CollectionNode, Entry, ScalarNode, YamlNode } from "./spans.ts";
import { PLAIN, writeKey, writeValue } from "./text.ts";
import { refuseAnchors, refused, type Way } from "./way.ts";

/** What is to be made. */
export interface Missing {
  /** The steps that do not exist; the last one is a key. */
  readonly steps: ConfigPath;
  /** The value at their end. */
  readonly value: ConfigValue;
  /** The containers that come along. */
  readonly created: readonly ConfigPath[];
}

/**
 * The put of what is missing behind a way.
 *
 * @throws {ConfigPatchError} `unsupported` where readers would not agree on the new text.
 */
export function insertion(index: YamlIndex, way: Way, missing: Missing): Put {
  const { node } = way;
  if (way.steps.length === 0 && (node === undefined || node.kind === "scalar")) {
    return intoNothing(index, node, missing);
  }
  if (node?.kind === "map" || node?.kind === "seq") {
    if (node.bare) {
      const why = "a single pair without braces stands in a list";
      throw refused(index, node.start, why, "write braces around the pair");
    }
    return node.flow ? intoFlow(index, node, missing) : intoBlock(index, node, missing);
  }
  return intoNull(index, valueFound(way), missing);
}

/** The first pair of a text that holds none: behind its comments, before an end marker. */
function intoNothing(index: YamlIndex, node: YamlNode | undefined, missing: Missing): Put {
  const { text } = index.source;
  if (node !== undefined && (node.tag !== undefined || node.outer !== node.start)) {
    throw refused(index, node.outer, "the empty document has a tag or an anchor", "remove it");
  }
  const { eol } = index;
  const written = writeLines(index, missing, 0, { keys: PLAIN, values: PLAIN, pad: "" });
  const marker = /(?<=^\uFEFF?)\.\.\.(?=[ \t\r\n]|$)/m.exec(text);
  const at = marker?.index ?? text.length;
  const head = text.slice(0, at);
  return head === "" || head === "\uFEFF" || head.endsWith("\n")
    ? newAt(index, at, ["", written, eol], missing)
    : newAt(index, at, [eol, written, ""], missing);
}

/** A new pair or item on lines of its own, behind the last one. */
function intoBlock(index: YamlIndex, node: CollectionNode, missing: Missing): Put {
  const { eol } = index;
  const last = lastOf(node);
  const style = styleOf(index, node);
  const column = blockColumn(index, node.start);
  // Whether the mark counts as a column decides here how far the key reaches.
  if (last.explicit && index.source.text[last.start - 1] === "\uFEFF") {
    throw refused(
      index,
      last.start,
      "an explicit key follows a byte order mark",
      "write `key: value`, or remove the byte order mark",
    );
  }
  const written = node.kind === "map"
    ? pairLines(index, node, missing, column, style)
    : itemLines(index, node, missing, column, style);
  const end = behindLine(index, last.end);
  const leaf = lastLeaf(node);
  const block = leaf.kind === "scalar" && leaf.style === "block";
  // A block scalar might take a blank line in.
  const gap = !block && missing.steps.length > 1 && isSetOff(index, node) ? eol : "";
  const before = gap + " ".repeat(column);
  if (!end.open) return newAt(index, end.offset, [before, written, eol], missing);
  if (!block) return newAt(index, end.offset, [eol + before, written, ""], missing);
  // A line break after a block scalar that ends the text without one would change the scalar's value
  // for Go and Python (`|` keeps the last line break if there is one).
  if (node.kind === "seq") {
    throw refused(
      index,
      last.start,
      "a block scalar ends the file without a line break",
      "end the file with a line break",
    );
  }
  return newAt(index, last.start, ["", written, eol + " ".repeat(column)], missing);
}

/** A new pair, its value below the others where blanks bring those to one column. */
function pairLines(
  index: YamlIndex,
  node: CollectionNode,
  missing: Missing,
  column: number,
  style: Style,
): Written {
  const written = writeLines(index, missing, column, style);
  if (missing.steps.length > 1) return written;
  const { text, value: { start, end } } = written;
  const blanks = " ".repeat(Math.max(0, valueColumn(index, node) - start));
  return {
    text: text.slice(0, start) + blanks + text.slice(start),
    value: { start: start + blanks.length, end: end + blanks.length },
  };
}

/** A new item, written as the last one is. */
function itemLines(
  index: YamlIndex,
  node: CollectionNode,
  missing: Missing,
  column: number,
  style: Style,
): Written {
  const { start, value } = lastOf(node);
  if (value.kind !== "map") return writeLines(index, missing, column, style);
  if (value.flow) return between("- ", writeFlow(missing, style), "");
  // A compact mapping begins on the line of its dash; its keys may stand further right than usual.
  const dash = value.start - start;
  const compact = value.outer === value.start && dash >= 2 && dash <= 8 &&
    !index.source.text.slice(start, value.start).includes("\n");
  return writeLines(index, missing, column, style, compact ? dash : 2);
}

function lastOf(node: CollectionNode): Entry {
  const last = node.entries.at(-1);
  if (last === undefined) throw new RangeError("a block collection has an entry");
  return last;
}

/** A new pair or item between brackets. */
function intoFlow(index: YamlIndex, node: CollectionNode, missing: Missing): Put {
  const { text } = index.source;
  const written = writeFlow(missing, styleOf(index, node));
  const last = node.entries.at(-1);
  if (last === undefined) {
    // `{ }` keeps its blank before the closing brace.
    const pad = /^[{[] +[}\]]$/.test(text.slice(node.start, node.end)) ? " " : "";
    return newAt(index, node.start + 1, [pad, written, ""], missing);
  }
  if (last.explicit && last.slot === -1) {
    throw refused(index, last.start, "this key has no colon", "write `key: value`");
  }
  // `{a:,` is not read everywhere as a key without a value.
  const isOpen = last.value.kind === "scalar" && last.value.implied && last.slot === last.end;
  const spread = beginsLine(text, last.start) &&
    /^[ \t]*,?[ \t]*\r?\n/.test(text.slice(last.end)) &&
    commentsIn(index.comments, last).length === 0;
  const separator = spread ? "," + index.eol + indentOf(text, last.start) : ", ";
  return newAt(index, last.end, [(isOpen ? " " : "") + separator, written, ""], missing);
}

/** What a key without a value gets: a block under it, or flow text where no block can stand. */
function intoNull(index: YamlIndex, found: FoundValue, missing: Missing): Put {
  const { node, entry, parent } = found;
  if (node.kind !== "scalar") throw new RangeError("a null is a scalar");
  if (node.tag !== undefined) {
    throw refused(index, node.outer, "a null with a tag stands here", "remove the tag");
  }
  refuseAnchors(index, [node], node.end);
  const style = styleOf(index, parent);
  const listed = typeof missing.steps[0] === "object";
  if (!parent.flow && parent.kind === "map" && entry.slot !== -1) {
    const put = blockUnder(index, { ...found, node }, missing, style);
    if (put !== undefined) return put;
  }
  const flow = writeFlow(missing, style);
  const written = listed ? between("[", flow, "]") : braced(flow, style);
  refuseTab(index, parent, node);
  if (node.implied) return filled(index, found, written, missing.created);
  return putAt(index, node, ["", written, ""], missing.created);
}

/** A block under a key without a value; `undefined` where what stands beside the key forbids it. */
function blockUnder(
  index: YamlIndex,
  { node, entry, parent }: FoundValue & { readonly node: ScalarNode },
  missing: Missing,
  style: Style,
): Put | undefined {
  const { eol } = index;
  const listed = typeof missing.steps[0] === "object";
  const width = listed ? index.sequenceStep : index.step;
  const column = blockColumn(index, parent.start) + width;
  const written = writeLines(index, missing, column, style);
  const before = " ".repeat(column);
  const end = behindLine(index, entry.end);
  if (node.implied) {
    return end.open
      ? newAt(index, end.offset, [eol + before, written, ""], missing)
      : newAt(index, end.offset, [before, written, eol], missing);
  }
  const isAlone = index.source.text.slice(entry.slot, node.start).trim() === "" &&
    commentsIn(index.comments, { start: entry.slot, end: end.offset }).length === 0;
  if (!isAlone) return undefined;
  const range = { start: entry.slot, end: node.end };
  return putAt(index, range, [eol + before, written, ""], missing.created);
}

function newAt(
  index: YamlIndex,
  offset: number,
  around: readonly [string, Written, string],
  { created }: Missing,
): Put {
  return putAt(index, { start: offset, end: offset }, around, created);
}

/** Block text for missing steps; its first line comes without indentation. */
function writeLines(
  index: YamlIndex,
  { steps, value }: Pick<Missing, "steps" | "value">,
  column: number,
  style: Style,
  dash = 2,
): Written {
  const { eol, step: stepWidth, sequenceStep } = index;
  const [step, next] = steps;
  const below = { steps: steps.slice(1), value };
  if (typeof step === "object") {
    const inner = column + dash;
    const lines = Object.entries(step).map(([key, text]) =>
      `${writeKey(key, style.keys)}: ${writeValue(text, style.values)}${eol}${" ".repeat(inner)}`
    );
    const body = writeLines(index, below, inner, style);
    return between("-" + " ".repeat(dash - 1) + lines.join(""), body, "");
  }
  const key = `${writeKey(String(step), style.keys)}:`;
  if (next === undefined) return pair(key, value, style);
  const inner = column + (typeof next === "object" ? sequenceStep : stepWidth);
  return between(key + eol + " ".repeat(inner), writeLines(index, below, inner, style), "");
}

/** Flow text for missing steps. */
function writeFlow({ steps, value }: Pick<Missing, "steps" | "value">, style: Style): Written {
  const [step, next] = steps;
  const below = { steps: steps.slice(1), value };
  if (typeof step === "object") {
    const pairs = Object.entries(step).map(([key, text]) =>
      `${writeKey(key, style.keys)}: ${writeValue(text, style.values)}, `
    );
    return braced(between(pairs.join(""), writeFlow(below, style), ""), style);
  }
  const key = `${writeKey(String(step), style.keys)}:`;
  if (next === undefined) return pair(key, value, style);
  const body = writeFlow(below, style);
  const inner = typeof next === "object" ? between("[", body, "]") : braced(body, style);
  return between(key + " ", inner, "");
}

function pair(key: string, value: ConfigValue, style: Style): Written {
  const text = writeValue(value, style.values);
  return between(`${key} `, { text, value: { start: 0, end: text.length } }, "");
}

function braced(written: Written, { pad }: Style): Written {
  return between(`{${pad}`, written, `${pad}}`);
}
