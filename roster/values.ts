/** The values of a patch: what a format can hold, and what would mean nothing. @module */
import type { ConfigTable, ConfigValue, FormatInfo } from "../formats/types.ts";
import { OpaqueScalar } from "../formats/types.ts";
import { isList, isTable, pathText, tableOf } from "../formats/value.ts";
import { checkTokens, hasToken } from "../transport/tokens.ts";
import { INHERIT } from "./merge.ts";
import {
  checkedAt,
  isMapping,
  isSequence,
  plain,
  type Written,
  type WrittenMapping,
  wrong,
} from "./positions.ts";

/** A value of a patch, and the keys that lead to it in the config. */
export interface Leaf {
  /** The keys. */
  readonly path: readonly string[];
  /** The value, where it was written. */
  readonly node: Written;
}

/**
 * The scalars and lists of a mapping, each checked.
 *
 * @throws {ConfigPatchError} `roster` for an empty mapping, for what the format cannot hold and for
 * tokens that there are not.
 */
export function checkedLeaves(mapping: WrittenMapping, format: FormatInfo): Leaf[] {
  return leaves(mapping, []).map((leaf) => {
    const { node, path } = leaf;
    if (isMapping(node)) {
      throw wrong(
        node,
        `${pathText(node.path)} is an empty mapping, which would hold nothing`,
        "name the keys that it has to hold, or take it out",
      );
    }
    checkHolds(node, [...path, plain(node)], format);
    refuseTokens(node, [...path, ...keysIn(plain(node))]);
    checkedAt(node, () => checkTokens(plain(node)));
    return leaf;
  });
}

/**
 * Refuses tokens where they would be taken literally: in keys, and in names of files.
 *
 * @param node What the message is about.
 * @throws {ConfigPatchError} `roster`
 */
export function refuseTokens(node: Written, texts: readonly string[]): void {
  for (const text of texts) {
    if (!hasToken(text)) checkedAt(node, () => checkTokens(text));
    else {
      throw wrong(
        node,
        `a token stands in ${JSON.stringify(text)}, where it is not replaced`,
        "write tokens in values only",
      );
    }
  }
}

/** The keys of all tables in a value, at any depth. */
export function keysIn(value: ConfigValue): string[] {
  if (isList(value)) return value.flatMap(keysIn);
  return isTable(value)
    ? Object.entries(value).flatMap(([key, item]) => [key, ...keysIn(item)])
    : [];
}

/** One mapping of values laid over another: mappings merge, all else replaces. */
export function lay(below: ConfigTable, above: ConfigTable): ConfigTable {
  const entries = Object.entries(above).map(([key, high]) => {
    const low = Object.hasOwn(below, key) ? below[key] : undefined;
    return [key, isTable(low) && isTable(high) ? lay(low, high) : high] as const;
  });
  return tableOf([...Object.entries(below), ...entries]);
}

/**
 * Refuses what a patch cannot hold, at any depth.
 *
 * @param node What the message is about.
 * @param value The value, which may be only a part of what stands there.
 * @throws {ConfigPatchError} `roster`
 */
export function checkHolds(node: Written, value: ConfigValue, format: FormatInfo): void {
  const fault = faultOf(value, format);
  if (fault === undefined) return;
  // A key that cannot be written cannot be shown either.
  const unwritable = node.path.findIndex((step) =>
    typeof step === "string" && !step.isWellFormed()
  );
  const shown = unwritable === -1 ? node.path : node.path.slice(0, unwritable);
  throw wrong(
    { ...node, path: shown },
    `${pathText(shown)} cannot hold ${fault.what}`,
    fault.remedy,
  );
}

/** A mapping's leaves with the keys that lead to them; an empty mapping is one, too. */
function leaves(mapping: WrittenMapping, prefix: readonly string[]): Leaf[] {
  return [...mapping.value].flatMap(([key, node]) => {
    const path = [...prefix, key];
    return isMapping(node) && node.value.size > 0 ? leaves(node, path) : [{ path, node }];
  });
}

interface Fault {
  readonly what: string;
  readonly remedy: string;
}

function faultOf(value: ConfigValue, format: FormatInfo): Fault | undefined {
  if (value instanceof OpaqueScalar) {
    return { what: `a value of type ${value.type}`, remedy: "quote it, to make it a text" };
  }
  if (value === null && !format.holdsNull) {
    return { what: `null: ${format.name} has none`, remedy: "take the key out" };
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return { what: `the number ${value}`, remedy: "use a finite number" };
  }
  if (typeof value === "string" && !value.isWellFormed()) {
    return {
      what: "a key that is no text, or a text that is not valid Unicode",
      remedy: "put a number, a date or another word that is read as no text in quotes",
    };
  }
  if (value === INHERIT) {
    return {
      what: `${INHERIT}, as there is nothing below that it could stand for`,
      remedy: "take it out, or name the provider if it is one of the catalog",
    };
  }
  const items = isList(value) ? value : isTable(value) ? Object.entries(value).flat() : [];
  for (const item of items) {
    const fault = faultOf(item, format);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The texts of a value that is one or a list of them. */
export function textsOf(node: Written): string[] {
  const value = plain(node);
  return (isSequence(node) && isList(value) ? value : [value]).map(String);
}
