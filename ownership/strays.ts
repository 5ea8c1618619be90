/**
 * Addresses of the vault that no claim of ours holds, and that a client may still read: the user has
 * moved, renamed, copied or edited what we wrote, or a YAML alias or merge key brings it in. They are not taken
 * back by guessing, but named. Pure.
 *
 * @module
 */
import { locate as positionOf, type Position } from "../errors.ts";
import { type ConfigPath, type ConfigValue, OpaqueScalar } from "../formats/types.ts";
import { isList, isTable, sameValue, valueAt } from "../formats/value.ts";
import { addressesIn, hasToken, holdsAddress } from "../transport/tokens.ts";
import { MOST_TOLD } from "./bounds.ts";
import { type Claim, containersOf, isLive, isWithin, pathKey, type Place } from "./claims.ts";
import type { Draft, Released } from "./edits.ts";
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
 * - where no claim is, in a value that the provider has put somewhere: moved, renamed or copied;
 * - at its own places, in a value that is not as we wrote it;
 * - anywhere, where its own place refers to another one by an alias.
 *
 * @param start The draft before anything was applied or taken back.
 */
export function straysOf(
  start: Draft,
  draft: Draft,
  parts: readonly Part[],
): ReadonlyMap<string, readonly Stray[]> {
  const { document } = draft;
  const held = placesOf(draft.claims);
  const released = draft.released.filter(isDue).map(({ claim }) => claim);
  const lost = findPlaces(
    document.value,
    [...released, ...draft.claims.filter((claim) => claim.at === undefined)].filter(isAddress),
  );
  const moved = putElsewhere(start, draft, parts);
  const searched = [...lost, ...moved].map(({ value }) => value);
  const leaving = parts.filter(({ action }) => action === "disable");
  const known = leaving.flatMap(({ wanted }) => wanted.flatMap((want) => want.known));
  const places = new AddressPlaces(document.value, [...known, ...searched]);
  const restored = draft.released.filter(({ outcome }) => outcome === "restored");
  const users = findPlaces(document.value, restored.map(({ claim }) => claim))
    .flatMap(({ at }) => at === undefined ? [] : [at]);
  return new Map(parts.map((part) => {
    const isOwn = ({ owners }: Pick<Claim, "owners">) => owners.includes(part.provider);
    const own = lost.filter(isOwn);
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
    // Alike values have the same lists.
    const lists = new Set(
      [...own, ...moved.filter(isOwn)].map(({ value }) => places.anywhere(value)),
    );
    for (const path of [...lists].flat()) {
      const key = pathKey(path);
      if (found.has(key) || users.some((at) => isWithin(path, at))) continue;
      // A claim may hold a whole list, with addresses in it.
      if ([key, ...containersOf(path)].some((outer) => held.has(outer))) continue;
      found.set(key, { path, isEdited: false });
    }
    const strays = [...found.values()].slice(0, MOST_TOLD).map((one): Stray => {
      const span = document.find(one.path)?.span;
      return { ...one, position: span && positionOf(document.text, span.start).position };
    });
    return [part.provider, strays] as const;
  }));
}

/**
 * The claims that have ended, and stay as long as an address of their owners does, so that the next
 * disable names it again. The containers around them are not ours any more. Where our value had gone,
 * the former text was not given back yet: it is once the user has put ours back.
 */
export function openClaims(
  { released }: Draft,
  strays: ReadonlyMap<string, readonly Stray[]>,
): Claim[] {
  return released.filter(isOpen)
    .map((one): Claim => {
      const text = isDue(one) ? one.claim.text : undefined;
      return { ...one.claim, text, created: [], nulls: [] };
    })
    .filter(({ owners }) => owners.some((owner) => (strays.get(owner)?.length ?? 0) > 0));
}

/**
 * Nothing but an address is looked for elsewhere. A claim in an entry that we have removed would be
 * taken for another entry's.
 */
function isOpen(one: Released): boolean {
  const { claim } = one;
  return isAddress(claim) && (isDue(one) || claim.place.every((key) => typeof key === "string"));
}

