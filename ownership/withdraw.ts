/** Owners that leave, and how their claims end. The last owner out gives the place back. Pure. @module */
import { valueAt } from "../formats/value.ts";
import type { Claim } from "./claims.ts";
import { shownPath } from "./claims.ts";
import type { Draft } from "./edits.ts";
import type { Edit, Outcome } from "./report.ts";
import { takeBack } from "./undo.ts";

/** How one provider ends: in one word, and value by value. */
export interface Ending {
  /** The word. */
  readonly outcome: Outcome;
  /** The values that change. */
  readonly edits: readonly Edit[];
  /** The claims in whose places another value stands by now. */
  readonly kept: readonly Claim[];
  /** The claims in whose places nothing stands any more. */
  readonly gone: readonly Claim[];
}

/** Owners that leave, by claim. */
export type Leaving = ReadonlyMap<Claim, ReadonlySet<string>>;

/** Removes owners from claims; those without an owner are taken back, all at once. */
export function withdraw(draft: Draft, leaving: Leaving): Draft {
  if (leaving.size === 0) return draft;
  const ending = new Set<Claim>();
  const claims = draft.claims.map((claim) => {
    const leavers = leaving.get(claim);
    if (leavers === undefined) return claim;
    const owners = claim.owners.filter((owner) => !leavers.has(owner));
    if (owners.length > 0) return { ...claim, owners };
    ending.add(claim);
    return claim;
  });
  return takeBack({ ...draft, claims }, ending);
}

/** All claims of some providers, with those of them that own each. */
export function claimsOf(draft: Draft, providers: ReadonlySet<string>): Leaving {
  return new Map(
    draft.claims.map((claim) =>
      [claim, new Set(claim.owners.filter((owner) => providers.has(owner)))] as const
    ).filter(([, owners]) => owners.size > 0),
  );
}

/**
 * How each provider ends whose claims have left.
 *
 * @param before The draft before they left.
 */
export function endingsOf(before: Draft, after: Draft, leaving: Leaving): Map<string, Ending> {
  const root = before.document.value;
  const stands = ({ at }: Claim) => at !== undefined && valueAt(root, at) !== undefined;
  const endOf = new Map(after.released.map((one) => [one.claim.place, one]));
  const outcomes = new Map<string, Set<Outcome>>();
  const edits = new Map<string, Edit[]>();
  const ended = { kept: new Map<string, Claim[]>(), gone: new Map<string, Claim[]>() };
  for (const [claim, leavers] of leaving) {
    const end = endOf.get(claim.place);
    for (const leaver of leavers) {
      // If it was not released, it has other owners, or belongs to the user from now on.
      const outcome = end?.outcome ?? (stands(claim) ? "kept" : "gone");
      outcomes.set(leaver, (outcomes.get(leaver) ?? new Set()).add(outcome));
      if (end?.outcome === "kept" || end?.outcome === "gone") {
        const claims = ended[end.outcome];
        claims.set(leaver, [...claims.get(leaver) ?? [], claim]);
      } else if (end !== undefined) {
        const own = edits.get(leaver) ?? [];
        edits.set(leaver, own);
        own.push({ path: shownPath(claim), before: claim.value, after: end.after });
      }
    }
  }
  const order: Outcome[] = ["restored", "removed", "kept", "gone"];
  return new Map(
    [...outcomes].map(([provider, seen]) => [provider, {
      outcome: order.find((one) => seen.has(one)) ?? "unchanged",
      edits: edits.get(provider) ?? [],
      kept: ended.kept.get(provider) ?? [],
      gone: ended.gone.get(provider) ?? [],
    }]),
  );
}
