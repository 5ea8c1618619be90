/** Who cannot be served together in one file. Pure. @module */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigPath, ConfigValue } from "../formats/types.ts";
import { pathText, sameValue } from "../formats/value.ts";
import { pathKey } from "./claims.ts";

/** A value that somebody wants, or keeps, at a place of one text. */
export interface Demand {
  /** The provider. */
  readonly provider: string;
  /** The place, as found in the text. */
  readonly at: ConfigPath;
  /** The place as reports show it. */
  readonly shown: ConfigPath;
  /** The value. */
  readonly value: ConfigValue;
  /** Whether the provider is applied in this run; one that is not cannot be made to fail. */
  readonly active: boolean;
}

/**
 * Refuses demands that exclude each other: different values at one place, a value where another one
 * needs a table, or a list of tables where it does.
 *
 * @throws {ConfigPatchError} `conflict`; its `errors` hold one for each provider that cannot be
 * served, and each names both.
 */
export function refuseConflicts(demands: readonly Demand[]): void {
  const errors = new Map<string, ConfigPatchError>();
  const clash = (a: Demand, b: Demand, what: string) => {
    const [first, second] = [a.provider, b.provider].sort();
    const message = first === second
      ? `two patches of ${first} ${what}`
      : `${first} and ${second} ${what}`;
    for (const [one, other] of [[a, b], [b, a]] as const) {
      if (!one.active || errors.has(one.provider)) continue;
      const remedy = first === second
        ? "change one of the two patches"
        : `change one of the two patches, or run \`vault-config disable ${
          one.active && other.active ? second : other.provider
        }\``;
      errors.set(
        one.provider,
        new ConfigPatchError("conflict", message, { provider: one.provider, remedy }),
      );
    }
  };
  const places = new Map<string, Demand>();
  for (const demand of demands) {
    const other = places.get(pathKey(demand.at));
    if (other === undefined) places.set(pathKey(demand.at), demand);
    else if (!sameValue(other.value, demand.value)) {
      const [one, two] = [pathText(other.shown), pathText(demand.shown)];
      const where = one === two ? one : `${one}, which is also ${two}`;
      clash(other, demand, `want different values at ${where}`);
    }
  }
  for (const demand of places.values()) {
    for (let length = 1; length < demand.at.length; length++) {
      const outer = places.get(pathKey(demand.at.slice(0, length)));
      if (outer === undefined) continue;
      clash(outer, demand, `want a value and a table at ${pathText(outer.shown)}`);
    }
  }
  const containers = new Map<string, { readonly isList: boolean; readonly demand: Demand }>();
  for (const demand of places.values()) {
    for (const [length, key] of demand.at.entries()) {
      const isList = typeof key !== "string";
      const outer = pathKey(demand.at.slice(0, length));
      const other = containers.get(outer);
      if (other === undefined) containers.set(outer, { isList, demand });
      else if (other.isList !== isList) {
        const where = length === 0 ? "the root" : pathText(demand.shown.slice(0, length));
        clash(other.demand, demand, `want a table and a list of tables at ${where}`);
      }
    }
  }
  const [first] = errors.values();
  if (first === undefined) return;
  throw new ConfigPatchError("conflict", first.message, {
    ...first.details,
    errors: [...errors.values()],
  });
}
