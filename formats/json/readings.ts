/** What readers of a JSON text find beside its tree: keys in other letters, and keys that stand twice. @module */
import { folded } from "../twins.ts";
import type { ConfigList, ConfigTable, ConfigValue, Merged, Readings } from "../types.ts";
import { isList, keyOf } from "../value.ts";

/** The readings of a tree. Go's reader knows no case, and merges what stands under a key twice. */
export class JsonReadings implements Readings {
  readonly oneNumber = true;
  readonly #names = new Map<ConfigTable, ReadonlyMap<string, readonly string[]>>();

  namesOf(table: ConfigTable, key: string): readonly string[] {
    const known = this.#names.get(table) ??
      Map.groupBy(Object.keys(table), (name) => folded(keyOf(name)));
    this.#names.set(table, known);
    return known.get(folded(key)) ?? [];
  }

  valuesAt(container: ConfigTable | ConfigList, name: string | number): readonly ConfigValue[] {
    const value = isList(container) ? container[Number(name)] : container[name];
    return value === undefined ? [] : [value];
  }

  mergedInto(): readonly Merged[] {
    return [];
  }
}
