/**
 * Takes a key, a list entry or a whole table out of a TOML text, and leaves the comments in.
 *
 * @module
 */
import type { Span, Splice } from "../types.ts";
import {
  commentsIn,
  eolOf,
  indentOf,
  isBlankAbove,
  lineEnd,
  lineStart,
  nextLine,
} from "../lines.ts";
import { mergeSplices } from "../splice.ts";
import type { ConcretePath } from "../value.ts";
import { removeItems } from "./brackets.ts";
import {
  asTable,
  type Braces,
  namesOf,
  nodeAt,
  type Pair,
  type Section,
  spanOf,
  type TableNode,
  type TomlIndex,
  type TomlNode,
} from "./spans.ts";
import { insertionFor, styleIn } from "./put.ts";
import { keysText } from "./text.ts";

/** Whole lines that go, and the comments that take their place. */
interface Lines extends Span {
  readonly keep: string;
}

/** The splice that removes what stands at a path, which exists. Nothing else of the tree changes. */
export function removalOf(index: TomlIndex, path: ConcretePath): Splice {
  const { text } = index;
  const parent = nodeAt(index, path.slice(0, -1));
  const gone = nodeAt(index, path);
  if (parent.kind === "value" && parent.content.type === "TOMLArray") {
    const { elements } = parent.content;
    const list = { span: spanOf(parent.content), items: elements.map(spanOf) };
    const splices = removeItems(index, list, new Set([Number(path.at(-1))]));
    return mergeSplices(text, splices);
  }
  const pairs = pairsOf(gone);
  const body = bodyOf(asTable(index, parent));
  if (body?.kind === "braces") {
    const kept = keepDotted(index, parent, pairs, body);
    const rest = new Set(pairs.filter((pair) => pair !== kept?.pair));
    const list = { span: body.span, items: body.pairs.map(spanOf) };
    const numbers = [...body.pairs.keys()].filter((i) => rest.has(body.pairs[i] as Pair));
    const splices = rest.size > 0 ? removeItems(index, list, new Set(numbers)) : [];
    return mergeSplices(text, kept === undefined ? splices : [...splices, kept.splice]);
  }
  const sections = sectionsOf(gone);
  const kept = keepParent(index, path, parent, pairs, sections, body);
  const lines = [
    ...pairs.filter((pair) => pair !== kept?.pair).map((pair) => linesOf(index, spanOf(pair))),
    ...sections.flatMap((section) => [
      ...(section.header === undefined || section === kept?.section
        ? []
        : [linesOf(index, section.header)]),
      ...section.pairs.map((pair) => linesOf(index, spanOf(pair))),
    ]),
  ];
  const splices = splicesOf(text, lines, kept?.splice.offset);
  return atEnd(text, mergeSplices(text, kept === undefined ? splices : [kept.splice, ...splices]));
}

/** Something that is written anew so that an empty container does not vanish from the tree. */
interface Kept {
  readonly splice: Splice;
  /** The pair that stays, changed. */
  readonly pair: Pair | undefined;
  /** The section whose header stays, changed. */
  readonly section: Section | undefined;
}

/**
 * TOML has tables and lists that only their content implies: the last of it takes them along. The
 * tree must lose nothing but what is dropped, so the container is then written as an empty one.
 */
function keepParent(
  index: TomlIndex,
  path: ConcretePath,
  parent: TomlNode,
  pairs: readonly Pair[],
  sections: readonly Section[],
  body: Section | Braces | undefined,
): Kept | undefined {
  if (parent.kind === "list") {
    if (parent.entries.length > 1) return undefined;
    const above = nodeAt(index, path.slice(0, -2));
    const splice = insertionFor(index, above, path.slice(-2, -1), []);
    return { splice, pair: undefined, section: undefined };
  }
  if (parent.kind !== "table" || parent.body !== undefined || parent.children.size > 1) {
    return undefined;
  }
  if (parent.dotted !== undefined) return keepDotted(index, parent, pairs, body);
  const section = sections[0];
  if (section?.header === undefined) return undefined;
  const { start, end } = section.header;
  const insert = `[${keysText(namesOf(parent))}]`;
  const splice = { offset: start, remove: index.text.slice(start, end), insert };
  return { splice, pair: undefined, section };
}

