/**
 * What readers of a YAML text find beside its tree: the targets of aliases, what merge keys bring in,
 * keys that are written as something else than a text, and scalars that YAML 1.1 reads otherwise.
 *
 * @module
 */
import { EVENT_ID, getScalarValue } from "js-yaml";
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
}

/** Nearly all collections have none. */
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
    return [...own, ...this.#collections.get(table)?.otherNames.get(key) ?? []];
  }

  valuesAt(container: ConfigTable | ConfigList, name: string | number): readonly ConfigValue[] {
    const collection = this.#collections.get(container);
    const entry = typeof name === "number" ? collection?.items[name] : collection?.byName.get(name);
    return entry === undefined ? [] : this.#valuesOf(entry.value);
  }

  mergedInto(table: ConfigTable): readonly Merged[] {
    const names = new Set(this.namesOf(table, MERGE_KEY));
    for (const [, others] of this.#collections.get(table)?.otherNames ?? []) {
      for (const name of others) {
        const tag = this.#collections.get(table)?.byName.get(name)?.keyNode?.tag;
        if (tag === `${CORE_TAG}merge`) names.add(name);
      }
    }
    return [...names].flatMap((name) =>
      this.valuesAt(table, name).map((value) => ({ name, value }))
    );
  }

  /** Goes through tree and index at once: both were made from the same events. */
  #pair(value: ConfigValue, node: YamlNode): void {
    if (!("entries" in node) || !(isTable(value) || isList(value))) return;
    this.#byEvent.set(node.event, value);
    const isMap = node.kind === "map";
    const odd = isMap ? node.entries.filter(({ key }) => key.startsWith(NO_TEXT)) : [];
    this.#collections.set(value, {
      items: isMap ? [] : node.entries,
      byName: isMap ? new Map(node.entries.map((entry) => [entry.key, entry])) : NONE,
      otherNames: this.#otherNames(odd),
    });
    for (const [at, entry] of node.entries.entries()) {
      const below = isTable(value) ? value[entry.key] : value[at];
      if (below !== undefined) this.#pair(below, entry.value);
    }
  }

  #otherNames(entries: readonly Entry[]): ReadonlyMap<string, readonly string[]> {
    if (entries.length === 0) return NONE;
    const names = new Map<string, string[]>();
    for (const { key, keyNode } of entries) {
      const node = keyNode && followAlias(this.#index, keyNode);
      const text = node?.kind === "scalar" ? this.#contentOf(node) : undefined;
      if (text === undefined) continue;
      const known = names.get(text) ?? [];
      names.set(text, known);
      known.push(key);
    }
    return names;
  }

  #valuesOf(node: YamlNode): readonly ConfigValue[] {
    const target = followAlias(this.#index, node);
    if (target === undefined) return [];
    const known = this.#byEvent.get(target.event);
    if (known !== undefined) return [known];
    const value = valueOf(this.#index.source, target.event);
    if (target.kind !== "scalar") {
      // It stands within a key, so it is no part of the tree.
      this.#pair(value, target);
      return [value];
    }
    const content = this.#contentOf(target);
    if (content === undefined) return [value];
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
