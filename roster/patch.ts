/** From what is written under `shared_config_patch` to a {@linkcode ConfigPatch}. @module */
import { closest } from "../errors.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import type { ConfigTable, FormatInfo, Selector } from "../formats/types.ts";
import { isTable, pathText, tableOf } from "../formats/value.ts";
import { checkFile } from "../storage/names.ts";
import { hasToken } from "../transport/tokens.ts";
import { rulesOf } from "./bypass.ts";
import { checkKeys } from "./keys.ts";
import { FORMAT_PARTS, type FormatPart, PATCH_KEYS } from "./schema.ts";
import type { BypassRule, ConfigPatch } from "./types.ts";
import { checkedLeaves, checkHolds, lay, type Leaf, refuseTokens, textsOf } from "./values.ts";
import {
  checkedAt,
  isMapping,
  plain,
  present,
  type Written,
  type WrittenMapping,
  wrong,
} from "./positions.ts";

/** A patch, and the rules that stand in it. */
export interface ParsedPatch {
  /** The patch. */
  readonly patch: ConfigPatch;
  /** What sends the client past it. */
  readonly rules: readonly BypassRule[];
}

/**
 * Reads one patch.
 *
 * @throws {ConfigPatchError} `roster` for everything that it says and cannot mean.
 */
export function patchOf(node: WrittenMapping, formats: FormatRegistry): ParsedPatch {
  const format = formatOf(node, formats);
  checkKeys(node, PATCH_KEYS);
  const files = filesOf(node);
  const places = placesOf(node, format);
  const values = valuesOf(node, format, places);
  const patch: ConfigPatch = {
    files,
    format: format.name,
    strict: present(node, "json_strict")?.value === true,
    mode: modeOf(node),
    ...places,
    ...values,
  };
  return { patch, rules: rulesOf(node, patch, formats) };
}

/** What else may be meant by a patch that does not say everything. */
export const OF_THE_CATALOG =
  "; if an agent of the catalog is to be changed, name it among the providers";

function withoutValues(node: Written, keys: string) {
  return wrong(node, "a patch without values", `set one of ${keys}${OF_THE_CATALOG}`);
}

/** The one format that the keys of a patch name. */
function formatOf(node: WrittenMapping, formats: FormatRegistry): FormatInfo {
  const owners = formatKeys(formats);
  const neutral = PATCH_KEYS.map(({ key }) => key).filter((key) => !owners.has(key));
  const used = new Map<FormatInfo, Written>();
  for (const [key, value] of node.value) {
    const owner = owners.get(key);
    if (owner !== undefined && present(node, key) !== undefined) used.set(owner, value);
    if (owner === undefined && !neutral.includes(key)) throw unknownKey(value, key, formats);
  }
  const [first, second] = [...used];
  if (first === undefined) {
    throw withoutValues(node, formats.list().map((one) => `${one.name}_set`).join(", "));
  }
  if (second === undefined) return first[0];
  throw wrong(
    second[1],
    `one patch is of two formats, ${first[0].name} and ${second[0].name}`,
    "keep the keys of the format that the file is written in",
  );
}

/** The keys that belong to one format, with that format. */
function formatKeys(formats: FormatRegistry): ReadonlyMap<string, FormatInfo> {
  const keys = formats.list().flatMap((format) =>
    FORMAT_PARTS.map((part) => [`${format.name}_${part}`, format] as const)
  );
  const json = formats.get("json");
  return new Map(json === undefined ? keys : [...keys, ["json_strict", json]]);
}

function unknownKey(node: Written, key: string, formats: FormatRegistry) {
  const neutral = PATCH_KEYS.map((one) => one.key).filter((one) => !one.startsWith("<"));
  const known = [...neutral, ...formatKeys(formats).keys()];
  const near = closest(key, known);
  const [, format] = /^(.+)_([a-z]+)$/.exec(key) ?? [];
  const isPart = FORMAT_PARTS.some((part) => key.endsWith(`_${part}`));
  const names = formats.list().map((one) => one.name).join(", ");
  const remedy = near !== undefined
    ? `did you mean ${near}?`
    : isPart
    ? `register a format ${JSON.stringify(format)}, or use one of ${names}`
    : `take it out; known are ${
      [...neutral, ...FORMAT_PARTS.map((part) => `<format>_${part}`)].join(", ")
    }`;
  return wrong(node, `a patch has no key ${JSON.stringify(key)}`, remedy);
}

