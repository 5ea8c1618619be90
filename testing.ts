/**
 * The laws of an edit, stated once, for every format: what a handler's author proves in one line,
 * and what this project proves of its own handlers over suites and random documents.
 *
 * Most of them go through the planner, because that is what users rely on. A refusal is no breach
 * of a law, but it is reported, so that nobody proves a handler that refuses everything.
 *
 * @example
 * ```ts
 * import { iniFormat } from "./examples/ini_format.ts";
 * import { assertFormatLaws } from "./testing.ts";
 *
 * const report = assertFormatLaws(iniFormat, ["[core]\neditor = vi ; mine\n"], { comment: ";" });
 * if (report.edits === 0) throw new Error("nothing was tried");
 * ```
 *
 * @module
 */
import { ConfigPatchError } from "./errors.ts";
import { applySplice, invert } from "./formats/splice.ts";
import {
  type ConfigDocument,
  type ConfigPath,
  type ConfigTable,
  type ConfigValue,
  type FormatHandler,
  OpaqueScalar,
  type Selector,
  type Span,
  type Splice,
} from "./formats/types.ts";
import {
  type ConcretePath,
  copyOf,
  isList,
  isTable,
  matches,
  pathText,
  removeAt,
  resolve,
  resolveAll,
  sameValue,
  setAt,
  tableOf,
  valueAt,
} from "./formats/value.ts";
import { type Claim, type FileState, isVacant } from "./reconcile/claims.ts";
import { type Part, planFile } from "./reconcile/plan.ts";

/** A value that a made-up provider wants at a place, now and (for PutPut) later. */
export interface LawEdit {
  /** The place. */
  readonly path: ConfigPath;
  /** The value. */
  readonly value: ConfigValue;
  /** The value after the vault has moved. */
  readonly other: ConfigValue;
}

/** What a law is tried on. */
export interface Trial {
  /** The handler. */
  readonly handler: FormatHandler;
  /** The text before; absent: there is no file. */
  readonly text?: string;
  /** The edit. */
  readonly edit: LawEdit;
  /** Whether the strict dialect is demanded. */
  readonly strict?: boolean;
}

/** A law does not hold. The message names it and shows the texts. */
export class LawBreach extends Error {
  /** The class's name, for whoever has only a printed error. */
  override readonly name: string = "LawBreach";
  /** The law. */
  readonly law: string;

  /** Makes one from the law, what went wrong, and the texts by name. */
  constructor(law: string, what: string, texts: Readonly<Record<string, string | undefined>> = {}) {
    const shown = Object.entries(texts).map(([name, text]) =>
      `\n  ${name}: ${text === undefined ? "(no file)" : JSON.stringify(text)}`
    );
    super(`${law}: ${what}${shown.join("")}`);
    this.law = law;
  }
}

/** An edit that a handler declined, with its reason. */
export interface LawRefusal {
  /** The text that was to be edited. */
  readonly text: string | undefined;
  /** The place. */
  readonly path: ConfigPath;
  /** Why not. */
  readonly error: ConfigPatchError;
}

/** What {@linkcode assertFormatLaws} has tried. */
export interface LawReport {
  /** Texts, variants included. */
  readonly texts: number;
  /** Edits on them. */
  readonly edits: number;
  /** User edits made between an apply and its disable. */
  readonly userEdits: number;
  /** The edits that the handler declined. */
  readonly refused: readonly LawRefusal[];
}

/** What {@linkcode assertFormatLaws} may know about a format. */
export interface LawOptions {
  /** How a comment that reaches to the end of its line begins. Default: `#`. */
  readonly comment?: string;
  /** Texts that do not parse. */
  readonly invalid?: readonly string[];
}

// The laws of one edit

/** After a put, the parsed value at the path is the value put, and everything else is equal. */
export function putGet({ handler, text, edit: { path, value }, strict }: Trial): void {
  const document = read(handler, text, strict);
  const put = document.put(path, value);
  const after = applySplice(document.text, put);
  const texts = { before: document.text, after };
  const expected = copyOf(document.value);
  setAt(expected, path, copyOf(value));
  const next = attempt("PutGet", texts, () => read(handler, after, strict));
  if (!sameValue(next.value, expected)) throw new LawBreach("PutGet", "another tree", texts);
  const span = next.find(path)?.span;
  const written = put.insert.slice(put.value.start, put.value.end);
  if (put.insert !== "" && (span === undefined || after.slice(span.start, span.end) !== written)) {
    throw new LawBreach("PutGet", "find does not give the text of the value put", texts);
  }
  if (applySplice(after, invert(put)) !== document.text) {
    throw new LawBreach("PutGet", "the inverse splice leads elsewhere", texts);
  }
}

