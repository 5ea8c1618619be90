/** Writes TOML values and keys: the text of what is put. @module */
import { ConfigPatchError } from "../../errors.ts";
import { refuseLength } from "../limits.ts";
import { type ConfigValue, OpaqueScalar } from "../types.ts";
import { isList, isTable } from "../value.ts";

/** How neighbours write what TOML leaves free. */
export interface TomlStyle {
  /** Between key and value: ` = ` or `=`. */
  readonly equals: string;
  /** Strings in single quotes, where those can hold them. */
  readonly literal: boolean;
}

/**
 * The text of a value, in one line.
 *
 * @throws {ConfigPatchError} `unsupported` for what TOML cannot hold: null, an integer beyond 64
 * bits, a string that is not Unicode; `too-large` for a string that is too long.
 */
export function valueText(value: ConfigValue, style: TomlStyle): string {
  if (isList(value)) return `[${value.map((item) => valueText(item, style)).join(", ")}]`;
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([key, item]) =>
      keyText(key) + style.equals + valueText(item, style)
    );
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  return scalarText(value, style);
}

/** One key: bare where TOML allows it, else in double quotes. */
export function keyText(key: string): string {
  refuseLength(key);
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : basicText(key);
}

/** A dotted key. */
export function keysText(keys: readonly string[]): string {
  return keys.map(keyText).join(".");
}

function scalarText(value: ConfigValue, style: TomlStyle): string {
  if (typeof value === "string") {
    refuseLength(value);
    return style.literal && fitsLiteral(value) ? `'${value}'` : basicText(value);
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return integerText(value);
  if (typeof value === "number") return floatText(value);
  if (value instanceof OpaqueScalar && /-(date|time)$/.test(value.type)) return value.text;
  if (value === null) throw unsupported("TOML has no null");
  throw unsupported("TOML cannot hold this value");
}

/** TOML promises integers of 64 bits, and readers reject larger ones. */
function integerText(value: bigint): string {
  if (BigInt.asIntN(64, value) !== value) {
    throw unsupported(`the integer ${value} does not fit into 64 bits`);
  }
  return String(value);
}

/** A float must not look like an integer, or readers give it another type. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function fitsLiteral(value: string): boolean {
  // deno-lint-ignore no-control-regex -- the characters that TOML forbids in a literal string
  return value.isWellFormed() && !/['\u0000-\u0008\u000A-\u001F\u007F]/.test(value);
}

function basicText(value: string): string {
  if (!value.isWellFormed()) throw unsupported("a string holds half of a surrogate pair");
  // deno-lint-ignore no-control-regex -- the characters that TOML wants escaped in a basic string
  const escaped = value.replace(/["\\\u0000-\u001F\u007F]/g, (char) => {
    const short = ESCAPES[char];
    return short ?? "\\u" + char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  });
  return `"${escaped}"`;
}

/** The short escapes that every version of TOML knows (`\e` came with 1.1). */
const ESCAPES: { readonly [char: string]: string } = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

function unsupported(message: string): ConfigPatchError {
  return new ConfigPatchError("unsupported", message, { remedy: "put another value" });
}
