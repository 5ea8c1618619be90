/** What a state and a survey say of each host dir, so that no sidecar has to look through all. @module */
import { type FileState, splitKey } from "../ownership/claims.ts";
import { printSidecar, recordsOf, type SidecarRecord } from "./sidecar.ts";
import type { SurveyedSidecar } from "./sidecar_reader.ts";
import type { State } from "./state.ts";
import type { SurveyedFile } from "./survey.ts";

/** One host dir: its files by their name in it. */
export interface HostDir {
  /** Our records. */
  readonly entries: Map<string, FileState>;
  /** The files that the run is about. */
  readonly files: Map<string, SurveyedFile>;
}

/** The host dirs of a state and a survey, by name. */
export function hostDirsOf(
  state: State,
  files: readonly SurveyedFile[],
): ReadonlyMap<string, HostDir> {
  const dirs = new Map<string, HostDir>();
  const dirOf = (name: string): HostDir => {
    const dir = dirs.get(name) ?? { entries: new Map(), files: new Map() };
    dirs.set(name, dir);
    return dir;
  };
  for (const [key, entry] of state.files) {
    const [dir, file] = splitKey(key);
    dirOf(dir).entries.set(file, entry);
  }
  for (const file of files) dirOf(file.dir).files.set(file.file, file);
  return dirs;
}

/**
 * The text of a host dir's sidecar, from the state: what it says of files and providers of which
 * neither the state nor this run knows anything is another program's business and stays.
 */
export function sidecarText(
  surveyed: SurveyedSidecar,
  hostDir: HostDir | undefined,
): string | undefined {
  const sidecar = new Map<string, ReadonlyMap<string, readonly SidecarRecord[]>>();
  for (const [file, providers] of surveyed.sidecar) {
    const planned = hostDir?.files.get(file);
    const stays = (name: string) => planned?.error !== undefined || !planned?.decides(name);
    sidecar.set(file, new Map([...providers].filter(([name]) => stays(name))));
  }
  for (const [file, entry] of hostDir?.entries ?? []) {
    sidecar.set(file, new Map([...(sidecar.get(file) ?? []), ...recordsOf(entry)]));
  }
  return printSidecar(sidecar);
}
