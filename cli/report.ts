/** A report for people: one line for each provider, then what they should know. @module */
import { escapeControl } from "../errors.ts";
import { pathText } from "../formats/value.ts";
import type { Outcome, ProviderReport, Report } from "../ownership/report.ts";
import { lineText, reportFailuresText } from "./errors.ts";
import { reportJson } from "./json.ts";
import type { Flags } from "./parse.ts";
import { quietLine } from "./summary.ts";
import { type Paint, paintFor, type Stream, write } from "./terminal.ts";

/** Where the rows of a report go, and whether things were done or would be. */
export interface ReportStyle {
  /** The stream of the rows; notes, warnings and errors go to standard error in any case. */
  readonly rows: Stream;
  /** Whether the report tells of what was done, or of what would be. */
  readonly tense: "done" | "planned";
}

/** Prints a report; with `--quiet` only its warnings and errors. */
export async function showReport(report: Report, flags: Flags, style: ReportStyle): Promise<void> {
  const paint = paintFor("stderr", flags.color);
  if (!flags.quiet) await write(style.rows, rowsText(report, style));
  const notes = flags.quiet ? "" : notesText(report, style, paint);
  await write("stderr", notes + warningsText(report, paint) + reportFailuresText(report, paint));
}

/** Prints a report as JSON; what failed is told in words as well, for whoever reads the log. */
export async function showJson(report: Report, flags: Flags): Promise<void> {
  await write("stdout", reportJson(report));
  await write("stderr", reportFailuresText(report, paintFor("stderr", flags.color)));
}

/** The rows of what changes, in columns, and a line that counts. */
function rowsText(report: Report, { tense }: ReportStyle): string {
  const line = quietLine(report);
  if (line !== undefined) return line;
  const rows = report.providers.filter((row) => row.outcome !== "unchanged");
  const cells = rows.map((row) => [
    row.provider,
    tense === "planned" ? WOULD[row.outcome] : row.outcome,
    row.file ?? "",
    placesOf(row),
  ]);
  return `${columns(cells)}${countsOf(report, tense)}\n`;
}

/** Lines of cells, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map(escapeControl));
  const widths: number[] = [];
  for (const row of safe) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, [...cell].length);
    }
  }
  return safe.map((row) => {
    const padded = row.map((cell, index) =>
      cell + " ".repeat((widths[index] ?? 0) - [...cell].length)
    );
    return `${padded.join("  ").trimEnd()}\n`;
  }).join("");
}

/** What was found that an operator should know. */
export function warningsText({ warnings }: Pick<Report, "warnings">, paint: Paint): string {
  return warnings.map(({ file, message }) =>
    lineText("warning", file === undefined ? message : `${file}: ${message}`, paint)
  ).join("");
}

/** `1 provider`, `2 providers`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const WOULD: Readonly<Record<Outcome, string>> = {
  created: "create",
  updated: "update",
  unchanged: "leave",
  removed: "remove",
  restored: "restore",
  kept: "keep",
  gone: "gone",
  skipped: "skip",
  failed: "fail",
};

/** More places than this are only counted. */
const PLACES = 6;

function placesOf({ edits, outcome }: ProviderReport): string {
  if (outcome === "skipped") return "it has no patch";
  const paths = edits.map((edit) => pathText(edit.path));
  const more = paths.length - PLACES;
  if (more <= 0) return paths.join(", ");
  return `${paths.slice(0, PLACES).join(", ")} and ${more} more`;
}

function notesText(report: Report, { tense }: ReportStyle, paint: Paint): string {
  const verb = tense === "done" ? "gave way" : "would give way";
  return report.providers.flatMap(({ provider, file, edits }) => {
    const paths = edits.filter((edit) => edit.overrode === true).map((edit) => pathText(edit.path));
    if (paths.length === 0) return [];
    const own = `${provider}: in ${file} a value of the user's own ${verb} at ${paths.join(", ")}`;
    return [lineText("note", `${own}; it comes back when routing is taken back`, paint)];
  }).join("");
}

/** `3 providers: 2 created, 1 unchanged`; a provider in several files counts by its first change. */
function countsOf({ providers }: Report, tense: ReportStyle["tense"]): string {
  const outcomes = new Map<string, Outcome>();
  for (const { provider, outcome } of providers) {
    const known = outcomes.get(provider);
    if (known === undefined || known === "unchanged" || outcome === "failed") {
      outcomes.set(provider, outcome);
    }
  }
  const counts = new Map<Outcome, number>();
  for (const outcome of outcomes.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const parts = [...counts].map(([outcome, count]) =>
    `${count} ${tense === "planned" ? `to ${WOULD[outcome]}` : outcome}`
  );
  return `${plural(outcomes.size, "provider")}: ${parts.join(", ")}`;
}
