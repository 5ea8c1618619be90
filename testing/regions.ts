/** Where two texts differ, and what of an edit of one means in the other. @module */
import { applySplice } from "../formats/splice.ts";
import type { ConfigPath, ConfigValue, Span, Splice } from "../formats/types.ts";
import { isList, isTable, sameValue } from "../formats/value.ts";

/**
 * The region of `after` outside of which it is the same as `before`, however the two are laid side
 * by side; `undefined` if they are equal. It is exact where they differ by one splice.
 */
export function changedRegion(before: string, after: string): Span | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return {
    start: Math.min(head, shorter - tail),
    end: Math.max(after.length - tail, after.length - (shorter - head)),
  };
}

/**
 * The first of some texts with a splice of the last one; `undefined` where the splice touches
 * anything that came in between.
 *
 * @param texts Each differs from the one before it by one splice.
 */
export function withEdit(user: Splice, texts: readonly string[]): string | undefined {
  let mapped: Splice | undefined = user;
  for (let index = texts.length - 1; index > 0; index--) {
    const [before = "", after = ""] = [texts[index - 1], texts[index]];
    const region = changedRegion(before, after);
    if (region === undefined || mapped === undefined) return undefined;
    mapped = mapBack(mapped, region, before.length - after.length);
  }
  return mapped === undefined ? undefined : applySplice(texts[0] ?? "", mapped);
}

/** A splice of the applied text that touches none of our bytes, as one of the original. */
function mapBack(user: Splice, ours: Span, shift: number): Splice | undefined {
  if (user.offset + user.remove.length <= ours.start) return user;
  return user.offset >= ours.end ? { ...user, offset: user.offset + shift } : undefined;
}

/** Without the characters that a removal may have to change around what it removes. */
export function squeeze(text: string): string {
  return text.replace(/[\s,\uFEFF]/g, "");
}

/** Whether all characters of `part` stand in `whole`, in this order. */
export function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Whether nothing is in a container but what the last key of its path selects it by. */
export function isVacant(value: ConfigValue | undefined, last: ConfigPath[number]): boolean {
  if (value === null) return true;
  if (isList(value)) return value.length === 0;
  if (!isTable(value)) return false;
  const match = typeof last === "object" ? last : {};
  return Object.entries(value).every(([key, item]) =>
    Object.hasOwn(match, key) && sameValue(item, match[key])
  );
}
