/** What we wrote where: claims, and what we know of one file. @module */
import type { ConfigPath, ConfigValue, Selector, Span } from "../formats/types.ts";
import { isList, isTable, pathText, sameValue, valueAt } from "../formats/value.ts";

/**
 * An entry of a list, known by what stands in it and never by its number: the user may add, remove
 * and move entries between two runs.
 */
export interface EntryMark {
  /** What the patch found or made the entry by; absent where it goes into every entry. */
  readonly match: Selector | undefined;
  /** Digests of the values in the entry that are not ours; see `places.ts`. */
  readonly leaves: readonly string[];
}

/** A place as it is remembered between runs. */
export type Place = readonly (string | EntryMark)[];

/**
 * Why a value was put. `set` and `each` route the client. A `default` is written only together with
 * a table, entry or file that we create. Values of `each` alone do not keep an entry in the file.
 */
export type Kind = "set" | "each" | "default";

/** A value that a provider wants, before any text is looked at. */
export interface Wanted {
  /**
   * The place. A selector stands for every entry of a list that it matches; where none does, one is
   * created. With `each`, {@linkcode EVERY} stands for every key or entry, and a selector for a table
   * that is passed over unless it matches.
   */
  readonly path: WantedPath;
  /** The value, tokens replaced. */
  readonly value: ConfigValue;
  /** The value with its tokens. */
  readonly template: ConfigValue;
  /**
   * What the template gives at every known vault address; empty when it holds no vault token. A live
   * value among them counts as ours, whoever wrote it.
   */
  readonly known: readonly ConfigValue[];
  /** Why it is wanted. */
  readonly kind: Kind;
}

/** A place that a patch names. */
export type WantedPath = readonly (string | Selector | typeof EVERY)[];

/** Every key of a table, every entry of a list. */
export const EVERY: unique symbol = Symbol("*");

/** A place that we wrote, with what is needed to take it back exactly. */
export interface Claim {
  /** The place, as it is remembered. */
  readonly place: Place;
  /**
   * Where that is in the text at hand; absent where the entry cannot be found. Of a claim that is
   * still to be put, selectors stand for what it will create. Never stored.
   */
  readonly at: ConfigPath | undefined;
  /** The value that we wrote. The place is ours while it still holds it. */
  readonly value: ConfigValue;
  /** What we have put there ourselves, latest first: a backup may bring back an earlier one. */
  readonly written: readonly ConfigValue[];
  /** What the value was made of; absent where only a sidecar told of it. */
  readonly template: ConfigValue | undefined;
  /** Why it was put. */
  readonly kind: Kind;
  /** The providers that want it, sorted; the last one out gives the place back. */
  readonly owners: readonly string[];
  /** When it was put first, as an ISO date and time. */
  readonly since: string;
  /** What we did to the text; absent when that is not known, as when only a sidecar told of it. */
  readonly text: ClaimText | undefined;
  /** For each table, list or entry that exists only because of us: the length of its path. */
  readonly created: readonly number[];
  /** For each table or list of the user's that was a null before us: the length of its path. */
  readonly nulls: readonly number[];
}

/** The bytes of a claim. */
export interface ClaimText {
  /** What we inserted, as it stands now: containers, separators and the value. */
  readonly insert: string;
  /** What stood there before: the user's former text, or `""`. */
  readonly remove: string;
  /** Where in `insert` the value's own text is. */
  readonly value: Span;
  /** Whether the user had a value at the place. */
  readonly overrode: boolean;
  /** For each container that `insert` brought along: the length of its path. */
  readonly created: readonly number[];
}

/** A file without content. */
export interface Blank {
  /** Its text: nothing, or blanks that its format cannot read. */
  readonly blank: string;
}

/** What we know of a file whose claims still count. */
export interface FileRecord {
  /** The format by whose rules it was edited. */
  readonly format: string;
  /** What stood there before we came: no file, or nothing but blanks; absent when it had content. */
  readonly origin: "absent" | Blank | undefined;
  /** The digest of the text that we last wrote, or found in order. */
  readonly digest: string;
  /** The claims, in the order in which they were written. */
  readonly claims: readonly Claim[];
}

/** Everything that we know of one config file. */
export interface FileState extends FileRecord {
  /**
   * The record of a text that was away when we came, in case it comes back. There are two where a
   * crash has kept us from knowing which of them the text has.
   */
  readonly aside: readonly FileRecord[];
}

/** Host dir and file of a key such as `_vibe-config/config.toml`; a nested file keeps its slashes. */
export function splitKey(key: string): [string, string] {
  const slash = key.indexOf("/");
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** A string that two paths share exactly if they are the same place of one text. */
export function pathKey(path: ConfigPath): string {
  return JSON.stringify(path.map((key) => typeof key === "object" ? selectorKey(key) : key));
}

/** Every owner of a claim in a file, as often as it owns one. */
export function ownersOf(entry: FileState | undefined): string[] {
  const claims = [...entry?.claims ?? [], ...entry?.aside.flatMap((one) => one.claims) ?? []];
  return claims.flatMap((claim) => claim.owners);
}

/** Owners with some more, sorted. */
export function joined(owners: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...owners, ...more])].sort();
}

/** The keys of all containers on the way to a place. */
export function containersOf(at: ConfigPath): string[] {
  return at.map((_, length) => pathKey(at.slice(0, length)));
}

/** Whether `inner` is below `outer`, or the same. */
export function isWithin(inner: ConfigPath, outer: ConfigPath): boolean {
  return inner.length >= outer.length &&
    outer.every((key, depth) => {
      const here = inner[depth];
      return key === here ||
        (typeof key === "object" && here !== undefined && pathKey([key]) === pathKey([here]));
    });
}

/** Whether a place still holds what we wrote there. */
export function isLive(root: ConfigValue, { at, value }: Claim): boolean {
  return at !== undefined && sameValue(valueAt(root, at), value);
}

/** The keys of a place up to its first entry: where the list is, though the entry cannot be found. */
export function leadingKeys(place: Place): readonly string[] {
  const entry = place.findIndex((key) => typeof key === "object");
  return place.slice(0, entry === -1 ? place.length : entry) as readonly string[];
}

/** Whether a container is empty, apart from the keys by which an entry of ours is matched. */
export function isVacant(value: ConfigValue | undefined, match: Selector | undefined): boolean {
  if (value === null) return true;
  if (isList(value)) return value.length === 0;
  if (!isTable(value)) return false;
  return Object.entries(value).every(([key, item]) =>
    match !== undefined && Object.hasOwn(match, key) && sameValue(item, match[key])
  );
}

/** A claim's place as reports show it: an entry by what it was matched by, or by its number. */
export function shownPath({ place, at }: Claim): ConfigPath {
  return place.map((key, depth) => {
    if (typeof key === "string") return key;
    const found = at?.[depth];
    return key.match ?? (found === undefined ? "?" : found);
  });
}

/** A claim's place in words: `providers[name=mistral].api_base`. */
export function placeText(claim: Claim): string {
  return pathText(shownPath(claim));
}

function selectorKey(selector: Selector): unknown {
  return Object.keys(selector).sort().map((key) => {
    const value = selector[key];
    return [key, typeof value, String(value)];
  });
}

/** Later list entries first, inner containers before outer ones. */
export function descending(a: ConfigPath, b: ConfigPath): number {
  for (const [depth, key] of a.entries()) {
    const other = b[depth];
    if (other === undefined) return -1;
    if (typeof key === "number" && typeof other === "number" && key !== other) {
      return other - key;
    }
    if (key !== other) return String(key) < String(other) ? -1 : 1;
  }
  return a.length < b.length ? 1 : 0;
}
