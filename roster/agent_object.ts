/** An agent as an object. Written by `deno task keys` from `schema.ts`. @module */

/** A value of a patch. */
export type PatchValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PatchValue[]
  | PatchValues;

/** The values of a patch, with tokens. */
export interface PatchValues {
  /** A key of the config. */
  readonly [key: string]: PatchValue | undefined;
}

/**
 * An agent as an object: shaped like an agent file, or just `host_dir` and `shared_config_patch`.
 * Keys that are not listed here are another program's.
 */
export interface AgentObject {
  /**
   * The directory, directly in the mounts, that is bound into the containers as the program's
   * config directory: one plain path segment. Where there is no `auth` section but an
   * `opencode` section, it is `_<name>-config`.
   */
  readonly host_dir?: string | null | undefined;
  /**
   * The files in the host dir, and the values to hold there: one patch, or a list of patches
   * (several files, or several places of one file). All of a provider's patches are planned
   * together: if one cannot be planned, none is written.
   */
  readonly shared_config_patch?: PatchObject | readonly PatchObject[] | null | undefined;
  /**
   * The type of the credential that is in use unless somebody says otherwise (`--credential
   * NAME=TYPE`); see `by_credential_type`.
   */
  readonly credential_type?: string | null | undefined;
  /** What no file can route, for the user: `status` and `providers --show` print it. */
  readonly notes?: string | readonly string[] | null | undefined;
  /**
   * How the route is known: `run at VERSION` where the program was seen to go to the vault,
   * `documentation only` where nobody has run it. `status`, `providers` and `enable` print
   * it.
   */
  readonly proven?: string | null | undefined;
  /** Any other key of an agent file. */
  readonly [key: string]: unknown;
}

/** A patch: a config file, and what it has to hold. */
export interface PatchObject {
  /**
   * The file's name in the host dir. Or the names of which the program reads **one only**,
   * weakest first: ours goes into the last that exists, else into the first. Of a program
   * that *merges* several files, name the strongest alone. A name with `/` in it is refused
   * unless nested files are allowed (`--allow-nested`).
   */
  readonly file?: string | readonly string[] | null | undefined;
  /**
   * The values to hold. Nested mappings merge key by key; scalars and lists are set whole.
   * Tokens in texts are replaced at any depth.
   */
  readonly [key: `${string}_set`]: PatchValues | null | undefined;
  /**
   * The list of tables into whose entries `set` goes: a key, or a list of keys that lead to
   * it; `[]` is a list at the root. Needs `<format>_match`. **Every** entry that matches is
   * routed; where none does, one is created, and taken back as soon as another one matches.
   */
  readonly [key: `${string}_table`]: string | readonly string[] | null | undefined;
  /** The keys and values by which an entry is known. No tokens, and nothing that `set` sets. */
  readonly [key: `${string}_match`]:
    | Readonly<Record<string, string | number | bigint | boolean>>
    | null
    | undefined;
  /**
   * `set` goes into every table that this path meets; `"*"` stands for every key or entry.
   * With `<format>_match`, tables that do not match are passed over. Creates nothing, and
   * meeting nothing is no error.
   */
  readonly [key: `${string}_each`]: string | readonly string[] | null | undefined;
  /**
   * What the program needs beside the route so that it takes what we create (a version, a
   * name, a model). Written only together with a table, an entry or a file that is created in
   * the same run; never compared and never written later. No tokens, nothing that `set` sets,
   * and not with `<format>_each`. A patch in a list may have only defaults.
   */
  readonly [key: `${string}_default`]: PatchValues | null | undefined;
  /**
   * What differs by the type of the credential in use, laid over `<format>_set`. A type
   * without a variant is an error that names those that there are.
   */
  readonly by_credential_type?: Readonly<Record<string, PatchValues | null>> | null | undefined;
  /** What sends the program past these values; see below. */
  readonly bypassed_by?: readonly BypassObject[] | null | undefined;
  /**
   * The permission bits of a file that we begin, as text: three or four octal digits within
   * `"0666"`. A file that we began is brought to it; a file of the user's that allows more is
   * an error. Without it: 0644 less the umask.
   */
  readonly mode?: string | null | undefined;
  /**
   * The program silently ignores a file with comments or trailing commas, so such a file is
   * refused.
   */
  readonly json_strict?: boolean | null | undefined;
}

/** A rule: what sends the program past a patch. */
export interface BypassObject {
  /**
   * Another file of the host dir, or a pattern of names in it: `*` stands for one or more
   * characters, and never means the patch's own file. Without it: the patch's own file.
   */
  readonly file?: string | null | undefined;
  /** The format of that file. Without it: by the file's extension, else the patch's. */
  readonly format?: string | null | undefined;
  /**
   * The setting, as a key or a list of keys; `"*"` stands for every key or entry. Without it,
   * that the file exists is the bypass.
   */
  readonly path?: string | readonly string[] | null | undefined;
  /**
   * Instead of `path`: how the texts begin that the program replaces in the file before it
   * reads it; each ends at the next `}`. The bypass is one in a key, or one that does not end
   * within its own value: then the program reads other settings than stand there.
   */
  readonly replaced?: string | readonly string[] | null | undefined;
  /**
   * The values that are no bypass. Tokens are replaced. A setting that is absent or null is
   * none either.
   */
  readonly unless?: readonly PatchValue[] | null | undefined;
  /** What the program does then, in one sentence. It is printed. */
  readonly why?: string | null | undefined;
}
