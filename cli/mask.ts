/**
 * What may be a secret of the user's is not shown: task starts are logged. Keys stay; text in quotes,
 * and words with a run of twelve or more letters, digits, `-` and `_`, become `…`. Pure.
 *
 * @module
 */
import type { ConfigValue } from "../formats/types.ts";
import { isList, isTable } from "../formats/value.ts";
import type { ProviderReport, Report } from "../ownership/report.ts";
import type { Roster } from "../roster/types.ts";

/** What stands for a text that is not shown. */
export const MASK = "…";

/** What is known of a line beside its text. */
export interface LineOrigin {
  /** The file, for its extension: only in TOML is `[name]` a header. */
  readonly file: string;
  /** Texts that are ours, and are shown. */
  readonly ours: ReadonlySet<string>;
}

/** A stretch of a line, as it stands there and as it is shown. */
export interface Piece {
  /** What stands there. */
  readonly text: string;
  /** What is shown: the same, or with {@linkcode MASK} for the value. */
  readonly shown: string;
}

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'[^']*'`;
const BARE = String.raw`[A-Za-z0-9_$/@-]+`;
// A key at the beginning of a line. `=` with nothing behind it, or twice, may be the end of base64.
const KEY_FIRST = new RegExp(
  String
    .raw`^[ \t]*(?:export[ \t]+)?(?:[-?][ \t]+|[,{[][ \t]*)*(?:${QUOTED}|${BARE})(?:[ \t]*\.[ \t]*(?:${QUOTED}|${BARE}))*[ \t]*(?::(?![^ \t])|:(?=["'[{])|=(?=[^=]))`,
);
const HEADER =
  /^[ \t]*\[{1,2}[ \t]*[A-Za-z0-9_-]+(?:[ \t]*\.[ \t]*(?:[A-Za-z0-9_-]+|"[^"\\]*"|'[^']*'))*[ \t]*\]{1,2}[ \t]*(?=#|$)/;
const KEY_FOLLOWS = /^[ \t]*[:=](?!=|$)/;
const QUOTE = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`)/;
const WORD = /^[^\s"'`,;()[\]{}<>|]+/;
const BARE_KEY = /^[A-Za-z0-9_-]+(?=[ \t]*[:=](?:[ \t"'[{]))/;
const LONG = /[A-Za-z0-9_-]{12}/;

/** The pieces of a line, one behind the other. */
export function piecesOf(line: string, { file, ours }: LineOrigin): readonly Piece[] {
  const pieces: Piece[] = [];
  const add = (text: string, shown = text) => pieces.push({ text, shown });
  const isToml = file.endsWith(".toml");
  const lead = (isToml ? HEADER.exec(line) : null)?.[0] ?? KEY_FIRST.exec(line)?.[0] ?? "";
  if (lead !== "") add(lead);
  // What opens a place for a key: the brackets and commas of tables written in one line.
  let mayBeKey = false;
  for (let at = lead.length; at < line.length;) {
    const rest = line.slice(at, at + WINDOW);
    const character = line.charAt(at);
    if (/["'`]/.test(character)) {
      const quoted = QUOTE.exec(line.slice(at))?.[0];
      if (quoted === undefined) {
        // A text over several lines, or a slip: where it ends nobody can tell.
        add(line.slice(at), MASK);
        break;
      }
      at += quoted.length;
      const isKey = mayBeKey && KEY_FOLLOWS.test(line.slice(at, at + WINDOW));
      const inner = quoted.slice(1, -1);
      const shows = isKey || inner === "" || ours.has(inner);
      add(quoted, shows ? quoted : character + MASK + character);
      mayBeKey = false;
      continue;
    }
    const key = mayBeKey ? BARE_KEY.exec(rest)?.[0] : undefined;
    const word = key ?? WORD.exec(line.slice(at))?.[0];
    if (word !== undefined) {
      at += word.length;
      add(word, key === undefined && LONG.test(word) && !ours.has(word) ? MASK : word);
      mayBeKey = false;
      continue;
    }
    if (/[{,]/.test(character)) mayBeKey = true;
    else if (/\S/.test(character)) mayBeKey = false;
    add(character);
    at += 1;
  }
  return pieces;
}

/** How far to look for what follows a key. */
const WINDOW = 256;

/** A line as it is shown. */
export function maskLine(line: string, origin: LineOrigin): string {
  return piecesOf(line, origin).map((piece) => piece.shown).join("");
}

/** A value of which no text is shown; what is short and no text stays. */
export function maskValue(value: ConfigValue): ConfigValue {
  if (isList(value)) return value.map(maskValue);
  if (isTable(value)) {
    const table: Record<string, ConfigValue> = Object.create(null);
    for (const [key, item] of Object.entries(value)) table[key] = maskValue(item);
    return table;
  }
  if (value === null || typeof value === "boolean") return value;
  return typeof value !== "object" && typeof value !== "string" && String(value).length < 12
    ? value
    : MASK;
}

/**
 * The texts of a report that are ours: what is put, what was put earlier and gives way now, what picks
 * the entry that it is put in, and what agent files put beside it.
 */
export function oursIn(report: Report, roster: Roster): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const row of report.providers) {
    for (const patch of roster.get(row.provider)?.patches ?? []) collect(patch.default, texts);
    for (const edit of row.edits) {
      for (const step of edit.path) if (typeof step === "object") collect(step, texts);
      if (edit.overrode !== true) collect(edit.before, texts);
      if (isPut(row, edit, report)) collect(edit.after, texts);
    }
  }
  return texts;
}

/** Whether the value that stands after an edit is ours, and not one that the user gets back. */
export function isPut(
  { action, outcome }: ProviderReport,
  { before, after, overrode }: ProviderReport["edits"][number],
  { location }: Report,
): boolean {
  if (action !== "apply" || outcome === "removed" || outcome === "restored") return false;
  if (before === undefined || overrode === true) return true;
  const texts = new Set<string>();
  collect(after, texts);
  const { url, socket, tlsUrl } = location;
  const addresses = [url, socket, tlsUrl, url.replace(/^https?:\/\//, "")];
  return [...texts].every((text) => addresses.some((one) => one !== "" && text.includes(one)));
}

function collect(value: ConfigValue | undefined, texts: Set<string>): void {
  if (typeof value === "string") texts.add(value);
  else if (isList(value)) value.forEach((item) => collect(item, texts));
  else if (isTable(value)) Object.values(value).forEach((item) => collect(item, texts));
}
