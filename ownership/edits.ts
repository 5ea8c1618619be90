/**
 * A draft: one config file while edits are planned on it. Pure; every step is checked before it
 * counts.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../errors.ts";
import { checkEdit, without } from "../formats/check.ts";
import { applySplices } from "../formats/splice.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigRoot,
  ConfigValue,
  FormatHandler,
  ParseOptions,
  Put,
  Span,
  Splice,
} from "../formats/types.ts";
import {
  type ConcretePath,
  copyOf,
  isList,
  isTable,
  pathText,
  removeAt,
  resolve,
  resolveAll,
  sameValue,
  setAt,
  valueAt,
} from "../formats/value.ts";
import { type Claim, type ClaimText, containersOf, isVacant, pathKey } from "./claims.ts";

/** One file while it is planned. Immutable: each step gives the next draft. */
export interface Draft {
  /** The handler that reads and edits it. */
  readonly handler: FormatHandler;
  /** How it is read. */
  readonly parse: ParseOptions;
  /** The text as planned so far. */
  readonly document: ConfigDocument;
  /** Our claims in it, in the order in which they were written. */
  readonly claims: readonly Claim[];
  /** Containers that only exist because of us. */
  readonly created: readonly ConfigPath[];
}

/** A value to put, for a claim to be made or renewed. */
export interface Wish {
  /** The place. */
  readonly path: ConfigPath;
  /** The value. */
  readonly value: ConfigValue;
  /** The providers that will own it. */
  readonly owners: readonly string[];
}

/** Former text above this many bytes is refused: the state is no place for it. */
export const MAX_FORMER_TEXT: number = 64 * 1024;

/** Levels of a path and its value together; no format of ours reads fewer, and no config has more. */
export const MAX_LEVELS = 90;

/**
 * Puts values and claims them. A wish at a place that we hold already renews its claim: former text
 * and "we created this" are carried on.
 *
 * Wishes that do not depend on each other are put together, so that many cost few parses.
 *
 * @throws {ConfigPatchError} as `ConfigDocument.put` (with the provider), or `verification`.
 */
export function putAll(draft: Draft, wishes: readonly Wish[]): Draft {
  for (const wish of wishes) refuseDepth(wish);
  let rest = wishes;
  let together = true;
  while (rest.length > 0) {
    const { batch, later } = nextBatch(draft.document, rest, together);
    try {
      draft = putBatch(draft, batch);
      rest = later;
    } catch (error) {
      // Together they did not fit; one by one they may.
      if (batch.length === 1 || !isVerification(error)) throw error;
      together = false;
    }
  }
  return draft;
}

/**
 * Takes claims back: exactly, as if they had never been made, where their bytes still stand;
 * else by the smallest removal.
 *
 * The exact way rewinds every claim made since the first of them and puts those that stay again.
 * That is what makes any order of taking back end in the original bytes: the comma or header that
 * one claim brought along may by now carry another.
 *
 * @throws {ConfigPatchError} `unsupported` or `verification` where not even the smallest removal
 * can be done safely.
 */
export function takeBack(draft: Draft, leaving: ReadonlySet<Claim>): Draft {
  return dropVacant(rewind(draft, leaving) ?? removeLoosely(draft, leaving));
}

/** The live place that a claim is about: the first match that still holds our value. */
export function placeOf(document: ConfigDocument, claim: Claim): ConcretePath | undefined {
  return placesOf(document, claim)[0];
}

/** What recurses over a value would overflow; so its levels are counted without recursion. */
function refuseDepth(wish: Wish): void {
  let level: readonly ConfigValue[] = [wish.value];
  for (let depth = wish.path.length; depth <= MAX_LEVELS; depth++) {
    level = level.flatMap((value) =>
      isList(value) ? value : isTable(value) ? Object.values(value) : []
    );
    if (level.length === 0) return;
  }
  throw blame(
    new ConfigPatchError(
      "unsupported",
      `a value would be nested deeper than ${MAX_LEVELS} levels`,
      {
        remedy: "put a flatter value",
      },
    ),
    wish,
  );
}

interface Step {
  readonly wish: Wish;
  readonly put: Put;
}

