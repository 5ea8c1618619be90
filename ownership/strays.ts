/**
 * Addresses of ours that stand where we did not put them: the user has moved or renamed what is around
 * them. They are not taken back by guessing, but named. Pure.
 *
 * @module
 */
import { locate as positionOf, type Position } from "../errors.ts";
import type { ConfigPath, ConfigValue } from "../formats/types.ts";
import { isList, isTable, sameValue, valueAt } from "../formats/value.ts";
import { hasToken } from "../transport/tokens.ts";
import { type Claim, pathKey, type Place } from "./claims.ts";
import type { Draft } from "./edits.ts";

/** An address of ours at a place that no claim knows. */
export interface Stray {
  /** The place. */
  readonly path: ConfigPath;
  /** Where in the file; absent where it has no text of its own. */
  readonly position: Position | undefined;
}

/** Whether a claim's entry cannot be found, and its address stands elsewhere in the same list. */
export function isStray(root: ConfigValue, claim: Claim): boolean {
  return claim.at === undefined && isAddress(claim) && nearPlaces(root, claim).length > 0;
}

/** By provider, the addresses that its claims lost and that stand elsewhere in the same list or table. */
export function straysOf(
  draft: Draft,
  parts: readonly { readonly provider: string }[],
): ReadonlyMap<string, Stray[]> {
  const released = draft.released.filter(({ outcome }) => outcome === "gone")
    .map(({ claim }) => claim);
  const lost = [...released, ...draft.claims.filter((claim) => claim.at === undefined)]
    .filter(isAddress);
  const strays = new Map<string, Stray[]>();
  if (lost.length === 0) return strays;
  const present = new Set(parts.map((part) => part.provider));
  const held = new Set(
    draft.claims.flatMap((claim) => claim.at === undefined ? [] : [pathKey(claim.at)]),
  );
  const { document } = draft;
  for (const claim of lost) {
    const elsewhere = nearPlaces(document.value, claim).filter((at) => !held.has(pathKey(at)));
    for (const owner of claim.owners.filter((owner) => present.has(owner))) {
      const known = strays.get(owner) ?? [];
      strays.set(owner, known);
      for (const path of elsewhere) {
        if (known.some((one) => pathKey(one.path) === pathKey(path))) continue;
        const span = document.find(path)?.span;
        const position = span && positionOf(document.text, span.start).position;
        known.push({ path, position });
      }
    }
  }
  return strays;
}

function isAddress({ template }: Claim): boolean {
  return template !== undefined && hasToken(template);
}

/** The places that differ from a claim's by one key or entry, and that hold its value. */
function nearPlaces(root: ConfigValue, { place, value }: Claim): ConfigPath[] {
  const places: ConfigPath[] = [];
  for (let depth = place.length - 1; depth >= 0; depth--) {
    for (const outer of pathsOf(root, place.slice(0, depth))) {
      const container = valueAt(root, outer);
      const keys = isList(container)
        ? [...container.keys()]
        : isTable(container)
        ? Object.keys(container)
        : [];
      for (const key of keys) {
        for (const at of pathsOf(root, place.slice(depth + 1), [...outer, key])) {
          if (sameValue(valueAt(root, at), value)) places.push(at);
        }
      }
    }
  }
  return [...new Map(places.map((at) => [pathKey(at), at])).values()];
}

/** The paths that a part of a place can mean, whatever entry of a list it was. */
function pathsOf(root: ConfigValue, place: Place, from: ConfigPath = []): ConfigPath[] {
  return place.reduce<ConfigPath[]>((paths, key) =>
    paths.flatMap((path): ConfigPath[] => {
      if (typeof key === "string") return [[...path, key]];
      const list = valueAt(root, path);
      return isList(list) ? [...list.keys()].map((index) => [...path, index]) : [];
    }), [from]);
}
