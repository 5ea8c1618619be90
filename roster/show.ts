/**
 * A provider as an agent file, for people: with everything that was merged into it.
 *
 * @module
 */
import type { ConfigTable, ConfigValue } from "../formats/types.ts";
import { isList, isTable, sameValue, tableOf } from "../formats/value.ts";
import type { BypassRule, ConfigPatch, Provider } from "./types.ts";
import { octal } from "../storage/modes.ts";

/**
 * The agent file, in YAML, that says what a provider amounts to.
 *
 * @param provider A provider of any roster.
 * @returns A text that reads back as the same provider.
 *
 * @example
 * ```ts
 * import { loadRoster, showProvider } from "@terok/vault-config/roster";
 *
 * const gh = (await loadRoster()).get("gh");
 * if (gh === undefined) throw new Error("not built in");
 * if (!showProvider(gh).includes('http_unix_socket: "{vault_socket}"')) throw new Error("not shown");
 * ```
 */
export function showProvider(provider: Provider): string {
  const { hostDir, patches, credentialType, notes, proven } = provider;
  const shown = patches.map((patch, index) => {
    const earlier = patches.slice(0, index);
    return patchTable(patch, rulesAt(provider, patch, earlier));
  });
  const [only, ...more] = shown;
  return yaml(entriesOf({
    host_dir: hostDir,
    credential_type: credentialType,
    shared_config_patch: more.length === 0 ? only : shown,
    notes: notes.length === 0 ? undefined : notes,
    proven,
  }));
}

/** The rules of a patch's files, which are shown at the first patch of these files. */
function rulesAt(
  { bypassedBy }: Provider,
  { files }: ConfigPatch,
  earlier: readonly ConfigPatch[],
): BypassRule[] {
  if (earlier.some((patch) => sameValue(patch.files, files))) return [];
  return bypassedBy.filter(({ ownFiles }) => sameValue(ownFiles, files));
}

function patchTable(patch: ConfigPatch, rules: readonly BypassRule[]): ConfigTable {
  const { files, format, mode, strict, table, match, each, set, variants } = patch;
  const [only = "", ...more] = files;
  const isFilled = (one: ConfigTable) => Object.keys(one).length > 0;
  return entriesOf({
    file: more.length === 0 ? only : files,
    mode: mode === undefined ? undefined : octal(mode),
    [`${format}_table`]: table,
    [`${format}_each`]: each,
    [`${format}_match`]: match,
    [`${format}_set`]: isFilled(set) || isFilled(variants) ? set : undefined,
    [`${format}_default`]: isFilled(patch.default) ? patch.default : undefined,
    by_credential_type: isFilled(variants) ? beyond(set, variants) : undefined,
    json_strict: strict ? true : undefined,
    bypassed_by: rules.length === 0 ? undefined : rules.map((rule) => ruleTable(rule, format)),
  });
}

/** What each variant says besides what all of them say. */
function beyond(set: ConfigTable, variants: Readonly<Record<string, ConfigTable>>): ConfigTable {
  return tableOf(
    Object.entries(variants).map(([type, variant]) => [type, difference(variant, set)]),
  );
}

function difference(table: ConfigTable, base: ConfigTable): ConfigTable {
  const entries = Object.entries(table).flatMap(([key, value]) => {
    const known = Object.hasOwn(base, key) ? base[key] : undefined;
    if (sameValue(known, value)) return [];
    return [[key, isTable(known) && isTable(value) ? difference(value, known) : value] as const];
  });
  return tableOf(entries);
}

function ruleTable(
  { file, format, path, replaced, unless, why }: BypassRule,
  own: string,
): ConfigTable {
  const isTold = file === undefined ? format === own : file.endsWith(`.${format}`);
  return entriesOf({
    file,
    format: isTold ? undefined : format,
    path,
    replaced: replaced.length === 0 ? undefined : replaced,
    unless: unless.length === 0 ? undefined : unless,
    why,
  });
}

/** A table of those values that there are. */
function entriesOf(values: Readonly<Record<string, ConfigValue | undefined>>): ConfigTable {
  return tableOf(
    Object.entries(values).flatMap(([key, value]) => value === undefined ? [] : [[key, value]]),
  );
}

/** The lines of a mapping, each indented. */
function yaml(table: ConfigTable, indent = ""): string {
  return Object.entries(table).map(([key, value]) =>
    `${indent}${scalar(key)}:${below(value, indent)}\n`
  ).join("");
}

/** What follows the colon of a key, or the dash of an entry, without the line's end. */
function below(value: ConfigValue, indent: string): string {
  if (isTable(value) && Object.keys(value).length > 0) {
    return `\n${yaml(value, `${indent}  `)}`.trimEnd();
  }
  if (isList(value) && value.some((item) => isTable(item) || isList(item) || isLong(item))) {
    return value.map((item) => `\n${indent}  - ${entry(item, `${indent}    `)}`).join("");
  }
  return ` ${flow(value)}`;
}

/** An entry of a list: its first line stands behind the dash. */
function entry(value: ConfigValue, indent: string): string {
  return isTable(value) && Object.keys(value).length > 0 ? yaml(value, indent).trim() : flow(value);
}

function isLong(value: ConfigValue): boolean {
  return typeof value === "string" && value.length > 40;
}

function flow(value: ConfigValue): string {
  if (isList(value)) return `[${value.map(flow).join(", ")}]`;
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([key, item]) => `${scalar(key)}: ${flow(item)}`);
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  if (typeof value === "string") return scalar(value);
  return typeof value === "number" && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** A text, plain where every reader of YAML takes it for this text. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*([-./][A-Za-z0-9_]+)*$/.test(text);
  const isWord = /^(e[0-9_]+|y|n|yes|no|on|off|true|false|null|nan|inf)$/i.test(text);
  return isPlain && !isWord ? text : JSON.stringify(text);
}
