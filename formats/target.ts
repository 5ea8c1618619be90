/**
 * What a path means in a tree: whether a put has nothing to do, replaces a value or inserts what is
 * missing, and which shape is in the way of it. It is decided here, once for all formats, so that the
 * same mistake gets the same code and the same remedy in each of them.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../errors.ts";
import { refuseDepth } from "./limits.ts";
import {
  type ConfigPath,
  type ConfigRoot,
  type ConfigValue,
  OpaqueScalar,
  type Put,
  type Selector,
  type Splice,
} from "./types.ts";
import {
  type ConcretePath,
  isList,
  isTable,
  pathText,
  resolve,
  sameValue,
  valueAt,
} from "./value.ts";

/** What a target is looked up in: a text and its tree. A document can be its own ground. */
export interface Ground {
  /** The text, for the positions of errors. */
  readonly text: string;
  /** Its tree. */
  readonly value: ConfigRoot;
  /** Whether a null may become a table or a list, because the format writes an empty one so. */
  readonly nullIsEmpty: boolean;
  /** Where what stands at a place begins, if one can tell. */
  offsetOf(place: ConcretePath): number | undefined;
}

/** What a put has to do. */
export type Target =
  | {
    /** The place holds the value already. */
    readonly action: "nothing";
    /** The place. */
    readonly found: ConcretePath;
  }
  | {
    /** Another value stands at the place. */
    readonly action: "replace";
    /** The place. */
    readonly found: ConcretePath;
  }
  | {
    /** Nothing stands at the place. */
    readonly action: "insert";
    /** The innermost container on the way that exists. */
    readonly found: ConcretePath;
    /** The steps from there, none of which exists; the last one is a key. */
    readonly missing: ConfigPath;
    /** The containers that the put has to create: {@linkcode Put.created}. */
    readonly created: readonly ConfigPath[];
  };

/**
 * What has to be done so that a path holds a value.
 *
 * @param ground Where the path leads.
 * @param path The path.
 * @param value The value.
 * @returns Whether to do nothing, to replace or to insert, and where.
 * @example
 * ```ts
 * import { tableOf, targetOf } from "@terok/vault-config/formats";
 *
 * const value = tableOf([["core", tableOf([["editor", "vi"]])]]);
 * const ground = { text: "", value, nullIsEmpty: false, offsetOf: () => undefined };
 * const target = targetOf(ground, ["core", "proxy"], "localhost:9419");
 * if (target.action !== "insert" || target.missing.join() !== "proxy") throw new Error("wrong");
 * ```
 * @throws {ConfigPatchError} `shape` where no put can do it, with the reason and a remedy;
 * `too-large` where path and value nest too deeply.
 */
export function targetOf(ground: Ground, path: ConfigPath, value: ConfigValue): Target {
  refuseDepth(path, value);
  refuseMeaningless(path);
  const { found, missing } = resolve(ground.value, path);
  const standing = valueAt(ground.value, found);
  if (missing.length > 0) {
    refuseShape(ground, path, found, missing);
    const depths = [...path.keys()].slice(found.length + 1);
    const created = depths.map((depth) => path.slice(0, depth));
    return { action: "insert", found, missing, created };
  }
  if (sameValue(standing, value)) return { action: "nothing", found };
  if (isTable(standing)) throw inTheWay(ground, found, "a table", "a value");
  return { action: "replace", found };
}

/**
 * The place that a drop removes.
 *
 * @param ground Where the path leads.
 * @param path The path.
 * @returns The place, or `undefined` where nothing stands.
 * @example
 * ```ts
 * import { droppedPlace, tableOf } from "@terok/vault-config/formats";
 *
 * const value = tableOf([["list", [tableOf([["name", "a"]])]]]);
 * const ground = { text: "", value, nullIsEmpty: false, offsetOf: () => undefined };
 * const place = droppedPlace(ground, ["list", { name: "a" }]);
 * if (place?.join() !== "list,0") throw new Error("wrong");
 * ```
 * @throws {ConfigPatchError} `shape` for the root of a file.
 */
export function droppedPlace(ground: Ground, path: ConfigPath): ConcretePath | undefined {
  if (path.length === 0) {
    throw shape("the root of a file cannot be removed", "remove its keys, or the file itself");
  }
  const { found, missing } = resolve(ground.value, path);
  return missing.length > 0 ? undefined : found;
}

