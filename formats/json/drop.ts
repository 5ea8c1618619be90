/** Takes an entry out of a JSON text, with exactly one comma; its comments stay. @module */
import {
  beginsLine,
  commentsIn,
  eolOf,
  indentOf,
  isBlank,
  lineStart,
  skipBlanks,
  skipBlanksBack,
} from "../lines.ts";
import { mergeSplices } from "../splice.ts";
import type { Span, Splice } from "../types.ts";
import type { JsonSource } from "./put.ts";
import type { JsonEntry, JsonNode } from "./spans.ts";

/** The splice that removes an entry of a container. */
export function removal(source: JsonSource, parent: JsonNode, entry: JsonEntry): Splice {
  const { text, tree } = source;
  const inner = { start: parent.start + 1, end: parent.end - 1 };
  if (parent.entries.length === 1 && commentsIn(tree.comments, inner).length === 0) {
    return cut(text, inner.start, inner.end);
  }
  const region = { start: entry.start, end: (entry.comma ?? entry.value.end - 1) + 1 };
  if (entry.comma !== undefined) return cleared(source, region);
  // A last entry without a comma leaves the one before it: that one goes.
  const comma = parent.entries[parent.entries.indexOf(entry) - 1]?.comma;
  if (comma === undefined) return cleared(source, region);
  if (isBlank(text.slice(comma + 1, entry.start))) {
    return cleared(source, { start: comma, end: region.end });
  }
  return mergeSplices(text, [cut(text, comma, comma + 1), cleared(source, region)]);
}

/** The removal of a region in which only comments stay, with the white space that it leaves idle. */
function cleared({ text, tree }: JsonSource, region: Span): Splice {
  const kept = commentsIn(tree.comments, region).map(({ start, end }) => text.slice(start, end));
  const alone = beginsLine(text, region.start);
  const next = skipBlanks(text, region.end);
  const lastOnLine = /^\r?\n/.exec(text.slice(next, next + 2))?.[0];
  if (alone && lastOnLine !== undefined && kept.length === 0) {
    return cut(text, lineStart(text, region.start), next + lastOnLine.length);
  }
  if (kept.length > 0) {
    const newline = eolOf(text) + indentOf(text, region.start);
    const flat = lastOnLine === undefined && !kept.some((comment) => comment.startsWith("//"));
    const separator = flat ? " " : newline;
    const insert = kept.join(separator) + (lastOnLine === undefined ? separator : "");
    return { ...cut(text, region.start, next), insert };
  }
  if (alone) return cut(text, region.start, next);
  // On a line with others: the space before goes where nothing but a bracket or the end follows.
  const closes = lastOnLine !== undefined || /[}\]]/.test(text[next] ?? "");
  if (!closes) return cut(text, region.start, next);
  return cut(text, skipBlanksBack(text, region.start), region.end);
}

function cut(text: string, start: number, end: number): Splice {
  return { offset: start, remove: text.slice(start, end), insert: "" };
}
