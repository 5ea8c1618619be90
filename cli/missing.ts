/** The mounts directory that a run is about: whether it is there, or another one was meant. @module */
import { SETTINGS_FILE } from "../reconcile/settings.ts";
import type { Roster } from "../roster/types.ts";
import { UsageError } from "./parse.ts";

/** Whether something stands under the name of the mounts directory. */
export function isThere(mounts: string): boolean {
  try {
    Deno.statSync(mounts);
    return true;
  } catch (error) {
    // Whatever else is wrong with it is told by whoever uses it.
    return !(error instanceof Deno.errors.NotFound);
  }
}

/**
 * Refuses a mounts directory that is not there where its parent is one: who stands in the mounts wants
 * no others in them. Seen only where the parent may be read; no permission is needed for it.
 *
 * @throws {UsageError} if the parent holds our records, or a host dir of the roster.
 */
export function refuseInMounts(mounts: string, roster: Roster): void {
  const parent = parentOf(mounts);
  const dirs = roster.names().flatMap((name) => roster.get(name)?.hostDir ?? []);
  const found = [OWN, ...dirs].find((name) => isDirectory(`${parent}/${name}`));
  if (found === undefined) return;
  throw new UsageError(
    `there is no directory ${mounts}, and ${
      parent === "." ? "the working directory" : parent
    } is a mounts directory itself: it holds ${found}`,
    { remedy: `give --mounts ${parent}; if one within it is meant, make it first` },
  );
}

/** What is said where a run was about a mounts directory that there is not. */
export function missingText(mounts: string): string {
  return `there is no directory ${mounts}; --mounts DIR names another one`;
}

/** The directory in the mounts that is ours. */
const OWN = SETTINGS_FILE.replace(/\/.*/, "");

function parentOf(mounts: string): string {
  const path = mounts.replace(/\/+$/, "");
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "." : path.slice(0, slash) || "/";
}

function isDirectory(path: string): boolean {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  try {
    return state === "granted" && Deno.lstatSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
