/**
 * Another value for what stands at a place of a YAML text.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import type { ConfigPath, ConfigValue, Put } from "../types.ts";
import { isList, isTable, pathText } from "../value.ts";
import { insertedAt, justValue, type Written } from "../written.ts";
import { CORE_TAG } from "./events.ts";
import { blockColumn, styleOf } from "./layout.ts";
import { type CollectionNode, descendants, type ScalarNode } from "./spans.ts";
import type { Entry, YamlIndex, YamlNode } from "./spans.ts";
import { type Quoting, writeValue } from "./text.ts";
import { ALIAS_REMEDY, refuseAnchors, refused, type Way } from "./way.ts";

/** The end of a way, where something stands. */
export interface FoundValue {
  /** The node. */
  readonly node: YamlNode;
  /** The entry whose value it is. */
  readonly entry: Entry;
  /** The collection of that entry. */
  readonly parent: CollectionNode;
}

/** What stands at the end of a way below the root. */
export function valueFound({ steps, node }: Way): FoundValue {
  const step = steps.at(-1);
  if (step === undefined || node === undefined) throw new RangeError("the way has no step");
  return { node, entry: step.entry, parent: step.parent };
}

/**
 * The put of another value where one stands.
 *
 * @throws {ConfigPatchError} `unsupported` where what is written would not be one value alone.
 */
export function replacement(
  index: YamlIndex,
  way: Way,
  path: ConfigPath,
  value: ConfigValue,
): Put {
  const found = valueFound(way);
  const { node, parent } = found;
  refuseReplacement(index, node, path, value);
  refuseAnchors(index, descendants(node), node.end);
  const quoting = replacementQuoting(index, parent, node);
  const text = justValue(writeValue(value, quoting));
  if (node.kind === "scalar" && node.implied) return filled(index, found, text, []);
  if (node.kind === "seq" && !node.flow) {
    return replacedList(index, { ...found, node }, value, quoting);
  }
  if (isList(value) || isTable(value)) refuseTab(index, parent, node);
  return putAt(index, { start: node.start, end: node.end }, ["", text, ""]);
}

/** The put that writes text over a range, between other text. */
export function putAt(
  index: YamlIndex,
  { start, end }: { readonly start: number; readonly end: number },
  [before, written, after]: readonly [string, Written, string],
  created: readonly ConfigPath[] = [],
): Put {
  refuseTabLine(index, end, after.endsWith("\n"));
  const remove = index.source.text.slice(start, end);
  return { ...insertedAt(start, before, written, after, remove), created };
}

/** A value where no text stands for one yet. */
export function filled(
  index: YamlIndex,
  { node, entry, parent }: FoundValue,
  written: Written,
  created: readonly ConfigPath[],
): Put {
  if (entry.slot !== -1) {
    const at = Math.max(entry.slot, node.end);
    return putAt(index, { start: at, end: at }, [" ", written, ""], created);
  }
  if (!parent.flow || entry.explicit || entry.keyNode === undefined) {
    throw refused(index, entry.start, "this key has no colon", "write `key: value`");
  }
  return putAt(index, { start: entry.end, end: entry.end }, [": ", written, ""], created);
}

/** Parsers disagree on whether a tab may stand before a bracket. */
export function refuseTab(index: YamlIndex, parent: CollectionNode, node: YamlNode): void {
  if (!parent.flow) blockColumn(index, node.start);
}

/**
 * A line of blanks with a tab may follow plain text, but to the readers in C (Go and Python use
 * their rules) it is an error behind anything else.
 */
function refuseTabLine(index: YamlIndex, end: number, atLineStart: boolean): void {
  const pattern = atLineStart
    ? /(?: *\r?\n)* *\t[ \t]*(?:\r?\n|$)/y
    : /[^\n]*\n(?: *\r?\n)* *\t[ \t]*(?:\r?\n|$)/y;
  pattern.lastIndex = end;
  if (!pattern.test(index.source.text)) return;
  throw refused(index, end, "a line of nothing but blanks and tabs follows", "empty that line");
}

function refuseReplacement(
  index: YamlIndex,
  node: YamlNode,
  path: ConfigPath,
  value: ConfigValue,
): void {
  const name = pathText(path);
  if (node.kind === "alias") {
    throw refused(index, node.start, `an alias stands at ${name}`, ALIAS_REMEDY);
  }
  if (node.kind === "map" && (!node.flow || node.bare)) {
    throw new ConfigPatchError("shape", `a mapping stands at ${name}`, {
      ...locate(index.source.text, node.start),
      remedy: "remove the mapping, or set a key in it",
    });
  }
  const string = node.tag === "!" || node.tag === `${CORE_TAG}str`;
  if (node.tag === undefined) return;
  if (string && typeof value === "string" && node.kind === "scalar") return;
  throw refused(
    index,
    node.outer,
    `a value with a tag stands at ${name}`,
    "remove the tag",
  );
}

/** A block sequence is replaced by one of its kind; anything else must fit its indentation. */
function replacedList(
  index: YamlIndex,
  { node, entry, parent }: FoundValue,
  value: ConfigValue,
  quoting: Quoting,
): Put {
  const { start, end } = node;
  if (isList(value) && value.length > 0) {
    const indent = " ".repeat(blockColumn(index, start));
    const lines = value.map((item) => `- ${writeValue(item, quoting)}`);
    return putAt(index, { start, end }, ["", justValue(lines.join(index.eol + indent)), ""]);
  }
  const text = justValue(writeValue(value, quoting));
  const gap = index.source.text.slice(Math.max(entry.slot, 0), start);
  if (entry.slot !== -1 && /^\s*$/.test(gap) && entry.keyNode !== undefined) {
    return putAt(index, { start: entry.slot, end }, [" ", text, ""]);
  }
  if (blockColumn(index, start) <= blockColumn(index, parent.start)) {
    throw refused(
      index,
      start,
      "this list is not indented under its key",
      "indent the list, or move the comment above it",
    );
  }
  return putAt(index, { start, end }, ["", text, ""]);
}

function replacementQuoting(index: YamlIndex, parent: CollectionNode, node: YamlNode): Quoting {
  if (node.kind === "scalar" && (node.style === "'" || node.style === '"')) {
    return { quote: node.style, always: true };
  }
  const { values } = styleOf(index, parent);
  // After a colon without a space only a quoted string is read as a value everywhere.
  if (index.source.text[node.start - 1] === ":" && parent.flow) return { ...values, always: true };
  return isBare(node) ? { ...values, always: false } : values;
}

function isBare(node: YamlNode): node is ScalarNode {
  return node.kind === "scalar" && node.style === "plain" && !node.implied;
}
