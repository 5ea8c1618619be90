/** What a reader of an official suite gives, and how its files are read. */

/** One document of a suite. */
export interface SuiteDocument {
  /** Its name in the suite. */
  readonly name: string;
  /** Its text. */
  readonly text: string;
  /** Whether it has to be refused. */
  readonly invalid: boolean;
}

/** An official suite of one format. */
export interface Suite {
  /** The format that it is about. */
  readonly format: string;
  /** The suite's own name. */
  readonly name: string;
  /** The share of valid documents that may be refused for the reasons of the design. */
  readonly mayRefuse: number;
  /** Of how many documents, where the suite has more valid ones than those with a table as root. */
  readonly outOf?: number;
  /** How many invalid documents are no UTF-8: no handler ever sees those. */
  readonly undecodable: number;
  /** Its documents; those whose bytes are no text are left out where they are valid. */
  readonly documents: readonly SuiteDocument[];
  /** What an independent reader makes of a text; throws where it reads none. */
  readonly second?: (text: string) => unknown;
}

/** Text of UTF-8 bytes, or `undefined`: bytes that are no text never reach a handler. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Fatal decoding tells by throwing.
    return undefined;
  }
}
