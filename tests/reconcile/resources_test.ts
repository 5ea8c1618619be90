/**
 * What the machine can run out of, and what it can refuse: clear errors, nothing lost, and all is well
 * once there is enough again.
 */
import assert from "node:assert/strict";
import {
  applySharedConfigPatches,
  ConfigPatchError,
  defaultFormats,
  loadRoster,
  type PatchOptions,
  planSharedConfigPatches,
  resolveVaultLocation,
} from "../../mod.ts";
import { run } from "../../reconcile/run.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem, type FreshFile } from "../../storage/primitives.ts";
import { onMemoryDisk, system } from "../support/tmpfs.ts";
import { outcomes, Scenario } from "../support/scenario.ts";
import { contentOf, deno, Fault, onTemporaries, unsynced } from "../support/storage_tools.ts";
import { differences, treeOf } from "../support/tree.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** What the user has. */
const ORIGINAL: Readonly<Record<string, string>> = {
  "_codex-config/config.toml": `model = "mine" # ${"long ".repeat(2000)}\n`,
  "_gh-config/config.yml": "# mine\ngit_protocol: ssh\nhttp_unix_socket: /mine\n",
  "_vibe-config/config.toml": '[[providers]]\nname = "other"\n',
};

const MOVED: PatchOptions = {
  location: resolveVaultLocation({ tokenBrokerPort: 1234, direct: true }),
};
const NONE: PatchOptions = { providers: [], disabledProviders: ["codex", "gh", "vibe"] };

function plant(mounts: string): void {
  for (const [path, text] of Object.entries(ORIGINAL)) {
    Deno.mkdirSync(`${mounts}/${path.replace(/\/[^/]*$/, "")}`, { recursive: true });
    Deno.writeTextFileSync(`${mounts}/${path}`, text);
  }
}

function configsIn(mounts: string): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.keys(ORIGINAL).map((path) => [path, contentOf(`${mounts}/${path}`)]),
  );
}

/** What was thrown, as one text: codes and messages of all errors. */
async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(() => undefined, (thrown) => thrown);
  assert(error instanceof ConfigPatchError, `nothing failed: ${error}`);
  const all = error.errors.length > 0 ? error.errors : [error];
  return all.map((one) => `${one.code}: ${one.message}`).join("\n");
}

Deno.test("a full disk is a clear error, and nothing is lost", async () => {
  await onMemoryDisk("full-", "200k", async ({ path, mounted }) => {
    if (!mounted) {
      return console.log("not tried: needs the right to mount; see the injected ENOSPC");
    }
    const mounts = `${path}/mounts`;
    const roster = await loadRoster([]);
    plant(mounts);
    await applySharedConfigPatches(roster, mounts);
    const routed = configsIn(mounts);
    let failed = 0;
    // A page more each time, so that it ends at another step.
    for (let pages = 0; pages < 12; pages++) {
      fill(`${path}/filler`, pages);
      for (const options of [MOVED, NONE]) {
        const work = applySharedConfigPatches(roster, mounts, options);
        const error: unknown = await work.then(() => undefined, (thrown) => thrown);
        if (error === undefined) continue;
        failed++;
        assert.match(await failureOf(Promise.reject(error)), /^io: .*the disk is full/);
        for (const [path, text] of Object.entries(configsIn(mounts))) {
          assert(text?.includes(ORIGINAL[path]!.slice(0, 20)), `${pages} pages: ${path}: ${text}`);
        }
      }
      Deno.removeSync(`${path}/filler`);
      await applySharedConfigPatches(roster, mounts);
      assert.deepEqual(configsIn(mounts), routed, `${pages} pages`);
    }
    assert(failed > 3, `the disk was full only ${failed} times`);
    await applySharedConfigPatches(roster, mounts, NONE);
    assert.deepEqual(configsIn(mounts), ORIGINAL);
  });
});

/** Takes all space but so many pages. */
function fill(path: string, pages: number): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const page = new Uint8Array(4096);
  try {
    for (;;) file.writeSync(page);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
  file.truncateSync(Math.max(0, file.statSync().size - 4096 * pages));
}

Deno.test("a disk that is full at any one write is a clear error, and nothing is lost", async () => {
  const scenario = await Scenario.with(ORIGINAL);
  await scenario.apply();
  const routed = configsIn(scenario.mounts);
  for (let at = 0;; at++) {
    let writes = 0;
    const strike = <T extends FreshFile>(file: T): T => ({
      ...file,
      write(bytes: Uint8Array) {
        // As on a disk: a part is written before there is no more space.
        if (writes++ !== at) return file.write(bytes);
        file.write(bytes.subarray(0, bytes.length / 2));
        throw new Fault("ENOSPC");
      },
    });
    const fileSystem = onTemporaries(strike, unsynced);
    const work = apply(scenario, fileSystem, MOVED);
    const failure = await work.then((said) => said, (error) => `${error.code}: ${error.message}`);
    if (writes <= at) break;
    assert.match(failure, /io: .*the disk is full|warning: .*the disk is full/, `write ${at}`);
    await scenario.apply();
    assert.deepEqual(configsIn(scenario.mounts), routed, `write ${at}`);
  }
  await scenario.disable("codex", "gh", "vibe");
  assert.deepEqual(configsIn(scenario.mounts), ORIGINAL);
});

