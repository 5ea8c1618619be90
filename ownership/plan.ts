/**
 * Planning one file: from its text, our claims and what providers want, to the text and claims
 * after. Pure; the file is touched by `run.ts` alone.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../errors.ts";
import type { ConfigDocument, ConfigPath, ConfigValue, FormatHandler } from "../formats/types.ts";
import { isTable, leavesOf, pathText, resolveAll, sameValue, valueAt } from "../formats/value.ts";
import {
  type Claim,
  containersOf,
  type FileState,
  isWithin,
  pathKey,
  type Wanted,
} from "./claims.ts";
import { type Draft, placeOf, putAll, takeBack, type Wish } from "./edits.ts";
import type { Action, Edit, Outcome } from "./report.ts";
import { placesOf, type SidecarRecord } from "../reconcile/sidecar.ts";

/** A provider's part in a file. */
export interface Part {
  /** The provider. */
  readonly provider: string;
  /** What is to be done. */
  readonly action: Action;
  /** What its patch wants in this file; empty when its patch is elsewhere or gone. */
  readonly wanted: readonly Wanted[];
}

/** All that planning one file needs to know. */
export interface FileInput {
  /** The handler of the file's format. */
  readonly handler: FormatHandler;
  /** Whether the strict dialect is demanded. */
  readonly strict: boolean;
  /** The text; absent: there is no file. */
  readonly text?: string;
  /** What we know of the file. */
  readonly state?: FileState;
  /** What the sidecar says of the file, by provider. */
  readonly records?: ReadonlyMap<string, readonly SidecarRecord[]>;
  /** Who wants what: disables and applies, each in name order. */
  readonly parts: readonly Part[];
}

/** Tells one provider's part from all others. */
export function partKey({ action, provider }: Pick<Part, "action" | "provider">): string {
  return `${action} ${provider}`;
}

/** What is to become of one file. */
export interface FilePlan {
  /** The text after; absent: no file. */
  readonly text?: string;
  /** What we know of the file after; absent: nothing of ours is in it. */
  readonly state?: FileState;
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
  /** Why it cannot be done; then no edit of this provider is in the text. */
  readonly error?: ConfigPatchError;
}

/**
 * Plans one file. A provider that cannot be served fails alone: the plan is that of the others.
 *
 * @throws {ConfigPatchError} `syntax`, `shape`, `unsupported` where the file as a whole cannot be
 * edited: then all parts fail.
 */
export function planFile(input: FileInput): FilePlan {
  let { parts } = input;
  const failed = new Map<string, ConfigPatchError>();
  while (true) {
    try {
      return withFailures(planParts({ ...input, parts }), input.parts, failed);
    } catch (error) {
      if (!(error instanceof ConfigPatchError) || !BY_PROVIDER.has(error.code)) throw error;
      const culprit = error.provider ?? findCulprit(input, parts);
      if (culprit === undefined || !parts.some((part) => part.provider === culprit)) throw error;
      failed.set(culprit, error);
      parts = parts.filter((part) => part.provider !== culprit);
    }
  }
}

/** Failures that belong to one provider's places, not to the file. */
const BY_PROVIDER: ReadonlySet<string> = new Set([
  "shape",
  "unsupported",
  "verification",
  "conflict",
  "too-large",
]);

/** The first provider with whom the plan fails, where an error does not say. */
function findCulprit(input: FileInput, parts: readonly Part[]): string | undefined {
  const accepted: Part[] = [];
  for (const part of parts) {
    try {
      planParts({ ...input, parts: [...accepted, part] });
      accepted.push(part);
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      if (accepted.length === 0 && parts.length > 1) {
        // With nobody, would it fail as well? Then it is the file.
        planParts({ ...input, parts: [] });
      }
      return part.provider;
    }
  }
  return undefined;
}

function withFailures(
  plan: FilePlan,
  parts: readonly Part[],
  failed: ReadonlyMap<string, ConfigPatchError>,
): FilePlan {
  if (failed.size === 0) return plan;
  const results = parts.map((part): PartResult => {
    const { provider, action } = part;
    const error = failed.get(provider);
    const result = plan.results.find((one) => one.provider === provider && one.action === action);
    return error !== undefined || result === undefined
      ? { provider, action, outcome: "failed", edits: [], ...(error ? { error } : {}) }
      : result;
  });
  return { ...plan, results };
}

