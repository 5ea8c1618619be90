/**
 * The codec of `.vault-config/state.json`, our own record and the authority on what is ours.
 *
 * ```json
 * {
 *   "files": {
 *     "_codex-config/config.toml": {
 *       "claims": [
 *         {
 *           "owners": ["codex"],
 *           "path": ["openai_base_url"],
 *           "text": {
 *             "created": [],
 *             "insert": "openai_base_url = \"…\"\n",
 *             "overrode": false,
 *             "remove": "",
 *             "value": [18, 45]
 *           },
 *           "value": "http://localhost:9419/v1"
 *         }
 *       ],
 *       "created": [],
 *       "format": "toml",
 *       "origin": "absent"
 *     }
 *   },
 *   "version": 1
 * }
 * ```
 * While a run is at work, `pending` holds what each file's entry will be, digests of its text before
 * and after, and the names of all temporary files, so that whoever comes after a crash knows both
 * outcomes, and which of them it is.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigPath, ConfigRoot, ConfigTable, ConfigValue, Selector } from "../formats/types.ts";
import { isList, isTable, sameValue, valueAt } from "../formats/value.ts";
import { checkFile, checkSegment, isTemporaryName } from "../storage/names.ts";
import {
  type Claim,
  type ClaimText,
  type FileState,
  pathKey,
  splitKey,
} from "../ownership/claims.ts";
import { type JsonInput, parseJson, printJson } from "./json.ts";

/** Everything that we remember between runs. */
export interface State {
  /** By `host dir/file`. */
  readonly files: ReadonlyMap<string, FileState>;
  /** Work that had begun when the state was written; absent when all was done. */
  readonly pending?: Pending;
}

/** Work that may or may not have been done. */
export interface Pending {
  /** What the entry of each file is once it has been replaced; `undefined`: none. */
  readonly files: ReadonlyMap<string, FileState | undefined>;
  /** Temporary files that may have been left, as `host dir/name`. */
  readonly temporaries: readonly string[];
  /** Digests of the texts of each file before and after, to tell which of the two stands there. */
  readonly texts: ReadonlyMap<string, BeforeAndAfter>;
}

/** Digests of the text of a file, before and after its replacement. */
export interface BeforeAndAfter {
  /** Of the text that was replaced. */
  readonly before: string;
  /** Of the text that replaced it. */
  readonly after: string;
}

/** The state before the first run. */
export const NO_STATE: State = { files: new Map() };

/** The path of the state, as it is named in messages. */
export const STATE_FILE = ".vault-config/state.json";

/** The text of `state.json`. The same state always gives the same text. */
export function printState(state: State): string {
  const files = (entries: ReadonlyMap<string, FileState | undefined>): JsonInput =>
    Object.fromEntries([...entries].map(([key, file]) => [key, file ? fileJson(file) : null]));
  return printJson({
    version: 1n,
    files: files(state.files),
    pending: state.pending && {
      files: files(state.pending.files),
      temporaries: state.pending.temporaries,
      texts: Object.fromEntries(
        [...state.pending.texts].map(([key, { before, after }]) => [key, { before, after }]),
      ),
    },
  });
}

/**
 * Reads `state.json`.
 *
 * @throws {ConfigPatchError} `state` where the text is not a state that we could have written.
 */
