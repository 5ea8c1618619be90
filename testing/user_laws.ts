/** The laws of what users do between apply and disable. @module */
import { ConfigPatchError } from "../errors.ts";
import { applySplice } from "../formats/splice.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigRoot,
  ConfigValue,
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
import {
  attempt,
  LawBreach,
  type LawEdit,
  leavesAll,
  plan,
  read,
  show,
  type Trial,
  untouched,
  wantsAll,
} from "./law.ts";
import { changedRegion, isVacant, isWithin, squeeze, withEdit } from "./regions.ts";

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
  /** Our values, and what the original holds in their places. */
  readonly ours: readonly Ours[];
  /** The trees: original, edited, disabled. */
  readonly trees: readonly [ConfigRoot, ConfigRoot, ConfigRoot];
  /** The tree that the rules of disable lead to. */
  readonly expected: ConfigRoot;
  /** A region of the applied text that holds all that is ours, and the user's text in between. */
  readonly region: Span | undefined;
  /** The original with the user's edit, where the edit touches no byte of ours. */
  readonly wanted: string | undefined;
  /** Reads a text of this trial. */
  readonly read: (text: string) => ConfigDocument;
}

/** A value of ours, and what was in its place. */
export interface Ours {
  /** The place. */
  readonly path: ConfigPath;
  /** The value that we wrote. */
  readonly value: ConfigValue;
  /** The user's value before. */
  readonly former: ConfigValue | undefined;
  /** The containers on the way that were not there, outermost first. */
  readonly created: readonly ConfigPath[];
  /** Those of them that stood there without any value. */
  readonly empty: readonly ConfigPath[];
}

/** What is ours after an apply: values that stood there already are not. */
export function oursIn(original: ConfigRoot, edits: readonly LawEdit[]): Ours[] {
  return edits.flatMap(({ path, value }): Ours[] => {
    const former = valueAt(original, path);
    if (sameValue(former, value)) return [];
    const outer = path.slice(1).map((_, depth) => path.slice(0, depth + 1));
    const created = outer.filter((at) => (valueAt(original, at) ?? null) === null);
    const empty = created.filter((at) => valueAt(original, at) === null);
    return [{ path, value, former, created, empty }];
  });
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
  const applied = plan(trial, untouched(trial.text), [wantsAll(edits)]);
  if (applied.text === undefined || applied.memory === undefined) return undefined;
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
  const left = plan(trial, { text: edited, memory: applied.memory }, [leavesAll(edits)]);
  const disabled = left.text ?? trial.handler.blank;
  const texts = { original, applied: applied.text, edited, disabled };
  const after = attempt("Refusal", texts, () => parse(disabled)).value;
  const ours = oursIn(before.value, edits);
  return {
    original,
    began: trial.text === undefined || trial.text === "",
    applied: applied.text,
    user,
    edited,
    disabled,
    live: ours.every((one) => placeOf(tree, one) !== undefined),
    ours,
    trees: [before.value, tree, after],
    expected: treeWithoutUs(tree, after, ours),
    region: changedRegion(original, applied.text),
    wanted: wantedText(trial, edits, user, applied.text),
    read: parse,
  };
}

/** The original with the user's edit, if it can be told that the edit touches nothing of ours. */
function wantedText(
  trial: Omit<Trial, "edit">,
  edits: readonly LawEdit[],
  user: Splice,
  applied: string,
): string | undefined {
  // One value after the other, so that each step is one splice.
  const texts = [trial.text ?? trial.handler.blank];
  let now = untouched(trial.text);
  for (const [index] of edits.entries()) {
    now = plan(trial, now, [wantsAll(edits.slice(0, index + 1))]);
    if (now.text !== undefined && now.text !== texts.at(-1)) texts.push(now.text);
  }
  return now.text === applied ? withEdit(user, texts) : undefined;
}

/**
 * The user's edits elsewhere survive disable; if our bytes still stand as we wrote them, disable
 * gives the original with exactly those edits.
 */
export function foreign(between: Between): void {
  const { original, user, disabled } = between;
  const elsewhere = between.wanted !== undefined && !isCommentedOut(between);
  const wanted = between.wanted ?? original;
  // Blanks between our bytes and the user's are nobody's: the indentation of our line goes with it.
  if (isBlankBesideOurs(between) && disabled === original) return;
  if (isInEmptyBrackets(between) && squeeze(disabled) === squeeze(wanted)) return;
  const fits = elsewhere && between.live && sameValue(treeOf(between, wanted), between.expected);
  // The user's comma may have been needed by our entry alone: it must not stay behind the last one.
  const laxer = fits && isLaxer(between.read(wanted), between.read(between.edited));
  if (fits && !laxer) {
    if (between.began && squeeze(wanted) === squeeze(original)) return;
    if (disabled !== wanted) throw breach("Foreign", between, `not ${JSON.stringify(wanted)}`);
    return;
  }
  // Where the user changed our value, the former one does not come back.
  if (!between.live || (user.remove !== "" && !elsewhere)) return;
  // Without our header, what stood below it is in a container of the user's: nobody can tell it.
  if (between.ours.some(({ created }) => created.some((path) => isMerged(between, path)))) return;
  if (!isWithin(squeeze(wanted), squeeze(disabled))) {
    throw breach("Foreign", between, "something of the user's is gone");
  }
}

