/** What a file is read as that is not there, or holds nothing but blanks. @module */
import { eolOf } from "../formats/lines.ts";
import type { FormatHandler } from "../formats/types.ts";
import type { Part } from "./wanted.ts";

/**
 * The text that a file is read as: its own, or where there is nothing in it that the format could read,
 * a blank document with the byte order mark and the line ending of those blanks. It is a list where
 * somebody wants an entry of the root.
 */
export function readableText(
  handler: FormatHandler,
  text: string | undefined,
  parts: readonly Part[] = [],
): string {
  const isList = parts.some(({ wanted }) =>
    wanted.some(({ path: [key] }) => typeof key === "object")
  );
  const blank = isList ? handler.blankList ?? handler.blank : handler.blank;
  if (text === undefined || text === "") return blank;
  if (blank === "" || text.trim() !== "") return text;
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  return mark + blank.replaceAll("\n", eolOf(text));
}
