/** What the rules remember of a config between runs, and what becomes of that while its text is away. */
import { FOUND_BY, MADE } from "./wants.ts";

/** What a config says, by place. */
export interface Tree {
  /** The JSON of every scalar and list of scalars. */
  readonly leaves: Map<string, string>;
  /** Every table, list of tables and entry of one, empty ones included; the root (`""`) if it holds any. */
  readonly containers: Set<string>;
}

/**
 * Why a value is wanted. `set` and `each` route; a `default` is what the client needs beside that in
 * what we create.
 */
export type Kind = "set" | "each" | "default";

/** A place that we wrote. */
export interface Held {
  /** Why. */
  readonly kind: Kind;
  /** What we wrote. */
  readonly value: string;
  /** What we have put there ourselves, latest first. */
  readonly written?: readonly string[];
  /** What the user had there; absent: nothing, or not known any more. */
  readonly former?: string;
  /** The providers that want it. */
  readonly owners: readonly string[];
  /** The containers around it that existed only because of us when it was last there. */
  readonly made: readonly string[];
}

/** What we remember of a text. */
export interface TextMemory {
  readonly held: ReadonlyMap<string, Held>;
  /** Whether there was no text before we came: then nothing of the user's can come back. */
  readonly began: boolean;
  /** The text that we last wrote. */
  readonly written: string | undefined;
}

/** What we remember of one file: of its text, and of one that was away when we came. */
export interface Memory extends TextMemory {
  readonly aside: TextMemory | undefined;
}

/** Whether a memory was set aside, as its text is away, or taken up again with it. */
export type Turn = "set aside" | "taken up" | undefined;

/** The texts at the beginning of a run. */
export interface Texts {
  /** The texts before the run. */
  readonly texts: ReadonlyMap<string, string>;
  /** What they say. */
  readonly trees: ReadonlyMap<string, Tree>;
  /**
   * Files whose text is not the one that was away, though all that we had in that stands in it: rules
   * without bytes cannot tell whether it is taken for it.
   */
  readonly takenUp: ReadonlySet<string>;
}

/** Whether a text holds nothing. */
export function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === "";
}

/** All owners that a memory knows, of what is set aside as well. */
export function ownersIn(memory: Memory | undefined): Set<string> {
  const all = [...memory?.held.values() ?? [], ...memory?.aside?.held.values() ?? []];
  return new Set(all.flatMap(({ owners }) => owners));
}

/** What counts for a text, and what is kept in case its text comes back. */
export function chosen(
  { texts, trees, takenUp }: Texts,
  file: string,
  memory: Memory | undefined,
): {
  readonly known: TextMemory | undefined;
  readonly aside: TextMemory | undefined;
  readonly turn: Turn;
} {
  const aside = memory?.aside;
  const as = { known: memory, aside, turn: undefined };
  if (memory === undefined) return as;
  const text = texts.get(file);
  if (isBlank(text)) {
    // What we began ourselves has nothing of the user's to come back.
    if (memory.held.size === 0 || memory.began) return as;
    return { known: undefined, aside: memory, turn: "set aside" };
  }
  if (aside === undefined) return as;
  const tree = trees.get(file);
  const stands = [...tree === undefined ? aside.held : foundAgain(tree, aside.held)].every((
    [place, { value }],
  ) => tree?.leaves.get(place) === value);
  const isBack = text === aside.written || (stands && takenUp.has(file));
  return isBack ? { known: aside, aside: undefined, turn: "taken up" } : as;
}

/**
 * What we remember, where it is in a text by now. Entries are known by what else stands in them. In
 * one that we made that is only its kind: where it is gone, another of that kind that is not known
 * may be taken for it, first of all one in which our values stand. A backup may have brought back
 * what we wrote there for an earlier address.
 */
export function foundAgain(tree: Tree, held: ReadonlyMap<string, Held>): Map<string, Held> {
  const entry = standIn(tree, held);
  const found = entry === undefined ? held : renamed(held, MADE, entry);
  return new Map(
    [...found].map(([place, claim]) => {
      const live = tree.leaves.get(place) ?? "";
      const isBack = live !== claim.value && claim.written?.includes(live) === true;
      return [place, isBack ? { ...claim, value: live } : claim];
    }),
  );
}

/** The entry that is taken for the one that we made, where that is gone. */
export function standIn(
  { leaves, containers }: Tree,
  held: ReadonlyMap<string, Held>,
): string | undefined {
  const made = [...held].filter(([place]) => place.startsWith(`${MADE}.`));
  if (made.length === 0 || containers.has(MADE)) return undefined;
  const standing = (entry: string) =>
    made.filter(([place, { value }]) => leaves.get(place.replace(MADE, entry)) === value).length;
  return [...containers].filter((one) =>
    leaves.get(`${one}.${FOUND_BY.key}`) === FOUND_BY.value &&
    ![...held.keys()].some((place) => isBelow(place, one))
  ).sort((a, b) => standing(b) - standing(a))[0];
}

/** What is remembered, with another name for an entry. */
export function renamed(
  held: ReadonlyMap<string, Held>,
  from: string,
  to: string,
): Map<string, Held> {
  const name = (place: string) =>
    place === from || isBelow(place, from) ? to + place.slice(from.length) : place;
  return new Map(
    [...held].map(([place, claim]) => [name(place), { ...claim, made: claim.made.map(name) }]),
  );
}

/**
 * Whether a value of ours stands in an entry that we do not remember, and was remembered in one that is
 * gone, for which the other is not taken by the rule above: so it is when an older copy is put back.
 * Such entries may still have something in common, or be the last ones left, and then the claims are
 * found again; rules that know an entry by its name alone cannot tell. Either way the value is ours,
 * or equal to what we wrote.
 */
export function isUntold(
  { leaves, containers }: Tree,
  held: ReadonlyMap<string, Held>,
): boolean {
  const entryOf = (place: string) => /^models\[[^\]]*\]/.exec(place)?.[0];
  const known = new Set([...held.keys()].map(entryOf));
  const fresh = [...containers].filter((one) => entryOf(one) === one && !known.has(one));
  return [...held].some(([place, { value }]) => {
    const entry = entryOf(place);
    if (entry === undefined || containers.has(entry)) return false;
    return fresh.some((one) =>
      leaves.get(one + place.slice(entry.length)) === value &&
      (entry !== MADE || leaves.get(`${one}.${FOUND_BY.key}`) !== FOUND_BY.value)
    );
  });
}

/** Containers that exist only because of us: those that still hold something of ours know best. */
export function madeIn(tree: Tree, held: ReadonlyMap<string, Held>): Set<string> {
  const live = [...held].filter(([place, { value }]) => tree.leaves.get(place) === value);
  const made = new Set(live.flatMap(([, claim]) => claim.made));
  const around = new Set(live.flatMap(([place]) => containersOf(place)));
  for (const [, claim] of held) {
    for (const one of claim.made) {
      if (one !== "" && !around.has(one) && tree.containers.has(one)) made.add(one);
    }
  }
  return made;
}

/** The containers on the way to a place, outermost first: the root, tables, lists and entries. */
export function containersOf(place: string): string[] {
  return ["", ...[...place.matchAll(/[.[]/g)].map((match) => place.slice(0, match.index))];
}

/** Whether a place lies in a container. */
export function isBelow(place: string, container: string): boolean {
  if (container === "") return place !== "";
  return place.startsWith(`${container}.`) || place.startsWith(`${container}[`);
}
