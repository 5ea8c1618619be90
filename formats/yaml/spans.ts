/**
 * Where everything stands in a YAML text: a tree of nodes with spans, made from the events.
 *
 * The library says where scalars begin and end and where collections begin. The rest (ends of
 * collections, colons, dashes, comments) is found by walking the text along with the events.
 *
 * @module
 */
import { CHOMPING_MODE, type Event, EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { eolOf, lineStart } from "../lines.ts";
import { isFlow, offsetOf, tagOf } from "./events.ts";
import type { YamlSource } from "./value.ts";

interface NodeBase {
  /** The number of the node's event. */
  readonly event: number;
  /** The first code unit of anchor, tag or content, whichever comes first. */
  readonly outer: number;
  /** The first code unit of the content. */
  readonly start: number;
  /** After the last code unit of the content; before the line break that ends a block scalar. */
  readonly end: number;
  /** The full name of the tag. */
  readonly tag: string | undefined;
  /** Where the last alias of this node's anchor stands, -1 without one. */
  readonly lastAlias: number;
}

/** A scalar. */
export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  /** A value that no text stands for: `key:`. */
  readonly implied: boolean;
  /** How it is written. */
  readonly style: "plain" | "'" | '"' | "block";
}

/** A reference to an anchor. */
export interface AliasNode extends NodeBase {
  readonly kind: "alias";
  /** The event of the node that carries the anchor. */
  readonly target: number;
}

/** A mapping or a sequence: its entries are pairs or items. */
export interface CollectionNode extends NodeBase {
  readonly kind: "map" | "seq";
  /** Written with brackets. */
  readonly flow: boolean;
  /** A single pair without braces inside a flow sequence: `[a: b]`. */
  readonly bare: boolean;
  /** Pairs or items in order. */
  readonly entries: readonly Entry[];
  /** The first pair whose key is an alias, or has a tag. */
  readonly oddKey: Entry | undefined;
}

/** A pair of a mapping, or an item of a sequence. */
export interface Entry {
  /** The key's name in the value tree; the empty string for an item. */
  readonly key: string;
  /** The node of the key; absent for an item. */
  readonly keyNode: YamlNode | undefined;
  /** Where the value can stand: after the colon or the dash; -1 where neither is written. */
  readonly slot: number;
  /** Begins with `?`. */
  readonly explicit: boolean;
  /** The value. */
  readonly value: YamlNode;
  /** The first code unit: of the key with its anchor and tag, of the question mark, of the dash. */
  readonly start: number;
  /** After the last token. */
  readonly end: number;
}

/** Any node. */
export type YamlNode = ScalarNode | AliasNode | CollectionNode;

/** A comment from its `#` to the end of its line. */
export interface Comment {
  readonly start: number;
  readonly end: number;
}

/** The tree of nodes, and what the file as a whole tells about its style. */
export interface YamlIndex {
  /** What was indexed. */
  readonly source: YamlSource;
  /** The root node; absent for a text without any document. */
  readonly root: YamlNode | undefined;
  /** Every comment, in order. */
  readonly comments: readonly Comment[];
  /** The line ending for new lines. */
  readonly eol: "\n" | "\r\n";
  /** By how many columns nested mappings are indented. */
  readonly step: number;
  /** By how many columns sequences are indented under their key. */
  readonly sequenceStep: number;
  /** Nodes by the number of their event, for aliases. */
  readonly byEvent: ReadonlyMap<number, YamlNode>;
}

/** Indexes a text; linear in its size. */
export function indexYaml(source: YamlSource): YamlIndex {
  return new Indexer(source).index();
}

/** The column of an offset, from 0. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** The node whose text comes last in a node. */
export function lastLeaf(node: YamlNode): YamlNode {
  if (node.kind === "scalar" || node.kind === "alias" || node.flow) return node;
  const last = node.entries[node.entries.length - 1];
  if (last === undefined) return node;
  return lastLeaf(last.slot === -1 && last.keyNode !== undefined ? last.keyNode : last.value);
}

/** A node and all nodes in it. */
export function* descendants(node: YamlNode): Generator<YamlNode> {
  yield node;
  if (node.kind !== "map" && node.kind !== "seq") return;
  for (const entry of node.entries) {
    if (entry.keyNode !== undefined) yield* descendants(entry.keyNode);
    yield* descendants(entry.value);
  }
}

