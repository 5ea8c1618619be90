/**
 * A small format plug-in: files of `key=value` lines, with comments that begin with `#`.
 *
 * `docs/formats.md` explains it line by line; `ini_format.ts` beside it is a larger one.
 *
 * @module
 */
import {
  type ConfigDocument,
  ConfigPatchError,
  type ConfigPath,
  ConfigSyntaxError,
  type ConfigTable,
  type ConfigValue,
  type FormatHandler,
  type Put,
  type Slot,
  type Splice,
  tableOf,
} from "@terok/vault-config/formats";

/** Reads and edits files of `key=value` lines. */
export const confFormat: FormatHandler = {
  name: "conf",
  extensions: [".conf"],
  blank: "",
  holdsNull: false,
  parse: (text) => new ConfDocument(text),
};

/** A line that sets a key: where it stands, and where its value does. */
interface Line {
  readonly key: string;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

class ConfDocument implements ConfigDocument {
  readonly text: string;
  readonly value: ConfigTable;
  readonly #lines: readonly Line[];

  constructor(text: string) {
    this.text = text;
    this.#lines = linesOf(text);
    this.value = tableOf(this.#lines.map((line) => [line.key, text.slice(line.value, line.end)]));
  }

  find(path: ConfigPath): Slot | undefined {
    const line = this.#lineOf(path);
    if (line === undefined) return undefined;
    const span = { start: line.value, end: line.end };
    return { value: this.text.slice(span.start, span.end), span };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    const [key] = path;
    const line = this.#lineOf(path);
    if (typeof key !== "string" || path.length > 1 || !/^[\w.-]+$/.test(key)) {
      throw new ConfigPatchError("shape", "only plain keys can be set here", {
        remedy: "correct the patch",
      });
    }
    if (typeof value !== "string" || !/^(?! )\P{Cc}*(?<! )$/u.test(value)) {
      throw new ConfigPatchError("unsupported", "only a text of one line can be set here", {
        remedy: "correct the patch",
      });
    }
    if (line !== undefined) {
      const standing = this.text.slice(line.value, line.end);
      return standing === value
        ? put(line.value, "", "", "", "") // it holds already: the empty splice
        : put(line.value, standing, "", value, "");
    }
    // A new line goes to the end, in the manner of the others.
    const eol = this.text.includes("\r\n") ? "\r\n" : "\n";
    const blank = this.text === "" || this.text === "\uFEFF";
    const closed = blank || this.text.endsWith("\n");
    return put(this.text.length, "", `${closed ? "" : eol}${key}=`, value, closed ? eol : "");
  }

  drop(path: ConfigPath): Splice {
    const line = this.#lineOf(path);
    if (line === undefined) return { offset: 0, remove: "", insert: "" };
    const { start, end } = line;
    const newline = /^\r?\n/.exec(this.text.slice(end))?.[0] ?? "";
    return { offset: start, remove: this.text.slice(start, end) + newline, insert: "" };
  }

  #lineOf(path: ConfigPath): Line | undefined {
    return path.length === 1 ? this.#lines.find((line) => line.key === path[0]) : undefined;
  }
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  for (const raw of text.slice(start).split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const [, key] = /^([\w.-]+)=(?! )[^\p{Cc}]*(?<! )$/u.exec(line) ?? [];
    if (key !== undefined) {
      if (lines.some((one) => one.key === key)) {
        throw ConfigSyntaxError.at(text, start, `the key "${key}" stands twice`);
      }
      lines.push({ key, start, value: start + key.length + 1, end: start + line.length });
    } else if (!/^(#[^\p{Cc}]*)?$/u.test(line)) {
      throw ConfigSyntaxError.at(text, start, "this is no key=value, and no comment");
    }
    start += raw.length + 1;
  }
  return lines;
}

function put(offset: number, remove: string, before: string, text: string, after: string): Put {
  const value = { start: before.length, end: before.length + text.length };
  return { offset, remove, insert: before + text + after, value, created: [] };
}
