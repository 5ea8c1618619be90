/**
 * Planning a put: which one splice makes a path of a YAML text hold a value.
 *
 * New pairs and items go behind the last one of their collection, so that what a user wrote above
 * stays in order and a comment below stays with the key that it introduces.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import type { ConfigPath, ConfigTable, ConfigValue, Put } from "../types.ts";
import { isList, isTable, pathText, sameValue } from "../value.ts";
import {
  type CollectionNode,
  descendants,
  type Entry,
  lastLeaf,
  type ScalarNode,
  type YamlIndex,
  type YamlNode,
} from "./spans.ts";
import { beginsLine, commentsIn, indentOf, leadingSpaces, lineEnd } from "./layout.ts";
import { followPath, type Place, refuseAnchors, refused, refuseUnclear } from "./place.ts";
import { isPlainSafe, PLAIN, type Quoting, writeKey, writeValue } from "./text.ts";
import { CORE_TAG, valueOf } from "./value.ts";

/** New text with the value in it. */
interface Piece {
  readonly before: string;
  readonly value: string;
  readonly after: string;
}

/** How keys and values of one collection are quoted. */
interface Style {
  readonly keys: Quoting;
  readonly values: Quoting;
  /** What stands between a brace and what it holds. */
  readonly pad: "" | " ";
}

/**
 * The splice that makes `path` hold `value`.
 *
 * @throws {ConfigPatchError} `shape` or `unsupported`, as `ConfigDocument.put` says.
 */
export function planPut(
  index: YamlIndex,
  root: ConfigTable,
  path: ConfigPath,
  value: ConfigValue,
): Put {
  const last = path[path.length - 1];
  if (last === undefined || typeof last === "object") {
    throw new ConfigPatchError("shape", `${pathText(path) || "the root"} is not a key or an index`);
  }
  const place = followPath(index, root, path);
  const { node, missing } = place;
  refuseUnclear(index, place, path);
  if (missing.length === 0 && sameValue(place.value, value)) return emptyPut(node?.start ?? 0);
  refuseSelectorKeys(path);
  if (missing.length > 0) return new Insertion(index, path, value, place).plan();
  if (node === undefined) throw new RangeError("a path that exists has a node");
  return override(index, place, node, path, value);
}

/** Another value for a key that selects the entry would make the path lead elsewhere. */
function refuseSelectorKeys(path: ConfigPath): void {
  for (const [depth, step] of path.entries()) {
    const selector = path[depth - 1];
    if (typeof selector === "object" && typeof step === "string" && Object.hasOwn(selector, step)) {
      throw new ConfigPatchError("shape", `"${step}" both selects the entry and is to be set`);
    }
  }
}

function emptyPut(offset: number): Put {
  return { offset, remove: "", insert: "", value: { start: 0, end: 0 }, created: [] };
}

/** The put that replaces `[offset, end)` by `lead`, a piece and `tail`. */
function put(
  index: YamlIndex,
  range: { readonly offset: number; readonly end?: number },
  [lead, piece, tail]: readonly [string, Piece, string],
  created: readonly ConfigPath[] = [],
): Put {
  const { offset, end = offset } = range;
  refuseTabLine(index, end, tail.endsWith("\n"));
  const start = lead.length + piece.before.length;
  return {
    offset,
    remove: index.source.text.slice(offset, end),
    insert: lead + piece.before + piece.value + piece.after + tail,
    value: { start, end: start + piece.value.length },
    created,
  };
}

/**
 * A line of blanks with a tab may follow plain text, but to the readers in C (Go and Python use
 * their rules) it is an error behind anything else.
 */
function refuseTabLine(index: YamlIndex, end: number, atLineStart: boolean): void {
  const pattern = atLineStart
    ? /(?: *\r?\n)* *\t[ \t]*(?:\r?\n|$)/y
    : /[^\n]*\n(?: *\r?\n)* *\t[ \t]*(?:\r?\n|$)/y;
  pattern.lastIndex = end;
  if (!pattern.test(index.source.text)) return;
  throw refused(index, end, "a line of nothing but blanks and tabs follows", "empty that line");
}

