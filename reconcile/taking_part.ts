/** Who takes part in a run: what the command line asks for, and what the settings say. Pure. @module */
import type { Settings } from "./settings_schema.ts";

/** What the command line asks for. */
export interface Asked {
  /** Names to apply; absent: as the settings say, or those on by default. */
  readonly providers: readonly string[] | undefined;
  /** Names to take back. */
  readonly disabled: readonly string[];
}

/** Who takes part. */
export interface TakingPart {
  /** Names to apply; absent: those that are on by default, and {@linkcode alsoOn}. */
  readonly providers: readonly string[] | undefined;
  /** Names that are to count as on by default. */
  readonly alsoOn: readonly string[];
  /** Names to take back. */
  readonly disabledProviders: readonly string[];
  /** Whether all that the state, a sidecar or the roster's defaults know is taken back. */
  readonly disableAll: boolean;
  /** What the settings keep off in this run; empty: nothing. */
  readonly off: readonly string[] | "all";
  /**
   * Of `disabledProviders`, those that only the settings keep off, where the command line names
   * others: a run about these does not fail for them.
   */
  readonly keptOff: readonly string[];
  /** Names that take part in runs, though perhaps not in this one; absent: the whole roster. */
  readonly members: readonly string[] | undefined;
}

/**
 * Who takes part. Wanted are the names that the command line gives, else `providers` of the settings,
 * else those on by default; without names on the command line, `enabled` as well. Off is `disabled` of
 * the settings less the names that the command line gives, and what it disables. Wanted and off is off.
 *
 * @param everyone Those on by default and those that the state knows; asked only where the settings
 * keep all off and the command line names some.
 *
 * @example
 * ```ts
 * import { NO_SETTINGS, takingPart } from "@terok/vault-config";
 *
 * const settings = { ...NO_SETTINGS, disabled: ["vibe"] };
 * const part = takingPart({ providers: undefined, disabled: [] }, settings);
 * if (part.disabledProviders.join() !== "vibe") throw new Error("not off");
 * ```
 */
export function takingPart(
  { providers, disabled }: Asked,
  settings: Settings,
  everyone: readonly string[] = [],
): TakingPart {
  const named = new Set(providers);
  const wanted = settings.providers === undefined
    ? undefined
    : unique([...settings.providers, ...settings.enabled]);
  if (settings.disabled === "all" && providers === undefined) {
    return {
      providers: [],
      alsoOn: [],
      disabledProviders: unique([...wanted ?? settings.enabled, ...disabled]),
      disableAll: true,
      off: "all",
      keptOff: [],
      members: undefined,
    };
  }
  const kept = settings.disabled === "all"
    ? [...wanted ?? settings.enabled, ...everyone]
    : settings.disabled;
  const off = unique(kept.filter((name) => !named.has(name)));
  return {
    providers: providers ?? wanted,
    alsoOn: providers === undefined && wanted === undefined ? settings.enabled : [],
    disabledProviders: unique([...off, ...disabled]),
    disableAll: false,
    off: settings.disabled === "all" ? "all" : off,
    keptOff: providers === undefined ? [] : off.filter((name) => !disabled.includes(name)),
    // A list of providers in the settings is a whole one: who was taken out of it has left.
    members: wanted && unique([...wanted, ...kept, ...named, ...disabled]),
  };
}

/** Whether the settings keep a provider off. */
export function isOff(name: string, { disabled }: Settings): boolean {
  return disabled === "all" || disabled.includes(name);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
