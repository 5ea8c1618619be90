/**
 * Planning a removal from a `.env` text: an assignment goes with its line, a comment on it stays.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import { lineEnd, lineStart, nextLine } from "../lines.ts";
import type { Splice } from "../types.ts";
import type { Assignment, DotenvIndex } from "./spans.ts";

/**
 * The splice that removes an assignment.
 *
 * @throws {ConfigPatchError} `unsupported` where the line is all that keeps readers from disagreeing.
 */
export function removal(index: DotenvIndex, held: Assignment): Splice {
  const { text } = index;
  const { start, end, value } = held;
  const comment = text.slice(value.end, end).trimStart();
  if (comment !== "") return { offset: start, remove: text.slice(start, end), insert: comment };
  const next = nextLine(text, end);
  const above = index.assignments.findLast((one) => one.end <= start);
  const isOpen = above !== undefined && above.value.start === above.value.end;
  if (isOpen && /^\s*["'`]/.test(text.slice(next))) {
    throw new ConfigPatchError(
      "unsupported",
      "without this line, some readers take the one below it for the value of the name above it",
      { ...locate(text, start), remedy: "give that name a value, or take out the quote below" },
    );
  }
  // A text without a final line break keeps none.
  const from = next === end && text[start - 1] === "\n"
    ? lineEnd(text, lineStart(text, start - 1))
    : start;
  return { offset: from, remove: text.slice(from, next), insert: "" };
}