function planParts(input: FileInput): FilePlan {
  const { handler, text, parts } = input;
  const isBlank = text === undefined || text === "";
  const parse = { strict: input.strict };
  const base = isBlank ? handler.blank : text;
  const document = handler.parse(base, parse);
  const start = adopt({
    handler,
    parse,
    document,
    claims: input.state?.claims ?? [],
    created: input.state?.created ?? [],
  }, input);

  const disabled = disable(start, parts.filter((part) => part.action === "disable"));
  const applies = parts.filter((part) => part.action === "apply");
  const stayers = stayersOf([...(input.state?.claims ?? []), ...start.claims], parts);
  const applied = apply(disabled.draft, applies, stayers, isBlank && text === undefined);
  const { draft } = applied;

  const origin = isBlank
    ? text === undefined ? "absent" : "empty"
    : input.state !== undefined
    ? start.claims.some((claim) => isLive(document, claim)) ||
        applies.every((part) => part.wanted.length === 0)
      ? input.state.origin
      // It is another file by now, which we did not begin.
      : undefined
    : start.claims.length > 0
    // Only the reference's sidecar tells of our values. It does not say who made the file; one in
    // which nothing is left is not missed.
    ? "absent"
    : undefined;
  const state: FileState | undefined = draft.claims.length === 0 ? undefined : {
    format: handler.name,
    ...(origin === undefined ? {} : { origin }),
    claims: draft.claims,
    created: draft.created,
  };
  // What a blank file is read as is no text of anybody's.
  const after = isBlank && draft.document.text === base
    ? text
    : finalText(draft.document.text, handler.blank, origin, text);
  return {
    ...(after === undefined ? {} : { text: after }),
    ...(state === undefined ? {} : { state }),
    results: [...disabled.results, ...applied.results],
  };
}

/** The text to write: a file that we began and in which nothing is left ends as it began. */
function finalText(
  text: string,
  blank: string,
  origin: FileState["origin"],
  before: string | undefined,
): string | undefined {
  if (origin === undefined || text === before || squeeze(text) !== squeeze(blank)) return text;
  return origin === "absent" ? undefined : "";
}

function squeeze(text: string): string {
  return text.replace(/[\s\uFEFF]/g, "");
}

/**
 * Claims without bytes for values that are ours though the state does not say so: because a
 * sidecar says so, or because they are what a template gives at a known vault address.
 *
 * The state is the authority on every provider and every place that it knows in this file. And only
 * who takes part in this run is believed to own anything: a record that somebody forged for others
 * would make them owners for good.
 */
function adopt(draft: Draft, { records, parts }: FileInput): Draft {
  const known = new Set(draft.claims.flatMap((claim) => claim.owners));
  const present = new Set(parts.map((part) => part.provider));
  const claims = new Map(draft.claims.map((claim) => [pathKey(claim.path), claim]));
  const created = new Map(draft.created.map((path) => [pathKey(path), path]));
  for (const [provider, ours] of records ?? []) {
    if (known.has(provider) || !present.has(provider)) continue;
    for (const record of ours) {
      if (record.format !== draft.handler.name) continue;
      const live = placesOf(record).filter(({ path, value }) => holds(draft.document, path, value));
      for (const { path, value } of live) {
        const held = claims.get(pathKey(path));
        if (held === undefined ? overlaps(draft, path) : draft.claims.includes(held)) continue;
        claims.set(pathKey(path), {
          path,
          value,
          owners: joined(held?.owners ?? [], [provider]),
        });
      }
      if (!record.created || live.length === 0) continue;
      const list = record.base.slice(0, -1);
      // Where the state has a claim, it also says who made the entry.
      if (draft.claims.some((claim) => isWithin(claim.path, list))) continue;
      for (const path of [list, record.base]) created.set(pathKey(path), path);
    }
  }
  const adopted = { ...draft, claims: [...claims.values()], created: [...created.values()] };
  return adoptKnown(adopted, parts, draft.claims);
}

/** Claims for values that are what a part's template gives at a known vault address. */
function adoptKnown(draft: Draft, parts: readonly Part[], stated: readonly Claim[]): Draft {
  const certain = new Set(stated);
  const claims = new Map(draft.claims.map((claim) => [pathKey(claim.path), claim]));
  let found = false;
  for (const { provider, wanted } of parts) {
    for (const { path, known } of wanted) {
      const held = claims.get(pathKey(path));
      if (held !== undefined && certain.has(held) && isLive(draft.document, held)) continue;
      const value = known.find((value) => holds(draft.document, path, value));
      if (value === undefined || (held === undefined && overlaps(draft, path))) continue;
      // Another program of ours may have moved it: no claim ends by that, but its bytes are not
      // known any more.
      const owners = joined(held?.owners ?? [], [provider]);
      claims.set(pathKey(path), { path, value, owners });
      found = true;
    }
  }
  return found ? { ...draft, claims: [...claims.values()] } : draft;
}

function overlaps({ claims }: Draft, path: ConfigPath): boolean {
  return claims.some((claim) => isWithin(claim.path, path) || isWithin(path, claim.path));
}

function joined(owners: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...owners, ...more])].sort();
}

