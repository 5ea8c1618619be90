/**
 * Errors for people: what could not be done, where, why, and what to do. All that a container may
 * have had a hand in is escaped.
 *
 * @module
 */
import { ConfigPatchError, escapeControl } from "../errors.ts";
import type { Report } from "../ownership/report.ts";
import { UsageError } from "./parse.ts";
import { verdictOf } from "./summary.ts";
import { type Paint, paintFor, write } from "./terminal.ts";

/** How a failure is to be reported. */
export interface FailureStyle {
  /** As JSON on standard output. */
  readonly json: boolean;
  /** With the stack, if it was not expected. */
  readonly debug: boolean;
  /** With colours, on a terminal. */
  readonly color: boolean;
}

/** Reports what kept a command from running, and gives the exit code. */
export async function reportFailure(error: unknown, style: FailureStyle): Promise<number> {
  const known = error instanceof ConfigPatchError;
  const shown = known ? error : unexpected(error);
  if (style.json) {
    const { failureJson } = await import("./json.ts");
    try {
      await write("stdout", failureJson(known ? shown.code : "internal", shown));
    } catch {
      // Standard output is what failed; standard error says so below.
    }
  }
  // JSON is for a program; whoever reads its log wants the sentence as well.
  const text = failuresText(shown.errors.length > 0 ? shown.errors : [shown], paintOf(style));
  const stack = style.debug && !known && error instanceof Error ? `${error.stack}\n` : "";
  await write("stderr", text + stack);
  return error instanceof UsageError ? 64 : 1;
}

/** The failures of a report, and what they come to; empty where nothing failed. */
export function reportFailuresText(report: Report, paint: Paint): string {
  const verdict = verdictOf(report);
  if (verdict === undefined) return "";
  const errors = report.providers.flatMap((row) => row.error === undefined ? [] : [row.error]);
  return failuresText(errors, paint) + lineText("error", verdict, paint);
}

/** Errors, each with its place, its line of source and what to do. Equal ones are told once. */
export function failuresText(errors: readonly ConfigPatchError[], paint: Paint): string {
  const groups = new Map<string, { error: ConfigPatchError; names: string[] }>();
  for (const error of errors) {
    const key = JSON.stringify([error.code, error.message, error.where, error.remedy]);
    const group = groups.get(key) ?? { error, names: [] };
    groups.set(key, group);
    const { provider } = error;
    if (provider !== undefined && !group.names.includes(provider)) group.names.push(provider);
  }
  return [...groups.values()].map(({ error, names }) => failureText(error, names, paint)).join("");
}

/** One line that begins with a word such as `warning`. */
export function lineText(word: "error" | "warning" | "note", text: string, paint: Paint): string {
  const head = `${word}:`;
  return `${word === "note" ? head : paint(word, head)} ${escapeControl(text)}\n`;
}

function failureText(error: ConfigPatchError, names: readonly string[], paint: Paint): string {
  const { where, remedy, details, position } = error;
  const who = names.length === 0 ? "" : `${names.join(", ")}: `;
  const lines = [lineText("error", who + error.message, paint)];
  if (where !== "") lines.push(`  at ${paint("place", escapeControl(where))}\n`);
  if (position !== undefined && details.sourceLine !== undefined) {
    lines.push(frameText(details.sourceLine, position.line, position.column));
  }
  if (remedy !== undefined) lines.push(`  do: ${escapeControl(remedy)}\n`);
  return lines.join("");
}

/** How much of a line is shown on either side of the column, in UTF-16 code units. */
const AROUND = 50;

/** The line with a caret under the column, cut where it is long. */
function frameText(sourceLine: string, line: number, column: number): string {
  const at = Math.min(column - 1, sourceLine.length);
  const start = Math.max(0, at - AROUND);
  const end = at + AROUND;
  const before = shown(sourceLine.slice(start, at));
  const after = shown(sourceLine.slice(at, end));
  const head = start > 0 ? "…" : "";
  const tail = end < sourceLine.length ? "…" : "";
  const gutter = ` ${line} | `;
  const caret = `${" ".repeat(gutter.length - 2)}| ${" ".repeat([...head + before].length)}^`;
  return `${gutter}${head}${before}${after}${tail}\n${caret}\n`;
}

/** A tab is shown as a blank, so that the caret stands right. */
function shown(text: string): string {
  return escapeControl(text.toWellFormed().replaceAll("\t", " "));
}

function unexpected(error: unknown): ConfigPatchError {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ConfigPatchError("failed", `this is a bug in vault-config: ${why}`, {
    remedy: "do not start the task; run it again with --debug and report what it prints",
    cause: error,
  });
}

function paintOf({ color }: FailureStyle): Paint {
  return paintFor("stderr", color);
}
