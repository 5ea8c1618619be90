/**
 * Values that are ours though no claim says so: because a sidecar's record says so, or because they
 * are what a patch gives at a known vault address, or what we wrote there for an earlier one. Pure.
 *
 * The state is the authority on every provider and every place that it knows. A record counts only
 * if its provider takes part in this run: otherwise a forged record could make other providers
 * owners for ever.
 *
 * @module
 */
import type { ConfigDocument, ConfigPath, ConfigTable, ConfigValue } from "../formats/types.ts";
import { leavesOf, resolve, sameValue, valueAt } from "../formats/value.ts";
import {
  type Claim,
  type ClaimText,
  isLive,
  isWithin,
  joined,
  pathKey,
  type Wanted,
} from "./claims.ts";
import { MAX_PLACES, MOST_WRITTEN } from "./bounds.ts";
import type { Created, Draft } from "./edits.ts";
import { placeOf } from "./places.ts";
import { isAddress } from "./strays.ts";
import { expand } from "./wanted.ts";

/** One record of a sidecar. */
export interface SidecarRecord {
  /** The format, from the record's kind. */
  readonly format: string;
  /** Where the values are: the root (empty), or the entries that a selector matches. */
  readonly base: ConfigPath;
  /** Whether the entry was created by whoever wrote the record. */
  readonly created: boolean;
  /** The values, nested where the patch was. */
  readonly values: ConfigTable;
}

/** What one provider's records say of a file. */
export type Records = ReadonlyMap<string, readonly SidecarRecord[]>;

/** Who wants what in a file, as far as it tells what is ours. */
interface Wanting {
  readonly provider: string;
  readonly wanted: readonly Wanted[];
}

/** A draft with claims for the recorded values that still stand, of providers in this run. */
export function adoptRecords(
  draft: Draft,
  records: Records,
  present: ReadonlySet<string>,
  now: string,
): Draft {
  const { document } = draft;
  const fromState = new Set(draft.claims);
  const known = new Set(draft.claims.flatMap((claim) => claim.owners));
  const claims = byPlace(draft.claims);
  const created = new Map(keyed(draft.created));
  const believed = [...records].filter(([provider]) => present.has(provider))
    .flatMap(([provider, ours]) => foundRecords(draft, provider, ours));
  for (const { provider, record, places } of believed) {
    for (const { at, value } of places) {
      const held = claims.get(pathKey(at));
      if (held !== undefined && fromState.has(held)) {
        // Only the value is taken from the record: another program of ours has changed it.
        if (!isLive(document.value, held)) {
          claims.set(pathKey(at), withValue(document, held, value));
        }
      } else if (!known.has(provider) && !overlaps(claims, at)) {
        claims.set(pathKey(at), adopted({ provider, at, value, record, held, now }));
      }
    }
    if (known.has(provider)) continue;
    for (const one of madeByWriter(draft, record, places)) created.set(pathKey(one.at), one);
  }
  return { ...draft, claims: [...claims.values()], created: [...created.values()] };
}

/** A record, with the places where its values stand. */
interface FoundRecord {
  readonly provider: string;
  readonly record: SidecarRecord;
  readonly places: readonly RecordedValue[];
}

/** A value of a record, where it stands. */
interface RecordedValue {
  readonly at: ConfigPath;
  readonly value: ConfigValue;
}

/** The records of a provider that are for the format of a draft; none if they mean too much. */
function foundRecords(
  { document, handler }: Draft,
  provider: string,
  records: readonly SidecarRecord[],
): FoundRecord[] {
  const found = records.filter((record) => record.format === handler.name)
    .map((record) => ({ provider, record, places: placesIn(document, record) }));
  // No provider may hold so many places, so these records were not written by a program of ours.
  return found.reduce((sum, { places }) => sum + places.length, 0) > MAX_PLACES ? [] : found;
}

/** The entries, and their list, that a record says were created by whoever wrote it. */
function madeByWriter(
  { claims }: Draft,
  { base, created }: SidecarRecord,
  places: readonly RecordedValue[],
): Created[] {
  const list = base.slice(0, -1);
  // Where the state has a claim, it also says who made the entry.
  const isKnown = claims.some(({ at }) => at !== undefined && isWithin(at, list));
  if (!created || isKnown) return [];
  const last = base[list.length];
  const match = typeof last === "object" ? last : undefined;
  return places.flatMap(({ at }) => [
    { at: at.slice(0, list.length) as Created["at"], match: undefined },
    { at: at.slice(0, list.length + 1) as Created["at"], match },
  ]);
}

/**
 * A draft with claims for values that are what a provider's patch gives at a known vault address.
 *
 * @param fromState The claims that the state has: who owns them is certain.
 */
