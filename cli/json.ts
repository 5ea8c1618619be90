/**
 * The `--json` output; `report.schema.json` beside this file describes it. Integers are JSON
 * integers. It holds no line of a config, and no value of the user's unless that is asked for.
 *
 * @module
 */
import type { ConfigPatchError } from "../errors.ts";
import { type ConfigPath, type ConfigValue, OpaqueScalar } from "../formats/types.ts";
import { isList, isTable, keyShown } from "../formats/value.ts";
import { type JsonInput, printJson } from "../reconcile/json_text.ts";
import type { Bypass, ProviderReport, Report, Warning } from "../ownership/report.ts";
import type { VaultLocation } from "../transport/location.ts";
import { isPut, maskValue } from "./mask.ts";
import { VERSION } from "./setup.ts";
import { verdictOf } from "./summary.ts";

/** What every document says of the run that printed it. */
export interface RunFacts {
  /** The command; absent where the arguments name none. */
  readonly command: string | undefined;
  /** The exit code. */
  readonly exit: number;
  /** The mounts directory, where the command has one. */
  readonly mounts?: string | undefined;
  /** Whether that was made by this run. */
  readonly made?: boolean | undefined;
  /** Whether there is none of that name. */
  readonly missing?: boolean | undefined;
  /** What the settings keep off. */
  readonly off?: readonly string[] | "all";
}

/** A document: its kind's own keys, beside what all documents have. */
export function documentJson(
  { command, exit, mounts, made, missing, off }: RunFacts,
  content: { readonly [key: string]: JsonInput },
): string {
  return printJson(wellFormed({
    version: 2n,
    program: { name: "vault-config", version: VERSION },
    command,
    ok: exit === 0,
    exit: BigInt(exit),
    mounts,
    made: made === true ? true : undefined,
    missing: missing === true ? true : undefined,
    off: off?.length === 0 ? undefined : off,
    ...content,
  }));
}

/** Half a surrogate pair is no JSON to other programs: a config can hold one, and our own names do. */
function wellFormed(input: JsonInput): JsonInput {
  if (typeof input === "string") return keyShown(input).toWellFormed();
  if (Array.isArray(input)) return input.map(wellFormed);
  if (typeof input !== "object" || input === null || input instanceof OpaqueScalar) return input;
  const table: Record<string, JsonInput> = Object.create(null);
  for (const [key, item] of Object.entries(input)) {
    table[keyShown(key).toWellFormed()] = wellFormed(item);
  }
  return table;
}

/** What a run did, or would do. */
export function reportJson(report: Report, facts: RunFacts, showSecrets: boolean): string {
  const { location, changed, providers, warnings } = report;
  const verdict = verdictOf(report);
  return documentJson(facts, {
    location: locationJson(location),
    changed,
    providers: providers.map((row) => rowJson(row, report, showSecrets)),
    warnings: warnings.map(warningJson),
    error: verdict === undefined ? undefined : { code: "failed", message: verdict },
  });
}

/** What kept a command from running. */
export function failureJson(error: ConfigPatchError, facts: RunFacts): string {
  return documentJson(facts, { error: errorJson(error) });
}

/** The vault's addresses. */
export function locationJson({ url, socket, tlsUrl }: VaultLocation): JsonInput {
  return { url, socket, tlsUrl };
}

/** A warning. */
export function warningJson({ message, file, position, code }: Warning): JsonInput {
  return { message, file, ...positionJson(position), code };
}

/** What sends a client past the vault. */
export function bypassJson({ file, position, path, why, accepted }: Bypass): JsonInput {
  return {
    file,
    ...positionJson(position),
    path: path === undefined ? undefined : pathJson(path),
    why,
    accepted,
  };
}

/** A place in a file: keys, and for a list entry an object with the keys that pick it. */
export function pathJson(path: ConfigPath): JsonInput {
  return path.map((step): JsonInput => typeof step === "number" ? BigInt(step) : step);
}

/** An error, without the lines of source. */
export function errorJson(error: ConfigPatchError): JsonInput {
  const { code, message, provider, file, position, remedy, errors } = error;
  return {
    // A bug has no code of its own in the library, because nobody is meant to handle it.
    code: code === "failed" && errors.length === 0 ? "internal" : code,
    message,
    provider,
    file,
    ...positionJson(position),
    remedy,
    errors: errors.length === 0 ? undefined : errors.map(errorJson),
  };
}

function rowJson(row: ProviderReport, report: Report, showSecrets: boolean): JsonInput {
  const { provider, action, file, outcome, edits, adopted, bypasses, error } = row;
  const shown = (value: ConfigValue | undefined, isOurs: boolean) =>
    value === undefined ? undefined : valueJson(isOurs || showSecrets ? value : maskValue(value));
  return {
    provider,
    action,
    file,
    outcome,
    edits: edits.map((edit): JsonInput => ({
      path: pathJson(edit.path),
      before: shown(edit.before, false),
      after: shown(edit.after, isPut(row, edit, report)),
      overrode: edit.overrode,
    })),
    overrode: edits.some((edit) => edit.overrode === true) ? true : undefined,
    adopted: adopted.length === 0 ? undefined : adopted.map(pathJson),
    bypasses: bypasses.length === 0 ? undefined : bypasses.map(bypassJson),
    error: error === undefined ? undefined : errorJson(error),
  };
}

function positionJson(position: ConfigPatchError["position"]) {
  return {
    line: position && BigInt(position.line),
    column: position && BigInt(position.column),
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
