/**
 * From options to a run. Only what tells whether anything has changed is loaded here; the parsers
 * and all that touches files come with the job.
 *
 * @module
 */
import deno from "../deno.json" with { type: "json" };
import { ConfigPatchError } from "../errors.ts";
import type { Start } from "../reconcile/start.ts";
import type { Job } from "../reconcile/job.ts";
import { builtInAgents } from "../roster/built_in.ts";
import type { AgentObject } from "../roster/agent_object.ts";
import type { Roster, RosterSource } from "../roster/types.ts";
import { resolveVaultLocation } from "../transport/resolve.ts";
import type { VaultLocation } from "../transport/location.ts";
import { type Flags, UsageError } from "./parse.ts";

/** The version of the program. */
export const VERSION: string = deno.version;

/** What a command makes of the options. */
export interface Wishes {
  /** Names to apply; absent: the default ones. */
  readonly providers?: readonly string[];
  /** Names to take back. */
  readonly disabledProviders?: readonly string[];
  /** Also take back all that the state or a sidecar knows. */
  readonly disableAll?: boolean;
  /** Whether a file that does not parse fails a disable. */
  readonly failOnMalformed?: boolean;
}

/**
 * A run of `apply`, its dear parts not loaded yet. The inputs hold everything that the outcome
 * depends on besides the files in the mounts: whatever is missing here could leave a task unrouted.
 */
export async function startOf(flags: Flags, wishes: Wishes, command: string): Promise<Start> {
  const location = locationOf(flags);
  const sources = await sourcesOf(flags);
  const { builtIn, allowNested, mounts, lockTimeout } = flags;
  return {
    mounts,
    inputs: {
      version: VERSION,
      sources,
      builtIn: builtIn && builtInAgents,
      catalog: builtIn && await catalogOf(wishes),
      location,
      allowNested,
      wishes,
    },
    command,
    job: () => jobFrom(flags, wishes, location, sources, wishes.disableAll === true),
    ...(lockTimeout === undefined ? {} : { lockTimeout }),
  };
}

/**
 * The job of a command that begins with a survey anyway; with `catalog`, all of the catalog is part
 * of its roster.
 */
export async function jobOf(
  flags: Flags,
  wishes: Wishes,
  { catalog = false }: { readonly catalog?: boolean } = {},
): Promise<Job> {
  const location = locationOf(flags);
  return await jobFrom(flags, wishes, location, await sourcesOf(flags), catalog);
}

/** The whole roster, catalog and all. */
export async function rosterOf(flags: Flags): Promise<Roster> {
  const { loadRoster } = await import("../roster/load.ts");
  return await loadRoster(await sourcesOf(flags), { builtIn: flags.builtIn });
}

/**
 * Where the vault is.
 *
 * @throws {UsageError} for an address or port that cannot be one.
 */
export function locationOf(flags: Flags): VaultLocation {
  const { tokenBrokerPort, direct, vaultUrl: url, vaultSocket: socket } = flags;
  try {
    return resolveVaultLocation({ tokenBrokerPort, direct, url, socket });
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    throw new UsageError(error.message, error.details);
  }
}

async function jobFrom(
  flags: Flags,
  wishes: Wishes,
  location: VaultLocation,
  sources: readonly RosterSource[],
  catalog: boolean,
): Promise<Job> {
  const [{ Mounts }, { defaultFormats }] = await Promise.all([
    import("../storage/mounts.ts"),
    import("../formats/mod.ts"),
  ]);
  const { mounts, allowNested } = flags;
  return {
    ...wishes,
    mounts: new Mounts(mounts, { allowNested }),
    roster: await rosterFor(flags, wishes, sources, catalog),
    location,
    formats: defaultFormats,
    allowNested,
  };
}

/** A roster with as little of the catalog as the names need. */
async function rosterFor(
  { builtIn }: Flags,
  wishes: Wishes,
  sources: readonly RosterSource[],
  catalog: boolean,
): Promise<Roster> {
  const { loadRoster } = await import("../roster/load.ts");
  const names = namesIn(wishes);
  if (!catalog) {
    const roster = await loadRoster(sources, { builtIn, catalog: names });
    if (names.every((name) => roster.get(name) !== undefined)) return roster;
  }
  // Somebody unknown is named: then the message lists everybody who is known.
  return await loadRoster(sources, { builtIn });
}

// Most runs have no roster of their own and name nobody: they need neither of these modules.

async function sourcesOf({ roster, mounts }: Flags): Promise<RosterSource[]> {
  if (roster.length === 0) return [];
  const { readRosterSources } = await import("../roster/sources.ts");
  return await readRosterSources(roster, { mounts });
}

async function catalogOf(wishes: Wishes): Promise<Readonly<Record<string, AgentObject>>> {
  const names = namesIn(wishes);
  if (names.length === 0) return {};
  const { catalogAgents } = await import("../roster/catalog.ts");
  return await catalogAgents(names);
}

function namesIn({ providers = [], disabledProviders = [] }: Wishes): string[] {
  return [...providers, ...disabledProviders];
}
