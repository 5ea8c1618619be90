/**
 * Following a path through the nodes of a YAML text, and refusing the ways that cannot be followed
 * without guessing.
 *
 * An alias is a leaf of the value tree, so no path leads through one. A selector might still mean an
 * entry that an alias or a merge key hides; then neither taking another entry nor making a new one
 * would be right, and the path is refused.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import type { ConfigPath, ConfigTable, ConfigValue, Selector } from "../types.ts";
import { isList, isTable, matches, pathText, sameValue } from "../value.ts";
import type { CollectionNode, Entry, YamlIndex, YamlNode } from "./spans.ts";
import { CORE_TAG, MERGE_KEY, valueOf } from "./value.ts";

/** One step that was taken: from a collection to one of its entries. */
export interface Step {
  /** The collection. */
  readonly parent: CollectionNode;
  /** The number of the entry in it. */
  readonly at: number;
  /** The entry. */
  readonly entry: Entry;
}

/** How far a path leads. */
export interface Place {
  /** The steps taken, outermost first. */
  readonly steps: readonly Step[];
  /** The node reached; absent for a text without any document. */
  readonly node: YamlNode | undefined;
  /** Its value. */
  readonly value: ConfigValue;
  /** The steps for which nothing stands. */
  readonly missing: ConfigPath;
}

/** Follows a path as far as it exists; a selector takes its first match. */
export function followPath(index: YamlIndex, root: ConfigTable, path: ConfigPath): Place {
  const steps: Step[] = [];
  let node = index.root;
  let value: ConfigValue = root;
  for (const [depth, step] of path.entries()) {
    const at = node === undefined ? -1 : entryAt(node, value, step);
    const entry = node !== undefined && "entries" in node ? node.entries[at] : undefined;
    if (entry === undefined || node === undefined || !("entries" in node)) {
      return { steps, node, value, missing: path.slice(depth) };
    }
    steps.push({ parent: node, at, entry });
    value = childOf(value, entry, at);
    node = entry.value;
  }
  return { steps, node, value, missing: [] };
}

/**
 * Refuses a place that cannot be edited without changing something else: inside an anchor that is
 * used elsewhere, inside a collection of a foreign type, or behind an ambiguous selector.
 *
 * @throws {ConfigPatchError} `unsupported`
 */
export function refuseUnclear(index: YamlIndex, place: Place, path: ConfigPath): void {
  const { steps, node, missing } = place;
  for (const [depth, { parent, at }] of steps.entries()) {
    refuseSelector(index, parent, path[depth], at);
    refuseCollection(index, parent);
  }
  if (node === undefined || missing.length === 0) return;
  if (node.kind === "alias") {
    throw refused(index, node.start, `an alias stands at ${pathText(path)}`, ALIAS_REMEDY);
  }
  if (!("entries" in node)) return;
  refuseCollection(index, node);
  refuseSelector(index, node, missing[0], node.entries.length);
  if (node.kind === "map" && node.entries.some((entry) => entry.key === MERGE_KEY)) {
    throw refused(
      index,
      node.start,
      "a merge key (<<) stands in the mapping that would get a new key",
      "write the merged keys out in this mapping",
    );
  }
}

/**
 * Refuses to remove or replace a node while aliases outside it need what it names.
 *
 * @throws {ConfigPatchError} `unsupported`
 */
export function refuseAnchors(index: YamlIndex, nodes: Iterable<YamlNode>, end: number): void {
  for (const node of nodes) {
    if (node.lastAlias >= end) {
      throw refused(
        index,
        node.outer,
        "an anchor stands here that an alias elsewhere uses",
        ALIAS_REMEDY,
      );
    }
  }
}

/** An `unsupported` error at an offset. */
export function refused(
  index: YamlIndex,
  offset: number,
  message: string,
  remedy: string,
): ConfigPatchError {
  return new ConfigPatchError("unsupported", message, {
    ...locate(index.source.text, offset),
    remedy,
  });
}

const ALIAS_REMEDY = "write the value out where the alias stands";

function refuseCollection(index: YamlIndex, node: CollectionNode): void {
  const plain = node.kind === "map" ? `${CORE_TAG}map` : `${CORE_TAG}seq`;
  if (node.tag !== undefined && node.tag !== plain && node.tag !== "!") {
    throw refused(
      index,
      node.outer,
      `a collection of type ${node.tag} stands in the way`,
      "remove the tag, or put the value in by hand",
    );
  }
  if (node.lastAlias !== -1) {
    throw refused(
      index,
      node.outer,
      "a collection whose anchor an alias elsewhere uses stands in the way",
      ALIAS_REMEDY,
    );
  }
}

/** An entry before the first plain match may be the one that readers take. */
function refuseSelector(
  index: YamlIndex,
  node: CollectionNode,
  step: ConfigPath[number] | undefined,
  before: number,
): void {
  if (typeof step !== "object" || node.kind !== "seq") return;
  for (const { value } of node.entries.slice(0, before)) {
    if (!couldMatch(index, value, step)) continue;
    throw refused(
      index,
      value.outer,
      `this entry may be ${pathText([step])} through an alias or a merge key`,
      "write the entry out without alias or merge key",
    );
  }
}

/** Whether a node matches a selector once aliases and merges are followed. */
function couldMatch(index: YamlIndex, node: YamlNode, selector: Selector): boolean {
  const table = followAlias(index, node);
  if (table?.kind !== "map") return false;
  const merges = table.entries.some((entry) => entry.key === MERGE_KEY);
  return Object.entries(selector).every(([key, wanted]) => {
    const entry = table.entries.find((one) => one.key === key);
    if (entry === undefined) return merges;
    const scalar = followAlias(index, entry.value);
    return scalar?.kind === "scalar" && sameValue(valueOf(index.source, scalar.event), wanted);
  });
}

function followAlias(index: YamlIndex, node: YamlNode): YamlNode | undefined {
  return node.kind === "alias" ? index.byEvent.get(node.target) : node;
}

function entryAt(node: YamlNode, value: ConfigValue, step: ConfigPath[number]): number {
  if (typeof step === "string") {
    return node.kind === "map" ? node.entries.findIndex((entry) => entry.key === step) : -1;
  }
  if (!isList(value)) return -1;
  if (typeof step === "number") return step >= 0 && step < value.length ? step : -1;
  return value.findIndex((item) => matches(item, step));
}

function childOf(value: ConfigValue, entry: Entry, at: number): ConfigValue {
  if (isList(value)) return value[at] ?? null;
  return isTable(value) ? value[entry.key] ?? null : null;
}
