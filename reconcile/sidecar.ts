/**
 * The codec of the ownership sidecar, in the reference's format, for other programs.
 *
 * It lies in a host dir, where a container can write: what it says is a hint for recognising our
 * own values, never an authority. The format is terok-executor's: version 1, per file and provider
 * a list of records of kind `<format>_top` or `<format>_table`.
 *
 * @module
 */
import type { ConfigPath, ConfigTable, ConfigValue, Selector } from "../formats/types.ts";
import { isList, isTable, leavesOf } from "../formats/value.ts";
import { type Claim, type FileState, pathKey } from "../ownership/claims.ts";
import { type JsonInput, parseJson, printJson } from "./json.ts";

/** One record of a sidecar. */
export interface SidecarRecord {
  /** The format, from the record's kind. */
  readonly format: string;
  /** Where the values are: the root (empty), or a list entry. */
  readonly base: ConfigPath;
  /** Whether the entry was created by whoever wrote the record. */
  readonly created: boolean;
  /** The values, nested where the patch was. */
  readonly values: ConfigTable;
}

/** The records of one host dir: by file, by provider. */
export type Sidecar = ReadonlyMap<string, ReadonlyMap<string, readonly SidecarRecord[]>>;

/** No patch is nested deeper, and a forged record must not exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * The most places of one provider in one file that are believed, many more than any patch has: each
 * is looked for in the whole file, and a container may have written as many as it liked.
 */
const MOST_PLACES = 64;

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
 * Reads a sidecar that anybody may have written. What is not of the format is left out and told in
 * `problems`, in words that hold nothing of its content; nothing here throws.
 */
export function parseSidecar(text: string): { sidecar: Sidecar; problems: string[] } {
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
  let unknown = 0;
  const sidecar = new Map<string, Map<string, SidecarRecord[]>>();
  for (const [file, entry] of Object.entries(root.files)) {
    const providers = isTable(entry) ? entry.providers : undefined;
    if (!isTable(providers)) {
      unknown++;
      continue;
    }
    const byProvider = new Map<string, SidecarRecord[]>();
    for (const [provider, list] of Object.entries(providers)) {
      const records = (isList(list) ? list : [undefined]).map(readRecord);
      let places = 0;
      const known = records.filter((record) => record !== undefined)
        .filter((record) => (places += placesOf(record).length) <= MOST_PLACES);
      byProvider.set(provider, known);
      unknown += records.length - known.length;
    }
    sidecar.set(file, byProvider);
  }
  const entries = unknown === 1 ? "1 entry is" : `${unknown} entries are`;
  return { sidecar, problems: unknown === 0 ? [] : [`${entries} of an unknown form`] };
}

/** What a record says is ours: each value with its place. */
export function placesOf(record: SidecarRecord): { path: ConfigPath; value: ConfigValue }[] {
  return leavesOf(record.values, record.base);
}

/** The records of one file, by provider, that its claims amount to. */
export function recordsOf(file: FileState): Map<string, SidecarRecord[]> {
  const created = new Set(file.created.map(pathKey));
  const byProvider = new Map<string, Map<string, { base: ConfigPath; claims: Claim[] }>>();
  for (const claim of file.claims) {
    const selector = claim.path.findIndex((step) => typeof step === "object");
    const base = claim.path.slice(0, selector + 1);
    for (const owner of claim.owners) {
      const groups = byProvider.get(owner) ?? new Map();
      byProvider.set(owner, groups);
      const group = groups.get(pathKey(base)) ?? { base, claims: [] };
      groups.set(pathKey(base), group);
      group.claims.push(claim);
    }
  }
  return new Map(
    [...byProvider].map(([owner, groups]) => [
      owner,
      [...groups.values()].map(({ base, claims }) => ({
        format: file.format,
        base,
        created: created.has(pathKey(base)),
        values: nest(claims, base.length),
      })),
    ]),
  );
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
  for (const claim of claims) {
    const keys = claim.path.slice(depth) as readonly string[];
    let table = root;
    for (const key of keys.slice(0, -1)) {
      const inner = (table[key] ?? Object.create(null)) as Record<string, ConfigValue>;
      table[key] = inner;
      table = inner;
    }
    const last = keys[keys.length - 1];
    if (last !== undefined) table[last] = claim.value;
  }
  return root;
}
