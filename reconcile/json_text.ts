/**
 * JSON that keeps integers and floats apart, in the layout of Python's
 * `json.dumps(…, indent=2, sort_keys=True)`, which the reference writes.
 *
 * @module
 */
import type { ConfigValue } from "../formats/types.ts";
import { isList, isTable, tableOf } from "../formats/value.ts";

/** What {@linkcode printJson} prints: values, and tables of them with optional keys. */
export type JsonInput = ConfigValue | undefined | readonly JsonInput[] | {
  readonly [key: string]: JsonInput;
};

/** Prints a value: keys sorted, two-space indent, only ASCII, a final newline. */
export function printJson(value: JsonInput): string {
  return `${print(value, "")}\n`;
}

/**
 * Reads JSON: integers as `bigint`, tables without a prototype.
 *
 * @throws {SyntaxError} as `JSON.parse`.
 */
export function parseJson(text: string): ConfigValue {
  // The reviver's third argument gives a number's own text (ECMA-262, JSON.parse source text access).
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

function revive(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === "number") {
    const source = context?.source ?? String(value);
    return /^-?[0-9]+$/.test(source) ? BigInt(source) : value;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return tableOf(Object.entries(value));
  }
  return value;
}

function print(value: JsonInput, indent: string): string {
  const inner = `${indent}  `;
  if (isList(value as ConfigValue)) {
    const items = (value as readonly JsonInput[]).map((item) => inner + print(item, inner));
    return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (isTable(value as ConfigValue)) {
    const entries = Object.entries(value as Record<string, JsonInput>)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, item]) => `${inner}${quote(key)}: ${print(item, inner)}`);
    return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
  }
  if (typeof value === "string") return quote(value);
  // What is read as infinite is written as a number that is: JSON has no word for it.
  if (value === Infinity || value === -Infinity) return value > 0 ? "1e999" : "-1e999";
  const text = Object.is(value, -0) ? "-0" : String(value);
  // A float keeps its point, so that it is read back as one.
  return typeof value === "number" && /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
