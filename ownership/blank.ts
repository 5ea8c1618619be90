/** What a file is read as that is not there, or holds nothing but blanks. @module */
import { eolOf } from "../formats/lines.ts";
import type { FormatHandler } from "../formats/types.ts";

/**
 * The text that a file is read as: its own, or where there is nothing in it that the format could read,
 * a blank document with the byte order mark and the line ending of those blanks.
 */
export function readableText(handler: FormatHandler, text: string | undefined): string {
  if (text === undefined || text === "") return handler.blank;
  if (handler.blank === "" || text.trim() !== "") return text;
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  return mark + handler.blank.replaceAll("\n", eolOf(text));
}
