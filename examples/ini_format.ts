/**
 * A format plug-in from outside: INI files, written with the public API alone.
 *
 * The dialect is the one that most readers agree on: `[section]`, `key = value`, and comments on
 * lines of their own that begin with `;` or `#`. All values are strings. A plug-in decides what it
 * can edit without guessing, and refuses the rest.
 *
 * @example
 * ```ts
 * import { applySplice, defaultFormats } from "@terok/vault-config/formats";
 * import { iniFormat } from "./ini_format.ts";
 *
 * const ini = await defaultFormats.with(iniFormat).load("ini");
 * const document = ini.parse("[core]\neditor=vi\n");
 * const text = applySplice(document.text, document.put(["core", "proxy"], "localhost:9419"));
 * if (text !== "[core]\neditor=vi\nproxy=localhost:9419\n") throw new Error(text);
 * ```
 *
 * @module
 */
import {
  type ConcretePath,
  type ConfigDocument,
  ConfigPatchError,
  type ConfigPath,
  type ConfigTable,
  type ConfigValue,
  droppedPlace,
  eolOf,
  type ErrorDetails,
  type FormatHandler,
  type Ground,
  locate,
  mergeSplices,
  NO_PUT,
  notParsed,
  pathText,
  type Put,
  type Slot,
  type Splice,
  tableOf,
  targetOf,
  valueAt,
} from "@terok/vault-config/formats";

/** Reads and edits INI files. */
export const iniFormat: FormatHandler = {
  name: "ini",
  extensions: [".ini"],
  blank: "",
  holdsNull: false,
  parse(text: string): ConfigDocument {
    return new IniDocument(text);
  },
};

/** A line, without its newline; sections and pairs are named by `section` and `pair`. */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly kind: "header" | "pair" | "other";
  /** The section that it begins or is in; "" before the first. */
  readonly section: string;
  readonly key: string;
  /** The equals sign of a pair with the space around it. */
  readonly equals: string;
  readonly value: string;
}

class IniDocument implements ConfigDocument, Ground {
  readonly text: string;
  readonly value: ConfigTable;
  readonly nullIsEmpty = false;
  readonly #lines: readonly Line[];

