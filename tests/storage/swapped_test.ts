/**
 * A container that swaps or edits our temporary, whose name is in its own directory, or that makes
 * an open under the lock wait: what is reported as written stands there, and nobody waits for it.
 */
import assert from "node:assert/strict";
import { resolveVaultLocation } from "../../mod.ts";
import { run } from "../../reconcile/run.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { defaultFormats } from "../../formats/mod.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { rosterOf, Scenario } from "../support/scenario.ts";
import { fifo } from "../torture/planting.ts";

const PATCHES = {
  p: { host_dir: "_p", shared_config_patch: { file: "c.json", json_set: { url: "{vault_url}" } } },
};
const MINE = '{"url": "mine"}\n';

/** What a container does to our temporary before its rename. */
const SWAPS: Readonly<Record<string, (temporary: string, config: string) => void>> = {
  "a hard link to the old file"(temporary, config) {
    Deno.removeSync(temporary);
    Deno.linkSync(config, temporary);
  },
  "a symbolic link"(temporary) {
    Deno.removeSync(temporary);
    Deno.symlinkSync("/etc/hostname", temporary);
  },
  "a pipe"(temporary) {
    Deno.removeSync(temporary);
    fifo(temporary);
  },
  "a file of its own"(temporary) {
    Deno.removeSync(temporary);
    Deno.writeTextFileSync(temporary, '{"url": "evil"}\n');
  },
  "other content of the same length"(temporary) {
    Deno.writeTextFileSync(temporary, Deno.readTextFileSync(temporary).replace("9419", "9999"));
  },
  "more content"(temporary) {
    Deno.writeTextFileSync(temporary, " ", { append: true });
  },
};

/** The real file system, with something done before the config is put in its place. */
function before(attack: (temporary: string, config: string) => void): FileSystem {
  return {
    ...denoFileSystem,
    rename(from, to) {
      if (to.endsWith("/_p/c.json")) attack(from, to);
      denoFileSystem.rename(from, to);
    },
  };
}

function job(mounts: Mounts, work: Pick<Job, "providers" | "disabledProviders">): Job {
  const roster = rosterOf(PATCHES);
  return { ...work, mounts, roster, formats: defaultFormats, location: resolveVaultLocation() };
}

for (const [what, swap] of Object.entries(SWAPS)) {
  Deno.test(`a container that swaps our temporary for ${what}, all the time, is told`, async () => {
    const scenario = await Scenario.with({ "_p/c.json": MINE }, PATCHES);
    const mounts = new Mounts(scenario.mounts, { mayWrite: true, fileSystem: before(swap) });
    const { report } = await run(job(mounts, { providers: ["p"] }));
    const [row] = report.providers;
    if (what === "more content") {
      // With a blank more it is still routed.
      assert.equal(row?.outcome, "updated");
      assert.match(scenario.read("_p/c.json") ?? "", /localhost:9419/);
    } else {
      assert.equal(row?.outcome, "failed", JSON.stringify(row));
      assert.match(row?.error?.code ?? "", /^(changed|hostile)$/);
    }
    await Deno.remove(scenario.mounts, { recursive: true });
  });

  Deno.test(`a container that has done so once loses nothing: ${what}`, async () => {
    const scenario = await Scenario.with({ "_p/c.json": MINE }, PATCHES);
    let times = 0;
    const once = before((temporary, config) => {
      if (times++ === 0) swap(temporary, config);
    });
    const mounts = new Mounts(scenario.mounts, { mayWrite: true, fileSystem: once });
    const { report } = await run(job(mounts, { providers: ["p"] }));
    const [row] = report.providers;
    if (row?.outcome === "failed") {
      // What it has put there has to be taken out by hand.
      assert.equal(row.error?.code, "hostile");
      Deno.removeSync(`${scenario.mounts}/_p/c.json`);
      scenario.write("_p/c.json", MINE);
    } else assert.match(scenario.read("_p/c.json") ?? "", /localhost:9419/);
    await scenario.apply();
    assert.match(scenario.read("_p/c.json") ?? "", /localhost:9419/);
    await scenario.disable("p");
    assert.doesNotMatch(scenario.read("_p/c.json") ?? "", /9419/);
    await Deno.remove(scenario.mounts, { recursive: true });
  });
}

Deno.test("a former value is not lost where the file that gives it back is swapped", async () => {
  const scenario = await Scenario.with({ "_p/c.json": MINE }, PATCHES);
  await scenario.apply();
  const swap = SWAPS["a hard link to the old file"] ?? assert.fail();
  const mounts = new Mounts(scenario.mounts, { mayWrite: true, fileSystem: before(swap) });
  const { report } = await run(job(mounts, { providers: [], disabledProviders: ["p"] }));
  assert.equal(report.providers[0]?.outcome, "failed");
  await scenario.disable("p");
  assert.equal(scenario.read("_p/c.json"), MINE);
  await Deno.remove(scenario.mounts, { recursive: true });
});

