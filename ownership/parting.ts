/**
 * What becomes of the values that came along with others (`default`), and of those that go into every
 * entry (`each`), when claims leave. Pure.
 *
 * A default stands and falls with what was created together with it: the list entry that it is in, or
 * else all that we began. It goes when nothing is left in there but what we wrote; it stays with those
 * who still route something there; else it is the user's from now on.
 *
 * @module
 */
import { type ConcretePath, copyOf, removeAt, valueAt } from "../formats/value.ts";
import { type Claim, descending, isLive, isVacant, isWithin, joined, pathKey } from "./claims.ts";
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
  const soft = draft.claims.filter((claim) =>
    claim.kind !== "set" && (leaving.has(claim) || isLive(draft.document.value, claim))
  );
  const units = new Map<string, { readonly unit: Created; readonly members: Claim[] }>();
  for (const claim of soft) {
    const unit = unitOf(draft, claim);
    if (unit === undefined) continue;
    const known = units.get(pathKey(unit.at)) ?? { unit, members: [] };
    units.set(pathKey(unit.at), known);
    known.members.push(claim);
  }
  for (const { unit, members } of units.values()) {
    const inside = (claim: Claim) => claim.at !== undefined && isWithin(claim.at, unit.at);
    if (![...leaving].some(inside)) continue;
    const staying = draft.claims.filter((claim) =>
      claim.kind === "set" && !leaving.has(claim) && inside(claim)
    );
    const heirs = staying.reduce<string[]>((owners, claim) => joined(owners, claim.owners), []);
    const all = [...ending].filter(inside).concat(members);
    if (heirs.length === 0 && isHollow(draft, unit, all)) {
      for (const claim of members) {
        ending.add(claim);
        forgotten.delete(claim);
      }
    } else if (heirs.length > 0) {
      for (const claim of members.filter((one) => forgotten.delete(one))) {
        inherited.set(claim, heirs);
      }
    }
  }
  return { ending, forgotten, inherited };
}

/** What was created together with a value: the innermost entry of a list, else all that we began. */
function unitOf({ created }: Draft, { at }: Claim): Created | undefined {
  if (at === undefined) return undefined;
  const around = created.filter((one) => isWithin(at, one.at))
    .toSorted((a, b) => a.at.length - b.at.length);
  return around.findLast((one) => typeof one.at[one.at.length - 1] === "number") ?? around[0];
}

/** Whether nothing is in a container of ours but these claims, as we wrote them. */
function isHollow(draft: Draft, { at, match }: Created, claims: readonly Claim[]): boolean {
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
