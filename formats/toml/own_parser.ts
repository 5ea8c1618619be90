/**
 * The syntax of a TOML text that we have begun, and that nobody else has written in yet: no comments,
 * and each value on one line, as `text.ts` writes it. A run that only makes new files needs no other
 * parser of positions. Its mistakes would be caught like those of any other: by the check, which reads
 * the edited text with a parser of its own.
 *
 * @module
 */
import { ConfigPatchError } from "../../errors.ts";
import type { Content, HeadedTable, Key, Pair, Range, Syntax } from "./syntax.ts";

/**
 * Reads a text of ours.
 *
 * @throws {ConfigPatchError} `unsupported` for anything that we do not write.
 */
export function parseOwn(text: string): Syntax {
  return new Reader(text).file();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  file(): Syntax {
    const top: (Pair | HeadedTable)[] = [];
    const entries = new Map<string, number>();
    let body: Pair[] | undefined;
    this.#skip(/\s*/y);
    while (this.#at < this.#text.length) {
      if (this.#text[this.#at] === "[") {
        body = [];
        top.push(this.#header(body, entries));
      } else {
        const pair = this.#pair();
        (body ?? top).push(pair);
      }
      this.#skip(/[ \t]*(?:\r?\n|$)\s*/y);
    }
    return { top, comments: [] };
  }

  #header(body: readonly Pair[], entries: Map<string, number>): HeadedTable {
    const start = this.#at;
    const kind = this.#skip(/\[\[?/y) === "[[" ? "array" : "standard";
    const key = this.#key();
    this.#skip(kind === "array" ? /\]\]/y : /\]/y);
    const names = key.keys.map(nameOf);
    const resolvedKey: (string | number)[] = [];
    for (const [depth, name] of names.entries()) {
      resolvedKey.push(name);
      const list = JSON.stringify(resolvedKey);
      const last = entries.get(list);
      const begins = kind === "array" && depth === names.length - 1;
      const number = begins ? (last ?? -1) + 1 : last;
      if (number === undefined) continue;
      entries.set(list, number);
      resolvedKey.push(number);
    }
    return { type: "TOMLTable", kind, range: [start, this.#at], key, resolvedKey, body };
  }

  #pair(): Pair {
    const start = this.#at;
    const key = this.#key();
    this.#skip(/[ \t]*=[ \t]*/y);
    const value = this.#value();
    return { type: "TOMLKeyValue", range: [start, this.#at], key, value };
  }

  #key(): Key {
    const start = this.#at;
    const keys: Key["keys"][number][] = [];
    do {
      const from = this.#at;
      const text = this.#skip(/[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"/y);
      const range: Range = [from, this.#at];
      keys.push(
        text.startsWith('"')
          // The escapes that we write are those of JSON, too.
          ? { type: "TOMLQuoted", range, value: JSON.parse(text) as string }
          : { type: "TOMLBare", range, name: text },
      );
    } while (this.#skip(/\.?/y) === ".");
    return { range: [start, this.#at], keys };
  }

  #value(): Content {
    const start = this.#at;
    switch (this.#text[start]) {
      case "[": {
        const elements = this.#items("]", () => this.#value());
        return { type: "TOMLArray", range: [start, this.#at], elements };
      }
      case "{": {
        const body = this.#items("}", () => this.#pair());
        return { type: "TOMLInlineTable", range: [start, this.#at], body };
      }
      case '"':
      case "'": {
        const text = this.#skip(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y);
        const style = text.startsWith("'") ? "literal" : "basic";
        const range: Range = [start, this.#at];
        return { type: "TOMLValue", kind: "string", style, multiline: false, range };
      }
    }
    this.#skip(/[0-9A-Za-z+.:-]+/y);
    return { type: "TOMLValue", kind: "other", range: [start, this.#at] };
  }

  #items<T>(closing: string, item: () => T): T[] {
    const items: T[] = [];
    this.#at++;
    this.#skip(/ */y);
    while (this.#text[this.#at] !== closing) {
      items.push(item());
      this.#skip(/ *,? */y);
    }
    this.#at++;
    return items;
  }

  /** Goes behind what must stand here. */
  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) {
      throw new ConfigPatchError("unsupported", "a new file holds something that is not of ours", {
        remedy: "run it again",
      });
    }
    this.#at += found.length;
    return found;
  }
}

function nameOf(key: Key["keys"][number]): string {
  return key.type === "TOMLBare" ? key.name : key.value;
}
