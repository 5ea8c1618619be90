/**
 * The JSON handler: strict JSON, and JSON with comments and trailing commas.
 *
 * A new entry goes before the first one of its container: there it brings its own comma, and no
 * comma or comment of a neighbour has to move.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import { readJson } from "./read.ts";
import { type JsonEntry, type JsonNode, type JsonTree, readTree } from "./tree.ts";
import {
  type JsonStyle,
  prefixed,
  writeEntry,
  writeProperty,
  writeValue,
  type Written,
} from "./write.ts";
import { mergeSplices } from "../splice.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigTable,
  ConfigValue,
  FormatHandler,
  ParseOptions,
  Put,
  Slot,
  Span,
  Splice,
} from "../types.ts";
import { isTable, pathText, resolve, sameValue, valueAt } from "../value.ts";

/**
 * Reads and edits JSON, with comments and trailing commas unless `strict` is asked for.
 *
 * @example
 * ```ts
 * import { applySplice, defaultFormats } from "@terok/vault-config/formats";
 *
 * const handler = await defaultFormats.load("json");
 * const document = handler.parse('{\n  "model": "x" // mine\n}\n');
 * const put = document.put(["env", "URL"], "http://localhost:9419");
 * const text = applySplice(document.text, put);
 * const wanted =
 *   '{\n  "env": {\n    "URL": "http://localhost:9419"\n  },\n  "model": "x" // mine\n}\n';
 * if (text !== wanted) throw new Error(text);
 * ```
 */
export const jsonFormat: FormatHandler = {
  name: "json",
  extensions: [".json", ".jsonc"],
  blank: "{}\n",
  holdsNull: true,
  parse(text: string, options: ParseOptions = {}): ConfigDocument {
    const { value, tree } = readJson(text, options);
    return new JsonDocument(text, value, tree);
  },
};

class JsonDocument implements ConfigDocument {
  readonly text: string;
  readonly value: ConfigTable;
  #tree: JsonTree | undefined;

  constructor(text: string, value: ConfigTable, tree: JsonTree | undefined) {
    this.text = text;
    this.value = value;
    this.#tree = tree;
  }

  get isStrict(): boolean {
    const { comments, trailingCommas } = this.#index();
    return comments.length + trailingCommas.length === 0;
  }

