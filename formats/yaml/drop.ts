/**
 * Planning a removal from a YAML text: an entry goes with its line, comments stay.
 *
 * @module
 */
import { beginsLine, commentsIn, indentOf, lineStart } from "../lines.ts";
import { mergeSplices } from "../splice.ts";
import type { Splice } from "../types.ts";
import { behindLine, blockColumn, commentTexts, type LineEnd } from "./layout.ts";
import { type CollectionNode, descendants, type Entry, lastLeaf } from "./spans.ts";
import type { YamlIndex } from "./spans.ts";
import { refuseAnchors, refused, type Step, type Way } from "./way.ts";

/**
 * The splice that removes what stands at the end of a way below the root.
 *
 * @throws {ConfigPatchError} `unsupported`, as `ConfigDocument.drop` says.
 */
export function removal(index: YamlIndex, { steps }: Way, wasNull: boolean): Splice {
  const step = steps.at(-1);
  if (step === undefined) throw new RangeError("the way has no step");
  const { parent, entry } = step;
  refuseAnchors(index, nodesOf(entry), entry.end);
  const only = parent.entries.length === 1;
  const isBare = wasNull && only && commentTexts(index, parent).length === 0;
  if (parent.flow && !parent.bare) {
    return isBare ? cut(index, parent.start, parent.end, "null") : dropFlow(index, step);
  }
  if (!only) return dropBlock(index, step);
  const holder = steps.at(-2);
  if (holder !== undefined) return empty(index, parent, holder.entry, wasNull);
  if (parent.kind === "map") return dropRoot(index, step);
  // No text at all would be an empty mapping.
  const kept = commentTexts(index, parent).map((comment) => ` ${comment}`);
  return cut(index, parent.start, parent.end, "[]" + kept.join(index.eol));
}

function* nodesOf(entry: Entry) {
  if (entry.keyNode !== undefined) yield* descendants(entry.keyNode);
  yield* descendants(entry.value);
}

/** An entry of several on its own lines, or the first one on the line of a dash. */
function dropBlock(index: YamlIndex, { parent, at, entry }: Step): Splice {
  const next = parent.entries[at + 1];
  if (beginsLine(index.source.text, entry.start)) {
    return dropLines(index, parent, entry, parent.entries[at - 1]);
  }
  if (next === undefined) {
    throw refused(
      index,
      entry.start,
      "this entry does not begin a line",
      "remove it by hand",
    );
  }
  const indent = " ".repeat(blockColumn(index, entry.start));
  const kept = commentTexts(index, { start: entry.start, end: next.start })
    .map((comment) => comment + index.eol + indent);
  return cut(index, entry.start, next.start, kept.join(""));
}

/** Whole lines; each comment in them stays on a line of its own. */
function dropLines(
  index: YamlIndex,
  parent: CollectionNode,
  entry: Entry,
  previous: Entry | undefined,
): Splice {
  const { text } = index.source;
  const start = lineStart(text, entry.start);
  const leaf = previous === undefined ? undefined : lastLeaf(previous.value);
  const block = leaf?.kind === "scalar" && leaf.style === "block";
  // Further right, a comment behind a block scalar would become a part of that scalar.
  const column = blockColumn(index, parent.start);
  const indent = " ".repeat(column);
  const last = behindLine(index, entry.end);
  const keeps = block && /^[|>][0-9]*\+/.test(text.slice(leaf.start, leaf.start + 3));
  const end = block ? behindBlanks(index, behindComments(index, last, column), keeps) : last;
  const kept = commentTexts(index, { start: entry.start, end: end.offset }).map((comment) =>
    indent + comment
  );
  const lines = kept.join(index.eol);
  if (!end.open) return cut(index, start, end.offset, lines === "" ? "" : lines + index.eol);
  if (kept.length > 0 || block || !text.slice(0, start).endsWith("\n")) {
    return cut(index, start, end.offset, lines);
  }
  // A text without a final line break keeps none.
  return cut(index, start - (text[start - 2] === "\r" ? 2 : 1), end.offset, "");
}

