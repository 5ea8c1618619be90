/** Edits of the settings: the few keys that the program writes, with comments left in place. @module */
import { ConfigPatchError } from "../errors.ts";
import { applySplice } from "../formats/splice.ts";
import type { ConfigDocument, ConfigPath, ConfigValue, Splice } from "../formats/types.ts";
import { sameValue } from "../formats/value.ts";
import { Mounts } from "../storage/mounts.ts";
import { pathOf, wrong } from "./arguments.ts";
import {
  parseDocument,
  parseSettings,
  type Settings,
  SETTINGS_FILE,
  settingsError,
  settingsText,
} from "./settings.ts";

/** What is to be written; what is absent stays as it is. */
export interface SettingsChange {
  /** Names that take no part, or `"all"`. */
  readonly disabled?: readonly string[] | "all";
  /** Names that take part beside those on by default. */
  readonly enabled?: readonly string[];
  /** The type of credential in use, for these providers. */
  readonly credentials?: Readonly<Record<string, string>>;
}

/** How {@linkcode changeSettings} works. */
export interface ChangeOptions {
  /** How long to wait for another run, in milliseconds. */
  readonly lockTimeout?: number;
  /** What this process does, for whoever finds the lock taken. */
  readonly command?: string;
}

/**
 * Changes the settings of a mounts directory, under its lock. Comments and all other settings stay.
 *
 * @param mounts The mounts directory, as a path or a `file:` URL; it is made if absent.
 * @param change What to write, from what stands there now.
 * @param options How to wait.
 * @returns Whether the file was written; not, if it says so already.
 * @throws {ConfigPatchError} `settings` if the file is a link or is not valid, `locked`, …
 *
 * @example
 * ```ts
 * import { changeSettings, readSettings } from "@terok/vault-config";
 *
 * const mounts = await Deno.makeTempDir();
 * await changeSettings(mounts, () => ({ disabled: ["vibe"] }));
 * const { disabled } = await readSettings(mounts);
 * if (String(disabled) !== "vibe") throw new Error(String(disabled));
 * ```
 */
export async function changeSettings(
  mounts: string | URL,
  change: (now: Settings) => SettingsChange,
  options: ChangeOptions | null = {},
): Promise<boolean> {
  const path = pathOf(mounts);
  if (typeof change !== "function") {
    throw wrong(
      "the change of the settings must be a function",
      'give one: (now) => ({ disabled: ["codex"] })',
    );
  }
  const own = new Mounts(path);
  const before = await settingsText(path);
  // Nothing to write: then nobody has to wait, and nothing is made.
  if (await editedSettings(before ?? "", change(await parseSettings(before))) === (before ?? "")) {
    return false;
  }
  requireWritable(path);
  await own.prepare();
  const { lockTimeout: timeout, command = "settings" } = options ?? {};
  using _lock = await own.lock(timeout === undefined ? { command } : { command, timeout });
  const text = await settingsText(path) ?? "";
  const edited = await editedSettings(text, change(await parseSettings(text)));
  if (edited === text) return false;
  requireWritable(path);
  await own.writeOwn("settings.toml", edited);
  return true;
}

/** A text of settings with a change in it. */
export async function editedSettings(text: string, change: SettingsChange): Promise<string> {
  let edited = text;
  if (change.disabled === "all") edited = await put(edited, ["disabled"], "all");
  else if (change.disabled !== undefined) {
    edited = await putList(edited, "disabled", change.disabled);
  }
  if (change.enabled !== undefined) edited = await putList(edited, "enabled", change.enabled);
  for (const [name, type] of Object.entries(change.credentials ?? {})) {
    edited = await put(edited, ["credentials", name], type);
  }
  // The result must be settings again, whatever was edited.
  if (edited !== text) await parseSettings(edited);
  return edited;
}

async function put(text: string, path: ConfigPath, value: ConfigValue): Promise<string> {
  const document = await parseDocument(text);
  try {
    return applySplice(text, document.put(path, value));
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    throw settingsError(error.message, error.details, "edit this place by hand");
  }
}

