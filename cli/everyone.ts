/** Who is on by default, and who owns something: for the few runs that have to know. @module */
import { recordedOwners } from "../reconcile/request.ts";
import { loadRoster } from "../roster/load.ts";
import type { RosterWishes } from "./roster.ts";

/** Those on by default, and those that own something. */
export async function everyoneIn(mounts: string, wishes: RosterWishes): Promise<readonly string[]> {
  const { sources, builtIn, formats } = wishes;
  const roster = await loadRoster(sources, { builtIn, formats, catalog: [] });
  return [...new Set([...roster.defaults(), ...await recordedOwners(mounts)])];
}
