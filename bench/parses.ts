/** The parses that no edit of a file can do without. @module */
import { load, parseEvents } from "js-yaml";
import { parseTree } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { parseSyntax } from "../formats/toml/parser.ts";
import type { FormatName } from "./samples.ts";

/** What {@linkcode bareParses} does, in words. */
export const PARSES: Readonly<Record<FormatName, string>> = {
  toml: "smol-toml twice, our parser of positions once",
  yaml: "js-yaml load twice, parseEvents once",
  json: "JSON.parse twice, jsonc-parser once",
};

/**
 * An edit reads the values before and after it, by a parser that did not plan it, and once the places
 * in the text.
 */
export function bareParses(format: FormatName, text: string): void {
  for (const parse of NEEDED[format]) parse(text);
}

const NEEDED: Readonly<Record<FormatName, readonly ((text: string) => unknown)[]>> = {
  toml: [parseToml, parseToml, parseSyntax],
  yaml: [load, load, (text) => parseEvents(text, {})],
  json: [JSON.parse, JSON.parse, (text) => parseTree(text)],
};
