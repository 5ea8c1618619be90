/** What is compared after a run: files, reports, our record and the sidecars, read by themselves. */
import assert from "node:assert/strict";
import type { FormatHandler } from "../../formats/mod.ts";
import type { Claim } from "../../ownership/claims.ts";
import { findPlaces } from "../../ownership/places.ts";
import type { Report } from "../../ownership/report.ts";
import { NO_STATE, parseState, printState, type State } from "../../reconcile/state.ts";
import { placeIn, type Stage, treeOf } from "./cast.ts";
import { isBlank, type Kind, type Memory, type Tree } from "./memory.ts";
import type { Note, Outcome } from "./rules.ts";
import { holdsAddress } from "./steps.ts";
import type { Readable } from "./users.ts";
import { meant } from "./wants.ts";

/** A file is what the rules say, with all that the user wrote. */
export function assertFile(
  stage: Stage,
  file: string,
  { before, after: text, expected }: {
    readonly before: string | undefined;
    readonly after: string | undefined;
    readonly expected: Outcome | undefined;
  },
): void {
  if (expected === undefined) {
    assert.equal(text, before, "a file that the run is not about stays");
    return;
  }
  const { leaves, containers } = treeOf(stage, text ?? "");
  const sorted = (items: Iterable<unknown>) => [...items].sort();
  assert.deepEqual(sorted(leaves), sorted(expected.tree.leaves), `the values of ${file}`);
  assert.deepEqual(
    sorted(containers),
    sorted(expected.tree.containers),
    `the containers of ${file}`,
  );
  if (stage.isStrict?.(before ?? "") === true && text !== undefined) {
    assert.equal(stage.isStrict(text), true, `${file} stays strict`);
  }
  assert.deepEqual(commentsIn(text), commentsIn(before), `the comments of ${file}`);
  assert.deepEqual(usersLines(text), usersLines(before), `the user's lines of ${file}`);
}

/** A claim, as the rules and the state have it. */
interface Remembered {
  readonly place: string;
  readonly kind: Kind;
  readonly value: string;
  readonly owners: readonly string[];
  readonly overrode: boolean;
}

/** What we remember is what the rules say, and is read as it was written. */
export function assertMemory(
  { stage, handler }: { readonly stage: Stage; readonly handler: FormatHandler },
  text: string | undefined,
  memories: ReadonlyMap<string, Memory>,
  files: Iterable<string>,
  textOf: (file: string) => string | undefined,
): void {
  // In the other files, nobody has looked yet where our values are by now.
  const only = new Set(files);
  const state = stateIn(text);
  if (text !== undefined) assert.equal(printState(state), text);
  assert.equal(state.pending === undefined, true, "nothing is pending");
  // What no longer stands is kept for its owners; an entry that is gone may have left several.
  const standing = (claims: readonly Remembered[], { leaves }: Tree) => {
    const byPlace = new Map<string, Remembered>();
    for (const one of claims.filter(({ place, value }) => leaves.get(place) === value)) {
      const owners = [...one.owners, ...byPlace.get(one.place)?.owners ?? []];
      byPlace.set(one.place, { ...one, owners: [...new Set(owners)].sort() });
    }
    return [...byPlace.values()].sort((a, b) => a.place < b.place ? -1 : 1);
  };
  // What is remembered of a container matters only while it is there, and something of ours in it.
  const told = (
    rows: Iterable<readonly [string, readonly (Remembered & { made: readonly string[] })[]]>,
  ) =>
    [...rows].filter(([file]) => only.has(file)).flatMap(([file, claims]) => {
      const tree = treeOf(stage, textOf(file) ?? "");
      const live = claims.filter(({ place, value }) => tree.leaves.get(place) === value);
      const made = new Set(live.flatMap((claim) => claim.made));
      const all = standing(claims.map(({ made: _, ...claim }) => claim), tree);
      return all.length === 0 ? [] : [[file, all, [...made].sort()]];
    }).sort();
  // Where the entries are is told by the program's own pairing: the values in them tell on it.
  const shown = [...state.files].map(([file, { claims }]) => {
    // Who has left is kept in mind as long as an address stands in the file that nobody holds. Where
    // an older copy is put back then, theirs is theirs again.
    const isKnown = ({ place, value }: Remembered) =>
      !holdsAddress(value) || memories.get(file)?.held.has(place) === true;
    const text = textOf(file);
    const tree = isBlank(text) ? {} : stage.read(text ?? "");
    const root = handler.parse(isBlank(text) ? handler.blank : text ?? "").value;
    const all = findPlaces(root, claims).flatMap((claim) => remembered(claim, tree));
    return [file, all.filter(isKnown)] as const;
  });
  const wanted = [...memories].map(([file, { held }]) =>
    [
      file,
      [...held].map(([place, { kind, value, owners, former, made }]) => (
        { place, kind, value, owners, overrode: former !== undefined, made }
      )),
    ] as const
  );
  assert.deepEqual(told(shown), told(wanted), "what is remembered");
}

/** What is set aside is what the rules say; after a crash, it is where the work was announced. */
export function assertAside(
  text: string | undefined,
  memories: ReadonlyMap<string, Memory>,
  only: readonly string[],
): void {
  const state = stateIn(text);
  const files = new Map([...state.files, ...state.pending?.files ?? []]);
  const shown = [...files].flatMap(([file, known]) =>
    known === undefined || known.aside.length === 0 ? [] : [file]
  );
  const wanted = [...memories].flatMap(([file, { aside }]) => aside === undefined ? [] : [file]);
  const told = (names: readonly string[]) => names.filter((name) => only.includes(name)).sort();
  assert.deepEqual(told(shown), told(wanted), "what is set aside");
}

function stateIn(text: string | undefined): State {
  return text === undefined ? NO_STATE : parseState(text);
}

