/** What a run is about, and which providers want what where. Pure. @module */
import { closest, ConfigPatchError } from "../errors.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import { leavesOf } from "../formats/value.ts";
import { EVERY, pathKey, type Wanted, type WantedPath } from "../ownership/claims.ts";
import type { Action } from "../ownership/report.ts";
import type { ConfigPatch, Provider, Roster } from "../roster/types.ts";
import type { Mounts } from "../storage/mounts.ts";
import type { VaultLocation } from "../transport/location.ts";
import { knownValues, substitute } from "../transport/tokens.ts";

/** Whom a run is about, and what the operator allows. */
export interface Choice {
  /** Where the vault is. */
  readonly location: VaultLocation;
  /** Names to apply; absent: all that are on by default; empty: none. */
  readonly providers?: Iterable<string> | undefined;
  /** Names to take back; they win over `providers`. */
  readonly disabledProviders?: Iterable<string> | undefined;
  /** Also take back every provider that the state, a sidecar or the roster's defaults know. */
  readonly disableAll?: boolean | undefined;
  /**
   * Of `disabledProviders`, those that only the settings keep off, in a run about others: who owns
   * nothing is not looked at, and what cannot be taken back is a warning.
   */
  readonly keptOff?: readonly string[] | undefined;
  /** Names that take part in runs, though perhaps not in this one; absent: the whole roster. */
  readonly members?: readonly string[] | undefined;
  /** Whether the run is about the providers that were named for it, and no word about all others. */
  readonly isAboutNamed?: boolean | undefined;
  /** The type of the credential in use, by provider. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  /** The providers whose bypasses the operator accepts. */
  readonly acceptBypass?: Iterable<string> | undefined;
  /** Accept files below a host dir's own level. */
  readonly allowNested?: boolean | undefined;
  /**
   * Whether a disable fails where something of its own has to stay: in a file that does not parse, or
   * an address that was moved. Otherwise that is a warning, and a later run tries again.
   */
  readonly failIncompleteDisable?: boolean | undefined;
}

