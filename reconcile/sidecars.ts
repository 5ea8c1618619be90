/** The sidecars of the host dirs: hints that anybody may have written, and files to write. @module */
import { ConfigPatchError } from "../errors.ts";
import type { FileState } from "../ownership/claims.ts";
import type { Mounts } from "../storage/mounts.ts";
import { checkSegment, SIDECAR_NAME } from "../storage/names.ts";
import { decodeUtf8, type ReadFile } from "../storage/read.ts";
import type { Reading } from "../storage/reading.ts";
import type { Warning } from "../ownership/report.ts";
import { parseSidecar, printSidecar, recordsOf, type Sidecar } from "./sidecar.ts";

/** The sidecar of one host dir, as it was found. */
export interface FoundSidecar {
  /** The host dir. */
  readonly dir: string;
  /** What was read; absent: none, or an unreadable one. */
  readonly read: ReadFile | undefined;
  /** Whether something stands in its place that is no plain file, or cannot be read. */
  readonly isBlocked: boolean;
  /** What it says. */
  readonly sidecar: Sidecar;
  /** What is wrong with it, for a warning. */
  readonly problem: string | undefined;
}

/** Sidecars, each read once. */
export class Sidecars {
  readonly #mounts: Mounts;
  readonly #reading: Reading;
  readonly #allowNested: boolean;
  readonly #found = new Map<string, FoundSidecar>();

  constructor(mounts: Mounts, reading: Reading, allowNested: boolean) {
    this.#mounts = mounts;
    this.#reading = reading;
    this.#allowNested = allowNested;
  }

  /** Those that were read. */
  found(): readonly FoundSidecar[] {
    return [...this.#found.values()];
  }

  /** The sidecar of a host dir. One that cannot be used is empty, and `problem` says why. */
  async get(dir: string): Promise<FoundSidecar> {
    const known = this.#found.get(dir);
    if (known !== undefined) return known;
    const found = await this.#read(dir);
    this.#found.set(dir, found);
    return found;
  }

  /** The sidecars of all host dirs that there are. */
  async all(): Promise<readonly FoundSidecar[]> {
    const all: FoundSidecar[] = [];
    for (const dir of await this.#mounts.hostDirs()) all.push(await this.get(dir));
    return all;
  }

  /** What is wrong with those that were read, whether anything is to be done there or not. */
  warnings(): Warning[] {
    return this.found().flatMap(({ dir, problem }): Warning[] =>
      problem === undefined ? [] : [{
        file: `${dir}/${SIDECAR_NAME}`,
        message: `the ownership record is not as we wrote it: ${problem}`,
      }]
    );
  }

  /** Host dirs in which these providers have written something, as far as their sidecars tell. */
  dirsOf(providers: ReadonlySet<string>): string[] {
    return this.found().filter(({ sidecar }) =>
      [...sidecar.values()].some((records) => [...records.keys()].some((one) => providers.has(one)))
    ).map(({ dir }) => dir).sort();
  }

  async #read(dir: string): Promise<FoundSidecar> {
    const none = { dir, read: undefined, isBlocked: false, sidecar: new Map(), problem: undefined };
    try {
      checkSegment(dir, "host_dir");
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      return { ...none, isBlocked: true };
    }
    const key = `${dir}/${SIDECAR_NAME}`;
    const file = { dir, file: SIDECAR_NAME, use: "sidecar" } as const;
    const outcome = (await this.#reading.all([file])).get(key);
    // Whatever a container made of it: it is a hint, and costs nothing to lose.
    if (outcome?.error !== undefined) {
      return { ...none, isBlocked: true, problem: outcome.error.message };
    }
    const read = outcome?.read;
    if (read === undefined) return none;
    try {
      const { sidecar, problems } = parseSidecar(decodeUtf8(read.bytes, key), this.#allowNested);
      const problem = problems.length > 0 ? problems.join("; ") : undefined;
      return { ...none, read, sidecar, problem };
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      return { ...none, read, problem: error.message };
    }
  }
}

/** What a run decides of a host dir: the files that it is about, and whose records these are. */
export interface Decided {
  /** Whether a provider's records in a file are for us to decide. */
  readonly decides: (file: string, provider: string) => boolean;
  /** What we know of the files of the host dir, after the run. */
  readonly entries: ReadonlyMap<string, FileState>;
}

/**
 * The text of a host dir's sidecar, from the state: what it says of files and providers of which
 * neither the state nor this run knows anything is another program's business and stays.
 */
export function sidecarText(
  found: FoundSidecar,
  { decides, entries }: Decided,
): string | undefined {
  const sidecar = new Map<string, Sidecar extends ReadonlyMap<string, infer T> ? T : never>();
  for (const [file, providers] of found.sidecar) {
    sidecar.set(file, new Map([...providers].filter(([name]) => !decides(file, name))));
  }
  for (const [file, entry] of entries) {
    sidecar.set(file, new Map([...(sidecar.get(file) ?? []), ...recordsOf(entry)]));
  }
  return printSidecar(sidecar);
}
