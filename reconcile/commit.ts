/**
 * Writing what a preview found to be written, under the lock: the state, the configs, the sidecars,
 * the state again. The only part of a run that changes anything in a host dir.
 *
 * The order is what makes a crash harmless: before anything in a host dir is touched, the state says
 * what each file's record is now and what it will be, and names every temporary. Whoever comes next
 * compares that with what stands in the files. The sidecars come before the last state, not after
 * it, so that their temporaries have names in a state as well.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { splitKey } from "../ownership/claims.ts";
import type { HeldFiles } from "../storage/held.ts";
import { SIDECAR_NAME } from "../storage/names.ts";
import { type Attributes, LeftoverError, SwappedError } from "../storage/replace.ts";
import { setEntry } from "./after.ts";
import { type Changes, narrower, newText, type SidecarChange, sidecarChanges } from "./changes.ts";
import { textDigest } from "./digest.ts";
import { type ConfigFile, useOf } from "./files.ts";
import type { Findings } from "./findings.ts";
import type { Preview } from "./preview.ts";
import type { FoundSidecar } from "./sidecars.ts";
import { type BeforeAndAfter, printState, type State } from "./state.ts";
import type { Job } from "./tasks.ts";

/** What a run has written. */
export interface Written {
  /** The text of `state.json`. */
  readonly stateText: string;
  /** By `host dir/file`: the new bytes and attributes of a file; `undefined`: it went. */
  readonly files: ReadonlyMap<string, WrittenFile | undefined>;
}

/** A file as it was written. */
export type WrittenFile = Attributes & { readonly bytes: Uint8Array };

/** What came of a commit. */
export interface Committed {
  /** The files that changed under us, to be read and planned again. */
  readonly raced: ReadonlyMap<string, ConfigPatchError>;
  /** What was written; absent where the state still has something pending. */
  readonly written: Written | undefined;
}

/** What a commit works with. */
interface Hands {
  /** What the report will have to say. */
  readonly findings: Findings;
  /** The files to be replaced, opened before the lock was taken. */
  readonly held: HeldFiles;
  /** The host dirs that could not be made, and why. */
  readonly refused: ReadonlyMap<string, ConfigPatchError>;
}

/** By the directory, as in `host dir/`: a temporary in it that could not be removed. */
type Barred = ReadonlyMap<string, string>;

/** Writes what a preview found to be written. A file that cannot be replaced fails alone. */
export async function commit(
  job: Job,
  changes: Changes,
  { findings, held, refused }: Hands,
): Promise<Committed> {
  const { mounts } = job;
  const { found, files: changing, sidecars, state: done } = changes;
  const left = await collectLeftovers(job, found.state, findings);
  const barred: Barred = new Map(left.map((key) => [directoryOf(key), key]));
  const names = temporaryNames(job, changes);

  const files = new Map(found.state.files);
  for (const file of found.files) setEntry(files, file.key, file.state);
  const unsettled = new Map(done.pending?.files);
  const texts = new Map([...done.pending?.texts ?? [], ...await digestsOf(changing, found)]);
  if (names.size > 0 || changing.length > 0) {
    const temporaries = [...left, ...[...names].map(besideFile)];
    const after = changing.map((file) => [file.key, done.files.get(file.key)] as const);
    const both = { files: new Map([...unsettled, ...after]), temporaries, texts };
    await mounts.writeOwn("state.json", printState({ files, pending: both }));
  }

  const raced = new Map<string, ConfigPatchError>();
  const results = new Map<string, WrittenFile | undefined>();
  // Side by side, so that the disk is waited for once.
  await Promise.all(found.files.map(async (file) => {
    const temporary = names.get(file.key) ?? "";
    try {
      if (changing.includes(file)) {
        const putting = { held, barred, refused, temporary };
        results.set(file.key, await write(job, file, found, putting));
      }
      setEntry(files, file.key, done.files.get(file.key));
      findings.done(found, file);
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      left.push(...leftBy(error, besideFile([file.key, temporary])));
      if (file.isHinted) return findings.leave(file);
      if (error.code === "changed") {
        raced.set(file.key, error);
        // Somebody else's text stands there, and ours was never put in its place.
        if (!(error instanceof SwappedError)) return;
        // Who only leaves is still to be taken back from what stands there now.
        if (file.parts.every(({ action }) => action === "disable")) return;
        findings.done(found, file);
      } else findings.fail(file.key, error);
      // It may have failed after the rename. The next run sees from the file which record fits.
      unsettled.set(file.key, done.files.get(file.key));
    }
  }));
  // What they say depends on which files could be written.
  const said = sidecarChanges(found, files);
  await Promise.all(sidecars.map(async (sidecar) => {
    const key = `${sidecar.dir}/${SIDECAR_NAME}`;
    const change = said.get(sidecar);
    if (change === undefined) return;
    if (refused.has(sidecar.dir)) return;
    const putting = { held, barred, refused, temporary: names.get(key) ?? "" };
    const outcome = await writeSidecar(job, sidecar, change, putting, findings);
    left.push(...outcome.left);
    if (outcome.isDone) results.set(key, outcome.written);
  }));
  const known = new Map([...texts].filter(([key]) => unsettled.has(key)));
  const pending = { files: unsettled, temporaries: left, texts: known };
  const isSettled = unsettled.size === 0 && left.length === 0;
  const stateText = printState(isSettled ? { files } : { files, pending });
  // If a crash undoes this rename, the pending state is back, and leads to the same result.
  await mounts.writeOwn("state.json", stateText, "content");
  return { raced, written: isSettled ? { stateText, files: results } : undefined };
}

