/** How often the disk is waited for, in which order, and how many files at the same time. */
import assert from "node:assert/strict";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem, type FreshFile } from "../../storage/primitives.ts";
import { storageTest } from "../support/storage_tools.ts";

/** The real file system, which writes down every sync, and lets none come back before `release`. */
function counting(base: string): {
  readonly system: FileSystem;
  readonly steps: string[];
  most(): number;
} {
  const steps: string[] = [];
  let open = 0;
  let most = 0;
  const sync = async (what: string, work: () => Promise<void>) => {
    steps.push(`sync ${what}`);
    most = Math.max(most, ++open);
    // A moment, so that others can begin.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await work();
    open--;
  };
  const short = (path: string) => {
    return path.slice(base.length + 1).replace(/\.vault-config-.*\.tmp/, "temporary") || "mounts";
  };
  const watched = <T extends FreshFile>(file: T, path: string): T => {
    return { ...file, sync: () => sync(short(path), () => file.sync()) };
  };
  const system: FileSystem = {
    ...denoFileSystem,
    createNew: (path, mode) => watched(denoFileSystem.createNew(path, mode), path),
    createAdjustable: async (path, mode) =>
      watched(await denoFileSystem.createAdjustable(path, mode), path),
    syncDirectory: (path) => sync(short(path), () => denoFileSystem.syncDirectory(path)),
    rename(from, to) {
      denoFileSystem.rename(from, to);
      steps.push(`rename ${short(to)}`);
    },
  };
  return { system, steps, most: () => most };
}

const DIRS = ["_codex-config", "_gh-config", "_vibe-config"];

/** What a first apply of three providers does with its files. */
async function firstApply(mounts: Mounts): Promise<void> {
  await mounts.prepare(DIRS);
  using _lock = await mounts.lock();
  const replace = (dir: string, file: string) => {
    const bytes = new TextEncoder().encode("text\n");
    const temporary = mounts.temporaryName();
    return mounts.replace({ dir, file, temporary, bytes, expected: undefined, use: "apply" });
  };
  await mounts.writeOwn("state.json", "pending");
  await Promise.all(DIRS.map((dir) => replace(dir, "config.toml")));
  await mounts.writeOwn("state.json", "final", "content");
  await Promise.all(DIRS.map((dir) => replace(dir, ".terok-managed-config.json")));
  await mounts.writeOwn("steady.json", "memory");
}

storageTest("a first apply of three providers waits for the disk ten times", async (base) => {
  const { system, steps, most } = counting(base);
  await firstApply(new Mounts(base, { fileSystem: system }));
  const syncs = steps.filter((step) => step.startsWith("sync "));
  assert.equal(syncs.length, 10, syncs.join("\n"));
  assert(most() === DIRS.length, `only ${most()} side by side`);

  const at = (step: string) => {
    const index = steps.indexOf(step);
    assert(index >= 0, `${step} in ${steps}`);
    return index;
  };
  // All directories once, then the pending state, whole and in place, before any config.
  const order = [
    "sync mounts",
    "sync .vault-config/state.json.new",
    "rename .vault-config/state.json",
    "sync .vault-config",
  ];
  assert.deepEqual(steps.slice(0, order.length), order);
  const last = steps.lastIndexOf("rename .vault-config/state.json");
  for (const dir of DIRS) {
    assert(at(`sync ${dir}/temporary`) < at(`rename ${dir}/config.toml`));
    assert(at(`rename ${dir}/config.toml`) < at(`sync ${dir}`));
    // What the last state says is on the disk before it.
    assert(at(`sync ${dir}`) < last);
  }
  // What can be made again is not waited for.
  assert(!syncs.some((step) => step.includes("steady")));
});

storageTest("a second one makes no directory, and syncs none of the mounts", async (base) => {
  await new Mounts(base).prepare(DIRS);
  const { system, steps } = counting(base);
  assert.equal(await new Mounts(base, { fileSystem: system }).prepare(DIRS), false);
  assert.deepEqual(steps, []);
});

storageTest("whether the mounts were made now is said", async (base) => {
  assert.equal(await new Mounts(`${base}/new`).prepare(), true);
  assert.equal(await new Mounts(`${base}/new`).prepare(), false);
});

storageTest("files that are replaced side by side fail alone", async (base) => {
  const mounts = new Mounts(base);
  await mounts.prepare(DIRS);
  Deno.mkdirSync(`${base}/_gh-config/config.toml`);
  const results = await Promise.allSettled(DIRS.map((dir) =>
    mounts.replace({
      ...{ dir, file: "config.toml", temporary: mounts.temporaryName(), expected: undefined },
      bytes: new TextEncoder().encode("text\n"),
    })
  ));
  assert.deepEqual(results.map((one) => one.status), ["fulfilled", "rejected", "fulfilled"]);
  for (const dir of DIRS) {
    assert.deepEqual(Array.from(Deno.readDirSync(`${base}/${dir}`), ({ name }) => name), [
      "config.toml",
    ]);
  }
});
