/** Crashes: apply and disable with a fault at any one file operation, and what must follow. */
import assert from "node:assert/strict";
import { defaultFormats, type Report, resolveVaultLocation } from "../../mod.ts";
import { run } from "../../reconcile/run.ts";
import { parseState, STATE_FILE } from "../../reconcile/state.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { Mounts } from "../../storage/mounts.ts";
import type { FileSystem } from "../../storage/primitives.ts";
import { rosterOf } from "../support/scenario.ts";
import { onMemoryDisk } from "../support/tmpfs.ts";
import { contentOf, faulty, type Mode, unsynced } from "../support/storage_tools.ts";

/** What the user has: comments, an own value at one of our places, a neighbour of ours. */
const ORIGINAL: Readonly<Record<string, string | undefined>> = {
  "_a/settings.json": '{\n  // mine\n  "theme": "dark",\n  "env": {"X": "1"},\n  "w": "mine"\n}\n',
  "_a/new.json": undefined,
  "_a/tiny.json": "{ }",
  "_b/config.yml": "# mine\ngit_protocol: ssh\nsocket: /mine # kept\n",
  "_c/config.toml": '# mine\n[[providers]]\nname = "other" # kept\n\n[table]\nw = "mine"',
};
const PATHS = Object.keys(ORIGINAL);

const FORMATS: Readonly<Record<string, string>> = { json: "json", yml: "yaml", toml: "toml" };

const patch = (
  host_dir: string,
  file: string,
  set: Record<string, unknown>,
  entry?: Record<string, unknown>,
) => {
  const format = FORMATS[file.replace(/.*\./, "")];
  const list = entry && { [`${format}_table`]: "providers", [`${format}_match`]: entry };
  return { host_dir, shared_config_patch: { file, [`${format}_set`]: set, ...list } };
};

const ROSTER = rosterOf({
  p: patch("_a", "settings.json", { u: "{vault_url}/v1", env: { P: "{vault_url}" } }),
  q: patch("_a", "settings.json", { v: "1", w: "{vault_url}", env: { P: "{vault_url}" } }),
  r: patch("_a", "new.json", { deep: { u: "{vault_url}" } }),
  s: patch("_a", "new.json", { deep: { v: 1 }, w: "1" }),
  t: patch("_a", "tiny.json", { u: "{vault_url}" }),
  u: patch("_a", "tiny.json", { v: "1" }),
  v: patch("_c", "config.toml", { u: "{vault_url}" }, { name: "ours" }),
  w: patch("_c", "config.toml", { u: "{vault_url}", table: { w: "{vault_url}" } }),
  y: patch("_b", "config.yml", { socket: "{vault_socket}", added: "{vault_url}" }),
});
const ALL = ROSTER.names();

/** Which providers to apply and to take back, and where the vault is. */
export type Task = Pick<Job, "providers" | "disabledProviders"> & { readonly port?: number };

const APPLY: Task = { providers: ALL, disabledProviders: [] };
const DISABLE: Task = { providers: [], disabledProviders: ALL };

/** What was done before, and what is under way at the crash. */
export type Scenario = readonly [before: readonly Task[], doing: Task];

/** What can be under way when a process dies. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "the first apply": [[], APPLY],
  "an apply with another location": [[APPLY], { ...APPLY, port: 1234 }],
  "a disable of all": [[APPLY], DISABLE],
  "a disable of one of two in a file": [[APPLY], {
    providers: [],
    disabledProviders: ["p", "r", "t", "v"],
  }],
  "a disable of the other one": [[APPLY], {
    providers: [],
    disabledProviders: ["q", "s", "u", "w"],
  }],
  "a change of providers": [
    [{ providers: ["p", "r", "t", "v"], disabledProviders: [] }],
    { providers: ["q", "s", "u", "w", "y"], disabledProviders: ["p", "r", "t", "v"] },
  ],
};

function work(base: string, task: Task, fileSystem: FileSystem = unsynced): Promise<Report> {
  const { port, ...selection } = task;
  const options = port === undefined ? {} : { tokenBrokerPort: port, direct: true };
  const job: Job = {
    ...selection,
    mounts: new Mounts(base, { fileSystem }),
    roster: ROSTER,
    location: resolveVaultLocation(options),
    formats: defaultFormats,
  };
  return run(job, { lockTimeout: 10_000 }).then(({ report }) => report);
}

/** As {@linkcode work}, and nothing may fail. */
async function succeed(base: string, task: Task, where: string): Promise<void> {
  const { providers, warnings } = await work(base, task);
  const failed = providers.filter((row) => row.error !== undefined);
  assert.deepEqual(failed.map((row) => `${row.provider}: ${row.error?.message}`), [], where);
  assert.deepEqual(warnings, [], where);
}

function textsIn(base: string): Record<string, string | undefined> {
  return Object.fromEntries(PATHS.map((path) => [path, contentOf(`${base}/${path}`)]));
}

