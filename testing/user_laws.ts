/** The laws of what users do between apply and disable. @module */
import { ConfigPatchError } from "../errors.ts";
import { applySplice } from "../formats/splice.ts";
import type { ConfigDocument, ConfigPath, ConfigRoot, Span, Splice } from "../formats/types.ts";
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
import { isVacant } from "../ownership/claims.ts";
import type { Part } from "../ownership/wanted.ts";
import {
  attempt,
  LawBreach,
  type LawEdit,
  plan,
  read,
  type Seen,
  seen,
  type SeenClaim,
  show,
  standing,
  type Trial,
  wantsAll,
} from "./law.ts";

/** A user's edit between apply and disable, and what became of it. */
export interface Between {
  /** Before apply. */
  readonly original: string;
  /** Whether there was nothing before apply: then whitespace alone is not missed. */
  readonly began: boolean;
  /** After apply. */
  readonly applied: string;
  /** The user's edit of that. */
  readonly user: Splice;
  /** After the user's edit. */
  readonly edited: string;
  /** After disable. */
  readonly disabled: string;
  /** Whether all our values still stand after the user's edit. */
  readonly live: boolean;
  /** What we remembered. */
  readonly state: Seen;
  /** The trees: original, edited, disabled. */
  readonly trees: readonly [ConfigRoot, ConfigRoot, ConfigRoot];
  /** The tree that the rules of disable lead to. */
  readonly expected: ConfigRoot;
  /** Our bytes, as far as they are known to be contiguous. */
  readonly ours: Span | undefined;
  /** Reads a text of this trial. */
  readonly read: (text: string) => ConfigDocument;
}

/**
 * Applies, lets the user edit, disables. `undefined` where the edit leaves no valid document.
 *
 * @throws {ConfigPatchError} where the edited file cannot be edited any more.
 */
