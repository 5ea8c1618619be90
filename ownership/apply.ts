/**
 * Making the places of the enabled providers hold what their patches want. Pure.
 *
 * First what is not wanted any more is taken back; then everything that can create is put, until all
 * places that the patches mean hold their values; then what goes into every table (`each`), on the text
 * so far.
 *
 * @module
 */
import { ConfigPatchError, locate as positionOf } from "../errors.ts";
import type { ConfigDocument, ConfigPath, ConfigValue } from "../formats/types.ts";
import { isTable, leavesOf, pathText, resolve, sameValue, valueAt } from "../formats/value.ts";
import { matchAt } from "./adopt.ts";
import { type Claim, isLive, isWithin, joined, pathKey, shownPath, type Wanted } from "./claims.ts";
import { type Demand, refuseConflicts } from "./conflicts.ts";
import { blaming, type Draft, putAll } from "./edits.ts";
import { placeOf } from "./places.ts";
import type { Edit } from "./report.ts";
import { strayClaims } from "./strays.ts";
import { expand, type Part } from "./wanted.ts";
import { type Ending, endingsOf, withdraw } from "./withdraw.ts";

/** How the applied providers end. */
export interface Applied {
  /** The draft after. */
  readonly draft: Draft;
  /** How each provider ends; absent where nothing changes. */
  readonly endings: ReadonlyMap<string, Ending>;
}

/** An entry made by one patch may be meant by another one; few patches are chained like that. */
const MOST_ROUNDS = 8;

/** Applies all parts. Throws as {@linkcode planFile}. */
export function applyAll(draft: Draft, parts: readonly Part[], now: string): Applied {
  if (parts.length === 0) return { draft, endings: new Map() };
  const back = withdrawUnwanted(withoutLostContainers(draft, parts), parts);
  const { draft: rest, lost } = forgetLost(back.draft, parts);
  const session = new Session(asBeginning(rest), lost, parts, now);
  session.put("set");
  session.putDefaults();
  session.put("each");
  session.checkAllHold();
  const endings = new Map<string, Ending>();
  for (const { provider } of parts) {
    const put = session.edits.get(provider) ?? [];
    const edits = [...back.endings.get(provider)?.edits ?? [], ...put];
    if (put.length > 0) endings.set(provider, { outcome: "updated", edits });
    else if (edits.length > 0) {
      const outcome = edits.some((edit) => edit.after !== undefined) ? "restored" : "removed";
      endings.set(provider, { outcome, edits });
    }
  }
  return { draft: session.draft, endings };
}

/**
 * A container that places of these parts are in, and nothing of ours stands in, may be another one by
 * now, of the user's.
 */
function withoutLostContainers(draft: Draft, parts: readonly Part[]): Draft {
  if (draft.created.length === 0) return draft;
  const root = draft.document.value;
  const live = draft.claims.filter((claim) => isLive(root, claim));
  const holders = new Set(live.flatMap(({ at }) => containersOf(at ?? [])));
  const wanted = new Set(
    parts.flatMap(({ wanted }) =>
      wanted.filter((want) => want.kind === "set")
        .flatMap((want) => expand(draft.document, want).flatMap(containersOf))
    ),
  );
  const created = draft.created.filter(({ at }) =>
    holders.has(pathKey(at)) || !wanted.has(pathKey(at))
  );
  return { ...draft, created };
}

/** The keys of all containers on the way to a place. */
function containersOf(at: ConfigPath): string[] {
  return at.map((_, length) => pathKey(at.slice(0, length)));
}

/** An empty root counts as created by us: what a client needs beside its route may go into it. */
function asBeginning(draft: Draft): Draft {
  const { value } = draft.document;
  const isEmpty = isTable(value) && Object.keys(value).length === 0;
  if (!isEmpty || draft.created.some((one) => one.at.length === 0)) return draft;
  return { ...draft, created: [{ at: [], match: undefined }, ...draft.created] };
}

