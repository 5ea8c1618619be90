/**
 * The syntax of a TOML text with its positions. A text that is read here is known to be valid, so this
 * only finds out where things stand, in one pass. Its mistakes are caught like those of any editor: by
 * the check, which reads the edited text with the parser that knows the values.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import type { Content, HeadedTable, Key, Pair, Range, Syntax } from "./syntax.ts";

/**
 * Reads a text that is known to be valid, and has no byte order mark.
 *
 * @throws {ConfigPatchError} `unsupported` where something stands that it does not know.
 */
export function parseSyntax(text: string): Syntax {
  return new Reader(text).file();
}

/** How often the entries of a list have begun, and of the lists in its last one. */
interface Counted {
  entries: number | undefined;
  below: Map<string, Counted>;
}

class Reader {
  readonly #text: string;
  readonly #comments: { readonly range: Range }[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  file(): Syntax {
    const pairs: Pair[] = [];
    const tables: HeadedTable[] = [];
    const lists: Counted = { entries: undefined, below: new Map() };
    let body = pairs;
    for (this.#blank(); this.#at < this.#text.length; this.#blank()) {
      if (this.#text[this.#at] === "[") {
        body = [];
        tables.push(this.#header(body, lists));
      } else body.push(this.#pair());
    }
    return { pairs, tables, comments: this.#comments };
  }

  #header(body: readonly Pair[], lists: Counted): HeadedTable {
    const start = this.#at++;
    const isEntry = this.#text[this.#at] === "[";
    if (isEntry) this.#at++;
    this.#blank();
    const { keys } = this.#key();
    this.#blank();
    this.#skip(isEntry ? "]]" : "]");
    const resolvedKey: (string | number)[] = [];
    let list = lists;
    for (const [depth, key] of keys.entries()) {
      const name = nameOf(key);
      resolvedKey.push(name);
      let next = list.below.get(name);
      if (next === undefined || (isEntry && depth === keys.length - 1)) {
        const entries = isEntry && depth === keys.length - 1
          ? (next?.entries ?? -1) + 1
          : undefined;
        list.below.set(name, next = { entries, below: new Map() });
      }
      if (next.entries !== undefined) resolvedKey.push(next.entries);
      list = next;
    }
    return { type: "TOMLTable", range: [start, this.#at], resolvedKey, body };
  }

  #pair(): Pair {
    const start = this.#at;
    const key = this.#key();
    this.#blank();
    this.#skip("=");
    this.#blank();
    const value = this.#value();
    return { type: "TOMLKeyValue", range: [start, this.#at], key, value };
  }

  #key(): Key {
    const start = this.#at;
    const keys: Key["keys"][number][] = [];
    for (;;) {
      const from = this.#at;
      const isQuoted = this.#quote() !== undefined;
      const text = isQuoted ? this.#string() : this.#word(BARE);
      const range: Range = [from, this.#at];
      keys.push(
        isQuoted
          ? { type: "TOMLQuoted", range, value: quoted(text) }
          : { type: "TOMLBare", range, name: text },
      );
      this.#blank();
      if (this.#text[this.#at] !== ".") return { range: [start, range[1]], keys };
      this.#at++;
      this.#blank();
    }
  }

  #value(): Content {
    const start = this.#at;
    const quote = this.#quote();
    if (quote !== undefined) {
      const multiline = this.#text.startsWith(quote.repeat(3), start);
      this.#string();
      const style = quote === '"' ? "basic" : "literal";
      return { type: "TOMLValue", kind: "string", style, multiline, range: [start, this.#at] };
    }
    if (this.#text[start] === "[") {
      const elements = this.#items("]", () => this.#value());
      return { type: "TOMLArray", range: [start, this.#at], elements };
    }
    if (this.#text[start] === "{") {
      const body = this.#items("}", () => this.#pair());
      return { type: "TOMLInlineTable", range: [start, this.#at], body };
    }
    this.#word(SCALAR);
    return { type: "TOMLValue", kind: "other", range: [start, this.#at] };
  }

  /** What stands between brackets and commas, which may be on several lines. */
  #items<T>(closing: string, item: () => T): T[] {
    const items: T[] = [];
    this.#at++;
    for (this.#blank(); this.#text[this.#at] !== closing; this.#blank()) {
      items.push(item());
      this.#blank();
      if (this.#text[this.#at] === ",") this.#at++;
    }
    this.#at++;
    return items;
  }

  #quote(): '"' | "'" | undefined {
    const first = this.#text[this.#at];
    return first === '"' || first === "'" ? first : undefined;
  }

  /** A text in quotes, quotes included. */
  #string(): string {
    const [text, start] = [this.#text, this.#at];
    const quote = text[start] ?? "";
    const end = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
    let at = start + end.length;
    while (!text.startsWith(end, at)) {
      if (at >= text.length) this.#giveUp();
      at += quote === '"' && text[at] === "\\" ? 2 : 1;
    }
    at += end.length;
    // Up to two quotes right before the closing ones belong to the text.
    for (let more = 0; end.length > 1 && more < 2 && text[at] === quote; more++) at++;
    this.#at = at;
    return text.slice(start, at);
  }

  #word(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [word] = pattern.exec(this.#text) ?? this.#giveUp();
    this.#at += word.length;
    return word;
  }

  #skip(what: string): void {
    if (!this.#text.startsWith(what, this.#at)) this.#giveUp();
    this.#at += what.length;
  }

  /** Goes behind blanks, line breaks and comments, wherever they are allowed. */
  #blank(): void {
    for (;;) {
      const unit = this.#text[this.#at];
      if (unit === "#") {
        const start = this.#at;
        const end = this.#text.indexOf("\n", start);
        this.#at = end < 0 ? this.#text.length : end;
        if (this.#text[this.#at - 1] === "\r") this.#at--;
        this.#comments.push({ range: [start, this.#at] });
      } else if (unit === " " || unit === "\t" || unit === "\n" || unit === "\r") this.#at++;
      else return;
    }
  }

  #giveUp(): never {
    throw new ConfigPatchError("unsupported", "the place of a value in the file is not certain", {
      ...locate(this.#text, this.#at),
      remedy: "write this part of the file in a simpler way",
    });
  }
}

const BARE = /[A-Za-z0-9_-]+/y;

/** Between a date and a time there may be a space. */
const SCALAR = /\d{4}-\d\d-\d\d \d[^\s,\]}#]*|[^\s,\]}#]+/y;

/** The name of a key in the syntax tree. */
export function nameOf(key: Key["keys"][number]): string {
  return key.type === "TOMLBare" ? key.name : key.value;
}

/** What a key in quotes says. */
function quoted(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith("'")) return inner;
  return inner.replace(/\\(?:x(..)|u(.{4})|U(.{8})|(.))/g, (_, x, u, U, one) => {
    const code = x ?? u ?? U;
    return code === undefined ? ESCAPES[one] ?? one : String.fromCodePoint(parseInt(code, 16));
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b" },
};
