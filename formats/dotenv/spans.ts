/**
 * Where everything stands in a `.env` text, found line by line. The values are read by another
 * reader (`value.ts`), which has refused by then whatever readers split in different ways.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import { eolOf, lineEnd, nextLine } from "../lines.ts";
import { unseenAt } from "../syntax.ts";
import type { Span } from "../types.ts";

/** How a value is written: the quote around it, or none. */
export type Quote = '"' | "'" | "`" | "";

/** A line (or several, within quotes) that gives a name a value. */
export interface Assignment {
  /** The name. */
  readonly name: string;
  /** Where its line begins. */
  readonly start: number;
  /** Where the name itself begins, within its quotes if it has any. */
  readonly nameStart: number;
  /** The value's own text with its quotes; empty where nothing stands. */
  readonly value: Span;
  /** How the value is written. */
  readonly quote: Quote;
  /** Where its last line ends, before the line break. */
  readonly end: number;
  /** Whether `export` stands before the name. */
  readonly exported: boolean;
  /** Why some readers see another name here, or none. */
  readonly doubt: string | undefined;
}

/** All places of a text, and what it tells about its style. */
export interface DotenvIndex {
  /** What was indexed. */
  readonly text: string;
  /** The assignments, in order. */
  readonly assignments: readonly Assignment[];
  /** The assignments of each name. */
  readonly byName: ReadonlyMap<string, readonly Assignment[]>;
  /** Where the lines begin that are comments. */
  readonly comments: ReadonlySet<number>;
  /** The last line that says something and behind which all readers see a new name. */
  readonly anchor: Span | undefined;
  /** The line ending for new lines. */
  readonly eol: "\n" | "\r\n";
}

/** Indexes a text; linear in its size. */
export function indexDotenv(text: string): DotenvIndex {
  const assignments: Assignment[] = [];
  const byName = new Map<string, Assignment[]>();
  const comments = new Set<number>();
  let anchor: Span | undefined;
  // Whether some readers take this line for the value of a name above it.
  let isTaken = false;
  // Whether they take a quote on such a line for none, so that all that follows may be text.
  let isLost = false;
  for (let start = text.startsWith("\uFEFF") ? 1 : 0; start < text.length;) {
    const end = lineEnd(text, start);
    const line = text.slice(start, end);
    const isComment = /^[ \t]*#/.test(line);
    if (isComment) comments.add(start);
    const found = isComment ? undefined : assignmentAt(text, start, end);
    const last = found?.end ?? end;
    if (found !== undefined) {
      const taken = isTaken || isLost ? TAKEN : takes(text, start, end) ? TAKES : undefined;
      const doubt = found.doubt ?? (start === 1 ? AFTER_MARK : taken);
      const assignment = { ...found, doubt };
      assignments.push(assignment);
      const same = byName.get(found.name);
      if (same === undefined) byName.set(found.name, [assignment]);
      else same.push(assignment);
    }
    if (isTaken && last > end) isLost = true;
    if (line.trim() !== "") isTaken = isOpen(text, start, end);
    if (line.trim() !== "" && !isTaken && !isLost) anchor = { start, end: last };
    start = nextLine(text, last);
  }
  return { text, assignments, byName, comments, anchor, eol: eolOf(text) };
}

/** An `unsupported` error at an offset. */
export function refused(
  { text }: DotenvIndex,
  offset: number,
  message: string,
  remedy: string,
): ConfigPatchError {
  return new ConfigPatchError("unsupported", message, { ...locate(text, offset), remedy });
}

const AFTER_MARK = "some readers take the byte order mark before this name for a part of it";
const TAKEN = "some readers take this line for the value of the name above it";
const TAKES = "some readers take the next line for the value of this name";
const NO_NAME = "not all readers take this for a name and its value";

/** Whether some readers take what follows a line for a value in it: blanks stand for that. */
function isOpen(text: string, start: number, end: number): boolean {
  const line = text.slice(start, end);
  // A comment is one to all of them only if nothing stands before it, not even a byte order mark.
  return /^[^=]*=\s+$/.test(line) && (!line.startsWith("#") || start === 1);
}

/** Whether a line is open, and something follows that is no comment. */
function takes(text: string, start: number, end: number): boolean {
  if (!isOpen(text, start, end)) return false;
  const next = text[skipBlanks(text, end, text.length)];
  return next !== undefined && next !== "#";
}

