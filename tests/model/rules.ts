/**
 * What must be true after a run, in a few plain rules, without texts: a config is its leaves and
 * containers by place (`nested.inner.a`, `providers[ours].base`), and a value is its JSON.
 *
 * It is written from the design and shares no code with the program.
 */
import { type Ended, giveBack, homeOf, isEmptyIn, isLive, type Ours } from "./leaving.ts";
import {
  chosen,
  containersOf,
  foundAgain,
  type Held,
  isBelow,
  isBlank,
  isUntold,
  type Kind,
  madeIn,
  type Memory,
  ownersIn,
  renamed,
  standIn,
  type Texts,
  type Tree,
  type Turn,
} from "./memory.ts";
import { FOUND_BY, MADE, meant, type Want } from "./wants.ts";

/** What a provider wants in one file. */
export interface Patch {
  readonly file: string;
  readonly wants: readonly Want[];
}

/** What a sidecar says that a provider wrote into a file. */
export interface Note {
  readonly provider: string;
  /** The JSON of each value, by the place where it was wanted. */
  readonly values: ReadonlyMap<string, string>;
  /** Whether the entry came with the values. */
  readonly created: boolean;
}

/** Where the vault is. */
export interface Address {
  readonly url: string;
  readonly socket: string;
}

/** Everything that a run depends on. */
export interface Situation extends Texts {
  /** The files that hold a text after the run. */
  readonly filled: ReadonlySet<string>;
  readonly memories: ReadonlyMap<string, Memory>;
  /** The sidecars' records, by file. */
  readonly notes: ReadonlyMap<string, readonly Note[]>;
  readonly patches: ReadonlyMap<string, readonly Patch[]>;
  /** The providers that have left the roster: files with something of theirs are always looked at. */
  readonly strangers: ReadonlySet<string>;
  /** The files that our record knows, work that was only announced aside. */
  readonly stated: ReadonlySet<string>;
  /** The files at which a run that died was at work. */
  readonly pending: readonly string[];
  readonly apply: readonly string[];
  readonly disable: readonly string[];
  readonly address: Address;
  /** The defaults of the transports. */
  readonly defaults: readonly Address[];
}

/** What must have become of one file. */
export interface Outcome {
  readonly tree: Tree;
  readonly memory: Memory;
  /** What was done, as `apply p updated`, with the places that were overridden. */
  readonly rows: readonly (readonly string[])[];
  /**
   * Whether bytes are not known from now on: something was recognised as ours that we did not
   * remember, or a default has become the user's.
   */
  readonly isLoose: boolean;
  /** Whether a memory was set aside, as its text is away, or taken up again with it. */
  readonly turn: Turn;
  /** Whether these rules cannot tell what is ours; then nothing else here counts. */
  readonly isUntold: boolean;
}

/** The files that a run looks at, and what must have become of each. */
export function outcomesOf(situation: Situation): Map<string, Outcome> {
  return new Map(
    [...filesOf(situation)].sort().map((file) => [file, outcomeOf(situation, file)]),
  );
}

function filesOf(
  { patches, strangers, memories, notes, pending, apply, disable }: Situation,
): Set<string> {
  const files = new Set(pending);
  for (const [file, memory] of memories) {
    if (!ownersIn(memory).isDisjointFrom(strangers)) files.add(file);
  }
  for (const name of [...apply, ...disable]) {
    for (const { file } of patches.get(name) ?? []) files.add(file);
    for (const [file, memory] of memories) if (ownersIn(memory).has(name)) files.add(file);
  }
  // Those who leave are looked for in the sidecars of these files' directories as well.
  const dirs = new Set([...files].map((file) => file.replace(/[^/]*$/, "")));
  for (const [file, list] of notes) {
    if (memories.has(file) || !dirs.has(file.replace(/[^/]*$/, ""))) continue;
    if (list.some((note) => disable.includes(note.provider))) files.add(file);
  }
  return files;
}

