/**
 * Crowds: sixteen processes apply and disable at once, in one file and in many, and an agent
 * rewrites its own configs by rename meanwhile. No key is lost, nothing waits for ever, no file is
 * ever torn. An edit of the agent's may be lost only if it came between the last look of one of ours
 * and its rename (DESIGN 4.1); those are counted apart.
 */
import assert from "node:assert/strict";
import { applySharedConfigPatches, rosterFrom } from "../../mod.ts";
import { parseState, STATE_FILE } from "../../reconcile/state.ts";
import {
  type Account,
  CROWD,
  keyOf,
  ownFile,
  patches,
  SHARED,
  type Window,
} from "./crowd_worker.ts";
import { onMemoryDisk } from "../support/tmpfs.ts";
import { contentOf } from "../support/storage_tools.ts";

/** What the user has: in the own file of each a value at our place, which has to come back. */
function originalOf(file: string, withAgent: boolean): string {
  const id = /^_own(\d+)/.exec(file)?.[1];
  // An agent that takes a file back to what it read takes our value for its own.
  const own = id === undefined || withAgent ? "" : `  "${keyOf(Number(id))}": "mine",\n`;
  return `{\n  "theme": "dark",\n${own}  "env": { "X": "1" }\n}\n`;
}

const FILES: readonly string[] = [SHARED, ...Array.from({ length: CROWD }, (_, id) => ownFile(id))];
const NAMES = Object.keys(patches());

/** How often things happened. */
export interface CrowdCounts {
  /** Runs of all processes. */
  readonly runs: number;
  /** Edits of the agent's. */
  readonly edits: number;
  /** Those that were lost where DESIGN 4.1 says that they can be. */
  readonly overwritten: number;
  /** Runs that gave a file up because it changed all the time. */
  readonly gaveUp: number;
}

/** Lets a crowd work, each process so many runs, with or without an agent. */
export async function crowd(runs: number, withAgent: boolean): Promise<CrowdCounts> {
  return await onMemoryDisk("crowd-", "32m", async ({ path: base }) => {
    const mounts = `${base}/inside`;
    for (const file of FILES) {
      Deno.mkdirSync(`${mounts}/${file.replace(/\/.*/, "")}`, { recursive: true });
      Deno.writeTextFileSync(`${mounts}/${file}`, originalOf(file, withAgent));
    }
    const working = Promise.all(
      Array.from({ length: CROWD }, (_, id) => send(mounts, id, runs)),
    );
    let over = false;
    const agent = withAgent ? edit(mounts, () => over) : Promise.resolve([]);
    const accounts = await working.finally(() => over = true);
    const edits = await agent;
    assert.deepEqual(accounts.flatMap((one) => one.failures), []);

    const roster = rosterFrom(patches());
    if (withAgent) {
      // Whoever rewrites a whole file takes it back to what he has read: that is mended by the next.
      await applySharedConfigPatches(roster, mounts, { providers: NAMES });
    }
    for (let id = 0; id < CROWD; id++) {
      // What each did last holds, whatever the others did after it.
      for (const file of [SHARED, ownFile(id)]) {
        const value = valueOf(mounts, file)[keyOf(id)];
        assert.match(String(value), /^http/, `the key of ${id} is lost in ${file}`);
      }
    }
    const report = await applySharedConfigPatches(roster, mounts, taken());
    assert.deepEqual(report.warnings, []);
    const state = parseState(contentOf(`${mounts}/${STATE_FILE}`) ?? "");
    assert.deepEqual([state.files.size, state.pending], [0, undefined]);

    const windows = accounts.flatMap((one) => one.windows);
    const overwritten = withAgent ? assertEdits(mounts, edits, windows) : 0;
    for (const file of FILES) {
      const text = contentOf(`${mounts}/${file}`);
      if (!withAgent) assert.equal(text, originalOf(file, withAgent), file);
      const names = Array.from(Deno.readDirSync(`${mounts}/${file.replace(/\/.*/, "")}`));
      assert.deepEqual(names.map((entry) => entry.name), ["settings.json"], file);
    }
    return {
      runs: accounts.reduce((sum, one) => sum + one.runs, 0),
      edits: edits.length,
      overwritten,
      gaveUp: accounts.reduce((sum, one) => sum + one.gaveUp, 0),
    };
  });
}

function taken() {
  return { providers: [], disabledProviders: NAMES };
}

/** Starts one process of the crowd, with the grants that users give. */
async function send(mounts: string, id: number, runs: number): Promise<Account> {
  const script = new URL("./crowd_worker.ts", import.meta.url).pathname;
  const grants = ["--no-prompt", `--allow-read=${mounts}`, `--allow-write=${mounts}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...grants, script, mounts, String(id), String(runs)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  // Only who waits for ever is ended: a busy machine is no loss.
  const deadline = setTimeout(() => child.kill("SIGKILL"), 900_000);
  try {
    const { stdout, code } = await child.output();
    assert.equal(code, 0, `process ${id} failed, or waited for ever`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    clearTimeout(deadline);
  }
}

/** One edit of the agent's. */
interface AgentEdit {
  readonly file: string;
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** The agent: adds a key to one of its files after the other, each time by a rename of the whole. */
async function edit(mounts: string, over: () => boolean): Promise<AgentEdit[]> {
  const edits: AgentEdit[] = [];
  for (let round = 0; !over(); round++) {
    const file = round % 2 === 0 ? SHARED : FILES[round % FILES.length]!;
    const path = `${mounts}/${file}`;
    const text = Deno.readTextFileSync(path);
    // It reads as its program does: a torn file would throw here.
    JSON.parse(text);
    const key = `agent_${round}`;
    const next = text.replace(/\n\}\n$/, `,\n  "${key}": ${round}\n}\n`);
    assert.notEqual(next, text, `${file} does not end as it did: ${text}`);
    Deno.writeTextFileSync(`${path}.agent`, next);
    const from = Date.now();
    Deno.renameSync(`${path}.agent`, path);
    edits.push({ file, key, from, to: Date.now() + 1 });
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  return edits;
}

/** Every edit is still there, or was made while one of ours could not see it: how many of those. */
function assertEdits(
  mounts: string,
  edits: readonly AgentEdit[],
  windows: readonly Window[],
): number {
  const lost = edits.filter(({ file, key }) => !(key in valueOf(mounts, file)));
  for (const { file, key, from, to } of lost) {
    const missed = windows.some((one) => one.file === file && one.from <= to && from <= one.to);
    assert(missed, `the agent's ${key} in ${file} is lost, and nobody was about to replace it`);
  }
  for (const file of FILES) {
    const original = Object.keys(JSON.parse(originalOf(file, true)));
    const own = edits.filter((one) => one.file === file && !lost.includes(one));
    const expected = [...original, ...own.map((one) => one.key)];
    assert.deepEqual(Object.keys(valueOf(mounts, file)), expected, file);
  }
  return lost.length;
}

function valueOf(mounts: string, file: string): Record<string, unknown> {
  return JSON.parse(contentOf(`${mounts}/${file}`) ?? "null");
}
