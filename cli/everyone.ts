/** Who is on by default, and who owns something: for the few runs that have to know. @module */
import { status } from "../reconcile/request.ts";
import { loadRoster } from "../roster/load.ts";
import { Roster } from "../roster/types.ts";
import { resolveVaultLocation } from "../transport/resolve.ts";
import type { RosterWishes } from "./roster.ts";

/** Those for whom the state says that something is ours. */
export async function ownersIn(mounts: string): Promise<readonly string[]> {
  const { owned } = await status({
    mounts,
    roster: () => new Roster(),
    location: resolveVaultLocation(),
    formats: undefined,
    providers: [],
    disabledProviders: [],
    disableAll: false,
    credentials: {},
    acceptBypass: [],
    allowNested: true,
    failOnMalformed: false,
    lockTimeout: undefined,
    command: "status",
    inputs: undefined,
  });
  return [...new Set(owned.flatMap(({ owners }) => owners))].sort();
}

/** Those on by default, and those that own something. */
export async function everyoneIn(mounts: string, wishes: RosterWishes): Promise<readonly string[]> {
  const { sources, builtIn, formats } = wishes;
  const roster = await loadRoster(sources, { builtIn, formats, catalog: [] });
  return [...new Set([...roster.defaults(), ...await ownersIn(mounts)])];
}
