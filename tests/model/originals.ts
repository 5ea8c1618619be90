/** What each file was before us, byte by byte, as long as that can be told. */
import assert from "node:assert/strict";
import { show } from "./checks.ts";
import type { Outcome } from "./rules.ts";

/** A text with ours in it, and what it was before us; absent: that cannot be told any more. */
interface Pair {
  readonly text: string | undefined;
  readonly original: { readonly text: string | undefined } | undefined;
}

/** A text before and after a run, and whether something of ours is in it then. */
interface Run {
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly isHeld: boolean;
}

/** The originals of all files. */
export class Originals {
  /** Absent: it cannot be told any more. */
  readonly #texts = new Map<string, string | undefined>();
  /** What each file was after the last run, and what was set aside. */
  readonly #pairs = new Map<string, Pair>();
  readonly #asides = new Map<string, Pair>();

  /** A user or a client writes a file. */
  write(file: string, text: string | undefined, isHeld: boolean): void {
    const pair = this.#pairs.get(file);
    if (!isHeld) this.#texts.set(file, text);
    // What is again as we left it goes back to what it was before us.
    else if (pair?.text === text && pair?.original !== undefined) {
      this.#texts.set(file, pair.original.text);
    } else this.#texts.delete(file);
  }

  /** Our record is lost. */
  lose(held: Iterable<string>): void {
    for (const file of held) this.#texts.delete(file);
    this.#pairs.clear();
    this.#asides.clear();
  }

  /** A run is over. */
  follow(file: string, { isLoose, turn }: Outcome, { before, after, isHeld }: Run): void {
    const pair = this.#asides.get(file);
    if (turn === "set aside") {
      setOrDelete(this.#asides, file, this.#pairs.get(file));
      this.#texts.set(file, before);
    }
    if (turn === "taken up") {
      // A text that comes back just as it was is given back as it was.
      const original = pair?.text === before ? pair?.original : undefined;
      if (original === undefined) this.#texts.delete(file);
      else this.#texts.set(file, original.text);
    }
    if (isLoose) this.#texts.delete(file);
    const original = this.#texts.has(file) ? { text: this.#texts.get(file) } : undefined;
    setOrDelete(this.#pairs, file, isHeld ? { text: after, original } : undefined);
  }

  /** Nothing of ours is in a file: then it is as it was. Returns whether that could be told. */
  assert(file: string, text: string | undefined): boolean {
    const isKnown = this.#texts.has(file);
    if (isKnown) assert.equal(show(text), show(this.#texts.get(file)), `${file} is as before`);
    this.#texts.set(file, text);
    return isKnown;
  }
}

function setOrDelete<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
