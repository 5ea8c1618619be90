/** Adds items to, and removes items from, what stands in brackets: arrays and inline tables. @module */
import type { Span, Splice } from "../types.ts";
import type { TomlIndex } from "./spans.ts";
import { eolOf, indentAt, lineEnd, lineStart, nextLine } from "./layout.ts";

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
  if (!startsLine(text, last.start)) {
    return { offset: last.end, before: separatorOf(text, list.items), after: "" };
  }
  const line = eolOf(text) + indentAt(text, last.start);
  if (comma !== undefined) {
    const end = lineEnd(text, comma + 1);
    const rest = skipSpace(text, comma + 1, false);
    // The bracket may close on this very line.
    const offset = rest >= end || text[rest] === "#" ? end : comma + 1;
    return { offset, before: line, after: "," };
  }
  const end = lineEnd(text, last.end);
  if (text[skipSpace(text, last.end, false)] !== "#") {
    return { offset: last.end, before: `,${line}`, after: "" };
  }
  // A comment that belongs to the last item stays on its line: the comma has to come after it.
  return { offset: end, before: `${line}, `, after: "" };
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
    const comments = commentsIn(index, item).map((span) => text.slice(span.start, span.end));
    const notes = comments.map((note) => note + eolOf(text) + indentAt(text, item.start)).join("");
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

/** The comments within a range. */
export function commentsIn(index: TomlIndex, { start, end }: Span): Span[] {
  let low = 0;
  let high = index.comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((index.comments[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  const found: Span[] = [];
  for (let i = low; i < index.comments.length; i++) {
    const comment = index.comments[i];
    if (comment === undefined || comment.start >= end) break;
    found.push(comment);
  }
  return found;
}

function firstRoom(text: string, span: Span): Room {
  const inner = text.slice(span.start + 1, span.end - 1);
  const padded = text[span.start] === "{" || inner !== "" ? " " : "";
  if (!inner.includes("\n")) {
    return { offset: span.start + 1, before: padded, after: inner === "" ? padded : "" };
  }
  const offset = lineStart(text, span.end - 1);
  const note = /\n([ \t]*)#/.exec(inner)?.[1];
  return { offset, before: note ?? `${indentAt(text, span.end - 1)}  `, after: eolOf(text) };
}

/** The range to remove for an item: the white space that only it needed goes too. */
function roomOf(text: string, brackets: Span, start: number, end: number, done: number): Span {
  const from = skipBack(text, start);
  const to = skipSpace(text, end, false);
  const closes = to === brackets.end - 1;
  const ends = to >= lineEnd(text, end);
  if (startsLine(text, start)) {
    if (ends) return { start: lineStart(text, start), end: nextLine(text, end) };
    return { start, end: closes ? end : to };
  }
  if (from === brackets.start + 1 || from < done) {
    // `{ a = 1, b = 2 }` keeps its first space, and `{ a = 1 }` becomes `{}`.
    return closes ? { start: from, end: to } : { start, end: ends ? end : to };
  }
  return { start: from, end };
}

function startsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === "";
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
  let at = skipSpace(text, offset, true);
  while (text[at] === "#") at = skipSpace(text, nextLine(text, at), true);
  return text[at] === "," ? at : undefined;
}

function skipSpace(text: string, offset: number, lines: boolean): number {
  let at = offset;
  while (at < text.length && (lines ? " \t\r\n" : " \t").includes(text[at] ?? "")) at++;
  return at;
}

function skipBack(text: string, offset: number): number {
  let at = offset;
  while (" \t".includes(text[at - 1] ?? "\n")) at--;
  return at;
}
