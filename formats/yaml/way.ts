/**
 * The way to a node of a YAML text, and what on it cannot be edited without guessing.
 *
 * An alias is a leaf of the value tree, so no path leads through one. A selector might still mean an
 * entry that an alias or a merge key hides; then neither taking another entry nor making a new one
 * would be right, and the path is refused.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import { mayBeMeant } from "../readings.ts";
import type { ConfigPath, ConfigValue, Readings } from "../types.ts";
import { type ConcretePath, isList, matches, pathText, valueAt } from "../value.ts";
import { CORE_TAG } from "./events.ts";
import { isOldScalar } from "./scalar.ts";
import type { CollectionNode, Entry, YamlIndex, YamlNode } from "./spans.ts";
import { MERGE_KEY } from "./value.ts";

/** One step that was taken: from a collection to one of its entries. */
export interface Step {
  /** The collection. */
  readonly parent: CollectionNode;
  /** The number of the entry in it. */
  readonly at: number;
  /** The entry. */
  readonly entry: Entry;
}

/** A node, and the steps to it. */
export interface Way {
  /** The steps taken, outermost first. */
  readonly steps: readonly Step[];
  /** The node reached; absent for a text without any document. */
  readonly node: YamlNode | undefined;
}

/** The way to a place that exists. */
export function wayTo(index: YamlIndex, place: ConcretePath): Way {
  const steps: Step[] = [];
  let node = index.root;
  for (const step of place) {
    const parent = node !== undefined && "entries" in node ? node : undefined;
    const at = typeof step === "number"
      ? step
      : parent?.entries.findIndex((entry) => entry.key === step) ?? -1;
    const entry = parent?.entries[at];
    if (parent === undefined || entry === undefined) {
      throw refused(
        index,
        node?.start ?? 0,
        `${pathText(place)} is not where it was read`,
        SIMPLER,
      );
    }
    steps.push({ parent, at, entry });
    node = entry.value;
  }
  return { steps, node };
}

const SIMPLER = "write this part of the file in a simpler way";

/**
 * Refuses a selector that may mean an entry which an alias or a merge key hides: readers may take one
 * before the first plain match.
 *
 * @param way The way along the part of `path` that exists.
 * @throws {ConfigPatchError} `unsupported`
 */
export function refuseHidden(
  index: YamlIndex,
  readings: Readings,
  { steps, node }: Way,
  path: ConfigPath,
): void {
  let value: ConfigValue | undefined = index.source.value;
  for (const [depth, { parent, at, entry }] of steps.entries()) {
    refuseSelector(index, { readings, list: value }, parent, path[depth], at);
    value = valueAt(value ?? null, [parent.kind === "seq" ? at : entry.key]);
  }
  if (node?.kind !== "seq") return;
  refuseSelector(index, { readings, list: value }, node, path[steps.length], node.entries.length);
}

/**
 * Refuses a way through something that other readers see in another way: a collection of a foreign
 * type, one that an alias repeats, a mapping with keys that not all readers know.
 *
 * @param missing The steps behind the way that do not exist; they would be made.
 * @param isWritten Whether something is written there, which an alias would repeat elsewhere.
 * @throws {ConfigPatchError} `unsupported`
 */
export function refuseUnclear(
  index: YamlIndex,
  { steps, node }: Way,
  missing: ConfigPath,
  isWritten = true,
): void {
  for (const { parent, entry } of steps) {
    refuseCollection(index, parent, isWritten);
    if (parent.kind === "map") refuseKeys(index, parent, entry);
  }
  if (missing.length === 0 || node === undefined || !("entries" in node)) return;
  refuseCollection(index, node, isWritten);
  if (node.kind !== "map") return;
  refuseKeys(index, node, undefined);
  refuseMerge(index, node, missing);
}

/**
 * Refuses to remove or replace a node while aliases outside it need what it names.
 *
 * @throws {ConfigPatchError} `unsupported`
 */
