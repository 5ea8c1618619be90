/**
 * The steady state: nearly always, nothing has changed since the last run. After a run that leaves
 * nothing to do, the memory (`.vault-config/steady.json`) holds all that the outcome depends on, as
 * it stood: the inputs, our state, and kind, mode, owner and bytes of every file. If all of that is
 * equal, there is nothing to do. Times count for nothing: a write through a memory map leaves them
 * as they are, and a container can wait for the clock.
 *
 * This module is loaded on every start. It parses nothing but its memory, takes no lock, and imports
 * next to nothing; it must stay so.
 *
 * @module
 */
import type { Position } from "../errors.ts";
import type { ConfigPath } from "../formats/types.ts";
import { Opening } from "../storage/opening.ts";
import { LARGEST_DIRECTORY, matchingNames, MOST_NAMES } from "../storage/pattern.ts";
import {
  denoFileSystem,
  type FileStatus,
  type FileSystem,
  fill,
  isSameInode,
  mayEnter,
  type SourceFile,
} from "../storage/primitives.ts";
import type { VaultLocation } from "../transport/location.ts";

/** What stands at a path. */
export type Seen =
  | { readonly kind: "absent" | "directory" | "symlink" | "other" }
  | SeenFile;

/** A regular file. */
export interface SeenFile {
  readonly kind: "file";
  /** The permission bits. */
  readonly mode: number;
  /** The owner. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
  /** The content. */
  readonly bytes: Uint8Array;
}

/** What is said again by a run that finds nothing to do. */
export interface Remembered {
  /** Where the vault is. */
  readonly location: VaultLocation;
  /** How each provider stands, file by file. */
  readonly rows: readonly RememberedRow[];
  /** The warnings that stand. */
  readonly warnings: readonly RememberedWarning[];
}

/** How one provider stands in one file. */
export interface RememberedRow {
  readonly provider: string;
  readonly action: "apply" | "disable";
  readonly file: string | undefined;
  readonly outcome: "unchanged" | "skipped";
  /** Bypasses that are accepted; all others are failures, after which nothing is remembered. */
  readonly bypasses: readonly RememberedBypass[];
}

/** A bypass that is accepted. */
export interface RememberedBypass {
  readonly file: string;
  readonly position: Position | undefined;
  readonly path: ConfigPath | undefined;
  readonly why: string;
}

/** A warning that is printed at every start, until what it is about has gone. */
export interface RememberedWarning {
  readonly message: string;
  readonly file: string | undefined;
  readonly position: Position | undefined;
  readonly code: string | undefined;
}

/** All that a memory is made of. */
export interface MemoryInput {
  /** All that the outcome depends on besides the files: see {@linkcode textOf}. */
  readonly inputs: string;
  /** The text of `state.json` as it stands; nothing is pending in it. */
  readonly state: string;
  /** By `host dir/file`: every config, sidecar and rules' file, also those that are absent. */
  readonly files: ReadonlyMap<string, Seen>;
  /** By `host dir/pattern`: the names that match, as `Mounts.namesLike` gives them. */
  readonly patterns: ReadonlyMap<string, readonly string[]>;
  /** What the next run says if nothing has changed. */
  readonly report: Remembered;
}

/** What a start finds out without looking further. */
export type Recalled =
  /** Everything stands as it did: there is nothing to do. */
  | { readonly kind: "same"; readonly report: Remembered }
  /**
   * The same is asked for, our state is the same, and these files differ, or the names of these
   * patterns: all others stand as they did and need not be planned again.
   */
  | { readonly kind: "changed"; readonly files: ReadonlySet<string>; readonly memory: Memory };

/** A memory, for a run that plans only what has changed. */
export interface Memory {
  /** The text of `state.json`. */
  readonly state: string;
  /** What was found, and of files that have not changed, still is. */
  readonly report: Remembered;
  /** The keys of all files that were looked at. */
  readonly keys: readonly string[];
  /** By `host dir/pattern`: the names that matched. */
  readonly patterns: Readonly<Record<string, readonly string[]>>;
  /** What stood at a key; `undefined` for one that was not looked at. */
  seen(key: string): Seen | undefined;
}

/**
 * The most that is remembered, in bytes. It is large, because to read and compare the memory costs
 * far less than planning the same files, and so that a container with large files cannot fill it.
 */
export const LARGEST_MEMORY: number = 16 * 1024 * 1024;

/** What is in the file. */
interface Stored {
  readonly version: 2;
  readonly inputs: string;
  readonly state: string;
  /** A file as mode, owner, group and bytes; anything else as its kind. */
  readonly files: Readonly<Record<string, StoredFile | string>>;
  readonly patterns: Readonly<Record<string, readonly string[]>>;
  readonly report: Remembered;
}

/** Each byte is one character, U+0000 to U+00FF: that needs no decoder, and holds any content. */
type StoredFile = readonly [mode: number, uid: number, gid: number, bytes: string];

