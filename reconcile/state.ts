/**
 * The codec of `.vault-config/state.json`, our own record and the authority on what is ours.
 *
 * ```json
 * {
 *   "files": {
 *     "_codex-config/config.toml": {
 *       "aside": null,
 *       "claims": [
 *         {
 *           "created": [],
 *           "kind": "set",
 *           "owners": ["codex"],
 *           "place": ["openai_base_url"],
 *           "since": "2026-11-26T08:00:00.000Z",
 *           "template": "{vault_url}/v1",
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
 *       "digest": "9f86…",
 *       "format": "toml",
 *       "origin": "absent"
 *     }
 *   },
 *   "version": 2
 * }
 * ```
 * In a place, `{ "leaves": […], "match": {…} }` is an entry of a list, known by what stands in it. While
 * a run is at work, `pending` holds what each file's entry will be, digests of its text before and
 * after, and the names of all temporary files, so that whoever comes after a crash knows both
 * outcomes, and which of them it is. `aside` is one record, or a list of two after a crash. A claim
 * that we have put more than once has `written`: each of our own values, latest first.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigTable, ConfigValue, Selector } from "../formats/types.ts";
import { isList, isTable, sameValue } from "../formats/value.ts";
import {
  type Claim,
  type ClaimText,
  type FileRecord,
  type FileState,
  type Kind,
  ownersOf,
  type Place,
  splitKey,
} from "../ownership/claims.ts";
import { checkFile, checkSegment, isTemporaryName } from "../storage/names.ts";
import { type JsonInput, parseJson, printJson } from "./json_text.ts";
import { asVersion2 } from "./state_v1.ts";

/** Everything that we remember between runs. */
export interface State {
  /** By `host dir/file`. */
  readonly files: ReadonlyMap<string, FileState>;
  /** Work that had begun when the state was written; absent when all was done. */
  readonly pending?: Pending | undefined;
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

/** Every owner of a claim in a state, sorted. */
export function ownersIn(state: State): string[] {
  const entries = [...state.files.values(), ...state.pending?.files.values() ?? []];
  return [...new Set(entries.flatMap(ownersOf))].sort();
}

/** The text of `state.json`. The same state always gives the same text. */
export function printState(state: State): string {
  const files = (entries: ReadonlyMap<string, FileState | undefined>): JsonInput =>
    Object.fromEntries([...entries].map(([key, file]) => [key, file ? fileJson(file) : null]));
  return printJson({
    version: 2n,
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
 * Reads `state.json`, of this version or the one before.
 *
 * @throws {ConfigPatchError} `state` where the text is not a state that we could have written,
 * `state-newer` for one of a later version.
 */
export function parseState(text: string): State {
  let root: ConfigValue;
  try {
    root = parseJson(text);
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
  if (!isTable(root)) throw corrupt("it is not an object");
  const { version } = root;
  if (typeof version === "bigint" && version > 2n) throw newer(version);
  if (version !== 1n && version !== 2n) throw corrupt("its version is neither 1 nor 2");
  const readFile = (value: ConfigValue, key: string) =>
    readFileState(
      version === 1n ? asVersion2(value, (why) => corrupt(`${key}: ${why}`)) : value,
      key,
    );
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

function fileJson({ aside, ...record }: FileState): JsonInput {
  const [first = null, ...more] = aside.map(recordJson);
  return { ...recordJson(record), aside: more.length === 0 ? first : [first, ...more] };
}

function recordJson({ format, origin, digest, claims }: FileRecord) {
  return {
    format,
    origin: typeof origin === "object" ? { blank: origin.blank } : origin,
    digest,
    claims: claims.map((claim): JsonInput => ({
      place: claim.place.map((key): JsonInput =>
        typeof key === "string" ? key : { leaves: key.leaves, match: key.match as JsonInput }
      ),
      value: claim.value,
      written: isUsual(claim) ? undefined : claim.written,
      template: claim.template,
      kind: claim.kind,
      owners: claim.owners,
      since: claim.since,
      created: claim.created.map(BigInt),
      nulls: claim.nulls.length === 0 ? undefined : claim.nulls.map(BigInt),
      text: claim.text && {
        insert: claim.text.insert,
        remove: claim.text.remove,
        overrode: claim.text.overrode,
        value: [BigInt(claim.text.value.start), BigInt(claim.text.value.end)],
        created: claim.text.created.map(BigInt),
      },
    })),
  };
}

/** Whether our own values at a place are what is read where nothing is said of them. */
function isUsual({ text, value, written }: Claim): boolean {
  return sameValue(written, text === undefined ? [] : [value]);
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

function readFileState(value: ConfigValue, key: string): FileState {
  const file = tableIn(value, key);
  const { aside = null } = file;
  const records = aside === null ? [] : isList(aside) ? aside : [aside];
  return {
    ...readRecord(file, key),
    aside: records.map((one) => readRecord(tableIn(one, `${key}: aside`), key)),
  };
}

function readRecord(file: ConfigTable, key: string): FileRecord {
  return {
    format: stringIn(file.format, `${key}: format`),
    origin: readOrigin(file.origin, key),
    digest: stringIn(file.digest, `${key}: digest`),
    claims: listIn(file.claims, `${key}: claims`).map((claim) => readClaim(claim, key)),
  };
}

function readOrigin(value: ConfigValue | undefined, key: string): FileRecord["origin"] {
  if (value === undefined || value === "absent") return value;
  // So says version 1.
  if (value === "empty") return { blank: "" };
  return { blank: stringIn(tableIn(value, `${key}: origin`).blank, `${key}: blank`) };
}

function readClaim(value: ConfigValue, key: string): Claim {
  const claim = tableIn(value, `${key}: a claim`);
  if (claim.value === undefined) throw corrupt(`${key}: a claim without a value`);
  const place = readPlace(claim.place, key);
  const put = claim.text === undefined ? [] : [claim.value];
  return {
    place,
    at: undefined,
    value: claim.value,
    written: claim.written === undefined ? put : listIn(claim.written, `${key}: written`),
    template: claim.template,
    kind: readKind(claim.kind, key),
    owners: stringsIn(claim.owners, `${key}: owners`),
    since: stringIn(claim.since, `${key}: since`),
    text: claim.text === undefined ? undefined : readText(claim.text, key, place.length),
    created: lengthsIn(claim.created, key, place.length),
    nulls: claim.nulls === undefined ? [] : lengthsIn(claim.nulls, key, place.length),
  };
}

function readKind(value: ConfigValue | undefined, key: string): Kind {
  if (value === "set" || value === "each" || value === "default") return value;
  throw corrupt(`${key}: a claim of an unknown kind`);
}

function readText(value: ConfigValue, key: string, length: number): ClaimText {
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
    created: lengthsIn(text.created, key, length),
  };
}

function readPlace(value: ConfigValue | undefined, key: string): Place {
  const place = listIn(value, `${key}: a place`);
  if (place.length === 0) throw corrupt(`${key}: an empty place`);
  return place.map((one) => {
    if (typeof one === "string") return one;
    const mark = tableIn(one, `${key}: an entry`);
    const match = mark.match === undefined ? undefined : tableIn(mark.match, `${key}: match`);
    if (match !== undefined && !Object.values(match).every(isPlain)) {
      throw corrupt(`${key}: an entry that is matched by no plain value`);
    }
    return {
      match: match as Selector | undefined,
      leaves: stringsIn(mark.leaves, `${key}: leaves`),
    };
  });
}

function lengthsIn(value: ConfigValue | undefined, key: string, most: number): number[] {
  return listIn(value, `${key}: created`).map((one) => {
    const length = typeof one === "bigint" ? Number(one) : NaN;
    if (length >= 0 && length < most) return length;
    throw corrupt(`${key}: a container that is not on the way to its place`);
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

function newer(version: bigint): ConfigPatchError {
  return new ConfigPatchError(
    "state-newer",
    `the record of what is ours has version ${version}, and this program knows 1 and 2`,
    {
      file: STATE_FILE,
      remedy: "use the version of vault-config that wrote it, or a newer one; nothing was touched",
    },
  );
}

function corrupt(why: string, cause?: unknown): ConfigPatchError {
  return new ConfigPatchError("state", `the record of what is ours cannot be read: ${why}`, {
    file: STATE_FILE,
    remedy:
      "move the file away and run again: what holds a vault address is then recognised by its value, but former user values that only this file knew are not given back",
    cause,
  });
}