function outcomeOf(situation: Situation, file: string): Outcome {
  const { apply, disable, address, defaults, patches } = situation;
  const given = situation.trees.get(file);
  const tree: Tree = {
    leaves: new Map(given?.leaves),
    containers: new Set(given?.containers),
  };
  const memory = situation.memories.get(file);
  const { known, aside, turn } = chosen(situation, file, memory);
  const stand = standIn(tree, known?.held ?? new Map());
  const before = foundAgain(tree, known?.held ?? new Map());
  const held = new Map(before);
  const made = madeIn(tree, held);
  const ours: Ours = { tree, held, made };
  const wantsOf = (name: string) =>
    patches.get(name)?.find((patch) => patch.file === file)?.wants ?? [];
  const routesOf = (name: string) => wantsOf(name).filter(({ kind }) => kind !== "default");

  const isVaults = (template: string, place: string) =>
    template.includes("{vault_") &&
    [address, ...defaults].some((one) => filled(template, one) === tree.leaves.get(place));

  const all = new Set([...apply, ...disable]);

  // 1. What is ours though we do not remember it.
  let isLoose = false;
  const remembered = new Set([...held.values()].flatMap(({ owners }) => owners));
  for (const note of situation.notes.get(file) ?? []) {
    // Only who is here in this run is believed, and who leaves where nobody is remembered.
    const here = all.has(note.provider) &&
      (wantsOf(note.provider).length > 0 || ownersIn(memory).has(note.provider));
    if (remembered.has(note.provider)) continue;
    if (!here && (situation.stated.has(file) || !disable.includes(note.provider))) continue;
    const live = [...note.values].flatMap(([place, value]) =>
      meant(tree, place).filter((one) => tree.leaves.get(one) === value)
    );
    for (const place of live) {
      isLoose = true;
      if (before.has(place)) continue;
      const value = tree.leaves.get(place) ?? "";
      const owners = join(held.get(place)?.owners ?? [], [note.provider]);
      held.set(place, { kind: "set", value, owners, made: [] });
    }
    if (!note.created) continue;
    for (const [, list = "", entry = ""] of live.map(containersOf)) {
      // Where we remember something in a list, we also remember what of it we made.
      if ([...before.keys()].some((place) => place.startsWith(`${list}[`))) continue;
      made.add(list).add(entry);
    }
  }
  const isRecorded = memory === undefined && held.size > 0;
  for (const name of [...disable, ...apply]) {
    for (const { place: wanted, template, kind } of routesOf(name)) {
      for (const place of meant(tree, wanted)) {
        const certain = before.get(place)?.value;
        if (certain !== undefined && certain === tree.leaves.get(place)) continue;
        const value = tree.leaves.get(place) ?? "";
        if (!isVaults(template, place)) continue;
        isLoose = true;
        // What another program has moved to another address keeps the user's former text.
        const claim = held.get(place);
        const owners = join(claim?.owners ?? [], [name]);
        held.set(place, { made: [], kind, ...claim, value, owners });
        for (const one of claim?.made ?? []) made.add(one);
      }
    }
  }
  const began = isBlank(situation.texts.get(file))
    ? true
    : known === undefined
    ? isRecorded
    : known.began && (
      !apply.some((name) => wantsOf(name).length > 0) ||
      [...held.keys()].some((place) => isLive(ours, place)) ||
      // So another program empties YAML.
      situation.texts.get(file)?.trim() === "{}"
    );
  const stayers = [...before, ...held].map(([place, { value, owners }]) => ({
    place,
    value,
    owners: owners.filter((owner) => !all.has(owner)),
  }));

  // 2. Owners go; whose last owner goes is given back.
  const rows: string[][] = [];
  const first = giveBack(
    ours,
    new Map([...held].flatMap(([place, { owners }]) => {
      const leavers = owners.filter((owner) => disable.includes(owner));
      return leavers.length === 0 ? [] : [[place, leavers]];
    })),
  );
  const removed = new Set<Ended>();
  for (const name of disable) {
    for (const { place: wanted, template } of routesOf(name)) {
      const places = meant(tree, wanted);
      for (const end of first.ends) {
        if (end.how !== "restored" || !places.includes(end.place)) continue;
        if (!isVaults(template, end.place)) continue;
        // The former value was a vault's address itself.
        isLoose = true;
        tree.leaves.delete(end.place);
        if (isEmptyIn(tree, "")) tree.containers.delete("");
        removed.add(end);
      }
    }
  }
  for (const name of disable) {
    const own = first.ends.filter(({ leavers }) => leavers.includes(name)).map((end) =>
      removed.has(end) ? "removed" : end.how
    );
    const how = (["restored", "removed", "kept", "gone"] as const).find((one) => own.includes(one));
    if (how !== undefined) rows.push([`disable ${name} ${how}`]);
  }

  // A container in which nothing of ours stands, and something has to, may be the user's by now.
  const needed = apply.flatMap((name) => routesOf(name).flatMap(({ place }) => meant(tree, place)));
  for (const container of made) {
    const inside = (place: string) => isBelow(place, container);
    if (!needed.some(inside)) continue;
    if (![...held.keys()].some((place) => inside(place) && isLive(ours, place))) {
      made.delete(container);
    }
  }

  // 3. What a patch does not want any more: its value, and what came along where no other routes.
  const unwanted = new Map<string, readonly string[]>();
  for (const [place, { kind, owners }] of held) {
    const leavers = owners.filter((owner) =>
      apply.includes(owner) &&
      !routesOf(owner).some((want) => meant(tree, want.place, made).includes(place))
    );
    if (kind !== "default" && leavers.length > 0) unwanted.set(place, leavers);
  }
  for (const [place, { kind, owners }] of held) {
    const home = homeOf(ours, place);
    if (kind !== "default" || home === undefined) continue;
    const leavers = owners.filter((owner) => apply.includes(owner));
    const routes = [...held].filter(([other, claim]) =>
      claim.kind === "set" && isBelow(other, home)
    );
    const isLeft = routes.length > 0 && routes.every(([other]) => unwanted.has(other));
    if (isLeft && leavers.length > 0) unwanted.set(place, leavers);
  }
  const second = giveBack(ours, unwanted);

  // What does not stand any more is claimed anew.
  const routes = apply.flatMap((name) =>
    routesOf(name).flatMap(({ place }) => meant(tree, place, made))
  );
  for (const [place, { owners }] of held) {
    const isAsked = routes.includes(place) || owners.some((owner) => apply.includes(owner));
    if (isAsked && !isLive(ours, place)) held.delete(place);
  }

  // 4. What the patches want: what can create, then what is needed beside that, then `each`.
  const edits = new Map(apply.map((name) => [name, [] as string[]]));
  const standing = new Set(tree.containers);
  const put = (kind: Kind) => {
    const wishes = new Map<string, Held>();
    for (const name of apply) {
      for (const want of wantsOf(name).filter((one) => one.kind === kind)) {
        for (const place of meant(tree, want.place, made)) {
          const wish = kind === "default"
            ? beside(name, want, place)
            : wished(name, want, place, wishes.get(place));
          if (wish !== undefined && !(kind === "default" && wishes.has(place))) {
            wishes.set(place, wish);
          }
        }
      }
    }
    for (const [place, wish] of wishes) write(ours, place, wish);
  };
  const wished = (
    name: string,
    { template, kind }: Want,
    place: string,
    earlier: Held | undefined,
  ): Held | undefined => {
    const value = filled(template, address);
    const live = tree.leaves.get(place);
    const claim = held.get(place);
    // What the user has written so already stays the user's.
    if (live === value && claim === undefined && earlier === undefined) return undefined;
    if (live !== value) {
      edits.get(name)?.push(claim === undefined && live !== undefined ? place : "");
    }
    const stay = stayers.filter((one) => one.place === place && one.value === value);
    const owners = join(earlier?.owners ?? [], [name, ...stay.flatMap((one) => one.owners)]);
    const former = claim === undefined ? live : claim.former;
    const wish = {
      kind,
      value,
      owners,
      made: claim?.made ?? [],
      written: writtenWith(claim, value),
    };
    return former === undefined ? wish : { ...wish, former };
  };
  /** A default is written into what this run has created, and nowhere else. */
  const beside = (name: string, { template, kind }: Want, place: string): Held | undefined => {
    const around = containersOf(place);
    const inner = around.findLast((one) => tree.containers.has(one));
    const isNew = inner === undefined || !standing.has(inner);
    const isThere = tree.leaves.has(place) || tree.containers.has(place);
    const isLost = around.some((one) => one.endsWith("]") && !tree.containers.has(one));
    if (!isNew || isThere || isLost) return undefined;
    return { kind, value: template, owners: [name], made: [] };
  };
  put("set");
  put("default");
  put("each");
  for (const name of apply) {
    const own = edits.get(name) ?? [];
    const back = (["restored", "removed"] as const).find((how) =>
      second.ends.some((end) => end.how === how && end.leavers.includes(name))
    );
    if (own.length === 0 && back === undefined) continue;
    const overrode = own.filter((place) => place !== "");
    const how = own.length === 0 ? back : given === undefined ? "created" : "updated";
    rows.push([`apply ${name} ${how}`, ...overrode]);
  }
  for (const [place, claim] of held) {
    if (claim.owners.length === 0) held.delete(place);
    else if (isLive(ours, place)) {
      held.set(place, { ...claim, made: containersOf(place).filter((one) => made.has(one)) });
    }
  }
  // An entry in which nothing of ours stands is not remembered for the one that is gone.
  const isOurs = [...held.keys()].some((place) =>
    stand !== undefined && isBelow(place, stand) && isLive(ours, place)
  );
  const now: Memory = {
    held: stand === undefined || isOurs ? held : renamed(held, stand, MADE),
    began: began && held.size > 0,
    written: known?.written,
    // Those who leave may get theirs back with the text that is away.
    aside,
  };
  const lefts = [...first.lefts, ...second.lefts];
  return {
    ...{ tree, memory: now, rows, isLoose: isLoose || lefts.length > 0, turn },
    isUntold: given !== undefined && known !== undefined && isUntold(given, known.held),
  };
}

/** What we have put at a place, once a value is put there: a backup may bring it back. */
function writtenWith(claim: Held | undefined, value: string): readonly string[] {
  return [value, ...(claim?.written ?? []).filter((one) => one !== value)].slice(0, 5);
}

/** A value is written, with what has to be around it. */
function write({ tree, held, made }: Ours, place: string, wish: Held): void {
  held.set(place, wish);
  tree.leaves.set(place, wish.value);
  for (const container of containersOf(place)) {
    if (tree.containers.has(container)) continue;
    made.add(container);
    tree.containers.add(container);
    if (container === MADE) tree.leaves.set(`${MADE}.${FOUND_BY.key}`, FOUND_BY.value);
  }
}

function filled(template: string, { url, socket }: Address): string {
  return template.replaceAll("{vault_url}", url).replaceAll("{vault_socket}", socket);
}

function join(owners: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...owners, ...more])].sort();
}
