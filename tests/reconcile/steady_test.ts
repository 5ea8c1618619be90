/**
 * The steady state: never a wrong "nothing to do". Every single thing that the outcome depends on is
 * changed alone, and the run has to wake up; and where nothing has changed, it opens nothing.
 */
import assert from "node:assert/strict";
import { setUp } from "../../cli/setup.ts";
import { parse } from "../../cli/parse.ts";
import * as reconcile from "../../reconcile/request.ts";
import { start } from "../../reconcile/start.ts";
import { textOf } from "../../reconcile/steady.ts";
import { applySharedConfigPatches, loadRoster, rosterFrom } from "../../mod.ts";

const CONFIG = "_codex-config/config.toml";
const SIDECAR = "_codex-config/.terok-managed-config.json";
const STATE = ".vault-config/state.json";
const MEMORY = ".vault-config/steady.json";

/** Changes of the mounts, each of one thing. */
const CHANGES: Readonly<Record<string, (mounts: string) => void>> = {
  "a byte of a config, size and mtime kept": (mounts) => changeByte(`${mounts}/${CONFIG}`),
  "a byte of a sidecar, size and mtime kept": (mounts) => changeByte(`${mounts}/${SIDECAR}`),
  "a byte of the state, size and mtime kept": (mounts) => changeByte(`${mounts}/${STATE}`),
  "a config replaced by an equal one": (mounts) => replaceByEqual(`${mounts}/${CONFIG}`),
  "a sidecar replaced by an equal one": (mounts) => replaceByEqual(`${mounts}/${SIDECAR}`),
  "the state replaced by an equal one": (mounts) => replaceByEqual(`${mounts}/${STATE}`),
  "the mode of a config": (mounts) => Deno.chmodSync(`${mounts}/${CONFIG}`, 0o600),
  "the mode of a sidecar": (mounts) => Deno.chmodSync(`${mounts}/${SIDECAR}`, 0o600),
  "the mtime of a config": (mounts) => Deno.utimeSync(`${mounts}/${CONFIG}`, 1, 1),
  "a hard link to a config": (mounts) => Deno.linkSync(`${mounts}/${CONFIG}`, `${mounts}/link`),
  "a config missing": (mounts) => Deno.removeSync(`${mounts}/${CONFIG}`),
  "a sidecar missing": (mounts) => Deno.removeSync(`${mounts}/${SIDECAR}`),
  "the state missing": (mounts) => Deno.removeSync(`${mounts}/${STATE}`),
  "the memory missing": (mounts) => Deno.removeSync(`${mounts}/${MEMORY}`),
  "a link in place of a config": (mounts) => linkInstead(`${mounts}/${CONFIG}`),
  "a link in place of a host dir": (mounts) => linkInstead(`${mounts}/_codex-config`),
  "a link in place of the memory": (mounts) => linkInstead(`${mounts}/${MEMORY}`),
  "a host dir missing": (mounts) => Deno.removeSync(`${mounts}/_gh-config`, { recursive: true }),
  "pending work in the state": (mounts) => {
    const state = JSON.parse(Deno.readTextFileSync(`${mounts}/${STATE}`));
    const pending = { files: {}, temporaries: [], texts: {} };
    Deno.writeTextFileSync(`${mounts}/${STATE}`, JSON.stringify({ ...state, pending }));
  },
  "the memory cut off": (mounts) => Deno.truncateSync(`${mounts}/${MEMORY}`, 100),
  "the memory empty": (mounts) => Deno.truncateSync(`${mounts}/${MEMORY}`, 0),
  "the memory not UTF-8": (mounts) =>
    Deno.writeFileSync(`${mounts}/${MEMORY}`, new Uint8Array([0xff, 0xfe, 0x7b])),
  ...Object.fromEntries(
    ["null", "[]", '"{}"', "{}"].map((text) => [
      `the memory is ${text}`,
      (mounts: string) => Deno.writeTextFileSync(`${mounts}/${MEMORY}`, text),
    ]),
  ),
  ...Object.fromEntries(
    ["version", "inputs", "files", "directories", "location", "providers"].map((key) => [
      `the memory without its ${key}`,
      (mounts: string) => {
        const memory = JSON.parse(Deno.readTextFileSync(`${mounts}/${MEMORY}`));
        Deno.writeTextFileSync(`${mounts}/${MEMORY}`, JSON.stringify({ ...memory, [key]: null }));
      },
    ]),
  ),
};

