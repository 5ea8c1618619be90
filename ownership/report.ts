/** What a run did, or would do: the data behind every output of the command line. @module */
import type { ConfigPatchError, Position } from "../errors.ts";
import type { ConfigPath, ConfigValue } from "../formats/types.ts";
import type { VaultLocation } from "../transport/mod.ts";

/** What was to be done for a provider. */
export type Action = "apply" | "disable";

/**
 * How it ended.
 *
 * | outcome | apply | disable |
 * |---|---|---|
 * | `created` | the file is new | |
 * | `updated` | values were put | |
 * | `unchanged` | everything stood already | nothing of ours was there |
 * | `removed` | values that it does not want any more are out | our values are out |
 * | `restored` | as for disable | our values are out, former ones of the user are back |
 * | `kept` | | left alone: changed by the user since, wanted by another provider, or unreadable |
 * | `gone` | | our values were not there any more |
 * | `skipped` | the provider has no patch | as for apply |
 * | `failed` | nothing was changed: see `error` | as for apply |
 */
export type Outcome =
  | "created"
  | "updated"
  | "unchanged"
  | "removed"
  | "restored"
  | "kept"
  | "gone"
  | "skipped"
  | "failed";

/** One value that changes. */
export interface Edit {
  /** The place in the file. */
  readonly path: ConfigPath;
  /** The value that stood there; absent: none. */
  readonly before?: ConfigValue | undefined;
  /** The value that comes; absent: none. */
  readonly after?: ConfigValue | undefined;
  /** Whether a value of the user's had to go, which is given back on disable. */
  readonly overrode?: boolean | undefined;
}

/** Something that sends the client past our values. */
export interface Bypass {
  /** `host dir/file`. */
  readonly file: string;
  /** Where in it; absent where the bypass is that the file exists at all. */
  readonly position: Position | undefined;
  /** The setting; absent as `position`. */
  readonly path: ConfigPath | undefined;
  /** What the client does then. */
  readonly why: string;
  /** Whether the operator has accepted it. */
  readonly accepted: boolean;
}

/** What happened to one provider in one file. */
export interface ProviderReport {
  /** The provider's name. */
  readonly provider: string;
  /** What was to be done. */
  readonly action: Action;
  /** `host dir/file`; absent where there is none. */
  readonly file: string | undefined;
  /** How it ended. */
  readonly outcome: Outcome;
  /** The values that change. */
  readonly edits: readonly Edit[];
  /** Places that held our value already, and are ours from now on. */
  readonly adopted: readonly ConfigPath[];
  /** What sends the client past our values, accepted or not. */
  readonly bypasses: readonly Bypass[];
  /** Why it failed. */
  readonly error: ConfigPatchError | undefined;
}

/** A whole file before and after, as `plan` shows it. */
export interface FileChange {
  /** `host dir/file`. */
  readonly file: string;
  /** The text that stands there; absent: no file. */
  readonly before: string | undefined;
  /** The text that comes; absent: the file goes. */
  readonly after: string | undefined;
  /** The permission bits of a file that was there, as in `0600`; absent: they stay. */
  readonly mode?: { readonly before: string; readonly after: string } | undefined;
}

/** Something that an operator should know, though the run succeeded. */
export interface Warning {
  /** What was found, in one sentence. */
  readonly message: string;
  /** Where, relative to the mounts directory. */
  readonly file: string | undefined;
  /** Where in the file. */
  readonly position?: Position | undefined;
  /**
   * The kind of warning, where a program may need it. `left-behind`: an address of ours whose owner
   * takes no part in runs any more. `moved`: one that stands where or as we did not put it. `bypassed`: a
   * bypass that the operator has accepted. `unrecorded`: a sidecar that would grow too large.
   */
  readonly code?: "left-behind" | "moved" | "bypassed" | "unrecorded" | undefined;
}

/** What a run did, or, from `plan`, what it would do. */
export interface Report {
  /** The mounts directory that was used. */
  readonly mounts: string;
  /** Whether it was made now. */
  readonly made: boolean;
  /** The addresses that values were made of. */
  readonly location: VaultLocation;
  /** Whether any config changed (or would). */
  readonly changed: boolean;
  /** Disables first, then applies, each in name order. */
  readonly providers: readonly ProviderReport[];
  /** The texts of the files that change. */
  readonly files: readonly FileChange[];
  /** What an operator should know. */
  readonly warnings: readonly Warning[];
}
