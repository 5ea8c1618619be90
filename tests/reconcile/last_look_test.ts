/**
 * The last look of a run: exit 0 is true for everybody at that moment, whatever a container does to
 * its own file in each look before it.
 */
import assert from "node:assert/strict";
import { defaultFormats, loadRoster, resolveVaultLocation } from "../../mod.ts";
import { start } from "../../reconcile/start.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { Scenario } from "../support/scenario.ts";

const VIBE = "_vibe-config/config.toml";
const CODEX = "_codex-config/config.toml";
const MEMORY = ".vault-config/steady.json";

/**
 * Applies the built-in agents; `happens` after each write of them, the first being 1, `stands` before,
 * and `locked` whenever the lock is about to be taken.
 */
async function applied(
  happens: (commit: number, mounts: string) => void,
  stands: (mounts: string) => void = () => {},
  locked: (mounts: string) => void = () => {},
): Promise<{ rows: readonly string[]; commits: number; mounts: string }> {
  const path = await Deno.makeTempDir({ prefix: "last-look-" });
  stands(path);
  const roster = await loadRoster([]);
  const location = resolveVaultLocation();
  let commits = 0;
  const fileSystem: FileSystem = {
    ...denoFileSystem,
    openLock(file) {
      locked(path);
      return denoFileSystem.openLock(file);
    },
    rename(from, to) {
      denoFileSystem.rename(from, to);
      // The last thing that is written: a state with nothing pending.
      if (!to.endsWith("/state.json") || /"pending"/.test(Deno.readTextFileSync(to))) return;
      happens(++commits, path);
    },
  };
  const { providers } = await start({
    mounts: path,
    inputs: "in",
    job: (opening) => {
      const mounts = new Mounts(path, { fileSystem, mayWrite: true, opening });
      return Promise.resolve({ mounts, roster, formats: defaultFormats, location });
    },
  });
  const rows = providers.map(({ provider, outcome, error }) =>
    `${provider} ${outcome}${error === undefined ? "" : ` ${error.code} ${error.file}`}`
  );
  return { rows, commits, mounts: path };
}

function elsewhere(path: string): void {
  Deno.writeTextFileSync(path, `${Deno.readTextFileSync(path)}# again\n`);
}

