/** A report for people: one line for each provider, then what they should know. @module */
import { escapeControl, shortened } from "../errors.ts";
import { pathText } from "../formats/value.ts";
import type { Outcome, ProviderReport, Report } from "../ownership/report.ts";
// What tells of a failure must be there when nothing more can be loaded: no descriptor is left.
import { reportFailuresText } from "./errors.ts";
import type { RunFacts } from "./json.ts";
import type { Flags } from "./parse.ts";
import { mountsText, quietLine } from "./summary.ts";
import { lineText, type Paint, paintFor, type Stream, type Tone, write } from "./terminal.ts";

/** How a report is shown. */
export interface ReportStyle {
  /** The stream of the rows; notes, warnings and errors go to standard error in any case. */
  readonly rows: Stream;
  /** Whether the report tells of what was done, or of what would be. */
  readonly tense: "done" | "planned";
}

/** Prints a report; with `--quiet` only its warnings and errors. */
export async function showReport(report: Report, flags: Flags, style: ReportStyle): Promise<void> {
  const paint = paintFor("stderr", flags.color);
  if (!flags.quiet) {
    await write(style.rows, rowsText(report, style, paintFor(style.rows, flags.color)));
  }
  const notes = flags.quiet ? "" : notesText(report, style, paint);
  const failures = reportFailuresText(report, paint, flags);
  await write("stderr", notes + warningsText(report, paint) + failures);
}

/** Prints a report as JSON; what failed is told in words as well, for whoever reads the log. */
export async function showJson(
  report: Report,
  flags: Flags,
  facts: Omit<RunFacts, "mounts" | "made">,
): Promise<void> {
  const { mounts, made } = report;
  const { reportJson } = await import("./json.ts");
  await write("stdout", reportJson(report, { ...facts, mounts, made }, flags.showSecrets));
  await write("stderr", reportFailuresText(report, paintFor("stderr", flags.color), flags));
}

/** The rows of what changes, in columns, and a line that counts. */
function rowsText(report: Report, { tense }: ReportStyle, paint: Paint): string {
  const line = quietLine(report);
  if (line !== undefined) return line;
  const rows = report.providers.filter((row) =>
    row.outcome !== "unchanged" || row.bypasses.length > 0
  );
  const cells = rows.map((row) => [
    row.provider,
    wordOf(row, tense),
    row.file ?? "",
    placesOf(row, report),
  ]);
  return `${columns(cells, toneOf, paint)}${countsOf(report, tense)}\n`;
}

/** How a provider ended, in one word. */
function wordOf(row: ProviderReport, tense: ReportStyle["tense"]): string {
  if (row.error?.code === "bypassed") return "bypassed";
  if (row.outcome === "unchanged") return "bypassed (accepted)";
  return tense === "planned" ? WOULD[row.outcome] : row.outcome;
}

function toneOf(cell: string): Tone | undefined {
  return ["failed", "fail", "bypassed", "malformed", "bypassed (accepted)"].includes(cell)
    ? cell.endsWith("(accepted)") ? "warning" : "error"
    : undefined;
}

/** Lines of cells, each column as wide as its widest cell; a cell with a tone is painted. */
export function columns(
  rows: readonly (readonly string[])[],
  tone: (cell: string) => Tone | undefined = () => undefined,
  paint: Paint = (_tone, text) => text,
): string {
  const safe = rows.map((row) => row.map(escapeControl));
  const widths: number[] = [];
  for (const row of safe) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, [...cell].length);
    }
  }
  return safe.map((row) => {
    const last = row.findLastIndex((cell) => cell !== "");
    const padded = row.slice(0, last + 1).map((cell, index) => {
      const found = tone(cell);
      const text = found === undefined ? cell : paint(found, cell);
      return index === last ? text : text + " ".repeat((widths[index] ?? 0) - [...cell].length);
    });
    return `${padded.join("  ")}\n`;
  }).join("");
}

/** What was found that an operator should know. */
export function warningsText({ warnings }: Pick<Report, "warnings">, paint: Paint): string {
  return warnings.map(({ file, position, message }) => {
    const name = file && shortened(escapeControl(file));
    const place = position === undefined ? name : `${name}:${position.line}:${position.column}`;
    return lineText("warning", place === undefined ? message : `${place}: ${message}`, paint);
  }).join("");
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
  gone: "find gone",
  skipped: "skip",
  failed: "fail",
};

/** More places than this are only counted. */
const PLACES = 6;

function placesOf({ edits, outcome, file }: ProviderReport, { files }: Report): string {
  if (outcome === "skipped") return "it has no patch";
  const mode = files.find((one) => one.file === file)?.mode;
  if (mode !== undefined && outcome === "updated" && edits.length === 0) {
    return `permission bits: ${mode.before} to ${mode.after}`;
  }
  const paths = edits.map((edit) => pathText(edit.path));
  const more = paths.length - PLACES;
  if (more <= 0) return paths.join(", ");
  return `${paths.slice(0, PLACES).join(", ")} and ${more} more`;
}

function notesText(report: Report, { tense }: ReportStyle, paint: Paint): string {
  const done = tense === "done";
  return report.providers.flatMap(({ provider, file, edits, adopted }) => {
    const own = edits.filter((edit) => edit.overrode === true).map((edit) => pathText(edit.path));
    const notes = [
      own.length === 0
        ? undefined
        : `${provider}: in ${file} a value of the user's own ${
          done ? "was" : "would be"
        } replaced ` +
          `at ${own.join(", ")}; it comes back when routing is taken back`,
      adopted.length === 0
        ? undefined
        : `${provider}: in ${file} a vault address stood already at ` +
          `${adopted.map(pathText).join(", ")}; it counts as ours, and disable removes it`,
    ];
    return notes.flatMap((note) => note === undefined ? [] : [lineText("note", note, paint)]);
  }).join("");
}

/** `3 providers in ./mounts: 2 created, 1 unchanged`; a provider in several files counts by its first change. */
function countsOf(report: Report, tense: ReportStyle["tense"]): string {
  const { providers } = report;
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
  return `${plural(outcomes.size, "provider")} in ${mountsText(report)}: ${parts.join(", ")}`;
}