/**
 * The error for something at a place that must be something else.
 *
 * @param ground Where it stands.
 * @param place The place.
 * @param what What stands there: `a list`.
 * @param wanted What must: `a table`.
 * @returns The error, to be thrown.
 * @example
 * ```ts
 * import { inTheWay, tableOf } from "@terok/vault-config/formats";
 *
 * const ground = { text: "", value: tableOf([]), nullIsEmpty: false, offsetOf: () => undefined };
 * const error = inTheWay(ground, ["core"], "a list", "a table");
 * if (error.message !== "a list stands where a table must be: core") throw error;
 * ```
 */
export function inTheWay(
  ground: Ground,
  place: ConcretePath,
  what: string,
  wanted: string,
): ConfigPatchError {
  const why = `${what} stands where ${wanted} must be: ${nameOf(place)}`;
  const remedy = place.length === 0
    ? "a program that keeps its settings in such a file needs another patch; " +
      "if nothing in the file is needed, remove the file"
    : wanted === "a value"
    ? "remove it, or put its keys one by one"
    : `remove it, or make it ${wanted}`;
  return shapeAt(ground, place, why, remedy);
}

/** The splice that changes nothing. */
export const NO_SPLICE: Splice = { offset: 0, remove: "", insert: "" };

/** The put that changes nothing. */
export const NO_PUT: Put = { ...NO_SPLICE, value: { start: 0, end: 0 }, created: [] };

/** Refuses what no put can mean, whatever stands in the file. */
function refuseMeaningless(path: ConfigPath): void {
  const last = path.at(-1);
  if (last === undefined) throw shape("a value cannot be put at the root of a file", NAME_A_KEY);
  if (typeof last === "object") {
    throw shape(`a value cannot take the place of an entry: ${pathText(path)}`, NAME_A_KEY);
  }
  for (const [depth, step] of path.entries()) {
    const selector = path[depth - 1];
    if (!isSelector(selector)) continue;
    if (typeof step !== "string") {
      throw shape(`an entry of a list is a table: ${pathText(path)}`, NAME_A_KEY);
    }
    if (Object.hasOwn(selector, step)) {
      const why = `"${step}" cannot both select the entry and be set: ${pathText(path)}`;
      throw shape(why, "select the entry by another key, or leave this one as it is");
    }
  }
}

const NAME_A_KEY = "name the key of a table that is to hold the value";

/** Refuses to go on below something of another kind than the next step needs. */
function refuseShape(
  ground: Ground,
  path: ConfigPath,
  found: ConcretePath,
  missing: ConfigPath,
): void {
  const standing = valueAt(ground.value, found);
  const [step] = missing;
  const fits = standing === null && ground.nullIsEmpty && found.length > 0;
  if (typeof step === "string") {
    if (!isTable(standing) && !fits) throw inTheWay(ground, found, kindOf(standing), "a table");
  } else if (isList(standing)) {
    if (typeof step === "object" && !standing.every(isTable)) {
      throw inTheWay(ground, found, "a list of other things", "a list of tables");
    }
  } else if (!fits) {
    throw inTheWay(ground, found, kindOf(standing), "a list of tables");
  }
  const at = missing.findIndex((one) => typeof one === "number");
  if (at === -1) return;
  const entry = path.slice(0, found.length + at + 1);
  throw shapeAt(ground, found, `there is no such entry: ${pathText(entry)}`, NAME_AN_ENTRY);
}

const NAME_AN_ENTRY = "name an entry that exists, or select it by its keys";

/** What a value is, in words. */
function kindOf(value: ConfigValue | undefined): string {
  if (isTable(value)) return "a table";
  if (isList(value)) return "a list";
  if (value instanceof OpaqueScalar) {
    if (value.type === "alias") return "an alias";
    // The type may be a tag, and a tag may be a secret that begins with an exclamation mark.
    return /date|time/.test(value.type) ? "a date or time" : "a value of a kind of its own";
  }
  if (value === null) return "null";
  if (typeof value === "string") return "a string";
  return typeof value === "boolean" ? "a boolean" : "a number";
}

function nameOf(place: ConcretePath): string {
  return place.length === 0 ? "the root of the file" : pathText(place);
}

function shapeAt(
  ground: Ground,
  place: ConcretePath,
  why: string,
  remedy: string,
): ConfigPatchError {
  const offset = ground.offsetOf(place);
  const position = offset === undefined ? undefined : locate(ground.text, offset);
  return new ConfigPatchError("shape", why, { ...position, remedy });
}

function shape(why: string, remedy: string): ConfigPatchError {
  return new ConfigPatchError("shape", why, { remedy });
}

function isSelector(step: ConfigPath[number] | undefined): step is Selector {
  return typeof step === "object";
}
