/**
 * Opening a file that a container may have made. A module of its own, because the steady start loads
 * it, and next to nothing else.
 *
 * @module
 */
import { type FileSystem, type SourceFile, systemCode } from "./primitives.ts";

/** How long an open may take before it is taken for one that waits for a lease, in milliseconds. */
const PATIENCE = 1000;

/**
 * How the files of one run are opened. Who may write opens them for writing, because Deno has no
 * other cheap way to open what may be a FIFO; whatever cannot be opened like that is opened the slow
 * way, which also says why. A lease of a container makes the cheap way wait. So the first file that
 * had to be waited for is the last one that is opened like that: a run waits once, not for each file.
 */
export class Opening {
  #quick: boolean;
  #waited = false;

  /** `mayWrite`: whether this run is one that writes; all others never open for writing. */
  constructor(mayWrite: boolean) {
    this.#quick = mayWrite;
  }

  /** Whether an open had to wait. What was seen before that may be another by now. */
  get waited(): boolean {
    return this.#waited;
  }

  /** Opens what stands at a path. */
  async open(system: FileSystem, path: string): Promise<SourceFile> {
    return this.#openQuickly(system, path) ?? await system.openSource(path);
  }

  #openQuickly(system: FileSystem, path: string): SourceFile | undefined {
    if (!this.#quick) return undefined;
    const start = performance.now();
    try {
      return system.openQuickly(path);
    } catch (error) {
      // What has vanished is not there the slow way either, and a descriptor is not free there.
      if (error instanceof Deno.errors.NotFound || systemCode(error) === "EMFILE") throw error;
      return undefined;
    } finally {
      if (performance.now() - start > PATIENCE) {
        this.#quick = false;
        this.#waited = true;
      }
    }
  }
}
