/** New text with a value in it: what a put is made of. @module */
import type { Span, Splice } from "./types.ts";

/** New text, and where in it the value that is put stands. */
export interface Written {
  /** The text. */
  readonly text: string;
  /** The range of the value in `text`. */
  readonly value: Span;
}

/** The text of a value, and nothing else. */
export function justValue(text: string): Written {
  return { text, value: { start: 0, end: text.length } };
}

/** The same between other text. */
export function between(before: string, { text, value }: Written, after: string): Written {
  const { start, end } = value;
  return {
    text: before + text + after,
    value: { start: start + before.length, end: end + before.length },
  };
}

/** A put without what it creates. */
export type Insertion = Splice & { readonly value: Span };

/**
 * New text at an offset, between other text.
 *
 * @param remove What stands there and is written again within `before`: a comment that needs a comma
 * before it.
 */
export function insertedAt(
  offset: number,
  before: string,
  written: Written,
  after: string,
  remove = "",
): Insertion {
  const { text, value } = between(before, written, after);
  return { offset, remove, insert: text, value };
}