/** The assignment that begins on a line, if any reader sees one. */
function assignmentAt(text: string, start: number, until: number): Assignment | undefined {
  const head = headAt(text, start, until);
  if (head === undefined) return undefined;
  const { name, nameStart, exported, sign } = head;
  const { value, quote, end } = valueAt(text, sign, until);
  const doubt = head.isCertain ? oddBlank(text, start, value, end) : NO_NAME;
  return { name, start, nameStart, exported, value, quote, end, doubt };
}

/** Other blanks than spaces and tabs, beside a name or its value, are not blanks to all readers. */
function oddBlank(text: string, start: number, value: Span, end: number): string | undefined {
  const behind = text.slice(value.end, end).split("#", 1).join();
  const before = text.slice(start, value.start);
  const at = (before + behind).search(/[^\S \t]/);
  if (at === -1) return undefined;
  const offset = at < before.length ? start + at : value.end + at - before.length;
  return `${unseenAt(text, offset) ?? "an unusual blank"} stands outside of quotes`;
}

/** What stands before a value. */
interface Head {
  readonly name: string;
  readonly nameStart: number;
  readonly exported: boolean;
  /** Where the equals sign or the colon stands, or where a name alone ends. */
  readonly sign: number;
  /** Whether all readers take it for a name. */
  readonly isCertain: boolean;
}

function headAt(text: string, start: number, until: number): Head | undefined {
  let at = skipBlanks(text, start, until);
  const word = at + "export".length;
  const behind = skipBlanks(text, word, until);
  // `export=1` and `export =1` give a value to the name `export`, and it can stand alone.
  const isAName = behind >= until || text[behind] === "#" || isSign(text[behind]);
  const exported = text.startsWith("export", at) && behind > word && !isAName;
  const isUsual = !exported || text.slice(word, behind) === " ";
  if (exported) at = behind;
  const name = nameAt(text, at, until);
  if (name === undefined) return undefined;
  const sign = skipBlanks(text, name.end, until);
  // To some, a name alone says that it has no value.
  const isAlone = sign >= until || text[sign] === "#";
  if (!isAlone && !isSign(text[sign])) return undefined;
  const isCertain = isUsual && !name.quoted && !isAlone && text[sign] === "=";
  const found = { name: name.text, nameStart: name.quoted ? at + 1 : at, exported, isCertain };
  return { ...found, sign: isAlone ? name.end - 1 : sign };
}

function isSign(char: string | undefined): boolean {
  return char === "=" || char === ":";
}

/** The value behind a sign, and where its last line ends. */
function valueAt(
  text: string,
  sign: number,
  until: number,
): Pick<Assignment, "value" | "quote" | "end"> {
  const start = skipBlanks(text, sign + 1, until);
  const quote = text[start];
  if (start < until && (quote === '"' || quote === "'" || quote === "`")) {
    const close = text.indexOf(quote, start + 1);
    const end = lineEnd(text, Math.max(close, start));
    const rest = text.slice(close + 1, end).trimStart();
    if (close !== -1 && text[close - 1] !== "\\" && (rest === "" || rest.startsWith("#"))) {
      return { value: { start, end: close + 1 }, quote, end };
    }
    // Readers disagree on where it ends, but not behind this line.
    return { value: { start, end: trimmedEnd(text, start, until) }, quote, end: until };
  }
  const hash = text.slice(start, until).indexOf("#");
  const end = trimmedEnd(text, start, hash === -1 ? until : start + hash);
  // An empty value stands right behind its sign.
  const value = end === start ? { start: sign + 1, end: sign + 1 } : { start, end };
  return { value, quote: "", end: until };
}

interface Name {
  readonly text: string;
  readonly end: number;
  readonly quoted: boolean;
}

function nameAt(text: string, at: number, until: number): Name | undefined {
  const quote = text[at];
  if (quote === "'" || quote === '"') {
    const close = text.indexOf(quote, at + 1);
    if (close === -1 || close >= until) return undefined;
    return { text: text.slice(at + 1, close), end: close + 1, quoted: true };
  }
  let end = at;
  while (end < until && /[\w.-]/.test(text[end] ?? "")) end++;
  return end === at ? undefined : { text: text.slice(at, end), end, quoted: false };
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && /\s/.test(text[at] ?? "")) at++;
  return at;
}

function trimmedEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}
