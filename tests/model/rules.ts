/**
 * What must be true after a run, in a few plain rules, without texts: a config is its leaves and
 * containers by place (`nested.inner.a`, `providers[ours].base`), and a value is its JSON.
 *
 * It is written from the design and shares no code with the program.
 */
import {
  chosen,
  containersOf,
  type Held,
  isBelow,
  isBlank,
  madeIn,
  type Memory,
  ownersIn,
  type Texts,
  type Tree,
  type Turn,
} from "./memory.ts";

/** Where a provider's values go. */
export interface Patch {
  readonly file: string;
  /** By place: the JSON of the value, with tokens. */
  readonly wants: ReadonlyMap<string, string>;
}

/** What a sidecar says that a provider wrote into a file. */
export interface Note {
  readonly provider: string;
  readonly values: ReadonlyMap<string, string>;
  /** The containers that came with the values. */
  readonly made: readonly string[];
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
  readonly patches: ReadonlyMap<string, Patch | undefined>;
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
  /** What was done, as `apply p updated overrode: mine`; what did nothing says nothing. */
  readonly rows: readonly string[];
  /** Whether something was recognised as ours that we did not remember: then bytes are not known. */
  readonly healed: boolean;
  /** Whether a memory was set aside, as its text is away, or taken up again with it. */
  readonly turn: Turn;
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
    const target = patches.get(name)?.file;
    if (target !== undefined) files.add(target);
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
  const held = new Map(known?.held);
  const made = madeIn(tree, held);
  const ours: Ours = { held, made };
  const wantsOf = (name: string) => {
    const patch = patches.get(name);
    return patch?.file === file ? [...patch.wants] : [];
  };
  const isLive = (place: string) => tree.leaves.get(place) === held.get(place)?.value;

  const isVaults = (template: string, place: string) =>
    template.includes("{vault_") &&
    [address, ...defaults].some((one) => filled(template, one) === tree.leaves.get(place));

  const all = new Set([...apply, ...disable]);

  // 1. What is ours though we do not remember it.
  let healed = false;
  const remembered = new Set([...held.values()].flatMap(({ owners }) => owners));
  for (const note of situation.notes.get(file) ?? []) {
    // Only who is here in this run is believed, and who leaves where nobody is remembered.
    const here = all.has(note.provider) &&
      (patches.get(note.provider)?.file === file || ownersIn(memory).has(note.provider));
    if (remembered.has(note.provider)) continue;
    if (!here && (situation.stated.has(file) || !disable.includes(note.provider))) continue;
    const live = [...note.values].filter(([place, value]) => tree.leaves.get(place) === value);
    for (const [place, value] of live) {
      healed = true;
      if (known?.held.has(place)) continue;
      const owners = join(held.get(place)?.owners ?? [], [note.provider]);
      held.set(place, { value, owners, made: [] });
    }
    // Where we remember something in a list, we also remember what of it we made.
    const [list] = note.made;
    const remembersList = [...known?.held.keys() ?? []].some((place) =>
      list !== undefined && place.startsWith(`${list}[`)
    );
    if (live.length === 0 || remembersList) continue;
    for (const container of note.made) made.add(container);
  }
  const isRecorded = memory === undefined && held.size > 0;
  for (const name of [...disable, ...apply]) {
    for (const [place, template] of wantsOf(name)) {
      const certain = known?.held.get(place)?.value;
      if (certain !== undefined && certain === tree.leaves.get(place)) continue;
      if (!isVaults(template, place)) continue;
      const value = tree.leaves.get(place) ?? "";
      healed = true;
      // What another program has moved to another address keeps the user's former text.
      const claim = held.get(place);
      const owners = join(claim?.owners ?? [], [name]);
      held.set(place, { made: [], ...claim, value, owners });
      for (const one of claim?.made ?? []) made.add(one);
    }
  }
  const began = isBlank(situation.texts.get(file))
    ? true
    : known === undefined
    ? isRecorded
    : known.began && (
      !apply.some((name) => wantsOf(name).length > 0) || [...held.keys()].some(isLive) ||
      // So another program empties YAML.
      situation.texts.get(file)?.trim() === "{}"
    );
  const stayers = [...known?.held ?? [], ...held].map(([place, { value, owners }]) => ({
    place,
    value,
    owners: owners.filter((owner) => !all.has(owner)),
  }));