/** By file, the name of the temporary that will take its place; none for what is only removed. */
function temporaryNames(
  { mounts }: Job,
  { found, files, sidecars }: Changes,
): ReadonlyMap<string, string> {
  const keys = [
    ...files.filter((file) => newText(file, found) !== undefined).map(({ key }) => key),
    ...sidecars.map(({ dir }) => `${dir}/${SIDECAR_NAME}`),
  ];
  return new Map(keys.map((key) => [key, mounts.temporaryName()]));
}

/** By file, the digests of its text before and after. */
async function digestsOf(
  changing: readonly ConfigFile[],
  found: Preview,
): Promise<Map<string, BeforeAndAfter>> {
  const texts = new Map<string, BeforeAndAfter>();
  for (const file of changing) {
    const [before, after] = [await textDigest(file.text), await textDigest(newText(file, found))];
    texts.set(file.key, { before, after });
  }
  return texts;
}

/** Removes what a crashed run left, by the names that the state has. Returns what may still be there. */
async function collectLeftovers(
  { mounts }: Job,
  state: State,
  findings: Findings,
): Promise<string[]> {
  const left: string[] = [];
  for (const entry of state.pending?.temporaries ?? []) {
    const [dir, temporary] = splitKey(entry);
    try {
      if (await mounts.collect(dir, temporary) !== "foreign") continue;
      findings.warn({
        file: entry,
        message: "no plain file stands under the name of a temporary of ours: it was left alone",
      });
    } catch (error) {
      // A damaged state stops everything. A directory in which a container bars the way does not.
      if (!(error instanceof ConfigPatchError) || error.code === "state") throw error;
      left.push(entry);
      findings.warn({
        file: entry,
        message: `what an earlier run left could not be removed: ${error.message}`,
      });
    }
  }
  return left;
}

function besideFile([key, name]: readonly [string, string]): string {
  return key.replace(/[^/]*$/, name);
}

/** The temporary that a failed exchange may have left: one that was swapped may keep its name. */
function leftBy(error: ConfigPatchError, temporary: string): string[] {
  return error instanceof LeftoverError || error instanceof SwappedError ? [temporary] : [];
}

/** How one file is put in its place. */
type Putting = Pick<Hands, "held" | "refused"> & {
  readonly barred: Barred;
  readonly temporary: string;
};

function directoryOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}

/**
 * Refuses to make one more temporary where one could not be removed: each start would leave another.
 *
 * @throws {ConfigPatchError} `permission`.
 */
function refuseBarred(key: string, barred: Barred): void {
  const leftover = barred.get(directoryOf(key));
  if (leftover === undefined) return;
  throw new ConfigPatchError(
    "permission",
    `nothing new is put beside it while ${leftover} of an earlier run cannot be removed`,
    {
      file: key,
      remedy: `remove ${leftover}; where its directory is append-only or immutable (lsattr -d), ` +
        "chattr -a or chattr -i takes that away",
    },
  );
}

async function write(
  { mounts }: Job,
  file: ConfigFile,
  found: Preview,
  { held, barred, refused, temporary }: Putting,
): Promise<WrittenFile | undefined> {
  const { dir, name, read } = file;
  const text = newText(file, found);
  if (text === undefined) {
    if (read !== undefined) await mounts.removeFile({ dir, file: name, expected: read, held });
    return undefined;
  }
  const closed = refused.get(dir);
  if (closed !== undefined) throw closed;
  refuseBarred(file.key, barred);
  if (name.includes("/")) await mounts.prepareHostDir(dir, name);
  const bytes = new TextEncoder().encode(text);
  const mode = narrower(file, found);
  const attributes = await mounts.replace({
    dir,
    file: name,
    temporary,
    bytes,
    expected: read,
    held,
    use: useOf(file),
    mode,
  });
  return { ...attributes, bytes };
}

/** Brings a sidecar to what it has to be; if that fails, the next run tries again. */
async function writeSidecar(
  { mounts }: Job,
  { dir, read }: FoundSidecar,
  { text, mask }: SidecarChange,
  { held, barred, temporary }: Putting,
  findings: Findings,
): Promise<{ left: string[]; isDone: boolean; written: WrittenFile | undefined }> {
  try {
    if (text === undefined) {
      if (read !== undefined) {
        await mounts.removeFile({ dir, file: SIDECAR_NAME, expected: read, held });
      }
      return { left: [], isDone: true, written: undefined };
    }
    refuseBarred(`${dir}/${SIDECAR_NAME}`, barred);
    const bytes = new TextEncoder().encode(text);
    await mounts.prepareHostDir(dir);
    const attributes = await mounts.replace({
      dir,
      file: SIDECAR_NAME,
      temporary,
      bytes,
      expected: read,
      held,
      mask,
    });
    return { left: [], isDone: true, written: { ...attributes, bytes } };
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    // It is a copy for other programs: the state holds the same, and the next run tries again.
    findings.warn({
      file: `${dir}/${SIDECAR_NAME}`,
      message: `the ownership record could not be written: ${error.message}`,
    });
    return { left: leftBy(error, `${dir}/${temporary}`), isDone: false, written: undefined };
  }
}