export function refuseAnchors(index: YamlIndex, nodes: Iterable<YamlNode>, end: number): void {
  for (const node of nodes) {
    if (node.lastAlias < end) continue;
    const why = "an anchor stands here that an alias elsewhere uses";
    throw refused(index, node.outer, why, ALIAS_REMEDY);
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

/** What to do about an alias in the way. */
export const ALIAS_REMEDY = "write the value out where the alias stands";

function refuseCollection(index: YamlIndex, node: CollectionNode, isWritten: boolean): void {
  const plain = node.kind === "map" ? `${CORE_TAG}map` : `${CORE_TAG}seq`;
  if (node.tag !== undefined && node.tag !== plain && node.tag !== "!") {
    throw refused(
      index,
      node.outer,
      `a collection of type ${node.tag} stands in the way`,
      "remove the tag, or put the value in by hand",
    );
  }
  if (isWritten && node.lastAlias !== -1) {
    throw refused(
      index,
      node.outer,
      "a collection whose anchor an alias elsewhere uses stands in the way",
      ALIAS_REMEDY,
    );
  }
}

/** Keys that are another text to some readers, or ours in disguise. */
function refuseKeys(index: YamlIndex, node: CollectionNode, ours: Entry | undefined): void {
  const { oddKey } = node;
  if (oddKey?.keyNode !== undefined) {
    const what = oddKey.keyNode.kind === "alias" ? "an alias" : "a key with a tag";
    throw refused(
      index,
      oddKey.start,
      `${what} is a key of this mapping, and to some programs it is the key that is to be set`,
      "write the key out, without alias and tag",
    );
  }
  const key = ours?.keyNode;
  if (ours === undefined || key?.kind !== "scalar" || key.style !== "plain") return;
  if (!isOldScalar(ours.key)) return;
  throw refused(
    index,
    ours.start,
    `the key ${ours.key} without quotes is no text to some programs`,
    `write it in quotes: "${ours.key}"`,
  );
}

/** A new key hides what a merge key brings in under its name; a value may do that, a table may not. */
function refuseMerge(index: YamlIndex, node: CollectionNode, [step, ...rest]: ConfigPath): void {
  if (rest.length === 0 || typeof step !== "string") return;
  const merge = node.entries.find((entry) => entry.key === MERGE_KEY);
  if (merge === undefined || !mayHold(index, merge.value, step, new Set())) return;
  throw refused(
    index,
    merge.start,
    `the merge key (<<) may bring in a table at ${pathText([step])}, which a new one would hide`,
    "write the merged keys out in this mapping",
  );
}

/** Whether what is merged may have a key; what cannot be told counts as yes. */
function mayHold(
  index: YamlIndex,
  node: YamlNode,
  key: string,
  seen: Set<YamlNode>,
): boolean {
  const merged = followAlias(index, node);
  if (merged === undefined || merged.kind === "scalar" || merged.kind === "alias") return true;
  if (seen.has(merged)) return false;
  seen.add(merged);
  if (merged.kind === "seq") {
    return merged.entries.some(({ value }) => mayHold(index, value, key, seen));
  }
  return merged.oddKey !== undefined ||
    merged.entries.some((entry) =>
      entry.key === key || (entry.key === MERGE_KEY && mayHold(index, entry.value, key, seen))
    );
}

function refuseSelector(
  index: YamlIndex,
  { readings, list }: { readonly readings: Readings; readonly list: ConfigValue | undefined },
  node: CollectionNode,
  step: ConfigPath[number] | undefined,
  before: number,
): void {
  if (typeof step !== "object" || node.kind !== "seq" || !isList(list)) return;
  const mayBe = mayBeMeant(readings, step);
  for (const [at, { value }] of node.entries.slice(0, before).entries()) {
    if (matches(list[at], step) || !readings.valuesAt(list, at).some(mayBe)) continue;
    throw refused(
      index,
      value.outer,
      `this entry may be ${pathText([step])} through an alias or a merge key`,
      "write the entry out without alias or merge key",
    );
  }
}

/** What a node stands for: itself, or what its alias means. */
export function followAlias(index: YamlIndex, node: YamlNode): YamlNode | undefined {
  return node.kind === "alias" ? index.byEvent.get(node.target) : node;
}
