/** A file system of its own in memory: for what has to be fast, full, or read-only. */

/** One that is mounted. */
export interface MemoryDisk {
  /** Where it is. */
  readonly path: string;
  /** Whether it is one: where mounting is not allowed, it is a plain directory. */
  readonly mounted: boolean;
}

/** Mounts one over an empty directory, works in it, and takes it away again. */
export async function onMemoryDisk<T>(
  prefix: string,
  size: string,
  work: (disk: MemoryDisk) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempDir({ prefix });
  const mounted = system("mount", "-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", path);
  try {
    return await work({ path, mounted });
  } finally {
    // A process that was killed just now may still have a file of it open.
    if (mounted && !system("umount", path)) system("umount", "--lazy", path);
    await Deno.remove(path, { recursive: true });
  }
}

/** Whether a program could be run, and succeeded. */
export function system(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stderr: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
