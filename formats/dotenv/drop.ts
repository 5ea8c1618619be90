/**
 * Planning a removal from a `.env` text: an assignment goes with its line, a comment on it stays.
 *
 * @module
 */
import type { ConfigPath, Splice } from "../types.ts";
import { nameOf, onlyAssignment } from "./name.ts";
import { type DotenvIndex, nextLine } from "./spans.ts";

/**
 * The splice that removes what stands at `path`; empty where nothing does.
 *
 * @throws {ConfigPatchError} `shape` or `unsupported`, as `ConfigDocument.drop` says.
 */
export function planDrop(index: DotenvIndex, path: ConfigPath): Splice {
  const { text } = index;
  const held = onlyAssignment(index, nameOf(path));
  if (held === undefined) return { offset: 0, remove: "", insert: "" };
  const { start, end, value } = held;
  const comment = text.slice(value.end, end).trimStart();
  if (comment !== "") return { offset: start, remove: text.slice(start, end), insert: comment };
  const next = nextLine(text, end);
  // A text without a final line break keeps none.
  const from = next === end ? endOfLineBefore(text, start) : start;
  return { offset: from, remove: text.slice(from, next), insert: "" };
}

/** Where the line before the one that begins here ends. */
function endOfLineBefore(text: string, start: number): number {
  if (text[start - 1] !== "\n") return start;
  return text[start - 2] === "\r" ? start - 2 : start - 1;
}
