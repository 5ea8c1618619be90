/**
 * Planning one file: from its text, what we know of it and what providers want, to the text and the
 * claims after. Pure; the file is touched by the shell alone.
 *
 * @module
 */
import { ConfigPatchError, locate, type Position } from "../errors.ts";
import type { ConfigDocument, ConfigPath, ConfigValue, FormatHandler } from "../formats/types.ts";
import { refuseDepth } from "../formats/limits.ts";
import { type ConcretePath, matches, resolve, valueAt } from "../formats/value.ts";
import { adoptKnown, adoptRecords, type Records } from "./adopt.ts";
import { applyAll } from "./apply.ts";
import { MOST_TOLD, refuseManyClaims, refuseManyPlaces } from "./bounds.ts";
import {
  type Claim,
  type FileRecord,
  type FileState,
  isLive,
  leadingKeys,
  pathKey,
  type Place,
  shownPath,
  type WantedPath,
} from "./claims.ts";
import { readableText } from "./blank.ts";
import {
  blaming,
  type Created,
  createdKeys,
  type Draft,
  MAX_FORMER_TEXT,
  type Released,
} from "./edits.ts";
import { fitAll } from "./fit.ts";
import { findPlaces, marked } from "./places.ts";
import type { Action, Edit, Outcome } from "./report.ts";
import { openClaims, type Stray, straysOf } from "./strays.ts";
import { type Part, routes } from "./wanted.ts";
import { claimsOf, type Ending, endingsOf, withdraw } from "./withdraw.ts";

/** All that planning one file needs to know. */
export interface FileInput {
  /** The handler of the file's format. */
  readonly handler: FormatHandler;
  /** Whether the strict dialect is demanded. */
  readonly strict?: boolean | undefined;
  /** The text; absent: there is no file. */
  readonly text?: string | undefined;
  /** The digest of the text, as the state has digests. */
  readonly digest?: string | undefined;
  /** What we know of the file. */
  readonly state?: FileState | undefined;
  /** What the sidecar says of the file, by provider. */
  readonly records?: Records | undefined;
  /** Who wants what: disables and applies, each in name order. */
  readonly parts: readonly Part[];
  /** The time of the run, as an ISO date and time. */
  readonly now?: string | undefined;
}

/** Tells one provider's part from all others. */
export function partKey({ action, provider }: Pick<Part, "action" | "provider">): string {
  return `${action} ${provider}`;
}

/** What is to become of one file. */
export interface FilePlan {
  /** The text after; absent: no file. */
  readonly text: string | undefined;
  /**
   * What we know of the file after; absent: nothing of ours is in it. Where the text changes, the
   * digest in it is empty, for the shell to fill in.
   */
  readonly state: FileState | undefined;
  /** How each part ends. */
  readonly results: readonly PartResult[];
}

/** How one part of a plan ends. */
export interface PartResult {
  /** The provider. */
  readonly provider: string;
  /** What was to be done. */
  readonly action: Action;
  /** How it ends. */
  readonly outcome: Outcome;
  /** The values that change. */
  readonly edits: readonly Edit[];
  /** Places that hold our value already, and are ours from now on. */
  readonly adopted: readonly ConfigPath[];
  /** Addresses of the vault that no claim holds, and that stay. */
  readonly strays: readonly Stray[];
  /** Of who leaves: its places that hold a value of the user's by now. */
  readonly kept: readonly KeptPlace[];
  /** Of who leaves: its places that had gone. */
  readonly gone: readonly ConfigPath[];
}

/** A place that holds another value than ours. */
export interface KeptPlace {
  /** The place, as reports show it. */
  readonly path: ConfigPath;
  /** Where in the file; absent where it has no text of its own. */
  readonly position: Position | undefined;
}

/**
 * Plans one file.
 *
 * @throws {ConfigPatchError} for what cannot be done. It names the provider (or holds one error for
 * each provider in `errors`); leave that one out, and plan again. One without a provider concerns the
 * file as a whole.
 */
