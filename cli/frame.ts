/** The lines of a file around an error, with a caret, and with the user's values masked. @module */
import { type ConfigPatchError, escapeControl } from "../errors.ts";
import { type Piece, piecesOf } from "./mask.ts";

/** Whether the user's own values are shown. */
export interface SecretStyle {
  /** All is shown as it is. */
  readonly showSecrets: boolean;
}

/** How much of a line is shown on either side of the column, in UTF-16 code units. */
const AROUND = 50;

/** The lines around the place of an error; empty where they are not known. */
export function frameOf(error: ConfigPatchError, { showSecrets }: SecretStyle): string {
  const { position, details } = error;
  const { sourceLine, context, isPlain = false } = details;
  if (position === undefined || sourceLine === undefined) return "";
  const origin = { file: error.file ?? "", ours: new Set<string>() };
  const pieces = (line: string, shows = showSecrets): readonly Piece[] =>
    shows ? [{ text: line, shown: line }] : piecesOf(line, origin);
  const { line: number, column } = position;
  const { before, after } = context ?? { before: [], after: [] };
  const width = String(number + after.length).length;
  const gutter = (text: string | number) => ` ${String(text).padStart(width)} | `;
  const source = pieces(sourceLine, showSecrets || isPlain);
  const text = textOf(source);
  const at = columnIn(source, column - 1);
  const start = Math.max(0, at - AROUND);
  const shownBefore = (start > 0 ? "…" : "") + shown(text.slice(start, at));
  const cut = (line: string) => {
    const all = textOf(pieces(line));
    const part = shown(all.slice(start, at + AROUND));
    return (start > 0 && part !== "" ? "…" : "") + part + (at + AROUND < all.length ? "…" : "");
  };
  const row = (index: number, content: string) => `${gutter(index)}${content}`.trimEnd() + "\n";
  return [
    ...before.map((line, index) => row(number - before.length + index, cut(line))),
    row(
      number,
      shownBefore + shown(text.slice(at, at + AROUND)) + (at + AROUND < text.length ? "…" : ""),
    ),
    `${gutter("")}${" ".repeat([...shownBefore].length)}^\n`,
    ...after.map((line, index) => row(number + 1 + index, cut(line))),
  ].join("");
}

/** Where an offset of the line stands in what is shown of it. */
function columnIn(pieces: readonly Piece[], offset: number): number {
  let [at, shownAt] = [0, 0];
  for (const { text, shown } of pieces) {
    if (offset < at + text.length) {
      return shownAt + (text === shown ? offset - at : Math.min(offset - at, shown.length - 1));
    }
    at += text.length;
    shownAt += shown.length;
  }
  return shownAt;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.shown).join("");
}

/** A tab is shown as a blank, so that the caret stands right. */
function shown(text: string): string {
  return escapeControl(text.toWellFormed().replaceAll("\t", " "));
}