  // 2. Owners go; whose last owner goes is given back.
  const giveBack = (leaving: ReadonlyMap<string, readonly string[]>) => {
    const told: { place: string; leavers: readonly string[]; how: string }[] = [];
    const empty = new Set([...made].filter((one) => isEmptyIn(tree, one)));
    for (const [place, leavers] of leaving) {
      const claim = held.get(place);
      if (claim === undefined) continue;
      const owners = claim.owners.filter((owner) => !leavers.includes(owner));
      if (owners.length > 0) {
        held.set(place, { ...claim, owners });
        told.push({ place, leavers, how: tree.leaves.has(place) ? "kept" : "gone" });
        continue;
      }
      const live = isLive(place);
      const how = !live
        ? tree.leaves.has(place) ? "kept" : "gone"
        : claim.former === undefined
        ? "removed"
        : "restored";
      if (how === "removed") tree.leaves.delete(place);
      if (how === "restored" && claim.former !== undefined) tree.leaves.set(place, claim.former);
      held.delete(place);
      told.push({ place, leavers: claim.owners, how });
    }
    if (leaving.size > 0) dropEmpty(tree, ours, empty);
    return told;
  };
  const rows: string[] = [];
  const given1 = giveBack(
    new Map([...held].flatMap(([place, { owners }]) => {
      const leavers = owners.filter((owner) => disable.includes(owner));
      return leavers.length === 0 ? [] : [[place, leavers]];
    })),
  );
  for (const name of disable) {
    for (const [place, template] of wantsOf(name)) {
      const told = given1.find((one) => one.place === place && one.how === "restored");
      if (told === undefined || !isVaults(template, place)) continue;
      // The former value was a vault's address itself.
      tree.leaves.delete(place);
      told.how = "removed";
    }
  }
  for (const name of disable) {
    const own = given1.filter(({ leavers }) => leavers.includes(name)).map(({ how }) => how);
    const how = ["restored", "removed", "kept", "gone"].find((one) => own.includes(one));
    if (how !== undefined) rows.push(`disable ${name} ${how}`);
  }

  // A container in which nothing of ours stands, and something has to, may be the user's by now.
  const wanted = new Set(apply.flatMap((name) => wantsOf(name).map(([place]) => place)));
  for (const container of made) {
    const inside = (place: string) => isBelow(place, container);
    if (![...wanted].some(inside)) continue;
    if (![...held.keys()].some((place) => inside(place) && isLive(place))) made.delete(container);
  }

  // 3. What a patch does not want any more.
  const given2 = giveBack(
    new Map([...held].flatMap(([place, { owners }]) => {
      const leavers = owners.filter((owner) =>
        apply.includes(owner) && !wantsOf(owner).some(([wanted]) => wanted === place)
      );
      return leavers.length === 0 ? [] : [[place, leavers]];
    })),
  );

  // 4. What the patches want.
  const wishes = new Map<string, Held>();
  const changes = new Map<string, string[]>();
  for (const place of wanted) if (held.has(place) && !isLive(place)) held.delete(place);
  const backs = new Map<string, string[]>();
  for (const name of apply) {
    const edits: string[] = [];
    backs.set(name, given2.filter(({ leavers }) => leavers.includes(name)).map(({ how }) => how));
    for (const [place, template] of wantsOf(name)) {
      const value = filled(template, address);
      const live = tree.leaves.get(place);
      const claim = held.get(place);
      const earlier = wishes.get(place);
      if (live === value && claim === undefined && earlier === undefined) continue;
      const stay = stayers.filter((one) => one.place === place && one.value === value);
      const owners = join(earlier?.owners ?? [], [name, ...stay.flatMap((one) => one.owners)]);
      const former = claim === undefined ? live : claim.former;
      const wish = { value, owners, made: claim?.made ?? [] };
      wishes.set(place, former === undefined ? wish : { ...wish, former });
      if (live === value) continue;
      edits.push(claim === undefined && live !== undefined ? place : "");
    }
    changes.set(name, edits);
  }
  for (const [place, wish] of wishes) {
    held.set(place, wish);
    tree.leaves.set(place, wish.value);
    for (const container of containersOf(place)) {
      if (!tree.containers.has(container)) made.add(container);
      tree.containers.add(container);
    }
  }
  for (const [name, edits] of changes) {
    const back = ["restored", "removed"].find((how) => backs.get(name)?.includes(how));
    if (edits.length === 0 && back === undefined) continue;
    const overrode = edits.filter((place) => place !== "").sort();
    const how = edits.length === 0 ? back : given === undefined ? "created" : "updated";
    rows.push([`apply ${name} ${how}`, ...overrode].join(" "));
  }
  for (const [place, claim] of held) {
    if (claim.owners.length === 0) held.delete(place);
    else if (isLive(place)) {
      held.set(place, { ...claim, made: containersOf(place).filter((one) => made.has(one)) });
    }
  }
  const now: Memory = {
    held,
    began: began && held.size > 0,
    written: known?.written,
    // Those who leave may get theirs back with the text that is away.
    aside,
  };
  return { tree, memory: now, rows, healed, turn };
}

/** What is ours in a text, while a run is at work. */
interface Ours {
  readonly held: Map<string, Held>;
  /** Containers that exist only because of us. */
  readonly made: Set<string>;
}

/**
 * What we made goes once nothing is in it, and is forgotten once nothing of ours is. What was empty
 * before waits for those who had something in it: it may be the user's by now.
 */
function dropEmpty(tree: Tree, { held, made }: Ours, empty: ReadonlySet<string>): void {
  for (const container of [...made].sort((a, b) => b.length - a.length)) {
    const isHeld = [...held.keys()].some((place) => isBelow(place, container));
    if (isEmptyIn(tree, container) && !(isHeld && empty.has(container))) {
      tree.containers.delete(container);
    }
    if (!tree.containers.has(container) || !isHeld) made.delete(container);
  }
}

function isEmptyIn({ leaves, containers }: Tree, container: string): boolean {
  return ![...leaves.keys(), ...containers].some((place) => isBelow(place, container));
}

function filled(template: string, { url, socket }: Address): string {
  return template.replaceAll("{vault_url}", url).replaceAll("{vault_socket}", socket);
}

function join(owners: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...owners, ...more])].sort();
}
