/** How a JSON file is laid out: what is between its tokens, and which comments belong together. @module */
import { commentsIn, eolOf, indentOf, isBlank } from "../lines.ts";
import type { Span } from "../types.ts";
import type { JsonNode, JsonTree } from "./spans.ts";
import type { JsonStyle } from "./text.ts";

/** The style of the neighbours: of the innermost container on the way that shows one. */
export function styleOf(text: string, root: JsonNode, way: readonly JsonNode[]): JsonStyle {
  const tables = way.toReversed()
    .flatMap((node) => node.kind === "list" ? [node.entries[0]?.value ?? node] : [node])
    .filter((node) => node.kind === "table" && node.entries.length > 0);
  const [first, second] = tables[0]?.entries ?? [];
  const colon = first === undefined
    ? ": "
    : between(text, first.keyEnd, first.value.start, /^[ \t]*:[ \t]*$/) ?? ": ";
  const loose = /\s$/.test(colon) ? " " : "";
  const gap = between(text, first?.comma, second?.start, /^,[ \t]*$/)?.slice(1);
  const pads = tables.map((table) =>
    between(text, table.start, table.entries[0]?.start, /^\{[ \t]*$/)?.slice(1)
  );
  return {
    eol: eolOf(text),
    unit: unitOf(text, root, way),
    colon,
    gap: gap ?? loose,
    pad: pads.find((pad) => pad !== undefined) ?? loose,
  };
}

/** One level of indentation: as on the way to the place, else as in the root's entries. */
function unitOf(text: string, root: JsonNode, way: readonly JsonNode[]): string {
  const children = root.entries.map((entry) => entry.value);
  for (const node of [...way.toReversed(), ...children]) {
    const first = node.entries[0]?.start;
    // Of a file on one line, to look for the beginning of that line each time would take too long.
    if (first === undefined || !text.slice(node.start, first).includes("\n")) continue;
    const [outer, inner] = [indentOf(text, node.start), indentOf(text, first)];
    if (inner.length > outer.length && inner.startsWith(outer)) return inner.slice(outer.length);
  }
  return "  ";
}

/**
 * Where the comments begin that belong to the entry at `start`: those that stand before it without an
 * empty line between. One that stands on the line of what is before, which ends at `floor`, belongs to
 * that, unless the entry is on this line too.
 */
export function entryTop(text: string, tree: JsonTree, floor: number, start: number): number {
  let top = start;
  for (const comment of commentsIn(tree.comments, { start: floor, end: start }).reverse()) {
    const gap = text.slice(comment.end, top);
    const newline = gap.indexOf("\n");
    if (newline !== -1) {
      const trails = !text.slice(floor, comment.start).includes("\n");
      if (trails || gap.includes("\n", newline + 1)) break;
    }
    top = comment.start;
  }
  return top;
}

/** Where the comments end that follow on the same line; the beginning of the range if none do. */
export function trailEnd(text: string, tree: JsonTree, range: Span): number {
  let end = range.start;
  for (const comment of commentsIn(tree.comments, range)) {
    if (!isBlank(text.slice(end, comment.start))) break;
    end = comment.end;
  }
  return end;
}

function between(
  text: string,
  start: number | undefined,
  end: number | undefined,
  like: RegExp,
): string | undefined {
  if (start === undefined || end === undefined) return undefined;
  const found = text.slice(start, end);
  return like.test(found) ? found : undefined;
}
