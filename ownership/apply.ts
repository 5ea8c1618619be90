/**
 * Making the places of the enabled providers hold what their patches want. Pure.
 *
 * First what is not wanted any more is taken back; then everything that can create is put, until all
 * places that the patches mean hold their values; then what goes into every table (`each`), on the text
 * so far.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../errors.ts";
import type { ConfigDocument, ConfigPath, ConfigValue } from "../formats/types.ts";
import { isTable, leavesOf, pathText, resolve, sameValue, valueAt } from "../formats/value.ts";
import { matchAt, writtenWith } from "./adopt.ts";
import {
  type Claim,
  containersOf,
  isLive,
  isWithin,
  joined,
  pathKey,
  shownPath,
  type Wanted,
} from "./claims.ts";
import { type Demand, refuseConflicts } from "./conflicts.ts";
import { blaming, createdKeys, type Draft, putAll } from "./edits.ts";
import { homes } from "./parting.ts";
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

/**
 * One patch may create an entry that another one matches, so we repeat. Two patches that mean one
 * place by different paths would go on for ever; `checkAllHold` tells of them.
 */
const MOST_ROUNDS = 8;

/** Applies all parts. Throws as {@linkcode planFile}. */
export function applyAll(draft: Draft, parts: readonly Part[], now: string): Applied {
  if (parts.length === 0) return { draft, endings: new Map() };
  const back = withdrawUnwanted(withoutLostContainers(draft, parts), parts);
  const { draft: rest, overwritten } = forgetOverwritten(back.draft, parts);
  const puts = new Puts(asBeginning(rest), overwritten, parts, now);
  puts.put("set");
  puts.putDefaults();
  puts.put("each");
  puts.checkAllHold();
  const endings = new Map<string, Ending>();
  for (const { provider } of parts) {
    const put = puts.edits.get(provider) ?? [];
    const edits = [...back.endings.get(provider)?.edits ?? [], ...put];
    if (put.length > 0) endings.set(provider, { outcome: "updated", edits, kept: [], gone: [] });
    else if (edits.length > 0) {
      const outcome = edits.some((edit) => edit.after !== undefined) ? "restored" : "removed";
      endings.set(provider, { outcome, edits, kept: [], gone: [] });
    }
  }
  return { draft: puts.draft, endings };
}

/**
 * A container that we created no longer counts as ours if no value of ours is left in it, and a
 * patch wants a place in it: the user may have created it again.
 */
function withoutLostContainers(draft: Draft, parts: readonly Part[]): Draft {
  if (draft.created.length === 0) return draft;
  const root = draft.document.value;
  const live = draft.claims.filter((claim) => isLive(root, claim));
  const holders = new Set(live.flatMap(({ at }) => containersOf(at ?? [])));
  const wanted = new Set(
    parts.flatMap(({ wanted }) =>
      wanted.filter((want) => want.kind !== "default")
        .flatMap((want) => expand(draft.document, want).flatMap(containersOf))
    ),
  );
  const created = draft.created.filter(({ at }) =>
    holders.has(pathKey(at)) || !wanted.has(pathKey(at))
  );
  return { ...draft, created };
}

/** An empty root counts as created by us, so that defaults may go into it. */
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
    // The user has moved it. The warning names the new place at every start, until it is taken out.
    if (strays.has(claim)) continue;
    const leavers = claim.owners.filter((owner) => meant.has(owner) && !isMeant(claim, owner));
    if (leavers.length > 0) unwanted.set(claim, new Set(leavers));
  }
  // A default is taken back when no value routes any more in its home; see `parting.ts`.
  const homeOf = homes(draft);
  for (const claim of draft.claims.filter((claim) => claim.kind === "default")) {
    const home = homeOf(claim);
    const routes = home === undefined
      ? []
      : draft.claims.filter((one) =>
        one.kind === "set" && one.at !== undefined && isWithin(one.at, home.at)
      );
    const leavers = claim.owners.filter((owner) => meant.has(owner));
    // The entry that it was in is gone, or nobody routes in it any more.
    const isLeft = claim.at === undefined ||
      (routes.length > 0 && routes.every((one) => unwanted.has(one)));
    if (isLeft && leavers.length > 0) unwanted.set(claim, new Set(leavers));
  }
  const after = withdraw(draft, unwanted);
  return { draft: after, endings: endingsOf(draft, after, unwanted) };
}

/**
 * Forgets the claims of wanted places that no longer hold what we wrote: a new claim will begin with
 * what stands there now. Owners that take no part in this run stay owners, as long as the value is
 * the same.
 */
