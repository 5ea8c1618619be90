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

/** Two demands that exclude each other, and why. */
interface Clash {
  readonly one: Demand;
  readonly other: Demand;
  readonly why: string;
}

/**
 * Refuses demands that exclude each other: different values at one place, a value where another one
 * needs a table, or a list of tables where it does.
 *
 * @throws {ConfigPatchError} `conflict`; its `errors` hold one for each provider that cannot be
 * served, and each names both.
 */
export function refuseConflicts(demands: readonly Demand[]): void {
  const places = new Map<string, Demand>();
  for (const demand of demands) {
    const key = pathKey(demand.at);
    if (!places.has(key)) places.set(key, demand);
  }
  const errors = errorsOf([
    ...differentValues(demands, places),
    ...valuesWhereTablesMustBe(places),
    ...tablesWhereListsMustBe(places),
  ]);
  const [first] = errors;
  if (first === undefined) return;
  throw new ConfigPatchError("conflict", first.message, { ...first.details, errors });
}

function differentValues(
  demands: readonly Demand[],
  places: ReadonlyMap<string, Demand>,
): Clash[] {
  return demands.flatMap((demand): Clash[] => {
    const other = places.get(pathKey(demand.at));
    if (other === undefined || sameValue(other.value, demand.value)) return [];
    const [one, two] = [pathText(other.shown), pathText(demand.shown)];
    const where = one === two ? one : `${one}, which is also ${two}`;
    return [{ one: other, other: demand, why: `want different values at ${where}` }];
  });
}

function valuesWhereTablesMustBe(places: ReadonlyMap<string, Demand>): Clash[] {
  return [...places.values()].flatMap((demand) =>
    demand.at.flatMap((_, length): Clash[] => {
      const outer = length === 0 ? undefined : places.get(pathKey(demand.at.slice(0, length)));
      if (outer === undefined) return [];
      const why = `want a value and a table at ${pathText(outer.shown)}`;
      return [{ one: outer, other: demand, why }];
    })
  );
}

function tablesWhereListsMustBe(places: ReadonlyMap<string, Demand>): Clash[] {
  const containers = new Map<string, { readonly isList: boolean; readonly demand: Demand }>();
  return [...places.values()].flatMap((demand) =>
    demand.at.flatMap((key, length): Clash[] => {
      const isList = typeof key !== "string";
      const outer = pathKey(demand.at.slice(0, length));
      const known = containers.get(outer) ?? { isList, demand };
      containers.set(outer, known);
      if (known.isList === isList) return [];
      const where = length === 0 ? "the root" : pathText(demand.shown.slice(0, length));
      const why = `want a table and a list of tables at ${where}`;
      return [{ one: known.demand, other: demand, why }];
    })
  );
}

/** One error for each provider of this run that takes part in a clash: the first one. */
function errorsOf(clashes: readonly Clash[]): ConfigPatchError[] {
  const errors = new Map<string, ConfigPatchError>();
  for (const { one, other, why } of clashes) {
    const [first, second] = [one.provider, other.provider].sort();
    const message = first === second
      ? `two patches of ${first} ${why}`
      : `${first} and ${second} ${why}`;
    for (const [mine, theirs] of [[one, other], [other, one]] as const) {
      const { provider } = mine;
      if (!mine.active || errors.has(provider)) continue;
      const leaver = theirs.active ? second : theirs.provider;
      const remedy = first === second
        ? "change one of the two patches"
        : `change one of the two patches, or run \`vault-config disable ${leaver}\``;
      errors.set(provider, new ConfigPatchError("conflict", message, { provider, remedy }));
    }
  }
  return [...errors.values()];
}
