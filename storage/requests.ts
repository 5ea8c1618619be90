/** What `Mounts` is asked to do with one file. @module */
import type { HeldFiles } from "./held.ts";
import type { Use } from "./limits.ts";
import type { Opening } from "./opening.ts";
import type { FileSystem } from "./primitives.ts";
import type { ReadFile } from "./read.ts";

/** How to work on the mounts. */
export interface MountsOptions {
  /** The single operations; a test passes some that fail. */
  readonly fileSystem?: FileSystem | undefined;
  /** Another cap for configs, in bytes; see `limits.ts`. */
  readonly maxConfigBytes?: number | undefined;
  /** Accept a `file` of several segments; see `nested.ts` for what that costs. */
  readonly allowNested?: boolean | undefined;
  /** Whether this run is one that writes: `apply`, `disable`. All others never open for writing. */
  readonly mayWrite?: boolean | undefined;
  /** How files are opened, where some were opened before; absent: as `mayWrite` says. */
  readonly opening?: Opening | undefined;
}

/** A file to put in the place of another, or where nothing stands. */
export interface Replacement {
  /** The host dir, which exists. */
  readonly dir: string;
  /** The config or the sidecar. */
  readonly file: string;
  /** The name of the temporary, from `temporaryName`; the state has it already. */
  readonly temporary: string;
  /** The new content. */
  readonly bytes: Uint8Array;
  /** What must still stand there: as it was read, or `undefined` for nothing. */
  readonly expected: ReadFile | undefined;
  /** What it is written for; `take back` by default, which has the largest cap. */
  readonly use?: Use | undefined;
  /**
   * The permission bits of the result, new or not, whatever the umask: for a file that we began.
   * Absent: those of the old file; 0644 less the umask for a new one.
   */
  readonly mode?: number | undefined;
  /** The permission bits that the result may have at most, new or not; all by default. */
  readonly mask?: number | undefined;
  /** From `hold`, if it was called for this file. */
  readonly held?: HeldFiles | undefined;
}

/** A file to remove. */
export interface Removal {
  /** The host dir. */
  readonly dir: string;
  /** The config or the sidecar. */
  readonly file: string;
  /** What must still stand there. */
  readonly expected: ReadFile;
  /** From `hold`, if it was called for this file. */
  readonly held?: HeldFiles | undefined;
}