function braced(piece: Piece, { pad }: Style): Piece {
  return { ...piece, before: `{${pad}${piece.before}`, after: `${piece.after}${pad}}` };
}

function bracketed(piece: Piece): Piece {
  return { ...piece, before: `[${piece.before}`, after: `${piece.after}]` };
}

function pieceOf(value: string): Piece {
  return { before: "", value, after: "" };
}

// Overriding

function override(
  index: YamlIndex,
  place: Place,
  node: YamlNode,
  path: ConfigPath,
  value: ConfigValue,
): Put {
  const step = place.steps[place.steps.length - 1];
  if (step === undefined) throw new RangeError("a path that exists has a step");
  refuseOverride(index, node, path, value);
  refuseAnchors(index, descendants(node), node.end);
  const quoting = overrideQuoting(index, step.parent, node);
  const text = writeValue(value, quoting);
  if (node.kind === "scalar" && node.implied) {
    return fillSlot(index, step.entry, node, step.parent, pieceOf(text));
  }
  if (node.kind === "seq" && !node.flow) {
    return overrideBlockSequence(index, step.entry, step.parent, node, value, quoting);
  }
  if (isList(value) || isTable(value)) refuseTab(index, step.parent, node);
  return put(index, { offset: node.start, end: node.end }, ["", pieceOf(text), ""]);
}

/** Parsers disagree on whether a tab may stand before a bracket. */
function refuseTab(index: YamlIndex, parent: CollectionNode, node: YamlNode): void {
  if (!parent.flow) indentOf(index, node.start);
}

function refuseOverride(
  index: YamlIndex,
  node: YamlNode,
  path: ConfigPath,
  value: ConfigValue,
): void {
  const name = pathText(path);
  if (node.kind === "alias") {
    throw refused(
      index,
      node.start,
      `an alias stands at ${name}`,
      "write the value out where the alias stands",
    );
  }
  if (node.kind === "map" && (!node.flow || node.bare)) {
    throw new ConfigPatchError("shape", `a mapping stands at ${name}`, {
      ...locate(index.source.text, node.start),
      remedy: "remove the mapping, or set a key in it",
    });
  }
  const string = node.tag === "!" || node.tag === `${CORE_TAG}str`;
  if (node.tag !== undefined && !(string && typeof value === "string" && node.kind === "scalar")) {
    throw refused(
      index,
      node.outer,
      `a value with the tag ${node.tag} stands at ${name}`,
      "remove the tag",
    );
  }
}

/** A value where no text stands for one yet. */
function fillSlot(
  index: YamlIndex,
  entry: Entry,
  node: ScalarNode,
  parent: CollectionNode,
  piece: Piece,
  created: readonly ConfigPath[] = [],
): Put {
  if (entry.slot !== -1) {
    return put(index, { offset: Math.max(entry.slot, node.end) }, [" ", piece, ""], created);
  }
  if (!parent.flow || entry.explicit || entry.keyNode === undefined) {
    throw refused(index, entry.start, "this key has no colon", "write `key: value`");
  }
  return put(index, { offset: entry.end }, [": ", piece, ""], created);
}

