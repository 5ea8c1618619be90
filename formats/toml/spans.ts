/**
 * Where everything stands in a TOML text: the tree of tables, lists and values, each with the way in
 * which it is written. TOML spells one table in five ways, and each wants to be edited differently.
 *
 * Offsets are those of a text without a byte order mark.
 *
 * @module
 */
import { ConfigPatchError } from "../../errors.ts";
import type { Span } from "../types.ts";
import type { ConcretePath } from "../value.ts";
import { nameOf, parseSyntax } from "./parser.ts";
import type { Content, Pair } from "./syntax.ts";

export type { Content, Pair } from "./syntax.ts";

/** A run of pairs on lines of their own: the beginning of the file, or what follows a header. */
export interface Section {
  /** Tells it from an inline table. */
  readonly kind: "section";
  /** Its number, in the order of the file; 0 is the one without a header. */
  readonly number: number;
  /** `[a.b]` or `[[a.b]]`, without what follows on the line. */
  readonly header: Span | undefined;
  /** The pairs, in the order of the file. */
  readonly pairs: readonly Pair[];
}

/** The pairs of an inline table. */
export interface Braces {
  /** Tells it from a section. */
  readonly kind: "braces";
  /** From `{` to `}`. */
  readonly span: Span;
  /** The pairs, in the order of the file. */
  readonly pairs: readonly Pair[];
}

/** A table, however it is written: at least one of `body`, `dotted` and `first` is there. */
export interface TableNode {
  /** Tells the nodes apart. */
  readonly kind: "table";
  /** The table or list that it is in; none for the root, and for an inline table. */
  readonly above: TableNode | ListNode | undefined;
  /** Its key there; none for an entry of a list. */
  readonly name: string | undefined;
  /** What it holds. */
  readonly children: Map<string, TomlNode>;
  /** Where its own keys stand: under its header, or in its braces. */
  body?: Section | Braces;
  /** The pairs whose dotted keys lead through it; its key is their part number `part`. */
  dotted?: {
    readonly body: Section | Braces;
    readonly part: number;
    readonly pairs: Pair[];
  };
  /** The first section in it or below it. */
  first?: Section;
  /** The last section in it or below it. */
  last?: Section;
}

/** A list of tables under `[[headers]]`. */
export interface ListNode {
  /** Tells the nodes apart. */
  readonly kind: "list";
  /** The table that it is in. */
  readonly above: TableNode;
  /** Its key there. */
  readonly name: string;
  /** Its tables. */
  readonly entries: TableNode[];
  /** The first section in it. */
  first?: Section;
  /** The last section in it. */
  last?: Section;
}

/** A value with a text of its own: a scalar, an array, an inline table. */
export interface ValueNode {
  /** Tells the nodes apart. */
  readonly kind: "value";
  /** The value's text. */
  readonly content: Content;
  /** The pair that it is the value of; an element of an array has none. */
  readonly pair: Pair | undefined;
}

/** What can stand at a path. */
export type TomlNode = TableNode | ListNode | ValueNode;

/** A text and where everything stands in it. */
export interface TomlIndex {
  /** The text, without a byte order mark. */
  readonly text: string;
  /** The root table. */
  readonly root: TableNode;
  /** All sections, in the order of the file; the first has no header and may be empty. */
  readonly sections: readonly Section[];
  /** The pairs of all sections, in the order of the file. */
  readonly pairs: readonly Pair[];
  /** All comments, in the order of the file, from `#` to the end of the line. */
  readonly comments: readonly Span[];
  /** The inline tables that were looked into so far: each is taken apart once. */
  readonly inline: Map<Content, TableNode>;
}

/**
 * Builds the index of a text that is known to be valid.
 *
 * @throws {ConfigPatchError} `unsupported` where the places are not certain.
 */
export function indexOf(text: string): TomlIndex {
  const { pairs, tables, comments } = parseSyntax(text);
  const head: Section = { kind: "section", number: 0, header: undefined, pairs };
  const sections = [head];
  const root: TableNode = newTable(undefined, undefined);
  root.body = root.first = root.last = head;
  addPairs(root, head);
  for (const table of tables) {
    const section: Section = {
      kind: "section",
      number: sections.length,
      header: spanOf(table),
      pairs: table.body,
    };
    sections.push(section);
    addSection(root, table.resolvedKey, section);
  }
  return {
    text,
    root,
    sections,
    pairs: sections.flatMap((section) => section.pairs),
    comments: comments.map(spanOf),
    inline: new Map(),
  };
}