export function adoptKnown(
  draft: Draft,
  wantings: readonly Wanting[],
  now: string,
  fromState: ReadonlySet<Claim> = new Set(draft.claims),
): Draft {
  const { document } = draft;
  const claims = byPlace(draft.claims);
  let found = false;
  for (const { provider, wanted } of wantings) {
    for (const want of wanted) {
      if (want.kind === "default" || want.known.length === 0) continue;
      for (const at of expand(document, want)) {
        if (resolve(document.value, at).missing.length > 0) continue;
        const held = claims.get(pathKey(at));
        if (held !== undefined && isLive(document.value, held)) {
          // The state has no claim here, so every provider that wants this value becomes an owner.
          if (fromState.has(held) || held.owners.includes(provider)) continue;
          if (!want.known.some((one) => sameValue(one, held.value))) continue;
          claims.set(pathKey(at), { ...held, owners: joined(held.owners, [provider]) });
          found = true;
          continue;
        }
        const value = want.known.find((one) => sameValue(valueAt(document.value, at), one));
        if (value === undefined || (held === undefined && overlaps(claims, at))) continue;
        const claim = held === undefined
          ? {
            place: placeOf(at, (depth) => matchAt(want.path, depth)),
            at,
            value,
            template: want.template,
            kind: want.kind,
            owners: [provider],
            since: now,
            text: undefined,
            created: [],
            nulls: [],
            written: [],
          }
          : { ...withValue(document, held, value), owners: joined(held.owners, [provider]) };
        claims.set(pathKey(at), claim);
        found = true;
      }
    }
  }
  return found ? { ...draft, claims: [...claims.values()] } : draft;
}

/**
 * Claims, each with the value that stands at its place by now, if that is one that we wrote there for an
 * earlier address: a backup has brought it back.
 */
export function broughtBack(document: ConfigDocument, claims: readonly Claim[]): readonly Claim[] {
  return claims.map((claim) => {
    const { at, written } = claim;
    if (at === undefined || !isAddress(claim) || isLive(document.value, claim)) return claim;
    const live = valueAt(document.value, at);
    const value = written.find((one) => sameValue(live, one));
    return value === undefined ? claim : withValue(document, claim, value);
  });
}

/** What we have put at a place, once a value is put there. What others put there is none of it. */
export function writtenWith(
  value: ConfigValue,
  { written }: Pick<Claim, "written"> = { written: [] },
): readonly ConfigValue[] {
  return [value, ...written.filter((one) => !sameValue(one, value))].slice(0, MOST_WRITTEN);
}

/** The selector by which a wanted path means its entries at a depth. */
export function matchAt(path: Wanted["path"], depth: number) {
  const key = path[depth];
  return typeof key === "object" && Object.keys(key).length > 0 ? key : undefined;
}

/** The places where the values of a record stand; none if it means more than `MAX_PLACES`. */
function placesIn(
  document: ConfigDocument,
  { base, values }: SidecarRecord,
): RecordedValue[] {
  const bases = expand(document, { path: base as Wanted["path"], kind: "set" });
  const leaves = leavesOf(values);
  if (bases.length * leaves.length > MAX_PLACES) return [];
  return bases.flatMap((outer) =>
    leaves.map(({ path, value }) => ({ at: [...outer, ...path], value }))
      .filter(({ at, value }) => sameValue(valueAt(document.value, at), value))
  );
}

function adopted(
  { provider, at, value, record, held, now }: {
    readonly provider: string;
    readonly at: ConfigPath;
    readonly value: ConfigValue;
    readonly record: SidecarRecord;
    readonly held: Claim | undefined;
    readonly now: string;
  },
): Claim {
  const match = record.base[record.base.length - 1];
  return {
    place: placeOf(at, () => typeof match === "object" ? match : undefined),
    at,
    value,
    template: undefined,
    kind: "set",
    owners: joined(held?.owners ?? [], [provider]),
    since: now,
    text: undefined,
    created: [],
    nulls: [],
    written: [],
  };
}

/** A claim whose value another program of ours has replaced: the user's former text stays with it. */
function withValue(document: ConfigDocument, held: Claim, value: ConfigValue): Claim {
  const span = held.at === undefined ? undefined : document.find(held.at)?.span;
  return {
    ...held,
    value,
    text: span === undefined || held.text === undefined
      ? undefined
      : respelled(held.text, document.text.slice(span.start, span.end)),
  };
}

/** The bytes of a claim with another text of its value. */
function respelled(text: ClaimText, spelling: string): ClaimText {
  const { start, end } = text.value;
  return {
    ...text,
    insert: text.insert.slice(0, start) + spelling + text.insert.slice(end),
    value: { start, end: start + spelling.length },
  };
}

function byPlace(claims: readonly Claim[]): Map<string, Claim> {
  return new Map(
    claims.map((
      claim,
      index,
    ) => [claim.at === undefined ? `unfound ${index}` : pathKey(claim.at), claim]),
  );
}

function keyed(created: readonly Created[]): [string, Created][] {
  return created.map((one) => [pathKey(one.at), one]);
}

function overlaps(claims: ReadonlyMap<string, Claim>, at: ConfigPath): boolean {
  return claims.values().some((claim) =>
    claim.at !== undefined && claim.at.length !== at.length &&
    (isWithin(claim.at, at) || isWithin(at, claim.at))
  );
}