/** Everything in the mounts, by path. */
type Disk = ReadonlyMap<string, string>;

/** Fresh mounts with the user's files, after the tasks. */
async function prepare(base: string, tasks: readonly Task[]): Promise<Disk> {
  const files = PATHS.flatMap((path): [string, string][] =>
    ORIGINAL[path] === undefined ? [] : [[path, ORIGINAL[path]]]
  );
  restore(base, new Map(files));
  for (const task of tasks) await succeed(base, task, "preparation");
  return diskOf(base);
}

function diskOf(base: string): Disk {
  return new Map(pathsIn(base).map((path) => [path, Deno.readTextFileSync(`${base}/${path}`)]));
}

function restore(base: string, disk: Disk): void {
  for (const { name } of Deno.readDirSync(base)) Deno.removeSync(`${base}/${name}`, RECURSIVE);
  for (const path of [...PATHS, ...disk.keys()]) {
    Deno.mkdirSync(`${base}/${path.replace(/\/[^/]*$/, "")}`, RECURSIVE);
  }
  for (const [path, text] of disk) Deno.writeTextFileSync(`${base}/${path}`, text);
}

const RECURSIVE = { recursive: true } as const;

/** All is as it was before the first run, and nothing of ours is left but an empty state. */
function assertOriginal(base: string, edit: string, where: string): void {
  const expected = PATHS.map((path) => [path, edited(path, ORIGINAL[path], edit)]);
  assert.deepEqual(textsIn(base), Object.fromEntries(expected), where);
  const left = pathsIn(base).filter((path) => ORIGINAL[path] === undefined);
  const text = contentOf(`${base}/${STATE_FILE}`);
  if (text === undefined) {
    // The crash came before the first state: what is left of that is replaced by the next one.
    return assert.deepEqual(left.filter((path) => !path.startsWith(".vault-config/")), [], where);
  }
  assert.deepEqual(left, [".vault-config/lock", ".vault-config/state.json"], where);
  const state = parseState(text);
  assert.equal(state.pending, undefined, where);
  assert.equal(state.files.size, 0, where);
}

/** A config with a line of the agent's at its end. */
function edited(path: string, text: string | undefined, edit: string): string | undefined {
  // A file that was not there would be kept for the edit alone.
  if (text === undefined || ORIGINAL[path] === undefined || edit === "") return text;
  return `${text}\n${path.endsWith("json") ? "//" : "#"} ${edit}\n`;
}

function pathsIn(base: string): string[] {
  return Array.from(Deno.readDirSync(base))
    .flatMap(({ name }) =>
      Array.from(Deno.readDirSync(`${base}/${name}`), (file) => `${name}/${file.name}`)
    ).sort();
}

/**
 * Runs a scenario with a fault at each operation, and checks what follows. Returns how many there
 * were.
 */
export async function crashEverywhere(scenario: Scenario, mode: Mode): Promise<number> {
  return await onMemoryDisk("crash-", "16m", async ({ path }) => {
    const base = `${path}/mounts`;
    await Deno.mkdir(base);
    return await crashAll(base, scenario, mode);
  });
}

async function crashAll(base: string, [before, doing]: Scenario, mode: Mode): Promise<number> {
  const start = await prepare(base, before);
  const old = textsIn(base);
  await succeed(base, doing, "without a fault");
  const wanted = textsIn(base);
  const met = new Set<string>();
  for (let at = 0;; at++) {
    restore(base, start);
    const { system, ran } = faulty(at, mode, "EIO", unsynced);
    // It may report the failure or throw it: what counts is what stands on the disk.
    await work(base, doing, system).catch(() => {});
    if (at >= ran.length) {
      assert(met.size > 8, `only ${met.size} ways to crash`);
      return at;
    }
    const where = `operation ${at}, ${ran[at]}`;
    for (const [path, text] of Object.entries(textsIn(base))) {
      assert([old[path], wanted[path]].includes(text), `${where}: ${path}: ${text}`);
    }
    const crashed = diskOf(base);
    // Most faults leave the same as the one before.
    const key = JSON.stringify([...crashed]).replaceAll(/[0-9a-f]{32}\.tmp/g, "tmp")
      .replaceAll(/"\.vault-config\/lock",".*?\\n"/g, "");
    if (met.has(key)) continue;
    met.add(key);

    await succeed(base, doing, where);
    assert.deepEqual(textsIn(base), wanted, where);
    await succeed(base, DISABLE, where);
    assertOriginal(base, "", `${where}, run again, disable`);

    restore(base, crashed);
    await succeed(base, DISABLE, where);
    assertOriginal(base, "", `${where}, disable`);

    restore(base, crashed);
    for (const [path, text] of Object.entries(textsIn(base))) {
      const more = edited(path, text, "the agent's");
      if (more !== undefined) Deno.writeTextFileSync(`${base}/${path}`, more);
    }
    await succeed(base, DISABLE, where);
    assertOriginal(base, "the agent's", `${where}, edit, disable`);
  }
}