function filesOf(node: WrittenMapping): string[] {
  const written = present(node, "file");
  if (written === undefined) {
    throw wrong(
      node,
      "a patch without a file",
      `set file to the config's name in the host dir${OF_THE_CATALOG}`,
    );
  }
  const files = textsOf(written);
  checkedAt(written, () => files.forEach((file) => checkFile(file, true)));
  refuseTokens(written, files);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice === undefined) return files;
  throw wrong(written, `${JSON.stringify(twice)} is named twice`, "name each file once");
}

function modeOf(node: WrittenMapping): number | undefined {
  const written = present(node, "mode");
  if (written === undefined) return undefined;
  const mode = parseInt(String(written.value), 8);
  if ((mode & ~0o666) === 0 && (mode & 0o400) !== 0) return mode;
  throw wrong(
    written,
    `${JSON.stringify(written.value)} cannot be the mode of a config`,
    'allow reading and writing only (within "0666"), and its owner at least reading',
  );
}

type Places = Pick<ConfigPatch, "table" | "match" | "each">;

/** Which tables of the file are meant. */
function placesOf(node: WrittenMapping, format: FormatInfo): Places {
  const key = (part: FormatPart) => `${format.name}_${part}`;
  const table = present(node, key("table"));
  const match = present(node, key("match"));
  const each = present(node, key("each"));
  if (each !== undefined && table !== undefined) {
    throw wrong(
      each,
      `${key("table")} and ${key("each")} do not go together`,
      `keep ${key("table")} to have an entry created, or ${key("each")} to create nothing`,
    );
  }
  if (match === undefined ? table !== undefined : table === undefined && each === undefined) {
    const missing = match === undefined ? "match" : "table";
    throw wrong(
      table ?? match ?? node,
      `${key("table")} and ${key("match")} only mean something together`,
      `set ${key(missing)} as well`,
    );
  }
  for (const keys of [table, each]) {
    if (keys === undefined) continue;
    checkHolds(keys, plain(keys), format);
    refuseTokens(keys, textsOf(keys));
  }
  if (each !== undefined && textsOf(each).length === 0) {
    throw wrong(each, `${pathText(each.path)} is empty`, "name the keys that lead to the tables");
  }
  return {
    table: table === undefined ? undefined : textsOf(table),
    match: match === undefined ? undefined : selectorOf(match, format),
    each: each === undefined ? undefined : textsOf(each),
  };
}

function selectorOf(written: Written, format: FormatInfo): Selector {
  const match: Record<string, Selector[string]> = Object.create(null);
  const entries = isMapping(written) ? [...written.value] : [];
  if (entries.length === 0) {
    throw wrong(
      written,
      `${pathText(written.path)} is empty, so it would mean any entry`,
      "name a key and the value by which the entry is known",
    );
  }
  for (const [key, node] of entries) {
    const value = plain(node);
    if (value === null || typeof value === "object") {
      throw wrong(
        node,
        `an entry cannot be known by ${pathText(node.path)}`,
        "compare with a text, a number, true or false",
      );
    }
    checkHolds(node, [key, value], format);
    refuseTokens(node, [key]);
    if (hasToken(value)) {
      throw wrong(
        node,
        `${
          pathText(node.path)
        } has a token in it, so the entry would change with the vault's address`,
        "match by a value that stays",
      );
    }
    match[key] = value;
  }
  return match;
}

type Values = Pick<ConfigPatch, "set" | "default" | "variants">;

