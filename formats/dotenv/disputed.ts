/**
 * The names that some readers of a `.env` text find where others find a part of a value, nothing at
 * all, or another value.
 *
 * To dotenvy, a quote in the middle of a value opens a text; to it and `python-dotenv`, a backtick
 * opens none; where a line is none to it, Node reads on, and `docker run` knows no quotes at all. So
 * which lines are text cannot be told for all readers. Here every line counts, in quotes or not; only
 * where all lines so far are plain, what stands in quotes on one line is text to all.
 *
 * @module
 */
import { lineEnd, lineStart, nextLine } from "../lines.ts";
import type { Assignment, DotenvIndex } from "./spans.ts";

/** The names that some readers find besides the assignments that we know of, and where first. */
export function namesElsewhere(index: DotenvIndex): ReadonlyMap<string, number> {
  const { text, assignments, comments } = index;
  const known = new Set(assignments.map((one) => one.nameStart));
  const names = new Map<string, number>();
  const add = (name: string, at: number) => {
    if (!known.has(at) && at < (names.get(name) ?? Infinity)) names.set(name, at);
  };
  for (const [name, at] of namesIn(LINE, text, 0)) add(name, at);
  let isPlain = !text.startsWith("\uFEFF");
  for (let start = lineStart(text, 0); start < text.length; start = nextLine(text, start)) {
    const line = text.slice(start, lineEnd(text, start));
    const isInQuotes = IN_QUOTES.test(line);
    isPlain &&= (isInQuotes || PLAIN.test(line)) && !UNUSUAL.test(line);
    if (comments.has(start) || (isPlain && isInQuotes)) continue;
    // Behind a quote, this is no comment to all of them.
    const code = /^[^"'`\\]*?(?=(?:^|\s)#)/.exec(line)?.[0] ?? line;
    const found = [...namesIn(BEHIND_QUOTE, line, start), ...namesIn(OF_SHELL, code, start)];
    for (const [name, at] of found) add(name, at);
  }
  return names;
}

/** These, and the names that are not given one value that all readers see. */
export function disputedNames(
  { text, byName }: DotenvIndex,
  elsewhere: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const disputed = new Map(elsewhere);
  for (const [name, all] of byName) {
    const values = new Set(all.map(({ value }) => text.slice(value.start, value.end)));
    // Of several values, some readers take the first one.
    const one = values.size > 1 ? all[0] : all.find((each) => isDoubtful(text, each));
    if (one !== undefined && !disputed.has(name)) disputed.set(name, one.nameStart);
  }
  return disputed;
}

/** Whether some readers see no name in an assignment, or another value. */
function isDoubtful(text: string, { doubt, quote, value, end }: Assignment): boolean {
  if (doubt !== undefined) return true;
  // To some, it takes a value and a space before it to make a comment.
  const behind = text.slice(value.end, end);
  return quote === "" && (value.start === value.end ? /^\s*#/ : /^#/).test(behind);
}

function* namesIn(pattern: RegExp, text: string, from: number): Generator<[string, number]> {
  for (const found of text.matchAll(pattern)) {
    const name = found[1] ?? "";
    yield [name, from + found.index + found[0].length - name.length];
  }
}

/** What some readers take for a line break: Python knows more than others. */
const BREAKS = String.raw`\n\r\v\f\x1c-\x1e\x85\u2028\u2029`;
/** Python, Rust, Go and Java know more blanks than JavaScript does; what nobody sees is one, too. */
const BLANKS = String.raw`\s\p{Cc}\p{Cf}`;

/** A name at the beginning of a line, with a value or alone. */
const LINE = new RegExp(
  String.raw`(?:^|[${BREAKS}])[[${BLANKS}]--[${BREAKS}]]*(?:export[${BLANKS}]+)?["']?([\w.\-]+)` +
    String.raw`(?=["']?[${BLANKS}]*(?:\+?=|[:#${BREAKS}]|$))`,
  "gv",
);

/** Behind a value in quotes, godotenv looks for the next name on the same line. */
const BEHIND_QUOTE = new RegExp(
  String.raw`["'\x60][${BLANKS};&|(\{]*(?:export[${BLANKS}]+)?([\w.\-]+)(?=[${BLANKS}]*[=:])`,
  "gu",
);

/** To a shell, a line may hold several names. */
const OF_SHELL = /(?<=[\s;&|({])([\w.-]+)(?=\+?=)/g;

/**
 * What a variable becomes is one text to all readers; other code of a shell could assign a name. Its
 * name is taken whole: if it could end anywhere, many of them would be tried in all ways.
 */
const VARIABLE = String.raw`\$(?:\w+(?!\w)|\{\w+\})`;
const HEAD = String.raw`^(?:export )?[A-Za-z_]\w*=`;
const COMMENT = String.raw`(?:[ \t]#.*)?$`;

/** A value between two quotes, to all readers: with no other quote in it, and no backslash. */
const IN_QUOTES = new RegExp(
  HEAD + String.raw`(["'])[^"'\`\\$]*(?:${VARIABLE}[^"'\`\\$]*)*\1[ \t]*` + COMMENT,
);

/**
 * Another line behind which all readers begin a new one: blank, a comment, or a value in which no
 * quote, backslash or parenthesis leads on.
 */
const PLAIN = new RegExp(
  String.raw`^[ \t]*(?:#.*)?$|` + HEAD +
    String.raw`(?:[^\s"'\`\\($#][^"'\`\\($]*?(?:${VARIABLE}[^"'\`\\($]*?)*` + COMMENT + "|$)",
);

/** A character that is a line break, a blank or nothing to some. */
const UNUSUAL = /[^\P{C}\t]|[^\P{Z} ]/u;