export function planFile(input: FileInput): FilePlan {
  const { handler, text, parts, records = new Map(), now = "" } = input;
  for (const { provider, wanted } of parts) {
    for (const { path, value } of wanted) refuseTooDeep(path, value, provider);
  }
  const parse = { strict: input.strict };
  const base = readableText(handler, text, parts);
  const document = handler.parse(base, parse);
  const { record, aside } = recordOf(input, (claims) => allStand(document, claims));

  const fromState = findPlaces(document.value, record?.claims ?? []);
  const found: Draft = {
    handler,
    parse,
    document,
    claims: fromState,
    created: createdBy(document, fromState),
    nulls: nullsBy(document, fromState),
    released: [],
  };
  refuseManyPlaces(found, parts);
  const present = new Set(parts.map((part) => part.provider));
  const recorded = adoptRecords(found, records, present, now);
  const known = adoptKnown(recorded, parts, now, new Set(fromState));
  const start = known === recorded ? recorded : withCreated(known);

  const leavers = parts.filter((part) => part.action === "disable");
  const left = disable(start, leavers, now);
  const applied = applyAll(left.draft, parts.filter((part) => part.action === "apply"), now);
  const { draft } = applied;
  refuseManyClaims(draft.claims, present);

  const origin = originOf(input, record, start, recorded);
  // A blank file is planned as the blank text of its format, which must not be written by itself.
  const after = draft.document.text === base
    ? draft.claims.length === 0 && record !== undefined ? finalText(text, origin) : text
    : finalText(draft.document.text, origin);
  const strays = straysOf(start, draft, parts);
  const open = openClaims(draft, strays);
  // They come before what was put again at their places.
  const state = stateOf({ ...draft, claims: [...open, ...draft.claims] }, {
    origin,
    // A provider that leaves stays in what is set aside: that text may come back with its values.
    aside,
    record,
    changed: draft.document !== document,
  });
  const adopted = (provider: string) =>
    start.claims.filter((claim) =>
      claim.text === undefined && !fromState.some((one) => one.place === claim.place) &&
      claim.owners.includes(provider)
    ).map(shownPath);
  const results = parts.map(({ provider, action }): PartResult => {
    const ending = (action === "disable" ? left : applied).endings.get(provider);
    // What was set aside earlier was told of then.
    const isGone = action === "disable" &&
      aside.some((one) =>
        input.state?.aside.includes(one) !== true &&
        one.claims.some((claim) => claim.owners.includes(provider))
      );
    const outcome = ending?.outcome ?? (isGone ? "gone" : "unchanged");
    return {
      provider,
      action,
      outcome: outcome === "updated" && text === undefined ? "created" : outcome,
      edits: ending?.edits ?? [],
      adopted: adopted(provider),
      strays: strays.get(provider) ?? [],
      kept: action === "disable" ? keptPlaces(draft, ending, strays.get(provider) ?? []) : [],
      gone: action === "disable" ? ending?.gone.slice(0, MOST_TOLD).map(shownPath) ?? [] : [],
    };
  });
  return { text: after, state, results };
}

/** The places of who leaves that hold a value of the user's by now, but no address of the vault. */
function keptPlaces(
  { document }: Draft,
  ending: Ending | undefined,
  strays: readonly Stray[],
): KeptPlace[] {
  const told = new Set(strays.map(({ path }) => pathKey(path)));
  const kept = findPlaces(document.value, ending?.kept.slice(0, MOST_TOLD) ?? []);
  return kept.filter(({ at }) => at === undefined || !told.has(pathKey(at))).map((claim) => {
    const span = claim.at && document.find(claim.at)?.span;
    return {
      path: shownPath(claim),
      position: span && locate(document.text, span.start).position,
    };
  });
}

