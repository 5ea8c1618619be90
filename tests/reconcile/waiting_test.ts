/**
 * What a run waits for: only the lock counts towards its deadline, never what a container makes it
 * wait for while it reads.
 */
import assert from "node:assert/strict";
import { defaultFormats, loadRoster, resolveVaultLocation } from "../../mod.ts";
import { run, type RunOptions } from "../../reconcile/run.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import type { Time } from "../../storage/reading.ts";

const GH = "_gh-config/config.yml";
const STATE = ".vault-config/state.json";

/** What happens at each try of the lock, the first being 1; `false`: it is taken. */
type Happens = (attempt: number, mounts: string) => void | false;

/** Applies gh where a minute goes by while its config is opened. */
async function held(
  happens: Happens,
  options: RunOptions,
  work: (mounts: string, run: () => Promise<readonly string[]>) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "waiting-" });
  const roster = await loadRoster([]);
  let passed = 0;
  let attempts = 0;
  const time: Time = { clock: () => Date.now() + passed, wait: () => Promise.resolve() };
  const fileSystem: FileSystem = {
    ...denoFileSystem,
    openQuickly(file) {
      passed += 60_000;
      return denoFileSystem.openQuickly(file);
    },
    openLock(file) {
      const lock = denoFileSystem.openLock(file);
      const isFree = happens(++attempts, path) !== false;
      return { ...lock, tryLock: () => isFree && lock.tryLock() };
    },
  };
  Deno.mkdirSync(`${path}/_gh-config`);
  Deno.writeTextFileSync(`${path}/${GH}`, "a: 1\n");
  const once = async () => {
    const mounts = new Mounts(path, { fileSystem, mayWrite: true });
    const location = resolveVaultLocation();
    const job = { mounts, roster, formats: defaultFormats, location, providers: ["gh"] };
    const { report } = await run(job, { ...options, time });
    return report.providers.map(({ provider, outcome }) => `${provider} ${outcome}`);
  };
  try {
    await work(path, once);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("a lease and a file that changed then cost a round, not the run", async () => {
  const touch: Happens = (attempt, mounts) => {
    if (attempt === 1) Deno.writeTextFileSync(`${mounts}/${GH}`, "b: 1\n");
  };
  await held(touch, {}, async (mounts, once) => {
    assert.deepEqual(await once(), ["gh updated"]);
    assert.match(Deno.readTextFileSync(`${mounts}/${GH}`), /^b: 1\n[^]*vault\.sock/);
  });
});

Deno.test("a lock that is busy for a moment after a lease is waited for", async () => {
  const busy: Happens = (attempt) => attempt <= 2 ? false : undefined;
  await held(busy, { lockTimeout: 3000 }, async (_mounts, once) => {
    assert.deepEqual(await once(), ["gh updated"]);
  });
});

Deno.test("who loses each round to other runs ends all the same", async () => {
  let attempts = 0;
  let text: string | undefined;
  const faster: Happens = (attempt, mounts) => {
    if (text === undefined) return;
    attempts = attempt;
    // Another run has put gh in, or taken it back.
    if (attempt % 2 === 1) Deno.writeTextFileSync(`${mounts}/${STATE}`, text);
    else Deno.removeSync(`${mounts}/${STATE}`);
  };
  await held(faster, { lockTimeout: 200 }, async (mounts, once) => {
    await once();
    text = Deno.readTextFileSync(`${mounts}/${STATE}`);
    Deno.writeTextFileSync(`${mounts}/${GH}`, "a: 1\n");
    await assert.rejects(once(), { code: "locked", message: /faster each time/ });
    assert(attempts > 2 && attempts < 20, `${attempts} rounds`);
  });
});

Deno.test("a file that changes in each round fails alone", async () => {
  const touch: Happens = (attempt, mounts) =>
    Deno.writeTextFileSync(`${mounts}/${GH}`, `b: ${attempt}\n`);
  await held(touch, { lockTimeout: 0 }, async (_mounts, once) => {
    assert.deepEqual(await once(), ["gh failed"]);
  });
});