/** A block sequence is replaced by one of its kind; anything else must fit its indentation. */
function overrideBlockSequence(
  index: YamlIndex,
  entry: Entry,
  parent: CollectionNode,
  node: CollectionNode,
  value: ConfigValue,
  quoting: Quoting,
): Put {
  const range = { offset: node.start, end: node.end };
  if (isList(value) && value.length > 0) {
    const indent = " ".repeat(indentOf(index, node.start));
    const lines = value.map((item) => `- ${writeValue(item, quoting)}`);
    return put(index, range, ["", pieceOf(lines.join(index.eol + indent)), ""]);
  }
  const text = pieceOf(writeValue(value, quoting));
  const gap = index.source.text.slice(Math.max(entry.slot, 0), node.start);
  if (entry.slot !== -1 && /^\s*$/.test(gap) && entry.keyNode !== undefined) {
    return put(index, { offset: entry.slot, end: node.end }, [" ", text, ""]);
  }
  if (indentOf(index, node.start) <= indentOf(index, parent.start)) {
    throw refused(
      index,
      node.start,
      "this list is not indented under its key",
      "indent the list, or move the comment above it",
    );
  }
  return put(index, range, ["", text, ""]);
}

// Inserting

/** Making what is missing of one path. */
class Insertion {
  readonly #index: YamlIndex;
  readonly #path: ConfigPath;
  readonly #value: ConfigValue;
  readonly #place: Place;
  readonly #missing: ConfigPath;
  readonly #created: readonly ConfigPath[];

  constructor(index: YamlIndex, path: ConfigPath, value: ConfigValue, place: Place) {
    this.#index = index;
    this.#path = path;
    this.#value = value;
    this.#place = place;
    this.#missing = place.missing;
    const from = path.length - place.missing.length + 1;
    this.#created = path.slice(from).map((_, i) => path.slice(0, from + i));
  }

  plan(): Put {
    const { node, value } = this.#place;
    const [step, ...rest] = this.#missing;
    if ([step, ...rest].some((one) => typeof one === "number")) {
      throw this.#shape(node, "there is no list entry of this number");
    }
    if (this.#missing.some((one, i) => typeof one === "object" && typeof rest[i] === "object")) {
      throw this.#shape(node, "an entry of a list of lists cannot be created");
    }
    if (
      this.#place.steps.length === 0 && typeof step === "string" &&
      (node === undefined || node.kind === "scalar")
    ) {
      return this.#intoNothing(node);
    }
    const atRoot = this.#place.steps.length === 0;
    if (node === undefined || (atRoot && node.kind === "scalar")) {
      throw this.#shape(node, "the root is a mapping, not a list");
    }
    if (node.kind === "map" && typeof step === "string") return this.#intoCollection(node);
    if (node.kind === "seq" && typeof step === "object") return this.#intoCollection(node);
    if (node.kind === "scalar" && value === null) return this.#intoNull(node);
    const wanted = typeof step === "string" ? "a mapping" : "a list of mappings";
    throw this.#shape(node, `${wanted} must stand here, and something else does`);
  }