/** A run with a file system of its own; returns what went wrong, as a text. */
async function apply(
  scenario: Scenario,
  fileSystem: FileSystem,
  { providers, disabledProviders, location }: PatchOptions = {},
): Promise<string> {
  const job: Job = {
    providers: providers ?? undefined,
    disabledProviders: disabledProviders ?? [],
    mounts: new Mounts(scenario.mounts, { fileSystem }),
    roster: scenario.roster,
    location: location ?? resolveVaultLocation(),
    formats: defaultFormats,
  };
  const { report } = await run(job, { lockTimeout: 10_000 });
  const errors = report.providers.flatMap(({ error }) =>
    error === undefined ? [] : [`${error.code}: ${error.message}`]
  );
  return [...errors, ...report.warnings.map((one) => `warning: ${one.message}`)].join("\n");
}

Deno.test("a read-only file system is a clear error, and reading works on", async () => {
  await onMemoryDisk("read-only-", "1m", async ({ path, mounted }) => {
    if (!mounted) return console.log("not tried: needs the right to mount");
    const mounts = `${path}/mounts`;
    const roster = await loadRoster([]);
    plant(mounts);
    assert(system("mount", "-o", "remount,ro", path));
    const before = treeOf(mounts);
    const failure = await failureOf(applySharedConfigPatches(roster, mounts));
    assert.match(failure, /^io: .*the file system is read-only/);
    const planned = await planSharedConfigPatches(roster, mounts);
    assert.deepEqual(outcomes(planned), ["codex: updated", "gh: updated", "vibe: updated"]);
    assert.deepEqual(treeOf(mounts), before);
    assert(system("mount", "-o", "remount,rw", path));
    await applySharedConfigPatches(roster, mounts);
    await applySharedConfigPatches(roster, mounts, NONE);
    assert.deepEqual(configsIn(mounts), ORIGINAL);
  });
});

Deno.test("a user without the right to write is told so, and nothing changes", async () => {
  const scenario = await Scenario.with(ORIGINAL);
  const { mounts } = scenario;
  await Deno.chmod(mounts, 0o755);
  if (Deno.uid() !== 0) {
    for (const dir of Deno.readDirSync(mounts)) Deno.chmodSync(`${mounts}/${dir.name}`, 0o555);
    await Deno.chmod(mounts, 0o555);
  }
  const before = treeOf(mounts);
  const cache = await Deno.makeTempDir();
  await Deno.chmod(cache, 0o777);
  const nobody = Deno.uid() === 0 ? { uid: 65534, gid: 65534, env: { DENO_DIR: cache } } : {};
  const script = `import { applySharedConfigPatches, rosterFrom } from ${
    JSON.stringify(new URL("../../mod.ts", import.meta.url).href)
  };
  const patch = { file: "config.json", json_set: { a: "{vault_url}" } };
  const roster = rosterFrom({ tool: { host_dir: "_codex-config", shared_config_patch: patch } });
  const error = await applySharedConfigPatches(roster, ${JSON.stringify(mounts)}).catch((e) => e);
  console.log(error.code, error.message, error.remedy);`;
  await Deno.writeTextFile(`${cache}/script.ts`, script);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", "--config", CONFIG, `${cache}/script.ts`],
    ...nobody,
  }).output();
  const said = text(stdout);
  const why = text(stderr);
  assert.match(said, /^permission cannot .*the system does not allow it .*give the user/, why);
  assert.deepEqual(differences(before, treeOf(mounts)), []);
});

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

Deno.test("without file descriptors the files are old or new, and it says what to raise", async () => {
  const scenario = await Scenario.with(ORIGINAL);
  const probe = new URL("../torture/descriptors_probe.ts", import.meta.url).pathname;
  const shell = (limit: number, ...args: string[]) =>
    new Deno.Command("sh", {
      args: ["-c", `ulimit -n ${limit}; exec "$0" "$@"`, Deno.execPath(), "run", "-A", ...args],
    }).output();
  const filler = `${await Deno.makeTempDir()}/filler`;
  await Deno.writeTextFile(filler, "");
  let { stdout, stderr } = await shell(64, "--no-check", probe, scenario.mounts, filler);
  // Deno itself now and then panics where it wants a descriptor for itself: that says nothing of us.
  for (let again = 0; again < 5 && /Deno has panicked/.test(text(stderr)); again++) {
    ({ stdout, stderr } = await shell(64, "--no-check", probe, scenario.mounts, filler));
  }
  const why = text(stderr);
  const codes: number[] = JSON.parse(text(stdout) || "[]");
  assert.deepEqual([...new Set(codes)].sort(), [0, 1], `${codes}: ${why}`);
  assert.equal(codes[0], 1, "there was still a descriptor");
  assert.equal(codes.at(-1), 0, why);
  assert.match(why, /too many files are open \(EMFILE\)[^]*ulimit -n/);
  assert.doesNotMatch(why, /this is a bug/);
  await scenario.disable("codex", "gh", "vibe");
  assert.deepEqual(configsIn(scenario.mounts), ORIGINAL);
});