const MEMORY = ".vault-config/steady.json";
const STATE = ".vault-config/state.json";

/**
 * The inputs of a run as a text: roster texts, options, version. It is kept as it is, because that
 * cannot be mistaken for another, and costs less than a digest, which starts a thread.
 */
export function textOf(inputs: unknown): string {
  // A letter in front keeps an integer from being taken for a text.
  return JSON.stringify(
    inputs,
    (_key, value: unknown) =>
      typeof value === "bigint"
        ? `i${value}`
        : typeof value === "string"
        ? `t${value}`
        : Object.is(value, -0)
        ? "-0"
        : value,
  );
}

/**
 * Compares what stands in the mounts with the memory of the last run. For runs that may write, and
 * for no others: files are opened for writing, because that is the cheap way that no FIFO can block.
 *
 * @param mounts The mounts directory.
 * @param inputs What is asked for now, as {@linkcode textOf} writes it.
 * @returns `undefined` where there is no memory, or it is of no use: something else is asked for,
 * our state is another one, or something odd is in the way that a full run has to tell of.
 */
export async function recall(
  mounts: string,
  inputs: string,
  system: FileSystem = denoFileSystem,
  opening: Opening = new Opening(true),
): Promise<Recalled | undefined> {
  try {
    const stored = readMemory(mounts, system);
    if (stored === undefined || stored.inputs !== inputs) return undefined;
    if (readOwn(mounts, STATE, system) !== stored.state) return undefined;
    const files = await differences(mounts, stored, { system, opening });
    if (files.size === 0) return { kind: "same", report: stored.report };
    return { kind: "changed", files: new Set(files.keys()), memory: memoryOf(stored) };
  } catch {
    // Whatever is odd about the memory or the mounts, it is no reason to trust it.
    return undefined;
  }
}

/** What a run has found in the mounts, or has written there. */
export type Sight = Pick<MemoryInput, "files" | "patterns">;

/** How files are opened and looked at. */
interface Looking {
  readonly opening: Opening;
  readonly system?: FileSystem;
  /** Files whose clients have to be able to enter the host dir; absent: all, for the first look. */
  readonly configs?: ReadonlySet<string>;
}

/**
 * What stands otherwise than a run has found or left it: the keys of files and patterns. Nested files
 * are not looked at: a container can swap their directories.
 */
export async function outdated(
  mounts: string,
  sight: Sight,
  looking: Looking,
): Promise<Differences> {
  const files = [...sight.files].filter(([key]) => key.split("/").length === 2);
  const stored = {
    files: Object.fromEntries(files.map(([key, one]) => [key, store(one)])),
    patterns: Object.fromEntries(sight.patterns),
  };
  return await differences(mounts, stored, looking);
}

/**
 * The text of the memory of a run after which there is nothing to do. `undefined` where it must not
 * be trusted later: it is too large, or a nested file is part of it, whose directories a container
 * can swap while we look.
 */
export function memoryText(input: MemoryInput): string | undefined {
  const keys = [...input.files.keys(), ...input.patterns.keys()];
  if (keys.some((key) => key.split("/").length !== 2)) return undefined;
  const size = [...input.files.values()]
    .reduce((sum, one) => sum + (one.kind === "file" ? one.bytes.length : 0), 0);
  if (size > LARGEST_MEMORY) return undefined;
  const stored: Stored = {
    version: 2,
    inputs: input.inputs,
    state: input.state,
    files: Object.fromEntries([...input.files].map(([key, one]) => [key, store(one)])),
    patterns: Object.fromEntries(input.patterns),
    report: input.report,
  };
  const text = `${
    JSON.stringify(stored, (_key, value) => {
      // An integer in the path of a bypass: JSON has no way to say it.
      return typeof value === "bigint" ? Number(value) : value;
    })
  }\n`;
  return text.length > LARGEST_MEMORY ? undefined : text;
}

function store(seen: Seen): StoredFile | string {
  if (seen.kind !== "file") return seen.kind;
  const { mode, uid, gid, bytes } = seen;
  return [mode & 0o7777, uid, gid, charactersOf(bytes)];
}

