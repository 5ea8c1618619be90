/**
 * What the text of a scalar means, by the core schema of YAML 1.2.
 *
 * @module
 */
import { type ConfigValue, OpaqueScalar } from "../types.ts";
import { CORE_TAG } from "./events.ts";

/** Plain words of the core schema (YAML 1.2.2, 10.3.2). */
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);
const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL_FLOAT = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The value of a text without quotes. */
export function plainScalar(content: string): ConfigValue {
  // A look-up has to read the whole text, and none of the words is longer than `false`.
  const word = content.length > 5 ? undefined : WORDS.get(content);
  if (word !== undefined) return word;
  // Most scalars are words: only a digit, a sign or a dot can begin a number.
  if (!/^[-+.0-9]/.test(content)) return content;
  if (INTEGER.test(content)) return integer(content);
  return float(content) ?? content;
}

function integer(content: string): bigint {
  const negative = content.startsWith("-");
  const digits = BigInt(content.replace(/^[-+]/, ""));
  return negative ? -digits : digits;
}

/** A number too large for a float stays what is written: no reader agrees with another on it. */
function float(content: string): ConfigValue | undefined {
  if (SPECIAL_FLOAT.test(content)) {
    if (/nan$/i.test(content)) return NaN;
    return content.startsWith("-") ? -Infinity : Infinity;
  }
  if (!FLOAT.test(content)) return undefined;
  const value = Number(content);
  return Number.isFinite(value) ? value : new OpaqueScalar("float", content);
}

/** The value of a text with a tag. */
export function taggedScalar(tag: string, content: string): ConfigValue {
  if (tag === "!" || tag === `${CORE_TAG}str`) return content;
  if (tag === `${CORE_TAG}null` && WORDS.get(content) === null) return null;
  if (tag === `${CORE_TAG}bool` && typeof WORDS.get(content) === "boolean") {
    return WORDS.get(content) ?? content;
  }
  if (tag === `${CORE_TAG}int` && INTEGER.test(content)) return integer(content);
  if (tag === `${CORE_TAG}float`) {
    const value = float(content);
    if (value !== undefined) return value;
  }
  return new OpaqueScalar(tag, content);
}

/** Numbers that YAML 1.1 reads as the core schema does. */
const ALIKE =
  /^(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+|(?:[-+]?[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?)$/;
const OLD_INTEGER = /^([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|0([0-7_]+)|([1-9][0-9_]*))$/;
const OLD_FLOAT = /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/;

/**
 * What YAML 1.1, which Go and Python read, makes of a text without quotes, where that is something
 * else than {@linkcode plainScalar} gives: `010` is 8, `yes` is true, `1e3` is a text.
 */
export function oldReading(content: string): ConfigValue | undefined {
  if (/^(?:y|yes|on)$/i.test(content)) return true;
  if (/^(?:n|no|off)$/i.test(content)) return false;
  const core = plainScalar(content);
  if (typeof core === "boolean" || core === null || ALIKE.test(content)) return undefined;
  const [, sign, binary, hex, octal, decimal] = OLD_INTEGER.exec(content) ?? [];
  const digits = [["0b", binary], ["0x", hex], ["0o", octal], ["", decimal]] as const;
  for (const [prefix, written] of digits) {
    if (written === undefined) continue;
    const value = BigInt(prefix + (written.replaceAll("_", "") || "0"));
    return sign === "-" ? -value : value;
  }
  if (OLD_FLOAT.test(content)) return Number(content.replaceAll("_", ""));
  if (typeof core !== "string") return SPECIAL_FLOAT.test(content) ? undefined : content;
  return isOldScalar(content) ? new OpaqueScalar("yaml-1.1", content) : undefined;
}

/**
 * Whether a text without quotes, a string by the core schema, is something else by YAML 1.1, which Go
 * and Python read: `no`, `12:30`, `1_000`, a date, `=`.
 */
export function isOldScalar(text: string): boolean {
  return /^(?:[yn]|yes|no|on|off|true|false|null|~|=|)$/i.test(text) ||
    /^[-+]?[.0-9][-+.:_0-9a-fA-FoOxXtTzZ \t]*$/.test(text);
}
