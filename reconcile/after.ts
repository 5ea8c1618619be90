/** What stands in files and state once everything is done. @module */
import type { FileState } from "../ownership/claims.ts";
import type { FilePlan } from "../ownership/plan.ts";
import { textDigest } from "./digest.ts";
import type { ConfigFile } from "./files.ts";
import type { Preview } from "./preview.ts";
import type { BeforeAndAfter, State } from "./state.ts";

/** A file's state after the run; where its text changes, without the digest. */
export function stateAfter(file: ConfigFile, plan: FilePlan | undefined): FileState | undefined {
  return plan === undefined ? file.state : plan.state;
}

/** A file's text after the run. */
export function textAfter(file: ConfigFile, plan: FilePlan | undefined): string | undefined {
  return plan === undefined ? file.text : plan.text;
}

/** The entry of each file after the run, digests and all. */
export async function entriesAfter(
  files: readonly ConfigFile[],
  plans: ReadonlyMap<ConfigFile, FilePlan>,
): Promise<ReadonlyMap<string, FileState | undefined>> {
  const entries = new Map<string, FileState | undefined>();
  for (const file of files) {
    const plan = plans.get(file);
    entries.set(file.key, await withDigest(stateAfter(file, plan), textAfter(file, plan)));
  }
  return entries;
}

/** The state after the run. */
export function statedAfter(found: Preview): State {
  const files = new Map(found.state.files);
  const unsettled = new Map<string, FileState | undefined>();
  const texts = new Map<string, BeforeAndAfter>();
  for (const file of found.files) {
    setEntry(files, file.key, found.entries.get(file.key));
    // What a crash left undecided cannot be decided while the file cannot be read.
    const pending = found.state.pending;
    if (file.error === undefined || pending?.files.has(file.key) !== true) continue;
    unsettled.set(file.key, pending.files.get(file.key));
    const both = pending.texts.get(file.key);
    if (both !== undefined) texts.set(file.key, both);
  }
  return unsettled.size === 0
    ? { files }
    : { files, pending: { files: unsettled, temporaries: [], texts } };
}

/** Sets an entry of a state, or removes it. */
export function setEntry(
  files: Map<string, FileState>,
  key: string,
  entry: FileState | undefined,
): void {
  if (entry === undefined) files.delete(key);
  else files.set(key, entry);
}

async function withDigest(
  state: FileState | undefined,
  text: string | undefined,
): Promise<FileState | undefined> {
  if (state === undefined || state.digest !== "" || state.claims.length === 0) return state;
  return { ...state, digest: await textDigest(text) };
}
