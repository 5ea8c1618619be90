/** Adds items to, and removes items from, what stands in brackets: arrays and inline tables. @module */
import type { Span, Splice } from "../types.ts";
import type { TomlIndex } from "./spans.ts";
import {
  beginsLine,
  commentsIn,
  eolOf,
  indentOf,
  lineEnd,
  lineStart,
  nextLine,
  skipBlanks,
  skipBlanksBack,
} from "../lines.ts";

/** Something in brackets, with its items in order. */
export interface Bracketed {
  /** From the opening bracket to the closing one. */
  readonly span: Span;
  /** What stands between the commas. */
  readonly items: readonly Span[];
}

/** What must stand around a new last item, and where. */
export interface Room {
  /** Where to insert. */
  readonly offset: number;
  /** What stands there and is written again in `before`: a comment that needs a comma before it. */
  readonly remove: string;
  /** What comes before the item: separator, line ending, indentation. */
  readonly before: string;
  /** What comes after it. */
  readonly after: string;
}

/** Makes room for a new last item, laid out as the last one is. */
export function roomFor(text: string, list: Bracketed): Room {
  const last = list.items.at(-1);
  if (last === undefined) return firstRoom(text, list.span);
  const comma = commaAfter(text, last.end);
  if (!beginsLine(text, last.start)) {
    return { offset: last.end, remove: "", before: separatorOf(text, list.items), after: "" };
  }
  const line = eolOf(text) + indentOf(text, last.start);
  if (comma !== undefined) {
    const end = lineEnd(text, comma + 1);
    const rest = skipBlanks(text, comma + 1);
    // The bracket may close on this very line.
    const offset = rest >= end || text[rest] === "#" ? end : comma + 1;
    return { offset, remove: "", before: line, after: "," };
  }
  // A comment that belongs to the last item stays on its line, behind the new comma.
  const end = text[skipBlanks(text, last.end)] === "#" ? lineEnd(text, last.end) : last.end;
  const remove = text.slice(last.end, end);
  return { offset: last.end, remove, before: `,${remove}${line}`, after: "" };
}

/**
 * Removes items, each with exactly one comma. Comments stay, and a line that held nothing else goes.
 */
export function removeItems(
  index: TomlIndex,
  list: Bracketed,
  gone: ReadonlySet<number>,
): Splice[] {
  const { text } = index;
  const spliced: Splice[] = [];
  let done = 0;
  const cut = (from: number, end: number, insert = "") => {
    const start = Math.max(from, done); // neighbours share the white space between them
    if (start < end) spliced.push({ offset: start, remove: text.slice(start, end), insert });
    done = Math.max(done, end);
  };
  const inner = { start: list.span.start + 1, end: list.span.end - 1 };
  if (gone.size === list.items.length && !/[#\n]/.test(text.slice(inner.start, inner.end))) {
    cut(inner.start, inner.end);
    return spliced;
  }
  const commas = list.items.map((item) => commaAfter(text, item.end));
  const kept = list.items.findLastIndex((_, i) => !gone.has(i));
  for (const [i, item] of list.items.entries()) {
    const comma = commas[i];
    if (!gone.has(i)) {
      // The last item that stays has a comma only if the last one of all had.
      if (i === kept && i < list.items.length - 1 && commas.at(-1) === undefined) {
        cut(comma ?? item.end, (comma ?? item.end - 1) + 1);
      }
      continue;
    }
    const comments = commentsIn(index.comments, item).map((span) =>
      text.slice(span.start, span.end)
    );
    const notes = comments.map((note) => note + eolOf(text) + indentOf(text, item.start)).join("");
    const near = comma !== undefined && text.slice(item.end, comma).trim() === "";
    const end = near ? comma + 1 : item.end;
    const range = notes === ""
      ? roomOf(text, list.span, item.start, end, done)
      : { start: item.start, end };
    cut(range.start, range.end, notes);
    if (comma !== undefined && !near) cut(comma, comma + 1);
  }
  return spliced;
}

function firstRoom(text: string, span: Span): Room {
  const inner = text.slice(span.start + 1, span.end - 1);
  const padded = text[span.start] === "{" || inner !== "" ? " " : "";
  if (!inner.includes("\n")) {
    const after = inner === "" ? padded : "";
    return { offset: span.start + 1, remove: "", before: padded, after };
  }
  const offset = lineStart(text, span.end - 1);
  const note = /\n([ \t]*)#/.exec(inner)?.[1];
  const before = note ?? `${indentOf(text, span.end - 1)}  `;
  return { offset, remove: "", before, after: eolOf(text) };
}

/** The range to remove for an item: the white space that only it needed goes too. */
function roomOf(text: string, brackets: Span, start: number, end: number, done: number): Span {
  const from = skipBlanksBack(text, start);
  const to = skipBlanks(text, end);
  const closes = to === brackets.end - 1;
  const ends = to >= lineEnd(text, end);
  if (beginsLine(text, start)) {
    if (ends) return { start: lineStart(text, start), end: nextLine(text, end) };
    return { start, end: closes ? end : to };
  }
  if (from === brackets.start + 1 || from < done) {
    // `{ a = 1, b = 2 }` keeps its first space, and `{ a = 1 }` becomes `{}`.
    return closes ? { start: from, end: to } : { start, end: ends ? end : to };
  }
  return { start: from, end };
}

/** What stands between the last two items, if it is a mere separator. */
function separatorOf(text: string, items: readonly Span[]): string {
  const [first, second] = items.slice(-2);
  if (first === undefined || second === undefined) return ", ";
  const between = text.slice(first.end, second.start);
  return /^[ \t]*,[ \t]*$/.test(between) ? between : ", ";
}

/** The comma after an item; comments may stand before it. */
function commaAfter(text: string, offset: number): number | undefined {
  let at = skipLines(text, offset);
  while (text[at] === "#") at = skipLines(text, nextLine(text, at));
  return text[at] === "," ? at : undefined;
}

/** Behind blanks and line endings. */
function skipLines(text: string, offset: number): number {
  let at = offset;
  while (" \t\r\n".includes(text[at] ?? "#")) at++;
  return at;
}