/** How often the agent writes between our reading and our rename, and what comes of it. */
const BUSY: readonly (readonly [times: number, ends: string])[] = [[1, "ours"], [4, "ours"], [
  1000,
  "changed",
]];

for (const [times, ends] of BUSY) {
  Deno.test(`a config that changes ${times} times under us ends as "${ends}"`, async () => {
    const scenario = await Scenario.with(ORIGINAL);
    const path = `${scenario.mounts}/_gh-config/config.yml`;
    let edits = 0;
    let tries = 0;
    const fileSystem = onTemporaries((file, temporary) => {
      if (!temporary.includes("_gh-config/")) return file;
      tries++;
      if (edits < times) Deno.writeTextFileSync(path, `edit_${++edits}: x\n`, { append: true });
      return file;
    }, unsynced);
    const said = await apply(scenario, fileSystem, { providers: ["gh"] });
    const text = contentOf(path) ?? "";
    assert.equal(text.match(/^edit_/gm)?.length, edits, "an edit is lost");
    if (ends === "ours") {
      assert.equal(said, "");
      // The sidecar has a temporary as well.
      assert([times + 1, times + 2].includes(tries), `it tried ${tries} times`);
      assert.match(text, /terok/);
    } else {
      assert.match(said, /^changed: it was changed while it was being worked on/);
      assert(tries < 10, `it tried ${tries} times`);
      assert.doesNotMatch(text, /terok/);
    }
  });
}

Deno.test("a lock holder that was stopped is named at the deadline", async () => {
  const scenario = await Scenario.with(ORIGINAL);
  const { mounts } = scenario;
  const holder = deno(
    mounts,
    `await mounts.prepare();
    using _lock = await mounts.lock({ command: "apply" });
    console.log("held");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  );
  const reader = holder.stdout.getReader();
  try {
    await reader.read();
    holder.kill("SIGSTOP");
    const before = treeOf(mounts);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", CLI, "apply", "--lock-timeout", "0.2", "--mounts", mounts],
    }).output();
    const said = text(stderr);
    assert.equal(code, 1);
    assert.match(said, /^error: the lock was not free within 0\.2 s: /);
    assert(said.includes(`process ${holder.pid} (apply, since `), said);
    assert.match(said, /do: wait for that process or end it/);
    assert.deepEqual(treeOf(mounts), before);
  } finally {
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    await holder.stderr.cancel();
  }
  await scenario.apply();
});

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("a host dir that cannot be made fails its own providers only", async () => {
  const path = await Deno.makeTempDir({ prefix: "closed-" });
  const fileSystem: FileSystem = {
    ...denoFileSystem,
    mkdir(dir, mode) {
      if (dir.endsWith("/_gh-config")) throw new Fault("EACCES");
      denoFileSystem.mkdir(dir, mode);
    },
  };
  const roster = await loadRoster([]);
  const mounts = new Mounts(path, { fileSystem, mayWrite: true });
  const job = { mounts, roster, formats: defaultFormats, location: resolveVaultLocation() };
  for (const outcome of ["created", "unchanged"]) {
    const { report } = await run(job);
    assert.deepEqual(
      report.providers.map((row) => `${row.provider} ${row.outcome} ${row.error?.code}`),
      [`codex ${outcome} undefined`, "gh failed permission", `vibe ${outcome} undefined`],
    );
    assert.deepEqual(report.warnings, []);
    const { file, message, details } = report.providers[1]?.error ?? {};
    assert.equal(file, "_gh-config");
    assert.match(message ?? "", /nothing new can be made in the mounts directory/);
    assert.match(details?.remedy ?? "", /^make the directory/);
  }
  // Once it is there, all is well.
  Deno.mkdirSync(`${path}/_gh-config`);
  const { report } = await run(job);
  assert.deepEqual(report.providers.map((row) => row.outcome), [
    "unchanged",
    "created",
    "unchanged",
  ]);
  assert.doesNotMatch(Deno.readTextFileSync(`${path}/.vault-config/state.json`), /"pending"/);
  await Deno.remove(path, { recursive: true });
});
