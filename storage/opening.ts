/**
 * Opening a file that a container may have made. A module of its own, because the steady start loads
 * it, and next to nothing else.
 *
 * @module
 */
import { type FileSystem, type SourceFile, systemCode } from "./primitives.ts";

/** How long all opens of a run together may take before no further one may wait, in milliseconds. */
const PATIENCE = 1000;

/** How long the opens of one comparison together take where nobody makes them wait, in milliseconds. */
const NOTICED = 30;

/**
 * How the files of one run are opened. Who may write opens them for writing, because Deno has no
 * other cheap way to open what may be a FIFO; whatever cannot be opened like that is opened the slow
 * way, which also says why. A lease of a container makes the cheap way wait. So the time of all opens
 * is added up, and once it is more than a second, nothing is opened like that any more: what a lease
 * bars then fails. A run waits once, however many leases there are and however short each one is.
 */
export class Opening {
  readonly #clock: () => number;
  #quick: boolean;
  #waited = 0;

  /**
   * `mayWrite`: whether this run is one that writes; all others never open for writing. `clock`: in
   * milliseconds; a test has its own.
   */
  constructor(mayWrite: boolean, clock: () => number = () => performance.now()) {
    this.#quick = mayWrite;
    this.#clock = clock;
  }

  /** Opens what stands at a path. */
  async open(system: FileSystem, path: string): Promise<SourceFile> {
    return this.#openQuickly(system, path) ?? await system.openSource(path);
  }

  /**
   * Looks at many files as of one moment. What was seen before a wait may be another by now: so if
   * the opens took noticeably long, all is looked at again, in the way that never waits.
   */
  async atOnce<T>(look: () => Promise<T>): Promise<T> {
    const before = this.#waited;
    const seen = await look();
    if (this.#waited - before < NOTICED) return seen;
    this.#quick = false;
    return await look();
  }

  #openQuickly(system: FileSystem, path: string): SourceFile | undefined {
    if (!this.#quick) return undefined;
    const start = this.#clock();
    try {
      return system.openQuickly(path);
    } catch (error) {
      // What has vanished is not there the slow way either, and a descriptor is not free there.
      if (error instanceof Deno.errors.NotFound || systemCode(error) === "EMFILE") throw error;
      return undefined;
    } finally {
      this.#waited += this.#clock() - start;
      if (this.#waited > PATIENCE) this.#quick = false;
    }
  }
}
