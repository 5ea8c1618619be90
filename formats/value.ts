/** The value model: comparing trees, following paths, and the tree that an edit must lead to. @module */
import { shortened } from "../errors.ts";
import {
  type ConfigList,
  type ConfigPath,
  type ConfigRoot,
  type ConfigTable,
  type ConfigValue,
  OpaqueScalar,
  type Selector,
} from "./types.ts";

/** A path without selectors: it names one existing place of one tree. */
export type ConcretePath = readonly (string | number)[];

/** Whether a value is a table. */
export function isTable(value: ConfigValue | undefined): value is ConfigTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof OpaqueScalar);
}

/** Whether a value is a list. */
export function isList(value: ConfigValue | undefined): value is ConfigList {
  return Array.isArray(value);
}

/** A new table without a prototype, from pairs. */
export function tableOf(entries: Iterable<readonly [string, ConfigValue]>): ConfigTable {
  const table: Record<string, ConfigValue> = Object.create(null);
  for (const [key, value] of entries) table[key] = value;
  return table;
}

/**
 * Whether two values are the same: tables without regard to order, integers and floats apart,
 * `-0` and `0` apart, `NaN` equal to itself.
 */
export function sameValue(a: ConfigValue | undefined, b: ConfigValue | undefined): boolean {
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  }
  if (a instanceof OpaqueScalar) {
    return b instanceof OpaqueScalar && a.type === b.type && a.text === b.text;
  }
  if (isTable(a)) {
    if (!isTable(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
  }
  return Object.is(a, b);
}

/** Whether a table is the list entry that a selector means. */
export function matches(value: ConfigValue | undefined, selector: Selector): boolean {
  return isTable(value) &&
    Object.entries(selector).every(([key, wanted]) =>
      Object.hasOwn(value, key) && sameValue(value[key], wanted)
    );
}

/** What stands at a path (at the first match of each selector), or `undefined`. */
export function valueAt(root: ConfigValue, path: ConfigPath): ConfigValue | undefined {
  const { found, missing } = resolve(root, path);
  return missing.length > 0 ? undefined : stepAll(root, found);
}

/**
 * How far a path exists: the concrete part of it that does (selectors replaced by the index of
 * their first match), and the rest.
 */
export function resolve(
  root: ConfigValue,
  path: ConfigPath,
): { readonly found: ConcretePath; readonly missing: ConfigPath } {
  const found: (string | number)[] = [];
  let value: ConfigValue | undefined = root;
  for (const [depth, step] of path.entries()) {
    const at: string | number | undefined = concrete(value, step);
    if (at === undefined) return { found, missing: path.slice(depth) };
    found.push(at);
    value = child(value, at);
  }
  return { found, missing: [] };
}

/** The leaves of nested tables with their paths; anything but a non-empty table is a leaf. */
export function leavesOf(
  table: ConfigTable,
  prefix: ConfigPath = [],
): { readonly path: ConfigPath; readonly value: ConfigValue }[] {
  return Object.entries(table).flatMap(([key, value]) =>
    isTable(value) && Object.keys(value).length > 0
      ? leavesOf(value, [...prefix, key])
      : [{ path: [...prefix, key], value }]
  );
}

/** Every existing place that a path can mean: one for each combination of matching list entries. */
export function resolveAll(root: ConfigValue, path: ConfigPath): ConcretePath[] {
  let places: { at: (string | number)[]; value: ConfigValue | undefined }[] = [
    { at: [], value: root },
  ];
  for (const step of path) {
    places = places.flatMap(({ at, value }) => {
      if (typeof step !== "object") {
        const next = concrete(value, step);
        return next === undefined ? [] : [{ at: [...at, next], value: child(value, next) }];
      }
      return !isList(value)
        ? []
        : value.flatMap((item, index) =>
          matches(item, step) ? [{ at: [...at, index], value: item }] : []
        );
    });
  }
  return places.map((place) => place.at);
}

/** A deep copy that {@linkcode setAt} and {@linkcode removeAt} may change. */
export function copyOf(value: ConfigTable): ConfigTable;
export function copyOf(value: ConfigRoot): ConfigRoot;
export function copyOf(value: ConfigValue): ConfigValue;
export function copyOf(value: ConfigValue): ConfigValue {
  if (isList(value)) return value.map((item) => copyOf(item));
  if (!isTable(value)) return value;
  const table: Record<string, ConfigValue> = Object.create(null);
  for (const [key, item] of Object.entries(value)) table[key] = copyOf(item);
  return table;
}

/**
 * Sets a value in a tree made by {@linkcode copyOf}, creating the containers on the way: the
 * meaning of `put`, against which its effect is checked.
 */
export function setAt(root: ConfigRoot, path: ConfigPath, value: ConfigValue): void {
  let container: ConfigValue = root;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    const at: string | number | undefined = concrete(container, step);
    if (last && typeof step !== "object") {
      write(container, at ?? step, value);
      return;
    }
    const next: ConfigValue | undefined = at === undefined ? undefined : child(container, at);
    if (next !== undefined && next !== null) {
      container = next;
      continue;
    }
    const after = path[depth + 1];
    const fresh: ConfigValue = typeof step === "object"
      ? tableOf(Object.entries(step))
      : typeof after === "object"
      ? []
      : tableOf([]);
    write(container, at ?? (typeof step === "object" ? length(container) : step), fresh);
    container = fresh;
  }
}

