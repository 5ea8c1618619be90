/** Temporaries that a crash has left behind. @module */
import { failure } from "./failures.ts";
import { join } from "./names.ts";
import type { Place } from "./place.ts";
import type { FileSystem } from "./primitives.ts";

/**
 * What became of a leftover temporary: `removed`, `absent`, or `foreign` if something stands under
 * its name that cannot be ours and was left alone.
 */
export type Collected = "removed" | "absent" | "foreign";

/** Removes a temporary in a checked directory. */
export function collectAt(system: FileSystem, place: Place, name: string): Collected {
  const path = join(place.directory, name);
  try {
    const seen = system.lstat(path);
    if (seen === undefined) return "absent";
    if (seen.kind !== "file") return "foreign";
    place.recheck();
    system.remove(path);
    return "removed";
  } catch (error) {
    const file = place.label.replace(/[^/]*$/, name);
    throw failure(error, { doing: "remove the temporary", file, grant: place.grant });
  }
}
