/** What the system or Deno threw, as an error that says what to do about it. @module */
import { ConfigPatchError, type ErrorCode, type ErrorDetails } from "../errors.ts";
import type { FileStatus } from "./primitives.ts";

/** What was tried when something was thrown. */
export interface Attempt {
  /** What could not be done, as the end of "cannot …": `read it`. */
  readonly doing: string;
  /** What the user calls it: relative to the mounts where it is inside them. */
  readonly file: string;
  /** The path that a grant of Deno must name, spelled as it is used. */
  readonly grant: string;
  /** What Deno must allow for it; both by default, so that a user adds them in one go. */
  readonly access?: readonly Access[];
}

/** What a grant of Deno for a path allows. */
export type Access = "read" | "write";

/**
 * A thrown error as a {@linkcode ConfigPatchError}; one that already is passes through.
 *
 * Codes: `permission` for what Deno or the owner does not allow, `hostile` for what is no plain
 * file, `io` for the rest.
 */
export function failure(thrown: unknown, attempt: Attempt): ConfigPatchError {
  if (thrown instanceof ConfigPatchError) return thrown;
  const { doing, file, grant } = attempt;
  const make = (code: ErrorCode, why: string, remedy?: string) => {
    const details: ErrorDetails = { file, cause: thrown };
    return new ConfigPatchError(
      code,
      `cannot ${doing}: ${why}`,
      remedy === undefined ? details : { ...details, remedy },
    );
  };
  if (thrown instanceof Deno.errors.NotCapable) {
    const remedy = grantRemedy(grant, attempt.access);
    // With all grants there, Deno refuses what a link leads to, such as /proc.
    return remedy === undefined
      ? make("hostile", "it leads to where Deno does not go", LOOK)
      : make("permission", "Deno was not given the permission", remedy);
  }
  const code = systemCode(thrown);
  const known = code === undefined ? undefined : SYSTEM_CODES[code];
  if (known !== undefined) return make(known.code, `${known.why} (${code})`, known.remedy);
  return make("io", thrown instanceof Error ? thrown.message : String(thrown));
}

/** The refusal of what is not a plain file, or not a plain directory. */
export function notPlain(
  seen: FileStatus,
  wanted: "file" | "directory",
  label: string,
): ConfigPatchError {
  const found = {
    file: "a file",
    directory: "a directory",
    symlink: "a symbolic link",
    other: "a FIFO, a socket or a device",
  }[seen.kind];
  return new ConfigPatchError("hostile", `it must be a plain ${wanted}, but is ${found}`, {
    file: label,
    remedy: LOOK,
  });
}

/** The name of a system error, `ENOENT`, if it is one. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}

/**
 * The flags that are missing for a path, as a sentence; `undefined` if none is.
 *
 * @param path The path, spelled as the program uses it: a grant is compared by its text.
 * @param access What is needed there.
 *
 * @example
 * ```ts
 * import { grantRemedy } from "./failures.ts";
 *
 * const remedy = grantRemedy("/some/roster", ["read"]);
 * if (remedy !== undefined) console.error(remedy); // add exactly --allow-read=/some/roster
 * ```
 */
export function grantRemedy(
  path: string,
  access: readonly Access[] = ["read", "write"],
): string | undefined {
  const missing = access.filter((name) =>
    Deno.permissions.querySync({ name, path }).state !== "granted"
  );
  if (missing.length === 0) return undefined;
  if (path.includes(",")) {
    return "a grant of Deno cannot name a path with a comma: use one without, or a link to it";
  }
  return `add exactly ${missing.map((name) => `--allow-${name}=${path}`).join(" ")}`;
}

interface Known {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy?: string;
}

const LOOK: string = "see what was put there, and remove it if you do not know it";
const ALLOW: string = "give the user who runs this the right to read and write it";

const SYSTEM_CODES: Readonly<Record<string, Known>> = {
  EACCES: { code: "permission", why: "the system does not allow it", remedy: ALLOW },
  EPERM: { code: "permission", why: "the system does not allow it", remedy: ALLOW },
  EAGAIN: {
    code: "hostile",
    why: "another process holds a lease on it",
    remedy: "stop the container that holds it, then try again",
  },
  ELOOP: { code: "hostile", why: "it is a symbolic link", remedy: LOOK },
  ENOTDIR: {
    code: "hostile",
    why: "something that is not a directory is in the way",
    remedy: LOOK,
  },
  EISDIR: { code: "hostile", why: "it is a directory", remedy: LOOK },
  ENXIO: { code: "hostile", why: "it is no plain file", remedy: LOOK },
  ENODEV: { code: "hostile", why: "it is no plain file", remedy: LOOK },
  EEXIST: { code: "hostile", why: "something already stands there", remedy: LOOK },
  ENOENT: { code: "changed", why: "it vanished in the meantime", remedy: "try again" },
  ENOSPC: { code: "io", why: "the disk is full", remedy: "free some space, then try again" },
  EDQUOT: {
    code: "io",
    why: "the disk quota is used up",
    remedy: "free some space, then try again",
  },
  EROFS: { code: "io", why: "the file system is read-only", remedy: "mount it read-write" },
  EMFILE: { code: "io", why: "too many files are open", remedy: "raise the limit (ulimit -n)" },
  ENFILE: { code: "io", why: "too many files are open in the system" },
};
