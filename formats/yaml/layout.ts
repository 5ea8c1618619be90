/** Lines and columns around the nodes of a YAML text, for put and drop alike. @module */
import { refused } from "./place.ts";
import { columnOf, type Comment, lineStart, type YamlIndex } from "./spans.ts";

/** The place behind a line. */
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
export function lineEnd(index: YamlIndex, end: number): LineEnd {
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
export function indentOf(index: YamlIndex, offset: number): number {
  const { text } = index.source;
  if (text.slice(lineStart(text, offset), offset).includes("\t")) {
    throw refused(index, offset, "a tab stands in the indentation", "indent with spaces");
  }
  return columnOf(text, offset);
}

/** The spaces with which the line of an offset begins. */
export function leadingSpaces(index: YamlIndex, offset: number): string {
  const { text } = index.source;
  const start = lineStart(text, offset);
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** Whether only spaces stand before an offset on its line. */
export function beginsLine(index: YamlIndex, offset: number): boolean {
  const { text } = index.source;
  return /^ *$/.test(text.slice(lineStart(text, offset), offset));
}

/** The comments that begin within a range. */
export function commentsIn(index: YamlIndex, start: number, end: number): readonly Comment[] {
  return index.comments.filter((comment) => comment.start >= start && comment.start < end);
}
