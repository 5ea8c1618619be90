/** Whether the bytes of a claim still stand in a text, and where. @module */
import type { ConfigDocument } from "../formats/types.ts";
import { type Claim, type ClaimText, isLive } from "./claims.ts";
import type { ConcretePath } from "../formats/value.ts";

/** A claim whose bytes stand: the region that they cover, and the path of the value. */
export interface Fit {
  /** The claim. */
  readonly claim: Claim;
  /** Its bytes. */
  readonly text: ClaimText;
  /** Where the region begins, in UTF-16 code units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** Where the value is. */
  readonly at: ConcretePath;
}

/**
 * The claims whose bytes stand in the text, looked for in reverse order of writing: what a later
 * claim wrote within the bytes of an earlier one is passed over.
 */
export function fitAll(document: ConfigDocument, claims: readonly Claim[]): Fit[] {
  const passed = new PassedOver(document.text);
  const fits: Fit[] = [];
  for (const claim of claims.toReversed()) {
    const { text, at } = claim;
    if (text === undefined || at === undefined || !isLive(document.value, claim)) continue;
    const span = document.find(at)?.span;
    const region = span && passed.around(span.start, text);
    if (region === undefined) continue;
    passed.add(region.start, region.end, text.remove === "");
    fits.push({ claim, text, at: at as ConcretePath, ...region });
  }
  return fits;
}

/** The fits that lie in no other one. */
export function outermost(fits: readonly Fit[]): Fit[] {
  const result: Fit[] = [];
  for (const fit of fits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result[result.length - 1];
    if (last === undefined || fit.end > last.end || fit.start >= last.end) result.push(fit);
  }
  return result;
}

/**
 * A text of which some regions are passed over. The bytes of a container are contiguous again once
 * the values inside it are passed over.
 */
class PassedOver {
  readonly #text: string;
  readonly #endOf = new Map<number, number>();
  readonly #startOf = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Passes over a region; one whose removal leaves former text behind stays in the way. */
  add(start: number, end: number, leavesNothing: boolean): void {
    if (!leavesNothing || start === end) return;
    this.#endOf.set(start, end);
    this.#startOf.set(end, start);
  }

  /** The region that a claim's bytes cover around its value, or `undefined`. */
  around(at: number, text: ClaimText): { start: number; end: number } | undefined {
    let start = at;
    for (let i = text.value.start - 1; i >= 0; i--) {
      for (let to = this.#startOf.get(start); to !== undefined; to = this.#startOf.get(start)) {
        start = to;
      }
      if (this.#text[--start] !== text.insert[i]) return undefined;
    }
    let end = at;
    for (let i = text.value.start; i < text.insert.length; i++) {
      for (let to = this.#endOf.get(end); to !== undefined; to = this.#endOf.get(end)) end = to;
      if (this.#text[end++] !== text.insert[i]) return undefined;
    }
    return isWholeLines(text) && !this.#beginsLine(start) ? undefined : { start, end };
  }

  #beginsLine(offset: number): boolean {
    let start = offset;
    for (let to = this.#startOf.get(start); to !== undefined; to = this.#startOf.get(start)) {
      start = to;
    }
    return start === 0 || /[\n\uFEFF]/.test(this.#text[start - 1] ?? "");
  }
}

/** Whether the bytes were lines of their own: those that the user has indented anew are others. */
function isWholeLines({ insert, remove }: ClaimText): boolean {
  return remove === "" && insert.endsWith("\n") && !/^\r?\n/.test(insert);
}
