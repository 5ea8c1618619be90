/**
 * TOML: what a text says, by one parser; and where it says it, by another, when an edit asks for it.
 *
 * @module
 */
import { parse, TomlError } from "smol-toml";
import { ConfigPatchError, ConfigSyntaxError, locate } from "../../errors.ts";
import {
  type ConfigDocument,
  type ConfigPath,
  type ConfigTable,
  type ConfigValue,
  type FormatHandler,
  OpaqueScalar,
  type Put,
  type Slot,
  type Splice,
} from "../types.ts";
import { isList, isTable, pathText, resolve, sameValue, tableOf, valueAt } from "../value.ts";
import { removalOf } from "./drop.ts";
import {
  asTable,
  indexOf,
  nodeAt,
  spanOf,
  startOf,
  type TomlIndex,
  type TomlNode,
} from "./spans.ts";
import { insertionFor, styleIn } from "./put.ts";
import { MAX_DEPTH, type TomlStyle, valueText } from "./text.ts";

/**
 * The handler of TOML 1.1 (which reads 1.0 alike); what it writes is TOML 1.0.
 *
 * @example
 * ```ts
 * import { applySplice, defaultFormats } from "@terok/vault-config/formats";
 *
 * const handler = await defaultFormats.load("toml");
 * const document = handler.parse("# mine\n[tui]\ntheme = 'dark'\n");
 * const put = document.put(["tui", "font"], "mono");
 * const text = applySplice(document.text, put);
 * if (text !== "# mine\n[tui]\ntheme = 'dark'\nfont = 'mono'\n") throw new Error(text);
 * ```
 */
export const tomlFormat: FormatHandler = {
  name: "toml",
  extensions: [".toml"],
  blank: "",
  holdsNull: false,
  parse: (text) => new TomlDocument(text, valueOf(text)),
};

class TomlDocument implements ConfigDocument {
  readonly text: string;
  readonly value: ConfigTable;
  /** A byte order mark is no part of the index: this far its offsets are from those of the text. */
  readonly #shift: number;
  #index: TomlIndex | undefined;

  constructor(text: string, value: ConfigTable) {
    this.text = text;
    this.value = value;
    this.#shift = text.startsWith("\uFEFF") ? 1 : 0;
  }

