/** What the generators of all formats share: blanks, line ends, and the ends of files. */
import fc from "fast-check";
import type { LawEdit } from "../../../testing/law.ts";

/** A generator of documents of one format, and what its users write into them. */
export interface Generator {
  /** The format. */
  readonly format: string;
  /** Documents, nearly all of them valid. */
  readonly document: fc.Arbitrary<string>;
  /** What a user may write at the beginning of a line. */
  readonly lines: readonly string[];
  /** What a user may write anywhere. */
  readonly snippets: readonly string[];
  /** Which edits the format can hold at all; absent: every one. */
  readonly holds?: (edit: LawEdit) => boolean;
  /** The largest shares of documents and of edits that the handler may decline. */
  readonly mayDecline: { readonly documents: number; readonly edits: number };
  /** Readers that the handler does not use; each throws where it reads nothing. */
  readonly readers: readonly ((text: string) => unknown)[];
}

/** One of these texts, the first being the simplest. */
export function oneOf(...texts: string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...texts);
}

/** Several texts in a row. */
export function row(...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  const all = parts.map((part) => typeof part === "string" ? fc.constant(part) : part);
  return fc.tuple(...all).map((texts) => texts.join(""));
}

/** Mostly the first, now and then the second. */
export function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

/** The text as a file: with either line end or both, with or without a mark and a final newline. */
export function asFile(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const how = fc.record({
    ends: mostly(oneOf("lf"), mostly(oneOf("crlf"), oneOf("both"))),
    bom: mostly(fc.constant(false), fc.constant(true)),
    final: mostly(fc.constant(true), fc.constant(false)),
  });
  return fc.tuple(text, how).map(([lf, { ends, bom, final }]) => {
    const ended = final ? lf : lf.replace(/\n$/, "");
    let line = 0;
    const crlf = () => ends === "crlf" || (ends === "both" && line++ % 3 === 1);
    return (bom ? "\uFEFF" : "") + ended.replace(/\n/g, (lf) => crlf() ? "\r\n" : lf);
  });
}