/** The record that counts for a text, and those that are kept in case their text comes back. */
function recordOf(
  { text, state, digest }: FileInput,
  stand: (claims: readonly Claim[]) => boolean,
): { readonly record: FileRecord | undefined; readonly aside: readonly FileRecord[] } {
  if (state === undefined) return { record: undefined, aside: [] };
  const { aside, ...record } = state;
  if (text === undefined || text.trim() === "") {
    // A file that we began ourselves held nothing of the user's that could come back.
    return record.origin === undefined && record.claims.length > 0
      ? { record: undefined, aside: [record] }
      : { record, aside };
  }
  const isLastOf = (one: FileRecord) =>
    digest !== undefined && digest !== "" && digest === one.digest;
  // What we wrote last is of the record made since, though our values stand in it as in the other.
  const back = aside.find(isLastOf) ??
    aside.find((one) => !isLastOf(record) && stand(one.claims) && !stand(record.claims));
  return back === undefined ? { record, aside } : { record: back, aside: [] };
}

/** Whether all claims stand in a text with their bytes. */
function allStand(document: ConfigDocument, claims: readonly Claim[]): boolean {
  const found = findPlaces(document.value, claims);
  return claims.length > 0 && fitAll(document, found).length === claims.length;
}

/**
 * The containers that exist only because of us, as the claims say. Claims whose value still stands
 * come first. Those whose value is gone count only for containers in which nothing else of ours
 * stands.
 */
function createdBy(document: ConfigDocument, claims: readonly Claim[]): Created[] {
  const root = document.value;
  const created = new Map<string, Created>();
  const add = (at: ConfigPath, mark: Place[number] | undefined): void => {
    // Who only came into the entry (`each`) does not know by what it was made.
    const match = created.get(pathKey(at))?.match ??
      (typeof mark === "object" ? mark.match : undefined);
    created.set(pathKey(at), { at: at as Created["at"], match });
  };
  const [live, dead] = [true, false].map((wanted) =>
    claims.filter((claim) => isLive(root, claim) === wanted)
  );
  const held = new Set<string>();
  for (const { at = [], place, created: lengths } of live ?? []) {
    for (const length of at.keys()) held.add(pathKey(at.slice(0, length)));
    for (const length of lengths) add(at.slice(0, length), place[length - 1]);
  }
  for (const claim of dead ?? []) {
    // If the entry cannot be found, the list that it was in still can.
    const at = claim.at ?? leadingKeys(claim.place);
    for (const length of claim.created.filter((one) => one > 0 && one <= at.length)) {
      const [path, mark] = [at.slice(0, length), claim.place[length - 1]];
      if (held.has(pathKey(path)) || resolve(root, path).missing.length > 0) continue;
      // An entry may have been found only because it is the single one; it may be the user's.
      const isSure = typeof mark !== "object" ||
        (mark.match !== undefined && matches(valueAt(root, path), mark.match));
      if (isSure) add(path, mark);
    }
  }
  return [...created.values()];
}

/** What was created with a claim counts again where another program has only moved its value. */
function withCreated(draft: Draft): Draft {
  const known = new Map(draft.created.map((one) => [pathKey(one.at), one]));
  for (const one of createdBy(draft.document, draft.claims)) known.set(pathKey(one.at), one);
  return { ...draft, created: [...known.values()] };
}

/** The tables and lists that were a null before us, as far as something of ours stands in them. */
function nullsBy(document: ConfigDocument, claims: readonly Claim[]): Draft["nulls"] {
  const nulls = new Map<string, ConcretePath>();
  for (const claim of claims) {
    const at = claim.at as ConcretePath | undefined;
    if (at === undefined || !isLive(document.value, claim)) continue;
    for (const length of claim.nulls) nulls.set(pathKey(at.slice(0, length)), at.slice(0, length));
  }
  return [...nulls.values()];
}

