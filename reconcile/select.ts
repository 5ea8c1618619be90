/** Which providers a run is about, and what each of them wants where. Pure. @module */
import { closest, ConfigPatchError } from "../errors.ts";
import { leavesOf } from "../formats/value.ts";
import type { Roster } from "../roster/types.ts";
import { knownValues, substitute, type VaultLocation } from "../transport/mod.ts";
import type { Wanted } from "../ownership/claims.ts";
import type { Action } from "../ownership/report.ts";

/** What the caller asked for. */
export interface Selection {
  /** Names to apply; absent: all that are on by default; empty: none. */
  readonly providers?: Iterable<string>;
  /** Names to take back; they win over `providers`. */
  readonly disabledProviders?: Iterable<string>;
}

/** One provider's task in a run. */
export interface Task {
  /** The provider. */
  readonly provider: string;
  /** What is to be done. */
  readonly action: Action;
  /** Its file and what it wants there; absent where it has no patch. */
  readonly target?: Target;
  /** Why it cannot even be begun. */
  readonly error?: ConfigPatchError;
}

/** The file that a patch is about. */
export interface Target {
  /** The host dir. */
  readonly dir: string;
  /** The file in it. */
  readonly file: string;
  /** The name of its format. */
  readonly format: string;
  /** Whether the strict dialect is demanded. */
  readonly strict: boolean;
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
export function tasksOf(
  roster: Roster,
  location: VaultLocation,
  selection: Selection,
  options: { readonly allowNested: boolean; readonly known: (name: string) => boolean },
): Task[] {
  const disabled = new Set(selection.disabledProviders ?? []);
  const enabled = new Set(selection.providers ?? roster.defaults());
  const names = (set: ReadonlySet<string>) => [...set].sort();
  return [
    ...names(disabled).map((provider): Task => {
      if (roster.get(provider) === undefined && !options.known(provider)) {
        return { provider, action: "disable", error: unknownProvider(provider, "disable", roster) };
      }
      return taskOf(provider, "disable", roster, location, options.allowNested);
    }),
    ...names(enabled).filter((name) => !disabled.has(name)).map((provider): Task => {
      if (roster.get(provider) === undefined) {
        return { provider, action: "apply", error: unknownProvider(provider, "apply", roster) };
      }
      return taskOf(provider, "apply", roster, location, options.allowNested);
    }),
  ];
}

function taskOf(
  provider: string,
  action: Action,
  roster: Roster,
  location: VaultLocation,
  allowNested: boolean,
): Task {
  const { hostDir: dir, patches: [patch] } = roster.get(provider) ?? { patches: [] };
  const file = patch?.files[0];
  if (patch === undefined || dir === undefined || file === undefined) return { provider, action };
  const { format, strict, table = [], match } = patch;
  try {
    if (file.includes("/") && !allowNested) throw nestedRefused(file);
    const base = match === undefined ? [] : [...table, match];
    const wanted = leavesOf(patch.set, base).map(({ path, value: template }): Wanted => ({
      path,
      // What is taken back needs no address; it is recognised by the known ones.
      value: action === "apply" ? substitute(template, location) : template,
      known: knownValues(template, location),
    }));
    return { provider, action, target: { dir, file, format, strict, wanted } };
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    return { provider, action, error: error.with({ provider, file: `${dir}/${file}` }) };
  }
}

function nestedRefused(file: string): ConfigPatchError {
  return new ConfigPatchError("roster", `the file "${file}" lies below its host dir`, {
    remedy:
      "a container can swap a directory in between while it is edited; if that risk is acceptable, allow it (--allow-nested)",
  });
}

function unknownProvider(provider: string, action: Action, roster: Roster): ConfigPatchError {
  const names = roster.names();
  const near = closest(provider, names);
  const known = names.length === 0 ? "the roster is empty" : `known are: ${names.join(", ")}`;
  const all = action === "apply" ? "" : "; disable --all also finds what only a sidecar knows";
  return new ConfigPatchError("unknown-provider", "there is no provider of this name", {
    provider,
    remedy: near === undefined ? known + all : `did you mean ${near}?`,
  });
}
