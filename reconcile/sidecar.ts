/**
 * The codec of the ownership sidecar, in the reference's format, for other programs.
 *
 * It lies in a host dir, where a container can write: what it says is a hint for recognising our
 * own values, never an authority. The format is terok-executor's: version 1, per file and provider
 * a list of records of kind `<format>_top` or `<format>_table`.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigTable, ConfigValue, Selector } from "../formats/types.ts";
import { isList, isTable, leavesOf } from "../formats/value.ts";
import type { SidecarRecord } from "../ownership/adopt.ts";
import type { Claim, EntryMark, FileState } from "../ownership/claims.ts";
import { isProviderName } from "../roster/names.ts";
import { checkFile } from "../storage/names.ts";
import { type JsonInput, parseJson, printJson } from "./json_text.ts";

/** The records of one host dir: by file, by provider. */
export type Sidecar = ReadonlyMap<string, ReadonlyMap<string, readonly SidecarRecord[]>>;

/** No patch is nested deeper, and a forged record must not exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * The most that is believed of one sidecar, many more than any host dir has: each place is looked for
 * in the whole file, and a container may have written as many as it liked.
 */
const MOST = { files: 32, providers: 32, places: 64 } as const;

/** The text of a sidecar; `undefined` when it says nothing and has to go. */
export function printSidecar(sidecar: Sidecar): string | undefined {
  const files = [...sidecar].flatMap(([file, providers]): [string, JsonInput][] => {
    const entries = [...providers].filter(([, records]) => records.length > 0);
    if (entries.length === 0) return [];
    const lists = entries.map(([name, records]) => [name, records.map(recordJson)] as const);
    return [[file, { providers: Object.fromEntries(lists) }]];
  });
  return files.length === 0
    ? undefined
    : printJson({ files: Object.fromEntries(files), version: 1n });
}

/**
 * Reads a sidecar that anybody may have written. What is not of the format, or has a name that no
 * provider and no config can have, is left out and told in `problems`, in words that hold nothing of
 * its content; nothing here throws.
 *
 * @param allowNested Whether configs may lie deeper in the host dir.
 */
export function parseSidecar(
  text: string,
  allowNested: boolean,
): { sidecar: Sidecar; problems: string[] } {
  const none = (problem: string) => ({ sidecar: new Map(), problems: [problem] });
  let root: ConfigValue;
  try {
    root = parseJson(text);
  } catch {
    // The reason that is thrown quotes the text, which may be anybody's.
    return none("it is not JSON, or nested too deeply");
  }
  if (!isTable(root) || root.version !== 1n || !isTable(root.files)) {
    return none("it is not a version 1 record of managed values");
  }
  const sidecar = new Map<string, Map<string, SidecarRecord[]>>();
  const names = new Set<string>();
  let unknown = 0;
  let misplaced = 0;
  for (const [file, entry] of Object.entries(root.files)) {
    if (!isFileName(file, allowNested)) {
      misplaced++;
      continue;
    }
    const providers = isTable(entry) ? entry.providers : undefined;
    if (!isTable(providers) || sidecar.size === MOST.files) {
      unknown++;
      continue;
    }
    const byProvider = new Map<string, SidecarRecord[]>();
    for (const [provider, list] of Object.entries(providers)) {
      names.add(provider);
      if (names.size > MOST.providers || !isProviderName(provider)) {
        unknown++;
        continue;
      }
      const records = (isList(list) ? list : [undefined]).map(readRecord);
      let places = 0;
      const known = records.filter((record) => record !== undefined)
        .filter((record) => (places += leavesOf(record.values).length) <= MOST.places);
      byProvider.set(provider, known);
      unknown += records.length - known.length;
    }
    sidecar.set(file, byProvider);
  }
  const entries = unknown === 1 ? "1 entry is" : `${unknown} entries are`;
  const problems = unknown === 0 ? [] : [`${entries} of an unknown form, or too many`];
  if (misplaced > 0) problems.push("it names files that are not of this directory");
  return { sidecar, problems };
}

