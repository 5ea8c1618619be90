/** The value of a TOML text, read by `smol-toml` alone, whatever the parser of positions says. @module */
import { parse, TomlError } from "smol-toml";
import type { ConfigPatchError } from "../../errors.ts";
import { MAX_DEPTH, MAX_NODES, tooDeep, tooMany } from "../limits.ts";
import { notParsed } from "../syntax.ts";
import { type ConfigTable, type ConfigValue, OpaqueScalar } from "../types.ts";
import { tableOf } from "../value.ts";

/**
 * Everything that a text says.
 *
 * @throws {ConfigSyntaxError} where it stops being TOML.
 * @throws {ConfigPatchError} `too-large` where it is over a bound.
 */
export function valueOf(text: string): ConfigTable {
  refuseNodes(text);
  try {
    return tableFrom(
      parse(text, { integersAsBigInt: true, useLegacyDate: false, maxDepth: MAX_DEPTH }),
      0,
    );
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(text);
    if (!(error instanceof TomlError)) throw error;
    throw reasonOf(text, error);
  }
}

/**
 * Each value is behind one of these characters, because a dotted key makes a table of each of its
 * parts, and each comment begins with one. Text in quotes may hold them, too: then they are counted
 * for nothing, which no file meets that anybody wrote.
 */
function refuseNodes(text: string): void {
  let nodes = 0;
  for (const _ of text.matchAll(/[.=,[{#]/g)) nodes++;
  if (nodes > MAX_NODES) throw tooMany();
}

function reasonOf(text: string, error: TomlError): ConfigPatchError {
  let start = 0;
  for (let i = 1; i < error.line; i++) start = text.indexOf("\n", start) + 1;
  const offset = start + error.column - 1;
  // The first line is the reason; what follows draws the source, which the position gives us.
  const reason = error.message.replace(/^Invalid TOML document: /, "").split("\n")[0] ?? "";
  if (reason.includes("excessively nested")) return tooDeep(text, offset);
  return notParsed(text, offset, "TOML", reason);
}

function tableFrom(table: object, depth: number): ConfigTable {
  return tableOf(Object.entries(table).map(([key, item]) => [key, valueFrom(item, depth + 1)]));
}

/** Our model of what the parser gives: dates are opaque, everything else is the same. */
function valueFrom(value: unknown, depth: number): ConfigValue {
  if (depth > MAX_DEPTH) throw new RangeError("too deep");
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
  }
  if (Array.isArray(value)) return value.map((item) => valueFrom(item, depth + 1));
  // The parser's tables have no prototype. Asking of each whether it is a date would start Temporal,
  // which most files do not need.
  if (Object.getPrototypeOf(value) === null) return tableFrom(value as object, depth);
  if (value instanceof Temporal.ZonedDateTime) {
    // The zone in brackets is an addition of Temporal; TOML knows offsets alone.
    return new OpaqueScalar("offset-date-time", value.toString({ timeZoneName: "never" }));
  }
  if (value instanceof Temporal.PlainDateTime) {
    return new OpaqueScalar("local-date-time", `${value}`);
  }
  if (value instanceof Temporal.PlainDate) return new OpaqueScalar("local-date", `${value}`);
  if (value instanceof Temporal.PlainTime) return new OpaqueScalar("local-time", `${value}`);
  return tableFrom(value as object, depth);
}