function forgetOverwritten(draft: Draft, parts: readonly Part[]) {
  const root = draft.document.value;
  const active = new Set(parts.map((part) => part.provider));
  const wanted = new Set(
    parts.flatMap((part) => part.wanted).filter((want) => want.kind !== "default")
      .flatMap((want) => expand(draft.document, want).map(pathKey)),
  );
  const isOverwritten = (claim: Claim) =>
    claim.at !== undefined && !isLive(root, claim) &&
    (claim.owners.some((one) => active.has(one)) || wanted.has(pathKey(claim.at)));
  const claims = draft.claims.filter((claim) => !isOverwritten(claim));
  const overwritten = draft.claims.filter(isOverwritten);
  const inside = (list: readonly Claim[], at: ConfigPath) =>
    list.some((claim) => claim.at !== undefined && isWithin(claim.at, at));
  // Where nothing of ours stands any more, it may be another container by now, of the user's.
  const live = claims.filter((claim) => isLive(root, claim));
  const created = draft.created.filter(({ at }) => !inside(overwritten, at) || inside(live, at));
  return {
    draft: { ...draft, claims, created },
    overwritten: new Map(
      overwritten.map((claim) => [pathKey(claim.at ?? []), {
        ...claim,
        owners: claim.owners.filter((owner) => !active.has(owner)),
      }]),
    ),
  };
}

function createdIn(draft: Draft): (at: ConfigPath) => boolean {
  const keys = createdKeys(draft);
  return (at) => keys.has(pathKey(at));
}

/** One provider's value at one place of the text. */
interface Aim {
  readonly provider: string;
  readonly want: Wanted;
  readonly at: ConfigPath;
}

/** The puts of one file, one after the other. */
class Puts {
  draft: Draft;
  readonly edits: Map<string, Edit[]> = new Map();
  readonly #before: ConfigDocument;
  readonly #overwritten: ReadonlyMap<string, Claim>;
  readonly #parts: readonly Part[];
  readonly #now: string;

  constructor(
    draft: Draft,
    overwritten: ReadonlyMap<string, Claim>,
    parts: readonly Part[],
    now: string,
  ) {
    this.draft = draft;
    this.#before = draft.document;
    this.#overwritten = overwritten;
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
   * Puts the defaults into what this run has created. A value that stands there already is left
   * alone, whoever wrote it.
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
   * Checks that every wanted place holds its value. Two patches can name one place by different
   * paths; then the last one would win silently. And a place that readers read in different ways is
   * refused also where it holds our value already, as it would be if we had to write it.
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
    const stays = [...this.draft.claims, ...this.#overwritten.values()].flatMap(
      (claim): Demand[] => {
        const { at, owners, value } = claim;
        const provider = owners.find((owner) => !active.has(owner));
        if (at === undefined || provider === undefined || claim.kind === "default") return [];
        return [{ provider, at, shown: shownPath(claim), value, active: false }];
      },
    );
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
      const overwritten = this.#overwritten.get(key) ?? this.#takeUnfoundClaim(key, want.value);
      const staying = overwritten !== undefined && sameValue(overwritten.value, want.value)
        ? overwritten.owners
        : [];
      const owners = joined(earlier?.owners ?? ours?.owners ?? staying, [provider]);
      claims.set(key, this.#claim(want, at, owners, ours ?? earlier));
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
   * Removes the claim of the same value in an entry that was not found and will be created again.
   * Owners of that claim that are not in this run will also own the value in the new entry.
   */
  #takeUnfoundClaim(key: string, value: ConfigValue): Claim | undefined {
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
    known?: Claim,
  ): Claim {
    return {
      place: known?.place ?? placeOf(at, (depth) => matchAt(want.path, depth)),
      at,
      value: want.value,
      template: want.template,
      // If one of the owners wants it as `set`, that is its kind.
      kind: known?.kind === "set" ? "set" : want.kind,
      owners,
      since: this.#now,
      text: undefined,
      created: [],
      nulls: [],
      written: writtenWith(want.value, known),
    };
  }
}

/**
 * Whether a claim can stay as it is. It cannot if its template is unknown (it came from a sidecar),
 * or if it was put as a default and is wanted as `set` now.
 */
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
  // A table under headers has no single span, so the position of its first value is used.
  const live: ConfigValue | undefined = valueAt(document.value, at);
  const leaves = isTable(live) ? leavesOf(live, at).map((leaf) => leaf.path) : [];
  const span = [at, ...leaves].map((path) => document.find(path)?.span).find(Boolean);
  return new ConfigPatchError(
    "shape",
    `a table stands at ${pathText(at)}, where a value must be`,
    {
      ...(span === undefined ? undefined : locate(document.text, span.start)),
      provider,
      remedy:
        "rename or remove that table; it is not replaced, because that would lose what is in it",
    },
  );
}