/** Arguments that ask for something else than the run that is remembered. */
const OTHER_ARGUMENTS: readonly (readonly string[])[] = [
  ["--providers", "codex,gh"],
  ["--providers", "codex,gh,vibe"],
  ["--providers="],
  ["--providers", "claude"],
  ["--disabled", "codex"],
  ["--disabled="],
  ["--token-broker-port", "9418"],
  ["--token-broker-port", "9418", "--direct"],
  ["--vault-url", "http://localhost:9420"],
  ["--vault-socket", "/run/terok/other.sock"],
  ["--allow-nested"],
  ["--no-built-in"],
];

/** Options that change what is said and how long is waited, but nothing in the files. */
const SAME_ARGUMENTS: readonly (readonly string[])[] = [
  ["--json"],
  ["--quiet"],
  ["--no-color"],
  ["--lock-timeout", "1"],
];

Deno.test("a run wakes up whatever has changed, and only then", async (t) => {
  const base = await Deno.makeTempDir({ prefix: "steady-" });
  const agent = `${base}/agent.json`;
  const write = (url: string) => {
    const json_set = { url: `{vault_url}${url}` };
    const patch = { host_dir: "_own", shared_config_patch: { file: "own.json", json_set } };
    Deno.writeTextFileSync(agent, JSON.stringify(patch));
  };
  write("/v1");
  const rostered = ["--mounts", `${base}/rostered`, "--roster", agent];
  const still = ["--mounts", `${base}/still`];
  const names = Object.keys(CHANGES);
  const mounts = new Map(names.map((name, index) => [name, `${base}/${index}`]));
  const all = [still, rostered, ...[...mounts.values()].map((path) => ["--mounts", path])];
  for (const args of all) assert.equal(await wakes(args), true, "the first run");
  for (const args of all) await apply(args);

  await t.step("what was just written is not trusted yet", async () => {
    assert.equal(await wakes(still), true);
    assert.throws(() => Deno.statSync(`${base}/still/${MEMORY}`), Deno.errors.NotFound);
  });

  // A file's change time is in whole seconds, and cannot be set.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  for (const args of all) await apply(args);
  for (const args of all) assert.equal(await wakes(args), false, args.join(" "));

  for (const [name, path] of mounts) {
    await t.step(name, async () => {
      CHANGES[name]?.(path);
      assert.equal(await wakes(["--mounts", path]), true);
    });
  }
  for (const args of OTHER_ARGUMENTS) {
    await t.step(args.join(" "), async () => {
      assert.equal(await wakes([...still, ...args]), true);
    });
  }
  for (const args of SAME_ARGUMENTS) {
    await t.step(`not for ${args.join(" ")}`, async () => {
      assert.equal(await wakes([...still, ...args]), false);
    });
  }
  await t.step("another text of the roster", async () => {
    write("/v2");
    assert.equal(await wakes(rostered), true);
    write("/v1");
    assert.equal(await wakes(rostered), false);
    assert.equal(await wakes(rostered.slice(0, 2)), true, "no roster");
    assert.equal(await wakes([...rostered, "--roster", agent]), true, "twice the roster");
  });
  await t.step("another version of the program, or of its agents", async () => {
    const { inputs } = (await setUp(parse(["apply", ...still]))).request;
    assert.ok(typeof inputs === "object" && inputs !== null);
    assert.equal(await wakes(still, { ...inputs }), false);
    for (const key of Object.keys(inputs)) {
      assert.equal(await wakes(still, { ...inputs, [key]: "other" }), true, key);
    }
    assert.ok("version" in inputs && "builtIn" in inputs);
  });
  await t.step("other commands always work", async () => {
    const run = (await setUp(parse(["write", "codex", ...still]))).request;
    await assert.rejects(start({ ...run, job: woken }), Woken);
  });
  await t.step("where nothing has changed, nothing of a host dir is opened", async () => {
    const files = ["codex-config/config.toml", "gh-config/config.yml", "vibe-config/config.toml"]
      .flatMap((file) => [`_${file}`, `_${file.replace(/[^/]*$/, ".terok-managed-config.json")}`]);
    const dirs = ["_codex-config", "_gh-config", "_vibe-config"];
    const looks = [MEMORY, STATE, ...files, ...dirs].map((path) => `lstatSync ${path}`);
    const calls = await callsOfDeno(`${base}/still/`, () => apply(still));
    assert.deepEqual(calls.sort(), [`readTextFileSync ${MEMORY}`, ...looks].sort());
  });
  await Deno.remove(base, { recursive: true });
});

