/**
 * The roster that a command works with, with as little of it loaded as its names need.
 *
 * @module
 */
import type { FormatRegistry } from "../formats/registry.ts";
import type { AgentObject } from "../roster/agent_object.ts";
import { builtInProviders } from "../roster/built_in_providers.ts";
import type { SourceOptions } from "../roster/sources.ts";
import type { Roster, RosterSource } from "../roster/types.ts";

/** What a roster is to be made of. */
export interface RosterWishes {
  /** The texts of one's own agents. */
  readonly sources: readonly RosterSource[];
  /** Whether the agents that come with the program are part of it. */
  readonly builtIn: boolean;
  /** The formats that there are; absent: the default ones. */
  readonly formats: FormatRegistry | undefined;
}

/** Whom a roster has to know. */
export interface RosterNeeds extends RosterWishes {
  /** The names that a run is about. */
  readonly names: readonly string[];
  /** Names that are to count as on by default. */
  readonly alsoOn: readonly string[];
  /** Whether all of the catalog is part of it. */
  readonly all: boolean;
}

/** A roster with as little of the catalog as the names need. */
export async function rosterOf(needs: RosterNeeds): Promise<Roster> {
  const { alsoOn } = needs;
  const { Roster } = await import("../roster/types.ts");
  const roster = isBuiltInOnly(needs) ? new Roster(builtInProviders) : await readRoster(needs);
  if (alsoOn.length === 0) return roster;
  const providers = roster.names().flatMap((name) => roster.get(name) ?? []);
  return new Roster(
    providers.map((one) => alsoOn.includes(one.name) ? { ...one, defaultOn: true } : one),
  );
}

/** Whether a roster is about the built-in agents as they come, which are read already. */
function isBuiltInOnly({ sources, builtIn, formats, names, all }: RosterNeeds): boolean {
  return builtIn && !all && sources.length === 0 && formats === undefined &&
    names.every((name) => BUILT_IN.includes(name));
}

async function readRoster(needs: RosterNeeds): Promise<Roster> {
  const { sources, builtIn, formats, names, all } = needs;
  const { loadRoster } = await import("../roster/load.ts");
  const some = all ? undefined : await loadRoster(sources, { builtIn, formats, catalog: names });
  // Somebody unknown is named: then the message lists everybody who is known.
  return some !== undefined && names.every((name) => some.get(name) !== undefined)
    ? some
    : await loadRoster(sources, { builtIn, formats, named: names });
}

// Most runs have no roster of their own and name nobody: they need none of the modules below.

/** The texts at these paths. */
export async function sourcesOf(
  paths: readonly string[],
  options: SourceOptions,
): Promise<readonly RosterSource[]> {
  if (paths.length === 0) return [];
  const { readRosterSources } = await import("../roster/sources.ts");
  return await readRosterSources(paths, options);
}

/** The agents of those of these names that are in the catalog. */
export async function catalogOf(
  names: readonly string[],
): Promise<Readonly<Record<string, AgentObject>>> {
  const others = names.filter((name) => !BUILT_IN.includes(name));
  if (others.length === 0) return {};
  const { catalogAgents } = await import("../roster/catalog.ts");
  return await catalogAgents(others);
}

/** The built-in agents: as they are written where others are laid over them, else as they are read. */
export async function builtInFor({ sources, builtIn }: RosterWishes): Promise<unknown> {
  if (!builtIn) return false;
  if (sources.length === 0) return builtInProviders;
  const { builtInAgents } = await import("../roster/built_in.ts");
  return builtInAgents;
}

/** Those of the names that the roster or the state knows. */
export async function knownNames(
  names: readonly string[],
  wishes: RosterWishes,
  mounts: string,
): Promise<ReadonlySet<string>> {
  const { sources, builtIn } = wishes;
  // The name of an agent file is enough: whether it says what can be is for the run to tell.
  const agents = sources.filter((one) => one.kind === "agent").map(stemOf);
  const known = new Set(builtIn ? [...agents, ...BUILT_IN] : agents);
  const missing = () => names.filter((name) => !known.has(name));
  if (builtIn && missing().length > 0) {
    for (const name of Object.keys(await catalogOf(missing()))) known.add(name);
  }
  if (missing().length > 0 && sources.some((one) => one.kind === "mapping")) {
    const roster = await rosterOf({ ...wishes, names, alsoOn: [], all: false });
    for (const name of roster.names()) known.add(name);
  }
  if (missing().length > 0) {
    const { recordedOwners } = await import("../reconcile/request.ts");
    for (const name of await recordedOwners(mounts)) known.add(name);
  }
  return known;
}

/** All names that the roster, the catalog or the state knows: what a misspelt one may have meant. */
export async function allNames(wishes: RosterWishes, mounts: string): Promise<readonly string[]> {
  const { sources, builtIn } = wishes;
  const agents = sources.filter((one) => one.kind === "agent").map(stemOf);
  const { catalogNames } = await import("../roster/catalog.ts");
  const { recordedOwners } = await import("../reconcile/request.ts");
  const mapped = sources.some((one) => one.kind === "mapping")
    ? (await rosterOf({ ...wishes, names: [], alsoOn: [], all: false })).names()
    : [];
  const own = builtIn ? [...BUILT_IN, ...catalogNames()] : [];
  return namesIn(agents, own, mapped, await recordedOwners(mounts)).toSorted();
}

/** Every name of several lists, once. */
export function namesIn(...lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))];
}

/** The name of the provider that an agent file is about. */
export function stemOf({ path }: RosterSource): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
}

const BUILT_IN = builtInProviders.map(({ name }) => name);
