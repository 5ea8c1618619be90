/** What becomes of a text when owners leave: what is given back, what goes along, what stays. */
import { type Held, isBelow, type Tree } from "./memory.ts";
import { FOUND_BY, MADE } from "./wants.ts";

/** What is ours in a text, while a run is at work. */
export interface Ours {
  readonly tree: Tree;
  readonly held: Map<string, Held>;
  /** Containers that exist only because of us. */
  readonly made: Set<string>;
}

/** How a place ended for those who left it. */
export interface Ended {
  readonly place: string;
  readonly leavers: readonly string[];
  readonly how: "restored" | "removed" | "kept" | "gone";
}

/** The ends of places, and what nobody owns any more. */
export interface Left {
  readonly ends: readonly Ended[];
  /** Defaults that are the user's from now on. */
  readonly lefts: readonly string[];
}

/** Whether a place holds what we wrote. */
export function isLive({ tree, held }: Ours, place: string): boolean {
  const claim = held.get(place);
  return claim !== undefined && tree.leaves.get(place) === claim.value;
}

/** Owners go; what the last one leaves is given back, by place. */
export function giveBack(ours: Ours, leaving: ReadonlyMap<string, readonly string[]>): Left {
  const { tree, held, made } = ours;
  const empty = new Set([...made].filter((one) => isEmptyIn(tree, one)));
  const ends: Ended[] = [];
  const ending = new Set<string>();
  for (const [place, leavers] of leaving) {
    const claim = held.get(place);
    if (claim === undefined) continue;
    const owners = claim.owners.filter((owner) => !leavers.includes(owner));
    if (owners.length === 0) ending.add(place);
    else {
      held.set(place, { ...claim, owners });
      ends.push({ place, leavers, how: tree.leaves.has(place) ? "kept" : "gone" });
    }
  }
  const { gone, lefts } = parted(ours, ending);
  for (const place of new Set([...ending, ...gone])) {
    const claim = held.get(place);
    if (claim === undefined) continue;
    const stays = !isLive(ours, place) || !gone.has(place);
    const how = stays
      ? tree.leaves.has(place) ? "kept" : "gone"
      : claim.former === undefined
      ? "removed"
      : "restored";
    if (how === "removed") tree.leaves.delete(place);
    if (how === "restored" && claim.former !== undefined) tree.leaves.set(place, claim.former);
    ends.push({ place, leavers: leaving.get(place) ?? [], how });
    // A default may have gone over to others.
    if (gone.has(place) || lefts.includes(place)) held.delete(place);
  }
  if (leaving.size > 0) dropEmpty(ours, empty);
  return { ends, lefts };
}

/**
 * What goes, and what is the user's from now on, when these places lose their owners.
 *
 * A default belongs to something that we made: the entry that it is in, else as much around it as is
 * there for the sake of its owners alone. Where others still route in that, it is theirs from now on.
 * Where nothing but ours would be left in it, it goes, and so do values of `each`, whose owners may
 * stay. Else the user has use for it, and keeps it.
 */
function parted(
  ours: Ours,
  ending: ReadonlySet<string>,
): { readonly gone: Set<string>; readonly lefts: string[] } {
  const { held } = ours;
  const kindOf = (place: string) => held.get(place)?.kind;
  const gone = new Set([...ending].filter((place) => kindOf(place) !== "default"));
  const lefts = new Set([...ending].filter((place) => kindOf(place) === "default"));
  const along = [...held.keys()].filter((place) =>
    kindOf(place) !== "set" && (ending.has(place) || isLive(ours, place))
  );
  const byHome = [...Map.groupBy(along, (place) => homeOf(ours, place))];
  for (const [home, own] of byHome.sort(([a = ""], [b = ""]) => b.length - a.length)) {
    const inside = (place: string) => home !== undefined && isBelow(place, home);
    if (home === undefined || ![...ending].some(inside)) continue;
    const heirs = [...held].filter(([place, { kind }]) =>
      kind === "set" && inside(place) && !ending.has(place)
    ).flatMap(([, { owners }]) => owners);
    if (heirs.length === 0) {
      if (!holdsOnly(ours, home, new Set([...own, ...[...gone].filter(inside)]))) continue;
      for (const place of own) {
        gone.add(place);
        lefts.delete(place);
      }
      continue;
    }
    for (const place of own) {
      const claim = held.get(place);
      if (claim === undefined || !lefts.delete(place)) continue;
      held.set(place, { ...claim, owners: [...new Set(heirs)].sort() });
    }
  }
  return { gone, lefts: [...lefts] };
}

/** The container of ours that a value belongs to; none where all around it is the user's. */
export function homeOf({ held, made }: Ours, place: string): string | undefined {
  const owners = held.get(place)?.owners ?? [];
  const around = [...made].filter((one) => isBelow(place, one)).sort((a, b) => a.length - b.length);
  const routersIn = (container: string) =>
    [...held].filter(([other, { kind }]) => kind === "set" && isBelow(other, container))
      .flatMap(([, claim]) => claim.owners);
  const isTheirs = (container: string) => {
    const routers = routersIn(container);
    return routers.length > 0 && routers.every((one) => owners.includes(one));
  };
  return around.findLast((one) => one.endsWith("]")) ?? around.find(isTheirs) ?? around[0];
}

/** Whether nothing is in a container of ours but these values, as we wrote them. */
function holdsOnly(ours: Ours, container: string, places: ReadonlySet<string>): boolean {
  const { tree, made } = ours;
  if ([...places].some((place) => tree.leaves.has(place) && !isLive(ours, place))) return false;
  const leaves = new Map([...tree.leaves].filter(([place]) => !places.has(place)));
  const rest: Tree = { leaves, containers: new Set(tree.containers) };
  for (const one of innerFirst(made)) {
    if (isBelow(one, container) && isEmptyIn(rest, one)) remove(rest, one);
  }
  return isEmptyIn(rest, container);
}

/**
 * What we made goes once nothing is in it, and is forgotten once nothing of ours is. What was empty
 * before waits for those who had something in it: it may be the user's by now.
 */
function dropEmpty({ tree, held, made }: Ours, empty: ReadonlySet<string>): void {
  for (const container of innerFirst(made)) {
    const isHeld = [...held.keys()].some((place) => isBelow(place, container));
    if (isEmptyIn(tree, container) && !(isHeld && empty.has(container))) remove(tree, container);
    if (!tree.containers.has(container) || !isHeld) made.delete(container);
  }
  if (isEmptyIn(tree, "")) tree.containers.delete("");
}

function innerFirst(containers: Iterable<string>): string[] {
  return [...containers].sort((a, b) => b.length - a.length);
}

function remove({ leaves, containers }: Tree, container: string): void {
  leaves.delete(`${container}.${FOUND_BY.key}`);
  containers.delete(container);
}

/** Whether nothing is in a container; of the entry that we make, that by which it is found is nothing. */
export function isEmptyIn({ leaves, containers }: Tree, container: string): boolean {
  const isFoundBy = (place: string) =>
    place === `${MADE}.${FOUND_BY.key}` && leaves.get(place) === FOUND_BY.value;
  const counts = (place: string) =>
    isBelow(place, container) && !(container === MADE && isFoundBy(place));
  return ![...leaves.keys(), ...containers].some(counts);
}
