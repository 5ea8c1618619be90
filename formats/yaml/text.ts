/**
 * Writing YAML scalars, keys and flow collections so that every reader understands the same.
 *
 * gh reads with Go's yaml.v3, other clients with PyYAML or JavaScript, and they disagree about
 * plain text: `no`, `1e3`, `12:30` or `=`. So a string is plain only where all of them agree, and
 * quoted everywhere else.
 *
 * @module
 */
import { ConfigPatchError } from "../../errors.ts";
import { type ConfigValue, OpaqueScalar } from "../types.ts";
import { refuseLength } from "../limits.ts";
import { isList, isTable } from "../value.ts";

/** How strings are written: the quote, and whether to quote where plain text would do. */
export interface Quoting {
  /** The quote that is taken where it can hold the string. */
  readonly quote: '"' | "'";
  /** Whether even a harmless word is quoted, as its neighbours are. */
  readonly always: boolean;
}

/** Plain where possible, else double quotes. */
export const PLAIN: Quoting = { quote: '"', always: false };

/** Keys above this length are not read as keys everywhere (YAML 1.2.2, 7.4.2: 1024 bytes). */
const MAX_KEY = 1000;

/** Whether every reader takes this text, written plain, for this string. */
export function isPlainSafe(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*([-.\/][A-Za-z0-9_]+)*$/.test(text) &&
    !/^(e[0-9_]+|y|n|yes|no|on|off|true|false|null|nan|inf)$/i.test(text);
}

/**
 * A value on one line: a scalar, or a flow collection.
 *
 * @example
 * ```ts
 * import { PLAIN, writeValue } from "./text.ts";
 *
 * const text = writeValue(["a", "http://localhost:9419", 1n, 1], PLAIN);
 * if (text !== '[a, "http://localhost:9419", 1, 1.0]') throw new Error(text);
 * ```
 *
 * @throws {ConfigPatchError} `unsupported` for what YAML text cannot hold.
 */
export function writeValue(value: ConfigValue, quoting: Quoting): string {
  if (isList(value)) return `[${value.map((item) => writeValue(item, quoting)).join(", ")}]`;
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([key, item]) =>
      `${writeKey(key, quoting)}: ${writeValue(item, quoting)}`
    );
    return `{${pairs.join(", ")}}`;
  }
  if (value instanceof OpaqueScalar) {
    throw new ConfigPatchError("unsupported", `a value of type ${value.type} cannot be written`);
  }
  if (typeof value === "string") return writeString(value, quoting);
  return typeof value === "number" ? writeFloat(value) : String(value);
}

/** A key, without its colon. */
export function writeKey(key: string, quoting: Quoting): string {
  const text = writeString(key, quoting);
  if (key === "<<" || text.length > MAX_KEY) {
    throw new ConfigPatchError(
      "unsupported",
      key === "<<" ? 'the merge key "<<" cannot be set' : "the key is too long for YAML",
      { remedy: "choose another key" },
    );
  }
  return text;
}

function writeString(text: string, quoting: Quoting): string {
  refuseLength(text);
  if (!text.isWellFormed()) {
    throw new ConfigPatchError("unsupported", "the text holds half of a surrogate pair", {
      remedy: "a text of Unicode characters is needed",
    });
  }
  if (!quoting.always && isPlainSafe(text)) return text;
  if (quoting.quote === "'" && !UNPRINTABLE.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(
    ESCAPED,
    (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** Characters that readers drop, refuse or take for a line break when they stand raw. */
const ESCAPED = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;
// deno-lint-ignore no-control-regex -- control characters are what single quotes cannot hold
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;

/** YAML 1.1 knows a float by its dot and by a sign in the exponent. */
function writeFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return text.includes(".") ? text : text.replace(/^(-?[0-9]+)/, "$1.0");
}
