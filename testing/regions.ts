/** Where two texts differ, and what of an edit of one means in the other. @module */
import type { ConfigPath, ConfigValue, Span, Splice } from "../formats/types.ts";
import { isList, isTable, sameValue } from "../formats/value.ts";

const SEPARATOR = /[\s,]/;

/**
 * The region of `after` outside of which it is the same as `before`; `undefined` if they are equal.
 * Separators at its ends count as part of it: of two equal ones nobody can tell which is whose.
 */
export function changedRegion(before: string, after: string): Span | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  let start = Math.min(head, shorter - tail);
  let end = Math.max(after.length - tail, after.length - (shorter - head));
  while (start > 0 && SEPARATOR.test(after[start - 1] ?? "")) start--;
  while (end < after.length && SEPARATOR.test(after[end] ?? "")) end++;
  return { start, end };
}

/** A splice of the applied text that touches none of our bytes, as one of the original. */
export function mapBack(user: Splice, ours: Span, shift: number): Splice | undefined {
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