function holds(document: ConfigDocument, path: ConfigPath, value: ConfigValue): boolean {
  return resolveAll(document.value, path)
    .some((place) => sameValue(valueAt(document.value, place), value));
}

function isLive(document: ConfigDocument, claim: Claim | undefined): boolean {
  return claim !== undefined && placeOf(document, claim) !== undefined;
}

interface Step {
  readonly draft: Draft;
  readonly results: readonly PartResult[];
}

/** Takes back what the disabled providers own; all at once, so that the cost stays linear. */
function disable(draft: Draft, parts: readonly Part[]): Step {
  const leavers = new Set(parts.map((part) => part.provider));
  const before = draft.document;
  const left = draft.claims.filter((claim) => claim.owners.some((owner) => leavers.has(owner)));
  let after = release(draft, new Map(left.map((claim) => [claim, leavers])));
  // A former value may be a vault's address itself, overridden when the state had been lost.
  if (left.some((claim) => claim.text?.overrode === true)) after = releaseKnown(after, parts);
  const results = parts.map((part): PartResult => {
    const own = left.filter((claim) => claim.owners.includes(part.provider));
    const { provider, action } = part;
    return { provider, action, ...releasedEdits(own, leavers, before, after.document) };
  });
  return { draft: after, results };
}

function releaseKnown(draft: Draft, parts: readonly Part[]): Draft {
  const adopted = adoptKnown(draft, parts, draft.claims);
  const fresh = adopted.claims.filter((claim) => !draft.claims.includes(claim));
  const leavers = new Set(parts.map((part) => part.provider));
  return release(adopted, new Map(fresh.map((claim) => [claim, leavers])));
}

/** Removes owners from claims; those without an owner are taken back. */
function release(draft: Draft, leaving: ReadonlyMap<Claim, ReadonlySet<string>>): Draft {
  if (leaving.size === 0) return draft;
  const ending = new Set<Claim>();
  const claims = draft.claims.map((claim) => {
    const leavers = leaving.get(claim);
    if (leavers === undefined) return claim;
    const owners = claim.owners.filter((owner) => !leavers.has(owner));
    if (owners.length > 0) return { ...claim, owners };
    ending.add(claim);
    return claim;
  });
  return takeBack({ ...draft, claims }, ending);
}

function releasedEdits(
  claims: readonly Claim[],
  leavers: ReadonlySet<string>,
  before: ConfigDocument,
  after: ConfigDocument,
): { outcome: Outcome; edits: Edit[] } {
  const edits: Edit[] = [];
  const seen = new Set<Outcome>();
  for (const claim of claims) {
    const place = placeOf(before, claim);
    const now = valueAt(after.value, claim.path);
    if (place === undefined || claim.owners.some((owner) => !leavers.has(owner))) {
      seen.add(now === undefined ? "gone" : "kept");
      continue;
    }
    const restored = claim.text?.overrode === true && now !== undefined;
    seen.add(restored ? "restored" : "removed");
    edits.push({ path: claim.path, before: claim.value, ...(restored ? { after: now } : {}) });
  }
  const order: Outcome[] = ["restored", "removed", "kept", "gone"];
  return { outcome: order.find((outcome) => seen.has(outcome)) ?? "unchanged", edits };
}

/** Claims by place, with those of their owners that take no part in this run. */
function stayersOf(claims: readonly Claim[], parts: readonly Part[]): ReadonlyMap<string, Claim[]> {
  const active = new Set(parts.map((part) => part.provider));
  const stayers = new Map<string, Claim[]>();
  for (const claim of claims) {
    const owners = claim.owners.filter((owner) => !active.has(owner));
    const key = pathKey(claim.path);
    if (owners.length > 0) stayers.set(key, [...(stayers.get(key) ?? []), { ...claim, owners }]);
  }
  return stayers;
}

