/**
 * Taking claims back: exactly where their bytes still stand, else by the smallest removal. Pure; every
 * edit is checked before it counts.
 *
 * There are three ways, tried in this order:
 *
 * 1. **Rewind.** All claims since the first one that leaves are undone, and those that stay are put
 *    again. The comma or header that one claim brought along may by now carry another; so this is
 *    what makes any order of taking back end in the original bytes.
 * 2. **Undo.** Each claim that leaves is undone by itself where its bytes stand: somebody has edited
 *    into the bytes of another one.
 * 3. **Remove.** The value alone goes, or the former value comes back in its place.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../errors.ts";
import { checkEdit, without } from "../formats/check.ts";
import { applySplices } from "../formats/splice.ts";
import type { ConfigDocument, ConfigPath, ConfigValue, Splice } from "../formats/types.ts";
import { type ConcretePath, copyOf, removeAt, resolve, valueAt } from "../formats/value.ts";
import {
  type Claim,
  containersOf,
  descending,
  isLive,
  isVacant,
  isWithin,
  leadingKeys,
  pathKey,
  type Place,
} from "./claims.ts";
import {
  blame,
  type Created,
  createdKeys,
  type Draft,
  isVerification,
  putAll,
  type Released,
  withRemoved,
} from "./edits.ts";
import { aroundValue, type Fit, fitAll, outermost, ownSpan } from "./fit.ts";
import { parting } from "./parting.ts";
import { findPlaces, follow } from "./places.ts";

/**
 * Takes claims back; `parting.ts` says which defaults go with them.
 *
 * @throws {ConfigPatchError} `unsupported` or `verification` where not even the smallest removal
 * can be done safely.
 */
export function takeBack(draft: Draft, leaving: ReadonlySet<Claim>): Draft {
  const { ending, forgotten, inherited } = parting(draft, leaving);
  const root = draft.document.value;
  const dead = draft.claims.filter((claim) => ending.has(claim) && !isLive(root, claim));
  const alive = new Set([...ending].filter((claim) => isLive(root, claim)));
  const start: Draft = {
    ...draft,
    claims: draft.claims.filter((claim) => !forgotten.has(claim) && !dead.includes(claim))
      .map((claim) => {
        const owners = inherited.get(claim);
        return owners === undefined ? claim : { ...claim, owners };
      }),
    released: [...draft.released, ...dead.map((claim) => released(draft, claim))],
  };
  const waiting = waitingIn(start, alive);
  const own = { ...start, created: start.created.filter((one) => !waiting.has(one)) };
  const after = dropVacant(
    alive.size === 0 ? own : rewind(own, alive) ?? undoOrRemove(own, alive),
  );
  return withWaiting(after, waiting);
}

/**
 * Containers of ours that are empty already, and in which those who stay have a claim that has come to
 * nothing: they may be the user's by now, and wait for the last one who knows of them. By container:
 * the place of such a claim.
 */
function waitingIn(draft: Draft, ending: ReadonlySet<Claim>): ReadonlyMap<Created, Place> {
  const root = draft.document.value;
  const staying = draft.claims.filter((claim) => !ending.has(claim));
  return new Map(draft.created.flatMap((one) => {
    if (!isVacant(valueAt(root, one.at), one.match)) return [];
    const inside = staying.find(({ at, place }) => isWithin(at ?? leadingKeys(place), one.at));
    return inside === undefined ? [] : [[one, inside.place]];
  }));
}

/** Paths may have changed by what was taken back meanwhile; places are the same. */
function withWaiting(draft: Draft, waiting: ReadonlyMap<Created, Place>): Draft {
  if (waiting.size === 0) return draft;
  const again = [...waiting].flatMap(([{ at, match }, place]): Created[] => {
    const claim = draft.claims.find((one) => one.place === place);
    const now = claim?.at ?? leadingKeys(place);
    return [{ at: now.slice(0, at.length) as ConcretePath, match }];
  });
  return { ...draft, created: [...draft.created, ...again] };
}

function released({ document }: Draft, claim: Claim): Released {
  const there = claim.at === undefined ? undefined : valueAt(document.value, claim.at);
  return { claim, outcome: there === undefined ? "gone" : "kept", after: undefined };
}

