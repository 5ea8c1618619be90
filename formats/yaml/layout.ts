/** How a YAML file is laid out: lines and columns around its nodes, and the style of neighbours. @module */
import { commentsIn, lineStart } from "../lines.ts";
import type { Span } from "../types.ts";
import type { CollectionNode, YamlIndex, YamlNode } from "./spans.ts";
import { columnOf } from "./spans.ts";
import { isPlainSafe, type Quoting } from "./text.ts";
import { valueOf } from "./value.ts";
import { refused } from "./way.ts";

/** The end of a line. */
export interface LineEnd {
  /** Where the next line begins, or the end of the text. */
  readonly offset: number;
  /** The text ends here without a line break. */
  readonly open: boolean;
}

/**
 * Behind the line on which a token ends; a comment on that line belongs to it.
 *
 * @throws {ConfigPatchError} `unsupported` where another token follows on the line.
 */
export function behindLine(index: YamlIndex, end: number): LineEnd {
  const { text } = index.source;
  const newline = text.indexOf("\n", end);
  const line = text.slice(end, newline === -1 ? text.length : newline);
  if (!/^[ \t]*(?:#.*)?\r?$/.test(line) && !/^[ \t]*#/.test(line)) {
    throw refused(index, end, "something else follows on this line", "put it on its own line");
  }
  return newline === -1
    ? { offset: text.length, open: true }
    : { offset: newline + 1, open: false };
}

/**
 * The column of an offset on a line that is indented by spaces.
 *
 * @throws {ConfigPatchError} `unsupported` where a tab stands before it: its width is anybody's guess.
 */
export function blockColumn(index: YamlIndex, offset: number): number {
  const { text } = index.source;
  if (text.slice(lineStart(text, offset), offset).includes("\t")) {
    throw refused(index, offset, "a tab stands in the indentation", "indent with spaces");
  }
  return columnOf(text, offset);
}

/** The texts of the comments that begin within a range. */
export function commentTexts({ source, comments }: YamlIndex, range: Span): string[] {
  return commentsIn(comments, range).map(({ start, end }) => source.text.slice(start, end));
}

/** How keys and values of one collection are written. */
export interface Style {
  /** The quotes of keys. */
  readonly keys: Quoting;
  /** The quotes of values. */
  readonly values: Quoting;
  /** What stands between a brace and what it holds. */
  readonly pad: "" | " ";
}

/** Neighbours that are looked at: the nearest ones show the style, and a put stays cheap. */
const NEIGHBOURS = 16;

/** The style of what stands in a collection. */
export function styleOf(index: YamlIndex, node: CollectionNode): Style {
  const pairs = node.kind === "map"
    ? node.entries.slice(-NEIGHBOURS)
    : node.entries.slice(-4).flatMap(({ value }) =>
      value.kind === "map" ? value.entries.slice(0, NEIGHBOURS) : []
    );
  const keys = pairs.flatMap(({ keyNode }) => keyNode === undefined ? [] : [keyNode]);
  const model = node.kind === "map" ? node : node.entries[node.entries.length - 1]?.value;
  const padded = model?.kind === "map" && model.flow && !model.bare && model.entries.length > 0 &&
    index.source.text[model.start + 1] === " ";
  return {
    pad: padded ? " " : "",
    keys: quotingOf(index, keys),
    values: quotingOf(index, pairs.map(({ value }) => value)),
  };
}

/** The column of the values, counted from the key, where blanks bring all of them to one; else 0. */
export function valueColumn(index: YamlIndex, node: CollectionNode): number {
  const pairs = node.entries.slice(-NEIGHBOURS)
    .filter(({ value, explicit }) => value.kind === "scalar" && !value.implied && !explicit);
  const columns = new Set(pairs.map(({ start, value }) => value.outer - start));
  const gaps = pairs.map(({ slot, value }) => index.source.text.slice(slot, value.outer));
  const padded = gaps.some((gap) => gap.length > 1) && gaps.every((gap) => /^ +$/.test(gap));
  return padded && columns.size === 1 ? [...columns][0] ?? 0 : 0;
}

/** Whether blank lines set off the block collections in a collection, but for the first entry. */
export function isSetOff(index: YamlIndex, node: CollectionNode): boolean {
  const { text } = index.source;
  const near = node.entries.slice(-NEIGHBOURS);
  const gaps = near.flatMap(({ start, value }, i) => {
    const above = near[i - 1];
    return above === undefined || !("entries" in value) || value.flow
      ? []
      : [text.slice(above.end, start)];
  });
  const blank = gaps.filter((gap) => /\n[ \t]*\r?\n/.test(gap)).length;
  return blank > 0 && 2 * blank > gaps.length;
}

/** The quotes that some nodes have. */
function quotingOf(index: YamlIndex, nodes: readonly YamlNode[]): Quoting {
  const quotes = new Set<'"' | "'">();
  let plain = false;
  let chosen = false;
  for (const node of nodes) {
    if (node.kind !== "scalar" || node.implied || node.style === "block") continue;
    if (node.style !== "plain") quotes.add(node.style);
    const value = valueOf(index.source, node.event);
    if (typeof value !== "string") continue;
    if (node.style === "plain") plain = true;
    // Quotes that the text needs anyway say nothing about taste.
    else if (isPlainSafe(value)) chosen = true;
  }
  const [quote = '"', other] = quotes;
  return { quote: other === undefined ? quote : '"', always: chosen && !plain };
}
