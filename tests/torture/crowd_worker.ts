/**
 * One of a crowd: applies and disables at random, its own providers last, and tells when it could
 * have missed an edit of somebody else: from its last look at a file to its replacement.
 */
import { defaultFormats, resolveVaultLocation, rosterFrom } from "../../mod.ts";
import { run } from "../../reconcile/run.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { randomFrom } from "../support/random_numbers.ts";

/** How many there are. */
export const CROWD = 16;

/** The one file of all, and the file of each. */
export const SHARED = "_shared/settings.json";

/** The own file of one of the crowd. */
export function ownFile(id: number): string {
  return `_own${id}/settings.json`;
}

/** The key of one of the crowd, in the file of all and in its own. */
export function keyOf(id: number): string {
  return `key_${id}`;
}

/** The patches of all, by provider: `shared3`, `own3`. */
export function patches(): Parameters<typeof rosterFrom>[0] {
  const patch = (path: string, id: number) => {
    const [host_dir = "", file = ""] = path.split("/");
    const json_set = { [keyOf(id)]: `{vault_url}/${id}` };
    return { host_dir, shared_config_patch: { file, json_set } };
  };
  return Object.fromEntries(
    Array.from({ length: CROWD }, (_, id) => [
      [`shared${id}`, patch(SHARED, id)],
      [`own${id}`, patch(ownFile(id), id)],
    ]).flat(),
  );
}

/** From when to when an edit of somebody else may have been missed, in milliseconds. */
export interface Window {
  /** The file. */
  readonly file: string;
  /** When it was looked at for the last time. */
  readonly from: number;
  /** When it had been replaced. */
  readonly to: number;
}

/** What one of the crowd did. */
export interface Account {
  /** Runs. */
  readonly runs: number;
  /** Files that were given up because they changed all the time. */
  readonly gaveUp: number;
  /** Whatever else went wrong. */
  readonly failures: readonly string[];
  /** By replacement. */
  readonly windows: readonly Window[];
}

/** The real file system, which writes down when what is replaced was looked at. */
function watched(base: string, windows: Window[]): FileSystem {
  const looked = new Map<string, number>();
  const replaced = (path: string) => {
    const file = path.slice(base.length + 1);
    const from = looked.get(path);
    if (from !== undefined) windows.push({ file, from, to: Date.now() + 1 });
  };
  return {
    ...denoFileSystem,
    lstat(path) {
      looked.set(path, Date.now());
      return denoFileSystem.lstat(path);
    },
    rename(from, to) {
      denoFileSystem.rename(from, to);
      replaced(to);
    },
    remove(path) {
      denoFileSystem.remove(path);
      replaced(path);
    },
  };
}

async function work(mounts: string, id: number, rounds: number): Promise<Account> {
  const windows: Window[] = [];
  const failures: string[] = [];
  const random = randomFrom(id + 1);
  const roster = rosterFrom(patches());
  let gaveUp = 0;
  for (let round = 0; round < rounds; round++) {
    const own = [`shared${id}`, `own${id}`];
    const other = Math.floor(random() * CROWD);
    const kind = random();
    // In the end, the own ones are applied, whoever else has taken them back.
    const selection: Partial<Job> = round === rounds - 1 || kind < 0.5
      ? { providers: own }
      : kind < 0.8
      ? { providers: [], disabledProviders: own }
      : { providers: [`own${other}`], disabledProviders: own };
    const job: Job = {
      ...selection,
      mounts: new Mounts(mounts, { fileSystem: watched(mounts, windows) }),
      roster,
      location: resolveVaultLocation(),
      formats: defaultFormats,
    };
    try {
      const { report } = await run(job, { lockTimeout: 600_000, command: `worker ${id}` });
      for (const { error } of report.providers) {
        if (error?.code === "changed") gaveUp++;
        else if (error !== undefined) failures.push(`${error.where}: ${error.message}`);
      }
    } catch (error) {
      failures.push(String(error));
    }
  }
  return { runs: rounds, gaveUp, failures, windows };
}

if (import.meta.main) {
  const [mounts = "", id, rounds] = Deno.args;
  console.log(JSON.stringify(await work(mounts, Number(id), Number(rounds))));
}