/** Notes which files below `_p` are opened while the lock is held, and how. */
function watched(opened: string[], more: Partial<FileSystem> = {}): FileSystem {
  let isLocked = false;
  const watch = (how: string, path: string) => {
    if (isLocked && path.includes("/_p/")) opened.push(`${how} ${path}`);
  };
  return {
    ...denoFileSystem,
    ...more,
    openLock(path) {
      const lock = denoFileSystem.openLock(path);
      return {
        ...lock,
        tryLock: () => isLocked = lock.tryLock(),
        close() {
          isLocked = false;
          lock.close();
        },
      };
    },
    openQuickly(path) {
      watch("quickly", path);
      return denoFileSystem.openQuickly(path);
    },
    openSource(path) {
      watch("slowly", path);
      return denoFileSystem.openSource(path);
    },
  };
}

Deno.test("nothing in a host dir is opened while the lock is held, but what we make", async () => {
  const scenario = await Scenario.with({ "_p/c.json": MINE }, PATCHES);
  await scenario.apply();
  scenario.write("_p/c.json", MINE);
  const opened: string[] = [];
  const mounts = new Mounts(scenario.mounts, { mayWrite: true, fileSystem: watched(opened) });
  const { report } = await run(job(mounts, { providers: ["p"] }));
  assert.equal(report.providers[0]?.outcome, "updated");
  assert.deepEqual(opened, []);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("a config that appears while the lock is held makes nobody wait, whatever leases it has", async () => {
  const scenario = await Scenario.with({}, PATCHES);
  const opened: string[] = [];
  const fileSystem = watched(opened, {
    createNew(path, mode) {
      // Once our temporary is there, the container makes a config, and could take a lease on it.
      if (path.includes("/_p/.vault-config-")) scenario.write("_p/c.json", MINE);
      return denoFileSystem.createNew(path, mode);
    },
  });
  const mounts = new Mounts(scenario.mounts, { mayWrite: true, fileSystem });
  const { report } = await run(job(mounts, { providers: ["p"] }));
  assert.equal(report.providers[0]?.outcome, "updated");
  assert.deepEqual(opened.filter((one) => !one.startsWith("slowly")), []);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("a disable whose file was swapped once says what stands there", async () => {
  const scenario = await Scenario.with({ "_p/c.json": MINE }, PATCHES);
  await scenario.apply();
  let times = 0;
  const once = before((temporary) => {
    if (times++ > 0) return;
    Deno.removeSync(temporary);
    Deno.writeTextFileSync(temporary, '{"url": "http://localhost:9419/x"}\n');
  });
  const mounts = new Mounts(scenario.mounts, { mayWrite: true, fileSystem: once });
  const { report } = await run(job(mounts, { providers: [], disabledProviders: ["p"] }));
  assert.deepEqual(report.providers.map((row) => row.outcome), ["kept"]);
  assert.deepEqual(report.warnings.map(({ code }) => code), ["moved"]);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("a temporary that a container keeps under its name is collected", async () => {
  const scenario = await Scenario.with({ "_p/c.json": MINE }, PATCHES);
  const swap = SWAPS["a hard link to the old file"] ?? assert.fail();
  let times = 0;
  const once = before((temporary, config) => {
    if (times++ === 0) swap(temporary, config);
  });
  const mounts = new Mounts(scenario.mounts, { mayWrite: true, fileSystem: once });
  await run(job(mounts, { providers: ["p"] }));
  const names = [...Deno.readDirSync(`${scenario.mounts}/_p`)].map(({ name }) => name);
  assert.deepEqual(names.filter((name) => name.endsWith(".tmp")), []);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("a sidecar that cannot be written does not make a run begin anew", async () => {
  if (Deno.uid() !== 0) return console.log("not tried: needs root, for chattr");
  const scenario = await Scenario.with({ "_p/c.json": MINE }, PATCHES);
  await scenario.apply();
  const sidecar = `${scenario.mounts}/_p/.terok-managed-config.json`;
  Deno.writeTextFileSync(sidecar, "{}");
  const chattr = (flag: string) =>
    new Deno.Command("chattr", { args: [flag, sidecar] }).outputSync().success;
  if (!chattr("+i")) return console.log("not tried: needs chattr");
  try {
    const { warnings } = await scenario.apply();
    assert.equal(warnings.filter(({ message }) => /could not be written/.test(message)).length, 1);
  } finally {
    chattr("-i");
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});
