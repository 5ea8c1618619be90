/** The laws of several providers in one file, while the user edits it. @module */
import { ConfigPatchError } from "../errors.ts";
import { applySplice } from "../formats/splice.ts";
import type { ConfigDocument, ConfigRoot, Splice } from "../formats/types.ts";
import { isTable, pathText, sameValue, valueAt } from "../formats/value.ts";
import { permutations } from "./edit_laws.ts";
import {
  attempt,
  type FileNow,
  LawBreach,
  type LawEdit,
  leaves,
  plan,
  read,
  show,
  type Trial,
  untouched,
  wants,
} from "./law.ts";
import { isWithin, squeeze, withEdit } from "./regions.ts";
import { trailingCommas } from "./strict.ts";
import { isElsewhere, isLaxer, type Ours, oursIn, placeOf, treeWithoutUs } from "./user_laws.ts";

/** A file in which several providers have their values, one applied after the other. */
export interface Crowd {
  /** The texts: before the first, after the first, … after the last. */
  readonly texts: readonly string[];
  /** The file after the last. */
  readonly applied: FileNow;
}

/** Applies each edit for a provider of its own, in turn; `undefined` if nothing was to do for one. */
export function crowdOf(trial: Omit<Trial, "edit">, edits: readonly LawEdit[]): Crowd | undefined {
  const texts = [trial.text ?? ""];
  let applied = untouched(trial.text);
  for (const [index, edit] of edits.entries()) {
    applied = plan(trial, applied, [wants(edit, `p${index}`)]);
    if (applied.text === undefined || applied.text === texts.at(-1)) return undefined;
    texts.push(applied.text);
  }
  return applied.memory === undefined ? undefined : { texts, applied };
}

/**
 * The user edits near, on or behind the lines of several providers, and they leave in every order:
 * the values of those that stay hold, and the end is the original with exactly the user's edit.
 * Nothing is tried where the edit leaves no valid document.
 */
export function disjointForeign(
  trial: Omit<Trial, "edit">,
  edits: readonly LawEdit[],
  user: Splice,
  crowd: Crowd | undefined = crowdOf(trial, edits),
): boolean {
  if (crowd?.applied.text === undefined) return false;
  const edited = applySplice(crowd.applied.text, user);
  const document = readOr(trial, edited);
  if (document === undefined) return false;
  const original = trial.text ?? "";
  const before = read(trial.handler, original, trial.strict).value;
  const scene: Scene = {
    trial,
    edits,
    original,
    edited,
    document,
    ours: oursIn(before, edits),
    wanted: crowd.texts.map((_, count) => withEdit(user, crowd.texts.slice(count))),
    added: user.insert,
  };
  for (const order of permutations(edits.map((_, index) => index))) {
    const { memory } = crowd.applied;
    leaveInOrder(scene, { text: edited, memory }, order);
  }
  return true;
}

/** All that the end of an order is judged by. */
interface Scene {
  readonly trial: Omit<Trial, "edit">;
  readonly edits: readonly LawEdit[];
  readonly original: string;
  /** With all providers, after the user's edit. */
  readonly edited: string;
  readonly document: ConfigDocument;
  readonly ours: readonly Ours[];
  /**
   * By the number of providers in it, the text with the user's edit, where the edit touches nothing
   * of those that came later. The first is the original.
   */
  readonly wanted: readonly (string | undefined)[];
  /** What the user typed. */
  readonly added: string;
}

function leaveInOrder(scene: Scene, from: FileNow, order: readonly number[]): void {
  const { trial, edits, original, edited } = scene;
  const texts: Record<string, string | undefined> = { original, edited };
  let now = from;
  for (const [done, index] of order.entries()) {
    const edit = edits[index];
    if (edit === undefined) continue;
    const last = now.text;
    try {
      now = attempt(LAW, texts, () => plan(trial, now, [leaves(edit, `p${index}`)]));
    } catch (error) {
      if (error instanceof LawBreach && DECLINES.test(error.message)) return;
      throw error;
    }
    texts[`without ${pathText(edit.path)}`] = now.text;
    const document = readOr(trial, now.text ?? "");
    if (document === undefined) throw new LawBreach(LAW, "it does not parse any more", texts);
    strict(scene, last, now.text, texts);
    const staying = order.slice(done + 1).flatMap((other) => edits[other] ?? []);
    const lost = staying.find((one) =>
      placeOf(scene.document.value, one) !== undefined &&
      placeOf(document.value, one) === undefined
    );
    if (lost !== undefined) throw new LawBreach(LAW, `${pathText(lost.path)} went along`, texts);
    assertLaterGone(scene, now, order.slice(done + 1), texts);
  }
  assertEnd(scene, now, `disabled as ${order}`, texts);
}