  find(path: ConfigPath): Slot | undefined {
    const value = valueAt(this.value, path);
    if (value === undefined) return undefined;
    const { node } = this.#walk(path);
    return { value, span: { start: node.start, end: node.end } };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    if (typeof (path.at(-1) ?? {}) === "object") {
      throw new ConfigPatchError("unsupported", `"${pathText(path)}" does not end in a key`, {
        remedy: "address the key that is to hold the value",
      });
    }
    const place = this.#walk(path);
    const [step, ...rest] = place.missing;
    if (step === undefined) return this.#replace(path, place, value);

    const { node } = place;
    const created = path.slice(0, -1)
      .map((_, index) => path.slice(0, index + 1))
      .slice(place.depth);
    if (typeof step === "string" && node.kind === "table") {
      const write: Writer = (style, indent) => writeProperty(step, rest, value, style, indent);
      return { ...this.#insert(place, write), created };
    }
    if (typeof step === "object" && node.kind === "list") {
      const write: Writer = (style, indent) => writeEntry(step, rest, value, style, indent);
      return { ...this.#insert(place, write), created };
    }
    throw this.#wrongShape(path, place, step);
  }

  drop(path: ConfigPath): Splice {
    const { missing, node, parent, entry } = this.#walk(path);
    if (missing.length > 0) return { offset: node.start, remove: "", insert: "" };
    if (parent === undefined || entry === undefined) {
      throw new ConfigPatchError("unsupported", "the root of the file cannot be removed");
    }
    return dropEntry(this.text, this.#index(), parent, entry);
  }

  #index(): JsonTree {
    this.#tree ??= readTree(this.text);
    return this.#tree;
  }

  #walk(path: ConfigPath): Place {
    const { found, missing } = resolve(this.value, path);
    const nodes = [this.#index().root];
    let parent: JsonNode | undefined;
    let entry: JsonEntry | undefined;
    let node = this.#index().root;
    for (const step of found) {
      const next = typeof step === "string" ? node.byKey.get(step) : node.entries[step];
      if (next === undefined) {
        throw new ConfigPatchError("unsupported", `"${pathText(path)}" is not where it was read`);
      }
      [parent, entry, node] = [node, next, next.value];
      nodes.push(node);
    }
    return { depth: found.length, missing, nodes, parent, entry, node };
  }

  /** Another text for the value that stands at a place. */
  #replace(path: ConfigPath, { nodes, node, entry }: Place, value: ConfigValue): Put {
    const here = { offset: node.start, created: [] };
    if (sameValue(valueAt(this.value, path), value)) {
      return { ...here, remove: "", insert: "", value: { start: 0, end: 0 } };
    }
    if (node.kind === "table" && !isTable(value)) {
      throw new ConfigPatchError("shape", `an object stands at "${pathText(path)}"`, {
        ...locate(this.text, node.start),
        remedy: "remove it, or put its keys one by one",
      });
    }
    const remove = this.text.slice(node.start, node.end);
    const indent = remove.includes("\n")
      ? indentOf(this.text, entry?.start ?? node.start)
      : undefined;
    const insert = writeValue(value, this.#style(nodes), indent);
    return { ...here, remove, insert, value: { start: 0, end: insert.length } };
  }

  /** A new entry in an existing container. */
  #insert(place: Place, write: Writer): Splice & { readonly value: Span } {
    const { node, nodes } = place;
    const style = this.#style(nodes);
    const first = node.entries[0];
    if (first === undefined) return this.#fill(place, write, style);
    return node.kind === "list"
      ? this.#append(node, write, style)
      : this.#prepend(node, first, write, style);
  }

  /** A new first property. */
  #prepend(
    node: JsonNode,
    first: JsonEntry,
    write: Writer,
    style: JsonStyle,
  ): Splice & { readonly value: Span } {
    const anchor = anchorOf(this.text, this.#index(), node, first);
    const line = lineStart(this.text, anchor);
    if (line <= node.start || !isBlank(this.text.slice(line, anchor))) {
      return splice(anchor, "", write(style, undefined), `,${style.gap}`);
    }
    const indent = indentOf(this.text, first.start);
    return splice(line, indent, write(style, indent), `,${style.eol}`);
  }

  /** A new last element: the order of a list has a meaning. */
  #append(node: JsonNode, write: Writer, style: JsonStyle): Splice & { readonly value: Span } {
    const text = this.text;
    const last = node.entries.at(-1) ?? { start: node.start, value: node };
    const indent = indentOf(text, last.start);
    // Where the neighbours are objects on one line each, the new one is too.
    const written = write(style, this.#spansLines(last.value) ? indent : undefined);
    const ownLine = isBlank(text.slice(lineStart(text, last.start), last.start));
    const from = last.comma === undefined ? last.value.end : last.comma + 1;
    const end = trailEnd(text, this.#index(), { start: from, end: node.end });
    const comma = last.comma === undefined ? "," : "";
    const after = last.comma === undefined ? "" : ",";
    if (end === from) {
      return splice(end, comma + (ownLine ? style.eol + indent : style.gap), written, after);
    }
    // The comments at the end of the line stay there, so the comma begins the next line.
    const lead = comma === "" ? "" : `${comma}${style.gap}`;
    return splice(end, style.eol + indent + lead, written, after);
  }

  /** The first entry of a container that is empty, or holds nothing but comments. */
  #fill(
    { node, entry }: Place,
    write: Writer,
    style: JsonStyle,
  ): Splice & { readonly value: Span } {
    const text = this.text;
    const start = entry?.start ?? node.start;
    const outer = indentOf(text, start);
    const indent = outer + style.unit;
    const closing = lineStart(text, node.end - 1);
    if (closing > node.start && isBlank(text.slice(closing, node.end - 1))) {
      return splice(closing, indent, write(style, indent), style.eol);
    }
    const comment = commentsIn(this.#index(), node).at(-1);
    if (comment !== undefined) return splice(comment.end, " ", write(style, undefined), "");
    const inner = text.slice(node.start + 1, node.end - 1);
    const ownLine = isBlank(text.slice(lineStart(text, start), start));
    if (inner === "" && ownLine) {
      return splice(node.start + 1, style.eol + indent, write(style, indent), style.eol + outer);
    }
    const pad = inner === "" && node.kind === "table" ? style.pad : inner;
    return splice(node.start + 1, pad, write(style, undefined), inner === "" ? pad : "");
  }

  /** The style of the neighbours: of the innermost container on the way that shows one. */
  #style(nodes: readonly JsonNode[]): JsonStyle {
    const text = this.text;
    const tables = nodes.toReversed()
      .flatMap((node) => node.kind === "list" ? [node.entries[0]?.value ?? node] : [node])
      .filter((node) => node.kind === "table" && node.entries.length > 0);
    const [first, second] = tables[0]?.entries ?? [];
    const colon = first === undefined
      ? ": "
      : this.#between(first.keyEnd, first.value.start, /^[ \t]*:[ \t]*$/) ?? ": ";
    const loose = /\s$/.test(colon) ? " " : "";
    const gap = this.#between(first?.comma, second?.start, /^,[ \t]*$/)?.slice(1);
    const pads = tables.map((table) =>
      this.#between(table.start, table.entries[0]?.start, /^\{[ \t]*$/)?.slice(1)
    );
    return {
      eol: eolOf(text),
      unit: this.#unit(nodes),
      colon,
      gap: gap ?? loose,
      pad: pads.find((pad) => pad !== undefined) ?? loose,
    };
  }

  /** One level of indentation: as on the way to the place, else as in the root's entries. */
  #unit(nodes: readonly JsonNode[]): string {
    const root = this.#index().root;
    const children = root.entries.map((entry) => entry.value);
    for (const node of [...nodes.toReversed(), ...children]) {
      const first = node.entries[0]?.start;
      if (first === undefined || lineStart(this.text, first) <= node.start) continue;
      const [outer, inner] = [indentOf(this.text, node.start), indentOf(this.text, first)];
      if (inner.length > outer.length && inner.startsWith(outer)) return inner.slice(outer.length);
    }
    return "  ";
  }