export function parseState(text: string): State {
  let root: ConfigValue;
  try {
    root = parseJson(text);
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
  if (!isTable(root)) throw corrupt("it is not an object");
  if (root.version !== 1n) throw corrupt("its version is not 1");
  const files = new Map<string, FileState>();
  for (const [key, file] of entriesOf(root.files, "files")) {
    checkKey(key);
    files.set(key, readFile(file, key));
  }
  if (root.pending === undefined) return { files };
  const after = new Map<string, FileState | undefined>();
  const pending = tableIn(root.pending, "pending");
  for (const [key, file] of entriesOf(pending.files, "pending.files")) {
    checkKey(key);
    after.set(key, file === null ? undefined : readFile(file, key));
  }
  return {
    files,
    pending: {
      files: after,
      temporaries: stringsIn(pending.temporaries, "temporaries").map(checkedTemporary),
      texts: new Map(
        entriesOf(pending.texts, "pending.texts").map(([key, value]) => {
          const { before, after } = tableIn(value, key);
          return [key, { before: stringIn(before, key), after: stringIn(after, key) }];
        }),
      ),
    },
  };
}

/**
 * The entry of a file whose replacement may or may not have happened, where neither the text before
 * nor the one after stands there, since somebody has edited it: the one of which all bytes stand;
 * if that is neither, claim by claim the one that fits.
 */
export function settleFile(
  before: FileState | undefined,
  after: FileState | undefined,
  live: { readonly text: string; readonly value: ConfigRoot },
): FileState | undefined {
  const fits = (claim: Claim): boolean => sameValue(valueAt(live.value, claim.path), claim.value);
  const stands = (claim: Claim): boolean =>
    fits(claim) && live.text.includes(claim.text?.insert ?? "");
  const [old, recent] = [before, after].map((entry) =>
    entry?.claims.every(stands) === true
      // Shorter bytes may stand as a part of the longer ones.
      ? entry.claims.reduce((sum, { text }) => sum + (text?.insert.length ?? 0), 0)
      : -1
  );
  if (old !== recent) return (old ?? -1) > (recent ?? -1) ? before : after;

  const former = new Map((before?.claims ?? []).map((claim) => [pathKey(claim.path), claim]));
  const claims: Claim[] = [];
  for (const claim of after?.claims ?? []) {
    const other = former.get(pathKey(claim.path));
    former.delete(pathKey(claim.path));
    claims.push(other !== undefined && !stands(claim) && fits(other) ? other : claim);
  }
  for (const claim of former.values()) if (fits(claim)) claims.push(claim);
  const shape = after ?? before;
  if (shape === undefined || claims.length === 0) return undefined;
  const created = new Map(
    [...(before?.created ?? []), ...(after?.created ?? [])].map((path) => [pathKey(path), path]),
  );
  const origin = before === undefined ? after?.origin : before.origin;
  return {
    format: shape.format,
    ...(origin === undefined ? {} : { origin }),
    claims,
    created: [...created.values()],
  };
}

function fileJson(file: FileState): JsonInput {
  return {
    format: file.format,
    origin: file.origin,
    created: file.created,
    claims: file.claims.map((claim): JsonInput => ({
      path: claim.path as readonly JsonInput[],
      value: claim.value,
      owners: claim.owners,
      text: claim.text && {
        insert: claim.text.insert,
        remove: claim.text.remove,
        overrode: claim.text.overrode,
        value: [BigInt(claim.text.value.start), BigInt(claim.text.value.end)],
        created: claim.text.created as readonly JsonInput[],
      },
    })),
  } as JsonInput;
}

/** A key leads to a file, so it must be one that a patch can name. */
function checkKey(key: string): void {
  const [dir, file] = splitKey(key);
  try {
    checkSegment(dir, "host_dir");
    checkFile(file, true);
  } catch (cause) {
    throw corrupt(`${JSON.stringify(key)} is not a host dir and a file in it`, cause);
  }
}

/** What is removed after a crash must have a name that only we give. */
function checkedTemporary(path: string): string {
  const end = path.lastIndexOf("/");
  checkKey(`${path.slice(0, end)}/config`);
  if (isTemporaryName(path.slice(end + 1))) return path;
  throw corrupt(`${JSON.stringify(path)} is not a temporary of ours`);
}

function readFile(value: ConfigValue, key: string): FileState {
  const file = tableIn(value, key);
  if (file.origin !== undefined && file.origin !== "absent" && file.origin !== "empty") {
    throw corrupt(`the origin of ${key} is unknown`);
  }
  return {
    format: stringIn(file.format, `${key}: format`),
    ...(file.origin === undefined ? {} : { origin: file.origin }),
    claims: listIn(file.claims, `${key}: claims`).map((claim) => readClaim(claim, key)),
    created: listIn(file.created, `${key}: created`).map((path) => readPath(path, key)),
  };
}

function readClaim(value: ConfigValue, key: string): Claim {
  const claim = tableIn(value, `${key}: a claim`);
  if (claim.value === undefined) throw corrupt(`${key}: a claim without a value`);
  return {
    path: readPath(claim.path, key),
    value: claim.value,
    owners: stringsIn(claim.owners, `${key}: owners`),
    ...(claim.text === undefined ? {} : { text: readText(claim.text, key) }),
  };
}

function readText(value: ConfigValue, key: string): ClaimText {
  const text = tableIn(value, `${key}: text`);
  const insert = stringIn(text.insert, `${key}: insert`);
  const [start = NaN, end = NaN] = listIn(text.value, `${key}: value`)
    .map((offset) => typeof offset === "bigint" ? Number(offset) : NaN);
  if (!(start >= 0 && start <= end && end <= insert.length)) {
    throw corrupt(`${key}: the range of a value is outside of its text`);
  }
  return {
    insert,
    remove: stringIn(text.remove, `${key}: remove`),
    overrode: text.overrode === true,
    value: { start, end },
    created: listIn(text.created, `${key}: created`).map((path) => readPath(path, key)),
  };
}

function readPath(value: ConfigValue | undefined, key: string): ConfigPath {
  const path = listIn(value, `${key}: a path`);
  if (path.length === 0) throw corrupt(`${key}: an empty path`);
  return path.map((step) => {
    if (typeof step === "string") return step;
    if (isTable(step) && Object.keys(step).length > 0 && Object.values(step).every(isPlain)) {
      return step as Selector;
    }
    throw corrupt(`${key}: a path with a step that is neither a key nor a selector`);
  });
}

function isPlain(value: ConfigValue): boolean {
  return ["string", "number", "bigint", "boolean"].includes(typeof value);
}

function entriesOf(value: ConfigValue | undefined, what: string): [string, ConfigValue][] {
  return Object.entries(tableIn(value, what));
}

function tableIn(value: ConfigValue | undefined, what: string): ConfigTable {
  if (!isTable(value)) throw corrupt(`${what}: not an object`);
  return value;
}

function listIn(value: ConfigValue | undefined, what: string): readonly ConfigValue[] {
  if (!isList(value)) throw corrupt(`${what}: not a list`);
  return value;
}

function stringIn(value: ConfigValue | undefined, what: string): string {
  if (typeof value !== "string") throw corrupt(`${what}: not a string`);
  return value;
}

function stringsIn(value: ConfigValue | undefined, what: string): string[] {
  return listIn(value, what).map((item) => stringIn(item, what));
}

function corrupt(why: string, cause?: unknown): ConfigPatchError {
  return new ConfigPatchError("state", `the record of what is ours cannot be read: ${why}`, {
    file: STATE_FILE,
    remedy:
      "move the file away and run again: what holds a vault address is then recognised by its value, but former user values that only this file knew are not given back",
    cause,
  });
}