/** Whether our value was not there any more, so that nothing was given back for it. */
function isDue({ outcome }: Released): boolean {
  return outcome === "gone" || outcome === "kept";
}

/** A value that providers may have put, wherever it stands. */
interface OwnValue {
  readonly owners: readonly string[];
  readonly value: ConfigValue;
}

/**
 * The values that may stand where no claim is: the text holds an address more often than the claims
 * account for. Counting is cheap; nearly always, the tree need not be searched.
 */
function putElsewhere(start: Draft, draft: Draft, parts: readonly Part[]): OwnValue[] {
  const { document } = draft;
  const byAddress = new Map<string, OwnValue[]>();
  const add = (template: ConfigValue, { owners, value }: OwnValue): void => {
    for (const address of addressesIn(template, value)) {
      const values = byAddress.get(address) ?? [];
      byAddress.set(address, values);
      values.push({ owners, value });
    }
  };
  for (const claim of new Set([...start.claims, ...draft.claims])) {
    if (isAddress(claim)) add(claim.template, claim);
  }
  for (const { provider, action, wanted } of parts) {
    if (action !== "disable") continue;
    for (const { template, known } of wanted) {
      for (const value of known) add(template, { owners: [provider], value });
    }
  }
  const live = draft.claims.filter((claim) => isLive(document.value, claim));
  const accounted = live.map(({ value }) => stringsIn(value).join("\n")).join("\n");
  return [...byAddress].filter(([address]) =>
    address !== "" && timesIn(document.text, address) > timesIn(accounted, address)
  ).flatMap(([, values]) => values);
}

function timesIn(text: string, part: string): number {
  return text.split(part).length - 1;
}

function stringsIn(value: ConfigValue): string[] {
  if (typeof value === "string") return [value];
  return isList(value) || isTable(value) ? Object.values(value).flatMap(stringsIn) : [];
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

/** Whether a claim's value is made of an address of the vault. */
export function isAddress(claim: Claim): claim is Claim & { readonly template: ConfigValue } {
  return claim.template !== undefined && hasToken(claim.template);
}

/**
 * The places of a tree that hold one of some values. The tree is searched once for all of them, and
 * not at all as long as nobody asks: nearly always, nothing has been moved.
 */
class AddressPlaces {
  readonly #root: ConfigValue;
  /** Nearly all are texts, which are found at once. */
  readonly #texts = new Map<string, number>();
  readonly #others = new Map<number, ConfigValue>();
  /** By the value's number; absent until somebody asks. */
  #places: Map<number, ConfigPath[]> | undefined;
  readonly #near = new Map<string, readonly ConfigPath[]>();

  constructor(root: ConfigValue, values: readonly ConfigValue[]) {
    this.#root = root;
    for (const [number, value] of values.entries()) {
      if (this.#numberOf(value) !== undefined) continue;
      if (typeof value === "string") this.#texts.set(value, number);
      else this.#others.set(number, value);
    }
  }

  /** All of a value. */
  anywhere(value: ConfigValue): readonly ConfigPath[] {
    this.#places ??= this.#collect();
    return this.#places.get(this.#numberOf(value) ?? -1) ?? NOWHERE;
  }

  /** Those that differ from a place by one key or entry at most: the same list for the same question. */
  near(place: Place, value: ConfigValue): readonly ConfigPath[] {
    const path = place.map((step) => typeof step === "string" ? step : 0);
    const key = `${this.#numberOf(value)} ${pathKey(path)}`;
    const found = this.#near.get(key) ?? this.anywhere(value).filter((at) => isNear(at, place));
    this.#near.set(key, found);
    return found;
  }

  #collect(): Map<number, ConfigPath[]> {
    const places = new Map<number, ConfigPath[]>();
    const search = (value: ConfigValue, at: ConfigPath): void => {
      const number = this.#numberOf(value);
      if (number !== undefined) {
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

  #numberOf(value: ConfigValue): number | undefined {
    if (typeof value === "string") return this.#texts.get(value);
    return this.#others.entries().find(([, one]) => sameValue(one, value))?.[0];
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
