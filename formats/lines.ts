/**
 * What a line, its ending, its indentation and the comments on it are, once for all formats.
 *
 * Offsets count UTF-16 code units. A byte order mark belongs to no line: the first line of a text
 * that has one begins behind it.
 *
 * @module
 */
import type { Span } from "./types.ts";

/**
 * The line ending of a text: that of its first line.
 *
 * @param text The text.
 * @returns A line feed where the text has no line ending.
 * @example
 * ```ts
 * import { eolOf } from "@terok/vault-config/formats";
 *
 * if (eolOf("a\r\nb\n") !== "\r\n" || eolOf("a") !== "\n") throw new Error("not found");
 * ```
 */
export function eolOf(text: string): "\n" | "\r\n" {
  return text[text.indexOf("\n") - 1] === "\r" ? "\r\n" : "\n";
}

/**
 * Where the line of an offset begins.
 *
 * @param text The text.
 * @param offset An offset on the line.
 * @returns The offset of its first character, behind a byte order mark.
 * @example
 * ```ts
 * import { lineStart } from "@terok/vault-config/formats";
 *
 * if (lineStart("a\nbc", 3) !== 2) throw new Error("not found");
 * ```
 */
export function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  return start === 0 && text.startsWith("\uFEFF") ? 1 : start;
}

/**
 * Where the line of an offset ends.
 *
 * @param text The text.
 * @param offset An offset on the line.
 * @returns The offset before its line ending.
 * @example
 * ```ts
 * import { lineEnd } from "@terok/vault-config/formats";
 *
 * if (lineEnd("ab\r\nc", 1) !== 2) throw new Error("not found");
 * ```
 */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === "\r" ? newline - 1 : newline;
}

/**
 * Where the line behind that of an offset begins.
 *
 * @param text The text.
 * @param offset An offset on the line.
 * @returns The end of the text where no line follows.
 * @example
 * ```ts
 * import { nextLine } from "@terok/vault-config/formats";
 *
 * if (nextLine("ab\r\nc", 1) !== 4) throw new Error("not found");
 * ```
 */
export function nextLine(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline === -1 ? text.length : newline + 1;
}

/**
 * The indentation of the line of an offset.
 *
 * @param text The text.
 * @param offset An offset on the line.
 * @returns The blanks that begin the line, up to the offset.
 * @example
 * ```ts
 * import { indentOf } from "@terok/vault-config/formats";
 *
 * if (indentOf("a:\n  - b", 7) !== "  ") throw new Error("not found");
 * ```
 */
export function indentOf(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return text.slice(start, Math.min(offset, skipBlanks(text, start)));
}

/** Whether only blanks stand before an offset on its line. */
export function beginsLine(text: string, offset: number): boolean {
  return lineStart(text, offset) >= skipBlanksBack(text, offset);
}

/** Whether an offset is behind a blank line; nothing is before the first line. */
export function isBlankAbove(text: string, offset: number): boolean {
  return offset > 0 && text.slice(lineStart(text, offset - 1), offset).trim() === "";
}

/** Whether a text is of blanks alone, or empty. */
export function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

/** Behind the blanks that begin at an offset. */
export function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

/** Before the blanks that end at an offset. */
export function skipBlanksBack(text: string, offset: number): number {
  let at = offset;
  while (text[at - 1] === " " || text[at - 1] === "\t") at--;
  return at;
}

/** The comments, of a list in the order of the text, that begin within a range. */
export function commentsIn<T extends Span>(comments: readonly T[], { start, end }: Span): T[] {
  const found: T[] = [];
  for (let i = countBefore(comments, start); i < comments.length; i++) {
    const comment = comments[i];
    if (comment === undefined || comment.start >= end) break;
    found.push(comment);
  }
  return found;
}

/** The last comment, of a list in the order of the text, that begins before an offset. */
export function lastBefore<T extends Span>(comments: readonly T[], offset: number): T | undefined {
  return comments[countBefore(comments, offset) - 1];
}

function countBefore(comments: readonly Span[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
