/**
 * From options and settings to a request. Only what tells whether anything has changed is loaded here;
 * the parsers and all that touches files come with the request.
 *
 * @module
 */
import deno from "../deno.json" with { type: "json" };
import { closest, ConfigPatchError } from "../errors.ts";
import type { Request } from "../reconcile/request.ts";
import {
  NO_SETTINGS,
  parseSettings,
  type Settings,
  SETTINGS_FILE,
  settingsText,
} from "../reconcile/settings.ts";
import { isOff, takingPart } from "../reconcile/taking_part.ts";
import { resolveVaultLocation } from "../transport/resolve.ts";
import type { VaultLocation } from "../transport/location.ts";
import { isThere, refuseInMounts } from "./missing.ts";
import { type Flags, type Invocation, UsageError } from "./parse.ts";
import {
  allNames,
  builtInFor,
  catalogOf,
  knownNames,
  namesIn,
  rosterOf,
  type RosterWishes,
  sourcesOf,
} from "./roster.ts";

/** The version of the program. */
export const VERSION: string = deno.version;

/** What a command makes of the options. */
export interface Wishes {
  /** Exactly these, whatever options and settings say; or what to make of the settings. */
  readonly only?: Only | ((written: Settings) => Only);
  /** Whether a disable fails where something of its own has to stay. */
  readonly failIncompleteDisable?: boolean;
  /** Whether all of the catalog is part of the roster. */
  readonly catalog?: boolean;
  /** The settings to go by: instead of those in the file, or what to make of these. */
  readonly settings?: Settings | ((written: Settings) => Settings);
}

/** Whom a command is about. */
export interface Only {
  /** Names to apply; absent: those that are on by default. */
  readonly providers: readonly string[] | undefined;
  /** Names to take back. */
  readonly disabledProviders: readonly string[];
  /** Also take back all that the state or a sidecar knows. */
  readonly disableAll: boolean;
}

/** A request, and what is to be said beside its report. */
export interface Setup {
  /** What is to be done. */
  readonly request: Request;
  /** The settings. */
  readonly settings: Settings;
  /** What the settings keep off in this run; empty: nothing. */
  readonly off: readonly string[] | "all";
  /** What is odd about the settings, though nothing fails for it. */
  readonly notes: readonly string[];
  /** Whether there was no mounts directory. */
  readonly missing: boolean;
}

/**
 * What a command is to do. The inputs of the request hold everything that the outcome depends on
 * besides the files in the mounts: whatever is missing there could leave a task unrouted.
 */
export async function setUp(invocation: Invocation, wishes: Wishes = {}): Promise<Setup> {
  const { command, flags, formats } = invocation;
  // What the options alone say wrong is told before anything is read.
  locationOf({ ...flags, direct: false }, NO_SETTINGS);
  const { written, stillStands } = await settingsFor(flags, wishes);
  const roster = await rosterWishes(invocation, written);
  const { settings, notes } = await withoutStrangers(written, roster, flags.mounts);
  await refuseStrangers(flags, roster);
  const location = locationOf(flags, written);
  const part = takingPart(flags, settings, await everyoneFor(flags, settings, roster));
  const only = typeof wishes.only === "function" ? wishes.only(written) : wishes.only;
  const { providers, disabledProviders, disableAll } = only ?? part;
  const alsoOn = wishes.only === undefined ? part.alsoOn : [];
  const keptOff = wishes.only === undefined ? part.keptOff : [];
  const names = namesIn(providers, alsoOn, disabledProviders);
  const choice = {
    location,
    providers,
    disabledProviders,
    disableAll,
    keptOff,
    members: part.members,
    isAboutNamed: flags.providers !== undefined || only?.providers !== undefined,
    credentials: { ...written.credentials, ...flags.credentials },
    acceptBypass: [...new Set([...written.acceptBypass, ...flags.acceptBypass])],
    allowNested: flags.allowNested || written.allowNested === true,
  };
  const all = wishes.catalog === true || disableAll;
  let made: ReturnType<typeof rosterOf> | undefined;
  const makeRoster = () => made ??= rosterOf({ ...roster, names, alsoOn, all });
  const missing = !isThere(flags.mounts);
  if (missing) refuseInMounts(flags.mounts, await makeRoster());
  return {
    request: {
      ...choice,
      mounts: flags.mounts,
      roster: makeRoster,
      formats,
      failIncompleteDisable: wishes.failIncompleteDisable === true,
      lockTimeout: flags.lockTimeout ?? written.lockTimeout,
      command,
      stillStands,
      // Of formats of the caller's own nobody can tell whether they are the same as last time.
      inputs: command !== "apply" || formats !== undefined
        ? undefined
        : { version: VERSION, ...choice, alsoOn, ...await textsOf(roster, names) },
    },
    settings: written,
    off: part.off,
    notes: [...notes, ...notesOnNamed(flags, settings)],
    missing,
  };
}

/** The settings to go by, and whether the file still says what they were made of. */
async function settingsFor({ mounts }: Flags, { settings }: Wishes): Promise<{
  readonly written: Settings;
  readonly stillStands?: () => Promise<boolean>;
}> {
  if (typeof settings === "object") return { written: settings };
  const text = await settingsText(mounts);
  const written = await parseSettings(text);
  return {
    written: settings?.(written) ?? written,
    stillStands: async () => await settingsText(mounts) === text,
  };
}