export function editBetween(
  trial: Omit<Trial, "edit">,
  edits: readonly LawEdit[],
  user: Splice,
): Between | undefined {
  const applied = plan(trial, standing(trial.text), [wantsAll(edits)]);
  if (applied.text === undefined || applied.state === undefined) return undefined;
  const original = trial.text ?? trial.handler.blank;
  const parse = (text: string) => read(trial.handler, text, trial.strict);
  const edited = applySplice(applied.text, user);
  let tree: ConfigRoot;
  try {
    tree = parse(edited).value;
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
  const before = parse(original);
  const part: Part = { ...wantsAll(edits), action: "disable" };
  const left = plan(trial, { text: edited, state: applied.state }, [part]);
  const disabled = left.text ?? trial.handler.blank;
  const texts = { original, applied: applied.text, edited, disabled };
  const remembered = seen(applied.state);
  const after = attempt("Refusal", texts, () => parse(disabled)).value;
  return {
    original,
    began: trial.text === undefined || trial.text === "",
    applied: applied.text,
    user,
    edited,
    disabled,
    live: remembered.claims.every((claim) => placeOf(tree, claim) !== undefined),
    state: remembered,
    trees: [before.value, tree, after],
    expected: treeWithoutUs(before.value, tree, after, remembered),
    ours: ourBytes(applied.text, parse(applied.text), remembered),
    read: parse,
  };
}

/**
 * The user's edits elsewhere survive disable; if our bytes still stand as we wrote them, disable
 * gives the original with exactly those edits.
 */
export function foreign(between: Between): void {
  const { original, user, disabled, ours } = between;
  const elsewhere = ours && mapBack(user, ours, original.length - between.applied.length);
  const wanted = elsewhere ? applySplice(original, elsewhere) : original;
  const fits = elsewhere && between.live && sameValue(treeOf(between, wanted), between.expected);
  // The user's comma may have been needed by our entry alone; a strict text must stay strict.
  const laxer = fits && between.read(between.edited).isStrict === true &&
    between.read(wanted).isStrict === false;
  if (fits && !laxer) {
    if (between.began && squeeze(wanted) === squeeze(original)) return;
    if (disabled !== wanted) throw breach("Foreign", between, `not ${JSON.stringify(wanted)}`);
    return;
  }
  // Where the user changed our value, the former one does not come back.
  if (!between.live || (user.remove !== "" && !elsewhere)) return;
  // Without our header, what stood below it is in a container of the user's: nobody can tell it.
  if (between.state.created.some((path) => isMerged(between, path))) return;
  if (!isWithin(squeeze(wanted), squeeze(disabled))) {
    throw breach("Foreign", between, "something of the user's is gone");
  }
}

/** Whether a container that we created is, after the user's edit, one that stood there before. */
function isMerged({ trees: [original, edited] }: Between, path: ConfigPath): boolean {
  const { found, missing } = resolve(edited, path);
  return missing.length === 0 && isTable(valueAt(original, found));
}

/** A value that the user changed after us is never removed. */
export function owner(between: Between): void {
  const [, edited, disabled] = between.trees;
  for (const claim of between.state.claims) {
    const { path } = claim;
    const now = valueAt(edited, path);
    if (now === undefined || placeOf(edited, claim) !== undefined) continue;
    if (isTable(now) && Object.keys(now).length === 0) continue;
    if (!sameValue(valueAt(disabled, path), now)) {
      throw breach("Owner", between, `the user's value of ${pathText(path)} is gone`);
    }
  }
}

/** What we created goes if no key in it is the user's, and stays if one is; nothing else changes. */
export function extend(between: Between): void {
  if (!sameValue(between.trees[2], between.expected)) {
    throw breach("Extend", between, `another tree than ${show(between.expected)}`);
  }
}

/** What the user wrote into or behind our lines, comments above all, stays as text. */
export function comment(between: Between): void {
  const { user, disabled } = between;
  if (user.remove !== "") return;
  for (const line of user.insert.split("\n")) {
    if (squeeze(disabled).includes(squeeze(line))) continue;
    throw breach("Comment", between, `${JSON.stringify(line)} is gone`);
  }
}

/** The laws of user edits, by name. */
export const USER_LAWS: Readonly<Record<string, (between: Between) => void>> = {
  Foreign: foreign,
  Owner: owner,
  Extend: extend,
  Comment: comment,
};

function breach(law: string, between: Between, what: string): LawBreach {
  const { original, applied, edited, disabled } = between;
  return new LawBreach(law, what, { original, applied, edited, disabled });
}

/** The tree after disable, by the rules: our values and our empty containers are out. */
function treeWithoutUs(
  original: ConfigRoot,
  edited: ConfigRoot,
  disabled: ConfigRoot,
  state: Seen,
): ConfigRoot {
  const tree = copyOf(edited);
  for (const claim of state.claims) {
    const { path, text } = claim;
    const place = placeOf(tree, claim);
    if (place === undefined) continue;
    const former = valueAt(original, path);
    if (text?.overrode === true && former !== undefined) {
      setAt(tree, place, copyOf(former));
      continue;
    }
    removeAt(tree, place);
    // The entry that it was in need not be the first one that its selector means.
    for (let depth = path.length - 1; depth > 0; depth--) {
      const outer = place.slice(0, depth);
      const last = path[depth - 1];
      const ours = state.created.some((made) => pathText(made) === pathText(path.slice(0, depth)));
      if (!ours || last === undefined || !isVacant(valueAt(tree, outer), matchOf(last))) break;
      removeAt(tree, outer);
    }
  }
  for (const path of state.created.toSorted((a, b) => b.length - a.length)) {
    const { found, missing } = resolve(tree, path);
    const last = path[path.length - 1];
    if (missing.length > 0 || last === undefined) continue;
    if (isVacant(valueAt(tree, found), matchOf(last))) removeAt(tree, found);
  }
  // A table that loses its last key may be left without any value, where the format allows it.
  for (const { path } of state.claims) {
    for (const [depth] of path.entries()) {
      const at = path.slice(0, depth);
      const now = valueAt(tree, at);
      if (depth === 0 || !isTable(now) || Object.keys(now).length > 0) continue;
      if (valueAt(disabled, at) === null) setAt(tree, at, null);
    }
  }
  return tree;
}

function matchOf(last: ConfigPath[number]) {
  return typeof last === "object" ? last : undefined;
}

/** The first place that still holds what we wrote. */
function placeOf(tree: ConfigRoot, { path, value }: SeenClaim): ConcretePath | undefined {
  const places = resolveAll(tree, path);
  const depth = path.findIndex((key) => typeof key === "object");
  const list = depth === -1 ? undefined : valueAt(tree, path.slice(0, depth));
  // An entry that is alone in its list is ours, whatever it is called by now.
  if (places.length === 0 && isList(list) && list.length === 1) {
    places.push(...resolveAll(tree, [...path.slice(0, depth), 0, ...path.slice(depth + 1)]));
  }
  return places.find((at) => sameValue(valueAt(tree, at), value));
}

/** A region of the applied text that holds all our bytes, and nothing else where it can be told. */
function ourBytes(
  applied: string,
  document: ConfigDocument,
  { claims }: Seen,
): Span | undefined {
  const texts = claims.map((claim) => claim.text);
  const total = texts.reduce((sum, text) => sum + (text?.insert.length ?? 0), 0);
  const regions = claims.map(({ path, text }) => {
    const span = document.find(path)?.span;
    if (span === undefined || text === undefined) return undefined;
    // The bytes of the other claims may stand between ours.
    const others = total - text.insert.length;
    const start = span.start - text.value.start;
    return { start: start - others, end: start + text.insert.length + others };
  });
  const starts = regions.map((region) => region?.start ?? 0);
  const ends = regions.map((region) => region?.end ?? applied.length);
  return regions.length === 0 ? undefined : { start: Math.min(...starts), end: Math.max(...ends) };
}

/** A splice of the applied text that touches none of our bytes, as one of the original. */
function mapBack(user: Splice, ours: Span, shift: number): Splice | undefined {
  if (user.offset + user.remove.length <= ours.start) return user;
  return user.offset >= ours.end ? { ...user, offset: user.offset + shift } : undefined;
}

function treeOf(between: Between, text: string): ConfigRoot | undefined {
  try {
    return between.read(text).value;
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}

/** Without the characters that a removal may have to change around what it removes. */
function squeeze(text: string): string {
  return text.replace(/[\s,\uFEFF]/g, "");
}

/** Whether all characters of `part` stand in `whole`, in this order. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
