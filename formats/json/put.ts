/**
 * Where new JSON text goes, and what it says.
 *
 * At the root of a file a new entry goes before the first one (below `$schema`, which editors look
 * for on top): there it brings its own comma, and no line of the user's has to change. Further down
 * it goes behind the last one, so that what we write one after the other stands in this order.
 *
 * @module
 */
import { beginsLine, commentsIn, indentOf, isBlank, lineStart } from "../lines.ts";
import type { ConfigPath, ConfigValue, Put } from "../types.ts";
import { insertedAt, type Insertion, type Written } from "../written.ts";
import { entryTop, styleOf, trailEnd } from "./layout.ts";
import type { JsonEntry, JsonNode, JsonTree } from "./spans.ts";
import { type JsonStyle, writeEntry, writeProperty, writeValue } from "./text.ts";

/** A text with its tree. */
export interface JsonSource {
  /** The text. */
  readonly text: string;
  /** Where everything stands in it. */
  readonly tree: JsonTree;
}

/** A node, and the way to it. */
export interface JsonPlace {
  /** The nodes from the root to this one. */
  readonly way: readonly JsonNode[];
  /** The node. */
  readonly node: JsonNode;
  /** The container that it is in; none for the root. */
  readonly parent: JsonNode | undefined;
  /** The entry of `parent` whose value it is. */
  readonly entry: JsonEntry | undefined;
}

/** Another text for the value that stands at a place. */
export function replacement(
  { text, tree }: JsonSource,
  { way, node, entry }: JsonPlace,
  value: ConfigValue,
): Put {
  const remove = text.slice(node.start, node.end);
  const indent = remove.includes("\n") ? indentOf(text, entry?.start ?? node.start) : undefined;
  const insert = writeValue(value, styleOf(text, tree.root, way), indent);
  const span = { start: 0, end: insert.length };
  return { offset: node.start, remove, insert, value: span, created: [] };
}

/**
 * The insertion that makes `steps`, none of which exist, hold a value in an existing container. The
 * first step is a key where that is a table, and a selector where it is a list.
 */
export function insertion(
  source: JsonSource,
  place: JsonPlace,
  steps: ConfigPath,
  value: ConfigValue,
): Insertion {
  const { text, tree } = source;
  const { node, way } = place;
  const [step, ...rest] = steps;
  const style = styleOf(text, tree.root, way);
  const write: Writer = (indent) =>
    typeof step === "object"
      ? writeEntry(step, rest, value, style, indent)
      : writeProperty(String(step), rest, value, style, indent);
  const first = node.entries[0];
  const last = node.entries.at(-1);
  if (first === undefined || last === undefined) return intoEmpty(source, place, write, style);
  if (node.kind === "list") return behind(source, node, last, write, style);
  if (node === tree.root) {
    if (node.byKey.get("$schema") !== first) return before(source, node.start, first, write, style);
    const second = node.entries[1];
    return second === undefined
      ? behind(source, node, last, write, style)
      : before(source, first.comma ?? first.value.end, second, write, style);
  }
  // A comment behind the last entry would come between it and its new comma.
  const trails = last.comma === undefined &&
    trailEnd(text, tree, { start: last.value.end, end: node.end }) > last.value.end;
  return trails
    ? before(source, node.start, first, write, style)
    : behind(source, node, last, write, style);
}

/** Writes new text; with an indentation, spread over lines. */
type Writer = (indent: string | undefined) => Written;

/** A new property before another one and the comments of that; what is before them begins at `floor`. */
function before(
  { text, tree }: JsonSource,
  floor: number,
  next: JsonEntry,
  write: Writer,
  style: JsonStyle,
): Insertion {
  const top = entryTop(text, tree, floor, next.start);
  const line = lineStart(text, top);
  if (line <= floor || !isBlank(text.slice(line, top))) {
    return insertedAt(top, "", write(undefined), `,${style.gap}`);
  }
  const indent = indentOf(text, next.start);
  return insertedAt(line, indent, write(indent), `,${style.eol}`);
}

/** A new last entry; comments behind the one that was last stay on its line. */
function behind(
  { text, tree }: JsonSource,
  node: JsonNode,
  last: JsonEntry,
  write: Writer,
  style: JsonStyle,
): Insertion {
  const indent = indentOf(text, last.start);
  const ownLine = beginsLine(text, last.start);
  // Where the neighbours of a list are objects on one line each, the new one is too.
  const spread = node.kind === "list"
    ? text.slice(last.value.start, last.value.end).includes("\n")
    : ownLine;
  const written = write(spread ? indent : undefined);
  const from = last.comma === undefined ? last.value.end : last.comma + 1;
  const end = trailEnd(text, tree, { start: from, end: node.end });
  const trail = text.slice(from, end);
  const flat = !ownLine && !/\/\/|\n/.test(trail);
  const gap = flat ? style.gap : style.eol + indent;
  if (last.comma !== undefined) return insertedAt(end, gap, written, ",");
  // The comma has to stand before the comments, so they are written anew behind it.
  return insertedAt(from, `,${trail}${gap}`, written, "", trail);
}

/** The first entry of a container that is empty, or holds nothing but comments. */
function intoEmpty(
  { text, tree }: JsonSource,
  { node, entry }: JsonPlace,
  write: Writer,
  style: JsonStyle,
): Insertion {
  const start = entry?.start ?? node.start;
  const outer = indentOf(text, start);
  const indent = outer + style.unit;
  const closing = lineStart(text, node.end - 1);
  if (closing > node.start && isBlank(text.slice(closing, node.end - 1))) {
    return insertedAt(closing, indent, write(indent), style.eol);
  }
  const comment = commentsIn(tree.comments, node).at(-1);
  if (comment !== undefined) return insertedAt(comment.end, " ", write(undefined), "");
  const inner = text.slice(node.start + 1, node.end - 1);
  if (inner === "" && beginsLine(text, start)) {
    return insertedAt(node.start + 1, style.eol + indent, write(indent), style.eol + outer);
  }
  const pad = inner === "" && node.kind === "table" ? style.pad : inner;
  return insertedAt(node.start + 1, pad, write(undefined), inner === "" ? pad : "");
}