  #intoCollection(node: CollectionNode): Put {
    if (node.flow) return node.bare ? this.#refuseBare(node) : this.#intoFlow(node);
    const last = node.entries[node.entries.length - 1];
    if (last === undefined) throw new RangeError("a block collection has an entry");
    const style = styleOf(this.#index, node);
    const indent = indentOf(this.#index, node.start);
    // Whether the mark counts as a column decides here how far the key reaches.
    if (last.explicit && this.#index.source.text[last.start - 1] === "\uFEFF") {
      throw refused(
        this.#index,
        last.start,
        "an explicit key follows a byte order mark",
        "write `key: value`, or remove the byte order mark",
      );
    }
    const piece = this.#blockPiece(node, style, indent);
    const end = lineEnd(this.#index, last.end);
    const leaf = lastLeaf(node);
    const block = leaf.kind === "scalar" && leaf.style === "block";
    // A block scalar might take a blank line in.
    const gap = !block && this.#missing.length > 1 && setOff(this.#index, node)
      ? this.#index.eol
      : "";
    const lead = gap + " ".repeat(indent);
    if (!end.open) return this.#put(end.offset, lead, piece, this.#index.eol);
    if (block) return this.#beforeOpenBlock(node, last, piece, indent);
    return this.#put(end.offset, this.#index.eol + lead, piece, "");
  }

  /**
   * A line break after a block scalar that ends the text without one would change the scalar's
   * value for Go and Python (`|` keeps the last line break if there is one).
   */
  #beforeOpenBlock(node: CollectionNode, last: Entry, piece: Piece, indent: number): Put {
    if (node.kind === "seq") {
      throw refused(
        this.#index,
        last.start,
        "a block scalar ends the file without a line break",
        "end the file with a line break",
      );
    }
    return this.#put(last.start, "", piece, this.#index.eol + " ".repeat(indent));
  }

  #blockPiece(node: CollectionNode, style: Style, indent: number): Piece {
    if (node.kind === "map") {
      const piece = this.#lines(this.#missing, indent, style);
      return this.#missing.length > 1 ? piece : aligned(piece, columnOfValues(this.#index, node));
    }
    const last = node.entries[node.entries.length - 1]?.value;
    if (last !== undefined && last.kind === "map" && last.flow) {
      const flow = this.#flow(this.#missing, style);
      return { ...flow, before: "- " + flow.before };
    }
    // A compact mapping begins on the line of its dash; its keys may stand further right than usual.
    const offset = last !== undefined && last.kind === "map"
      ? last.start - (node.entries[node.entries.length - 1]?.start ?? 0)
      : 2;
    const compact = last?.kind === "map" && last.outer === last.start && offset >= 2 &&
      offset <= 8 &&
      !this.#index.source.text.slice(last.start - offset, last.start).includes("\n");
    return this.#lines(this.#missing, indent, style, compact ? offset : 2);
  }