/** Takes back the places of applied providers that their patches do not mean any more. */
function withdrawUnwanted(
  draft: Draft,
  parts: readonly Part[],
): { readonly draft: Draft; readonly endings: ReadonlyMap<string, Ending> } {
  const ours = createdIn(draft);
  const meant = new Map<string, Set<string>>();
  for (const { provider, wanted } of parts) {
    const keys = wanted.filter((want) => want.kind !== "default")
      .flatMap((want) => expand(draft.document, want, ours).map(pathKey));
    meant.set(provider, new Set(keys));
  }
  const unwanted = new Map<Claim, Set<string>>();
  const isMeant = (claim: Claim, owner: string) =>
    claim.at !== undefined && meant.get(owner)?.has(pathKey(claim.at)) === true;
  const strays = strayClaims(draft.document.value, draft.claims);
  for (const claim of draft.claims.filter((claim) => claim.kind !== "default")) {
    // Where it was moved to is told at every start, until it is taken out.
    if (strays.has(claim)) continue;
    const leavers = claim.owners.filter((owner) => meant.has(owner) && !isMeant(claim, owner));
    if (leavers.length > 0) unwanted.set(claim, new Set(leavers));
  }
  for (const claim of draft.claims.filter((claim) => claim.kind === "default")) {
    // It belongs to the route in what was created around it; where there is none, to the file.
    const { at } = claim;
    if (at === undefined) continue;
    const inside = (one: Claim, container: ConfigPath) =>
      one.kind === "set" && one.at !== undefined && isWithin(one.at, container);
    const [inner] = draft.created
      .filter((one) => isWithin(at, one.at))
      .filter((one) => draft.claims.some((other) => inside(other, one.at)))
      .toSorted((a, b) => b.at.length - a.at.length);
    const stays = inner === undefined ||
      draft.claims.some((other) => inside(other, inner.at) && !unwanted.has(other));
    const leavers = claim.owners.filter((owner) => meant.has(owner));
    if (!stays && leavers.length > 0) unwanted.set(claim, new Set(leavers));
  }
  const after = withdraw(draft, unwanted);
  return { draft: after, endings: endingsOf(draft, after, unwanted) };
}

/**
 * Where a place that is wanted no longer holds what we wrote, its claim starts anew from what stands
 * there. Those of its owners that take no part in this run stay owners of just this value.
 */
function forgetLost(draft: Draft, parts: readonly Part[]) {
  const root = draft.document.value;
  const active = new Set(parts.map((part) => part.provider));
  const wanted = new Set(
    parts.flatMap((part) => part.wanted).filter((want) => want.kind !== "default")
      .flatMap((want) => expand(draft.document, want).map(pathKey)),
  );
  const isLost = (claim: Claim) =>
    claim.at !== undefined && !isLive(root, claim) &&
    (claim.owners.some((one) => active.has(one)) || wanted.has(pathKey(claim.at)));
  const claims = draft.claims.filter((claim) => !isLost(claim));
  const lost = draft.claims.filter(isLost);
  const inside = (list: readonly Claim[], at: ConfigPath) =>
    list.some((claim) => claim.at !== undefined && isWithin(claim.at, at));
  // Where nothing of ours stands any more, it may be another container by now, of the user's.
  const live = claims.filter((claim) => isLive(root, claim));
  const created = draft.created.filter(({ at }) => !inside(lost, at) || inside(live, at));
  return {
    draft: { ...draft, claims, created },
    lost: new Map(
      lost.map((claim) => [pathKey(claim.at ?? []), {
        ...claim,
        owners: claim.owners.filter((owner) => !active.has(owner)),
      }]),
    ),
  };
}

function createdIn(draft: Draft): (at: ConfigPath) => boolean {
  const keys = new Set(draft.created.map((one) => pathKey(one.at)));
  return (at) => keys.has(pathKey(at));
}

/** One provider's value at one place of the text. */
interface Aim {
  readonly provider: string;
  readonly want: Wanted;
  readonly at: ConfigPath;
}

