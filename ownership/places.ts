/**
 * Where places are in a text: finding claims again, and following them through removals.
 *
 * A value in a table is found by its key. An entry of a list is recognised by its other values,
 * those that are not ours: claims are paired with the entries in which most of these are still
 * equal. If several entries are equally good, the one that still holds our own values wins.
 *
 * @module
 */
import {
  type ConfigPath,
  type ConfigValue,
  OpaqueScalar,
  type Selector,
} from "../formats/types.ts";
import {
  type ConcretePath,
  isList,
  isTable,
  sameValue,
  tableOf,
  valueAt,
} from "../formats/value.ts";
import { type Claim, type EntryMark, isLive, isWithin, type Place } from "./claims.ts";

/** More values of one entry than these are not needed to tell it from others. */
const MOST_LEAVES = 32;

/** The claims with the paths at which their places are in a text. */
export function findPlaces(root: ConfigValue, claims: readonly Claim[]): Claim[] {
  const found = new Map<Claim, ConfigPath>();
  walk(root, claims.map((claim) => ({ claim, rest: claim.place, at: [] })), found);
  return claims.map((claim) => ({ ...claim, at: found.get(claim) }));
}

/** The claims that stand, with their entries marked by what else stands in these now. */
export function marked(root: ConfigValue, claims: readonly Claim[]): Claim[] {
  const ours = new Set(claims.flatMap(({ at }) => at === undefined ? [] : [JSON.stringify(at)]));
  const entries = new Entries(root, (path) => ours.has(JSON.stringify(path)));
  // An entry in which no value of ours stands any more is known by what stood in it then.
  const standing = claims.filter((claim) =>
    claim.place.some((key) => typeof key !== "string") && isLive(root, claim)
  );
  for (const { at = [], place } of standing) {
    for (const [depth, key] of place.entries()) {
      if (typeof key !== "string") entries.add(at.slice(0, depth + 1));
    }
  }
  return claims.map((claim) => {
    const { at, place } = claim;
    if (at === undefined || place.every((key) => typeof key === "string")) return claim;
    return {
      ...claim,
      place: place.map((key, depth) => {
        const leaves = typeof key === "string"
          ? undefined
          : entries.leavesAt(at.slice(0, depth + 1));
        return typeof key === "string" || leaves === undefined ? key : { match: key.match, leaves };
      }),
    };
  });
}

/** The entries of one text that claims are in, and what each is known by. */
class Entries {
  readonly #root: ConfigValue;
  readonly #isOurs: (path: ConfigPath) => boolean;
  readonly #leaves = new Map<string, readonly string[]>();
  /** By list and leaves, the numbers of the entries that look alike. */
  readonly #alike = new Map<string, number[]>();

  constructor(root: ConfigValue, isOurs: (path: ConfigPath) => boolean) {
    this.#root = root;
    this.#isOurs = isOurs;
  }

