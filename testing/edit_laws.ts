/** The laws of edits that nobody interferes with. @module */
import { ConfigPatchError } from "../errors.ts";
import { applySplice, invert } from "../formats/splice.ts";
import { type FormatHandler, OpaqueScalar } from "../formats/types.ts";
import { copyOf, pathText, resolve, sameValue, setAt, valueAt } from "../formats/value.ts";
import { OTHER, VALUE } from "./edits.ts";
import {
  applyFirst,
  assertOriginal,
  attempt,
  LawBreach,
  type LawEdit,
  leaves,
  plan,
  read,
  type Trial,
  untouched,
  wants,
  wantsFixed,
} from "./law.ts";

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
  const { text, memory } = plan(trial, untouched(document.text), [wantsFixed(path, held)]);
  if (text !== document.text || memory !== undefined) {
    throw new LawBreach("GetPut", "a value that stood already was written or claimed", {
      before: document.text,
      after: text,
    });
  }
}

/**
 * Bytes outside the splice are the same bytes, and inside it nothing goes but the old value: a comment
 * on the way, before which a comma has to stand, is written again.
 */
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
  if (/\S/.test(rest) && !insert.includes(rest)) {
    throw new LawBreach("Locality", `"${rest}" goes as well`, texts);
  }
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

/** Several providers in one file, disabled in any order, give the original bytes. */
export function disjoint(trial: Omit<Trial, "edit">, edits: readonly LawEdit[]): void {
  const first = untouched(trial.text);
  const all = edits.map((edit, index) => wants(edit, `p${index}`));
  const together = plan(trial, first, all);
  const inTurn = all.reduce((from, part) => plan(trial, from, [part]), first);
  for (const [how, applied] of [["together", together], ["in turn", inTurn]] as const) {
    for (const order of permutations(edits.map((_, index) => index))) {
      const texts: Record<string, string | undefined> = { before: trial.text, all: applied.text };
      let now = applied;
      for (const [done, index] of order.entries()) {
        const edit = edits[index];
        if (edit === undefined) continue;
        now = attempt("Disjoint", texts, () => plan(trial, now, [leaves(edit, `p${index}`)]));
        texts[`without ${pathText(edit.path)}`] = now.text;
        const { value } = read(trial.handler, now.text, trial.strict);
        const lost = order.slice(done + 1).map((stays) => edits[stays])
          .find((stays) => stays && !sameValue(valueAt(value, stays.path), stays.value));
        if (lost === undefined) continue;
        throw new LawBreach("Disjoint", `${pathText(lost.path)} went along`, texts);
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

/** All orders of some items. */
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest])
  );
}
