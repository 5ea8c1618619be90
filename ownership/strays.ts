/**
 * Addresses of the vault that no claim of ours holds, and that a client may still read: the user has
 * moved, renamed or edited what we wrote, or a YAML alias or merge key brings it in. They are not taken
 * back by guessing, but named. Pure.
 *
 * @module
 */
import { locate as positionOf, type Position } from "../errors.ts";
import { type ConfigPath, type ConfigValue, OpaqueScalar } from "../formats/types.ts";
import { isList, isTable, sameValue, valueAt } from "../formats/value.ts";
import { addressesIn, hasToken, holdsAddress } from "../transport/tokens.ts";
import { MOST_TOLD } from "./bounds.ts";
import { type Claim, pathKey, type Place } from "./claims.ts";
import type { Draft } from "./edits.ts";
import { findPlaces } from "./places.ts";
import { expand, type Part } from "./wanted.ts";

/** An address of the vault that no claim holds. */
export interface Stray {
  /** The place. */
  readonly path: ConfigPath;
  /** Where in the file; absent where it has no text of its own. */
  readonly position: Position | undefined;
  /** Whether the place is one of ours, and only its value is not as we wrote it. */
  readonly isEdited: boolean;
}

/**
 * Of claims whose entry cannot be found: those whose address stands elsewhere in the same list, where
 * no other claim holds it.
 */
export function strayClaims(root: ConfigValue, claims: readonly Claim[]): ReadonlySet<Claim> {
  const unfound = claims.filter((claim) => claim.at === undefined && isAddress(claim));
  const places = new AddressPlaces(root, unfound.map(({ value }) => value));
  const held = placesOf(claims);
  return new Set(
    unfound.filter(({ place, value }) =>
      places.near(place, value).some((at) => !held.has(pathKey(at)))
    ),
  );
}

function placesOf(claims: readonly Claim[]): ReadonlySet<string> {
  return new Set(claims.flatMap(({ at }) => at === undefined ? [] : [pathKey(at)]));
}

/**
 * By provider, the addresses of the vault that stand
 *
 * - where its claims were not: elsewhere in the same list or table, or below the same key anywhere;
 * - at its own places, in a value that is not as we wrote it;
 * - anywhere, where its own place refers to another one by an alias.
 */
export function straysOf(
  draft: Draft,
  parts: readonly Part[],
): ReadonlyMap<string, readonly Stray[]> {
  const { document } = draft;
  const held = placesOf(draft.claims);
  const released = draft.released.filter(({ outcome }) => outcome === "gone" || outcome === "kept")
    .map(({ claim }) => claim);
  const lost = findPlaces(
    document.value,
    [...released, ...draft.claims.filter((claim) => claim.at === undefined)].filter(isAddress),
  );
  const leaving = parts.filter(({ action }) => action === "disable");
  const known = leaving.flatMap(({ wanted }) => wanted.flatMap((want) => want.known));
  const places = new AddressPlaces(document.value, [...known, ...lost.map(({ value }) => value)]);
  return new Map(parts.map((part) => {
    const own = lost.filter((claim) => claim.owners.includes(part.provider));
    const found = new Map<string, Omit<Stray, "position">>();
    for (const { at, values, addresses } of ownPlaces(draft, part, own)) {
      const live = valueAt(document.value, at);
      if (live === undefined || held.has(pathKey(at))) continue;
      if (holdsAddress(live, addresses)) found.set(pathKey(at), { path: at, isEdited: true });
      if (!(live instanceof OpaqueScalar)) continue;
      for (const path of values.flatMap((value) => places.anywhere(value))) {
        found.set(pathKey(path), { path, isEdited: false });
      }
    }
    // Claims of alike entries have the same lists.
    const lists = new Set(own.flatMap(({ place, value }) => [
      places.near(place, value),
      places.sameKey(place, value),
    ]));
    for (const path of [...lists].flat()) {
      const key = pathKey(path);
      if (!held.has(key) && !found.has(key)) found.set(key, { path, isEdited: false });
    }
    const strays = [...found.values()].slice(0, MOST_TOLD).map((one): Stray => {
      const span = document.find(one.path)?.span;
      return { ...one, position: span && positionOf(document.text, span.start).position };
    });
    return [part.provider, strays] as const;
  }));
}

