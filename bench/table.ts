/** Tables of results, in the Markdown that the README keeps. @module */
import type { Result } from "./measure.ts";

/** A row: a result and what it is compared with. */
export interface Row {
  readonly result: Result;
  /** What is 1 in the column of ratios. */
  readonly base: Result;
  /** The most that the ratio may be, where there is a budget. */
  readonly budget: number | undefined;
}

/** Prints a table of results with a heading. */
export function printTable(heading: string, rows: readonly Row[]): void {
  const cells = rows.map(({ result, base, budget }) => {
    const ratio = result.cpu / base.cpu;
    return [
      result.name,
      ratio.toFixed(2),
      (result.wall / base.wall).toFixed(2),
      result.cpu.toFixed(1),
      result.wall.toFixed(1),
      `±${(100 * result.spread).toFixed(0)} %`,
      String(result.runs),
      budget === undefined ? "" : verdict(ratio, budget),
    ];
  });
  printCells(heading, HEADER, cells);
}

/** Prints any table; the first column is text, the others are numbers. */
export function printCells(
  heading: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = header.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[]) => {
    const padded = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  console.log(`\n### ${heading}\n`);
  for (const row of [header, rule, ...rows]) console.log(line(row));
}

/** Whether a budget is met, in words. */
export function verdict(ratio: number, budget: number): string {
  return `≤ ${budget}: ${ratio <= budget ? "met" : "missed"}`;
}

const HEADER = ["case", "CPU ratio", "wall ratio", "CPU ms", "wall ms", "spread", "runs", "budget"];
