/**
 * Edits of one config file: putting values and claiming them, taking claims back. Pure; every edit is
 * checked before it counts.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../errors.ts";
import { checkEdit } from "../formats/check.ts";
import { refuseDepth } from "../formats/limits.ts";
import { applySplices } from "../formats/splice.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigValue,
  FormatHandler,
  ParseOptions,
  Put,
  Selector,
  Splice,
} from "../formats/types.ts";
import {
  type ConcretePath,
  copyOf,
  isList,
  isTable,
  resolve,
  setAt,
  valueAt,
} from "../formats/value.ts";
import { type Claim, type ClaimText, pathKey } from "./claims.ts";
import { follow } from "./places.ts";

/** One file while it is planned. Immutable: each edit gives the next draft. */
export interface Draft {
  /** The handler that reads and edits it. */
  readonly handler: FormatHandler;
  /** How it is read. */
  readonly parse: ParseOptions;
  /** The text as planned so far. */
  readonly document: ConfigDocument;
  /** Our claims in it, in the order in which they were written. */
  readonly claims: readonly Claim[];
  /** Tables, lists and entries that exist only because of us. */
  readonly created: readonly Created[];
  /** Tables and lists of the user's that were a null before us, and are one again when we leave. */
  readonly nulls: readonly ConcretePath[];
  /** What has become of the claims that were taken back. */
  readonly released: readonly Released[];
}

/** A container that exists only because of us. */
export interface Created {
  /** Where it is. */
  readonly at: ConcretePath;
  /** What an entry is known by: these values do not make it the user's. */
  readonly match: Selector | undefined;
}

/** The keys of the containers that exist only because of us. */
export function createdKeys({ created }: Pick<Draft, "created">): Set<string> {
  return new Set(created.map((one) => pathKey(one.at)));
}

/** How a claim ended. */
export interface Released {
  /** The claim. */
  readonly claim: Claim;
  /**
   * `restored`: the user's former value is back; `removed`; `kept`: something else stands there by
   * now; `gone`: nothing does.
   */
  readonly outcome: "restored" | "removed" | "kept" | "gone";
  /** The value that is back. */
  readonly after: ConfigValue | undefined;
}

/** Former text of one value above this many bytes is refused: the state is no place for it. */
export const MAX_FORMER_TEXT: number = 64 * 1024;

/**
 * Puts values and claims them. A value at a place that we hold already renews its claim: former text
 * and "we created this" are carried on.
 *
 * Values that do not depend on each other are put together, so that many cost few parses.
 *
 * @param claims What is to be put, without text; `at` says where.
 * @throws {ConfigPatchError} as `ConfigDocument.put` (with the provider), or `verification`.
 */
export function putAll(draft: Draft, claims: readonly Claim[]): Draft {
  let rest = claims;
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

/** An error that names the provider to which it belongs, unless it names one already. */
export function blame(error: unknown, claim: Pick<Claim, "owners">): unknown {
  const provider = claim.owners[0];
  return error instanceof ConfigPatchError && provider !== undefined
    ? error.with({ provider })
    : error;
}

/** Work for a provider: what goes wrong in it carries its name. */
export function blaming<T>(provider: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw blame(error, { owners: [provider] });
  }
}

/** Whether an error says that an edit would have done something else than it should. */
export function isVerification(error: unknown): boolean {
  return error instanceof ConfigPatchError && error.code === "verification";
}

/** A draft after places were removed: what was in them is not there any more. */
export function withRemoved(
  draft: Draft,
  document: ConfigDocument,
  removed: readonly ConcretePath[],
): Draft {
  const claims = draft.claims.map((claim) => {
    if (claim.at === undefined) return claim;
    // A place without entries is where it always was, whether something stands there or not.
    if (claim.place.every((key) => typeof key === "string")) return claim;
    const { path, removedFrom } = follow(claim.at, claim.place, removed);
    return { ...claim, at: removedFrom === undefined ? path : undefined };
  });
  const created = draft.created.flatMap(({ at, match }) => {
    const { path, removedFrom } = follow(at, [], removed);
    return removedFrom === undefined ? [{ at: path as ConcretePath, match }] : [];
  });
  const nulls = draft.nulls.flatMap((at) => {
    const { path, removedFrom } = follow(at, [], removed);
    return removedFrom === undefined ? [path as ConcretePath] : [];
  });
  return { ...draft, document, claims, created, nulls };
}

interface PlannedPut {
  readonly claim: Claim;
  readonly at: ConfigPath;
  readonly put: Put;
}

function nextBatch(
  document: ConfigDocument,
  claims: readonly Claim[],
  together: boolean,
): { batch: PlannedPut[]; later: Claim[] } {
  const batch: PlannedPut[] = [];
  const later: Claim[] = [];
  const taken = new Set<string>();
  for (const claim of claims) {
    if (batch.length > 0 && !together) {
      later.push(claim);
      continue;
    }
    const at = asFound(document, claim.at ?? []);
    const keys = dependsOn(document.value, at);
    if (keys.some((key) => taken.has(key))) {
      later.push(claim);
      continue;
    }
    for (const key of keys) taken.add(key);
    batch.push({ claim, at, put: putOne(document, claim, at) });
  }
  return { batch, later };
}