/** The puts of one file, one after the other. */
class Session {
  draft: Draft;
  readonly edits: Map<string, Edit[]> = new Map();
  readonly #before: ConfigDocument;
  readonly #lost: ReadonlyMap<string, Claim>;
  readonly #parts: readonly Part[];
  readonly #now: string;

  constructor(
    draft: Draft,
    lost: ReadonlyMap<string, Claim>,
    parts: readonly Part[],
    now: string,
  ) {
    this.draft = draft;
    this.#before = draft.document;
    this.#lost = lost;
    this.#parts = parts;
    this.#now = now;
  }

  /** Puts the values of one kind, until every place that is meant holds its own. */
  put(kind: "set" | "each"): void {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const aims = this.#aims((want) => want.kind === kind);
      refuseConflicts(this.#demands(this.#aims((want) => want.kind !== "default")));
      const claims = this.#claimsFor(aims);
      if (claims.length === 0) return;
      this.draft = putAll(this.draft, claims);
    }
  }

  /**
   * Puts what clients need beside the route, where what it goes into was created just now. A value that
   * stands there already is left alone, whosever it is.
   */
  putDefaults(): void {
    const claims = new Map<string, Claim>();
    const { value } = this.#before;
    const wasEmpty = isTable(value) && Object.keys(value).length === 0;
    for (const { provider, want, at } of this.#aims((want) => want.kind === "default")) {
      const { found, missing } = resolve(this.draft.document.value, at);
      if (missing.length === 0 || claims.has(pathKey(at)) || missing.some(isSelector)) continue;
      const before = resolve(value, at).found.length;
      const isNew = found.length > before || (before === 0 && wasEmpty);
      if (isNew) claims.set(pathKey(at), this.#claim(want, at, [provider]));
    }
    if (claims.size > 0) this.draft = putAll(this.draft, [...claims.values()]);
  }

  /**
   * Two patches can mean one place in different words; then the last one put would win silently. And
   * what holds must hold for every reader: a place that would not be edited now, because readers
   * disagree on it, is none.
   */
  checkAllHold(): void {
    const { document } = this.draft;
    for (const { provider, want, at } of this.#aims((want) => want.kind !== "default")) {
      if (sameValue(valueAt(document.value, at), want.value)) {
        blaming(provider, () => document.put(at, want.value));
        continue;
      }
      throw new ConfigPatchError(
        "conflict",
        `${pathText(at)} does not keep the value of ${provider}: ` +
          "another patch means the same place in other words",
        { provider, remedy: "let one of the two patches go, or make their values equal" },
      );
    }
  }

  #aims(wants: (want: Wanted) => boolean): Aim[] {
    const ours = createdIn(this.draft);
    return this.#parts.flatMap(({ provider, wanted }) =>
      wanted.filter(wants).flatMap((want) =>
        this.#expand(want, provider, ours).map((at) => ({ provider, want, at }))
      )
    );
  }

  #expand(want: Wanted, provider: string, ours: (at: ConfigPath) => boolean): ConfigPath[] {
    return blaming(provider, () => expand(this.draft.document, want, ours));
  }

  #demands(aims: readonly Aim[]): Demand[] {
    const active = new Set(this.#parts.map((part) => part.provider));
    const stays = [...this.draft.claims, ...this.#lost.values()].flatMap((claim): Demand[] => {
      const { at, owners, value } = claim;
      const provider = owners.find((owner) => !active.has(owner));
      if (at === undefined || provider === undefined || claim.kind === "default") return [];
      return [{ provider, at, shown: shownPath(claim), value, active: false }];
    });
    const asked = aims.map(({ provider, want, at }): Demand => {
      const shown = shownPath({ ...this.#claim(want, at, [provider]) });
      return { provider, at, shown, value: want.value, active: true };
    });
    return [...asked, ...stays];
  }

  /** The claims to be put for what does not hold yet, or is not owned yet by all who want it. */
  #claimsFor(aims: readonly Aim[]): Claim[] {
    const { document } = this.draft;
    const held = new Map(
      this.draft.claims.flatMap((claim) =>
        claim.at === undefined ? [] : [[pathKey(claim.at), claim] as const]
      ),
    );
    const claims = new Map<string, Claim>();
    for (const { provider, want, at } of aims) {
      const key = pathKey(at);
      const ours = held.get(key);
      const earlier = claims.get(key);
      const live = valueAt(document.value, at);
      const holds = sameValue(live, want.value);
      if (holds && earlier === undefined) {
        // A value that stood there already is not claimed.
        if (ours === undefined || (ours.owners.includes(provider) && isSameAs(ours, want))) {
          continue;
        }
      }
      if (isTable(live)) throw tableInTheWay(document, at, provider);
      const isOurs = ours !== undefined && isLive(document.value, ours);
      const lost = this.#lost.get(key) ?? this.#heirlessAt(key, want.value);
      const staying = lost !== undefined && sameValue(lost.value, want.value) ? lost.owners : [];
      const owners = joined(earlier?.owners ?? ours?.owners ?? staying, [provider]);
      claims.set(key, { ...this.#claim(want, at, owners, ours ?? earlier) });
      if (holds) continue;
      const edits = this.edits.get(provider) ?? [];
      this.edits.set(provider, edits);
      const path = shownPath(this.#claim(want, at, [provider]));
      const edit = { path, before: live, after: want.value };
      const isUsers = !isOurs && live !== undefined && live !== null;
      edits.push(isUsers ? { ...edit, overrode: true } : edit);
    }
    return [...claims.values()];
  }

  /**
   * A claim on just this value in an entry that is gone, and is about to be made anew: whoever takes no
   * part in this run owns the new one.
   */
  #heirlessAt(key: string, value: ConfigValue): Claim | undefined {
    const { claims, document } = this.draft;
    // The last entry that is left may have been taken for it, which holds something else.
    const isGone = (claim: Claim) => claim.at === undefined || !isLive(document.value, claim);
    const found = claims.find((claim) =>
      isGone(claim) && sameValue(claim.value, value) &&
      pathKey(claim.place.map((one) => typeof one === "string" ? one : one.match ?? {})) === key
    );
    if (found !== undefined) {
      this.draft = { ...this.draft, claims: claims.filter((claim) => claim !== found) };
    }
    return found;
  }

  #claim(
    want: Wanted,
    at: ConfigPath,
    owners: readonly string[],
    known?: Pick<Claim, "place" | "kind" | "template">,
  ): Claim {
    return {
      place: known?.place ?? placeOf(at, (depth) => matchAt(want.path, depth)),
      at,
      value: want.value,
      template: want.template,
      // What anybody sets counts as set.
      kind: known?.kind === "set" ? "set" : want.kind,
      owners,
      since: this.#now,
      text: undefined,
      created: [],
      nulls: [],
    };
  }
}

/** Whether a claim needs no renewal: a healed one may not know its template, a default may become set. */
function isSameAs({ template, kind, owners }: Claim, want: Wanted): boolean {
  return template !== undefined && (owners.length > 1 || sameValue(template, want.template)) &&
    (kind === want.kind || kind === "set");
}

function isSelector(key: ConfigPath[number]): boolean {
  return typeof key === "object";
}

function tableInTheWay(
  document: ConfigDocument,
  at: ConfigPath,
  provider: string,
): ConfigPatchError {
  // A table under headers has no one text, but its first value has.
  const live: ConfigValue | undefined = valueAt(document.value, at);
  const leaves = isTable(live) ? leavesOf(live, at).map((leaf) => leaf.path) : [];
  const span = [at, ...leaves].map((path) => document.find(path)?.span)
    .find((found) => found !== undefined);
  return new ConfigPatchError(
    "shape",
    `a table stands at ${pathText(at)}, where a value must be`,
    {
      ...(span === undefined ? undefined : positionOf(document.text, span.start)),
      provider,
      remedy:
        "rename or remove that table; it is not replaced, because that would lose what is in it",
    },
  );
}
