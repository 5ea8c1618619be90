/**
 * The `--json` output; `report.schema.json` beside this file describes it. Integers are JSON
 * integers. It holds no line of a config besides the values that change.
 *
 * @module
 */
import type { ConfigPatchError, ErrorCode } from "../errors.ts";
import { type ConfigPath, type ConfigValue, OpaqueScalar } from "../formats/types.ts";
import { isList, isTable } from "../formats/value.ts";
import { type JsonInput, printJson } from "../reconcile/json.ts";
import type { ProviderReport, Report, Warning } from "../ownership/report.ts";
import { verdictOf } from "./summary.ts";

/** A document of the `--json` output: its kind's own keys, beside the version. */
export function documentJson(content: { readonly [key: string]: JsonInput }): string {
  return printJson({ version: 1n, ...content });
}

/** What a run did, or would do. */
export function reportJson(report: Report): string {
  const { location, changed, providers, warnings } = report;
  const verdict = verdictOf(report);
  return documentJson({
    location: { url: location.url, socket: location.socket },
    changed,
    providers: providers.map(rowJson),
    warnings: warnings.map(warningJson),
    error: verdict === undefined ? undefined : { code: "failed", message: verdict },
  });
}

/** What kept a command from running. */
export function failureJson(code: ErrorCode | "internal", error: ConfigPatchError): string {
  return documentJson({ error: { ...errorObject(error), code } });
}

/** An error, without the line of source. */
export function errorJson(error: ConfigPatchError): JsonInput {
  return errorObject(error);
}

/** A warning. */
export function warningJson({ message, file }: Warning): JsonInput {
  return { message, file };
}

/** A place in a file: keys, and for a list entry an object with the keys that pick it. */
export function pathJson(path: ConfigPath): JsonInput {
  return path.map((step): JsonInput => typeof step === "number" ? BigInt(step) : step);
}

function rowJson({ provider, action, file, outcome, edits, error }: ProviderReport): JsonInput {
  return {
    provider,
    action,
    file,
    outcome,
    edits: edits.map(({ path, before, after, overrode }): JsonInput => ({
      path: pathJson(path),
      before: before === undefined ? undefined : valueJson(before),
      after: after === undefined ? undefined : valueJson(after),
      overrode,
    })),
    overrode: edits.some((edit) => edit.overrode === true) ? true : undefined,
    error: error === undefined ? undefined : errorObject(error),
  };
}

function errorObject(error: ConfigPatchError): { readonly [key: string]: JsonInput } {
  const { code, message, provider, file, position, remedy, errors } = error;
  return {
    code,
    message,
    provider,
    file,
    line: position && BigInt(position.line),
    column: position && BigInt(position.column),
    remedy,
    errors: errors.length === 0 ? undefined : errors.map(errorObject),
  };
}

/** A value as JSON; what JSON cannot hold (dates, `nan`) as text. */
function valueJson(value: ConfigValue): JsonInput {
  if (value instanceof OpaqueScalar) return value.text;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (isList(value)) return value.map(valueJson);
  if (!isTable(value)) return value;
  const table: Record<string, JsonInput> = Object.create(null);
  for (const [key, item] of Object.entries(value)) table[key] = valueJson(item);
  return table;
}
