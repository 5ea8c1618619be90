/**
 * Reads the TOML that nearly every file of settings is made of, a line at a time, so that a start
 * need not load a parser for it.
 *
 * @module
 */

/** What a plain text says; values are texts, integers, floats, booleans and lists of texts. */
export type PlainTable = { readonly [key: string]: PlainValue };

/** A value of a plain text. */
export type PlainValue = string | bigint | number | boolean | readonly string[] | PlainTable;

const TEXT = String.raw`"[^"\\]*"|'[^']*'`;
const LIST = String.raw`\[[ \t]*(?:(?:${TEXT})[ \t]*(?:,[ \t]*(?:${TEXT})[ \t]*)*,?[ \t]*)?\]`;
const ENTRY = new RegExp(
  String
    .raw`^[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*(${TEXT}|${LIST}|true|false|0|[1-9][0-9]{0,8}(?:\.[0-9]{1,8})?)[ \t]*(?:#.*)?$`,
);
const HEADER = /^[ \t]*\[[ \t]*([A-Za-z0-9_-]+)[ \t]*\][ \t]*(?:#.*)?$/;
const NOTHING = /^[ \t]*(?:#.*)?$/;

/**
 * What a text says, or `undefined` where any line of it is not one of the plain kinds, or a key
 * stands twice: then a parser has to decide. Whatever this reads, the parser reads the same.
 *
 * @example
 * ```ts
 * import { plainToml } from "./plain_toml.ts";
 *
 * const table = plainToml('disabled = ["vibe"] # until Monday\n');
 * if (String(table?.disabled) !== "vibe") throw new Error("not read");
 * if (plainToml("a.b = 1") !== undefined) throw new Error("that is for a parser");
 * ```
 */
export function plainToml(text: string): PlainTable | undefined {
  // Control characters are errors in TOML, apart from tabs and line ends.
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/.test(text)) return undefined;
  const root: Record<string, PlainValue> = Object.create(null);
  let table = root;
  for (const line of text.split(/\r?\n/)) {
    if (NOTHING.test(line)) continue;
    const header = HEADER.exec(line)?.[1];
    if (header !== undefined) {
      if (header in root) return undefined;
      const opened: Record<string, PlainValue> = Object.create(null);
      root[header] = opened;
      table = opened;
      continue;
    }
    const [, key, value] = ENTRY.exec(line) ?? [];
    if (key === undefined || value === undefined || key in table) return undefined;
    table[key] = valueOf(value);
  }
  return root;
}

function valueOf(text: string): PlainValue {
  if (text.startsWith("[")) {
    return Array.from(text.matchAll(new RegExp(TEXT, "g")), ([quoted]) => quoted.slice(1, -1));
  }
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  return text.includes(".") ? Number(text) : BigInt(text);
}
