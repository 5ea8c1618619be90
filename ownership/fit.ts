/** Whether the bytes of a claim still stand in a text, and where. @module */
import { lastBefore } from "../formats/lines.ts";
import type { ConfigDocument, ConfigPath, Span } from "../formats/types.ts";
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
  const passed = new PassedOver(document);
  const fits: Fit[] = [];
  for (const claim of claims.toReversed()) {
    const { text, at } = claim;
    if (text === undefined || at === undefined || !isLive(document.value, claim)) continue;
    const span = ownSpan(document, at);
    const region = span && passed.around(span.start, text);
    if (region === undefined) continue;
    passed.add(region.start, region.end, text.remove === "");
    fits.push({ claim, text, at: at as ConcretePath, ...region });
  }
  return fits;
}

/** Where the only text of a value stands: of a place that has two, one alone is not put back. */
export function ownSpan(document: ConfigDocument, at: ConfigPath): Span | undefined {
  const slot = document.find(at);
  return slot?.isRepeated ? undefined : slot?.span;
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
  readonly #document: ConfigDocument;
  readonly #text: string;
  readonly #endOf = new Map<number, number>();
  readonly #startOf = new Map<number, number>();

  constructor(document: ConfigDocument) {
    this.#document = document;
    this.#text = document.text;
  }

  /** Adds a region to pass over, except one that is replaced by former text when it is undone. */
  add(start: number, end: number, leavesNothing: boolean): void {
    if (!leavesNothing || start === end) return;
    this.#endOf.set(start, end);
    this.#startOf.set(end, start);
  }

  /**
   * The region that a claim's bytes cover around its value, or `undefined`. Lines of ours that the
   * user has indented otherwise are still ours, and their indentation goes with them.
   */
  around(at: number, text: ClaimText): { start: number; end: number } | undefined {
    const { insert, value } = text;
    const ownLines = isWholeLines(text);
    const isIndent = indentIn(text);
    let start = at;
    for (let i = value.start - 1; i >= 0; i--) {
      if (isIndent(i)) continue;
      if (insert[i] === "\n") start = this.#withoutIndent(start, text);
      start = this.#before(start);
      if (this.#text[--start] !== insert[i]) return undefined;
    }
    let end = at;
    for (let i = value.start; i < insert.length; i++) {
      if (isIndent(i)) continue;
      end = this.#behind(end);
      if (insert[i - 1] === "\n" || isIndent(i - 1)) {
        while (text.remove === "" && isBlank(this.#text[end])) end = this.#behind(end + 1);
      }
      if (this.#text[end++] !== insert[i]) return undefined;
    }
    // What looks like a comma or bracket of ours may be the end of a comment of the user's.
    if (this.#isInComment(start)) return undefined;
    if (!ownLines) return { start, end };
    start = this.#withoutIndent(start, text);
    return this.#beginsLine(start) ? { start, end } : undefined;
  }

  /** Before the blanks that end at an offset, where these are the indentation of a line of ours. */
  #withoutIndent(offset: number, { remove }: ClaimText): number {
    let start = this.#before(offset);
    while (remove === "" && isBlank(this.#text[start - 1])) start = this.#before(start - 1);
    return start;
  }

  #before(offset: number): number {
    let start = offset;
    for (let to = this.#startOf.get(start); to !== undefined; to = this.#startOf.get(start)) {
      start = to;
    }
    return start;
  }

  #behind(offset: number): number {
    let end = offset;
    for (let to = this.#endOf.get(end); to !== undefined; to = this.#endOf.get(end)) end = to;
    return end;
  }

  /** Whether an offset is within a comment, behind where that begins. */
  #isInComment(offset: number): boolean {
    const last = lastBefore(this.#document.comments ?? [], offset);
    return last !== undefined && offset < last.end;
  }

  #beginsLine(offset: number): boolean {
    const start = this.#before(offset);
    return start === 0 || /[\n\uFEFF]/.test(this.#text[start - 1] ?? "");
  }
}

/** Whether the bytes were lines of their own. */
function isWholeLines({ insert, remove }: ClaimText): boolean {
  return remove === "" && insert.endsWith("\n") && !/^\r?\n/.test(insert);
}

/** A function that says whether an offset of the inserted text is in the indentation of a line. */
function indentIn(text: ClaimText): (offset: number) => boolean {
  const { insert, remove } = text;
  if (remove !== "") return () => false;
  const indents = new Set<number>();
  let leads = isWholeLines(text);
  // The blanks at the very end stand before something of the user's.
  for (let i = 0; i < insert.trimEnd().length; i++) {
    if (insert[i] === "\n") leads = true;
    else if (leads && isBlank(insert[i])) indents.add(i);
    else leads = false;
  }
  return (offset) => indents.has(offset);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** Where a claim stands whose value is spelled otherwise by now: with the blanks that came along. */
export function aroundValue(text: string, { start, end }: Span, own: ClaimText): Span {
  const before = own.insert.slice(0, own.value.start);
  const behind = own.insert.slice(own.value.end);
  return text.endsWith(before, start) && text.startsWith(behind, end)
    ? { start: start - before.length, end: end + behind.length }
    : { start, end };
}
