/** Single files that are mounted where a config should be: they cannot be replaced. @module */
import { mountedFile } from "./failures.ts";
import { join } from "./names.ts";
import type { CheckedPath } from "./checked_path.ts";
import type { FileSystem } from "./primitives.ts";
import type { ReadFile } from "./read.ts";

/**
 * Refuses a file that is a mount point of its own, so that a plan does not promise what no rename can
 * do. With all permissions, the system's table of mounts is read. With fewer, Deno does not allow
 * that; then a file on another device than its directory counts as mounted. (A mount from the same
 * file system is not found like that; the rename will then fail, and say so.)
 *
 * @throws {ConfigPatchError} `io`.
 */
export function refuseMounted(system: FileSystem, checked: CheckedPath, read: ReadFile): void {
  const directory = checked.way[checked.way.length - 1];
  const table = mountTable(system);
  const isMounted = table === undefined
    ? directory !== undefined && directory.dev !== read.status.dev
    : table.has(join(system.realPath(checked.directory), checked.name));
  if (isMounted) throw mountedFile(checked.label);
}

/** The paths at which something is mounted, or `undefined` where that may not be asked. */
function mountTable(system: FileSystem): ReadonlySet<string> | undefined {
  let text: string;
  try {
    text = new TextDecoder().decode(system.readTrusted("/proc/self/mountinfo"));
  } catch {
    return undefined;
  }
  const paths = text.split("\n").map((line) => line.split(" ")[4] ?? "");
  // The kernel writes blanks, tabs, line breaks and backslashes in octal.
  const plain = (path: string) =>
    path.replace(/\\([0-7]{3})/g, (_all, digits) => String.fromCharCode(parseInt(digits, 8)));
  return new Set(paths.map(plain));
}