/** Writes a list of names; one over several lines, or with comments, entry by entry. */
async function putList(text: string, key: string, names: readonly string[]): Promise<string> {
  const document = await parseDocument(text);
  const slot = document.find([key]);
  const now = slot?.value;
  if (now === undefined && names.length === 0) return text;
  if (sameValue(now, names)) return text;
  const span = slot?.span;
  const written = span === undefined ? "" : text.slice(span.start, span.end);
  if (Array.isArray(now) && /[\n#]/.test(written)) {
    const edited = await editedList(document, key, now.map(String), names);
    if (edited !== undefined) return edited;
  }
  return await put(text, [key], names);
}

/** The text with entries taken out of a list and others put at its end; `undefined` if that fails. */
async function editedList(
  document: ConfigDocument,
  key: string,
  now: readonly string[],
  names: readonly string[],
): Promise<string | undefined> {
  const { text } = document;
  const list = document.find([key])?.span;
  if (list === undefined) return undefined;
  const splices: Splice[] = [];
  let last: number | undefined;
  for (const [index, name] of now.entries()) {
    const span = document.find([key, index])?.span;
    if (span === undefined) return undefined;
    if (names.includes(name)) last = span.end;
    else splices.push(withoutEntry(text, span.start, span.end));
  }
  const added = names.filter((name) => !now.includes(name)).map((name) => JSON.stringify(name));
  if (added.length > 0) splices.push(...withEntries(text, list.end - 1, last, added));
  const edited = splices.toSorted((a, b) => b.offset - a.offset).reduce(applySplice, text);
  const check = await parseDocument(edited).catch(() => undefined);
  return sameValue(check?.find([key])?.value, names) ? edited : undefined;
}

/**
 * Puts entries behind the last one that stays, on lines of their own, so that a comment behind that one
 * stays with it.
 *
 * @param close Where the list's closing bracket stands.
 * @param last Where the last entry that stays ends; absent: none stays.
 */
function withEntries(
  text: string,
  close: number,
  last: number | undefined,
  added: readonly string[],
): Splice[] {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const insert = (offset: number, insert: string): Splice => ({ offset, remove: "", insert });
  const lineStart = text.lastIndexOf("\n", close - 1) + 1;
  const alone = text.slice(lineStart, close).trim() === "";
  if (last === undefined) {
    const lines = added.map((name) => `  ${name},${newline}`).join("");
    return [alone ? insert(lineStart, lines) : insert(close, added.join(", "))];
  }
  const hasComma = /^[ \t]*,/.test(text.slice(last));
  const lineEnd = /\r?\n/.exec(text.slice(last))?.index;
  if (lineEnd === undefined || last + lineEnd > close) {
    return [insert(last, added.map((name) => `, ${name}`).join(""))];
  }
  const entryStart = text.lastIndexOf("\n", last - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(entryStart))?.[0] ?? "";
  const lines = added.map((name) => `${newline}${indent}${name}`).join(",");
  return [
    ...(hasComma ? [] : [insert(last, ",")]),
    insert(last + lineEnd, hasComma ? `${lines},` : lines),
  ];
}

/** Takes out one entry with its comma, and its line where nothing else stands in it. */
function withoutEntry(text: string, start: number, end: number): Splice {
  const comma = /^[ \t]*,/.exec(text.slice(end))?.[0].length ?? 0;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end + comma))?.[0].length;
  const first = text.slice(lineStart, start).trim() === "";
  // A remark behind the entry stays, in the entry's own column.
  const blanks = first ? /^[ \t]*(?=#)/.exec(text.slice(end + comma))?.[0].length ?? 0 : 0;
  const [from, to] = first && rest !== undefined
    ? [lineStart, end + comma + rest]
    : [start, end + comma + blanks];
  return { offset: from, remove: text.slice(from, to), insert: "" };
}

/**
 * Makes sure that the settings may be written, before anything else is done.
 *
 * @param mounts The mounts directory.
 * @throws {ConfigPatchError} `settings` if the file is a link.
 *
 * @example
 * ```ts
 * import { requireWritable } from "@terok/vault-config";
 *
 * requireWritable(await Deno.makeTempDir());
 * ```
 */
export function requireWritable(mounts: string): void {
  try {
    if (!Deno.lstatSync(`${mounts}/${SETTINGS_FILE}`).isSymlink) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw settingsError(
    "the settings are a link, and nothing is written through a link",
    {},
    "change the file that it leads to by hand, or do it for this run only (--once)",
  );
}
