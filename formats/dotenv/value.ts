/**
 * From `.env` text to names and values. This reader is the checker: it shares no code with the one
 * that finds the places of an edit (`spans.ts`).
 *
 * There is no standard, so the dialect is what npm's `dotenv`, Node, `python-dotenv` and `godotenv`
 * agree on. A text that they split into lines in different ways is refused: a name that one of them
 * reads could be part of a value for another one.
 *
 * @module
 */
import { ConfigPatchError, ConfigSyntaxError, locate } from "../../errors.ts";
import { type ConfigTable, type ConfigValue, OpaqueScalar } from "../types.ts";
import { MAX_NODES, tooMany } from "../limits.ts";
import { unseenAt } from "../syntax.ts";
import { tableOf } from "../value.ts";

/**
 * Every name with its value; of a name that stands twice the last one, as most readers do. What is
 * written so that readers disagree about the value itself is an `OpaqueScalar`.
 *
 * @throws {ConfigSyntaxError} where a quote is not closed.
 * @throws {ConfigPatchError} `unsupported` where readers disagree on where a line or a value ends.
 */
export function readDotenv(text: string): ConfigTable {
  refuseLoneCarriageReturn(text);
  const pairs: [string, ConfigValue][] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let comments = 0;
  while (at < text.length) {
    const { end, pair } = readLine(text, at);
    if (pair !== undefined) pairs.push(pair);
    else if (text[at] === "#") comments++;
    if (pairs.length + comments > MAX_NODES) throw tooMany();
    at = end;
  }
  return tableOf(pairs);
}

interface Line {
  /** Where the next line begins. */
  readonly end: number;
  readonly pair: [string, ConfigValue] | undefined;
}

