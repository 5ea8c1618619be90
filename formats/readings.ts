/**
 * Looking for settings as all readers of a text may find them: through references and merges, under
 * keys in other letters. A tree is walked as it stands; what is reached by a reference is only asked
 * whether there may be something in it, and each part of the text once, however many lead to it.
 *
 * @module
 */
import {
  type ConfigDocument,
  type ConfigList,
  type ConfigRoot,
  type ConfigTable,
  type ConfigValue,
  OpaqueScalar,
  type Readings,
  type Selector,
} from "./types.ts";
import { type ConcretePath, isList, isTable, sameValue, valueAt } from "./value.ts";

/** Stands for every key of a table, or every entry of a list. */
export const ANY = "*";

/** Stands for what readers make any scalar of; no text has it. */
export const ANYTHING: ConfigValue = new OpaqueScalar("anything", "");

/** How many steps a search goes by references; what is further away cannot be told. */
const MOST_STEPS = 200;

/** A document that all read alike. */
const ALIKE: Readings = {
  oneNumber: false,
  namesOf: (table, key) => Object.hasOwn(table, key) ? [key] : [],
  valuesAt: (container, name) => {
    const value = (container as Readonly<Record<string, ConfigValue>>)[name];
    return value === undefined ? [] : [value];
  },
  mergedInto: () => [],
};

/** How a document may be read. */
export function readingsOf({ readings = ALIKE }: Pick<ConfigDocument, "readings">): Readings {
  return readings;
}

/** Whether two values are the same to the readers of a document. */
export function alike(readings: Readings, a: ConfigValue, b: ConfigValue): boolean {
  if (sameValue(a, b)) return true;
  return readings.oneNumber && isNumber(a) && isNumber(b) && Number(a) === Number(b);
}

/** Whether a table is surely the entry that a selector means. */
export function isMeant(
  readings: Readings,
  value: ConfigValue | undefined,
  selector: Selector,
): boolean {
  return isTable(value) &&
    Object.entries(selector).every(([key, wanted]) =>
      Object.hasOwn(value, key) && alike(readings, value[key] ?? null, wanted)
    );
}

/** A question whether a value may be the entry that a selector means. */
export function mayBeMeant(
  readings: Readings,
  selector: Selector,
): (value: ConfigValue) => boolean {
  const parts = Object.entries(selector).map(([key, wanted]) =>
    new Search(
      readings,
      [key],
      (values) => values.some((one) => one === ANYTHING || alike(readings, one, wanted)),
    )
  );
  return (value) =>
    (isTable(value) || (isList(value) && readings.mergedInto(value).length > 0)) &&
    parts.every((part) => part.mayBeIn(value));
}

/** A place where something may be. */
export interface Place {
  /** The path in the tree. */
  readonly at: ConcretePath;
  /** Whether the last key of it brings in what is merged. */
  readonly isMerged: boolean;
}

/** Whether, and where, a value that passes a test may stand at a path. */
export class Search {
  readonly #readings: Readings;
  readonly #path: readonly string[];
  readonly #passes: (values: readonly ConfigValue[]) => boolean;
  /** By depth and container; what is being looked into may have it. */
  readonly #known: readonly Map<ConfigTable | ConfigList, boolean>[];
  readonly #merges: readonly Map<ConfigList, boolean>[];
  #steps = 0;

  /**
   * A search for a path.
   *
   * @param passes The test of what may stand at its end: each value that some reader finds there.
   */
  constructor(
    readings: Readings,
    path: readonly string[],
    passes: (values: readonly ConfigValue[]) => boolean,
  ) {
    this.#readings = readings;
    this.#path = path;
    this.#passes = passes;
    this.#known = path.map(() => new Map());
    this.#merges = path.map(() => new Map());
  }

  /**
   * The places of a tree where it may be. What is reached by a reference or a merge is at the place of
   * that.
   */
  placesIn(root: ConfigRoot): readonly Place[] {
    const places: Place[] = [];
    const visit = (container: ConfigTable | ConfigList, at: Place["at"]) => {
      const depth = at.length;
      for (const name of this.#namesIn(container, depth)) {
        const below = valueAt(container, [name]);
        const place = [...at, name];
        if (depth + 1 < this.#path.length && (isTable(below) || isList(below))) visit(below, place);
        else if (this.#mayBeAt(container, name, depth)) places.push({ at: place, isMerged: false });
      }
      for (const name of this.#mergesIn(container, depth)) {
        places.push({ at: [...at, name], isMerged: true });
      }
    };
    visit(root, []);
    return places;
  }

  /** Whether it may be in a container, which is so many steps along the path. */
  mayBeIn(container: ConfigTable | ConfigList, depth = 0): boolean {
    return this.#once(
      this.#known[depth],
      container,
      () =>
        this.#namesIn(container, depth).some((name) => this.#mayBeAt(container, name, depth)) ||
        this.#mergesIn(container, depth).length > 0,
    );
  }

  /** The names in a container that may be the next step. */
  #namesIn(container: ConfigTable | ConfigList, depth: number): readonly (string | number)[] {
    const key = this.#path[depth];
    if (key === undefined) return [];
    if (isList(container)) return key === ANY ? [...container.keys()] : [];
    return key === ANY ? Object.keys(container) : this.#readings.namesOf(container, key);
  }

  /** Whether it may stand under a name of a container. */
  #mayBeAt(container: ConfigTable | ConfigList, name: string | number, depth: number): boolean {
    const values = this.#readings.valuesAt(container, name);
    if (depth + 1 === this.#path.length) return this.#passes(values);
    return values.some((value) =>
      (isTable(value) || isList(value)) && this.mayBeIn(value, depth + 1)
    );
  }

  /** The keys of a container by which it may come from elsewhere; a key of its own decides. */
  #mergesIn(container: ConfigTable | ConfigList, depth: number): readonly (string | number)[] {
    const key = this.#path[depth];
    if (key === undefined || (isTable(container) && Object.hasOwn(container, key))) return [];
    const merged = this.#readings.mergedInto(container);
    return merged.filter(({ value }) => this.#isMerged(value, depth)).map(({ name }) => name);
  }

  #isMerged(value: ConfigValue, depth: number): boolean {
    if (isTable(value)) return this.mayBeIn(value, depth);
    if (!isList(value)) return false;
    return this.#once(
      this.#merges[depth],
      value,
      () =>
        [...value.keys()].some((index) =>
          this.#readings.valuesAt(value, index).some((one) =>
            isTable(one) && this.mayBeIn(one, depth)
          )
        ),
    );
  }

  #once<Key>(known: Map<Key, boolean> | undefined, key: Key, look: () => boolean): boolean {
    const before = known?.get(key);
    if (before !== undefined) return before;
    if (this.#steps >= MOST_STEPS) return true;
    // What is merged into itself cannot be told.
    known?.set(key, true);
    this.#steps++;
    const found = look();
    this.#steps--;
    known?.set(key, found);
    return found;
  }
}

function isNumber(value: ConfigValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
