/**
 * Addresses of ours that stand where we did not put them: the user has moved or renamed what is around
 * them. They are not taken back by guessing, but named. Pure.
 *
 * @module
 */
import { locate as positionOf, type Position } from "../errors.ts";
import type { ConfigPath, ConfigValue } from "../formats/types.ts";
import { isList, isTable, sameValue } from "../formats/value.ts";
import { hasToken } from "../transport/tokens.ts";
import { MOST_TOLD } from "./bounds.ts";
import { type Claim, pathKey, type Place } from "./claims.ts";
import type { Draft } from "./edits.ts";

/** An address of ours at a place that no claim knows. */
export interface Stray {
  /** The place. */
  readonly path: ConfigPath;
  /** Where in the file; absent where it has no text of its own. */
  readonly position: Position | undefined;
}

/** Of claims whose entry cannot be found: those whose address stands elsewhere in the same list. */
export function strayClaims(root: ConfigValue, claims: readonly Claim[]): ReadonlySet<Claim> {
  const unfound = claims.filter((claim) => claim.at === undefined && isAddress(claim));
  const near = new NearPlaces(root, unfound);
  return new Set(unfound.filter((claim) => near.of(claim).length > 0));
}

/** By provider, the addresses that are not where its claims were, but elsewhere in the same list or table. */
export function straysOf(
  draft: Draft,
  parts: readonly { readonly provider: string }[],
): ReadonlyMap<string, Stray[]> {
  const released = draft.released.filter(({ outcome }) => outcome === "gone")
    .map(({ claim }) => claim);
  const unfound = [...released, ...draft.claims.filter((claim) => claim.at === undefined)]
    .filter(isAddress);
  const strays = new Map<string, Stray[]>();
  if (unfound.length === 0) return strays;
  const present = new Set(parts.map((part) => part.provider));
  const held = new Set(
    draft.claims.flatMap((claim) => claim.at === undefined ? [] : [pathKey(claim.at)]),
  );
  const { document } = draft;
  const near = new NearPlaces(document.value, unfound);
  for (const owner of new Set(unfound.flatMap((claim) => claim.owners)).intersection(present)) {
    const own = unfound.filter((claim) => claim.owners.includes(owner));
    // Claims of alike entries have the same places near.
    const lists = [...new Set(own.map((claim) => near.of(claim)))];
    const places = new Map(lists.flatMap((list) => list.map((at) => [pathKey(at), at])));
    const elsewhere = [...places].filter(([key]) => !held.has(key)).slice(0, MOST_TOLD);
    strays.set(
      owner,
      elsewhere.map(([, path]) => {
        const span = document.find(path)?.span;
        return { path, position: span && positionOf(document.text, span.start).position };
      }),
    );
  }
  return strays;
}

function isAddress({ template }: Claim): boolean {
  return template !== undefined && hasToken(template);
}

/**
 * The places that differ from those of unfound claims by one key or entry, and that hold their value. The
 * tree is searched once for all of them.
 */
class NearPlaces {
  /** The places that hold the value of any of the claims, by the value's number and their depth. */
  readonly #places = new Map<string, ConfigPath[]>();
  readonly #values: ConfigValue[] = [];
  readonly #known = new Map<string, readonly ConfigPath[]>();

  constructor(root: ConfigValue, claims: readonly Claim[]) {
    for (const { value } of claims) {
      if (!this.#values.some((one) => sameValue(one, value))) this.#values.push(value);
    }
    if (this.#values.length > 0) this.#collect(root, []);
  }

  of({ place, value }: Claim): readonly ConfigPath[] {
    const group = groupOf(this.#numberOf(value), place.length);
    const key = `${group} ${pathKey(place.map((step) => typeof step === "string" ? step : 0))}`;
    const near = this.#known.get(key) ??
      this.#places.get(group)?.filter((at) => isNear(at, place)) ?? [];
    this.#known.set(key, near);
    return near;
  }

  #collect(value: ConfigValue, at: ConfigPath): void {
    const number = this.#numberOf(value);
    if (number >= 0) {
      const group = groupOf(number, at.length);
      const places = this.#places.get(group) ?? [];
      this.#places.set(group, places);
      places.push(at);
    }
    if (!isList(value) && !isTable(value)) return;
    for (const [key, item] of Object.entries(value)) {
      this.#collect(item, [...at, isList(value) ? Number(key) : key]);
    }
  }

  #numberOf(value: ConfigValue): number {
    return this.#values.findIndex((one) => sameValue(one, value));
  }
}

function groupOf(value: number, depth: number): string {
  return `${value} ${depth}`;
}

/** Whether a path of a place's length differs in one key at most; list entries count as equal. */
function isNear(at: ConfigPath, place: Place): boolean {
  let other = 0;
  for (const [depth, step] of place.entries()) {
    const here = at[depth];
    if (typeof step === "string" ? here !== step : typeof here !== "number") other++;
  }
  return other <= 1;
}