  #between(start: number | undefined, end: number | undefined, like: RegExp): string | undefined {
    if (start === undefined || end === undefined) return undefined;
    const text = this.text.slice(start, end);
    return like.test(text) ? text : undefined;
  }

  #spansLines({ start, end }: Span): boolean {
    return this.text.slice(start, end).includes("\n");
  }

  #wrongShape(
    path: ConfigPath,
    { depth, node }: Place,
    step: ConfigPath[number],
  ): ConfigPatchError {
    const where = depth === 0 ? "the root" : `"${pathText(path.slice(0, depth))}"`;
    const is = { table: "an object", list: "a list", scalar: "a scalar" }[node.kind];
    const missing = typeof step === "number" && node.kind === "list";
    const why = missing
      ? `the list at ${where} has no entry ${step}`
      : `${is} stands at ${where}, where ${
        typeof step === "string" ? "an object" : "a list of objects"
      } must be`;
    return new ConfigPatchError("shape", why, {
      ...locate(this.text, node.start),
      remedy: missing ? "address an entry that exists" : "correct or remove it",
    });
  }
}

/** Writes new text in a style; with an indentation, spread over lines. */
type Writer = (style: JsonStyle, indent: string | undefined) => Written;

/** How far a path exists: the last node that does, and the way to it. */
interface Place {
  readonly depth: number;
  readonly missing: ConfigPath;
  readonly nodes: readonly JsonNode[];
  readonly parent: JsonNode | undefined;
  readonly entry: JsonEntry | undefined;
  readonly node: JsonNode;
}

/**
 * Where an entry can stand so that comments keep their meaning: before the first entry and the
 * comments that belong to it. A comment belongs to what follows without an empty line between,
 * unless it trails on the line of the opening bracket.
 */
