/**
 * The victim of attack_test.ts: it runs in a process of its own, with the grants that users give, so
 * that a hang can be ended and a missing protection shows. Cases come on standard input as JSON; for
 * each, one line of JSON with what every step led to goes to standard output.
 */
import { ConfigPatchError } from "../../errors.ts";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import type { ReadFile } from "../../storage/read.ts";
import { onTemporaries } from "../support/storage_tools.ts";

/** Where something was planted. */
export type Where =
  | "config"
  | "sidecar"
  | "temporary"
  | "config, while it is read"
  | "config, before the rename"
  | "config, all the time"
  | "host dir"
  | "own dir"
  | "lock"
  | "state";

/** One mounts directory in which something was planted. */
export interface Case {
  /** Names it in the answer. */
  readonly id: number;
  /** Its mounts directory. */
  readonly mounts: string;
  /** What the steps are about. */
  readonly where: Where;
}

/** What a case led to: by step, `ok`, a result in words, or an error code. */
export interface Answer {
  /** The case. */
  readonly id: number;
  /** By step. */
  readonly steps: Readonly<Record<string, string>>;
}

/** Where a test plants what is to be swapped in, beside the config. */
export const SWAP = "swap";

/** Where the config goes when it is swapped. */
export const SWAPPED = "swapped";

/** The name of the temporary where it must be known. */
export const TEMPORARY = `.vault-config-${"0".repeat(32)}.tmp`;

/** What the probe writes into every file that it may write. */
export const PATCHED = "patched\n";

/** The host dir of every case. */
export const HOST_DIR = "_demo-config";

async function attack(path: string, where: Where): Promise<Record<string, string>> {
  const steps: Record<string, string> = {};
  const step = async <T>(name: string, work: () => Promise<T>, say?: (result: T) => string) => {
    try {
      const result = await work();
      steps[name] = say ? say(result) : "ok";
      return result;
    } catch (error) {
      steps[name] = codeOf(error);
    }
  };
  const mounts = new Mounts(path);
  const swap = () => {
    const host = `${path}/${HOST_DIR}`;
    Deno.renameSync(`${host}/config.toml`, `${host}/${SWAPPED}`);
    Deno.renameSync(`${host}/${SWAP}`, `${host}/config.toml`);
  };
  switch (where) {
    case "config":
    case "sidecar": {
      const file = where === "config" ? "config.toml" : SIDECAR_NAME;
      const read = await step("read", () => mounts.read(HOST_DIR, file), describe);
      // After a refusal, write and remove as if nothing, or an empty file, had been found.
      await step("replace", () => replace(mounts, file, read));
      if (steps.replace !== "ok") {
        await step("remove", () => mounts.removeFile({ dir: HOST_DIR, file, expected: EMPTY }));
      }
      break;
    }
    case "config, while it is read": {
      const raced = new Mounts(path, { fileSystem: swappingAfterLook(swap) });
      await step("read", () => raced.read(HOST_DIR, "config.toml"), describe);
      break;
    }
    case "config, before the rename": {
      const raced = new Mounts(path, { fileSystem: swappingAfterWrite(swap) });
      const read = await step("read", () => raced.read(HOST_DIR, "config.toml"), describe);
      await step("replace", () => replace(raced, "config.toml", read));
      break;
    }
    case "config, all the time": {
      // Until both have been met often enough, or it takes too long.
      const met = { patched: 0, refused: 0 };
      const deadline = performance.now() + 3000;
      while ((met.patched < 20 || met.refused < 20) && performance.now() < deadline) {
        const once: Record<string, string> = {};
        const read = await mounts.read(HOST_DIR, "config.toml").catch(codeOf);
        once.read = typeof read === "string" ? read : textOf(read);
        if (typeof read !== "string") {
          once.replace = await replace(mounts, "config.toml", read).then(() => "ok", codeOf);
        }
        met[once.replace === "ok" ? "patched" : "refused"]++;
        for (const [name, result] of Object.entries(once)) steps[`${name}: ${result}`] = "met";
      }
      break;
    }
    case "temporary": {
      await step("new", () => replace(mounts, "new.toml", undefined, TEMPORARY));
      const read = await step("read", () => mounts.read(HOST_DIR, "config.toml"), describe);
      await step("replace", () => replace(mounts, "config.toml", read, TEMPORARY));
      await step("collect", () => mounts.collect(HOST_DIR, TEMPORARY), String);
      break;
    }
    case "host dir":
      await step("prepare", () => mounts.prepareHostDir(HOST_DIR));
      await step("read", () => mounts.read(HOST_DIR, "config.toml"));
      await step("replace", () => replace(mounts, "config.toml", undefined));
      await step("collect", () => mounts.collect(HOST_DIR, mounts.temporaryName()));
      break;
    case "own dir":
      await step("prepare", () => mounts.prepare());
      await step("read", () => mounts.readOwn("state.json"));
      await step("write", () => mounts.writeOwn("state.json", PATCHED));
      await step("lock", () => lockOnce(mounts));
      break;
    case "lock":
      await step("lock", () => lockOnce(mounts));
      break;
    case "state":
      await step("read", () => mounts.readOwn("state.json"));
      await step("write", () => mounts.writeOwn("state.json", PATCHED));
      break;
  }
  return steps;
}

/** What an empty file would be read as. */
export const EMPTY: ReadFile = {
  bytes: new Uint8Array(),
  mode: 0o644,
  uid: 0,
  gid: 0,
  nlink: 1,
  status: {
    ...{ kind: "file", mode: 0o100644, dev: 0, ino: 0, size: 0, mtime: 0, ctime: 0 },
    ...{ uid: 0, gid: 0, nlink: 1 },
  },
};

async function replace(
  mounts: Mounts,
  file: string,
  expected: ReadFile | undefined,
  temporary: string = mounts.temporaryName(),
): Promise<void> {
  const bytes = new TextEncoder().encode(PATCHED);
  await mounts.replace({ dir: HOST_DIR, file, temporary, bytes, expected });
}

/** The container swaps the config right after the first look at it. */
function swappingAfterLook(swap: () => void): FileSystem {
  let swapped = false;
  return {
    ...denoFileSystem,
    lstat(path) {
      const seen = denoFileSystem.lstat(path);
      if (!swapped && path.endsWith("/config.toml")) {
        swapped = true;
        swap();
      }
      return seen;
    },
  };
}

/** The container swaps the config when the temporary is complete. */
function swappingAfterWrite(swap: () => void): FileSystem {
  return onTemporaries((file) => ({
    ...file,
    write(bytes: Uint8Array) {
      file.write(bytes);
      swap();
    },
  }));
}

async function lockOnce(mounts: Mounts): Promise<void> {
  using _lock = await mounts.lock({ timeout: 0 });
}

/** Anything but our own error is a defect, and its message says which. */
function codeOf(error: unknown): string {
  return error instanceof ConfigPatchError ? error.code : String(error);
}

function textOf(read: ReadFile | undefined): string {
  return read === undefined ? "absent" : JSON.stringify(new TextDecoder().decode(read.bytes));
}

function describe(read: ReadFile | undefined): string {
  return read === undefined
    ? "absent"
    : `${read.bytes.length} bytes, ${read.nlink} link${read.nlink === 1 ? "" : "s"}`;
}

if (import.meta.main) {
  const cases: readonly Case[] = await new Response(Deno.stdin.readable).json();
  for (const { id, mounts, where } of cases) {
    const answer: Answer = { id, steps: await attack(mounts, where) };
    console.log(JSON.stringify(answer));
  }
}