function remembered(
  { at, kind, value, owners, text, created }: Claim,
  tree: unknown,
): (Remembered & { readonly made: readonly string[] })[] {
  if (at === undefined) return [];
  const place = (length?: number) => placeIn(at.slice(0, length) as (string | number)[], tree);
  return [{
    place: place(),
    kind,
    value: JSON.stringify(value, (_, item) => typeof item === "bigint" ? Number(item) : item),
    owners,
    overrode: text?.overrode === true,
    made: created.map(place),
  }];
}

/** A sidecar says what we remember of a file, as far as the reference knows of such values. */
export function assertSidecar(
  file: string,
  notes: readonly Note[],
  memory: Memory | undefined,
  tree: Tree,
): void {
  // What does not stand any more is kept as long as its address stands where it was moved.
  const stands = (place: string, value: string) =>
    meant(tree, place.replace("[kind=x]", "[*]")).some((one) => tree.leaves.get(one) === value);
  const said = notes.flatMap(({ provider, values }) =>
    [...values].filter(([place, value]) => stands(place, value))
      .map(([place, value]) => `${provider} ${place} ${value}`)
  );
  const held = [...memory?.held ?? []]
    .filter(([place, { kind, value }]) => kind === "set" && stands(place, value))
    .flatMap(([place, { value, owners }]) =>
      // One record stands for all entries that matched.
      owners.map((owner) => `${owner} ${place.replace(/^models\[.*\]/, "models[kind=x]")} ${value}`)
    );
  assert.deepEqual(said.sort(), [...new Set(held)].sort(), `the sidecar on ${file}`);
}

interface SidecarJson {
  readonly table?: string;
  readonly match?: Readonly<Record<string, unknown>>;
  readonly created?: boolean;
  readonly values?: unknown;
}

/** What a sidecar says of one file. */
export function notesIn(stage: Stage, sidecar: string | undefined, name: string): Note[] {
  const notes: Note[] = [];
  const entry = parsed(sidecar)?.files?.[name];
  for (const [provider, records] of Object.entries(entry?.providers ?? {})) {
    for (const record of Array.isArray(records) ? records : []) {
      const { table, values, created, match }: SidecarJson = record;
      if (values === undefined) continue;
      const [[key, value] = []] = Object.entries(match ?? {});
      const entry = key === "name" ? value : `${key}=${value}`;
      const prefix = table === undefined ? "" : `${table}[${entry}].`;
      const { leaves } = treeOf({ ...stage, read: () => values }, "any text");
      const places = new Map([...leaves].map(([place, json]) => [prefix + place, json]));
      notes.push({ provider, values: places, created: created === true });
    }
  }
  return notes;
}

/** A sidecar or a state as it is, if it is anything. */
export function parsed(text: string | undefined): Readable | undefined {
  try {
    return JSON.parse(text ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** The providers that were declined; no other failure may be. */
export function declinedIn({ providers }: Report): Set<string> {
  const errors = providers.flatMap(({ error }) => error === undefined ? [] : [error]);
  for (const error of errors) {
    if (["unsupported", "shape"].includes(error.code)) continue;
    throw new Error(`${error.provider}: ${error.code}: ${error.message}`, { cause: error });
  }
  return new Set(errors.flatMap(({ provider }) => provider ?? []));
}

/** The rows that say that something was done. */
export function rowsOf({ providers }: Report): string[] {
  return providers.filter(({ outcome }) => !["unchanged", "skipped"].includes(outcome)).map(
    ({ provider, action, file, outcome, edits }) => {
      const overrode = edits.filter((edit) => edit.overrode).map((edit) => placeOf(edit.path));
      return rowText([`${file} ${action} ${provider} ${outcome}`, ...overrode]);
    },
  );
}

/**
 * Whether a row tells of nothing new. What is set aside is told each time, as long as its text is away;
 * and so is a place that holds the user's value again, as long as an address of the vault stands in the
 * file, as in an older copy that was put back: the claim stays so that the address is named again.
 */
export function isToldAgain(row: string, textOf: (file: string) => string | undefined): boolean {
  const [file = "", action, , outcome] = row.split(" ");
  if (action !== "disable") return false;
  return outcome === "gone" || (outcome === "kept" && holdsAddress(textOf(file)));
}

/** A row, with its places in order; which of several entries each is of is not said. */
export function rowText([row = "", ...places]: readonly string[]): string {
  return [row, ...places.map((place) => place.replace(/^models\[.*\]/, "models[]")).sort()].join(
    " ",
  );
}

function placeOf(path: readonly unknown[]): string {
  return path.map((step, depth) => {
    if (typeof step === "string") return depth === 0 ? step : `.${step}`;
    return `[${(step as { readonly name?: string }).name ?? ""}]`;
  }).join("");
}

/** All comments in their order. */
function commentsIn(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/(?:#|\/\/) c\d+\b/g)].map(([comment]) => comment);
}

/**
 * The lines with a word of the user's and none of ours. A comma behind one may come and go; so may
 * blanks before it, where the file was indented anew since we wrote, and a comment behind it, which
 * stood in a line of ours.
 */
function usersLines(text: string | undefined): string[] {
  return (text ?? "").split("\n").map((line) =>
    line.replace(/(#|\/\/) c\d+/g, "").trim().replace(/,$/, "")
  ).filter((line) =>
    /\b(user|user_key|last|other|text|one|two)\b/.test(line) && !/[[\]{}]/.test(line) &&
    !/\b(url|mine|socket|own|a|b|base|key|extra|sock|more|second|deep|u|version|note|kind)\b/.test(
      line,
    )
  );
}

/** A text for a story. */
export function show(text: string | undefined): string {
  return text === undefined ? "(no file)" : JSON.stringify(text);
}