/** The values of a patch, where none of them contradicts another. */
function valuesOf(node: WrittenMapping, format: FormatInfo, places: Places): Values {
  const set = mappingOf(node, `${format.name}_set`);
  const defaults = mappingOf(node, `${format.name}_default`);
  const variants = variantsOf(node);
  if (set === undefined && defaults === undefined && variants.length === 0) {
    throw withoutValues(node, `${format.name}_set`);
  }
  const setLeaves = set === undefined ? [] : checkedLeaves(set, format);
  const variantLeaves = variants.flatMap(([, variant]) => checkedLeaves(variant, format));
  const defaultLeaves = defaults === undefined ? [] : checkedLeaves(defaults, format);
  const empty = [
    [defaults, defaultLeaves],
    [set, [...setLeaves, ...variantLeaves, ...defaultLeaves]],
  ] as const;
  for (const [mapping, leaves] of empty) {
    if (mapping !== undefined && leaves.length === 0) throw holdsNothing(mapping);
  }
  const plainSet = tableFrom(set);
  const whole = variants.map(([type, variant]) => {
    const value = lay(plainSet, tableFrom(variant));
    if (Object.keys(value).length === 0) throw holdsNothing(variant);
    return [type, value] as const;
  });
  checkMatched([...setLeaves, ...variantLeaves], places);
  checkDefaults(defaultLeaves, [...setLeaves, ...variantLeaves], places);
  return {
    set: plainSet,
    default: tableFrom(defaults),
    variants: Object.fromEntries(whole),
  };
}

function mappingOf(node: WrittenMapping, key: string): WrittenMapping | undefined {
  const written = present(node, key);
  return isMapping(written) ? written : undefined;
}

function variantsOf(node: WrittenMapping): (readonly [string, WrittenMapping])[] {
  const variants = [...mappingOf(node, "by_credential_type")?.value ?? []];
  return variants.flatMap(([type, variant]) => {
    if (!/^[\w.-]+$/.test(type)) {
      throw wrong(
        variant,
        `${JSON.stringify(type)} cannot be a type of credential`,
        "use letters, digits, _, - and dots: types are given on the command line",
      );
    }
    return isMapping(variant) ? [[type, variant] as const] : [];
  });
}

function holdsNothing(node: Written) {
  return wrong(node, `${pathText(node.path)} holds no value`, "name a key and its value");
}

function checkMatched(set: readonly Leaf[], { match = {} }: Places): void {
  const leaf = set.find(({ path: [key = ""] }) => Object.hasOwn(match, key));
  if (leaf === undefined) return;
  throw wrong(
    leaf.node,
    `${JSON.stringify(leaf.path[0])} is matched and set, so the entry would not be found again`,
    "take it out of what is set, or match by another key",
  );
}

function checkDefaults(defaults: readonly Leaf[], set: readonly Leaf[], places: Places): void {
  const isSet = overlapWith(set.map(({ path }) => path));
  for (const { node, path } of defaults) {
    const text = pathText(node.path);
    if (places.each !== undefined) {
      throw wrong(
        node,
        `${text} is of no use: what is met by each is never created`,
        "take it out, or address one entry with table and match",
      );
    }
    if (hasToken(plain(node))) {
      throw wrong(
        node,
        `${text} has a token in it, but a default is never brought up to date`,
        "set it instead",
      );
    }
    if (isSet(path)) {
      throw wrong(node, `${text} is set as well, and what is set wins`, "keep one of them");
    }
    if (Object.hasOwn(places.match ?? {}, path[0] ?? "")) {
      throw wrong(node, `${text} is matched as well, so it is there already`, "take it out");
    }
  }
}

/** Whether a path leads to, or through, what one of these leads to, or one of these through it. */
function overlapWith(paths: readonly (readonly string[])[]): (path: readonly string[]) => boolean {
  const beginnings = (path: readonly string[]) =>
    path.map((_, depth) => JSON.stringify(path.slice(0, depth + 1)));
  const ends = new Set(paths.map((path) => JSON.stringify(path)));
  const all = new Set(paths.flatMap(beginnings));
  return (path) => all.has(JSON.stringify(path)) || beginnings(path).some((one) => ends.has(one));
}

function tableFrom(node: Written | undefined): ConfigTable {
  const value = node === undefined ? undefined : plain(node);
  return isTable(value) ? value : tableOf([]);
}
