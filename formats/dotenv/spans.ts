/**
 * Where everything stands in a `.env` text, found line by line. The values are read by another
 * reader (`value.ts`), which has refused by then whatever readers split in different ways.
 *
 * @module
 */
import type { Span } from "../types.ts";

/** How a value is written: the quote around it, or none. */
export type Quote = '"' | "'" | "`" | "";

/** A line (or several, within quotes) that gives a name a value. */
export interface Assignment {
  /** The name. */
  readonly name: string;
  /** Where its line begins. */
  readonly start: number;
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
  /** The last line that says something and behind which all readers see a new name. */
  readonly anchor: Span | undefined;
  /** The line ending for new lines. */
  readonly eol: "\n" | "\r\n";
}

/** Indexes a text; linear in its size. */
export function indexDotenv(text: string): DotenvIndex {
  const assignments: Assignment[] = [];
  const byName = new Map<string, Assignment[]>();
  let anchor: Span | undefined;
  // Whether some readers take this line for the value of a name above it.
  let isTaken = false;
  for (let start = text.startsWith("\uFEFF") ? 1 : 0; start < text.length;) {
    const end = endOfLine(text, start);
    const line = text.slice(start, end);
    const isComment = /^[ \t]*#/.test(line);
    const found = isComment ? undefined : assignmentAt(text, start, end);
    const last = found?.end ?? end;
    if (found !== undefined) {
      const taken = isTaken ? TAKEN : takes(text, start, end) ? TAKES : undefined;
      const doubt = found.doubt ?? (start === 1 ? AFTER_MARK : taken);
      const assignment = { ...found, doubt };
      assignments.push(assignment);
      const same = byName.get(found.name);
      if (same === undefined) byName.set(found.name, [assignment]);
      else same.push(assignment);
    }
    if (line.trim() !== "") isTaken = isOpen(text, start, end);
    if (line.trim() !== "" && !isTaken) anchor = { start, end: last };
    start = nextLine(text, last);
  }
  const eol = text.slice(0, text.indexOf("\n") + 1).endsWith("\r\n") ? "\r\n" : "\n";
  return { text, assignments, byName, anchor, eol };
}

/** Where the line after this one begins. */
export function nextLine(text: string, end: number): number {
  const newline = text.indexOf("\n", end);
  return newline === -1 ? text.length : newline + 1;
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
function assignmentAt(text: string, start: number, lineEnd: number): Assignment | undefined {
  const head = headAt(text, start, lineEnd);
  if (head === undefined) return undefined;
  const { name, exported, sign } = head;
  const { value, quote, end } = valueAt(text, sign, lineEnd);
  const before = text.slice(start, value.start);
  const behind = text.slice(value.end, end).split("#", 1).join();
  // Other blanks than spaces and tabs are not blanks everywhere.
  const doubt = head.isCertain && !/[^\S \t]/.test(before + behind) ? undefined : NO_NAME;
  return { name, start, exported, value, quote, end, doubt };
}

/** What stands before a value. */
interface Head {
  readonly name: string;
  readonly exported: boolean;
  /** Where the equals sign or the colon stands, or where a name alone ends. */
  readonly sign: number;
  /** Whether all readers take it for a name. */
  readonly isCertain: boolean;
}

function headAt(text: string, start: number, lineEnd: number): Head | undefined {
  let at = skipBlanks(text, start, lineEnd);
  const word = at + "export".length;
  const behind = skipBlanks(text, word, lineEnd);
  // `export=1` and `export =1` give a value to the name `export`.
  const exported = text.startsWith("export", at) && behind > word && !isSign(text[behind]);
  const isUsual = !exported || text.slice(word, behind) === " ";
  if (exported) at = behind;
  const name = nameAt(text, at, lineEnd);
  if (name === undefined) return undefined;
  const sign = skipBlanks(text, name.end, lineEnd);
  // To some, a name alone says that it has no value.
  const isAlone = sign >= lineEnd || text[sign] === "#";
  if (!isAlone && !isSign(text[sign])) return undefined;
  const isCertain = isUsual && !name.quoted && !isAlone && text[sign] === "=";
  if (isAlone) return { name: name.text, exported, sign: name.end - 1, isCertain };
  return { name: name.text, exported, sign, isCertain };
}

function isSign(char: string | undefined): boolean {
  return char === "=" || char === ":";
}

/** The value behind a sign, and where its last line ends. */
function valueAt(
  text: string,
  sign: number,
  lineEnd: number,
): Pick<Assignment, "value" | "quote" | "end"> {
  const start = skipBlanks(text, sign + 1, lineEnd);
  const quote = text[start];
  if (start < lineEnd && (quote === '"' || quote === "'" || quote === "`")) {
    const close = text.indexOf(quote, start + 1);
    const end = endOfLine(text, Math.max(close, start));
    const rest = text.slice(close + 1, end).trimStart();
    if (close !== -1 && text[close - 1] !== "\\" && (rest === "" || rest.startsWith("#"))) {
      return { value: { start, end: close + 1 }, quote, end };
    }
    // Readers disagree on where it ends, but not behind this line.
    return { value: { start, end: trimmedEnd(text, start, lineEnd) }, quote, end: lineEnd };
  }
  const hash = text.slice(start, lineEnd).indexOf("#");
  const end = trimmedEnd(text, start, hash === -1 ? lineEnd : start + hash);
  // An empty value stands right behind its sign.
  const value = end === start ? { start: sign + 1, end: sign + 1 } : { start, end };
  return { value, quote: "", end: lineEnd };
}

interface Name {
  readonly text: string;
  readonly end: number;
  readonly quoted: boolean;
}

function nameAt(text: string, at: number, lineEnd: number): Name | undefined {
  const quote = text[at];
  if (quote === "'" || quote === '"') {
    const close = text.indexOf(quote, at + 1);
    if (close === -1 || close >= lineEnd) return undefined;
    return { text: text.slice(at + 1, close), end: close + 1, quoted: true };
  }
  let end = at;
  while (end < lineEnd && /[\w.-]/.test(text[end] ?? "")) end++;
  return end === at ? undefined : { text: text.slice(at, end), end, quoted: false };
}

/** Where a line ends, before its line break. */
function endOfLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  if (newline === -1) return text.length;
  return text[newline - 1] === "\r" && newline > from ? newline - 1 : newline;
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && /\s/.test(text[at] ?? "")) at++;
  return at;
}

function trimmedEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}