  add(at: ConfigPath): void {
    const key = JSON.stringify(at);
    if (this.#leaves.has(key)) return;
    const leaves = leavesOfEntry(valueAt(this.#root, at), at, this.#isOurs);
    this.#leaves.set(key, leaves);
    const alike = this.#alikeTo(at, leaves);
    alike.push(at[at.length - 1] as number);
    alike.sort((a, b) => a - b);
  }

  /** The digests of an entry; of entries that look alike, all but the first also get a number. */
  leavesAt(at: ConfigPath): readonly string[] | undefined {
    const leaves = this.#leaves.get(JSON.stringify(at));
    if (leaves === undefined) return undefined;
    const which = this.#alikeTo(at, leaves).indexOf(at[at.length - 1] as number);
    return which < 1 ? leaves : [...leaves, `#${which}`];
  }

  #alikeTo(at: ConfigPath, leaves: readonly string[]): number[] {
    const key = JSON.stringify([at.slice(0, -1), leaves]);
    const alike = this.#alike.get(key) ?? [];
    this.#alike.set(key, alike);
    return alike;
  }
}

/** The place of a path: entries are marked once the text is final. */
export function placeOf(path: ConfigPath, match: (depth: number) => Selector | undefined): Place {
  return path.map((key, depth) =>
    typeof key === "string"
      ? key
      : { match: typeof key === "object" ? key : match(depth), leaves: [] }
  );
}

/** The digests of an entry of which we know only the values that a patch matches. */
export function leavesOfMatch(match: Selector): readonly string[] {
  return leavesOfEntry(tableOf(Object.entries(match)), [], () => false);
}

/** A path in a tree from which something was removed. */
export interface Followed {
  /** The path; the part of it that no longer exists is taken from the remembered place. */
  readonly path: ConfigPath;
  /** If a part of the path was removed: how many of its keys still exist. */
  readonly removedFrom: number | undefined;
}

/** Where a path leads once some places are removed, in the order given. */
export function follow(at: ConfigPath, place: Place, removed: readonly ConcretePath[]): Followed {
  const path = [...at];
  let removedFrom: number | undefined;
  for (const gone of removed) {
    const depth = gone.length - 1;
    if (depth < 0 || (removedFrom !== undefined && removedFrom <= depth)) continue;
    const [last, here] = [gone[depth], path[depth]];
    if (!isWithin(path.slice(0, depth), gone.slice(0, depth))) continue;
    if (last === here) removedFrom = depth;
    else if (typeof last === "number" && typeof here === "number" && here > last) {
      path[depth] = here - 1;
    }
  }
  if (removedFrom === undefined) return { path, removedFrom };
  const rest = place.slice(removedFrom).map((key) =>
    typeof key === "string" ? key : key.match ?? {}
  );
  return { path: [...path.slice(0, removedFrom), ...rest], removedFrom };
}

interface Search {
  readonly claim: Claim;
  readonly rest: Place;
  readonly at: ConfigPath;
}

function walk(
  value: ConfigValue | undefined,
  searches: readonly Search[],
  found: Map<Claim, ConfigPath>,
): void {
  const byKey = new Map<string, Search[]>();
  const inList: Search[] = [];
  for (const search of searches) {
    const [key] = search.rest;
    if (key === undefined) found.set(search.claim, search.at);
    else if (typeof key !== "string") inList.push(search);
    else {
      const below = byKey.get(key) ?? [];
      byKey.set(key, below);
      below.push({ ...search, rest: search.rest.slice(1), at: [...search.at, key] });
    }
  }
  for (const [key, below] of byKey) {
    walk(isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined, below, found);
  }
  if (inList.length === 0 || !isList(value)) return;
  for (const [group, index] of paired(groupsOf(inList), value)) {
    const below = group.searches.map((search) => ({
      ...search,
      rest: search.rest.slice(1),
      at: [...search.at, index],
    }));
    walk(value[index], below, found);
  }
}

/** Claims that were in one entry. */
interface Group {
  /** What the entry was known by. */
  readonly leaves: readonly string[];
  /** Which it was of entries that looked alike. */
  readonly which: number;
  readonly searches: Search[];
}

/**
 * Groups claims by entry: of entries that look alike, the second holds a place's second claim. The last
 * claims of all places belong together: an earlier one may be left of an entry that is gone.
 */
function groupsOf(searches: readonly Search[]): Group[] {
  const groups: Group[] = [];
  const alike = new Map<string, { readonly group: Group; readonly tails: Set<string> }[]>();
  for (const search of searches.toReversed()) {
    const mark = search.rest[0] as EntryMark;
    const [key, tail] = [textOf(mark.leaves), textOf(search.rest.slice(1))];
    const list = alike.get(key) ?? [];
    alike.set(key, list);
    let open = list.find(({ tails }) => !tails.has(tail));
    if (open === undefined) {
      const group = {
        leaves: mark.leaves.filter((leaf) => !leaf.startsWith("#")),
        which: whichOf(mark),
        searches: [],
      };
      open = { group, tails: new Set() };
      list.push(open);
      groups.push(open.group);
    }
    open.tails.add(tail);
    open.group.searches.push(search);
  }
  return groups.toReversed();
}

function whichOf({ leaves }: EntryMark): number {
  const last = leaves[leaves.length - 1];
  return last?.startsWith("#") === true ? Number(last.slice(1)) : 0;
}

/** Pairs claims and entries: most equal values first, ties in file order. */
function paired(groups: readonly Group[], list: readonly ConfigValue[]): [Group, number][] {
  const inOrder = groups.toSorted((a, b) => a.which - b.which);
  const rankings = new Rankings(list, groups.length);
  const scores = inOrder.flatMap((group, rank) =>
    rankings.of(group).map((score) => ({ ...score, group, rank }))
  );
  scores.sort((a, b) =>
    b.equal - a.equal || b.ours - a.ours || a.rank - b.rank || a.index - b.index
  );
  const pairs = new Map<Group, number>();
  const taken = new Set<number>();
  for (const { group, index } of scores) {
    if (pairs.has(group) || taken.has(index)) continue;
    pairs.set(group, index);
    taken.add(index);
  }
  const [group, ...groupsLeft] = groups.filter((one) => !pairs.has(one));
  const [index, ...indicesLeft] = [...list.keys()].filter((one) => !taken.has(one));
  if (group !== undefined && index !== undefined && groupsLeft.length + indicesLeft.length === 0) {
    pairs.set(group, index);
  }
  return [...pairs];
}

/** How well an entry fits to a group. */
interface Score {
  readonly index: number;
  /** How many values are still equal. */
  readonly equal: number;
  /** How many of our own values stand there: of entries that look alike, ours is the one. */
  readonly ours: number;
}

/**
 * The entries of a list that fit each group best. A container can create any number of entries that
 * look alike. So equal groups are ranked only once, and no group gets more entries than it needs.
 */
class Rankings {
  readonly #list: readonly ConfigValue[];
  /** The number of groups: even if each other group takes one of these entries, one is left. */
  readonly #most: number;
  /** By the digest of a value: the entries in which it stands. */
  readonly #holders = new Map<string, number[]>();
  readonly #known = new Map<string, readonly Score[]>();
  /** By a value of ours and its place in an entry: in which entries it stands. */
  readonly #standing = new Map<string, readonly boolean[]>();

  constructor(list: readonly ConfigValue[], most: number) {
    this.#list = list;
    this.#most = most;
    for (const [index, item] of list.entries()) {
      for (const leaf of new Set(leavesOfEntry(item, [], () => false, Infinity))) {
        const indices = this.#holders.get(leaf) ?? [];
        this.#holders.set(leaf, indices);
        indices.push(index);
      }
    }
  }

  of(group: Group): readonly Score[] {
    const { leaves, searches } = group;
    const key = textOf([leaves, searches.map(({ claim, rest }) => [rest.slice(1), claim.value])]);
    const scores = this.#known.get(key) ?? this.#rank(group);
    this.#known.set(key, scores);
    return scores;
  }

  #rank(group: Group): readonly Score[] {
    const standing = group.searches
      .filter(({ rest }) => rest.every((key, depth) => depth === 0 || typeof key === "string"))
      .map((search) => this.#whereStands(search));
    const scores: Score[] = [];
    for (const [index, equal] of this.#equalIn(group).entries()) {
      if (equal === 0) continue;
      const ours = standing.filter((stands) => stands[index] === true).length;
      scores.push({ index, equal, ours });
    }
    scores.sort((a, b) => b.equal - a.equal || b.ours - a.ours || a.index - b.index);
    return scores.slice(0, this.#most);
  }

  /** For each entry, how many values of a group are still equal in it. */
  #equalIn({ leaves, searches }: Group): number[] {
    const equal: number[] = this.#list.map(() => 0);
    for (const leaf of leaves) {
      for (const index of this.#holders.get(leaf) ?? []) equal[index] = (equal[index] ?? 0) + 1;
    }
    if (leaves.length > 0) return equal;
    // The entry held only values of ours, so we look for one that still holds nothing else.
    const tails = new Set(searches.map(({ rest }) => rest[1]));
    return this.#list.map((item) => {
      const keys = isTable(item) ? Object.keys(item) : [];
      const isBare = keys.length > 0 && keys.every((key) => tails.has(key));
      return isBare || holdsOnly(item, searches) ? 0.5 : 0;
    });
  }

  #whereStands({ claim, rest }: Search): readonly boolean[] {
    const path = rest.slice(1) as readonly string[];
    const key = textOf([path, claim.value]);
    const known = this.#standing.get(key) ??
      this.#list.map((item) => sameValue(valueAt(item, path), claim.value));
    this.#standing.set(key, known);
    return known;
  }
}