function anchorOf(text: string, tree: JsonTree, node: JsonNode, first: JsonEntry): number {
  let anchor = first.start;
  const before = { start: node.start, end: first.start };
  for (const comment of commentsIn(tree, before).reverse()) {
    const newlines = text.slice(comment.end, anchor).split("\n").length - 1;
    const trailsBracket = lineStart(text, comment.start) <= node.start;
    if (newlines > 1 || (newlines === 1 && trailsBracket)) break;
    anchor = comment.start;
  }
  return anchor;
}

/** Where the comments end that follow on the same line; the beginning of the range if none do. */
function trailEnd(text: string, tree: JsonTree, range: Span): number {
  let end = range.start;
  for (const comment of commentsIn(tree, range)) {
    if (!isBlank(text.slice(end, comment.start))) break;
    end = comment.end;
  }
  return end;
}

function splice(
  offset: number,
  before: string,
  written: Written,
  after: string,
): Splice & { readonly value: Span } {
  const { text, value } = prefixed(before, written);
  return { offset, remove: "", insert: text + after, value };
}

/** The removal of an entry with one comma; its comments stay. */
function dropEntry(text: string, tree: JsonTree, parent: JsonNode, entry: JsonEntry): Splice {
  const index = parent.entries.indexOf(entry);
  const previous = parent.entries[index - 1];
  const inner = { start: parent.start + 1, end: parent.end - 1 };
  if (parent.entries.length === 1 && commentsIn(tree, inner).length === 0) {
    return cut(text, inner.start, inner.end);
  }
  const region = { start: entry.start, end: (entry.comma ?? entry.value.end - 1) + 1 };
  const splices: Splice[] = [];
  // A last entry without a comma leaves the one before it: that one goes.
  if (entry.comma === undefined && previous?.comma !== undefined) {
    if (/^[ \t]*$/.test(text.slice(previous.comma + 1, entry.start))) {
      region.start = previous.comma;
    } else {
      splices.push(cut(text, previous.comma, previous.comma + 1));
    }
  }
  return mergeSplices(text, [...splices, clear(text, tree, region)]);
}

/** The removal of a region in which only comments stay, with the whitespace that it leaves idle. */
function clear(text: string, tree: JsonTree, region: Span): Splice {
  const kept = commentsIn(tree, region).map(({ start, end }) => text.slice(start, end));
  const line = lineStart(text, region.start);
  const alone = isBlank(text.slice(line, region.start));
  const next = skipBlanks(text, region.end);
  const lastOnLine = /^\r?\n/.exec(text.slice(next, next + 2))?.[0];
  if (alone && lastOnLine !== undefined && kept.length === 0) {
    return cut(text, line, next + lastOnLine.length);
  }
  if (kept.length > 0) {
    const newline = eolOf(text) + indentOf(text, region.start);
    const flat = lastOnLine === undefined && !kept.some((comment) => comment.startsWith("//"));
    const separator = flat ? " " : newline;
    const insert = kept.join(separator) + (lastOnLine === undefined ? separator : "");
    return { ...cut(text, region.start, next), insert };
  }
  if (alone) return cut(text, region.start, next);
  // On a line with others: the space before goes where nothing but a bracket or the end follows.
  const closes = lastOnLine !== undefined || /[}\]]/.test(text[next] ?? "");
  if (!closes) return cut(text, region.start, next);
  let start = region.start;
  while (/[ \t]/.test(text[start - 1] ?? "")) start--;
  return cut(text, start, region.end);
}

function cut(text: string, start: number, end: number): Splice {
  return { offset: start, remove: text.slice(start, end), insert: "" };
}

function commentsIn(tree: JsonTree, { start, end }: Span): Span[] {
  return tree.comments.filter((comment) => comment.start >= start && comment.end <= end);
}

function eolOf(text: string): string {
  return text[text.indexOf("\n") - 1] === "\r" ? "\r\n" : "\n";
}

/** Where the line begins on which an offset stands; a byte order mark is not part of it. */
function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  return start === 0 && text.startsWith("\uFEFF") ? 1 : start;
}

/** The whitespace that begins the line on which an offset stands. */
function indentOf(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return text.slice(start, Math.min(offset, skipBlanks(text, start)));
}

function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}