/** The node at a path of the parsed tree. */
export function nodeAt(index: TomlIndex, path: ConcretePath): TomlNode {
  let node: TomlNode | undefined = index.root;
  for (const step of path) node = node === undefined ? undefined : childOf(index, node, step);
  if (node !== undefined) return node;
  // Both parsers read the same text: they would have to disagree on what it says.
  throw new ConfigPatchError("unsupported", "the place of a value in the file is not certain", {
    remedy: "write this part of the file in a simpler way",
  });
}

/** A node as a table, if it is one: also an inline table. */
export function asTable({ inline }: TomlIndex, node: TomlNode): TableNode | undefined {
  if (node.kind === "table") return node;
  if (node.kind !== "value" || node.content.type !== "TOMLInlineTable") return undefined;
  const known = inline.get(node.content);
  if (known !== undefined) return known;
  const table = newTable(undefined, undefined);
  table.body = { kind: "braces", span: spanOf(node.content), pairs: node.content.body };
  addPairs(table, table.body);
  inline.set(node.content, table);
  return table;
}

/** The keys from the root to a table or list, without list indices: what its header says, or would. */
export function namesOf(node: TableNode | ListNode): string[] {
  const names: string[] = [];
  for (let at: TableNode | ListNode | undefined = node; at !== undefined; at = at.above) {
    if (at.name !== undefined) names.push(at.name);
  }
  return names.reverse();
}

/** Where a node begins, for messages. */
export function startOf(node: TomlNode): number {
  if (node.kind === "value") return node.content.range[0];
  if (node.kind === "table" && node.dotted !== undefined) {
    return node.dotted.pairs[0]?.range[0] ?? 0;
  }
  return node.first?.header?.start ?? 0;
}

/** The range of a node of the syntax tree. */
export function spanOf(node: { readonly range: readonly [number, number] }): Span {
  return { start: node.range[0], end: node.range[1] };
}

function newTable(above: TableNode["above"], name: string | undefined): TableNode {
  return { kind: "table", above, name, children: new Map() };
}

function addSection(root: TableNode, path: readonly (string | number)[], section: Section): void {
  root.last = section;
  let at: TableNode | ListNode = root;
  for (const [depth, step] of path.entries()) {
    let next: TomlNode | undefined = at.kind === "list"
      ? at.entries[Number(step)]
      : at.children.get(String(step));
    if (next === undefined) {
      if (at.kind === "list") {
        next = newTable(at, undefined);
        at.entries.push(next);
      } else {
        const name = String(step);
        next = typeof path[depth + 1] === "number"
          ? { kind: "list", above: at, name, entries: [] }
          : newTable(at, name);
        at.children.set(name, next);
      }
    }
    if (next.kind === "value") return; // not in a valid document; nodeAt will miss the place
    next.first ??= section;
    next.last = section;
    at = next;
  }
  if (at.kind !== "table") return;
  at.body = section;
  addPairs(at, section);
}

function addPairs(table: TableNode, body: Section | Braces): void {
  for (const pair of body.pairs) {
    const names = pair.key.keys.map(nameOf);
    let at = table;
    for (const [part, name] of names.slice(0, -1).entries()) {
      let next = at.children.get(name);
      if (next === undefined) at.children.set(name, next = newTable(at, name));
      if (next.kind !== "table") break; // not in a valid document; nodeAt will miss the place
      next.dotted ??= { body, part, pairs: [] };
      next.dotted.pairs.push(pair);
      at = next;
    }
    at.children.set(names.at(-1) ?? "", { kind: "value", content: pair.value, pair });
  }
}

function childOf(
  index: TomlIndex,
  node: TomlNode,
  step: string | number,
): TomlNode | undefined {
  if (node.kind === "list") return node.entries[Number(step)];
  if (node.kind === "value" && node.content.type === "TOMLArray") {
    const content = node.content.elements[Number(step)];
    return content === undefined ? undefined : { kind: "value", content, pair: undefined };
  }
  return asTable(index, node)?.children.get(String(step));
}
