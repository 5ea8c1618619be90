/** Names of files and directories: what a patch may say, and the few names that are ours. @module */
import { ConfigPatchError, escapeControl } from "../errors.ts";

/** The directory in the mounts that is ours alone; no container sees it. */
export const OWN_DIRECTORY = ".vault-config";

/** The record for other programs, in each host dir. */
export const SIDECAR_NAME = ".terok-managed-config.json";

/** What a name is for. A `file` of a patch must not be one of our own files as well. */
export type SegmentUse = "host_dir" | "file";

/** The longest name that Linux file systems take, in bytes. */
const LONGEST_NAME = 255;

/**
 * Checks that a name is one plain path segment, so that joining it can lead nowhere else.
 *
 * @param name The name as the patch has it.
 * @param use The key of the patch that it stands under.
 * @throws {ConfigPatchError} `roster`, with what is wrong about the name.
 *
 * @example
 * ```ts
 * import { checkSegment } from "./names.ts";
 *
 * checkSegment("_codex-config", "host_dir");
 * let refused = false;
 * try {
 *   checkSegment("../etc", "host_dir");
 * } catch {
 *   refused = true;
 * }
 * if (!refused) throw new Error("a way out of the mounts was accepted");
 * ```
 */
export function checkSegment(name: string, use: SegmentUse): void {
  const fault = segmentFault(name) ?? (use === "file" ? fileFault(name) : undefined);
  if (fault !== undefined) throw badName(name, use, fault);
}

/**
 * Checks the `file` of a patch: one segment, or with `nested` several joined by `/`.
 *
 * @returns Its segments.
 * @throws {ConfigPatchError} `roster`, as {@linkcode checkSegment}.
 */
export function checkFile(file: string, nested: boolean): readonly string[] {
  if (!file.includes("/")) {
    checkSegment(file, "file");
    return [file];
  }
  if (!nested) {
    throw badName(
      file,
      "file",
      "it lies in a directory below the host dir, where a container can swap directories",
      "name a file directly in the host dir, or accept nested files (--allow-nested)",
    );
  }
  if (file.startsWith("/")) throw badName(file, "file", "it is an absolute path");
  const segments = file.split("/");
  if (segments.includes("")) throw badName(file, "file", "one of its segments is empty");
  for (const [depth, segment] of segments.entries()) {
    const fault = segmentFault(segment) ??
      (depth === segments.length - 1 ? fileFault(segment) : undefined);
    if (fault !== undefined) throw badName(file, "file", fault);
  }
  return segments;
}

/**
 * A new random name for a temporary file. It is drawn before the file is made, so that the state
 * can name it first and a crash leaves nothing unknown.
 */
export function temporaryName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `.vault-config-${Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")}.tmp`;
}

/** Whether a name has exactly the shape that {@linkcode temporaryName} gives. */
export function isTemporaryName(name: string): boolean {
  return /^\.vault-config-[0-9a-f]{32}\.tmp$/.test(name);
}

/**
 * A corrupt state must not make us write or remove a file of the user's.
 *
 * @throws {ConfigPatchError} `state`.
 */
export function requireTemporary(name: string): void {
  if (isTemporaryName(name)) return;
  throw new ConfigPatchError(
    "state",
    `"${escapeControl(name)}" is not the name of a temporary of ours`,
    { remedy: `restore ${OWN_DIRECTORY}/state.json from a backup, or remove it` },
  );
}

/** Why a text is no plain path segment, or `undefined`. */
function segmentFault(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name === "." || name === "..") return "it is not the name of an entry";
  if (/[/\\]/.test(name)) return "it has a path separator in it";
  if (escapeControl(name) !== name) return "it has a control character in it";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  if (new TextEncoder().encode(name).length > LONGEST_NAME) {
    return `it is longer than ${LONGEST_NAME} bytes`;
  }
  if (name === OWN_DIRECTORY) return "it is the directory of our own state";
  return undefined;
}

/** Why a plain segment cannot be the config file of a patch, or `undefined`. */
function fileFault(name: string): string | undefined {
  if (name === SIDECAR_NAME) return "it is the record that we keep beside the config";
  // Wider than isTemporaryName, so that a later shape of our names is not taken by a patch.
  if (/^\.vault-config-.*\.tmp$/.test(name)) return "it has the shape of our temporary files";
  return undefined;
}

function badName(name: string, use: string, fault: string, remedy?: string): ConfigPatchError {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return new ConfigPatchError("roster", `${use} "${escapeControl(shown)}" is refused: ${fault}`, {
    remedy: remedy ?? `set ${use} to one plain name, without slashes`,
  });
}

/** Joins a directory and one checked segment. */
export function join(directory: string, segment: string): string {
  return directory.endsWith("/") ? directory + segment : `${directory}/${segment}`;
}
