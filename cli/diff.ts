/** Unified diffs, as `plan` prints them. @module */
import { structuredPatch } from "diff/create";
import { escapeControl } from "../errors.ts";
import type { FileChange } from "../ownership/report.ts";
import type { Paint } from "./terminal.ts";

/**
 * The diff of one file. Control characters are escaped, for the text is a container's: only tabs
 * stay as they are.
 */
export function diffText({ file, before, after }: FileChange, paint: Paint): string {
  const from = before === undefined ? "/dev/null" : `a/${file}`;
  const to = after === undefined ? "/dev/null" : `b/${file}`;
  const { hunks } = structuredPatch(from, to, before ?? "", after ?? "", "", "", { context: 3 });
  const head = [`--- ${from}`, `+++ ${to}`].map((line) => paint("heading", shown(line)));
  const body = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => {
    // As diff(1): a range without lines names the line before it, and of one line no count is said.
    const range = (start: number, count: number) =>
      count === 1 ? `${start}` : `${count === 0 ? start - 1 : start},${count}`;
    const place = `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
    return [paint("place", place), ...lines.map((line) => lineText(line, paint))];
  });
  return [...head, ...body].map((line) => `${line}\n`).join("");
}

function lineText(line: string, paint: Paint): string {
  if (line.startsWith("+")) return paint("added", shown(line));
  if (line.startsWith("-")) return paint("removed", shown(line));
  return shown(line);
}

function shown(line: string): string {
  return line.split("\t").map(escapeControl).join("\t");
}