function nextBatch(
  document: ConfigDocument,
  wishes: readonly Wish[],
  together: boolean,
): { batch: Step[]; later: Wish[] } {
  const batch: Step[] = [];
  const later: Wish[] = [];
  const taken = new Set<string>();
  for (const wish of wishes) {
    if (batch.length > 0 && !together) {
      later.push(wish);
      continue;
    }
    const keys = dependsOn(document.value, wish.path);
    if (keys.some((key) => taken.has(key))) {
      later.push(wish);
      continue;
    }
    for (const key of keys) taken.add(key);
    batch.push({ wish, put: putFor(document, wish) });
  }
  return { batch, later };
}

/**
 * What may be touched by one put of a batch only: the containers that it creates, and a container
 * whose first plain value it is, because the next one's layout follows the first.
 */
function dependsOn(root: ConfigRoot, path: ConfigPath): string[] {
  const { found, missing } = resolve(root, path);
  if (missing.length === 0) return [pathKey(found)];
  const parent = valueAt(root, found);
  const siblings = isTable(parent) ? Object.values(parent) : isList(parent) ? parent : [];
  const keys = missing.slice(1).map((_, depth) =>
    pathKey([...found, ...missing.slice(0, depth + 1)])
  );
  const settled = missing.length > 1
    ? siblings.length > 0
    : siblings.some((value) => !isTable(value) && !isList(value));
  if (!settled) keys.push(`first of ${pathKey(found)}`);
  return keys;
}

function putFor(document: ConfigDocument, wish: Wish): Put {
  try {
    requireTables(document, wish.path);
    return document.put(wish.path, wish.value);
  } catch (error) {
    throw blame(error, wish);
  }
}

/** A new entry belongs into a list of tables: a client would not expect it among anything else. */
function requireTables(document: ConfigDocument, path: ConfigPath): void {
  for (const [depth, step] of path.entries()) {
    if (typeof step !== "object") continue;
    const list = path.slice(0, depth);
    // One that is there already can stand among what it likes.
    if (valueAt(document.value, [...list, step]) !== undefined) continue;
    const items = valueAt(document.value, list);
    if (!isList(items) || items.every(isTable)) continue;
    const span = document.find(list)?.span;
    const what = `a list of other things than tables stands at ${pathText(list)}`;
    throw new ConfigPatchError("shape", what, {
      ...(span === undefined ? {} : locate(document.text, span.start)),
      remedy: "make every item of the list a table, or remove the list",
    });
  }
}

function putBatch(draft: Draft, batch: readonly Step[]): Draft {
  const { document, handler, parse } = draft;
  const splices = batch.map((step) => step.put).filter((put) => put.insert + put.remove !== "");
  const expected = copyOf(document.value);
  for (const { wish } of batch) setAt(expected, wish.path, copyOf(wish.value));
  let next = document;
  try {
    if (splices.length > 0) {
      next = checkEdit(handler, spliced(document.text, splices), expected, { parse });
    }
  } catch (error) {
    throw batch.length === 1 && batch[0] !== undefined ? blame(error, batch[0].wish) : error;
  }
  const claims = new Map(draft.claims.map((claim) => [pathKey(claim.path), claim]));
  const created = new Map(draft.created.map((path) => [pathKey(path), path]));
  for (const { wish, put } of batch) {
    const key = pathKey(wish.path);
    const held = claims.get(key);
    const text = held === undefined ? claimText(document, wish, put) : renewed(held, put);
    claims.set(key, { ...wish, ...(text === undefined ? {} : { text }) });
    for (const path of put.created) created.set(pathKey(path), path);
  }
  return { ...draft, document: next, claims: [...claims.values()], created: [...created.values()] };
}

function spliced(text: string, splices: readonly Splice[]): string {
  try {
    return applySplices(text, splices);
  } catch (cause) {
    throw new ConfigPatchError("verification", "the edits would overlap", { cause });
  }
}