/** A put of what holds already is the empty splice, and claims nothing. */
export function getPut(trial: Trial): void {
  const { handler, edit: { path, value }, strict } = trial;
  const document = read(handler, trial.text, strict);
  const after = applySplice(document.text, document.put(path, value));
  const again = read(handler, after, strict).put(path, value);
  if (again.insert + again.remove !== "") {
    throw new LawBreach("GetPut", "a second put is not empty", { before: document.text, after });
  }
  const held = valueAt(document.value, path);
  if (held === undefined || held instanceof OpaqueScalar) return;
  const part: Part = { provider: "p", action: "apply", wanted: [{ path, value: held, known: [] }] };
  const { text, state } = plan(trial, standing(document.text), [part]);
  if (text !== document.text || state !== undefined) {
    throw new LawBreach("GetPut", "a value that stood already was written or claimed", {
      before: document.text,
      after: text,
    });
  }
}

/** Bytes outside the splice are the same bytes, and inside it nothing goes but the old value. */
export function locality({ handler, text, edit: { path, value }, strict }: Trial): void {
  const document = read(handler, text, strict);
  const { offset, remove, insert } = document.put(path, value);
  const texts = { before: document.text, remove, insert };
  if (!document.text.startsWith(remove, offset)) {
    throw new LawBreach("Locality", `what is to go does not stand at ${offset}`, texts);
  }
  const { found, missing } = resolve(document.value, path);
  const slot = document.find(found);
  const gives = found.length > 0 && (missing.length === 0 || slot?.value === null);
  const { start, end } = gives && slot?.span ? slot.span : { start: offset, end: offset };
  const rest = remove.slice(0, Math.max(0, start - offset)) + remove.slice(end - offset);
  if (/\S/.test(rest)) throw new LawBreach("Locality", `"${rest}" goes as well`, texts);
}

/** Apply then disable gives the original bytes; a second apply in between changes nothing. */
export function undo(trial: Trial): void {
  const applied = applyFirst(trial);
  const texts = { before: trial.text, applied: applied.text };
  const again = attempt("Undo", texts, () => plan(trial, applied, [wants(trial.edit)]));
  if (again.text !== applied.text) {
    throw new LawBreach("Undo", "a second apply changed the text", { ...texts, again: again.text });
  }
  const left = attempt("Undo", texts, () => plan(trial, again, [leaves(trial.edit)]));
  assertOriginal("Undo", trial, texts, left);
}

/** Apply, apply with another location, disable gives the original bytes. */
export function putPut(trial: Trial): void {
  const { path, value, other } = trial.edit;
  const moved: LawEdit = { path, value: other, other: value };
  const applied = applyFirst(trial);
  const texts = { before: trial.text, applied: applied.text };
  const again = attempt("PutPut", texts, () => plan(trial, applied, [wants(moved)]));
  const now = read(trial.handler, again.text, trial.strict);
  if (!sameValue(valueAt(now.value, path), other)) {
    throw new LawBreach("PutPut", "the second value is not there", { ...texts, again: again.text });
  }
  const more = { ...texts, again: again.text };
  const left = attempt("PutPut", more, () => plan(trial, again, [leaves(moved)]));
  assertOriginal("PutPut", trial, more, left);
}

/** The laws of one edit, by name. */
export const EDIT_LAWS: Readonly<Record<string, (trial: Trial) => void>> = {
  PutGet: putGet,
  GetPut: getPut,
  Locality: locality,
  Undo: undo,
  PutPut: putPut,
};

// The laws of several providers, and of no edit at all

/** Several providers in one file, disabled in any order, give the original bytes. */
export function disjoint(trial: Omit<Trial, "edit">, edits: readonly LawEdit[]): void {
  const first = standing(trial.text);
  const all = edits.map((edit, index) => wants(edit, `p${index}`));
  const together = plan(trial, first, all);
  const inTurn = all.reduce((from, part) => plan(trial, from, [part]), first);
  for (const [how, applied] of [["together", together], ["in turn", inTurn]] as const) {
    for (const order of permutations(edits.map((_, index) => index))) {
      const texts: Record<string, string | undefined> = { before: trial.text, all: applied.text };
      let now = applied;
      for (const index of order) {
        const edit = edits[index];
        if (edit === undefined) continue;
        now = attempt("Disjoint", texts, () => plan(trial, now, [leaves(edit, `p${index}`)]));
        texts[`without ${pathText(edit.path)}`] = now.text;
      }
      assertOriginal("Disjoint", trial, texts, now, `applied ${how}, disabled as ${order}`);
    }
  }
}