/** A place at which a provider may have put an address. */
interface OwnPlace {
  readonly at: ConfigPath;
  /** What it may have put there. */
  readonly values: readonly ConfigValue[];
  /** The addresses in these. */
  readonly addresses: readonly string[];
}

/** The places of claims that are not ours any more, and all those of a provider that leaves. */
function ownPlaces({ document }: Draft, part: Part, claims: readonly Claim[]): OwnPlace[] {
  const wants = part.action !== "disable"
    ? []
    : part.wanted.filter(({ known }) => known.length > 0);
  const wanted = wants.flatMap((want): OwnPlace[] => {
    const addresses = want.known.flatMap((value) => addressesIn(want.template, value));
    return expand(document, want).map((at) => ({ at, values: want.known, addresses }));
  });
  const claimed = claims.flatMap(({ at, value, template = null }): OwnPlace[] =>
    at === undefined ? [] : [{ at, values: [value], addresses: addressesIn(template, value) }]
  );
  return [...claimed, ...wanted];
}

function isAddress({ template }: Claim): boolean {
  return template !== undefined && hasToken(template);
}

/**
 * The places of a tree that hold one of some values. The tree is searched once for all of them, and
 * not at all as long as nobody asks: nearly always, nothing has been moved.
 */
class AddressPlaces {
  readonly #root: ConfigValue;
  readonly #values: ConfigValue[] = [];
  /** By the value's number; absent until somebody asks. */
  #places: Map<number, ConfigPath[]> | undefined;
  readonly #known = new Map<string, readonly ConfigPath[]>();

  constructor(root: ConfigValue, values: readonly ConfigValue[]) {
    this.#root = root;
    for (const value of values) {
      if (!this.#values.some((one) => sameValue(one, value))) this.#values.push(value);
    }
  }

  /** All of a value. */
  anywhere(value: ConfigValue): readonly ConfigPath[] {
    this.#places ??= this.#collect();
    return this.#places.get(this.#numberOf(value)) ?? [];
  }

  /** Those that differ from a place by one key or entry at most. */
  near(place: Place, value: ConfigValue): readonly ConfigPath[] {
    return this.#once("near", place, value, (at) => isNear(at, place));
  }

  /** Those below the same key, however deep. */
  sameKey(place: Place, value: ConfigValue): readonly ConfigPath[] {
    const key = place[place.length - 1];
    if (typeof key !== "string") return NOWHERE;
    return this.#once("key", [key], value, (at) => at[at.length - 1] === key);
  }

  /** The same list for the same question. */
  #once(
    what: string,
    place: Place,
    value: ConfigValue,
    suits: (at: ConfigPath) => boolean,
  ): readonly ConfigPath[] {
    const path = place.map((step) => typeof step === "string" ? step : 0);
    const key = `${what} ${this.#numberOf(value)} ${pathKey(path)}`;
    const found = this.#known.get(key) ?? this.anywhere(value).filter(suits);
    this.#known.set(key, found);
    return found;
  }

  #collect(): Map<number, ConfigPath[]> {
    const places = new Map<number, ConfigPath[]>();
    const search = (value: ConfigValue, at: ConfigPath): void => {
      const number = this.#numberOf(value);
      if (number >= 0) {
        const found = places.get(number) ?? [];
        places.set(number, found);
        found.push(at);
      }
      if (!isList(value) && !isTable(value)) return;
      for (const [key, item] of Object.entries(value)) {
        search(item, [...at, isList(value) ? Number(key) : key]);
      }
    };
    search(this.#root, []);
    return places;
  }

  #numberOf(value: ConfigValue): number {
    return this.#values.findIndex((one) => sameValue(one, value));
  }
}

const NOWHERE: readonly ConfigPath[] = [];

/** Whether a path of a place's length differs in one key at most; list entries count as equal. */
function isNear(at: ConfigPath, place: Place): boolean {
  if (at.length !== place.length) return false;
  let other = 0;
  for (const [depth, step] of place.entries()) {
    const here = at[depth];
    if (typeof step === "string" ? here !== step : typeof here !== "number") other++;
  }
  return other <= 1;
}
