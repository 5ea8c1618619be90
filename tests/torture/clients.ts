/**
 * Clients of four habits, fast and slow, that save their configs all the time while the program
 * applies, on a busy machine. No setting is ever lost. An edit may be lost only where SECURITY.md
 * says so: one that comes in the instant before our rename, or through a descriptor that was opened
 * before it. Both are counted.
 */
import assert from "node:assert/strict";
import { onMemoryDisk } from "../support/tmpfs.ts";
import { contentOf } from "../support/storage_tools.ts";
import { type ClientAccount, firstText, type Habit, keysOf, SETTINGS } from "./client.ts";
import type { VictimAccount } from "./client_victim.ts";

/** How often things happened. */
export interface ClientCounts {
  /** Runs of the program. */
  readonly runs: number;
  /** Saves of all clients. */
  readonly saves: number;
  /** Edits that came in the instant before a rename. */
  readonly instant: number;
  /** Edits through a descriptor that was opened before a rename. */
  readonly late: number;
  /** Edits that were lost, and nothing says why. */
  readonly editsLost: readonly string[];
  /** Settings from before the first save that are gone. */
  readonly settingsLost: readonly string[];
}

const HABITS: readonly Habit[] = ["truncate", "dump", "rename", "append"];

/** How to torture. */
export interface ClientOptions {
  readonly habits?: readonly Habit[];
  readonly seconds: number;
  /** Processes that do nothing but keep the machine busy. */
  readonly load: number;
  readonly speeds: readonly ("fast" | "slow")[];
}

/** Lets clients and the program work side by side. Throws where a file is torn in the end. */
export async function clients(options: ClientOptions): Promise<ClientCounts> {
  return await onMemoryDisk("clients-", "32m", async ({ path: base }) => {
    const mounts = `${base}/mounts`;
    const agents = `${base}/agents`;
    Deno.mkdirSync(mounts);
    Deno.mkdirSync(agents);
    const habits = options.habits ?? HABITS;
    const cast = habits.flatMap((habit) => options.speeds.map((speed) => ({ habit, speed })))
      .map(({ habit, speed }) => {
        const format = habit === "append" ? "toml" : "json";
        const [dir, file] = [`_${habit}-${speed}`, `config.${format}`];
        const patch = { file, [`${format}_set`]: { vault: "{vault_url}/v1" } };
        const agent = JSON.stringify({ host_dir: dir, shared_config_patch: patch });
        Deno.writeTextFileSync(`${agents}/${habit}-${speed}.json`, agent);
        const path = `${mounts}/${dir}/${file}`;
        Deno.mkdirSync(`${mounts}/${dir}`);
        Deno.writeTextFileSync(path, firstText(path));
        return { habit, speed, path };
      });
    const args = ["--mounts", mounts, "--roster", agents, "--no-built-in"];
    const victim = start("client_victim", ...args);
    const working = cast.map(({ habit, speed, path }) => start("client", habit, speed, path));
    const burners = Array.from({ length: options.load }, () => {
      return new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn();
    });
    await new Promise((resolve) => setTimeout(resolve, 1000 * options.seconds));
    for (const burner of burners) burner.kill("SIGKILL");
    const accounts = await Promise.all(working.map(end)) as ClientAccount[];
    const { runs, windows } = await end(victim) as VictimAccount;
    assert(runs > 0, "not even one run");

    const counts = { runs, saves: 0, instant: 0, late: 0 };
    const editsLost: string[] = [];
    const settingsLost: string[] = [];
    for (const [index, { path }] of cast.entries()) {
      const { saves, settingsLost: missed } = accounts[index]!;
      assert(saves.length > 0, `${path}: no save`);
      counts.saves += saves.length;
      const keys = new Set(keysOf(path, contentOf(path) ?? ""));
      settingsLost.push(...missed.map((key) => `${path}: ${key}`));
      for (const key of SETTINGS) {
        if (!keys.has(key)) settingsLost.push(`${path}: ${key}, at the end`);
      }
      for (const { key, from, to, late } of saves) {
        if (keys.has(key)) continue;
        const missed = windows.some((one) => one.path === path && one.from <= to && from <= one.to);
        if (late) counts.late++;
        else if (missed) counts.instant++;
        else editsLost.push(`${path}: ${key}`);
      }
    }
    return { ...counts, editsLost, settingsLost };
  });
}

function start(script: string, ...args: string[]): Deno.ChildProcess {
  const path = new URL(`./${script}.ts`, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", path, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Ends a process by its input, and gives back what it says last. */
async function end(child: Deno.ChildProcess): Promise<unknown> {
  const deadline = setTimeout(() => child.kill("SIGKILL"), 60_000);
  await child.stdin.close();
  const { stdout, code } = await child.output();
  clearTimeout(deadline);
  assert.equal(code, 0, "a process failed, or waited for ever");
  const last = new TextDecoder().decode(stdout).trim().split("\n").pop() ?? "";
  return JSON.parse(last.replace(/^ACCOUNT /, ""));
}