/** What a run is about: a choice with its roster, its mounts and its formats at hand. */
export interface Job extends Choice {
  /** The mounts. */
  readonly mounts: Mounts;
  /** The providers that there are. */
  readonly roster: Roster;
  /** The formats that there are. */
  readonly formats: FormatRegistry;
  /** Whether our own record is left unread, because it may not be: `status` then goes by the configs. */
  readonly withoutRecord?: boolean | undefined;
  /** The host dirs to look at; absent: all. In all others, everything stands as it did. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** Whether a provider is only taken back in passing, in a run about others. */
export function isKeptOff({ keptOff }: Choice, provider: string): boolean {
  return keptOff?.includes(provider) === true;
}

/** What is to be done for one provider. */
export interface Task {
  /** The provider. */
  readonly provider: string;
  /** What is to be done. */
  readonly action: Action;
  /** Its roster entry; absent where only the state or a sidecar knows it. */
  readonly entry: Provider | undefined;
  /** Its files, and what it wants in each; empty where it has no patch. */
  readonly targets: readonly Target[];
  /** Why it cannot even be begun. */
  readonly error: ConfigPatchError | undefined;
}

/** What a patch wants in a file. */
export interface Target {
  /** The host dir. */
  readonly dir: string;
  /** The names of which the client reads one only, weakest first. */
  readonly files: readonly string[];
  /** The name of the format. */
  readonly format: string;
  /** Whether the strict dialect is demanded. */
  readonly strict: boolean;
  /** The permission bits that the client demands, if it does. */
  readonly mode: number | undefined;
  /** The places and values. */
  readonly wanted: readonly Wanted[];
}

/**
 * The tasks of a run: disables first, then applies, each in name order. A provider that is both is
 * disabled.
 *
 * @param known Whether the state or a sidecar knows a name that the roster does not: it can still
 * be disabled.
 */
export function tasksOf(job: Job, known: (name: string) => boolean): Task[] {
  const { roster } = job;
  const disabled = new Set(job.disabledProviders ?? []);
  const enabled = new Set(job.providers ?? roster.defaults());
  const names = (set: ReadonlySet<string>) => [...set].sort();
  return [
    ...names(disabled).map((provider) =>
      roster.get(provider) === undefined && !known(provider)
        ? unknownProvider(provider, "disable", roster)
        : taskOf(provider, "disable", job)
    ),
    ...names(enabled).filter((name) => !disabled.has(name)).map((provider) =>
      roster.get(provider) === undefined
        ? unknownProvider(provider, "apply", roster)
        : taskOf(provider, "apply", job)
    ),
  ];
}

function taskOf(provider: string, action: Action, job: Job): Task {
  const entry = job.roster.get(provider);
  const task = { provider, action, entry, targets: [], error: undefined };
  const dir = entry?.hostDir;
  if (entry === undefined || dir === undefined) return task;
  try {
    const credential = { provider, type: job.credentials?.[provider] ?? entry.credentialType };
    const targets = entry.patches.map((patch): Target => {
      const nested = patch.files.find((file) => file.includes("/"));
      if (nested !== undefined && job.allowNested !== true) throw nestedRefused(nested);
      return {
        dir,
        files: patch.files,
        format: patch.format,
        strict: patch.strict,
        mode: patch.mode,
        wanted: wantedOf(patch, action, credential, job.location),
      };
    });
    return { ...task, targets };
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    const file = entry.patches[0]?.files[0];
    return { ...task, error: error.with({ provider, file: file && `${dir}/${file}` }) };
  }
}

/** What a patch wants. What is taken back needs no address: it is recognised by the known ones. */
function wantedOf(
  patch: ConfigPatch,
  action: Action,
  credential: Credential,
  location: VaultLocation,
): Wanted[] {
  const base = basePath(patch);
  const all = new Map<string, ReturnType<typeof leavesOf>>();
  for (const set of [patch.set, ...Object.values(patch.variants)]) {
    for (const leaf of leavesOf(set)) {
      all.set(pathKey(leaf.path), [...all.get(pathKey(leaf.path)) ?? [], leaf]);
    }
  }
  const set = action === "apply"
    ? leavesOf(setFor(patch, credential))
    : [...all.values()].flatMap((leaves) => leaves.slice(0, 1));
  const kind = patch.each === undefined ? "set" : "each";
  const wants = set.map(({ path, value: template }): Wanted => ({
    path: [...base, ...path as readonly string[]],
    value: action === "apply" ? substitute(template, location) : template,
    template,
    // Whatever the credential was when it was written.
    known: (all.get(pathKey(path)) ?? []).flatMap((leaf) => knownValues(leaf.value, location)),
    kind,
  }));
  const defaults = leavesOf(patch.default).map(({ path, value }): Wanted => ({
    path: [...base, ...path as readonly string[]],
    value,
    template: value,
    known: [],
    kind: "default",
  }));
  return [...wants, ...defaults];
}

function basePath({ table, match, each }: ConfigPatch): WantedPath {
  if (each !== undefined) return [...each.map((key) => key === "*" ? EVERY : key), match ?? {}];
  return match === undefined ? [] : [...table ?? [], match];
}

/** The credential in use for a provider. */
interface Credential {
  readonly provider: string;
  readonly type: string | undefined;
}

/** The values for the credential in use. */
function setFor(patch: ConfigPatch, { provider, type }: Credential): ConfigPatch["set"] {
  const types = Object.keys(patch.variants);
  if (types.length === 0) return patch.set;
  const variant = type !== undefined && Object.hasOwn(patch.variants, type)
    ? patch.variants[type]
    : undefined;
  if (variant !== undefined) return variant;
  throw new ConfigPatchError(
    "option",
    type === undefined
      ? "the address depends on the type of the credential, and none is given"
      : `there is no address for a credential of type ${JSON.stringify(type)}`,
    {
      remedy: `name the type in use (--credential ${provider}=TYPE); known are ${types.join(", ")}`,
    },
  );
}

function nestedRefused(file: string): ConfigPatchError {
  return new ConfigPatchError("roster", `the file "${file}" lies below its host dir`, {
    remedy:
      "a container can swap a directory in between while it is edited; if that risk is acceptable, allow it (--allow-nested)",
  });
}

function unknownProvider(provider: string, action: Action, roster: Roster): Task {
  const names = roster.names();
  const near = closest(provider, names);
  const known = names.length === 0 ? "the roster is empty" : `known are: ${names.join(", ")}`;
  const all = action === "apply"
    ? ""
    : "; `vault-config disable --all` also finds what only a sidecar knows";
  const error = new ConfigPatchError("unknown-provider", "there is no provider of this name", {
    provider,
    remedy: near === undefined ? known + all : `did you mean ${near}?`,
  });
  return { provider, action, entry: undefined, targets: [], error };
}
