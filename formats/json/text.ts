/** New JSON text in the style of the text around it. @module */
import { ConfigPatchError } from "../../errors.ts";
import { refuseLength } from "../limits.ts";
import { type ConfigPath, type ConfigValue, OpaqueScalar, type Selector } from "../types.ts";
import { isList, isTable } from "../value.ts";
import { between, justValue, type Written } from "../written.ts";

/** How a text is written. */
export interface JsonStyle {
  /** The line ending. */
  readonly eol: string;
  /** One level of indentation. */
  readonly unit: string;
  /** Between key and value: `": "`, or `":"` in minified text. */
  readonly colon: string;
  /** Between a comma and what follows it on the line. */
  readonly gap: string;
  /** Between a bracket and what it holds, for tables on one line. */
  readonly pad: string;
}

/**
 * A value at the end of steps of which none exists yet. With `indent`, the indentation of the line
 * it begins on, containers are spread over lines; without it they stay on one.
 *
 * @throws {ConfigPatchError} `unsupported` for a value that JSON cannot hold.
 */
export function writeSteps(
  steps: ConfigPath,
  value: ConfigValue,
  style: JsonStyle,
  indent: string | undefined,
): Written {
  const [step, ...rest] = steps;
  if (step === undefined) return justValue(writeValue(value, style, indent));
  const inner = indent === undefined ? undefined : indent + style.unit;
  if (typeof step === "object") {
    return enclose("[", [], writeEntry(step, rest, value, style, inner), "]", style, indent);
  }
  const property = writeProperty(String(step), rest, value, style, inner);
  return enclose("{", [], property, "}", style, indent);
}

/** A property: its key, and the value at the end of the steps after it. */
export function writeProperty(
  key: string,
  steps: ConfigPath,
  value: ConfigValue,
  style: JsonStyle,
  indent: string | undefined,
): Written {
  return between(writeString(key) + style.colon, writeSteps(steps, value, style, indent), "");
}

/** A list entry that a selector describes: the selector's keys first, then the next step. */
export function writeEntry(
  selector: Selector,
  steps: ConfigPath,
  value: ConfigValue,
  style: JsonStyle,
  indent: string | undefined,
): Written {
  const [key, ...rest] = steps;
  const inner = indent === undefined ? undefined : indent + style.unit;
  const given = Object.entries(selector)
    .map(([name, wanted]) => writeString(name) + style.colon + writeValue(wanted, style, inner));
  const leaf = writeProperty(String(key), rest, value, style, inner);
  return enclose("{", given, leaf, "}", style, indent);
}

/**
 * A value. Lists of scalars stay on one line, other containers are spread where `indent` is given.
 *
 * @throws {ConfigPatchError} `unsupported` for a value that JSON cannot hold.
 */
export function writeValue(
  value: ConfigValue,
  style: JsonStyle,
  indent: string | undefined,
): string {
  const inner = indent === undefined ? undefined : indent + style.unit;
  if (isList(value)) {
    const items = value.map((item) => writeValue(item, style, inner));
    const flat = value.every((item) => !isList(item) && !isTable(item));
    return bracket("[", items, "]", style, flat ? undefined : indent);
  }
  if (isTable(value)) {
    const properties = Object.entries(value).map(([key, item]) =>
      writeString(key) + style.colon + writeValue(item, style, inner)
    );
    return bracket("{", properties, "}", style, indent);
  }
  if (value instanceof OpaqueScalar) throw cannotHold(`a scalar of the kind ${value.type}`);
  if (typeof value === "string") return writeString(value);
  if (typeof value === "number") return writeFloat(value);
  return String(value);
}

function writeString(value: string): string {
  refuseLength(value);
  if (!value.isWellFormed()) throw cannotHold("a string with half a surrogate pair");
  return JSON.stringify(value);
}

/** A number is a float in the value model, and only a point or an exponent says so in JSON. */
function writeFloat(value: number): string {
  if (!Number.isFinite(value)) throw cannotHold(String(value));
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Items between brackets, on one line or one item to a line. */
function bracket(
  opening: string,
  items: readonly string[],
  closing: string,
  style: JsonStyle,
  indent: string | undefined,
): string {
  if (items.length === 0) return opening + closing;
  const { before, separator, after } = spacing(opening, style, indent);
  return opening + before + items.join(`,${separator}`) + after + closing;
}

/** As {@linkcode bracket}, with the item last that holds the value that is put. */
function enclose(
  opening: string,
  items: readonly string[],
  last: Written,
  closing: string,
  style: JsonStyle,
  indent: string | undefined,
): Written {
  const { before, separator, after } = spacing(opening, style, indent);
  const head = opening + before + items.map((item) => `${item},${separator}`).join("");
  return between(head, last, after + closing);
}

function spacing(
  opening: string,
  { eol, unit, gap, pad }: JsonStyle,
  indent: string | undefined,
): { readonly before: string; readonly separator: string; readonly after: string } {
  if (indent === undefined) {
    const padding = opening === "{" ? pad : "";
    return { before: padding, separator: gap, after: padding };
  }
  const line = eol + indent + unit;
  return { before: line, separator: line, after: eol + indent };
}

function cannotHold(what: string): ConfigPatchError {
  return new ConfigPatchError("unsupported", `JSON cannot hold ${what}`, {
    remedy: "put another value",
  });
}