/** Makes the places of the enabled providers hold what their patches want. */
function apply(
  draft: Draft,
  parts: readonly Part[],
  stayers: ReadonlyMap<string, Claim[]>,
  isNew: boolean,
): Step {
  const wishes = new Map<string, Wish>();
  const edits = new Map<string, Edit[]>(parts.map((part) => [part.provider, []]));
  const putting = new Set<string>();
  const unwanted = new Map<Claim, Set<string>>();
  const held = new Map(draft.claims.map((claim) => [pathKey(claim.path), claim]));
  for (const { provider, wanted } of parts) {
    for (const { path } of wanted) {
      // A list entry that now stands before ours matches as well, and is the one that counts.
      const claim = held.get(pathKey(path));
      if (claim !== undefined && isShadowed(draft.document, claim)) {
        unwanted.set(claim, new Set(claim.owners));
      }
    }
    const keys = new Set(wanted.map((want) => pathKey(want.path)));
    for (const claim of draft.claims) {
      if (!claim.owners.includes(provider) || keys.has(pathKey(claim.path))) continue;
      unwanted.set(claim, (unwanted.get(claim) ?? new Set()).add(provider));
    }
  }
  const released = release(draft, unwanted);
  for (const [claim, leavers] of unwanted) {
    const { edits: own } = releasedEdits([claim], leavers, draft.document, released.document);
    for (const leaver of leavers) edits.get(leaver)?.push(...own);
  }
  draft = released;

  // Where a place no longer holds what we wrote, the claim starts anew from what stands there.
  const wantedKeys = new Set(
    parts.flatMap(({ wanted }) => wanted.map(({ path }) => pathKey(path))),
  );
  const { document } = draft;
  const fresh = draft.claims.filter((claim) =>
    !wantedKeys.has(pathKey(claim.path)) || isLive(document, claim)
  );
  draft = { ...draft, claims: fresh, created: stillOurs(draft.created, fresh, parts, document) };
  const claims = new Map(fresh.map((claim) => [pathKey(claim.path), claim]));
  for (const { provider, wanted } of parts) {
    for (const want of wanted) {
      const key = pathKey(want.path);
      const earlier = wishes.get(key);
      const live = valueAt(document.value, want.path);
      const ours = claims.get(key);
      if (sameValue(live, want.value) && ours === undefined && earlier === undefined) continue;
      if (live !== undefined && isTable(live)) throw shapeError(draft, want, provider);
      wishes.set(key, {
        path: want.path,
        value: want.value,
        // Whoever wants just this value owns it on, also where it had to be put anew.
        owners: joined(earlier?.owners ?? [], [
          provider,
          ...(stayers.get(key) ?? []).flatMap((claim) =>
            sameValue(claim.value, want.value) ? claim.owners : []
          ),
        ]),
      });
      if (sameValue(live, want.value)) continue;
      putting.add(provider);
      edits.get(provider)?.push({
        path: want.path,
        ...(live === undefined ? {} : { before: live }),
        after: want.value,
        ...(ours === undefined && live !== undefined && live !== null ? { overrode: true } : {}),
      });
    }
  }
  draft = putAll(draft, [...wishes.values()]);
  for (const { provider, wanted } of parts) {
    for (const want of wanted) checkHolds(draft.document, want, provider);
  }
  const results = parts.map(({ provider }): PartResult => {
    const own = edits.get(provider) ?? [];
    const outcome = putting.has(provider) ? isNew ? "created" : "updated" : givenBack(own);
    return { provider, action: "apply", outcome, edits: own };
  });
  return { draft, results };
}

/** How edits end that only take back what a patch does not want any more. */
function givenBack(edits: readonly Edit[]): Outcome {
  if (edits.length === 0) return "unchanged";
  return edits.some((edit) => edit.after !== undefined) ? "restored" : "removed";
}

/**
 * Without the containers into which something is put and in which nothing of ours stands: they may
 * be other ones by now, which the user wrote.
 */
function stillOurs(
  created: readonly ConfigPath[],
  claims: readonly Claim[],
  parts: readonly Part[],
  document: ConfigDocument,
): ConfigPath[] {
  if (created.length === 0) return [];
  const wished = containersOf(parts.flatMap(({ wanted }) => wanted.map(({ path }) => path)));
  const held = containersOf(
    claims.filter((claim) => isLive(document, claim)).map((claim) => claim.path),
  );
  return created.filter((path) => held.has(pathKey(path)) || !wished.has(pathKey(path)));
}

function isShadowed(document: ConfigDocument, claim: Claim): boolean {
  return isLive(document, claim) && !sameValue(valueAt(document.value, claim.path), claim.value);
}

function shapeError(draft: Draft, want: Wanted, provider: string): ConfigPatchError {
  const { document } = draft;
  const { text } = document;
  // A table under headers has no one text, but its first value has.
  const live = valueAt(document.value, want.path);
  const leaves = isTable(live) ? leavesOf(live, want.path).map((leaf) => leaf.path) : [];
  const span = [want.path, ...leaves].map((path) => document.find(path)?.span)
    .find((found) => found !== undefined);
  return new ConfigPatchError(
    "shape",
    `a table stands at ${pathText(want.path)}, where a value must be`,
    {
      provider,
      ...(span === undefined ? {} : locate(text, span.start)),
      remedy:
        "rename or remove that table; it is not replaced, because that would lose what is in it",
    },
  );
}

/** Two patches can mean one place in different words; then the last one put would win silently. */
function checkHolds(document: ConfigDocument, want: Wanted, provider: string): void {
  if (sameValue(valueAt(document.value, want.path), want.value)) return;
  throw new ConfigPatchError(
    "conflict",
    `${
      pathText(want.path)
    } does not keep the value of this provider: another one means the same place in other words`,
    { provider, remedy: "let one of the two patches go, or make their values equal" },
  );
}