/** Each byte as one character. */
function charactersOf(bytes: Uint8Array): string {
  let text = "";
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

function memoryOf({ state, report, files, patterns }: Stored): Memory {
  return {
    state,
    report,
    patterns,
    keys: Object.keys(files),
    seen(key) {
      const one = Object.hasOwn(files, key) ? files[key] : undefined;
      if (one === undefined) return undefined;
      if (typeof one === "string") return { kind: one } as Seen;
      const [mode, uid, gid, text] = one;
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      return { kind: "file", mode, uid, gid, bytes };
    },
  };
}

/**
 * The keys of all files and patterns that do not stand as they did, all at one moment. What cannot be
 * looked at is among them, with what was thrown.
 */
export type Differences = ReadonlyMap<string, unknown>;

async function differences(
  mounts: string,
  { files, patterns }: Pick<Stored, "files" | "patterns">,
  { opening, system = denoFileSystem, configs }: Looking,
): Promise<Differences> {
  return await opening.atOnce(async () => {
    const differ = new Map<string, unknown>();
    const look = async (key: string, stands: (dir: FileStatus | undefined) => unknown) => {
      try {
        if (await stands(hostDir(directoryOf(key))) !== true) differ.set(key, undefined);
      } catch (error) {
        differ.set(key, error);
      }
    };
    const dirs = new Map<string, FileStatus | undefined>();
    const hostDir = (dir: string): FileStatus | undefined => {
      if (!dirs.has(dir)) dirs.set(dir, hostDirAt(mounts, dir, system));
      return dirs.get(dir);
    };
    for (const [key, wanted] of Object.entries(files)) {
      await look(key, async (dir) => {
        if (dir === undefined) return wanted === "absent";
        if (configs === undefined) requireListable(key, dir);
        if (configs?.has(key) !== false && isShut(dir, wanted)) return false;
        return await stands(`${mounts}/${key}`, wanted, opening, system);
      });
    }
    for (const [key, wanted] of Object.entries(patterns)) {
      await look(key, (dir) => {
        const name = directoryOf(key);
        if (dir !== undefined) requireListable(key, dir);
        const names = dir === undefined ? [] : system.list(`${mounts}/${name}`);
        if (names.length > MOST_NAMES) throw tooMuchIn(name);
        const found = matchingNames(names, key.slice(name.length + 1));
        return found.length === wanted.length && found.every((one, i) => one === wanted[i]);
      });
    }
    return differ;
  });
}

/** The host dir of a key. */
export function directoryOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}

/** A host dir, if it exists. Throws where something else stands there. */
function hostDirAt(mounts: string, dir: string, system: FileSystem): FileStatus | undefined {
  const seen = system.lstat(`${mounts}/${dir}`);
  if (seen === undefined || seen.kind === "directory") return seen;
  throw tooMuchIn(dir);
}

/** Far too much in a host dir is for a full run to tell of. */
function requireListable(key: string, { size }: FileStatus): void {
  if (size > LARGEST_DIRECTORY) throw tooMuchIn(directoryOf(key));
}

function tooMuchIn(dir: string): Error {
  return new Error(`${dir} is for a full run to look at`);
}

/** Whether the owner of a file may not enter the host dir any more: then it is no use to its client. */
function isShut(dir: FileStatus, wanted: StoredFile | string): boolean {
  if (typeof wanted === "string") return false;
  return !mayEnter(dir, { uid: wanted[1], gid: wanted[2] });
}

/** Whether exactly this stands at a path. What has another size is not even opened. */
async function stands(
  path: string,
  wanted: StoredFile | string,
  opening: Opening,
  system: FileSystem,
): Promise<boolean> {
  const seen = system.lstat(path);
  if (typeof wanted === "string") return (seen?.kind ?? "absent") === wanted;
  const [mode, uid, gid, bytes] = wanted;
  return seen?.kind === "file" && (seen.mode & 0o7777) === mode && seen.uid === uid &&
    seen.gid === gid && seen.size === bytes.length &&
    holds(await opening.open(system, path), seen, bytes);
}

/** Whether an open file holds exactly these bytes. Nothing is read of another one than was seen. */
function holds(file: SourceFile, seen: FileStatus, bytes: string): boolean {
  try {
    const open = file.status();
    if (open.kind !== "file" || !isSameInode(open, seen)) return false;
    // One more, to see whether it ends where it should.
    const buffer = new Uint8Array(bytes.length + 1);
    const length = fill(file, buffer);
    if (length !== bytes.length) return false;
    for (let i = 0; i < length; i++) if (buffer[i] !== bytes.charCodeAt(i)) return false;
    return true;
  } finally {
    file.close();
  }
}

function readMemory(mounts: string, system: FileSystem): Stored | undefined {
  const text = readOwn(mounts, MEMORY, system);
  if (text === undefined) return undefined;
  const memory: Partial<Stored> | null = JSON.parse(text);
  const { version, inputs, state, files, patterns, report } = memory ?? {};
  const complete = version === 2 && inputs && state && files && patterns && report &&
    report.location && Array.isArray(report.rows) && Array.isArray(report.warnings);
  return complete ? { version, inputs, state, files, patterns, report } : undefined;
}

/** One of our own files; `undefined` if there is no such plain file. */
function readOwn(mounts: string, file: string, system: FileSystem): string | undefined {
  const path = `${mounts}/${file}`;
  if (system.lstat(path)?.kind !== "file") return undefined;
  return system.readTrustedText(path);
}
