/**
 * Patches for OpenCode and Kilo, which merge several files of one shape. What stands in the strongest
 * alone is not enough: a provider of the user's own in a weaker one keeps its address.
 *
 * @module
 */
import type { BypassObject, PatchObject } from "./agent_object.ts";

/** The address of each provider that is routed. */
export type Routes = Readonly<Record<string, string>>;

/** What the strongest file has to hold. */
export function providersOf(routes: Routes): Readonly<Record<string, PatchObjectValues>> {
  return Object.fromEntries(
    Object.entries(routes).map(([name, baseURL]) => [name, { options: { baseURL } }]),
  );
}

type PatchObjectValues = { readonly options: { readonly baseURL: string } };

/**
 * The patches of a weaker file: our addresses where it has some for these providers, so that whatever
 * address is left there is a bypass.
 */
export function weakerPatches(client: string, file: string, routes: Routes): PatchObject[] {
  return Object.entries(routes).map(([name, baseURL], index) => ({
    file,
    json_each: ["provider", name, "options"],
    json_set: { baseURL },
    // They are the file's rules, not the patch's.
    bypassed_by: index === 0 ? addressRules(client, routes) : [],
  }));
}

/**
 * Rules of one file: an address that is not ours, a provider that brings its own, and keys that are
 * others by the time at which the file is read.
 */
export function addressRules(client: string, routes: Routes): BypassObject[] {
  const own = {
    path: ["provider", "*", "npm"],
    why: `That is a provider of your own; with it, ${client} sends its requests to its address.`,
  };
  const addresses = [["options", "baseURL"], ["api"]].map((path) => ({
    path: ["provider", "*", ...path],
    unless: [...new Set(Object.values(routes))],
    why: `With that provider, ${client} sends its requests there.`,
  }));
  const replaced = {
    replaced: ["{env:", "{file:"],
    why: `${client} puts something else there before it reads the file, so it reads other keys.`,
  };
  return [own, ...addresses, replaced];
}
