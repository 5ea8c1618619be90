/**
 * What readers of a YAML text find beside its tree: the targets of aliases, what merge keys bring in,
 * keys that are written as something else than a text, and scalars that YAML 1.1 reads otherwise.
 *
 * @module
 */
import { EVENT_ID, getScalarValue } from "js-yaml";
import { ANYTHING } from "../readings.ts";
import type { ConfigList, ConfigTable, ConfigValue, Merged, Readings } from "../types.ts";
import { isList, isTable, NO_TEXT } from "../value.ts";
import { CORE_TAG } from "./events.ts";
import { oldReading, plainScalar } from "./scalar.ts";
import type { Entry, ScalarNode, YamlIndex, YamlNode } from "./spans.ts";
import { MERGE_KEY, valueOf } from "./value.ts";
import { followAlias } from "./way.ts";

/** A collection of the text, as its readers find their way in it. */
interface Collection {
  /** The entries of a list; none for a table. */
  readonly items: readonly Entry[];
  /** The entries of a table by their names. */
  readonly byName: ReadonlyMap<string, Entry>;
  /** Names of entries whose key is no text to us, by the text that it may be. */
  readonly otherNames: ReadonlyMap<string, readonly string[]>;
  /** Names of entries whose key may be any text: it has a tag, or is a list that is not plain. */
  readonly anyNames: readonly string[];
  /** What brings in what is merged: names, or the numbers of all entries. */
  readonly merges: readonly (string | number)[];
}

/** Nearly all tables have only keys that are texts. */
const PLAIN_KEYS: Pick<Collection, "otherNames" | "anyNames" | "merges"> = {
  otherNames: new Map(),
  anyNames: [],
  merges: [],
};
const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** The readings of an indexed text. */
export class YamlReadings implements Readings {
  readonly oneNumber = false;
  readonly #index: YamlIndex;
  readonly #collections = new Map<ConfigTable | ConfigList, Collection>();
  readonly #byEvent = new Map<number, ConfigValue>();

  /** The readings of a tree and the index of the same text. */
  constructor(index: YamlIndex) {
    this.#index = index;
    if (index.root !== undefined) this.#pair(index.source.value, index.root);
  }

  namesOf(table: ConfigTable, key: string): readonly string[] {
    const own = Object.hasOwn(table, key) ? [key] : [];
    const { otherNames, anyNames } = this.#collections.get(table) ?? PLAIN_KEYS;
    return [...own, ...otherNames.get(key) ?? [], ...anyNames];
  }

  valuesAt(container: ConfigTable | ConfigList, name: string | number): readonly ConfigValue[] {
    const collection = this.#collections.get(container);
    const entry = typeof name === "number" ? collection?.items[name] : collection?.byName.get(name);
    return entry === undefined ? [] : this.#valuesOf(entry.value);
  }

  mergedInto(container: ConfigTable | ConfigList): readonly Merged[] {
    return (this.#collections.get(container)?.merges ?? []).flatMap((name) =>
      this.valuesAt(container, name).map((value) => ({ name, value }))
    );
  }

  /** Goes through tree and index at once: both were made from the same events. */
  #pair(value: ConfigValue, node: YamlNode): void {
    if (!("entries" in node) || !(isTable(value) || isList(value))) return;
    this.#byEvent.set(node.event, value);
    const { entries: items } = node;
    if (node.kind === "map") {
      const byName = new Map(items.map((entry) => [entry.key, entry]));
      this.#collections.set(value, { items: [], byName, ...this.#oddKeys(items) });
    } else {
      // `!!omap` and `!!pairs` are lists of pairs, which some readers take for one mapping.
      const merges = isForeign(node) ? [...items.keys()] : [];
      this.#collections.set(value, { items, byName: NONE, ...PLAIN_KEYS, merges });
    }
    for (const [at, entry] of node.entries.entries()) {
      const below = isTable(value) ? value[entry.key] : value[at];
      if (below !== undefined) this.#pair(below, entry.value);
    }
  }

  /** What the keys of a table may be to others. */
  #oddKeys(entries: readonly Entry[]): Pick<Collection, "otherNames" | "anyNames" | "merges"> {
    const odd = entries.filter(({ key }) => key === MERGE_KEY || key.startsWith(NO_TEXT));
    if (odd.length === 0) return PLAIN_KEYS;
    const otherNames = new Map<string, string[]>();
    const anyNames: string[] = [];
    const merges: string[] = [];
    for (const { key, keyNode } of odd) {
      const node = keyNode && followAlias(this.#index, keyNode);
      const isMerge = node?.tag === `${CORE_TAG}merge`;
      const text = node && this.#keyText(node);
      if (isMerge || text === MERGE_KEY) merges.push(key);
      if (key === MERGE_KEY || isMerge) continue;
      if (text === undefined) {
        anyNames.push(key);
      } else {
        const known = otherNames.get(text) ?? [];
        otherNames.set(text, known);
        known.push(key);
      }
    }
    return { otherNames, anyNames, merges };
  }

  /** The text that a key is to some reader; `undefined` where it may be any. */
  #keyText(node: YamlNode): string | undefined {
    if (isForeign(node)) return undefined;
    if (node.kind === "scalar") return this.#contentOf(node);
    // As JavaScript makes a text of them: `[proxy]` is "proxy".
    if (node.kind !== "seq") return String({});
    const items = node.entries.map(({ value }) =>
      value.kind === "scalar" && !isForeign(value) ? this.#contentOf(value) : undefined
    );
    return items.includes(undefined) ? undefined : items.join();
  }

  #valuesOf(node: YamlNode): readonly ConfigValue[] {
    const target = followAlias(this.#index, node);
    if (target === undefined) return [];
    const anything = isForeign(target) ? [ANYTHING] : [];
    const known = this.#byEvent.get(target.event);
    if (known !== undefined) return [known, ...anything];
    const value = valueOf(this.#index.source, target.event);
    if (target.kind !== "scalar") {
      // It stands within a key, so it is no part of the tree.
      this.#pair(value, target);
      return [value, ...anything];
    }
    const content = this.#contentOf(target);
    if (content === undefined) return [value];
    if (anything.length > 0) return [value, ...anything];
    // To some readers, a lone exclamation mark leaves a text without quotes as it is.
    const plain = target.tag === "!" && target.style === "plain" ? [plainScalar(content)] : [];
    const isRead = target.tag === undefined ? target.style === "plain" : isNumberTag(target.tag);
    const old = isRead || plain.length > 0 ? oldReading(content) : undefined;
    return [value, ...plain, ...old === undefined ? [] : [old]];
  }

  #contentOf({ event: index }: ScalarNode): string | undefined {
    const { text, events } = this.#index.source;
    const event = events[index];
    return event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : undefined;
  }
}

function isNumberTag(tag: string): boolean {
  return tag === `${CORE_TAG}int` || tag === `${CORE_TAG}float`;
}

/** Tags with which all readers see what we see; a lone exclamation mark is none. */
const KNOWN_TAGS: ReadonlySet<string> = new Set(
  ["map", "seq", "str", "int", "float", "bool", "null"].map((name) => CORE_TAG + name),
);

/** Whether a node has a tag by which it may be something else to some readers. */
function isForeign({ kind, tag }: YamlNode): boolean {
  if (tag === undefined || tag === "!") return false;
  return kind === "scalar" ? !KNOWN_TAGS.has(tag) : tag !== CORE_TAG + kind;
}
