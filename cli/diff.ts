/** Unified diffs, as `plan` prints them. @module */
import { structuredPatch } from "diff/create";
import { escapeControl } from "../errors.ts";
import type { FileChange } from "../ownership/report.ts";
import { continuedLines } from "./continued.ts";
import { MASK, maskLine } from "./mask.ts";
import type { Paint } from "./terminal.ts";

/** How a diff is shown. */
export interface DiffStyle {
  /** The colours. */
  readonly paint: Paint;
  /** Texts that are ours, and are shown; absent: all is shown, and the diff applies with patch(1). */
  readonly ours: ReadonlySet<string> | undefined;
  /** Whether control characters are shown as they are: only where no terminal reads them. */
  readonly raw: boolean;
}

/** A line of a diff: its sign, its text, and the numbers that it has on both sides. */
interface Line {
  readonly sign: string;
  readonly text: string;
  readonly oldNumber: number;
  readonly newNumber: number;
  /** What stands below it, for a last line that is not ended. */
  readonly note: string | undefined;
}

/**
 * The diff of one file. Values that are not ours are masked; a context line that would have to be
 * masked is left out. The text is a container's, so its control characters are escaped: only tabs
 * and the return of a line's end stay as they are.
 */
export function diffText({ file, before, after, mode }: FileChange, style: DiffStyle): string {
  const from = before === undefined ? "/dev/null" : `a/${file}`;
  const to = after === undefined ? "/dev/null" : `b/${file}`;
  const { hunks } = structuredPatch(from, to, before ?? "", after ?? "", "", "", { context: 3 });
  const { paint, ours } = style;
  // patch(1) takes a name with a blank only if a tab ends it.
  const named = (sign: string, name: string) => `${sign} ${name}${name.includes(" ") ? "\t" : ""}`;
  const modes = mode === undefined
    ? []
    : [`diff --git a/${file} b/${file}`, `old mode 10${mode.before}`, `new mode 10${mode.after}`];
  const names = hunks.length === 0 && mode !== undefined
    ? []
    : [named("---", from), named("+++", to)];
  const head = [...modes, ...names].map((line) => paint("heading", shown(line)));
  const [old, now] = [before, after].map((text = "") =>
    ours === undefined ? undefined : continuedLines(text)
  );
  const mask = ({ sign, text, oldNumber, newNumber }: Line): string => {
    if (ours === undefined) return text;
    const isContinued = sign === "+" ? now?.has(newNumber) : old?.has(oldNumber);
    return isContinued === true
      ? text.replace(/\S(?:.*\S)?/, MASK)
      : maskLine(text, { file, ours });
  };
  const body = hunks.flatMap((hunk) =>
    partsOf(linesOf(hunk), mask)
      .flatMap((lines) => [paint("place", placeOf(lines)), ...lines.map(print)])
  );
  return [...head, ...body].map((line) => `${line}\n`).join("");

  function print({ sign, text, note }: Line): string {
    const line = style.raw ? sign + text : shown(sign + text);
    const painted = sign === "+"
      ? paint("added", line)
      : sign === "-"
      ? paint("removed", line)
      : line;
    return note === undefined ? painted : `${painted}\n${note}`;
  }
}

function linesOf(hunk: ReturnType<typeof structuredPatch>["hunks"][number]): Line[] {
  let { oldStart: oldNumber, newStart: newNumber } = hunk;
  const lines: Line[] = [];
  for (const [index, line] of hunk.lines.entries()) {
    const sign = line.charAt(0);
    if (sign === "\\") continue;
    const next = hunk.lines[index + 1];
    const note = next?.startsWith("\\") === true ? next : undefined;
    lines.push({ sign, text: line.slice(1), oldNumber, newNumber, note });
    if (sign !== "+") oldNumber++;
    if (sign !== "-") newNumber++;
  }
  return lines;
}

/** The lines of a hunk, masked, in runs without a gap where a context line is left out. */
function partsOf(lines: readonly Line[], mask: (line: Line) => string): Line[][] {
  const parts: Line[][] = [];
  let part: Line[] | undefined;
  for (const line of lines) {
    const text = mask(line);
    if (line.sign === " " && text !== line.text) {
      part = undefined;
      continue;
    }
    if (part === undefined) parts.push(part = []);
    part.push({ ...line, text });
  }
  return parts.filter((part) => part.some((line) => line.sign !== " "));
}

/** `@@ -1,3 +1,4 @@`, as diff(1) writes it. */
function placeOf(lines: readonly Line[]): string {
  const range = (start: number, count: number) =>
    count === 1 ? `${start}` : `${count === 0 ? start - 1 : start},${count}`;
  const [first] = lines;
  const old = range(first?.oldNumber ?? 1, lines.filter((line) => line.sign !== "+").length);
  const now = range(first?.newNumber ?? 1, lines.filter((line) => line.sign !== "-").length);
  return `@@ -${old} +${now} @@`;
}

function shown(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.split("\t").map(escapeControl).join("\t") + line.slice(text.length);
}
