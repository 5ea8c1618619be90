/**
 * What becomes of the values that came along with others (`default`), and of those that go into every
 * entry (`each`), when claims leave. Pure.
 *
 * Such a value belongs to a list entry or to more that we created around it: its home. That is the
 * entry that it is in; else the outermost container in which nobody but its owners routes (`set`).
 * It goes when only what we wrote is left in its home. It stays with the providers that still route
 * something there. Else it is the user's from now on.
 *
 * @module
 */
import { type ConcretePath, copyOf, removeAt, valueAt } from "../formats/value.ts";
import {
  type Claim,
  containersOf,
  descending,
  isLive,
  isVacant,
  isWithin,
  joined,
  pathKey,
} from "./claims.ts";
import type { Created, Draft } from "./edits.ts";

/** What becomes of claims when some of them leave. */
export interface Parting {
  /** Those that are taken back. */
  readonly ending: ReadonlySet<Claim>;
  /** Those that are the user's from now on. */
  readonly forgotten: ReadonlySet<Claim>;
  /** Those that others own from now on. */
  readonly inherited: ReadonlyMap<Claim, readonly string[]>;
}

/** What becomes of the claims of a draft when these leave. */
export function parting(draft: Draft, leaving: ReadonlySet<Claim>): Parting {
  const ending = new Set([...leaving].filter((claim) => claim.kind !== "default"));
  const forgotten = new Set([...leaving].filter((claim) => claim.kind === "default"));
  const inherited = new Map<Claim, readonly string[]>();
  const companions = draft.claims.filter((claim) =>
    claim.kind !== "set" && (leaving.has(claim) || isLive(draft.document.value, claim))
  );
  const homeOf = homes(draft);
  const byHome = new Map<string, { readonly home: Created; readonly within: Claim[] }>();
  for (const claim of companions) {
    const home = homeOf(claim);
    if (home === undefined) continue;
    const known = byHome.get(pathKey(home.at)) ?? { home, within: [] };
    byHome.set(pathKey(home.at), known);
    known.within.push(claim);
  }
  // Inner ones first: what goes with them is not in the way of the outer ones.
  const innerFirst = [...byHome.values()].sort((a, b) => b.home.at.length - a.home.at.length);
  for (const { home, within } of innerFirst) {
    const isInside = (claim: Claim) => claim.at !== undefined && isWithin(claim.at, home.at);
    if (![...leaving].some(isInside)) continue;
    const staying = draft.claims.filter((claim) =>
      claim.kind === "set" && !leaving.has(claim) && isInside(claim)
    );
    const heirs = staying.reduce<string[]>((owners, claim) => joined(owners, claim.owners), []);
    const all = [...ending].filter(isInside).concat(within);
    if (heirs.length === 0 && holdsOnly(draft, home, all)) {
      for (const claim of within) {
        ending.add(claim);
        forgotten.delete(claim);
      }
    } else if (heirs.length > 0) {
      for (const claim of within.filter((one) => forgotten.delete(one))) {
        inherited.set(claim, heirs);
      }
    }
  }
  return { ending, forgotten, inherited };
}

/** A function that finds a claim's home: the container of ours that its value belongs to. */
export function homes({ claims, created }: Draft): (claim: Claim) => Created | undefined {
  const routes = claims.filter((claim) => claim.kind === "set");
  const routersIn = new Map<string, Set<string>>();
  for (const { at, owners } of routes) {
    for (const key of containersOf(at ?? [])) {
      routersIn.set(key, new Set([...routersIn.get(key) ?? [], ...owners]));
    }
  }
  return ({ at, owners }) => {
    if (at === undefined) return undefined;
    const around = created.filter((one) => isWithin(at, one.at))
      .toSorted((a, b) => a.at.length - b.at.length);
    const isEntry = (one: Created) => typeof one.at[one.at.length - 1] === "number";
    const isOwn = (one: Created) =>
      routersIn.get(pathKey(one.at))?.isSubsetOf(new Set(owners)) === true;
    return around.findLast(isEntry) ?? around.find(isOwn) ?? around[0];
  };
}

/** Whether nothing is in a container of ours but these claims, as we wrote them. */
function holdsOnly(draft: Draft, { at, match }: Created, claims: readonly Claim[]): boolean {
  const { document, created } = draft;
  const stands = (claim: Claim) =>
    claim.at !== undefined && valueAt(document.value, claim.at) !== undefined;
  if (claims.some((claim) => stands(claim) && !isLive(document.value, claim))) return false;
  const tree = copyOf(document.value);
  for (const claim of claims) if (stands(claim)) removeAt(tree, claim.at as ConcretePath);
  const inner = created.filter((one) => isWithin(one.at, at) && one.at.length > at.length);
  for (const one of inner.toSorted((a, b) => descending(a.at, b.at))) {
    if (isVacant(valueAt(tree, one.at), one.match)) removeAt(tree, one.at);
  }
  return isVacant(valueAt(tree, at), match);
}