/** `--providers` is stronger than what is switched off for good: so that nobody wonders, it is said. */
function notesOnNamed({ providers = [] }: Flags, settings: Settings): string[] {
  return providers.filter((name) => isOff(name, settings)).map((name) =>
    `${name} is switched off in ${SETTINGS_FILE}, and takes part because --providers names it`
  );
}

/**
 * Where the vault is.
 *
 * @throws {UsageError} for an address or port that cannot be one, if it is an option that says so.
 */
export function locationOf(flags: Flags, settings: Settings): VaultLocation {
  const { tokenBrokerPort = settings.tokenBrokerPort } = flags;
  const direct = flags.direct || settings.direct === true;
  if (flags.direct && tokenBrokerPort === undefined) {
    throw new UsageError("--direct needs --token-broker-port", {
      remedy: "give the port on the host at which the vault listens, or leave --direct out",
    });
  }
  const url = flags.vaultUrl ?? settings.vaultUrl;
  const socket = flags.vaultSocket ?? settings.vaultSocket;
  const tlsUrl = flags.vaultTlsUrl ?? settings.vaultTlsUrl;
  try {
    return resolveVaultLocation({ tokenBrokerPort, direct, url, socket, tlsUrl });
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    const { message, details } = error;
    const isOption = givesAddress(flags);
    const name = (field: string) => {
      const key = field.replace(/^(?:url|socket|tlsUrl)$/, (one) => `vault_${SNAKE[one] ?? one}`);
      return isOption ? `--${key.replaceAll("_", "-")}` : key;
    };
    const remedy = details.remedy?.replaceAll(/`(\w+)`/g, (_whole, field: string) => name(field));
    if (isOption) throw new UsageError(message, { ...details, remedy });
    throw new ConfigPatchError("settings", message, { ...details, file: SETTINGS_FILE, remedy });
  }
}

/** Fields of the library that are spelled otherwise in settings and options. */
const SNAKE: Readonly<Record<string, string>> = { tlsUrl: "tls_url" };

function givesAddress({ tokenBrokerPort, direct, vaultUrl, vaultSocket, vaultTlsUrl }: Flags) {
  return direct ||
    [tokenBrokerPort, vaultUrl, vaultSocket, vaultTlsUrl].some((one) => one !== undefined);
}

/** The roster that options and settings ask for. */
export async function rosterWishes(
  { flags, formats, standardInput }: Invocation,
  settings: Settings,
): Promise<RosterWishes> {
  const { mounts } = flags;
  const paths = settings.roster.map((path) =>
    path.startsWith("/") ? path : `${mounts}/.vault-config/${path}`
  );
  const all = [...paths, ...flags.roster];
  return {
    sources: await sourcesOf(all, { formats, mounts, standardInput }),
    builtIn: !(flags.noBuiltIn || settings.noBuiltIn === true),
    formats,
  };
}

/** The settings without the names that nobody knows, which are a note and never a failure. */
async function withoutStrangers(
  settings: Settings,
  roster: RosterWishes,
  mounts: string,
): Promise<{ readonly settings: Settings; readonly notes: readonly string[] }> {
  const { providers, enabled, disabled, acceptBypass, credentials } = settings;
  const off = disabled === "all" ? [] : disabled;
  const named = [
    ...new Set([
      ...providers ?? [],
      ...enabled,
      ...off,
      ...acceptBypass,
      ...Object.keys(credentials),
    ]),
  ];
  if (named.length === 0) return { settings, notes: [] };
  const known = await knownNames(named, roster, mounts);
  const strangers = named.filter((name) => !known.has(name));
  const all = strangers.length === 0 ? [] : await allNames(roster, mounts);
  const kept = (names: readonly string[]) => names.filter((name) => known.has(name));
  return {
    settings: {
      ...settings,
      providers: providers === undefined ? undefined : kept(providers),
      enabled: kept(enabled),
      disabled: disabled === "all" ? "all" : kept(off),
    },
    notes: strangers.map((name) => {
      const near = closest(name, all);
      return `${SETTINGS_FILE} names ${name}, which neither the roster nor the state knows` +
        (near === undefined ? "" : `: did you mean ${near}?`);
    }),
  };
}

/** An option that says something of a provider means one that there is. */
async function refuseStrangers(flags: Flags, roster: RosterWishes): Promise<void> {
  const named = [...Object.keys(flags.credentials), ...flags.acceptBypass];
  if (named.length === 0) return;
  const known = await knownNames(named, roster, flags.mounts);
  const stranger = named.find((name) => !known.has(name));
  if (stranger === undefined) return;
  const near = closest(stranger, await allNames(roster, flags.mounts));
  const option = Object.hasOwn(flags.credentials, stranger) ? "--credential" : "--accept-bypass";
  throw new ConfigPatchError("unknown-provider", `${option} names a provider that there is not`, {
    provider: stranger,
    remedy: near === undefined
      ? "name one of those that `vault-config providers` lists"
      : `did you mean ${near}?`,
  });
}

/** Whom "all" means, where the command line names some that are not meant. */
async function everyoneFor(
  flags: Flags,
  settings: Settings,
  roster: RosterWishes,
): Promise<readonly string[]> {
  if (settings.disabled !== "all" || flags.providers === undefined) return [];
  const { everyoneIn } = await import("./everyone.ts");
  return await everyoneIn(flags.mounts, roster);
}

async function textsOf(wishes: RosterWishes, names: readonly string[]) {
  return {
    sources: wishes.sources,
    builtIn: await builtInFor(wishes),
    catalog: wishes.builtIn && await catalogOf(names),
  };
}
