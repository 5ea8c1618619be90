/**
 * Kills: the real program applies and disables without end and is killed (SIGKILL) at a random
 * moment. Every file is a whole one that some run wrote, every leftover is named by the state, the
 * next run succeeds, and disable gives the original bytes.
 */
import assert from "node:assert/strict";
import { main } from "../../cli/main.ts";
import {
  applySharedConfigPatches,
  loadRoster,
  type PatchOptions,
  resolveVaultLocation,
} from "../../mod.ts";
import { parseState, STATE_FILE } from "../../reconcile/state.ts";
import { randomFrom } from "../support/random_numbers.ts";
import { contentOf } from "../support/storage_tools.ts";
import { onMemoryDisk } from "../support/tmpfs.ts";

/** What the user has, with values of his own at some of our places. */
const ORIGINAL: Readonly<Record<string, string>> = {
  "_codex-config/config.toml": 'model = "mine" # kept\nopenai_base_url = "mine"\n\n[t]\nk = 1\n',
  "_gh-config/config.yml": "# mine\ngit_protocol: ssh\nhttp_unix_socket: /mine # kept\n",
  "_vibe-config/config.toml": '[[providers]]\nname = "other" # kept\n',
};
const PATHS = Object.keys(ORIGINAL);

/** What is run over and over: as options of the library, and as arguments of the program. */
const CYCLE: readonly (readonly [options: PatchOptions, args: readonly string[]])[] = [
  [{}, ["apply"]],
  [
    { location: resolveVaultLocation({ tokenBrokerPort: 1234, direct: true }) },
    ["apply", "--token-broker-port", "1234", "--direct"],
  ],
  [{ providers: [], disabledProviders: ["gh", "vibe"] }, ["disable", "gh", "vibe", "--once"]],
  [{ disabledProviders: ["codex"] }, ["apply", "--disabled", "codex"]],
  [{ providers: [], disabledProviders: ["codex", "gh", "vibe"] }, ["disable", "--all", "--once"]],
];

/** Unfinished files of our own: the next one of the name takes their place. */
const OWN_NEW = [`${STATE_FILE}.new`, ".vault-config/steady.json.new"];

/** How often things happened. */
export interface KillCounts {
  /** Processes that were killed. */
  readonly kills: number;
  /** Kills that left something to be settled by the next run. */
  readonly midway: number;
}

/** Kills so many times; throws what does not hold. */
export async function kill(kills: number, seed: number): Promise<KillCounts> {
  return await onMemoryDisk("kill-", "16m", async ({ path: base }) => {
    const mounts = `${base}/inside`;
    const roster = await loadRoster([]);
    const known = await textsOfAllRuns(`${base}/known`);
    plant(mounts);
    const random = randomFrom(seed);
    let midway = 0;
    for (let round = 0; round < kills; round++) {
      await killOnce(mounts, random() * 25);
      const where = `kill ${round}`;
      for (const path of PATHS) {
        const text = contentOf(`${mounts}/${path}`);
        assert(known.get(path)?.has(text ?? ""), `${where}: ${path}: ${text}`);
      }
      const stateText = contentOf(`${mounts}/${STATE_FILE}`);
      const pending = stateText === undefined ? undefined : parseState(stateText).pending;
      if (pending !== undefined) midway++;
      for (const path of leftoversIn(mounts)) {
        const named = pending?.temporaries.includes(path) === true || OWN_NEW.includes(path);
        assert(named, `${where}: nobody knows of ${path}`);
      }
      // Now and then the next one is killed as well before anything is settled.
      if (random() < 0.3) continue;
      const [options] = CYCLE[round % CYCLE.length]!;
      await applySharedConfigPatches(roster, mounts, options);
      // The next state takes the place of an unfinished one, but not every run has one to write.
      const left = leftoversIn(mounts).filter((path) => !OWN_NEW.includes(path));
      assert.deepEqual(left, [], where);
      if (random() < 0.5) continue;
      await applySharedConfigPatches(roster, mounts, CYCLE[CYCLE.length - 1]![0]);
      for (const path of PATHS) {
        assert.equal(contentOf(`${mounts}/${path}`), ORIGINAL[path], `${where}: ${path}`);
      }
    }
    return { kills, midway };
  });
}

/** Lets the program work, and kills it so many milliseconds after it has begun. */
async function killOnce(mounts: string, delay: number): Promise<void> {
  const script = new URL("./kills.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-prompt", `--allow-read=${mounts}`, `--allow-write=${mounts}`],
      ...[script, mounts],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, delay));
  child.kill("SIGKILL");
  await reader.cancel();
  assert.equal((await child.status).signal, "SIGKILL", "it ended by itself");
}

/** Every text that a file has between two runs. */
async function textsOfAllRuns(mounts: string): Promise<Map<string, Set<string>>> {
  plant(mounts);
  const roster = await loadRoster([]);
  const known = new Map(PATHS.map((path) => [path, new Set([ORIGINAL[path] ?? ""])]));
  for (const from of CYCLE) {
    for (const [options] of [from, ...CYCLE]) {
      await applySharedConfigPatches(roster, mounts, options);
      for (const path of PATHS) known.get(path)?.add(contentOf(`${mounts}/${path}`) ?? "");
    }
  }
  return known;
}

function plant(mounts: string): void {
  for (const [path, text] of Object.entries(ORIGINAL)) {
    Deno.mkdirSync(`${mounts}/${path.replace(/\/[^/]*$/, "")}`, { recursive: true });
    Deno.writeTextFileSync(`${mounts}/${path}`, text);
  }
}

function leftoversIn(mounts: string): string[] {
  return Array.from(Deno.readDirSync(mounts)).flatMap(({ name: dir }) =>
    Array.from(Deno.readDirSync(`${mounts}/${dir}`), ({ name }) => `${dir}/${name}`)
  ).filter((path) => /\.(tmp|new)$/.test(path));
}

if (import.meta.main) {
  // The victim: works until it is killed. What it says first tells that all is loaded.
  const [mounts = ""] = Deno.args;
  for (let round = 0;; round++) {
    for (const [, args] of CYCLE) await main([...args, "--quiet", "--mounts", mounts]);
    if (round === 0) await Deno.stdout.write(new TextEncoder().encode("begun\n"));
  }
}