/** A line that says nothing, to all readers. */
const BLANK = /[ \t\r]*(?:\n|$)|#[^\n]*(?:\n|$)/y;
/** A name and an equals sign, as all readers know them. */
const NAME = /[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*=/y;
const QUOTE = /[^\S\n]*(["'`])/y;
/** What may follow a value in quotes. */
const REST = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const LINE = /[^\n]*(?:\n|$)/y;

function readLine(text: string, start: number): Line {
  const blank = match(BLANK, text, start);
  // A byte order mark before it makes a comment a name to some.
  if (blank !== undefined && (start !== 1 || !blank[0].startsWith("#"))) {
    return line(text, start, start + blank[0].length, undefined);
  }
  const name = match(NAME, text, start);
  if (name === undefined) return readOdd(text, start);
  const from = start + name[0].length;
  const quote = match(QUOTE, text, from);
  if (quote !== undefined) {
    return readQuoted(text, start, from + quote[0].length, [name[1] ?? "", quote[1] ?? '"']);
  }
  const rest = match(LINE, text, from)?.[0] ?? "";
  // Some readers know more blanks before a quote than others.
  if (/^[\s\p{Cc}]*["'`]/u.test(rest)) return readOdd(text, start);
  const value = /^[^#\n]*/.exec(rest)?.[0].trim() ?? "";
  const end = from + rest.length;
  if (value === "") refuseOpenEnd(text, start, end);
  return line(text, start, end, [name[1] ?? "", value]);
}

/** A value in quotes: from behind the opening one. */
function readQuoted(
  text: string,
  start: number,
  from: number,
  [name, quote]: readonly [string, string],
): Line {
  const close = text.indexOf(quote, from);
  if (close === -1) throw ConfigSyntaxError.at(text, from - 1, "this quote is not closed");
  const rest = match(REST, text, close + 1);
  if (rest !== undefined && !isEscaped(text, close)) {
    const content = text.slice(from, close).replaceAll("\r\n", "\n");
    const value = quote === '"' ? content.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : content;
    const end = close + 1 + rest[0].length;
    refuseSeparators(text, start, from);
    refuseSeparators(text, close, end);
    return { end, pair: [name, value] };
  }
  // What readers make of this differs, but all of them must end it on this line.
  const end = from + (match(LINE, text, from)?.[0].length ?? 0);
  let last = close;
  while (last !== -1 && last < end && isEscaped(text, last)) last = text.indexOf(quote, last + 1);
  if (last === -1 || last >= end) {
    throw refused(
      text,
      from - 1,
      "readers disagree on where the text in these quotes ends",
      "close the quote on its own line, without a backslash before it, and let nothing follow",
    );
  }
  const raw = text.slice(from - 1, end).trim();
  return line(text, start, end, [name, new OpaqueScalar("quotes within quotes", raw)]);
}

/** A name that only some readers see: with a colon, in quotes, or alone. */
const ODD_NAME = /^\s*(?:export\s+)?(?:([\w.-]+)|'([^']*)'|"([^"]*)")\s*(?:[=:]|(?:#.*)?$)/;
/** Where a value, or a name, in quotes begins for some readers. */
const ODD_QUOTES = [
  /^[^=]*=[\s\p{Cc}]*(["'`])/u,
  /^\s*(?:export\s+)?(?:[\w.-]+|'[^']*'|"[^"]*")\s*:\s*(["'`])/,
  /^[\s\p{Cc}]*(?:export[\s\p{Cc}]+)?(')/u,
];

/** A line that readers read in different ways, if at all: the next one must be one to all of them. */
function readOdd(text: string, start: number): Line {
  const whole = match(LINE, text, start)?.[0] ?? "";
  const end = start + whole.length;
  const raw = whole.trimEnd();
  if (raw.trimStart().startsWith("=")) {
    throw refused(text, start, "a line begins with an equals sign", "write a name before it");
  }
  for (const pattern of ODD_QUOTES) {
    const opening = pattern.exec(raw);
    if (opening === null) continue;
    const quote = opening[1] ?? "";
    let close = raw.indexOf(quote, opening[0].length);
    while (close !== -1 && isEscaped(raw, close)) close = raw.indexOf(quote, close + 1);
    if (close !== -1) continue;
    throw refused(
      text,
      start + opening[0].length - 1,
      "this quote is not closed on its line",
      "close it, without a backslash before it, or put # at the beginning of the line",
    );
  }
  if (/^[^=]*=$|^\s*(?:export\s+)?[\w.-]+\s*:$/.test(raw)) refuseOpenEnd(text, start, end);
  if (/^\s*(?:export\s+)?[\w.-]+:\r?\n?$/.test(whole)) throw openEnd(text, start);
  const name = ODD_NAME.exec(raw);
  const key = name?.[1] ?? name?.[2] ?? name?.[3];
  const pair: Line["pair"] = key === undefined ? undefined : [key, new OpaqueScalar("odd", raw)];
  return line(text, start, end, pair);
}

function isEscaped(text: string, at: number): boolean {
  return text[at - 1] === "\\";
}

/** A line that is no part of a text in quotes. */
function line(
  text: string,
  start: number,
  end: number,
  pair: [string, ConfigValue] | undefined,
): Line {
  refuseSeparators(text, start, end);
  return { end, pair };
}

/** Where no value stands, some readers look for one in quotes on the lines that follow. */
function refuseOpenEnd(text: string, start: number, end: number): void {
  const next = match(/\s*["'`]/y, text, end);
  if (next !== undefined) throw openEnd(text, start);
}

function openEnd(text: string, start: number): ConfigPatchError {
  return refused(
    text,
    start,
    "some readers take the next line for the value of this name",
    'write NAME="" for an empty value',
  );
}

/** JavaScript takes them for line breaks, other readers do not. */
function refuseSeparators(text: string, start: number, end: number): void {
  const found = /[\u2028\u2029]/.exec(text.slice(start, end));
  if (found === null) return;
  const offset = start + found.index;
  throw refused(
    text,
    offset,
    `${unseenAt(text, offset)} stands outside of quotes`,
    "remove this character, which is invisible in most editors",
  );
}

/** Old readers call it a line break, editors and most readers do not. */
function refuseLoneCarriageReturn(text: string): void {
  const offset = text.search(/\r(?!\n)/);
  if (offset === -1) return;
  throw refused(
    text,
    offset,
    "a carriage return stands without a line feed",
    "convert the line endings to LF or CRLF",
  );
}

function refused(text: string, offset: number, message: string, remedy: string): ConfigPatchError {
  return new ConfigPatchError("unsupported", message, { ...locate(text, offset), remedy });
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
