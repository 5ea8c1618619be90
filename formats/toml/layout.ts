/** How a TOML file is laid out: its lines, its blank lines and the comments above its headers. @module */
import type { Section, TomlIndex } from "./spans.ts";

/** The line ending of a text: that of its first line. */
export function eolOf(text: string): string {
  const newline = text.indexOf("\n");
  return newline > 0 && text[newline - 1] === "\r" ? "\r\n" : "\n";
}

/** Where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the line of an offset ends, before its line ending. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === "\r" ? newline - 1 : newline;
}

/** Where the next line begins, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline === -1 ? text.length : newline + 1;
}

/** The white space in front of what stands at an offset, if nothing else is there; else none. */
export function indentAt(text: string, offset: number): string {
  const before = text.slice(lineStart(text, offset), offset);
  return before.trim() === "" ? before : "";
}

/** Whether the line that ends right before an offset is blank; there is none before offset 0. */
export function blankBefore(text: string, offset: number): boolean {
  return offset > 0 && text.slice(lineStart(text, offset - 1), offset).trim() === "";
}

/** Where the line after a section's last key (or its header) begins. */
export function sectionEnd(index: TomlIndex, section: Section): number {
  const end = section.pairs.at(-1)?.range[1] ?? section.header?.end;
  return end === undefined ? 0 : nextLine(index.text, end);
}

/** Where a header begins, with the comments that stand directly above it. */
export function headerTop(index: TomlIndex, section: Section): number {
  const previous = index.sections[section.number - 1];
  const floor = previous === undefined ? 0 : sectionEnd(index, previous);
  let top = lineStart(index.text, section.header?.start ?? 0);
  while (top > floor) {
    const above = lineStart(index.text, top - 1);
    if (!index.text.slice(above, top).trimStart().startsWith("#")) break;
    top = above;
  }
  return top;
}

/**
 * Where something can be inserted above a header: above its comments, but not above those that begin
 * the file, which tell of the whole of it.
 */
export function aboveHeader(index: TomlIndex, section: Section): number {
  const top = headerTop(index, section);
  return top > 0 ? top : lineStart(index.text, section.header?.start ?? 0);
}

/** Whether the file sets its tables off by blank lines; so do we where it has no table yet. */
export function spaced(index: TomlIndex): boolean {
  let votes = 0;
  for (const section of index.sections.slice(1)) {
    const top = headerTop(index, section);
    if (top > 0) votes += blankBefore(index.text, top) ? 1 : -1;
  }
  return votes >= 0;
}