/** Whether the user has written first into brackets that were empty, and that we have filled. */
function isInEmptyBrackets({ user, applied, region }: Between): boolean {
  return user.remove === "" && region !== undefined && user.offset >= region.start &&
    user.offset <= region.end && /[{[]\s*$/.test(applied.slice(0, user.offset));
}

/** Whether the user's comment goes on over bytes of ours: in a comment, nothing is ours any more. */
function isCommentedOut({ user, applied, region }: Between): boolean {
  if (region === undefined || !/(#|\/\/)[^\n]*$/.test(user.insert)) return false;
  const newline = applied.indexOf("\n", user.offset);
  const end = newline === -1 ? applied.length : newline;
  return region.start < end && region.end > user.offset;
}

function isBlankBesideOurs({ user, region }: Between): boolean {
  return user.remove === "" && user.insert.trim() === "" && region !== undefined &&
    user.offset >= region.start && user.offset <= region.end;
}

/** Whether a text has become one that strict readers refuse, or has a comma more before a bracket. */
export function isLaxer(document: ConfigDocument, than: ConfigDocument): boolean {
  if (document.isStrict === false && than.isStrict === true) return true;
  return (document.looseCommas ?? 0) > (than.looseCommas ?? 0);
}

/** Whether a container that we created is, after the user's edit, one that stood there before. */
function isMerged({ trees: [original, edited] }: Between, path: ConfigPath): boolean {
  const { found, missing } = resolve(edited, path);
  return missing.length === 0 && isTable(valueAt(original, found));
}

/**
 * Whether what our entry was found by has changed, or stands in another entry by now: whether ours is
 * still found depends on what else is in it.
 */
export function isElsewhere(edited: ConfigRoot, { path, value }: Ours): boolean {
  if (placeOf(edited, { path, value }) !== undefined) return false;
  const depths = [...path.keys()].filter((depth) => typeof path[depth] === "object");
  return depths.some((depth) => {
    if (resolveAll(edited, path.slice(0, depth + 1)).length === 0) return true;
    const list = valueAt(edited, path.slice(0, depth));
    return isList(list) &&
      list.some((item) => sameValue(valueAt(item, path.slice(depth + 1)), value));
  });
}

/** A value that the user changed after us is never removed. */
export function owner(between: Between): void {
  const [, edited, disabled] = between.trees;
  for (const one of between.ours) {
    const { path } = one;
    const now = valueAt(edited, path);
    if (now === undefined || placeOf(edited, one) !== undefined) continue;
    if (isTable(now) && Object.keys(now).length === 0) continue;
    if (!sameValue(valueAt(disabled, path), now)) {
      throw breach("Owner", between, `the user's value of ${pathText(path)} is gone`);
    }
  }
}

/** What we created goes if no key in it is the user's, and stays if one is; nothing else changes. */
export function extend(between: Between): void {
  const [, edited] = between.trees;
  if (between.ours.some((one) => isElsewhere(edited, one))) return;
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
export function treeWithoutUs(
  edited: ConfigRoot,
  disabled: ConfigRoot,
  ours: readonly Ours[],
): ConfigRoot {
  const tree = copyOf(edited);
  for (const one of ours) {
    const { path, former, created, empty } = one;
    const place = placeOf(tree, one);
    if (place === undefined) continue;
    if (former !== undefined) {
      setAt(tree, place, copyOf(former));
      continue;
    }
    removeAt(tree, place);
    // The entry that it was in need not be the first one that its selector means.
    for (let depth = path.length - 1; depth > 0; depth--) {
      const outer = place.slice(0, depth);
      const last = path[depth - 1];
      const made = created.some((at) => at.length === depth);
      if (!made || last === undefined || !isVacant(valueAt(tree, outer), last)) break;
      if (empty.some((at) => at.length === depth)) setAt(tree, outer, null);
      else removeAt(tree, outer);
    }
  }
  const empty = new Set(ours.flatMap((one) => one.empty.map(pathText)));
  for (const path of ours.flatMap((one) => one.created).sort((a, b) => b.length - a.length)) {
    const { found, missing } = resolve(tree, path);
    const last = path[path.length - 1];
    if (missing.length > 0 || last === undefined) continue;
    if (!isVacant(valueAt(tree, found), last)) continue;
    if (empty.has(pathText(path))) setAt(tree, found, null);
    else removeAt(tree, found);
  }
  // A table or list that loses its last value may be left without any value, where the format allows it.
  for (const { path } of ours) {
    for (const [depth] of path.entries()) {
      const at = path.slice(0, depth);
      const now = valueAt(tree, at);
      if (depth === 0 || !(isTable(now) || isList(now)) || Object.keys(now).length > 0) continue;
      if (valueAt(disabled, at) === null) setAt(tree, at, null);
    }
  }
  return tree;
}

/** The first place that still holds what we wrote. */
export function placeOf(
  tree: ConfigRoot,
  { path, value }: Pick<Ours, "path" | "value">,
): ConcretePath | undefined {
  const places = resolveAll(tree, path);
  const depth = path.findIndex((key) => typeof key === "object");
  const list = depth === -1 ? undefined : valueAt(tree, path.slice(0, depth));
  // An entry that is alone in its list is ours, whatever it is called by now.
  if (places.length === 0 && isList(list) && list.length === 1) {
    places.push(...resolveAll(tree, [...path.slice(0, depth), 0, ...path.slice(depth + 1)]));
  }
  return places.find((at) => sameValue(valueAt(tree, at), value));
}

function treeOf(between: Between, text: string): ConfigRoot | undefined {
  try {
    return between.read(text).value;
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}
