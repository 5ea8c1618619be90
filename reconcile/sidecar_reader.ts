/** Reading the sidecars of the host dirs: hints that anybody may have written. @module */
import { ConfigPatchError } from "../errors.ts";
import { type Fingerprint, fingerprintOf } from "../storage/fingerprint.ts";
import type { Mounts } from "../storage/mounts.ts";
import { checkFile, checkSegment, SIDECAR_NAME } from "../storage/names.ts";
import { decodeUtf8, type ReadFile } from "../storage/read.ts";
import type { Job } from "./job.ts";
import type { Warning } from "../ownership/report.ts";
import { parseSidecar, type Sidecar } from "./sidecar.ts";

/** The sidecar of one host dir. */
export interface SurveyedSidecar {
  /** The host dir. */
  readonly dir: string;
  /** What was read; absent: none, or an unreadable one. */
  readonly read?: ReadFile;
  /** Its fingerprint, whatever it is. */
  readonly fingerprint: Fingerprint;
  /** What it says. */
  readonly sidecar: Sidecar;
  /** What is wrong with it, for a warning. */
  readonly problem?: string;
}

/** Sidecars, each read once. */
export class SidecarReader {
  readonly #mounts: Mounts;
  readonly #allowNested: boolean;
  readonly #read = new Map<string, SurveyedSidecar>();
  readonly #files = new Map<string, Map<string, [string, string][]>>();

  constructor({ mounts, allowNested }: Job) {
    this.#mounts = mounts;
    this.#allowNested = allowNested === true;
  }

  async get(dir: string): Promise<SurveyedSidecar> {
    const known = this.#read.get(dir);
    if (known !== undefined) return known;
    const read = await this.#load(dir);
    this.#read.set(dir, read);
    return read;
  }

  /** The files in which a provider has records, with their formats. */
  async filesOf(dir: string, provider: string): Promise<readonly [string, string][]> {
    // A container may have written thousands of names: no pass over all of them for each of them.
    let index = this.#files.get(dir);
    if (index === undefined) {
      index = filesByProvider((await this.get(dir)).sidecar);
      this.#files.set(dir, index);
    }
    return index.get(provider) ?? [];
  }

  /** What is wrong with all that were read, whether anything is to be done there or not. */
  warnings(): Warning[] {
    return [...this.#read.values()].flatMap(({ dir, problem }): Warning[] =>
      problem === undefined ? [] : [{
        file: `${dir}/${SIDECAR_NAME}`,
        message: `the ownership record is not as we wrote it: ${problem}`,
      }]
    );
  }

  async #load(dir: string): Promise<SurveyedSidecar> {
    let fingerprint = fingerprintOf(undefined);
    let read: ReadFile | undefined;
    try {
      checkSegment(dir, "host_dir");
      fingerprint = this.#mounts.fingerprint(dir, SIDECAR_NAME);
      read = await this.#mounts.read(dir, SIDECAR_NAME);
      if (read === undefined) return { dir, fingerprint, sidecar: new Map() };
      const { sidecar, problems } = parseSidecar(decodeUtf8(read.bytes, `${dir}/${SIDECAR_NAME}`));
      const safe = new Map([...sidecar].filter(([file]) => isFileName(file, this.#allowNested)));
      if (safe.size < sidecar.size) problems.push("it names files that are not of this directory");
      const problem = problems.length > 0 ? { problem: problems.join("; ") } : {};
      return { dir, read, fingerprint: read.fingerprint, sidecar: safe, ...problem };
    } catch (error) {
      // Whatever a container made of it: it is a hint, and costs nothing to lose.
      if (!(error instanceof ConfigPatchError)) throw error;
      // What could be read can be written anew, even if it is no text.
      const found = read === undefined ? { fingerprint } : { read, fingerprint: read.fingerprint };
      return { dir, ...found, sidecar: new Map(), problem: error.message };
    }
  }
}

/** By provider, the files in which it has records, with their formats. */
function filesByProvider(sidecar: Sidecar): Map<string, [string, string][]> {
  const index = new Map<string, [string, string][]>();
  for (const [file, providers] of sidecar) {
    for (const [provider, [first]] of providers) {
      if (first === undefined) continue;
      const files = index.get(provider) ?? [];
      index.set(provider, files);
      files.push([file, first.format]);
    }
  }
  return index;
}

function isFileName(file: string, allowNested: boolean): boolean {
  try {
    checkFile(file, allowNested);
    return true;
  } catch {
    return false;
  }
}