  /** Block text for missing steps; its first line comes without indentation. */
  #lines(missing: ConfigPath, indent: number, style: Style, dash = 2): Piece {
    const { eol, step: stepWidth, sequenceStep } = this.#index;
    const [step, next, ...rest] = missing;
    if (typeof step === "object") {
      const inner = indent + dash;
      const body = this.#lines(missing.slice(1), inner, style);
      const lead = Object.entries(step).map(([key, value]) =>
        `${writeKey(key, style.keys)}: ${writeValue(value, style.values)}${eol}${" ".repeat(inner)}`
      );
      return { ...body, before: "-" + " ".repeat(dash - 1) + lead.join("") + body.before };
    }
    const key = `${writeKey(String(step), style.keys)}:`;
    if (next === undefined) {
      return { before: key + " ", value: writeValue(this.#value, style.values), after: "" };
    }
    const inner = indent + (typeof next === "object" ? sequenceStep : stepWidth);
    const body = this.#lines([next, ...rest], inner, style);
    return { ...body, before: key + eol + " ".repeat(inner) + body.before };
  }

  #intoFlow(node: CollectionNode): Put {
    const { text } = this.#index.source;
    const style = styleOf(this.#index, node);
    const piece = this.#flow(this.#missing, style);
    const last = node.entries[node.entries.length - 1];
    if (last === undefined) {
      // `{ }` keeps its blank before the closing brace.
      const lead = /^[{[] +[}\]]$/.test(text.slice(node.start, node.end)) ? " " : "";
      return this.#put(node.start + 1, lead, piece, "");
    }
    if (last.explicit && last.slot === -1) {
      throw refused(this.#index, last.start, "this key has no colon", "write `key: value`");
    }
    // `{a:,` is not read everywhere as a key without a value.
    const gap = last.value.kind === "scalar" && last.value.implied && last.slot === last.end
      ? " "
      : "";
    const spread = beginsLine(this.#index, last.start) &&
      /^[ \t]*,?[ \t]*\r?\n/.test(text.slice(last.end)) &&
      commentsIn(this.#index, last.start, last.end).length === 0;
    const separator = spread
      ? "," + this.#index.eol + leadingSpaces(this.#index, last.start)
      : ", ";
    return this.#put(last.end, gap + separator, piece, "");
  }

  /** Flow text for missing steps. */
  #flow(missing: ConfigPath, style: Style): Piece {
    const [step, next, ...rest] = missing;
    if (typeof step === "object") {
      const lead = Object.entries(step).map(([key, value]) =>
        `${writeKey(key, style.keys)}: ${writeValue(value, style.values)}, `
      );
      const body = this.#flow(missing.slice(1), style);
      return braced({ ...body, before: lead.join("") + body.before }, style);
    }
    const key = `${writeKey(String(step), style.keys)}: `;
    if (next === undefined) {
      return { before: key, value: writeValue(this.#value, style.values), after: "" };
    }
    const body = this.#flow([next, ...rest], style);
    const inner = typeof next === "object" ? bracketed(body) : braced(body, style);
    return { ...inner, before: key + inner.before };
  }

  /** What a key without a value gets: a block under it, or flow text where no block can stand. */
  #intoNull(node: ScalarNode): Put {
    const step = this.#place.steps[this.#place.steps.length - 1];
    if (step === undefined) throw new RangeError("a null below the root has a step");
    if (node.tag !== undefined) {
      throw refused(this.#index, node.outer, "a null with a tag stands here", "remove the tag");
    }
    refuseAnchors(this.#index, [node], node.end);
    const { parent, entry } = step;
    const style = styleOf(this.#index, parent);
    const { eol } = this.#index;
    const block = !parent.flow && parent.kind === "map" && entry.slot !== -1;
    if (block) {
      const listed = typeof this.#missing[0] === "object";
      const width = listed ? this.#index.sequenceStep : this.#index.step;
      const indent = indentOf(this.#index, parent.start) + width;
      const piece = this.#lines(this.#missing, indent, style);
      const end = lineEnd(this.#index, entry.end);
      const lead = " ".repeat(indent);
      if (node.implied && !end.open) return this.#put(end.offset, lead, piece, eol);
      if (node.implied) return this.#put(end.offset, eol + lead, piece, "");
      const from = entry.slot;
      const bare = this.#index.source.text.slice(from, node.start).trim() === "" &&
        commentsIn(this.#index, from, end.offset).length === 0;
      if (bare) return this.#put(from, eol + lead, piece, "", node.end);
    }
    const flow = this.#flow(this.#missing, style);
    const list = typeof this.#missing[0] === "object";
    const piece = list ? bracketed(flow) : braced(flow, style);
    refuseTab(this.#index, parent, node);
    if (!node.implied) return this.#put(node.start, "", piece, "", node.end);
    return fillSlot(this.#index, entry, node, parent, piece, this.#created);
  }

  /** The first pair of a text that holds none: behind its comments, before an end marker. */
  #intoNothing(node: YamlNode | undefined): Put {
    const { text } = this.#index.source;
    if (node !== undefined && (node.tag !== undefined || node.outer !== node.start)) {
      throw refused(
        this.#index,
        node.outer,
        "the empty document has a tag or an anchor",
        "remove it",
      );
    }
    const { eol } = this.#index;
    const piece = this.#lines(this.#missing, 0, { keys: PLAIN, values: PLAIN, pad: "" });
    const marker = /(?<=^\uFEFF?)\.\.\.(?=[ \t\r\n]|$)/m.exec(text);
    const offset = marker?.index ?? text.length;
    const head = text.slice(0, offset);
    if (head === "" || head === "\uFEFF" || head.endsWith("\n")) {
      return this.#put(offset, "", piece, eol);
    }
    return this.#put(offset, eol, piece, "");
  }

  #put(offset: number, lead: string, piece: Piece, tail: string, end = offset): Put {
    return put(this.#index, { offset, end }, [lead, piece, tail], this.#created);
  }

  #refuseBare(node: CollectionNode): never {
    throw refused(
      this.#index,
      node.start,
      "a single pair without braces stands in a list",
      "write braces around the pair",
    );
  }

  #shape(node: YamlNode | undefined, message: string): ConfigPatchError {
    const { text } = this.#index.source;
    return new ConfigPatchError("shape", `${pathText(this.#path)}: ${message}`, {
      ...locate(text, node?.start ?? 0),
      remedy: "change or remove what stands here",
    });
  }
}

// Style

/** The column of the values, counted from the key, where blanks bring all of them to one. */
function columnOfValues(index: YamlIndex, node: CollectionNode): number {
  const pairs = node.entries.slice(-NEIGHBOURS)
    .filter(({ value, explicit }) => value.kind === "scalar" && !value.implied && !explicit);
  const columns = new Set(pairs.map(({ start, value }) => value.outer - start));
  const gaps = pairs.map(({ slot, value }) => index.source.text.slice(slot, value.outer));
  const padded = gaps.some((gap) => gap.length > 1) && gaps.every((gap) => /^ +$/.test(gap));
  return padded && columns.size === 1 ? [...columns][0] ?? 0 : 0;
}

/** A pair with its value moved to a column, if its key leaves room. */
function aligned(piece: Piece, column: number): Piece {
  return { ...piece, before: piece.before.padEnd(column) };
}

/** Whether blank lines set off the block collections in a collection, but for the first entry. */
function setOff(index: YamlIndex, node: CollectionNode): boolean {
  const { text } = index.source;
  const near = node.entries.slice(-NEIGHBOURS);
  const gaps = near.flatMap(({ start, value }, i) => {
    const above = near[i - 1];
    return above === undefined || !("entries" in value) || value.flow
      ? []
      : [text.slice(above.end, start)];
  });
  const blank = gaps.filter((gap) => /\n[ \t]*\r?\n/.test(gap)).length;
  return blank > 0 && 2 * blank > gaps.length;
}

/** Neighbours that are looked at: the nearest ones show the style, and a put stays cheap. */
const NEIGHBOURS = 16;

function styleOf(index: YamlIndex, node: CollectionNode): Style {
  const pairs = node.kind === "map"
    ? node.entries.slice(-NEIGHBOURS)
    : node.entries.slice(-4).flatMap(({ value }) =>
      value.kind === "map" ? value.entries.slice(0, NEIGHBOURS) : []
    );
  const keys = pairs.flatMap(({ keyNode }) => keyNode === undefined ? [] : [keyNode]);
  const model = node.kind === "map" ? node : node.entries[node.entries.length - 1]?.value;
  const padded = model?.kind === "map" && model.flow && !model.bare && model.entries.length > 0 &&
    index.source.text[model.start + 1] === " ";
  return {
    pad: padded ? " " : "",
    keys: quotingOf(index, keys),
    values: quotingOf(index, pairs.map(({ value }) => value)),
  };
}

function quotingOf(index: YamlIndex, nodes: readonly YamlNode[]): Quoting {
  const quotes = new Set<'"' | "'">();
  let plain = false;
  let chosen = false;
  for (const node of nodes) {
    if (node.kind !== "scalar" || node.implied || node.style === "block") continue;
    if (node.style !== "plain") quotes.add(node.style);
    const value = valueOf(index.source, node.event);
    if (typeof value !== "string") continue;
    if (node.style === "plain") plain = true;
    // Quotes that the text needs anyway say nothing about taste.
    else if (isPlainSafe(value)) chosen = true;
  }
  const [quote = '"', other] = quotes;
  return { quote: other === undefined ? quote : '"', always: chosen && !plain };
}

function overrideQuoting(index: YamlIndex, parent: CollectionNode, node: YamlNode): Quoting {
  if (node.kind === "scalar" && (node.style === "'" || node.style === '"')) {
    return { quote: node.style, always: true };
  }
  const { values } = styleOf(index, parent);
  // After a colon without a space only a quoted string is read as a value everywhere.
  if (index.source.text[node.start - 1] === ":" && parent.flow) return { ...values, always: true };
  return node.kind === "scalar" && node.style === "plain" && !node.implied
    ? { ...values, always: false }
    : values;
}