/** Whether an entry is a list whose values, at any depth, are all ours. */
function holdsOnly(item: ConfigValue, searches: readonly Search[]): boolean {
  if (!isList(item)) return false;
  const leaves: ConfigValue[] = [];
  const collect = (value: ConfigValue): void => {
    if (isList(value) || isTable(value)) { for (const one of Object.values(value)) collect(one); }
    else leaves.push(value);
  };
  collect(item);
  return leaves.length > 0 &&
    leaves.every((leaf) => searches.some(({ claim }) => sameValue(claim.value, leaf)));
}

/** Digests of the values in an entry, without those for which `skips` holds. */
function leavesOfEntry(
  value: ConfigValue | undefined,
  at: ConfigPath,
  skips: (path: ConfigPath) => boolean,
  most: number = MOST_LEAVES,
): string[] {
  const leaves: string[] = [];
  const add = (item: ConfigValue, path: ConfigPath, inner: readonly (string | number)[]): void => {
    if (leaves.length >= most || skips(path)) return;
    if ((isTable(item) || isList(item)) && Object.keys(item).length > 0) {
      for (const [key, below] of Object.entries(item)) {
        const step = isList(item) ? Number(key) : key;
        add(below, [...path, step], [...inner, step]);
      }
      return;
    }
    leaves.push(digestOf(`${JSON.stringify(inner)}=${scalarKey(item)}`));
  };
  if (value !== undefined) add(value, at, []);
  return leaves;
}

function scalarKey(value: ConfigValue): string {
  if (value instanceof OpaqueScalar) return `${value.type} ${value.text}`;
  if (typeof value === "string") return JSON.stringify(value);
  return isTable(value) ? "{}" : isList(value) ? "[]" : `${typeof value} ${value}`;
}

/** A text that alike values share. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, item) => typeof item === "bigint" ? `${item}n` : item);
}

/**
 * A short digest. It tells entries apart; it need not withstand anybody, because whoever can forge an
 * entry can as well copy it.
 */
function digestOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b) ^ (b >>> 13);
  }
  return [a, b].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}