/** A text that does not parse is refused with a `ConfigPatchError`, so it is never written. */
export function refusal(handler: FormatHandler, text: string, strict: boolean = false): void {
  const edit: LawEdit = { path: ["zz_key"], value: VALUE, other: OTHER };
  const trial: Trial = { handler, text, edit, strict };
  try {
    const after = plan(trial, { text }, [wants(edit)]).text;
    throw new LawBreach("Refusal", "a text that does not parse was written", { text, after });
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
  }
}

// The laws of what users do between apply and disable

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
  readonly state: FileState;
  /** The trees: original, edited, disabled. */
  readonly trees: readonly [ConfigTable, ConfigTable, ConfigTable];
  /** The tree that the rules of disable lead to. */
  readonly expected: ConfigTable;
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
  let tree: ConfigTable;
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
  const after = attempt("Refusal", texts, () => parse(disabled)).value;
  return {
    original,
    began: trial.text === undefined || trial.text === "",
    applied: applied.text,
    user,
    edited,
    disabled,
    live: applied.state.claims.every((claim) => placeOf(tree, claim) !== undefined),
    state: applied.state,
    trees: [before.value, tree, after],
    expected: treeWithoutUs(before.value, tree, after, applied.state),
    ours: ourBytes(applied.text, parse(applied.text), applied.state),
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
  if (elsewhere && between.live && sameValue(treeOf(between, wanted), between.expected)) {
    if (between.began && squeeze(wanted) === squeeze(original)) return;
    if (disabled !== wanted) throw breach("Foreign", between, `not ${JSON.stringify(wanted)}`);
    return;
  }
  // Where the user changed our value, the former one does not come back.
  if (!between.live || (user.remove !== "" && !elsewhere)) return;
  if (!isWithin(squeeze(wanted), squeeze(disabled))) {
    throw breach("Foreign", between, "something of the user's is gone");
  }
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

// What to try

/** A text as it is, with CRLF, without a final newline, with a byte order mark. */
export function variantsOf(text: string): { readonly name: string; readonly text: string }[] {
  const variants = [
    { name: "as is", text },
    { name: "crlf", text: text.replace(/\r?\n/g, "\r\n") },
    { name: "no final newline", text: text.replace(/\r?\n$/, "") },
    { name: "bom", text: text.startsWith("\uFEFF") ? text : `\uFEFF${text}` },
  ];
  return variants.filter((one, i) => variants.findIndex((two) => two.text === one.text) === i);
}

/**
 * The edits that a document invites: keys at the top and two levels deep, a list entry, a key in
 * each table, another value for each scalar, an entry in each list of tables.
 */
export function editsOf(root: ConfigTable): LawEdit[] {
  const edits: LawEdit[] = [
    edit(["zz_top"]),
    edit(["zz_outer", "zz_inner", "zz_key"]),
    edit(["zz_list", { zz_name: "ours" }, "zz_key"]),
    { path: ["zz_number"], value: 9419n, other: 9420n },
    { path: ["zz_flag"], value: true, other: false },
    { path: ["zz_words"], value: ["a b", "#c"], other: [] },
  ];
  const visit = (value: ConfigValue, path: ConfigPath) => {
    if (isTable(value)) {
      edits.push(edit([...path, "zz_key"]));
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    } else if (isList(value)) {
      if (value.every(isTable)) edits.push(edit([...path, { zz_name: "ours" }, "zz_key"]));
      for (const [index, item] of value.entries()) {
        visit(item, [...path, selectorOf(value, index) ?? index]);
      }
    } else if (!selects(path)) edits.push(edit(path));
  };
  visit(root, []);
  return edits;
}

/**
 * Edits that a user might make after an apply: of our value, of keys elsewhere and in what we
 * created, comments and blank lines in and around our lines.
 */
export function userEditsOf(
  trial: Trial,
  comment: string = "#",
): Splice[] {
  const { text, state } = plan(trial, standing(trial.text), [wants(trial.edit)]);
  if (text === undefined || state === undefined) return [];
  const document = read(trial.handler, text, trial.strict);
  const created = state.created.filter((path) => isTable(valueAt(document.value, path)));
  const edits = [
    () => document.put(["user_key"], "mine"),
    () => document.put(trial.edit.path, "mine"),
    () => document.drop(trial.edit.path),
    ...created.map((path) => () => document.put([...path, "user_key"], "mine")),
    ...Object.keys(document.value).map((key) => () => document.drop([key])),
  ].flatMap((make): Splice[] => {
    try {
      const { offset, remove, insert } = make();
      return [{ offset, remove, insert }];
    } catch (error) {
      if (error instanceof ConfigPatchError) return [];
      throw error;
    }
  });
  const eol = /\r?\n/.exec(text)?.[0] ?? "\n";
  const span = document.find(trial.edit.path)?.span ?? { start: 0, end: 0 };
  const starts = [...text.matchAll(/^/gm)].map((match) => match.index)
    .filter((at) => text[at - 1] !== "\r" && Math.abs(at - span.start) < 100);
  const ends = [...text.matchAll(/[ \t]*(?=\r?\n|(?![^]))/g)].map((match) => match.index)
    .filter((at) => Math.abs(at - span.end) < 100);
  const inserts: [number, string][] = [
    ...starts.flatMap((at): [number, string][] => [
      [at, `${comment} zz mine${eol}`],
      [at, `  ${comment} zz mine${eol}`],
      [at, eol],
    ]),
    ...ends.flatMap((at): [number, string][] => [[at, ` ${comment} zz mine`]]),
  ];
  return [...edits, ...inserts.map(([offset, insert]) => ({ offset, remove: "", insert }))];
}

/**
 * Tries all laws on samples, each with CRLF, without a final newline and with a byte order mark,
 * and on an empty and an absent file.
 *
 * @example
 * ```ts
 * import { defaultFormats } from "./formats/mod.ts";
 * import { assertFormatLaws } from "./testing.ts";
 *
 * const json = await defaultFormats.load("json");
 * assertFormatLaws(json, ['{ "model": "x" }\n'], { comment: "//", invalid: ["{"] });
 * ```
 *
 * @throws {LawBreach} with the law, the edit, and the texts before and after.
 */
export function assertFormatLaws(
  handler: FormatHandler,
  samples: Iterable<string>,
  options: LawOptions = {},
): LawReport {
  const refused: LawRefusal[] = [];
  const counts = { texts: 0, edits: 0, userEdits: 0 };
  for (const text of options.invalid ?? []) refusal(handler, text);
  const given = new Set<string | undefined>([...samples, undefined, "", handler.blank]);
  const variants = [...given].flatMap((text) => text ? variantsOf(text) : []);
  for (const text of new Set([...given, ...variants.map((variant) => variant.text)])) {
    counts.texts++;
    const document = read(handler, text);
    const fresh: LawEdit[] = [];
    const edits = editsOf(document.value);
    for (const [index, edit] of edits.entries()) {
      counts.edits++;
      const trial: Trial = { handler, ...(text === undefined ? {} : { text }), edit };
      const error = named(edit, () => declines(trial));
      if (error !== undefined) {
        refused.push({ text, path: edit.path, error });
        continue;
      }
      for (const law of Object.values(EDIT_LAWS)) named(edit, () => law(trial));
      if (valueAt(document.value, edit.path) === undefined) fresh.push(edit);
      // The three shapes of a new place, and an existing one: more would only take longer.
      if (!given.has(text) || (index > 2 && index < edits.length - 1)) continue;
      for (const user of userEditsOf(trial, options.comment)) {
        const between = named(edit, () => editedOrDeclined(trial, user));
        if (between === undefined) continue;
        counts.userEdits++;
        for (const law of Object.values(USER_LAWS)) named(edit, () => law(between));
      }
    }
    const file = text === undefined ? {} : { text };
    disjoint({ handler, ...file }, fresh.slice(0, 3));
    disjoint({ handler, ...file }, fresh.slice(-3));
  }
  return { ...counts, refused };
}

/** Why a handler declines an edit; `undefined` when it does not. */
export function declines(trial: Trial): ConfigPatchError | undefined {
  try {
    applyFirst(trial);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigPatchError && DECLINED.has(error.code)) return error;
    if (!(error instanceof ConfigPatchError)) throw error;
    throw new LawBreach("PutGet", `${error.code}: ${error.message}`, { before: trial.text });
  }
}