/** `a.b = 1` becomes `a = {}` where nothing else makes `a` a table. */
function keepDotted(
  index: TomlIndex,
  parent: TomlNode,
  pairs: readonly Pair[],
  body: Section | Braces | undefined,
): Kept | undefined {
  const pair = pairs[0];
  if (parent.kind !== "table" || parent.dotted === undefined || parent.children.size > 1) {
    return undefined;
  }
  const part = pair?.key.keys[parent.dotted.part];
  if (pair === undefined || part === undefined) return undefined;
  const offset = part.range[1];
  // Braces may have to close on this line, so a comment can only be kept outside of them.
  const notes = body?.kind === "braces" ? [] : commentsIn(index.comments, spanOf(pair.value))
    .map(({ start, end }) => " " + index.text.slice(start, end).trimEnd());
  const insert = `${styleIn(index, body).equals}{}${notes.join("")}`;
  const splice = { offset, remove: index.text.slice(offset, pair.range[1]), insert };
  return { splice, pair, section: undefined };
}

function bodyOf(table: TableNode | undefined): Section | Braces | undefined {
  return table?.body ?? table?.dotted?.body;
}

function pairsOf(node: TomlNode): readonly Pair[] {
  if (node.kind === "value") return node.pair === undefined ? [] : [node.pair];
  return node.kind === "table" ? node.dotted?.pairs ?? [] : [];
}

/** All sections of a table or list, in the order of the file. */
function sectionsOf(node: TomlNode): Section[] {
  const found: Section[] = [];
  const visit = (at: TomlNode) => {
    if (at.kind === "value") return;
    if (at.kind === "table" && at.body?.kind === "section") found.push(at.body);
    for (const child of at.kind === "list" ? at.entries : at.children.values()) visit(child);
  };
  visit(node);
  return found.sort((a, b) => a.number - b.number);
}

/** The lines of a pair or a header; the comments on them and within the value stay. */
function linesOf(index: TomlIndex, { start, end }: Span): Lines {
  const { text } = index;
  const from = lineStart(text, start);
  const to = nextLine(text, end);
  const indent = indentOf(text, start);
  const comments = commentsIn(index.comments, { start, end: lineEnd(text, end) })
    .map((comment) => indent + text.slice(comment.start, lineEnd(text, comment.start)));
  const keep = comments.length === 0
    ? ""
    : comments.join(eolOf(text)) + text.slice(lineEnd(text, end), to);
  return { start: from, end: to, keep };
}

/**
 * One splice for each run of lines; of two blank lines that meet where it was, one goes too, except
 * where something is inserted between them.
 */
function splicesOf(text: string, lines: readonly Lines[], inserted: number | undefined): Splice[] {
  const runs: Lines[] = [];
  for (const next of [...lines].sort((a, b) => a.start - b.start)) {
    const last = runs.at(-1);
    if (last?.end !== next.start) runs.push(next);
    else runs[runs.length - 1] = { ...last, end: next.end, keep: last.keep + next.keep };
  }
  let done = 0;
  return runs.map(({ start, end, keep }) => {
    let [from, to] = [start, end];
    if (keep === "" && start !== inserted) {
      const after = nextLine(text, end);
      const blankAfter = after > end && isBlankAbove(text, after);
      if (start > done && isBlankAbove(text, start) && (blankAfter || end === text.length)) {
        from = lineStart(text, start - 1);
      } else if (start === done && blankAfter) to = after; // nothing is left above it
    }
    done = to;
    return { offset: from, remove: text.slice(from, to), insert: keep };
  });
}

/** A text without a final newline gets none by losing its last lines. */
function atEnd(text: string, splice: Splice): Splice {
  if (text.endsWith("\n") || splice.offset + splice.remove.length < text.length) return splice;
  const insert = splice.insert.replace(/[\r\n]+$/, "");
  let from = splice.offset;
  while (insert === "" && /[\r\n]/.test(text[from - 1] ?? "")) from--;
  return { offset: from, remove: text.slice(from), insert };
}