const LAW = "DisjointForeign";

/** What a handler may decline once the user has edited the file. */
const DECLINES = /: (?:unsupported|shape): /;

/** Taking back adds no laxity that the file did not have. */
function strict(
  { trial, document }: Scene,
  before: string | undefined,
  after: string | undefined,
  texts: Readonly<Record<string, string | undefined>>,
): void {
  if (document.isStrict === undefined || before === undefined || after === undefined) return;
  if (trailingCommas(after) > trailingCommas(before)) {
    throw new LawBreach("Strict", "a trailing comma that nobody wrote", texts);
  }
  if (readOr(trial, before)?.isStrict === true && readOr(trial, after)?.isStrict === false) {
    throw new LawBreach("Strict", "a strict file is strict no more", texts);
  }
}

/** Where all have left that came later, the text is that of those before them, with the edit. */
function assertLaterGone(
  { trial, wanted }: Scene,
  { text = "" }: FileNow,
  staying: readonly number[],
  texts: Readonly<Record<string, string | undefined>>,
): void {
  const before = wanted[staying.length];
  if (staying.length === 0 || staying.some((index) => index >= staying.length)) return;
  const [is, was] = [readOr(trial, text), before === undefined ? undefined : readOr(trial, before)];
  if (text === before || is === undefined || was === undefined) return;
  if (!sameValue(is.value, was.value) || (is.isStrict === true && was.isStrict === false)) return;
  throw new LawBreach(LAW, `not ${JSON.stringify(before)}`, texts);
}

function assertEnd(
  scene: Scene,
  { text = "", memory }: FileNow,
  how: string,
  texts: Readonly<Record<string, string | undefined>>,
): void {
  const { trial, original, document, ours, added } = scene;
  const wanted = scene.wanted[0];
  const tree = readOr(trial, text)?.value ?? document.value;
  const expected = treeWithoutUs(document.value, tree, ours);
  if (memory !== undefined) throw new LawBreach(LAW, `a claim is left, ${how}`, texts);
  if (ours.some((one) => isElsewhere(document.value, one))) return;
  if (!sameValue(tree, expected)) {
    throw new LawBreach(LAW, `another tree than ${show(expected)}, ${how}`, texts);
  }
  const live = ours.every((one) => placeOf(document.value, one) !== undefined);
  const fits = wanted !== undefined && live && holds(trial, wanted, expected, document);
  if (fits && squeeze(original) !== "") {
    if (text === wanted) return;
    throw new LawBreach(LAW, `not ${JSON.stringify(wanted)}, ${how}`, texts);
  }
  if (!live || ours.some((one) => isMerged(scene, one))) return;
  for (const line of added.split("\n")) {
    if (squeeze(text).includes(squeeze(line))) continue;
    throw new LawBreach(LAW, `${JSON.stringify(line)} is gone, ${how}`, texts);
  }
  if (!isWithin(squeeze(original), squeeze(text)) && wanted !== undefined) {
    throw new LawBreach(LAW, `something of the user's is gone, ${how}`, texts);
  }
}

/** Whether the original with the user's edit is what the rules of disable lead to. */
function holds(
  trial: Omit<Trial, "edit">,
  wanted: string,
  expected: ConfigRoot,
  edited: ConfigDocument,
): boolean {
  const document = readOr(trial, wanted);
  if (document === undefined || !sameValue(document.value, expected)) return false;
  // The user's comma may have been needed by our entry alone; a strict text must stay strict.
  return !isLaxer(document, edited);
}

/** Whether a container that we made is, after the user's edit, one that stood there before. */
function isMerged({ trial, original, document }: Scene, { created }: Ours): boolean {
  const before = read(trial.handler, original, trial.strict).value;
  return created.some((path) =>
    isTable(valueAt(document.value, path)) && isTable(valueAt(before, path))
  );
}

function readOr(trial: Omit<Trial, "edit">, text: string): ConfigDocument | undefined {
  try {
    return read(trial.handler, text, trial.strict);
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}
