/** What the system or Deno threw, as an error that says what to do about it. @module */
import { ConfigPatchError, type ErrorCode, type ErrorDetails } from "../errors.ts";
import { type FileStatus, systemCode } from "./primitives.ts";

/** What was tried when something was thrown. */
export interface Attempt {
  /** What could not be done, as the end of "cannot …": `read it`. */
  readonly doing: string;
  /** What the user calls it: relative to the mounts where it is inside them. */
  readonly file: string;
  /** The path that a grant of Deno must name, spelled as it is used. */
  readonly grant: string;
  /** What Deno must allow for it; both by default, so that a user adds them in one go. */
  readonly access?: readonly Access[] | undefined;
  /** The step of a longer piece of work: the same number of the system means another thing in each. */
  readonly step?: Step | undefined;
}

/**
 * What was under way: `make` a temporary beside a file, `put` it in the file's place, `remove` the
 * file, take the `lock`, `mkdir` a host dir.
 */
export type Step = "make" | "put" | "remove" | "lock" | "mkdir";

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
  const code = systemCode(thrown) ?? "";
  const known = (attempt.step && STEP_CODES[attempt.step][code]) ?? SYSTEM_CODES[code];
  if (known !== undefined) return make(known.code, `${known.why} (${code})`, known.remedy);
  return make("io", thrown instanceof Error ? thrown.message : String(thrown));
}

/**
 * The refusal of what is not a plain file, or not a plain directory. A link may well be the user's
 * own (stow, chezmoi, home-manager), so the remedy tells both what to do then, and what it means if
 * it is not.
 */
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
    remedy: seen.kind === "symlink" ? OWN_LINK[wanted] : LOOK,
  });
}

const OWN_LINK: Readonly<Record<"file" | "directory", string>> = {
  file: "if you made the link: put the file itself in its place, since a container could make it " +
    "lead anywhere. If you did not, somebody in the container has: see what was put there, and " +
    "remove it",
  directory: "if you made the link: put the directory itself in its place, or name the one that " +
    "it leads to. If you did not, see who has put it there, and remove it",
};

/**
 * The flags that are missing for a path, as a sentence; `undefined` if none is.
 *
 * @param path The path, spelled as the program uses it: a grant is compared by its text.
 * @param access What is needed there.
 *
 * @example
 * ```ts
 * import { grantRemedy } from "@terok/vault-config";
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
const SPACE: string = "free some space, then try again";

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
  EXDEV: { code: "hostile", why: "its directory was swapped", remedy: LOOK },
  ENOENT: { code: "changed", why: "it vanished in the meantime", remedy: "try again" },
  ESTALE: {
    code: "io",
    why: "the network file system has lost it",
    remedy: "see that the network file system is there, then try again",
  },
  EIO: { code: "io", why: "the disk reports an error", remedy: "see the system's log (dmesg)" },
  ENOSPC: { code: "io", why: "the disk is full", remedy: SPACE },
  EDQUOT: { code: "io", why: "the disk quota is used up", remedy: SPACE },
  EFBIG: { code: "io", why: "the file would be larger than is allowed", remedy: "see ulimit -f" },
  EROFS: { code: "io", why: "the file system is read-only", remedy: "mount it read-write" },
  EMFILE: { code: "io", why: "too many files are open", remedy: "raise the limit (ulimit -n)" },
  ENFILE: {
    code: "io",
    why: "too many files are open in the system",
    remedy: "end other programs, or raise the limit (sysctl fs.file-max)",
  },
};

const MOUNTED: Known = {
  code: "io",
  why: "it is a mount point: the single file is mounted there, and cannot be replaced",
  remedy: "mount the directory that it lies in instead of the single file",
};
const PROTECTED: Known = {
  code: "permission",
  why: "the system keeps it from being replaced",
  remedy:
    "see whether the file or its directory is immutable (lsattr; chattr -i takes that away), " +
    "or its directory is sticky (ls -ld) and the file somebody else's",
};
const CLOSED_DIRECTORY: Known = {
  code: "permission",
  why: "its directory cannot be written to",
  remedy:
    "give the user who runs this the right to write to the directory: a file is replaced as a " +
    "whole, never written in place",
};
const CLOSED_MOUNTS: Known = {
  code: "permission",
  why: "nothing new can be made in the mounts directory",
  remedy: "make the directory for its user, or give the user who runs this the right to write to " +
    "the mounts directory",
};
const NO_LOCKS: Known = {
  code: "io",
  why: "the file system cannot lock files",
  remedy: "put the mounts on a local file system, or mount this one with locks (NFS: not nolock)",
};

const STEP_CODES: Readonly<Record<Step, Readonly<Record<string, Known>>>> = {
  make: { EACCES: CLOSED_DIRECTORY, EPERM: PROTECTED },
  put: { EACCES: CLOSED_DIRECTORY, EPERM: PROTECTED, EBUSY: MOUNTED },
  remove: { EACCES: CLOSED_DIRECTORY, EPERM: PROTECTED, EBUSY: MOUNTED },
  mkdir: { EACCES: CLOSED_MOUNTS, EPERM: CLOSED_MOUNTS },
  lock: {
    ENOLCK: NO_LOCKS,
    ENOSYS: NO_LOCKS,
    EINVAL: NO_LOCKS,
    ENOTSUP: NO_LOCKS,
    EOPNOTSUPP: NO_LOCKS,
  },
};

/** The refusal of a single file that is mounted, known before anything is tried. */
export function mountedFile(label: string): ConfigPatchError {
  const { code, why, remedy = "" } = MOUNTED;
  return new ConfigPatchError(code, `cannot replace it: ${why}`, { file: label, remedy });
}
