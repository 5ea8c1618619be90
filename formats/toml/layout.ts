/** How a TOML file is laid out: its sections, its blank lines and the comments above its headers. @module */
import { isBlankAbove, lineStart, nextLine } from "../lines.ts";
import type { Section, TomlIndex } from "./spans.ts";

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
 * Where something can be inserted above a header: above its comments, too. Only what tells of the
 * whole file stays on top of it: comments that a blank line sets off, and what tells an editor the
 * file's schema.
 */
export function aboveHeader(index: TomlIndex, section: Section): number {
  const top = headerTop(index, section);
  if (top > 0) return top;
  let offset = 0;
  while (index.text.startsWith("#:", offset)) offset = nextLine(index.text, offset);
  return offset;
}

/** Whether the file sets its tables off by blank lines; so do we where it has no table yet. */
export function spaced(index: TomlIndex): boolean {
  let votes = 0;
  for (const section of index.sections.slice(1)) {
    const top = headerTop(index, section);
    if (top > 0) votes += isBlankAbove(index.text, top) ? 1 : -1;
  }
  return votes >= 0;
}
