/**
 * What an agent may say, and what is a mistake.
 *
 * An agent file is another program's file too. We read where its config lies and what its config has
 * to hold; inside a patch every key is ours and an unknown one is an error, elsewhere only a slip of
 * one of our own keys is.
 *
 * @module
 */
import { closest, ConfigPatchError, type ErrorDetails } from "../errors.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import {
  type ConfigPath,
  type ConfigTable,
  type ConfigValue,
  type FormatInfo,
  OpaqueScalar,
  type Selector,
} from "../formats/types.ts";
import { isList, isTable, leavesOf, pathText, sameValue, valueAt } from "../formats/value.ts";
import { checkFile, checkSegment } from "../storage/names.ts";
import { checkTokens, hasToken } from "../transport/tokens.ts";
import { isProviderName } from "./names.ts";
import type { ConfigPatch, Provider } from "./types.ts";

/** Where an agent was written, for messages. */
export interface AgentSource {
  /** A path, or words for what is no file. */
  readonly file: string;
  /** Position and line of what stands at a path of the agent, where they are known. */
  readonly locate?: (path: ConfigPath) => ErrorDetails | undefined;
  /** Whether the provider is applied without being named; it is unless this says `false`. */
  readonly defaultOn?: boolean;
}

/**
 * Reads one agent.
 *
 * @throws {ConfigPatchError} `roster`, with the provider, the file, the position where it is known,
 * and what to do.
 */
export function parseAgent(
  name: string,
  agent: ConfigTable,
  source: AgentSource,
  formats: FormatRegistry,
): Provider {
  const reader = new Reader(name, agent, source);
  if (!isProviderName(name)) {
    throw reader.error([], `${JSON.stringify(name)} cannot be the name of a provider`, NAME_REMEDY);
  }
  checkSlips(reader);
  const hostDir = hostDirOf(reader);
  const patchPath = reader.oneOf(PATCH_PATHS);
  const provider: Provider = {
    name,
    source: source.file,
    defaultOn: source.defaultOn !== false,
    hostDir,
    patches: [],
    credentialType: undefined,
    bypassedBy: [],
    notes: [],
    proven: undefined,
  };
  if (patchPath === undefined) return provider;
  const patch = reader.table(patchPath);
  if (hostDir === undefined) {
    throw reader.error(patchPath, "there is a patch, but no host dir for it", "set auth.host_dir");
  }
  return { ...provider, patches: [patchOf(reader, patchPath, patch, formats)] };
}

/** Where a patch may stand: terok-executor's place, its newer place, and the short form. */
const PATCH_PATHS = [["vault", "shared_config_patch"], ["provider", "config_patch"], [
  "shared_config_patch",
]] as const;

/** Where the host dir may stand: terok-executor's place, and the short form. */
const HOST_DIR_PATHS = [["auth", "host_dir"], ["host_dir"]] as const;

/** The sections that we read, with the one key of each. */
const SECTIONS: Readonly<Record<string, string>> = {
  auth: "host_dir",
  vault: "shared_config_patch",
  provider: "config_patch",
};

const SHORT_FORM = ["host_dir", "shared_config_patch"];

const NAME_REMEDY =
  "use one line of printable characters without commas, slashes or spaces at an end: names are " +
  "given as lists on the command line";

/** An agent while it is read, and what every message about it says. */
class Reader {
  readonly name: string;
  readonly agent: ConfigTable;
  readonly #source: AgentSource;

  constructor(name: string, agent: ConfigTable, source: AgentSource) {
    this.name = name;
    this.agent = agent;
    this.#source = source;
  }