Deno.test("a file in place of a host dir is told, not taken for a bug", async () => {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  const roster = await loadRoster([]);
  await applySharedConfigPatches(roster, mounts);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await applySharedConfigPatches(roster, mounts);
  Deno.statSync(`${mounts}/${MEMORY}`);
  Deno.removeSync(`${mounts}/_codex-config`, { recursive: true });
  Deno.writeTextFileSync(`${mounts}/_codex-config`, "in the way");
  await assert.rejects(applySharedConfigPatches(roster, mounts), { code: "failed" });
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("a run with a nested file is not remembered: its way can be swapped unseen", async () => {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  const json_set = { u: "{vault_url}" };
  const patch = { host_dir: "_a", shared_config_patch: { file: "sub/c.json", json_set } };
  const apply = () =>
    applySharedConfigPatches(rosterFrom({ p: patch }), mounts, { allowNested: true });
  await apply();
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await apply();
  assert.throws(() => Deno.statSync(`${mounts}/${MEMORY}`), Deno.errors.NotFound);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("inputs that differ in a type alone are different inputs", () => {
  const values = [
    1n,
    "1",
    "i1",
    "t1",
    { integer: "1" },
    1.5,
    "1.5",
    null,
    "null",
    [1n],
    ["1"],
    true,
  ];
  assert.equal(new Set(values.map((value) => textOf(value))).size, values.length);
});

Deno.test("what has to be seen on every run is never remembered", async () => {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  const roster = await loadRoster([]);
  const apply = () => applySharedConfigPatches(roster, mounts);
  await apply();
  Deno.writeTextFileSync(`${mounts}/${SIDECAR}`, "not ours");
  Deno.removeSync(`${mounts}/_gh-config/config.yml`);
  Deno.mkdirSync(`${mounts}/_gh-config/config.yml`);
  await assert.rejects(apply());
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await assert.rejects(apply());
  await assert.rejects(apply(), "a failure");
  Deno.removeSync(`${mounts}/_gh-config/config.yml`);
  await apply();
  Deno.removeSync(`${mounts}/${SIDECAR}`);
  Deno.symlinkSync("elsewhere", `${mounts}/${SIDECAR}`);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  for (let run = 0; run < 3; run++) {
    const { warnings } = await apply();
    assert.equal(warnings.length, 1, "a warning");
  }
  await Deno.remove(mounts, { recursive: true });
});

/** Thrown in the place of everything that comes after the memory. */
class Woken extends Error {}

function woken(): never {
  throw new Woken();
}

/** Whether `apply` with these arguments has to look; then it goes no further. */
async function wakes(args: readonly string[], inputs?: unknown): Promise<boolean> {
  const run = (await setUp(parse(["apply", ...args]))).request;
  try {
    await start({ ...run, ...(inputs === undefined ? {} : { inputs }), job: woken });
    return false;
  } catch (error) {
    if (error instanceof Woken) return true;
    throw error;
  }
}

async function apply(args: readonly string[]): Promise<void> {
  await reconcile.apply((await setUp(parse(["apply", ...args]))).request);
}

/** Every call of a function of Deno whose first argument is a path in a directory. */
async function callsOfDeno(directory: string, work: () => Promise<void>): Promise<string[]> {
  const calls: string[] = [];
  const space: Record<string, unknown> = Object(Deno);
  const originals = Object.entries(space).filter(([, value]) => typeof value === "function");
  for (const [name, original] of originals) {
    // Classes are no way to open a file.
    if (/^[A-Z]/.test(name)) continue;
    space[name] = (...args: readonly unknown[]) => {
      const [path] = args;
      if (typeof path === "string" && path.startsWith(directory)) {
        calls.push(`${name} ${path.slice(directory.length)}`);
      }
      return Reflect.apply(original as () => unknown, Deno, args);
    };
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) {
      if (!/^[A-Z]/.test(name)) space[name] = original;
    }
  }
  return calls;
}

function changeByte(path: string): void {
  const { atime, mtime } = Deno.statSync(path);
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
  Deno.writeFileSync(path, bytes);
  Deno.utimeSync(path, atime ?? 0, mtime ?? 0);
  assert.equal(Deno.statSync(path).mtime?.getTime(), mtime?.getTime());
}

function replaceByEqual(path: string): void {
  const { atime, mtime } = Deno.statSync(path);
  Deno.copyFileSync(path, `${path}.copy`);
  Deno.utimeSync(`${path}.copy`, atime ?? 0, mtime ?? 0);
  Deno.renameSync(`${path}.copy`, path);
}

function linkInstead(path: string): void {
  Deno.renameSync(path, `${path}.moved`);
  Deno.symlinkSync(`${path}.moved`, path);
}