function isFileName(file: string, allowNested: boolean): boolean {
  try {
    checkFile(file, allowNested);
    return true;
  } catch (error) {
    if (error instanceof ConfigPatchError) return false;
    throw error;
  }
}

/**
 * The records of our claims in a file, by provider, where the reference can take them back: values at
 * the root, and in the entries of a list below one key; one record however many entries hold it.
 */
export function recordsOf(file: FileState): ReadonlyMap<string, readonly SidecarRecord[]> {
  const byProvider = new Map<string, Map<string, { base: Base; claims: Claim[] }>>();
  for (const claim of file.claims) {
    const base = claim.kind === "set" ? baseOf(claim) : undefined;
    if (base === undefined) continue;
    for (const owner of claim.owners) {
      const groups = byProvider.get(owner) ?? new Map();
      byProvider.set(owner, groups);
      const key = JSON.stringify(base, (_key, item) => typeof item === "bigint" ? `${item}` : item);
      const group = groups.get(key) ?? { base, claims: [] };
      groups.set(key, group);
      group.claims.push(claim);
    }
  }
  return new Map(
    [...byProvider].map(([owner, groups]) => [
      owner,
      [...groups.values()].map(({ base, claims }) => ({
        format: file.format,
        base,
        created: base.length > 0 && claims.some((claim) => claim.created.includes(base.length)),
        values: nest(claims, base.length),
      })),
    ]),
  );
}

type Base = readonly [] | readonly [string, Selector];

function baseOf({ place }: Claim): Base | undefined {
  const marks = place.filter((key): key is EntryMark => typeof key === "object");
  if (marks.length === 0) return [];
  const [table, mark] = place;
  if (marks.length > 1 || typeof table !== "string" || typeof mark !== "object") return undefined;
  return mark.match === undefined ? undefined : [table, mark.match];
}

function recordJson(record: SidecarRecord): JsonInput {
  const { format, base, values } = record;
  if (base.length === 0) return { kind: `${format}_top`, values };
  const table = base.slice(0, -1) as readonly string[];
  return {
    kind: `${format}_table`,
    table: table.length === 1 ? table[0] : table,
    match: base[base.length - 1] as Selector,
    created: record.created,
    values,
  };
}

function readRecord(value: ConfigValue | undefined): SidecarRecord | undefined {
  if (!isTable(value) || typeof value.kind !== "string" || !isTable(value.values)) return undefined;
  const { kind, values, table, match } = value;
  if (isDeeper(values, MAX_DEPTH)) return undefined;
  const [, format, form] = /^([a-z][a-z0-9]*)_(top|table)$/.exec(kind) ?? [];
  if (format === undefined) return undefined;
  if (form === "top") return { format, base: [], created: false, values };
  const keys = isList(table) ? table : [table];
  const isKey = (key: ConfigValue | undefined): key is string => typeof key === "string";
  if (keys.length === 0 || keys.length > MAX_DEPTH || !keys.every(isKey) || !isTable(match)) {
    return undefined;
  }
  const plain = ["string", "number", "bigint", "boolean"];
  const wanted = Object.values(match);
  if (wanted.length === 0 || !wanted.every((item) => plain.includes(typeof item))) return undefined;
  return { format, base: [...keys, match as Selector], created: value.created === true, values };
}

function isDeeper(value: ConfigValue, depth: number): boolean {
  if (!isList(value) && !isTable(value)) return false;
  return depth === 0 || Object.values(value).some((item) => isDeeper(item, depth - 1));
}

function nest(claims: readonly Claim[], depth: number): ConfigTable {
  const root: Record<string, ConfigValue> = Object.create(null);
  for (const { place, value } of claims) {
    const keys = place.slice(depth) as readonly string[];
    let table = root;
    for (const key of keys.slice(0, -1)) {
      const inner = (table[key] ?? Object.create(null)) as Record<string, ConfigValue>;
      table[key] = inner;
      table = inner;
    }
    const last = keys[keys.length - 1];
    if (last !== undefined) table[last] = value;
  }
  return root;
}