class Indexer {
  readonly #source: YamlSource;
  readonly #comments: Comment[] = [];
  readonly #lastAlias: ReadonlyMap<number, number>;
  readonly #byEvent = new Map<number, YamlNode>();
  #at = 0;
  #step: number | undefined;
  #sequenceStep: number | undefined;

  constructor(source: YamlSource) {
    this.#source = source;
    this.#lastAlias = new Map(
      [...source.aliases].map(([alias, { target }]) => {
        const event = source.events[alias];
        return [target, event?.type === EVENT_ID.ALIAS ? event.anchorStart : -1];
      }),
    );
  }

  index(): YamlIndex {
    const { text, events, root: rootEvent } = this.#source;
    this.#at = rootEvent;
    // Comments before and beside the marker of the document.
    const head = offsetOf(events[rootEvent]);
    for (let at = this.#skip(0); at < head; at = this.#skip(at + 1));
    const root = rootEvent === -1 ? undefined : this.#node(0);
    const step = this.#step ?? 2;
    // Comments behind the last node; without a root, the text is comments and markers only.
    let at = root?.end ?? 0;
    while (at < text.length) at = this.#skip(at) + 1;
    return {
      source: this.#source,
      root,
      comments: this.#comments,
      eol: eolOf(text),
      step,
      sequenceStep: this.#sequenceStep ?? step,
      byEvent: this.#byEvent,
    };
  }

  /** The node of the next event; `from` is where the token before it ends. */
  #node(from: number): YamlNode {
    const node = this.#readNode(from);
    // Only nodes that something refers to are looked up again.
    if (node.lastAlias !== -1) this.#byEvent.set(node.event, node);
    return node;
  }

  #readNode(from: number): YamlNode {
    const { events, aliases } = this.#source;
    const index = this.#at++;
    const event = events[index];
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
      throw new RangeError(`no node begins with event ${index}`);
    }
    if (event.type === EVENT_ID.ALIAS) {
      const start = event.anchorStart - 1;
      const target = aliases.get(index)?.target ?? -1;
      const span = { event: index, outer: start, start, end: event.anchorEnd };
      return { kind: "alias", ...span, tag: undefined, lastAlias: -1, target };
    }
    const tag = tagOf(this.#source, event);
    const lastAlias = this.#lastAlias.get(index) ?? -1;
    const content = Math.max(from, event.tagEnd, event.anchorEnd);
    const properties = [event.tagStart, event.anchorStart === -1 ? -1 : event.anchorStart - 1]
      .filter((offset) => offset !== -1);
    const base = { event: index, tag, lastAlias };
    // Comments before and between the properties and the content.
    this.#skip(from);
    if (content !== from) this.#skip(content);
    if (event.type === EVENT_ID.SCALAR) {
      const scalar = this.#scalar(event, content);
      return { kind: "scalar", ...base, ...scalar, outer: Math.min(scalar.start, ...properties) };
    }
    const { start } = event;
    const outer = Math.min(start, ...properties);
    const flow = isFlow(event);
    const map = event.type === EVENT_ID.MAPPING;
    const bare = flow && map && this.#isBare(event, index);
    const entries: Entry[] = [];
    let end = flow && !bare ? start + 1 : start;
    while (events[this.#at]?.type !== EVENT_ID.POP) {
      const entry = map ? this.#pair(end, flow) : this.#item(end, flow);
      this.#learnSteps(entry, flow, start);
      entries.push(entry);
      end = entry.end;
      if (flow && !bare) end = this.#comma(end);
    }
    this.#at++;
    if (flow && !bare) end = this.#skip(end) + 1;
    const last = entries[entries.length - 1];
    if ((!flow || bare) && last !== undefined) end = last.end;
    const kind = map ? "map" : "seq";
    const oddKey = entries.find(({ keyNode }) =>
      keyNode !== undefined && (keyNode.kind === "alias" || keyNode.tag !== undefined)
    );
    return { kind, ...base, outer, start, end, flow, bare, entries, oddKey };
  }

  #scalar(
    event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>,
    content: number,
  ): Pick<ScalarNode, "start" | "end" | "implied" | "style"> {
    const { valueStart, valueEnd, style } = event;
    if (valueStart === -1) return { start: content, end: content, implied: true, style: "plain" };
    if (style === SCALAR_STYLE.PLAIN) {
      return { start: valueStart, end: valueEnd, implied: false, style: "plain" };
    }
    if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) {
      const quote = style === SCALAR_STYLE.SINGLE_QUOTED ? "'" : '"';
      return { start: valueStart - 1, end: valueEnd + 1, implied: false, style: quote };
    }
    const start = this.#skip(content);
    return { start, end: this.#blockEnd(event, start), implied: false, style: "block" };
  }

  /** Blank lines that do not belong to the value stay outside; so does the last line break. */
  #blockEnd(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>, start: number): number {
    const { text } = this.#source;
    const header = /^[|>][-+0-9]*/.exec(text.slice(start, start + 8))?.[0].length ?? 1;
    const headerEnd = start + header;
    const comment = this.#skipBlanks(headerEnd);
    if (text[comment] === "#") this.#comment(comment);
    if (event.valueEnd <= event.valueStart) return headerEnd;
    let end = event.valueEnd;
    if (event.chomping === CHOMPING_MODE.KEEP) return beforeBreak(text, end);
    for (;;) {
      const before = beforeBreak(text, end);
      const line = text.lastIndexOf("\n", before - 1) + 1;
      const blank = /^ *$/.test(text.slice(line, before)) && before - line <= event.indent;
      if (!blank && event.indent !== -1) return before;
      if (line <= event.valueStart) return event.indent === -1 ? headerEnd : before;
      end = line;
    }
  }

  #pair(from: number, flow: boolean): Entry {
    const { text } = this.#source;
    const start = this.#skip(from);
    const explicit = text[start] === "?" && isBlank(text[start + 1]);
    const keyEvent = this.#at;
    const keyNode = this.#node(explicit ? start + 1 : start);
    const colon = this.#skip(keyNode.end);
    const found = text[colon] === ":" && (flow || isBlank(text[colon + 1]));
    const value = this.#node(found ? colon + 1 : keyNode.end);
    const end = Math.max(value.end, found ? colon + 1 : keyNode.end);
    const key = this.#source.keyNames.get(keyEvent) ?? "";
    return { key, keyNode, slot: found ? colon + 1 : -1, explicit, value, start, end };
  }

  #item(from: number, flow: boolean): Entry {
    const start = this.#skip(from);
    const slot = flow ? -1 : start + 1;
    const value = this.#node(flow ? start : slot);
    const end = Math.max(value.end, slot);
    return { key: "", keyNode: undefined, slot, explicit: false, value, start, end };
  }

  #isBare(event: Extract<Event, { type: typeof EVENT_ID.MAPPING }>, index: number): boolean {
    if (this.#source.text[event.start] !== "{") return true;
    const first = this.#source.events[index + 1];
    return first?.type === EVENT_ID.MAPPING && first.start === event.start;
  }

  /** The first nested block tells how this file indents. */
  #learnSteps(entry: Entry, flow: boolean, start: number): void {
    const { value } = entry;
    if (flow || entry.keyNode === undefined || (value.kind !== "map" && value.kind !== "seq")) {
      return;
    }
    if (value.flow || (value.kind === "map" ? this.#step : this.#sequenceStep) !== undefined) {
      return;
    }
    const { text } = this.#source;
    const step = columnOf(text, value.start) - columnOf(text, start);
    if (step > 8 || entry.explicit) return;
    if (value.kind === "map") this.#step = step;
    else this.#sequenceStep = step;
  }

  #comma(from: number): number {
    const at = this.#skip(from);
    return this.#source.text[at] === "," ? at + 1 : from;
  }

  /** The next code unit that is neither space, line break nor comment. */
  #skip(from: number): number {
    const { text } = this.#source;
    let at = from;
    for (;;) {
      const char = text[at];
      if (char === "#" && (at === 0 || isBlank(text[at - 1]) || text[at - 1] === "\uFEFF")) {
        at = this.#comment(at);
      } else if (char !== undefined && (isBlank(char) || char === "\uFEFF")) at++;
      else return at;
    }
  }

  #skipBlanks(from: number): number {
    let at = from;
    while (this.#source.text[at] === " " || this.#source.text[at] === "\t") at++;
    return at;
  }

  #comment(start: number): number {
    const { text } = this.#source;
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : beforeBreak(text, newline + 1);
    const last = this.#comments[this.#comments.length - 1];
    // Looking ahead for a colon passes a comment twice.
    if (last === undefined || last.start < start) this.#comments.push({ start, end });
    return end;
  }
}

/** The offset before the line break that ends at `end`, or `end`. */
function beforeBreak(text: string, end: number): number {
  if (text[end - 1] !== "\n") return end;
  return text[end - 2] === "\r" ? end - 2 : end - 1;
}

function isBlank(char: string | undefined): boolean {
  return char === undefined || char === " " || char === "\t" || char === "\n" || char === "\r";
}
