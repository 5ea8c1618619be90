/**
 * Errors for people: what could not be done, where, why, and what to do. All that a container may
 * have had a hand in is escaped.
 *
 * @module
 */
import { ConfigPatchError, escapeControl } from "../errors.ts";
import type { Report } from "../ownership/report.ts";
import { type Given, UsageError } from "./parse.ts";
import { frameOf, type SecretStyle } from "./frame.ts";
import { pastedError } from "./pasted.ts";
import { verdictOf } from "./summary.ts";
import { lineText, type Paint, paintFor, write } from "./terminal.ts";

/** How a failure is to be reported. */
export interface FailureStyle {
  /** The command, where there is one. */
  readonly command: string | undefined;
  /** The mounts directory, where the command has one. */
  readonly mounts: string | undefined;
  /** As JSON on standard output. */
  readonly json: boolean;
  /** With the stack, if it was not expected. */
  readonly debug: boolean;
  /** With colours, on a terminal. */
  readonly color: boolean;
  /** With the user's own values. */
  readonly showSecrets: boolean;
  /** The options as they were given. */
  readonly given: Given;
}

/** Reports what kept a command from running, and gives the exit code. */
export async function reportFailure(error: unknown, style: FailureStyle): Promise<number> {
  const shown = pastedError(await explained(error), style);
  const exit = error instanceof UsageError ? 64 : 1;
  if (style.json) {
    const { failureJson } = await import("./json.ts");
    try {
      await write("stdout", failureJson(shown, { ...style, exit }));
    } catch {
      // Standard output is what failed; standard error says so below.
    }
  }
  // JSON is for a program; whoever reads its log wants the sentence as well.
  const errors = shown.errors.length > 0 ? shown.errors : [shown];
  const text = failuresText(errors, paintFor("stderr", style.color), style);
  const stack = style.debug && error instanceof Error && !(error instanceof ConfigPatchError)
    ? `${error.stack}\n`
    : "";
  await write("stderr", text + stack);
  return exit;
}

/** The failures of a report, and what they come to; empty where nothing failed. */
export function reportFailuresText(report: Report, paint: Paint, secrets: SecretStyle): string {
  const verdict = verdictOf(report);
  if (verdict === undefined) return "";
  const errors = report.providers.flatMap((row) => row.error === undefined ? [] : [row.error]);
  return failuresText(errors, paint, secrets) + lineText("error", verdict, paint);
}

/** Errors, each with its place, its line of source and what to do. Equal ones are told once. */
export function failuresText(
  errors: readonly ConfigPatchError[],
  paint: Paint,
  secrets: SecretStyle,
): string {
  const groups = new Map<string, { error: ConfigPatchError; names: string[] }>();
  for (const error of errors) {
    const key = JSON.stringify([error.code, error.message, error.where, error.remedy]);
    const group = groups.get(key) ?? { error, names: [] };
    groups.set(key, group);
    const { provider } = error;
    if (provider !== undefined && !group.names.includes(provider)) group.names.push(provider);
  }
  return [...groups.values()].map(({ error, names }) => {
    const { where, remedy } = error;
    const who = names.length === 0 ? "" : `${names.join(", ")}: `;
    return lineText("error", who + error.message, paint) +
      (where === "" ? "" : `  at ${paint("place", escapeControl(where))}\n`) +
      frameOf(error, secrets) +
      (remedy === undefined ? "" : `  do: ${escapeControl(remedy)}\n`);
  }).join("");
}

/** What was thrown, as an error that says what to do. */
async function explained(error: unknown): Promise<ConfigPatchError> {
  if (error instanceof UsageError && error.tried.length > 0) {
    const { hintFor } = await import("./hints.ts");
    const remedy = hintFor(error.tried) ?? error.remedy;
    return new ConfigPatchError(error.code, error.message, { ...error.details, remedy });
  }
  if (error instanceof ConfigPatchError) return error;
  const { packageError } = await import("../formats/packages.ts");
  return packageError(error) ?? unexpected(error);
}

function unexpected(error: unknown): ConfigPatchError {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ConfigPatchError("failed", `this is a bug in vault-config: ${why}`, {
    remedy: "do not start the task; run it again with --debug and report what it prints",
    cause: error,
  });
}