  find(path: ConfigPath): Slot | undefined {
    const { found, missing } = resolve(this.value, path);
    const value = valueAt(this.value, found);
    if (missing.length > 0 || value === undefined) return undefined;
    const node = nodeAt(this.#spans(), found);
    if (node.kind !== "value") return { value };
    const { start, end } = spanOf(node.content);
    return { value, span: { start: start + this.#shift, end: end + this.#shift } };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    const { found, missing } = resolve(this.value, path);
    const standing = valueAt(this.value, found);
    if (missing.length === 0 && sameValue(standing, value)) {
      return { offset: 0, remove: "", insert: "", value: { start: 0, end: 0 }, created: [] };
    }
    checkPath(path);
    const index = this.#spans();
    const node = nodeAt(index, found);
    if (missing.length === 0) return this.#replace(index, node, path, value);
    this.#checkShape(index, node, path, path.length - missing.length);
    if (missing.slice(1).some((step) => typeof step === "number")) {
      throw this.#shape(index, node, path, "an entry does not exist", "name one that exists");
    }
    const { offset, text, at, length } = insertionFor(index, node, missing, value);
    const depths = [...path.keys()].slice(path.length - missing.length + 1);
    return {
      offset: offset + this.#shift,
      remove: "",
      insert: text,
      value: { start: at, end: at + length },
      created: depths.map((depth) => path.slice(0, depth)),
    };
  }

  drop(path: ConfigPath): Splice {
    const { found, missing } = resolve(this.value, path);
    if (missing.length > 0) return { offset: 0, remove: "", insert: "" };
    if (path.length === 0) {
      throw new ConfigPatchError("unsupported", "the root of a file cannot be dropped", {
        remedy: "drop its keys, or remove the file",
      });
    }
    const splice = removalOf(this.#spans(), found);
    return { ...splice, offset: splice.offset + this.#shift };
  }

  #spans(): TomlIndex {
    return this.#index ??= indexOf(this.text.slice(this.#shift));
  }

  #replace(index: TomlIndex, node: TomlNode, path: ConfigPath, value: ConfigValue): Put {
    if (node.kind !== "value") {
      const what = node.kind === "list" ? "a list of tables" : "a table";
      throw this.#shape(index, node, path, `${what} stands where a value must be`, "remove it");
    }
    const { start, end } = spanOf(node.content);
    const insert = valueText(value, this.#styleAt(index, node, path));
    return {
      offset: start + this.#shift,
      remove: index.text.slice(start, end),
      insert,
      value: { start: 0, end: insert.length },
      created: [],
    };
  }

  /** A string keeps the quotes of the one that it replaces. */
  #styleAt(index: TomlIndex, node: TomlNode, path: ConfigPath): TomlStyle {
    const parent = asTable(nodeAt(index, resolve(this.value, path).found.slice(0, -1)));
    const style = styleIn(index, parent?.body ?? parent?.dotted?.body);
    if (node.kind !== "value" || node.content.type !== "TOMLValue") return style;
    if (node.content.kind !== "string" || node.content.multiline) return style;
    return { ...style, literal: node.content.style === "literal" };
  }

  /** Refuses to go on below a value of another kind than the next step needs. */
  #checkShape(index: TomlIndex, node: TomlNode, path: ConfigPath, depth: number): void {
    const standing = valueAt(this.value, path.slice(0, depth));
    const step = path[depth];
    const here = path.slice(0, depth);
    if (typeof step === "string") {
      if (isTable(standing)) return;
      const why = `${kindOf(standing)} stands where a table must be`;
      throw this.#shape(index, node, here, why, "remove it, or make it a table");
    }
    if (!isList(standing) || !standing.every(isTable)) {
      const what = isList(standing) ? "a list of other things" : kindOf(standing);
      const why = `${what} stands where a list of tables must be`;
      throw this.#shape(index, node, here, why, "remove it, or make it a list of tables");
    }
    if (typeof step === "number") {
      const why = `the list has no entry number ${step}`;
      throw this.#shape(index, node, here, why, "name an entry that exists");
    }
  }

  #shape(
    index: TomlIndex,
    node: TomlNode,
    path: ConfigPath,
    why: string,
    remedy: string,
  ): ConfigPatchError {
    return new ConfigPatchError("shape", `${why}: ${pathText(path)}`, {
      ...locate(index.text, startOf(node)),
      remedy,
    });
  }
}

/** The value of a text, or an error that says where it stops being TOML. */
function valueOf(text: string): ConfigTable {
  try {
    return tableFrom(
      parse(text, { integersAsBigInt: true, useLegacyDate: false, maxDepth: MAX_DEPTH }),
      0,
    );
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    if (!(error instanceof TomlError)) throw error;
    // The first line is the reason; what follows draws the source, which `locate` gives us.
    const reason = error.message.replace(/^Invalid TOML document: /, "").split("\n")[0] ?? "";
    if (reason.includes("excessively nested")) throw tooDeep();
    throw ConfigSyntaxError.at(text, offsetOf(text, error), `this is not TOML: ${reason}`);
  }
}

function offsetOf(text: string, { line, column }: TomlError): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
}

function tooDeep(): ConfigPatchError {
  return new ConfigPatchError("unsupported", `the file is nested deeper than ${MAX_DEPTH} levels`, {
    remedy: "nest its values less deeply",
  });
}

function tableFrom(table: object, depth: number): ConfigTable {
  return tableOf(Object.entries(table).map(([key, item]) => [key, valueFrom(item, depth + 1)]));
}

/** Our model of what the parser gives: dates are opaque, everything else is the same. */
function valueFrom(value: unknown, depth: number): ConfigValue {
  if (depth > MAX_DEPTH) throw tooDeep();
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

/** Refuses what no put can mean, wherever it points. */
function checkPath(path: ConfigPath): void {
  const refuse = (why: string): never => {
    throw new ConfigPatchError("unsupported", `${why}: ${pathText(path)}`, {
      remedy: "name a key of a table",
    });
  };
  if (path.length === 0) refuse("a value cannot be put at the root");
  if (typeof path.at(-1) === "object") refuse("a value cannot be put at a selector");
  for (const [depth, step] of path.entries()) {
    const next = path[depth + 1];
    if (typeof step !== "object" || next === undefined) continue;
    if (typeof next !== "string") refuse("an entry of a list is a table");
    else if (Object.hasOwn(step, next)) {
      refuse("a key of its selector cannot be put");
    }
  }
}

function kindOf(value: ConfigValue | undefined): string {
  if (isTable(value)) return "a table";
  if (isList(value)) return "a list";
  if (value instanceof OpaqueScalar) return "a date or time";
  if (typeof value === "string") return "a string";
  return typeof value === "boolean" ? "a boolean" : "a number";
}