function claimText(document: ConfigDocument, wish: Wish, put: Put): ClaimText {
  if (isLong(put.remove)) {
    const message = "the value that stands at our place is too long";
    const remedy = `shorten it below ${MAX_FORMER_TEXT} bytes, or take it out`;
    throw blame(new ConfigPatchError("too-large", message, { remedy }), wish);
  }
  return {
    insert: put.insert,
    remove: put.remove,
    value: put.value,
    overrode: document.find(wish.path) !== undefined,
    created: put.created,
  };
}

function isLong(text: string): boolean {
  // A UTF-16 code unit is three bytes at most.
  return text.length * 3 > MAX_FORMER_TEXT &&
    new TextEncoder().encode(text).length > MAX_FORMER_TEXT;
}

/** The bytes of a claim whose value was replaced in place. */
function renewed(held: Claim, put: Put): ClaimText | undefined {
  const { text } = held;
  if (text === undefined || put.insert + put.remove === "") return text;
  const { start, end } = text.value;
  if (text.insert.slice(start, end) !== put.remove) {
    // Somebody has respelled our value, or its surroundings, since we wrote it. What we know of the
    // surroundings is no use any more; the user's former text is.
    return { ...text, insert: put.insert, value: put.value };
  }
  const insert = text.insert.slice(0, start) + put.insert + text.insert.slice(end);
  return { ...text, insert, value: { start, end: start + put.insert.length } };
}

/** A claim found in the text: the region that its bytes cover, and the place of its value. */
interface Fit {
  readonly claim: Claim;
  readonly text: ClaimText;
  readonly start: number;
  readonly end: number;
  readonly place: ConcretePath;
}