  constructor(text: string) {
    this.text = text;
    this.#lines = readLines(text);
    this.value = readValue(text, this.#lines);
  }

  find(path: ConfigPath): Slot | undefined {
    const value = valueAt(this.value, path);
    if (value === undefined) return undefined;
    const line = this.#lines.find((line) => line.kind === "pair" && says(line, path));
    if (line === undefined) return { value };
    const start = line.start + this.text.slice(line.start, line.end).indexOf(line.equals) +
      line.equals.length;
    return { value, span: { start, end: start + line.value.length } };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    // The same mistake gets the same answer in every format.
    const { action } = targetOf(this, path, value);
    if (action === "nothing") return NO_PUT;
    const [section, key] = address(path);
    const text = writable(value);
    const slot = this.find(path);
    if (slot?.span !== undefined) {
      const { start, end } = slot.span;
      return put(start, this.text.slice(start, end), "", text, "");
    }

    const eol = eolOf(this.text);
    const pairs = this.#lines.filter((line) => line.kind === "pair");
    const neighbour = pairs.findLast((line) => line.section === section);
    const pair = key + ((neighbour ?? pairs[0])?.equals ?? " = ");
    const above = neighbour ??
      this.#lines.find((line) => line.kind === "header" && line.section === section);
    if (above !== undefined) return put(above.end, "", eol + pair, text, "");
    const begin = this.text.startsWith("\uFEFF") ? 1 : 0;
    if (section === "") return put(begin, "", pair, text, eol);

    const end = this.text.length;
    const closed = end === begin || this.text.endsWith("\n");
    const gap = (closed ? "" : eol) + (end === begin ? "" : eol);
    const created = [[section]];
    return put(end, "", `${gap}[${section}]${eol}${pair}`, text, closed ? eol : "", created);
  }

  drop(path: ConfigPath): Splice {
    droppedPlace(this, path);
    const lines = this.#lines;
    const goes = (line: Line | undefined) => line !== undefined && says(line, path);
    const kept = lines.findIndex((line) => !goes(line));
    const cuts = lines.flatMap((line, i) => {
      if (!goes(line)) return [];
      // A line goes with the newline before it; those at the very top, with the one after.
      const top = kept === -1 || i < kept;
      const start = top ? line.start : lines[i - 1]?.end ?? line.start;
      const end = top ? lines[i + 1]?.start ?? line.end : line.end;
      return [{ offset: start, remove: this.text.slice(start, end), insert: "" }];
    });
    return mergeSplices(this.text, cuts);
  }

  offsetOf(place: ConcretePath): number | undefined {
    return this.#lines.find((line) => says(line, place))?.start;
  }
}

function readLines(text: string): Line[] {
  const lines: Line[] = [];
  let section = "";
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  for (const raw of text.slice(start).split("\n")) {
    const line = raw.replace(/\r$/, "");
    const header = /^[ \t]*\[([^[\]]+)\][ \t]*$/.exec(line);
    const pair = /^[ \t]*([^=;#[\s](?:[^=]*[^=\s])?)([ \t]*=[ \t]*)(.*?)[ \t]*$/.exec(line);
    const odd = /[^\P{Cc}\t]/u.test(line);
    if (odd || !(header || pair || /^[ \t]*([;#].*)?$/.test(line))) {
      const at = start + Math.max(0, line.search(/\S/));
      throw notParsed(text, at, "INI", "no section, no `key = value`, no comment");
    }
    section = header?.[1] ?? section;
    const [, key = "", equals = "", value = ""] = pair ?? [];
    const kind = header ? "header" : pair ? "pair" : "other";
    lines.push({ start, end: start + line.length, kind, section, key, equals, value });
    start += raw.length + 1;
  }
  return lines;
}

function readValue(text: string, lines: readonly Line[]): ConfigTable {
  const root = new Map<string, ConfigValue>();
  const sections = new Map([["", root]]);
  for (const { kind, section, key, value, start } of lines) {
    if (kind === "other") continue;
    const known = sections.get(section) ?? new Map<string, ConfigValue>();
    const twice = kind === "header" ? sections.has(section) || root.has(section) : known.has(key);
    if (twice) {
      const name = kind === "header" ? `the section "${section}"` : `the key "${key}"`;
      throw wrong("unsupported", `${name} stands twice`, locate(text, start));
    }
    sections.set(section, known);
    if (kind === "pair") known.set(key, value);
  }
  const tables = [...sections].filter(([name]) => name !== "")
    .map(([name, pairs]): [string, ConfigTable] => [name, tableOf(pairs)]);
  return tableOf([...root, ...tables]);
}

/** Whether a line is what a path means: the pair itself, or header or pair of the section. */
function says(line: Line, [first, second]: ConfigPath): boolean {
  if (line.kind === "other") return false;
  if (second !== undefined) return line.section === first && line.key === second;
  return line.section === "" ? line.key === first : line.section === first;
}

function address(path: ConfigPath): readonly [section: string, key: string] {
  const [section, key] = path.length === 1 ? ["", path[0]] : path;
  const plain = typeof section === "string" && /^[^[\]\p{Cc}]*$/u.test(section);
  if (path.length <= 2 && plain && typeof key === "string" && /^[\w.-]+$/.test(key)) {
    return [section, key];
  }
  throw wrong("shape", `"${pathText(path)}" is no place in an INI file`);
}

/** Readers disagree about quotes, inline comments and space at either end: none is written. */
function writable(value: ConfigValue): string {
  if (typeof value === "string" && /^(?!["'])\P{Cc}*$/u.test(value)) {
    if (value === value.trim() && !/(^|\s)[;#]/.test(value)) return value;
  }
  throw wrong("unsupported", "INI files that all programs read alike cannot hold this value");
}

function put(
  offset: number,
  remove: string,
  before: string,
  text: string,
  after: string,
  created: readonly ConfigPath[] = [],
): Put {
  const value = { start: before.length, end: before.length + text.length };
  return { offset, remove, insert: before + text + after, value, created };
}

function wrong(code: "shape" | "unsupported", why: string, place: ErrorDetails = {}) {
  return new ConfigPatchError(code, why, { ...place, remedy: "correct the file or the patch" });
}