  error(path: ConfigPath, message: string, remedy: string): ConfigPatchError {
    return new ConfigPatchError("roster", message, { ...this.#details(path), remedy });
  }

  /** Runs a check that knows nothing of agents, and says where it failed. */
  check<T>(path: ConfigPath, check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      throw error.with(this.#details(path));
    }
  }

  /** The path at which something stands; several are fine while they say the same. */
  oneOf(paths: readonly ConfigPath[]): ConfigPath | undefined {
    const [first, ...more] = paths.filter((path) => (this.at(path) ?? null) !== null);
    const other = more.find((path) => !sameValue(this.at(path), this.at(first ?? [])));
    if (first === undefined || other === undefined) return first;
    throw this.error(
      other,
      `${pathText(first)} and ${pathText(other)} differ, and only one of them can hold`,
      `keep one of them`,
    );
  }

  at(path: ConfigPath): ConfigValue | undefined {
    return valueAt(this.agent, path);
  }

  text(path: ConfigPath): string {
    const value = this.at(path);
    if (typeof value === "string") return value;
    throw this.error(path, `${pathText(path)} has to be a text`, "write a text there");
  }

  table(path: ConfigPath): ConfigTable {
    const value = this.at(path);
    if (isTable(value)) return value;
    throw this.error(path, `${pathText(path)} has to be a mapping`, "write a mapping there");
  }

  #details(path: ConfigPath): ErrorDetails {
    const { file, locate } = this.#source;
    return { provider: this.name, file, ...locate?.(path) };
  }
}

/** Refuses keys that are almost ours, or ours at a wrong place: they would silently not be read. */
function checkSlips(reader: Reader): void {
  for (const [section, ours] of Object.entries(SECTIONS)) {
    const value = reader.at([section]) ?? null;
    // `provider: anthropic` is something that another program may well say.
    if (value === null || (section === "provider" && !isTable(value))) continue;
    for (const key of Object.keys(reader.table([section]))) {
      if (key !== ours) checkSlip(reader, [section, key], section);
    }
  }
  for (const [key, value] of Object.entries(reader.agent)) {
    if (Object.hasOwn(SECTIONS, key) || SHORT_FORM.includes(key)) continue;
    checkSlip(reader, [key]);
    // Of sections with other names, only what looks like one of ours, or holds our longest key.
    const section = closest(key, Object.keys(SECTIONS));
    for (const inner of isTable(value) ? Object.keys(value) : []) {
      if (section !== undefined || inner === "shared_config_patch") {
        checkSlip(reader, [key, inner], section);
      }
    }
  }
}

function checkSlip(reader: Reader, path: readonly string[], section?: string): void {
  const near = closest(path[path.length - 1] ?? "", Object.values(SECTIONS));
  if (near === undefined) return;
  const meant = near === "host_dir"
    ? "auth.host_dir"
    : section === "provider"
    ? "provider.config_patch"
    : "vault.shared_config_patch";
  throw reader.error(
    path,
    `${pathText(path)} is not a key that is read`,
    `did you mean ${meant}?`,
  );
}

function hostDirOf(reader: Reader): string | undefined {
  const path = reader.oneOf(HOST_DIR_PATHS);
  const fallback = (reader.at(["auth"]) ?? null) === null && isTable(reader.at(["opencode"]));
  const hostDir = path !== undefined
    ? reader.text(path)
    : fallback
    ? `_${reader.name}-config`
    : undefined;
  if (hostDir !== undefined) reader.check(path ?? [], () => checkSegment(hostDir, "host_dir"));
  return hostDir;
}

function patchOf(
  reader: Reader,
  path: ConfigPath,
  patch: ConfigTable,
  formats: FormatRegistry,
): ConfigPatch {
  const format = formatOf(reader, path, patch, formats);
  const filePath = [...path, "file"];
  if (!Object.hasOwn(patch, "file")) {
    throw reader.error(
      path,
      "a patch without a file",
      "set file to the config's name in the host dir",
    );
  }
  const file = reader.text(filePath);
  const setPath = [...path, `${format.name}_set`];
  const set = reader.table(setPath);
  reader.check(filePath, () => checkFile(file, true));
  checkSet(reader, setPath, set, format);
  return {
    files: [file],
    format: format.name,
    strict: strictOf(reader, [...path, "json_strict"]),
    mode: undefined,
    ...entryOf(reader, path, format, set),
    each: undefined,
    set,
    default: {},
    variants: {},
  };
}

/** The one format that the keys of a patch name. */
function formatOf(
  reader: Reader,
  path: ConfigPath,
  patch: ConfigTable,
  formats: FormatRegistry,
): FormatInfo {
  const owners = new Map<string, FormatInfo>();
  for (const format of formats.list()) {
    for (const part of ["set", "table", "match"]) owners.set(`${format.name}_${part}`, format);
  }
  const json = formats.get("json");
  if (json !== undefined) owners.set("json_strict", json);
  const used = new Set<FormatInfo>();
  for (const key of Object.keys(patch)) {
    const owner = owners.get(key);
    if (owner !== undefined) used.add(owner);
    else if (key !== "file") {
      throw reader.error(
        [...path, key],
        `a patch has no key ${JSON.stringify(key)}`,
        keyRemedy(key, formats, ["file", ...owners.keys()]),
      );
    }
  }
  const [format, other] = used;
  const names = formats.list().map((one) => `${one.name}_set`).join(", ");
  if (format === undefined) {
    throw reader.error(path, "a patch without values", `set one of ${names}`);
  }
  if (other !== undefined) {
    throw reader.error(
      path,
      `one patch is of two formats, ${format.name} and ${other.name}`,
      "keep the keys of the format that the file is written in",
    );
  }
  return format;
}

function keyRemedy(key: string, formats: FormatRegistry, known: readonly string[]): string {
  const near = closest(key, known);
  if (near !== undefined) return `did you mean ${near}?`;
  const [, format] = /^(.+)_(?:set|table|match)$/.exec(key) ?? [];
  return format === undefined
    ? `take it out; known are ${known.join(", ")}`
    : `register a format ${JSON.stringify(format)}, or use one of ${
      formats.list().map((one) => one.name).join(", ")
    }`;
}

function strictOf(reader: Reader, path: ConfigPath): boolean {
  const value = reader.at(path) ?? false;
  if (typeof value === "boolean") return value;
  throw reader.error(
    path,
    `${pathText(path)} has to be true or false`,
    "write true or leave it out",
  );
}

function checkSet(reader: Reader, path: ConfigPath, set: ConfigTable, format: FormatInfo): void {
  const leaves = leavesOf(set, path);
  if (leaves.length === 0) {
    throw reader.error(path, `${pathText(path)} holds no value`, "name a key and its value");
  }
  for (const leaf of leaves) {
    if (isTable(leaf.value)) {
      throw reader.error(
        leaf.path,
        `${pathText(leaf.path)} is an empty mapping, which would hold nothing`,
        "name the keys that it has to hold, or take it out",
      );
    }
    checkHolds(reader, leaf.path, [...leaf.path, leaf.value] as ConfigValue, format);
    reader.check(leaf.path, () => checkTokens(leaf.value));
  }
}

/** The list entry that a patch addresses, or nothing. */
function entryOf(
  reader: Reader,
  path: ConfigPath,
  format: FormatInfo,
  set: ConfigTable,
): Pick<ConfigPatch, "table" | "match"> {
  const tablePath = [...path, `${format.name}_table`];
  const matchPath = [...path, `${format.name}_match`];
  const table = reader.at(tablePath);
  const match = reader.at(matchPath);
  if (table === undefined && match === undefined) return { table: undefined, match: undefined };
  if (table === undefined || match === undefined) {
    const [there, missing] = table === undefined ? [matchPath, tablePath] : [tablePath, matchPath];
    throw reader.error(
      there,
      `${format.name}_table and ${format.name}_match only mean something together`,
      `set ${pathText(missing)} as well`,
    );
  }
  const keys = isList(table) ? table : [table];
  if (keys.length === 0 || !keys.every(isKey)) {
    throw reader.error(
      tablePath,
      `${pathText(tablePath)} has to be a key, or a list of keys`,
      "name the keys that lead to the list",
    );
  }
  checkHolds(reader, tablePath, keys, format);
  return { table: keys, match: selectorOf(reader, matchPath, format, set) };
}

function selectorOf(
  reader: Reader,
  path: ConfigPath,
  format: FormatInfo,
  set: ConfigTable,
): Selector {
  const match = reader.table(path);
  if (Object.keys(match).length === 0) {
    throw reader.error(
      path,
      `${pathText(path)} is empty, so it would mean any entry`,
      "name a key and the value by which the entry is known",
    );
  }
  for (const [key, value] of Object.entries(match)) {
    const at = [...path, key];
    if (!["string", "number", "bigint", "boolean"].includes(typeof value)) {
      throw reader.error(
        at,
        `an entry cannot be known by ${pathText(at)}`,
        "compare with a text, a number, true or false",
      );
    }
    checkHolds(reader, at, [key, value], format);
    if (hasToken(value)) {
      throw reader.error(
        at,
        `${pathText(at)} has a token in it, so the entry would change with the vault's address`,
        "match by a value that stays",
      );
    }
    if (Object.hasOwn(set, key)) {
      throw reader.error(
        at,
        `${JSON.stringify(key)} is matched and set, so the entry would not be found again`,
        `take it out of ${format.name}_set or of ${format.name}_match`,
      );
    }
  }
  return match as Selector;
}

function isKey(value: ConfigValue): value is string {
  return typeof value === "string" && value !== "";
}

/** Refuses what a patch cannot hold, at any depth. */
function checkHolds(
  reader: Reader,
  path: ConfigPath,
  value: ConfigValue,
  format: FormatInfo,
): void {
  const fault = faultOf(value, format);
  if (fault === undefined) return;
  // A key that cannot be written cannot be shown either.
  const unwritable = path.findIndex((step) => typeof step === "string" && !step.isWellFormed());
  const at = unwritable === -1 ? path : path.slice(0, unwritable);
  throw reader.error(at, `${pathText(at)} cannot hold ${fault.what}`, fault.remedy);
}

function faultOf(
  value: ConfigValue,
  format: FormatInfo,
): { readonly what: string; readonly remedy: string } | undefined {
  if (value instanceof OpaqueScalar) {
    return { what: `a value of type ${value.type}`, remedy: "quote it, to make it a text" };
  }
  if (value === null && !format.holdsNull) {
    return { what: `null: ${format.name} has none`, remedy: "take the key out" };
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return { what: `the number ${value}`, remedy: "use a finite number" };
  }
  if (typeof value === "string" && !value.isWellFormed()) {
    return {
      what: "a key that is no text, or a text that is not valid Unicode",
      remedy: "put a number, a date or another word that is read as no text in quotes",
    };
  }
  const items = isList(value) ? value : isTable(value) ? Object.entries(value).flat() : [];
  for (const item of items) {
    const fault = faultOf(item, format);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
