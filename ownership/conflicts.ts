/** Conflicts that can be seen before any file is opened. @module */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigPath, ConfigValue } from "../formats/types.ts";
import { pathText, sameValue } from "../formats/value.ts";
import { pathKey } from "./claims.ts";

/** A value that somebody wants, or keeps, at a place of one file. */
export interface Demand {
  /** The provider. */
  readonly provider: string;
  /** The format by which it reads the file. */
  readonly format: string;
  /** The place. */
  readonly path: ConfigPath;
  /** The value. */
  readonly value: ConfigValue;
  /** Whether the provider takes part in this run; one that does not cannot be made to fail. */
  readonly active: boolean;
}

/**
 * The providers that cannot be served together in one file, each with an error that names the
 * other: different values at one place, a value where the other needs a table, two formats.
 */
export function findConflicts(
  file: string,
  demands: readonly Demand[],
): Map<string, ConfigPatchError> {
  const errors = new Map<string, ConfigPatchError>();
  const clash = (a: Demand, b: Demand, what: string) => {
    if (a.provider === b.provider) return;
    const [first, second] = [a.provider, b.provider].sort();
    for (const { provider, active } of [a, b]) {
      if (!active || errors.has(provider)) continue;
      const remedy = `change one of the two patches, or disable ${
        a.active ? b.provider : a.provider
      }`;
      const message = `${first} and ${second} ${what}`;
      errors.set(provider, new ConfigPatchError("conflict", message, { provider, file, remedy }));
    }
  };
  const leaves = new Map<string, Demand>();
  for (const demand of demands) {
    const other = leaves.get(pathKey(demand.path));
    if (other === undefined) leaves.set(pathKey(demand.path), demand);
    else if (!sameValue(other.value, demand.value)) {
      clash(other, demand, `want different values at ${pathText(demand.path)}`);
    }
    const first = demands[0];
    if (first !== undefined && first.format !== demand.format) {
      clash(
        first,
        demand,
        `read the file as different formats (${first.format}, ${demand.format})`,
      );
    }
  }
  for (const demand of leaves.values()) {
    for (let depth = 1; depth < demand.path.length; depth++) {
      const outer = leaves.get(pathKey(demand.path.slice(0, depth)));
      if (outer === undefined) continue;
      clash(outer, demand, `want a value and a table at ${pathText(outer.path)}`);
    }
  }
  return errors;
}