/** The first way. `undefined` where somebody has edited into the bytes of any of these claims. */
function rewind(draft: Draft, leaving: ReadonlySet<Claim>): Draft | undefined {
  const from = draft.claims.findIndex((claim) => leaving.has(claim));
  const live = draft.claims.slice(from).filter((claim) =>
    (leaving.has(claim) || claim.text !== undefined) && isLive(draft.document.value, claim)
  );
  const fits = fitAll(draft.document, live);
  if (fits.length < live.length) return undefined;
  try {
    const { draft: undone, removed } = undo(draft, fits);
    if (isLessStrict(undone, draft)) return undefined;
    const staying = live.filter((claim) => !leaving.has(claim));
    const again = putAgain(undone.document, staying, removed);
    if (again === undefined) return undefined;
    const kept = new Set(staying);
    const released = undone.released.filter((one) => !kept.has(one.claim));
    return foundAgain(draft, putAll({ ...undone, released }, again));
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}

/** Claims that have come to nothing keep their entry where it was made again. */
function foundAgain(before: Draft, after: Draft): Draft {
  const had = new Set(before.claims.filter((one) => one.at !== undefined).map((one) => one.place));
  const isLost = (claim: Claim) => claim.at === undefined && had.has(claim.place);
  if (!after.claims.some(isLost)) return after;
  const found = findPlaces(after.document.value, after.claims);
  const claims = after.claims.map((claim, index) => isLost(claim) ? found[index] ?? claim : claim);
  return { ...after, claims };
}

/**
 * The claims that stay, with the places to which they are put again; `undefined` where they would not
 * make what they were in, but go into an entry that the user has added meanwhile.
 */
function putAgain(
  { value: root }: ConfigDocument,
  staying: readonly Claim[],
  removed: readonly ConcretePath[],
): Claim[] | undefined {
  const followed = staying.map((claim) => {
    const at = claim.at ?? [];
    return { claim, keys: containersOf(at), ...follow(at, claim.place, removed) };
  });
  const isTaken = followed.some(({ path, removedFrom }) =>
    removedFrom !== undefined && resolve(root, path).found.length > removedFrom
  );
  if (isTaken) return undefined;
  // What was removed, and what each container in it is made by when it is put again.
  const made = new Map<string, ConfigPath[number]>();
  for (const { claim, keys, path, removedFrom = Infinity } of followed) {
    if (claim.kind === "each") continue;
    for (const [depth, key] of path.entries()) {
      const container = keys[depth + 1];
      if (depth >= removedFrom && container !== undefined) made.set(container, key);
    }
  }
  return followed.flatMap(({ claim, keys, path, removedFrom }): Claim[] => {
    if (removedFrom === undefined || claim.kind !== "each") {
      return [{ ...claim, at: path, text: undefined }];
    }
    // A value of `each` never creates an entry: it comes back with those that do.
    const at = path.map((key, depth) => made.get(keys[depth + 1] ?? "") ?? key);
    const isMade = keys.every((key, length) => length <= removedFrom || made.has(key));
    return isMade ? [{ ...claim, at, text: undefined }] : [];
  });
}

/** The second and the third way, claim by claim; the other claims stay where they are. */
function undoOrRemove(draft: Draft, leaving: ReadonlySet<Claim>): Draft {
  const claims = draft.claims.filter((claim) => leaving.has(claim));
  let next = exactly(draft, fitAll(draft.document, claims)) ?? draft;
  for (const { place } of claims.toReversed()) {
    // Its path may have changed by what was taken back meanwhile; its place is the same.
    const claim = next.claims.find((one) => one.place === place);
    if (claim === undefined) continue;
    if (claim.at === undefined) {
      // What it was in has gone as a whole.
      const ended = { claim, outcome: "removed", after: undefined } as const;
      const others = next.claims.filter((one) => one !== claim);
      next = { ...next, claims: others, released: [...next.released, ended] };
      continue;
    }
    next = exactly(next, fitAll(next.document, [claim])) ?? removeOne(next, claim);
  }
  return next;
}

/** An exact undo; `undefined` if it fails its check, or a strict text would become less strict. */
function exactly(draft: Draft, fits: readonly Fit[]): Draft | undefined {
  if (fits.length === 0) return undefined;
  try {
    const next = undo(draft, fits).draft;
    return isLessStrict(next, draft) ? undefined : next;
  } catch (error) {
    if (isVerification(error)) return undefined;
    throw error;
  }
}

/** Whether strict readers accepted the text before but not now, or it has a new trailing comma. */
function isLessStrict({ document }: Draft, than: Draft): boolean {
  if (document.isStrict === false && than.document.isStrict === true) return true;
  return (document.looseCommas ?? 0) > (than.document.looseCommas ?? 0);
}

/** Undoes claims whose bytes stand: one splice each, checked together. */
function undo(
  draft: Draft,
  fits: readonly Fit[],
): { readonly draft: Draft; readonly removed: readonly ConcretePath[] } {
  const { document, handler, parse } = draft;
  const expected = copyOf(document.value);
  for (const fit of fits) if (!fit.text.overrode) removeAt(expected, fit.at);
  const matchOf = new Map(draft.created.map((one) => [pathKey(one.at), one.match]));
  const containers = fits.flatMap(({ text, at }) =>
    text.created.map((length) => at.slice(0, length))
  ).sort(descending);
  const removed = containers.filter((at) => {
    // A container that holds something of the user's stays. If its header is part of our bytes, the
    // check below fails.
    if (!isVacant(valueAt(expected, at), matchOf.get(pathKey(at)))) return false;
    if (at.length > 0) removeAt(expected, at);
    return at.length > 0;
  });
  const splices = outermost(fits).map((fit): Splice => ({
    offset: fit.start,
    remove: document.text.slice(fit.start, fit.end),
    insert: fit.text.remove,
  }));
  const leaves = fits.filter((fit) => !fit.text.overrode);
  const nowAt = (at: ConcretePath) => follow(at, [], removed).path as ConcretePath;
  const next = checkEdit(handler, applySplices(document.text, splices), expected, {
    parse,
    restored: fits.filter((fit) => fit.text.overrode).map((fit) => nowAt(fit.at)),
    emptied: [...leaves.map((fit) => fit.at), ...removed].map((at) => nowAt(at.slice(0, -1))),
  });
  for (const { text, at, start } of fits) {
    if (!text.overrode) continue;
    const shift = splices.filter((splice) => splice.offset < start)
      .reduce((sum, { remove, insert }) => sum + insert.length - remove.length, 0);
    if (!endsWithin(next, nowAt(at), start + shift + text.remove.length)) {
      throw new ConfigPatchError("verification", "the former value would not end where it did");
    }
  }
  const undone = new Set(fits.map((fit) => fit.claim));
  const after = withRemoved(
    { ...draft, claims: draft.claims.filter((claim) => !undone.has(claim)) },
    next,
    removed,
  );
  const ended = fits.map(({ claim, text, at }): Released => ({
    claim,
    outcome: text.overrode ? "restored" : "removed",
    after: text.overrode ? valueAt(next.value, nowAt(at)) : undefined,
  }));
  return { draft: { ...after, released: [...after.released, ...ended] }, removed };
}

/** Takes back one claim whose bytes no longer stand as we wrote them. */
function removeOne(draft: Draft, claim: Claim): Draft {
  const { document, handler, parse } = draft;
  const others = { ...draft, claims: draft.claims.filter((other) => other !== claim) };
  const at = claim.at as ConcretePath;
  const span = ownSpan(document, at);
  try {
    if (claim.text?.overrode === true && span !== undefined) {
      const { start, end } = aroundValue(document.text, span, claim.text);
      const remove = document.text.slice(start, end);
      const splice = { offset: start, remove, insert: claim.text.remove };
      const text = applySplices(document.text, [splice]);
      const next = fitting(
        document,
        span,
        () => checkEdit(handler, text, document.value, { parse, restored: [at] }),
      );
      if (!endsWithin(next, at, start + splice.insert.length)) {
        throw new ConfigPatchError("unsupported", "the former value would not end where it did", {
          ...locate(document.text, span.end),
          remedy: "remove or indent differently the comment or empty line behind our value",
        });
      }
      const ended = { claim, outcome: "restored", after: valueAt(next.value, at) } as const;
      return { ...others, document: next, released: [...draft.released, ended] };
    }
    const whole = withContainers(others, at);
    const dropped = droppedAt(draft, whole);
    const removed = dropped === undefined ? at : whole;
    const next = withRemoved(others, dropped ?? dropAt(draft, at), [removed]);
    const ended = { claim, outcome: "removed", after: undefined } as const;
    return { ...next, released: [...draft.released, ended] };
  } catch (error) {
    throw blame(error, claim);
  }
}

/** A former text of several lines may not fit any more where the user has indented our key anew. */
function fitting(
  document: ConfigDocument,
  span: { readonly start: number },
  putBack: () => ConfigDocument,
): ConfigDocument {
  try {
    return putBack();
  } catch (cause) {
    if (!isVerification(cause)) throw cause;
    throw new ConfigPatchError(
      "unsupported",
      "the former value does not fit where ours stands now",
      {
        ...locate(document.text, span.start),
        remedy: "indent the line of our value as it was, or replace the value by hand",
        cause,
      },
    );
  }
}

/**
 * Whether a value that was put back ends where its text does: a YAML block scalar takes in what
 * follows it at its indentation, and loses a blank line that has become a comment. The check of the
 * tree cannot see this, because of the former value only the text is known.
 */
function endsWithin(document: ConfigDocument, at: ConcretePath, end: number): boolean {
  const span = document.find(at)?.span;
  // A null without a text takes in nothing, wherever it is found.
  return span === undefined || span.end === end || span.start === span.end;
}

function dropAt({ document, handler, parse, nulls }: Draft, at: ConcretePath): ConfigDocument {
  const outer = at.slice(0, -1);
  const wasNull = nulls.some((path) => pathKey(path) === pathKey(outer));
  const text = applySplices(document.text, [document.drop(at, { wasNull })]);
  const options = { parse, emptied: [outer] };
  return checkEdit(handler, text, without(document.value, at), options);
}

/** The document after a removal, or `undefined` where it cannot be done safely. */
function droppedAt(draft: Draft, at: ConcretePath): ConfigDocument | undefined {
  try {
    return dropAt(draft, at);
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}

/**
 * The outermost container of ours that would be empty without what is at a path. It is removed as a
 * whole: an empty form of it is never written.
 */
function withContainers({ created, document }: Draft, at: ConcretePath): ConcretePath {
  const made = new Map(created.map((one) => [pathKey(one.at), one]));
  const tree: ConfigValue = copyOf(document.value);
  let whole = at;
  for (let length = at.length - 1; length > 0; length--) {
    removeAt(tree, whole);
    const outer = at.slice(0, length);
    const container = made.get(pathKey(outer));
    if (container === undefined || !isVacant(valueAt(tree, outer), container.match)) break;
    whole = outer;
  }
  return whole;
}

/**
 * Removes empty containers of ours, and forgets those that hold nothing of ours any more. An empty
 * one that cannot be removed safely stays: it does no harm.
 */
function dropVacant(draft: Draft): Draft {
  let next = draft;
  let made = createdKeys(next);
  // Deepest and last ones come first, so that the paths of those still to come do not change.
  for (const { at, match } of draft.created.toSorted((a, b) => descending(a.at, b.at))) {
    if (at.length === 0 || !isVacant(valueAt(next.document.value, at), match)) continue;
    if (!made.has(pathKey(at))) continue;
    for (const whole of [withContainers(next, at), at]) {
      const document = droppedAt(next, whole);
      if (document === undefined) continue;
      next = withRemoved(next, document, [whole]);
      made = createdKeys(next);
      break;
    }
  }
  const needed = new Set(
    next.claims.flatMap(({ at }) => at?.map((_, length) => pathKey(at.slice(0, length))) ?? []),
  );
  return {
    ...next,
    created: next.created.filter(({ at }) =>
      needed.has(pathKey(at)) && resolve(next.document.value, at).missing.length === 0
    ),
  };
}
