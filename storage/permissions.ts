/** What Deno allows this process beyond what it needs. @module */
import { join } from "./names.ts";

/** Permissions that this program never uses. */
const UNUSED = ["env", "net", "run", "ffi", "sys"] as const;

/**
 * What the process was given and does not need, as flags with a word of explanation; empty if it
 * was run with exactly `--allow-read=MOUNTS --allow-write=MOUNTS`, or less.
 *
 * The program confines itself to the mounts in any case. Grants cannot be listed, only asked for
 * one by one, so a grant for some unrelated path or a single variable stays unseen.
 *
 * @param mounts The mounts directory, spelled as it is used.
 *
 * @example
 * ```ts
 * import { excessPermissions } from "@terok/vault-config";
 *
 * for (const flag of excessPermissions("./mounts")) console.error(`not needed: ${flag}`);
 * ```
 */
export function excessPermissions(mounts: string): readonly string[] {
  const files = (["read", "write"] as const).flatMap((name) => {
    if (granted({ name, path: "/" })) return [`--allow-${name} (everything)`];
    // ".." is taken off by Deno as text, as it compares grants.
    if (granted({ name, path: join(mounts, "..") })) return [`--allow-${name} (above the mounts)`];
    return [];
  });
  return [...files, ...UNUSED.filter((name) => granted({ name })).map((name) => `--allow-${name}`)];
}

function granted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
