/** Temporaries that a crash has left behind. @module */
import { failure } from "./failures.ts";
import { join } from "./names.ts";
import type { CheckedPath } from "./checked_path.ts";
import type { FileSystem } from "./primitives.ts";

/**
 * What became of a leftover temporary: `removed`, `absent`, or `foreign` if something stands under
 * its name that cannot be ours and was left alone.
 */
export type Collected = "removed" | "absent" | "foreign";

/** Removes a temporary in a checked directory. */
export function collectAt(system: FileSystem, checked: CheckedPath, name: string): Collected {
  const path = join(checked.directory, name);
  try {
    const seen = system.lstat(path);
    if (seen === undefined) return "absent";
    if (seen.kind !== "file") return "foreign";
    checked.recheck();
    system.remove(path);
    return "removed";
  } catch (error) {
    const file = checked.label.replace(/[^/]*$/, name);
    throw failure(error, { doing: "remove the temporary", file, grant: checked.grant });
  }
}
