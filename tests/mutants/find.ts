/** Finds functions by their name, and in them what a rule is about, whatever surrounds it. */
import { parse } from "@babel/parser";

/** A node of the syntax tree, as far as mutants look at it. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A function that was found in a text. */
export interface Found {
  /** The text of the whole file. */
  readonly text: string;
  /** The function. */
  readonly node: Node;
}

/**
 * The functions of this name: declarations, methods (`#name` if private), and what constants hold.
 * `Class.method` where a file has several methods of one name.
 */
export function functionsOf(text: string, name: string): Node[] {
  const parts = name.split(".");
  const own = parts.at(-1) ?? "";
  // To parse a text takes longer than to see that it cannot hold the name.
  if (!text.includes(own)) return [];
  const root = rootOf(text);
  const within = parts.length > 1 ? classesOf(root, parts[0] ?? "") : [root];
  return within.flatMap(nodesIn).flatMap((node) => functionIn(node, own));
}

/** All nodes of a tree, the outer ones first. */
export function nodesIn(node: Node): Node[] {
  return [node, ...childrenOf(node).flatMap(nodesIn)];
}

/** The nodes directly below. */
export function childrenOf(node: Node): Node[] {
  if (node.type === "PrivateName") return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key.endsWith("omments") ? [] : [value].flat().filter(isNode)
  );
}

/**
 * Whether a node mentions a word: the name of a function that is called, of a property or a
 * variable, or a part of a text, a pattern or a number.
 */
export function mentions(node: Node, word: string): boolean {
  return nodesIn(node).some((inner) => wordOf(inner, word));
}

/** The smallest of these nodes that mention a word: those without one of them inside. */
export function smallest(nodes: readonly Node[], word: string): Node[] {
  const all = nodes.filter((node) => mentions(node, word));
  return all.filter((node) =>
    !all.some((other) => other !== node && other.start >= node.start && other.end <= node.end)
  );
}

/** The source of a node. */
export function sourceOf({ text }: Found, node: Node): string {
  return text.slice(node.start, node.end);
}

function wordOf(node: Node, word: string): boolean {
  switch (node.type) {
    case "Identifier":
      return node.name === word;
    case "PrivateName":
      return isNode(node.id) && `#${node.id.name}` === word;
    case "StringLiteral":
    case "NumericLiteral":
      return rawOf(node) === word || node.value === word || isPartOf(word, rawOf(node));
    case "RegExpLiteral":
      return isPartOf(word, String(node.pattern));
    case "TemplateElement":
      return isPartOf(word, (node.value as { readonly raw: string }).raw);
    default:
      return false;
  }
}

/** A plain word is the name of something: as a part of a text it means nothing. */
function isPartOf(word: string, text: string): boolean {
  return text.includes(word) && !/^\w*$/.test(word);
}

function rawOf(node: Node): string {
  const extra = node.extra as { readonly raw?: unknown } | undefined;
  return String(extra?.raw ?? "");
}

function functionIn(node: Node, name: string): Node[] {
  const named = (key: unknown) =>
    isNode(key) && (key.type === "PrivateName" ? `#${(key.id as Node).name}` : key.name) === name;
  switch (node.type) {
    case "FunctionDeclaration":
      return named(node.id) ? [node] : [];
    case "ClassMethod":
    case "ClassPrivateMethod":
    case "ObjectMethod":
      return named(node.key) ? [node] : [];
    case "VariableDeclarator":
      return named(node.id) && isNode(node.init) &&
          (/Function/.test(node.init.type) || /^[A-Z_]+$/.test(name))
        ? [node.init]
        : [];
    default:
      return [];
  }
}

function classesOf(root: Node, name: string): Node[] {
  return nodesIn(root).filter((node) =>
    node.type === "ClassDeclaration" && isNode(node.id) && node.id.name === name
  );
}

function rootOf(text: string): Node {
  const file: unknown = parse(text, {
    sourceType: "module",
    plugins: ["typescript"],
  });
  if (!isNode(file)) throw new Error("the parser gave no tree");
  return file;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value &&
    typeof value.type === "string" && typeof value.start === "number";
}