function rewind(draft: Draft, leaving: ReadonlySet<Claim>): Draft | undefined {
  const from = draft.claims.findIndex((claim) => leaving.has(claim));
  if (from === -1) return draft;
  const tail = draft.claims.slice(from);
  const live = tail.filter((claim) =>
    (leaving.has(claim) || claim.text !== undefined) &&
    placeOf(draft.document, claim) !== undefined
  );
  const fits = fitAll(draft.document, live);
  if (fits.length < live.length) return undefined;
  try {
    const rewound = forget(undo(draft, fits), leaving);
    if (isLaxer(rewound, draft)) return undefined;
    const again = live.filter((claim) => !leaving.has(claim));
    return putAll(rewound, again.map(({ path, value, owners }) => ({ path, value, owners })));
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}

/** Removes claims that may no longer stand as we wrote them, leaving the others where they are. */
function removeLoosely(draft: Draft, leaving: ReadonlySet<Claim>): Draft {
  const claims = draft.claims.filter((claim) => leaving.has(claim));
  const fits = fitAll(draft.document, claims);
  let next = exactly(draft, () => undo(draft, fits)) ?? draft;
  for (const claim of claims.toReversed()) {
    if (!next.claims.includes(claim)) continue;
    const single = next;
    const fit = fitAll(single.document, [claim]);
    next = exactly(single, () => undo(single, fit)) ?? removeOne(single, claim);
  }
  return next;
}

/** An exact step, unless it fails its check or costs a strict text its strictness. */
function exactly(draft: Draft, step: () => Draft): Draft | undefined {
  try {
    const next = step();
    return next === draft || isLaxer(next, draft) ? undefined : next;
  } catch (error) {
    if (isVerification(error)) return undefined;
    throw error;
  }
}

function isLaxer({ document }: Draft, than: Draft): boolean {
  return document.isStrict === false && than.document.isStrict === true;
}

/** Takes back claims whose bytes stand: one splice each, checked together. */
function undo(draft: Draft, fits: readonly Fit[]): Draft {
  if (fits.length === 0) return draft;
  const { document, handler, parse } = draft;
  const expected = copyOf(document.value);
  for (const fit of fits) if (!fit.text.overrode) removeAt(expected, fit.place);
  const containers = fits.flatMap(({ text, place }) =>
    text.created.map((path) => ({ last: path[path.length - 1], at: place.slice(0, path.length) }))
  ).sort((a, b) => descending(a.at, b.at));
  for (const { last, at } of containers) {
    // One that holds something of the user's stays; if its header is among our bytes, the check
    // tells.
    if (last !== undefined && isVacant(valueAt(expected, at), last)) removeAt(expected, at);
  }
  const splices = outermost(fits).map((fit): Splice => ({
    offset: fit.start,
    remove: document.text.slice(fit.start, fit.end),
    insert: fit.text.remove,
  }));
  const next = checkEdit(handler, applySplices(document.text, splices), expected, {
    parse,
    settled: fits.filter((fit) => fit.text.overrode).map((fit) => fit.claim.path),
    emptied: fits.flatMap(({ claim, text }) =>
      [claim.path, ...text.created].map((path) => path.slice(0, -1))
    ),
  });
  for (const { text, place, start } of fits) {
    if (!text.overrode) continue;
    const shift = splices.filter((splice) => splice.offset < start)
      .reduce((sum, { remove, insert }) => sum + insert.length - remove.length, 0);
    if (!endsWithin(next, place, start + shift + text.remove.length)) {
      throw new ConfigPatchError("verification", "the former value would not end where it did");
    }
  }
  const undone = new Set(fits.map((fit) => fit.claim));
  return {
    ...draft,
    document: next,
    claims: draft.claims.filter((claim) => !undone.has(claim)),
    created: draft.created.filter((path) => resolve(next.value, path).missing.length === 0),
  };
}

/** Takes back one claim whose bytes no longer stand as we wrote them. */
function removeOne(draft: Draft, claim: Claim): Draft {
  const { document, handler, parse } = draft;
  const claims = draft.claims.filter((other) => other !== claim);
  const place = placeOf(document, claim);
  if (place === undefined) return { ...draft, claims };
  const { value } = document;
  const span = document.find(place)?.span;
  try {
    if (claim.text?.overrode === true && span !== undefined) {
      const remove = document.text.slice(span.start, span.end);
      const splice = { offset: span.start, remove, insert: claim.text.remove };
      const text = applySplices(document.text, [splice]);
      const next = fitting(
        document,
        span,
        () => checkEdit(handler, text, value, { parse, settled: [place] }),
      );
      if (!endsWithin(next, place, span.start + splice.insert.length)) {
        throw new ConfigPatchError("unsupported", "the former value would not end where it did", {
          ...locate(document.text, span.end),
          remedy: "remove or indent differently the comment or empty line behind our value",
        });
      }
      return { ...draft, claims, document: next };
    }
    const whole = withContainers({ ...draft, claims }, claim.path, place);
    return { ...draft, claims, document: dropped(draft, whole) ?? dropAt(draft, place) };
  } catch (error) {
    throw blame(error, claim);
  }
}

/** A former text of several lines may not fit any more where the user has indented our key anew. */
function fitting(document: ConfigDocument, span: Span, putBack: () => ConfigDocument) {
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
 * tree cannot know what it used to be.
 */
function endsWithin(document: ConfigDocument, place: ConcretePath, end: number): boolean {
  const span = document.find(place)?.span;
  return span === undefined || span.end === end;
}

function dropAt({ document, handler, parse }: Draft, place: ConcretePath): ConfigDocument {
  const text = applySplices(document.text, [document.drop(place)]);
  const options = { parse, emptied: [place.slice(0, -1)] };
  return checkEdit(handler, text, without(document.value, place), options);
}

/** The document after a removal, or `undefined` where it cannot be done safely. */
function dropped(draft: Draft, place: ConcretePath): ConfigDocument | undefined {
  try {
    return dropAt(draft, place);
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}

/**
 * The outermost container of ours in which nothing is left without `place`. It goes in one piece,
 * so that no emptied form of it is ever written.
 */
function withContainers(draft: Draft, path: ConfigPath, place: ConcretePath): ConcretePath {
  const made = new Set(draft.created.map(pathKey));
  const tree = copyOf(draft.document.value);
  let whole = place;
  for (let depth = path.length - 1; depth > 0; depth--) {
    removeAt(tree, whole);
    const [key, last] = [pathKey(path.slice(0, depth)), path[depth - 1]];
    const outer = place.slice(0, depth);
    if (!made.has(key) || last === undefined) break;
    if (!isVacant(valueAt(tree, outer), last)) break;
    whole = outer;
  }
  return whole;
}

/**
 * Drops created containers in which nothing is left, and forgets those in which nothing is ours. One
 * that cannot be removed safely stays: our values are out, and an empty container harms nobody.
 */
function dropVacant(draft: Draft): Draft {
  const needed = containersOf(draft.claims.map((claim) => claim.path));
  let { document } = draft;
  for (const path of draft.created.toSorted((a, b) => b.length - a.length)) {
    const { found, missing } = resolve(document.value, path);
    const last = path[path.length - 1];
    if (missing.length > 0 || last === undefined) continue;
    if (!isVacant(valueAt(document.value, found), last)) continue;
    const now = { ...draft, document };
    document = dropped(now, withContainers(now, path, found)) ?? dropped(now, found) ?? document;
  }
  const created = draft.created.filter((path) =>
    needed.has(pathKey(path)) && resolve(document.value, path).missing.length === 0
  );
  return { ...draft, document, created };
}

/** Without claims that are no longer in the text. */
function forget(draft: Draft, leaving: ReadonlySet<Claim>): Draft {
  return { ...draft, claims: draft.claims.filter((claim) => !leaving.has(claim)) };
}

/** The claims whose bytes stand in the text, found in reverse order of writing. */
function fitAll(document: ConfigDocument, claims: readonly Claim[]): Fit[] {
  const gaps = new Gaps(document.text);
  const fits: Fit[] = [];
  for (const claim of claims.toReversed()) {
    const { text } = claim;
    if (text === undefined) continue;
    for (const place of placesOf(document, claim)) {
      const span = document.find(place)?.span;
      const region = span && gaps.around(span.start, text);
      if (region === undefined) continue;
      gaps.add(region.start, region.end, text.remove === "");
      fits.push({ claim, text, place, ...region });
      break;
    }
  }
  return fits;
}

/**
 * A text of which regions are thought away. A container's bytes are contiguous again once the
 * values inside it have been taken out.
 */
class Gaps {
  readonly #text: string;
  readonly #endOf = new Map<number, number>();
  readonly #startOf = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Thinks a region away; one that leaves former text behind cannot be looked through. */
  add(start: number, end: number, transparent: boolean): void {
    if (!transparent || start === end) return;
    this.#endOf.set(start, end);
    this.#startOf.set(end, start);
  }

  /** The region that a claim's bytes cover around its value, or `undefined`. */
  around(at: number, text: ClaimText): { start: number; end: number } | undefined {
    let start = at;
    for (let i = text.value.start - 1; i >= 0; i--) {
      for (let to = this.#startOf.get(start); to !== undefined; to = this.#startOf.get(start)) {
        start = to;
      }
      if (this.#text[--start] !== text.insert[i]) return undefined;
    }
    let end = at;
    for (let i = text.value.start; i < text.insert.length; i++) {
      for (let to = this.#endOf.get(end); to !== undefined; to = this.#endOf.get(end)) end = to;
      if (this.#text[end++] !== text.insert[i]) return undefined;
    }
    return { start, end };
  }
}

function outermost(fits: readonly Fit[]): Fit[] {
  const result: Fit[] = [];
  for (const fit of fits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result[result.length - 1];
    if (last === undefined || fit.end > last.end || fit.start >= last.end) result.push(fit);
  }
  return result;
}

function placesOf(document: ConfigDocument, claim: Claim): ConcretePath[] {
  return resolveAll(document.value, claim.path)
    .filter((place) => sameValue(valueAt(document.value, place), claim.value));
}

/** Later list entries first, inner containers before outer ones. */
function descending(a: ConcretePath, b: ConcretePath): number {
  for (const [depth, step] of a.entries()) {
    const other = b[depth];
    if (other === undefined) return -1;
    if (typeof step === "number" && typeof other === "number" && step !== other) {
      return other - step;
    }
    if (step !== other) return String(step) < String(other) ? -1 : 1;
  }
  return a.length < b.length ? 1 : 0;
}

function isVerification(error: unknown): boolean {
  return error instanceof ConfigPatchError && error.code === "verification";
}

function blame(error: unknown, wish: { readonly owners: readonly string[] }): unknown {
  const provider = wish.owners[0];
  return error instanceof ConfigPatchError && provider !== undefined
    ? error.with({ provider })
    : error;
}