/** Behind the comments on the next lines that are indented as parts of an entry at a column. */
function behindComments(index: YamlIndex, from: LineEnd, column: number): LineEnd {
  const { text } = index.source;
  const line = new RegExp(`(?:[ \\t]*\\r?\\n)* {${column + 1},}#.*(\\n)?`, "y");
  let end = from;
  while (!end.open) {
    line.lastIndex = end.offset;
    const match = line.exec(text);
    if (match === null) break;
    end = { offset: end.offset + match[0].length, open: match[1] === undefined };
  }
  return end;
}

/** Behind the blank lines that would become part of a block scalar which keeps those at its end. */
function behindBlanks(index: YamlIndex, from: LineEnd, keeps: boolean): LineEnd {
  if (!keeps || from.open) return from;
  const blank = /(?: *\r?\n)+/y;
  blank.lastIndex = from.offset;
  const length = blank.exec(index.source.text)?.[0].length ?? 0;
  return { offset: from.offset + length, open: false };
}

function dropRoot(index: YamlIndex, { parent, entry }: Step): Splice {
  if (parent.outer !== parent.start && parent.tag !== undefined) {
    throw refused(index, parent.outer, "the emptied document would keep a tag", "remove the tag");
  }
  if (!beginsLine(index.source.text, entry.start)) {
    throw refused(index, entry.start, "this entry does not begin a line", "remove it by hand");
  }
  return dropLines(index, parent, entry, undefined);
}

/** A block collection that loses its only entry becomes `{}` or `[]`, or the null that it was. */
function empty(
  index: YamlIndex,
  node: CollectionNode,
  holder: Entry,
  wasNull: boolean,
): Splice {
  const { text } = index.source;
  const brackets = node.kind === "map" ? "{}" : "[]";
  const comments = commentTexts(index, node);
  const indent = indentOf(text, node.start);
  const kept = comments.map((comment) => index.eol + (indent || " ") + comment).join("");
  const inPlace = cut(index, node.start, node.end, brackets + kept);
  if (holder.slot === -1 || holder.keyNode === undefined || node.flow) return inPlace;
  const properties = text.slice(node.outer, node.start).trim();
  const slot = properties === ""
    ? holder.slot
    : text.slice(node.outer, node.start).trimEnd().length + node.outer;
  const gap = text.slice(slot, node.start);
  if (!gap.includes("\n")) return inPlace;
  if (properties.includes("#")) {
    throw refused(index, node.outer, "a comment follows the anchor or tag here", "move it");
  }
  if (commentsIn(index.comments, { start: slot, end: node.start }).length === 0) {
    return cut(index, slot, node.end, `${wasNull ? "" : ` ${brackets}`}${kept}`);
  }
  // The comments between the key and its first entry stay where they are.
  const lines = dropLines(index, node, node.entries[0] ?? holder, undefined);
  if (wasNull) return lines;
  return mergeSplices(text, [{ offset: slot, remove: "", insert: ` ${brackets}` }, lines]);
}

/** An entry between brackets goes with exactly one comma. */
function dropFlow(index: YamlIndex, { parent, at, entry }: Step): Splice {
  const { text } = index.source;
  const next = parent.entries[at + 1];
  const previous = parent.entries[at - 1];
  const indent = indentOf(text, entry.start) || " ";
  const keep = (start: number, end: number) =>
    commentTexts(index, { start, end }).map((comment) => ` ${comment}${index.eol}${indent}`).join(
      "",
    );
  if (next !== undefined) {
    return cut(index, entry.start, next.start, keep(entry.start, next.start));
  }
  if (previous !== undefined) {
    return cut(index, previous.end, entry.end, keep(previous.end, entry.end));
  }
  const comma = /^[ \t\r\n]*,/.exec(text.slice(entry.end, parent.end))?.[0].length ?? 0;
  const end = entry.end + comma;
  const rest = text.slice(end, parent.end);
  if (comma === 0 && /^[^}\]]*#/.test(rest) && /\n[ \t]*,/.test(rest)) {
    throw refused(index, entry.end, "a comment stands before the comma", "remove it by hand");
  }
  return cut(index, entry.start, end, keep(entry.start, end));
}

function cut(index: YamlIndex, offset: number, end: number, insert: string): Splice {
  return { offset, remove: index.source.text.slice(offset, end), insert };
}