Deno.test("a file that changes in every look fails its own providers only", async () => {
  const { rows, commits, mounts } = await applied((_, path) =>
    Deno.writeTextFileSync(`${path}/${VIBE}`, "# mine\n")
  );
  assert.deepEqual(rows, ["codex created", "gh created", `vibe failed changed ${VIBE}`]);
  assert.equal(commits, 3);
  assert.throws(() => Deno.statSync(`${mounts}/${MEMORY}`), Deno.errors.NotFound);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("a host dir that its client may not enter by the end is not told routed", async () => {
  if (Deno.uid() !== 0) return console.log("not run: only root can give a file away");
  const { rows, mounts } = await applied(
    (_, path) => Deno.chmodSync(`${path}/_vibe-config`, 0o000),
    (path) => {
      Deno.mkdirSync(`${path}/_vibe-config`);
      Deno.chownSync(`${path}/_vibe-config`, 1000, 1000);
    },
  );
  assert.deepEqual(rows, ["codex created", "gh created", `vibe failed permission ${VIBE}`]);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("a file that changes in each round and each look has seven rounds at most, not fifteen", async () => {
  let rounds = 0;
  const change = (path: string) => {
    Deno.writeTextFileSync(`${path}/${VIBE}`, `# ${rounds}\n`);
  };
  const { rows, mounts } = await applied(
    (_, path) => change(path),
    (path) => {
      Deno.mkdirSync(`${path}/_vibe-config`);
      change(path);
    },
    (path) => {
      rounds++;
      // The fifth round is won.
      if (rounds % 5 !== 0) change(path);
    },
  );
  assert.deepEqual(rows.slice(0, 2), ["codex created", "gh created"]);
  assert.match(rows[2] ?? "", /^vibe failed changed/);
  assert(rounds <= 7, `${rounds} rounds`);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("nobody else is told routed by what the last look did not find", async () => {
  const { rows, mounts } = await applied((commit, path) => {
    Deno.writeTextFileSync(`${path}/${VIBE}`, "# mine\n");
    if (commit === 3) elsewhere(`${path}/${CODEX}`);
  });
  assert.deepEqual(rows, [
    `codex failed changed ${CODEX}`,
    "gh created",
    `vibe failed changed ${VIBE}`,
  ]);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("what nobody's config is fails those of its host dir", async () => {
  const sidecar = "_vibe-config/.terok-managed-config.json";
  const { rows, mounts } = await applied((_, path) => {
    Deno.writeTextFileSync(`${path}/${VIBE}`, "# mine\n");
    Deno.removeSync(`${path}/${sidecar}`);
  });
  assert.deepEqual(rows.slice(0, 2), ["codex created", "gh created"]);
  assert.match(rows[2] ?? "", /^vibe failed changed _vibe-config/);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("a change that is mended in the next look fails nobody", async () => {
  const { rows, commits, mounts } = await applied((commit, path) => {
    if (commit < 3) Deno.writeTextFileSync(`${path}/${VIBE}`, "# mine\n");
  });
  assert.deepEqual(rows, ["codex created", "gh created", "vibe updated"]);
  assert.equal(commits, 3);
  Deno.statSync(`${mounts}/${MEMORY}`);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("what was remembered of configs goes with a disable, whoever has the lock by then", async () => {
  const { mounts } = await applied(() => {});
  Deno.statSync(`${mounts}/${MEMORY}`);
  const taken: Disposable[] = [];
  const locked: FileSystem = {
    ...denoFileSystem,
    openLock(path) {
      const lock = denoFileSystem.openLock(path);
      // Once this run has given it back, another one has it.
      const close = () => {
        lock.close();
        const other = denoFileSystem.openLock(path);
        assert(other.tryLock());
        taken.push({ [Symbol.dispose]: () => other.close() });
      };
      return { ...lock, close: taken.length === 0 ? close : lock.close };
    },
  };
  const roster = await loadRoster([]);
  const choice = { location: resolveVaultLocation(), providers: [], disableAll: true };
  await start({
    mounts,
    job: (opening) => {
      const own = new Mounts(mounts, { fileSystem: locked, mayWrite: true, opening });
      return Promise.resolve({ ...choice, mounts: own, roster, formats: defaultFormats });
    },
  });
  assert.equal(taken.length, 1);
  assert.throws(() => Deno.statSync(`${mounts}/${MEMORY}`), Deno.errors.NotFound);
  for (const one of taken) one[Symbol.dispose]();
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("what a killed run has left of its memory goes with the next disable", async () => {
  const { mounts } = await applied(() => {});
  const roster = await loadRoster([]);
  const choice = { location: resolveVaultLocation(), providers: [], disableAll: true };
  const disable = () =>
    start({
      mounts,
      job: (opening) => {
        const own = new Mounts(mounts, { mayWrite: true, opening });
        return Promise.resolve({ ...choice, mounts: own, roster, formats: defaultFormats });
      },
    });
  const left = [MEMORY, `${MEMORY}.new`];
  for (let turn = 0; turn < 2; turn++) {
    // At the second turn there is nothing else to do.
    for (const name of left) Deno.writeTextFileSync(`${mounts}/${name}`, "{}");
    await disable();
    for (const name of left) {
      assert.throws(() => Deno.statSync(`${mounts}/${name}`), Deno.errors.NotFound);
    }
  }
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("the last look asks no more than the run: what nobody writes to is not restless", async () => {
  if (Deno.uid() !== 0) return console.log("not run: only root can give a file away");
  const scenario = await Scenario.with({ "_gh-config/.terok-managed-config.json": "{}" });
  Deno.chownSync(`${scenario.mounts}/_gh-config/.terok-managed-config.json`, 1000, 1000);
  Deno.chmodSync(`${scenario.mounts}/_gh-config`, 0o700);
  for (let start = 0; start < 2; start++) {
    const { providers } = await scenario.apply({ providers: ["gh"] });
    assert.deepEqual(providers.map(({ error }) => error?.message), [undefined]);
  }
});