/** Takes back what the disabled providers own; all at once, so that the cost stays linear. */
function disable(
  draft: Draft,
  parts: readonly Part[],
  now: string,
): { readonly draft: Draft; readonly endings: ReadonlyMap<string, Ending> } {
  const leavers = new Set(parts.map((part) => part.provider));
  const leaving = claimsOf(draft, leavers);
  const after = withdraw(draft, leaving);
  if (!after.released.some((one) => one.outcome === "restored")) {
    return { draft: after, endings: endingsOf(draft, after, leaving) };
  }
  // A former value may be a vault's address itself, overridden when the state had been lost.
  const again = adoptKnown(after, parts, now);
  const rest = withdraw(again, claimsOf(again, leavers));
  const gone = new Set(
    rest.released.slice(after.released.length).map(({ claim }) => pathKey(shownPath(claim))),
  );
  const released = after.released.map((one): Released =>
    gone.has(pathKey(shownPath(one.claim))) ? { ...one, outcome: "removed", after: undefined } : one
  );
  return { draft: rest, endings: endingsOf(draft, { ...after, released }, leaving) };
}

/** What stood there before us, by what we know now. */
function originOf(
  { handler, text, state, parts }: FileInput,
  record: FileRecord | undefined,
  start: Draft,
  recorded: Draft,
): FileRecord["origin"] {
  const wants = parts.some(routes);
  if (text === undefined) return "absent";
  if (text.trim() === "") {
    // So many blanks are kept as a text of the user's, if the format can read them.
    const isReadable = readableText(handler, text, parts) === text;
    const isLong = isReadable && text.length > MAX_FORMER_TEXT;
    return record?.origin ?? (isLong ? undefined : { blank: blankToKeep(text) });
  }
  // Another program may have emptied what we began: in YAML, the reference leaves braces then.
  const isEmptied = handler.blank === "" && ["{}", "[]"].includes(text.trim());
  if (record?.origin !== undefined && isEmptied) return record.origin;
  if (record !== undefined) {
    const root = start.document.value;
    // Where nothing of ours stands any more, the user has made a file of their own.
    return !wants || start.claims.some((claim) => isLive(root, claim)) ? record.origin : undefined;
  }
  // Only the sidecar of the reference tells of our values. It does not say who made the file; where
  // nothing is left in it, nobody needs it.
  return state === undefined && recorded.claims.length > 0 ? "absent" : undefined;
}

/** The blanks that a file gets back when we leave it. */
function blankToKeep(text: string): string {
  if (text.length <= MAX_FORMER_TEXT) return text;
  const message = `the file holds nothing but blanks, more than ${MAX_FORMER_TEXT} of them`;
  throw new ConfigPatchError("too-large", message, { remedy: "empty the file, or remove it" });
}

function stateOf(
  draft: Draft,
  { origin, aside, record, changed }: {
    readonly origin: FileRecord["origin"];
    readonly aside: readonly FileRecord[];
    readonly record: FileRecord | undefined;
    readonly changed: boolean;
  },
): FileState | undefined {
  if (draft.claims.length === 0 && aside.length === 0) return undefined;
  const made = createdKeys(draft);
  const nulls = new Set(draft.nulls.map(pathKey));
  const claims = draft.claims.map((claim): Claim => {
    const { at } = claim;
    // Where our value no longer stands, the claim stays as it was.
    if (at === undefined || !isLive(draft.document.value, claim)) return claim;
    const lengths = made.size + nulls.size === 0 ? [] : at.map((_, length) => length);
    const within = (paths: ReadonlySet<string>) =>
      lengths.filter((length) => paths.has(pathKey(at.slice(0, length))));
    return { ...claim, created: within(made), nulls: within(nulls) };
  });
  return {
    format: draft.handler.name,
    origin: claims.length === 0 ? undefined : origin,
    digest: changed ? "" : record?.digest ?? "",
    claims: marked(draft.document.value, claims),
    aside,
  };
}

/** The text to write: a file that we began and in which nothing is left ends as it began. */
function finalText(text: string | undefined, origin: FileRecord["origin"]): string | undefined {
  if (origin === undefined || text === undefined) return text;
  const rest = text.replace(/[\s\uFEFF]/g, "");
  if (!["", "{}", "[]"].includes(rest)) return text;
  return origin === "absent" ? undefined : origin.blank;
}

/** Code that recurses along a path or a value would overflow the stack if it were too deep. */
function refuseTooDeep(path: WantedPath, value: ConfigValue, provider: string): void {
  blaming(provider, () => refuseDepth(path as ConfigPath, value));
}