const DECLINED: ReadonlySet<string> = new Set(["unsupported", "shape"]);

/** An edit that the user makes so that ours cannot be taken out safely any more is no breach. */
function editedOrDeclined(trial: Trial, user: Splice): Between | undefined {
  try {
    return editBetween(trial, [trial.edit], user);
  } catch (error) {
    if (error instanceof ConfigPatchError && DECLINED.has(error.code)) return undefined;
    throw error;
  }
}

// Parts of the laws

const VALUE = "http://localhost:9419/v1";
const OTHER = "http://host.containers.internal:18731/v1";

function edit(path: ConfigPath): LawEdit {
  return { path, value: VALUE, other: OTHER };
}

/** A selector whose first match is this very entry. */
function selectorOf(list: readonly ConfigValue[], index: number): Selector | undefined {
  const entry = list[index];
  for (const [key, value] of isTable(entry) ? Object.entries(entry) : []) {
    if (typeof value !== "string" && typeof value !== "bigint" && typeof value !== "boolean") {
      continue;
    }
    const selector = tableOf([[key, value]]) as Selector;
    if (list.findIndex((item) => matches(item, selector)) === index) return selector;
  }
  return undefined;
}

/** A patch may not set what it selects by. */
function selects(path: ConfigPath): boolean {
  const [step, key] = path.slice(-2);
  return typeof step === "object" && typeof key === "string" && Object.hasOwn(step, key);
}

