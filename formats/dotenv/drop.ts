/**
 * Planning a removal from a `.env` text: an assignment goes with its line, a comment on it stays.
 *
 * @module
 */
import { lineEnd, lineStart, nextLine } from "../lines.ts";
import type { Splice } from "../types.ts";
import type { Assignment, DotenvIndex } from "./spans.ts";

/** The splice that removes an assignment. */
export function removal({ text }: DotenvIndex, held: Assignment): Splice {
  const { start, end, value } = held;
  const comment = text.slice(value.end, end).trimStart();
  if (comment !== "") return { offset: start, remove: text.slice(start, end), insert: comment };
  const next = nextLine(text, end);
  // A text without a final line break keeps none.
  const from = next === end && text[start - 1] === "\n"
    ? lineEnd(text, lineStart(text, start - 1))
    : start;
  return { offset: from, remove: text.slice(from, next), insert: "" };
}
