/**
 * The settings: what the operator wants at every start, in `<mounts>/.vault-config/settings.toml`, on
 * the host side. Every start looks for them, so this module loads next to nothing: what checks them
 * only where there are any, and a parser only if the file needs one.
 *
 * @module
 */
import { ConfigPatchError, type ErrorDetails, locate } from "../errors.ts";
import type { ConfigDocument, ConfigPath, ConfigTable } from "../formats/types.ts";
import type { Settings } from "./settings_schema.ts";

export type { Settings } from "./settings_schema.ts";

/** Where the settings are, relative to the mounts. */
export const SETTINGS_FILE = ".vault-config/settings.toml";

/** No file, or an empty one. */
export const NO_SETTINGS: Settings = {
  providers: undefined,
  enabled: [],
  disabled: [],
  tokenBrokerPort: undefined,
  direct: undefined,
  vaultUrl: undefined,
  vaultSocket: undefined,
  vaultTlsUrl: undefined,
  roster: [],
  noBuiltIn: undefined,
  allowNested: undefined,
  acceptBypass: [],
  lockTimeout: undefined,
  credentials: {},
};

/** A file of settings has no reason to be larger, in bytes. */
const LARGEST = 65536;

/**
 * Reads the settings of a mounts directory. The library never does that by itself: what an operator
 * has set for the command line counts for a program only if the program asks.
 *
 * @param mounts The mounts directory, as a path or a `file:` URL.
 * @returns What the file says; what it does not say is `undefined` or empty, as for a missing file.
 * @throws {ConfigPatchError} `settings` if the file is not valid, with line and column;
 * `permission` if it may not be read.
 *
 * @example Leave out what the operator has switched off
 * ```ts
 * import { applySharedConfigPatches, loadRoster, readSettings } from "@terok/vault-config";
 *
 * const mounts = await Deno.makeTempDir();
 * const { disabled } = await readSettings(mounts);
 * if (disabled !== "all") {
 *   await applySharedConfigPatches(await loadRoster(), mounts, { disabledProviders: disabled });
 * }
 * ```
 */
export async function readSettings(mounts: string | URL): Promise<Settings> {
  const { pathOf } = await import("./arguments.ts");
  return await parseSettings(await settingsText(pathOf(mounts)));
}

/** The text of the settings; `undefined` where there is no such file. */
export async function settingsText(mounts: string): Promise<string | undefined> {
  const path = `${mounts}/${SETTINGS_FILE}`;
  try {
    // A file on the host side may be a link of the operator's own, so links are followed; but not to
    // where a container writes.
    if (Deno.lstatSync(path).isSymlink) await refuseLinkIntoMounts(mounts, path);
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw settingsError("it must be a plain file, or a link to one", {}, LOOK);
    if (size > LARGEST) throw settingsError(`it is larger than ${LARGEST} bytes`, {}, LOOK);
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !isLink(path)) return undefined;
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    throw await unreadable(error, mounts, path);
  }
}

/**
 * What a text of settings says.
 *
 * @throws {ConfigPatchError} `settings`.
 */
export async function parseSettings(text: string | undefined): Promise<Settings> {
  if (text === undefined) return NO_SETTINGS;
  if (typeof text !== "string") {
    const { wrong } = await import("./arguments.ts");
    throw wrong("the settings must be a text", "give the content of a settings file, or undefined");
  }
  const [{ plainToml }, { faultIn, settingsFrom }] = await Promise.all([
    import("./plain_toml.ts"),
    import("./settings_schema.ts"),
  ]);
  const plain = plainToml(text);
  if (plain !== undefined && faultIn(plain) === undefined) return settingsFrom(plain);
  const document = await parseDocument(text);
  // The text is not plain, or something in it is wrong; only the parser can tell where.
  const fault = faultIn(document.value);
  if (fault === undefined) return settingsFrom(document.value as ConfigTable);
  throw settingsError(fault.message, detailsAt(document, fault.path), fault.remedy);
}

/** The text as a document, to be edited or to tell where something stands. */
export async function parseDocument(text: string): Promise<ConfigDocument> {
  const { defaultFormats } = await import("../formats/mod.ts");
  const toml = await defaultFormats.load("toml");
  try {
    return toml.parse(text);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    throw settingsError(error.message, error.details, "correct this place by hand");
  }
}

/** The line of each setting that the text has, from 1. */
export async function linesOfSettings(text: string): Promise<ReadonlyMap<string, number>> {
  const document = await parseDocument(text);
  const lines = new Map<string, number>();
  for (const [key, value] of Object.entries(document.value)) {
    // A table below a header has no place of its own: its first entry has.
    const first = typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.keys(value).slice(0, 1)
      : [];
    const line = (detailsAt(document, [key, ...first]) ?? detailsAt(document, [key]))?.position
      ?.line;
    if (line !== undefined) lines.set(key, line);
  }
  return lines;
}

/** An error about the settings. */
export function settingsError(
  message: string,
  details: ErrorDetails | undefined,
  remedy: string,
): ConfigPatchError {
  const own = { file: SETTINGS_FILE, isPlain: true };
  return new ConfigPatchError("settings", message, { ...details, ...own, remedy });
}

const LOOK: string = "see what stands there";

/** Refuses a link that leads into the mounts, or by way of them. */
async function refuseLinkIntoMounts(mounts: string, path: string): Promise<void> {
  const { fenceAround } = await import("../roster/fence.ts");
  const fence = await fenceAround(mounts, "the settings");
  try {
    const next = Deno.readLinkSync(path);
    for (const place of [path, next.startsWith("/") ? next : `${mounts}/.vault-config/${next}`]) {
      await fence?.(place);
    }
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    const { code, message, details } = error;
    throw new ConfigPatchError(code, message, { ...details, file: SETTINGS_FILE });
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

async function unreadable(error: unknown, mounts: string, path: string): Promise<unknown> {
  if (error instanceof ConfigPatchError) return error;
  if (error instanceof Deno.errors.NotFound) {
    return settingsError("the link leads to nothing", {}, "put the file there, or remove the link");
  }
  const [{ ownFailure }, { denoFileSystem: system }] = await Promise.all([
    import("../storage/own_files.ts"),
    import("../storage/primitives.ts"),
  ]);
  const known = ownFailure(error, { system, mounts }, "read the settings", SETTINGS_FILE);
  if (!(error instanceof Deno.errors.NotCapable) || !isLink(path)) return known;
  return new ConfigPatchError("permission", "the settings are a link, and may not be read", {
    file: SETTINGS_FILE,
    remedy: `add --allow-read=${Deno.readLinkSync(path)}, or put the file itself there`,
    cause: error,
  });
}

/** Where a value stands, or the nearest thing around it that has a place. */
function detailsAt(document: ConfigDocument, path: ConfigPath): ErrorDetails | undefined {
  for (let length = path.length; length > 0; length--) {
    const span = document.find(path.slice(0, length))?.span;
    if (span !== undefined) return locate(document.text, span.start);
  }
  return undefined;
}
