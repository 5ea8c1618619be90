/** Splices: applying them, inverting them, merging several into one. @module */
import type { Splice } from "./types.ts";

/**
 * The text after one splice.
 *
 * @example
 * ```ts
 * import { applySplice } from "@terok/vault-config/formats";
 *
 * const text = applySplice("a = 1\n", { offset: 4, remove: "1", insert: "2" });
 * if (text !== "a = 2\n") throw new Error(text);
 * ```
 *
 * @throws {RangeError} where `remove` does not stand at `offset`: a splice belongs to one text.
 */
export function applySplice(text: string, splice: Splice): string {
  const { offset, remove, insert } = splice;
  if (!text.startsWith(remove, offset)) {
    throw new RangeError(`the text to remove does not stand at offset ${offset}`);
  }
  return text.slice(0, offset) + insert + text.slice(offset + remove.length);
}

/**
 * The text after several splices that were all made for this very text. They must not overlap;
 * several at one offset are inserted in the order given.
 */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = "";
  let from = 0;
  for (const splice of sorted(splices)) {
    if (splice.offset < from || !text.startsWith(splice.remove, splice.offset)) {
      throw new RangeError(`splices overlap or do not fit at offset ${splice.offset}`);
    }
    result += text.slice(from, splice.offset) + splice.insert;
    from = splice.offset + splice.remove.length;
  }
  return result + text.slice(from);
}

/** The splice that takes `splice` back in the text that it led to. */
export function invert(splice: Splice): Splice {
  return { offset: splice.offset, remove: splice.insert, insert: splice.remove };
}

/** One splice with the effect of several that do not overlap; what stands between them is kept. */
export function mergeSplices(text: string, splices: readonly Splice[]): Splice {
  const order = sorted(splices);
  const first = order[0];
  if (first === undefined) return { offset: 0, remove: "", insert: "" };
  const last = order[order.length - 1] ?? first;
  const end = last.offset + last.remove.length;
  const region = text.slice(first.offset, end);
  const insert = applySplices(
    region,
    order.map((s) => ({ ...s, offset: s.offset - first.offset })),
  );
  return { offset: first.offset, remove: region, insert };
}

function sorted(splices: readonly Splice[]): Splice[] {
  return [...splices].sort((a, b) => a.offset - b.offset);
}