/** Removes what stands at a concrete path from a tree made by {@linkcode copyOf}. */
export function removeAt(root: ConfigRoot, path: ConcretePath): void {
  const container = stepAll(root, path.slice(0, -1));
  const last = path[path.length - 1];
  if (last === undefined) return;
  if (isList(container)) (container as ConfigValue[]).splice(Number(last), 1);
  else if (isTable(container)) delete (container as Record<string, ConfigValue>)[last];
}

/**
 * A path as people write it: `providers[name=mistral].api_base`. Long keys are shown without their
 * middle, so that two paths may have one text: it tells people where something is, and no program.
 */
export function pathText(path: ConfigPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (typeof step === "object") {
      text += `[${
        Object.entries(step).map(([k, v]) => `${keyText(k)}=${scalarText(v)}`).join(",")
      }]`;
    } else text += (text === "" ? "" : ".") + keyText(step);
  }
  return text;
}

/**
 * A key as its readers see it. A key that is no text has a name of our own in a tree, which begins with
 * half a surrogate pair (see `formats/yaml/value.ts`): `1`, `null`, `["a"]`.
 *
 * @param key A key of a table.
 * @returns What people are shown.
 * @example
 * ```ts
 * import { defaultFormats, keyShown } from "@terok/vault-config/formats";
 *
 * const yaml = await defaultFormats.load("yaml");
 * const keys = Object.keys(yaml.parse("1: x\ntwo: y\n").value).map(keyShown);
 * if (keys.join() !== "1,two") throw new Error(keys.join());
 * ```
 */
export function keyShown(key: string): string {
  const twin = keyOf(key);
  if (twin !== key || !key.startsWith(NO_TEXT)) return twin;
  return key.slice(1).replace(/\b(?:bigint|number|boolean|object|alias) (?=\S)|\d+ (?=")/g, "");
}

/** What the name of a key that is no text begins with: no text that is a key has it. */
export const NO_TEXT = "\uD800";

/** The key of an entry of a JSON table: where it stands twice, the first one has a name with a number. */
export function keyOf(name: string): string {
  return name.startsWith(NO_TEXT) ? name.replace(/^. [0-9]+ /s, "") : name;
}

function keyText(name: string): string {
  const key = keyOf(name);
  if (key.startsWith(NO_TEXT)) return shortened(keyShown(key).toWellFormed());
  return shortened(/^[A-Za-z0-9_$@/-]+$/.test(key) ? key : JSON.stringify(key));
}

function scalarText(value: string | number | bigint | boolean): string {
  if (typeof value !== "string") return String(value);
  return /^[A-Za-z_][A-Za-z0-9_./@ -]*$/.test(value) ? value : JSON.stringify(value);
}

/** The key or index by which a step exists in a container. */
function concrete(
  container: ConfigValue | undefined,
  step: string | number | Selector,
): string | number | undefined {
  if (typeof step === "string") {
    return isTable(container) && Object.hasOwn(container, step) ? step : undefined;
  }
  if (!isList(container)) return undefined;
  if (typeof step === "number") return step in container ? step : undefined;
  const index = container.findIndex((item) => matches(item, step));
  return index === -1 ? undefined : index;
}

function child(container: ConfigValue | undefined, at: string | number): ConfigValue | undefined {
  if (isList(container)) return container[Number(at)];
  return isTable(container) && Object.hasOwn(container, at) ? container[at] : undefined;
}

function stepAll(root: ConfigValue, path: ConcretePath): ConfigValue | undefined {
  let value: ConfigValue | undefined = root;
  for (const step of path) value = child(value, step);
  return value;
}

function write(container: ConfigValue, at: string | number, value: ConfigValue): void {
  if (isList(container)) (container as ConfigValue[])[Number(at)] = value;
  else if (isTable(container)) (container as Record<string, ConfigValue>)[at] = value;
}

function length(container: ConfigValue): number {
  return isList(container) ? container.length : 0;
}