interface Standing {
  readonly text?: string;
  readonly state?: FileState;
}

function standing(text: string | undefined): Standing {
  return text === undefined ? {} : { text };
}

function read(handler: FormatHandler, text: string | undefined, strict = false): ConfigDocument {
  return handler.parse(text === undefined || text === "" ? handler.blank : text, { strict });
}

function wants(edit: LawEdit, provider = "p"): Part {
  return { ...wantsAll([edit]), provider };
}

function wantsAll(edits: readonly LawEdit[]): Part {
  const wanted = edits.map(({ path, value, other }) => ({ path, value, known: [value, other] }));
  return { provider: "p", action: "apply", wanted };
}

function leaves(edit: LawEdit, provider = "p"): Part {
  return { ...wants(edit, provider), action: "disable" };
}

function plan(trial: Omit<Trial, "edit">, from: Standing, parts: readonly Part[]): Standing {
  const { handler, strict = false } = trial;
  const { text, state, results } = planFile({ handler, strict, ...from, parts });
  for (const { error } of results) if (error !== undefined) throw error;
  return { ...standing(text), ...(state === undefined ? {} : { state }) };
}

function applyFirst(trial: Trial): Standing {
  return plan(trial, standing(trial.text), [wants(trial.edit)]);
}

/** A step that has to work, since the edit itself was accepted. */
function attempt<T>(
  law: string,
  texts: Readonly<Record<string, string | undefined>>,
  step: () => T,
): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    throw new LawBreach(law, `${error.code}: ${error.message}`, texts);
  }
}

function named<T>({ path, value }: LawEdit, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    error.message += `\n  edit: ${pathText(path)} = ${show(value)}`;
    throw error;
  }
}

function assertOriginal(
  law: string,
  { text }: Omit<Trial, "edit">,
  texts: Readonly<Record<string, string | undefined>>,
  left: Standing,
  how = "",
): void {
  const more = { ...texts, disabled: left.text };
  if (left.text !== text) throw new LawBreach(law, `not the original bytes ${how}`, more);
  if (left.state !== undefined) throw new LawBreach(law, `a claim is left ${how}`, more);
}

function breach(law: string, between: Between, what: string): LawBreach {
  const { original, applied, edited, disabled } = between;
  return new LawBreach(law, what, { original, applied, edited, disabled });
}

/** The tree after disable, by the rules: our values and our empty containers are out. */
function treeWithoutUs(
  original: ConfigTable,
  edited: ConfigTable,
  disabled: ConfigTable,
  state: FileState,
): ConfigTable {
  const tree = copyOf(edited);
  for (const claim of state.claims) {
    const { path, text } = claim;
    const place = placeOf(tree, claim);
    if (place === undefined) continue;
    const former = valueAt(original, path);
    if (text?.overrode === true && former !== undefined) setAt(tree, place, copyOf(former));
    else removeAt(tree, place);
  }
  for (const path of state.created.toSorted((a, b) => b.length - a.length)) {
    const { found, missing } = resolve(tree, path);
    const last = path[path.length - 1];
    if (missing.length > 0 || last === undefined) continue;
    if (isVacant(valueAt(tree, found), last)) removeAt(tree, found);
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

/** The first place that still holds what we wrote. */
function placeOf(tree: ConfigTable, { path, value }: Claim): ConcretePath | undefined {
  return resolveAll(tree, path).find((at) => sameValue(valueAt(tree, at), value));
}

/** A region of the applied text that holds all our bytes, and nothing else where it can be told. */
function ourBytes(
  applied: string,
  document: ConfigDocument,
  { claims }: FileState,
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

function treeOf(between: Between, text: string): ConfigTable | undefined {
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

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest])
  );
}

function show(value: ConfigValue): string {
  return JSON.stringify(value, (_key, item) => typeof item === "bigint" ? `${item}n` : item);
}