/** A path in which each selector whose entry exists by now is replaced by that entry's number. */
function asFound(document: ConfigDocument, path: ConfigPath): ConfigPath {
  const { found, missing } = resolve(document.value, path);
  return [...found, ...missing];
}

/**
 * What only one put of a batch may touch: a place that exists, each container that is created, and
 * a container that gets its first plain value, because the layout of the next one follows it.
 */
function dependsOn(root: ConfigValue, path: ConfigPath): string[] {
  const { found, missing } = resolve(root, path);
  if (missing.length === 0) return [pathKey(found)];
  const parent = valueAt(root, found);
  const siblings = isTable(parent) ? Object.values(parent) : isList(parent) ? parent : [];
  const keys = missing.slice(1).map((_, depth) =>
    pathKey([...found, ...missing.slice(0, depth + 1)])
  );
  const hasLayout = missing.length > 1
    ? siblings.length > 0
    : siblings.some((value) => !isTable(value) && !isList(value));
  if (!hasLayout) keys.push(`first of ${pathKey(found)}`);
  return keys;
}

function putOne(document: ConfigDocument, claim: Claim, at: ConfigPath): Put {
  try {
    // Not left to the handler: code that recurses over a deep value would overflow the stack.
    refuseDepth(at, claim.value);
    return document.put(at, claim.value);
  } catch (error) {
    throw blame(error, claim);
  }
}

function putBatch(draft: Draft, batch: readonly PlannedPut[]): Draft {
  const { document, handler, parse } = draft;
  const splices = batch.map((one) => one.put).filter((put) => put.insert + put.remove !== "");
  let next = document;
  if (splices.length > 0) {
    const expected = copyOf(document.value);
    for (const { claim, at } of batch) setAt(expected, at, copyOf(claim.value));
    try {
      next = checkEdit(handler, spliced(document.text, splices), expected, { parse });
    } catch (error) {
      throw batch.length === 1 && batch[0] !== undefined ? blame(error, batch[0].claim) : error;
    }
  }
  const byPlace = new Map<string, Claim>();
  for (const claim of draft.claims) {
    byPlace.set(claim.at === undefined ? `unfound ${byPlace.size}` : pathKey(claim.at), claim);
  }
  const created = new Map(draft.created.map((one) => [pathKey(one.at), one]));
  const nulls = new Map(draft.nulls.map((path) => [pathKey(path), path]));
  for (const { claim, at, put } of batch) {
    const outer = resolve(document.value, at).found;
    if (outer.length < at.length && valueAt(document.value, outer) === null) {
      nulls.set(pathKey(outer), outer);
    }
    const found = resolve(next.value, at).found;
    const held = byPlace.get(pathKey(found));
    byPlace.set(pathKey(found), {
      ...claim,
      at: found,
      since: held?.since ?? claim.since,
      text: held === undefined ? claimText(document, claim, at, put) : renewed(held, put),
    });
    for (const path of put.created) {
      const [container, last] = [found.slice(0, path.length), path[path.length - 1]];
      const match = typeof last === "object" ? last : undefined;
      created.set(pathKey(container), { at: container, match });
    }
  }
  return {
    ...draft,
    document: next,
    claims: [...byPlace.values()],
    created: [...created.values()],
    nulls: [...nulls.values()],
  };
}

function spliced(text: string, splices: readonly Splice[]): string {
  try {
    return applySplices(text, splices);
  } catch (cause) {
    throw new ConfigPatchError("verification", "the edits would overlap", { cause });
  }
}

function claimText(document: ConfigDocument, claim: Claim, at: ConfigPath, put: Put): ClaimText {
  if (isLong(put.remove)) {
    const span = document.find(at)?.span;
    const message = "the value that stands at our place is too long";
    const remedy = `shorten it below ${MAX_FORMER_TEXT} bytes, or take it out`;
    const where = span === undefined ? undefined : locate(document.text, span.start);
    throw blame(new ConfigPatchError("too-large", message, { ...where, remedy }), claim);
  }
  return {
    insert: put.insert,
    remove: put.remove,
    value: put.value,
    overrode: document.find(at) !== undefined,
    created: put.created.map((path) => path.length),
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
    // Since we wrote it, somebody has changed how our value or the text around it is written. The
    // bytes that we know around it are of no use any more; the user's former text still is.
    return { ...text, insert: put.insert, value: put.value };
  }
  const insert = text.insert.slice(0, start) + put.insert + text.insert.slice(end);
  return { ...text, insert, value: { start, end: start + put.insert.length } };
}
