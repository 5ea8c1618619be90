/**
 * Laying one agent over another, as terok-executor does it: mappings key by key, lists and scalars
 * replace, null deletes, and `_inherit` stands for what lies below.
 *
 * @module
 */
import { isTable, leavesOf } from "../formats/value.ts";
import { FORMAT_PARTS } from "./schema.ts";
import {
  isMapping,
  isSequence,
  plain,
  type Written,
  type WrittenList,
  type WrittenMapping,
  wrong,
} from "./positions.ts";

/** The word by which a file asks for what lies below. */
export const INHERIT = "_inherit";

/**
 * One agent in normal form laid over another. Its patches follow rules of their own: a mapping over a
 * list of patches is refused, `bypassed_by` lists are joined, and what the upper one sets holds for
 * every type of credential.
 *
 * @throws {ConfigPatchError} `roster` for a mapping over a list of patches.
 */
export function mergeAgents(below: WrittenMapping, above: WrittenMapping): WrittenMapping {
  return mergeMappings(below, above, (key, low, high) => {
    return key === "shared_config_patch" ? mergePatches(low, high) : mergeValues(low, high);
  });
}

/** Everything that only means something over another agent, taken out of one that has none below. */
export function withoutMarks(node: Written): Written {
  if (isSequence(node)) return { ...node, value: node.value.map(withoutMarks) };
  if (!isMapping(node)) return node;
  const entries = [...node.value].filter(([key, item]) => !isMark(key, item));
  return { ...node, value: new Map(entries.map(([key, item]) => [key, withoutMarks(item)])) };
}

type MergeKey = (key: string, below: Written, above: Written) => Written;

function mergeMappings(
  below: WrittenMapping,
  above: WrittenMapping,
  mergeKey: MergeKey,
): WrittenMapping {
  const merged = new Map(below.value);
  for (const [key, item] of above.value) {
    const low = below.value.get(key);
    if (isMark(key, item) || item.value === INHERIT) continue;
    // Null over nothing deletes nothing: then it is a value.
    if (item.value === null && low !== undefined) merged.delete(key);
    else merged.set(key, low === undefined ? withoutMarks(item) : mergeKey(key, low, item));
  }
  return { ...above, value: merged };
}

function mergeValues(below: Written, above: Written): Written {
  if (isMapping(below) && isMapping(above)) {
    return mergeMappings(below, above, (_key, low, high) => mergeValues(low, high));
  }
  if (isSequence(below) && isSequence(above)) return splice(below, above);
  return withoutMarks(above);
}

function mergePatches(below: Written, above: Written): Written {
  if (isMapping(below) && isMapping(above)) return mergePatch(below, above);
  if (isSequence(above)) {
    // One patch is as good as a list of one for whoever wants to add to it.
    const list = isSequence(below) ? below : { ...below, value: [below] };
    return splice(list, above);
  }
  if (isSequence(below) && isMapping(above)) {
    throw wrong(
      above,
      "there is a list of patches below, and one patch cannot be merged into a list",
      `give a list, with ${INHERIT} to keep the present ones`,
    );
  }
  return mergeValues(below, above);
}

function mergePatch(below: WrittenMapping, above: WrittenMapping): Written {
  return mergeMappings(unsetVariants(below, above), above, (key, low, high) => {
    if (key === "bypassed_by" && isSequence(low) && isSequence(high)) return join(low, high);
    return mergeValues(low, high);
  });
}

/**
 * The lower patch, whose variants leave to the upper one what that one sets. Otherwise a value that a
 * user's file gives would be lost to a type of credential that it says nothing of.
 */
function unsetVariants(below: WrittenMapping, above: WrittenMapping): WrittenMapping {
  const variants = below.value.get("by_credential_type");
  const set = [...above.value].flatMap(([key, node]) => isSetKey(key) ? leafPathsOf(node) : []);
  if (!isMapping(variants) || set.length === 0) return below;
  const left = [...variants.value].map(([type, one]) => [type, set.reduce(without, one)] as const);
  const value = new Map(below.value);
  // If none of them says anything any more, the type makes no difference.
  if (left.every(([, one]) => isMapping(one) && one.value.size === 0)) {
    value.delete("by_credential_type");
  } else {
    value.set("by_credential_type", { ...variants, value: new Map(left) });
  }
  return { ...below, value };
}

function leafPathsOf(node: Written): string[][] {
  const value = plain(node);
  return isTable(value) ? leavesOf(value).map(({ path }) => path.map(String)) : [];
}

/** A mapping without the value at a path, and without mappings that are empty then. */
function without(node: Written, path: readonly string[]): Written {
  const [key, ...rest] = path;
  if (key === undefined || !isMapping(node)) return node;
  const child = node.value.get(key);
  if (child === undefined) return node;
  const value = new Map(node.value);
  const left = rest.length === 0 ? undefined : without(child, rest);
  if (left === undefined || (isMapping(left) && left.value.size === 0)) value.delete(key);
  else value.set(key, left);
  return { ...node, value };
}

/** The upper list, in which `_inherit` stands for the entries of the lower one. */
function splice(below: WrittenList, above: WrittenList): Written {
  const value = above.value.flatMap((item) =>
    item.value === INHERIT ? below.value : [withoutMarks(item)]
  );
  return { ...above, value };
}

function join(below: WrittenList, above: WrittenList): Written {
  const asks = above.value.some((item) => item.value === INHERIT);
  return asks ? splice(below, above) : { ...above, value: [...below.value, ...above.value] };
}

function isMark(key: string, item: Written): boolean {
  return key === INHERIT && item.value === true;
}

function isSetKey(key: string): boolean {
  return key.endsWith(`_${FORMAT_PARTS[0]}`);
}
