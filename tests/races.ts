/**
 * Races: an attacker swaps the config and the sidecar all the time (attacker.ts) while the real
 * program applies and disables, with the grants that users give. Nothing outside is touched, none of
 * it comes into the mounts, nothing hangs, and what stands in the end is a whole file.
 */
import assert from "node:assert/strict";
import { SIDECAR_NAME } from "../storage/names.ts";
import { type AttackOptions, runProgram } from "./hostile.ts";
import { onMemoryDisk } from "./tmpfs.ts";
import { contentOf } from "./storage_tools.ts";
import { differences, treeOf } from "./tree.ts";

const DIR = "_codex-config";
const CONFIG = "config.toml";
const USER = 'model = "mine" # kept\n\n[table]\nkey = 1\n';

/** Stands outside, and would be a good config: if it were ever read, it would be patched. */
const OUTSIDE = "OUTSIDE = 1\n";

/** How often things happened. */
export interface RaceCounts {
  /** What the attacker swapped in. */
  readonly swaps: number;
  /** Runs of the program. */
  readonly runs: number;
  /** Runs that served the provider all the same. */
  readonly served: number;
}

/** Applies and disables so many times under attack; throws what does not hold. */
export async function race(runs: number, grants: AttackOptions["grants"]): Promise<RaceCounts> {
  return await onMemoryDisk("race-", "16m", async ({ path: base }) => {
    const mounts = `${base}/inside/mounts`;
    const host = `${mounts}/${DIR}`;
    Deno.mkdirSync(host, { recursive: true });
    Deno.mkdirSync(`${base}/outside`);
    Deno.writeTextFileSync(`${base}/outside/secret`, OUTSIDE);
    const outside = treeOf(`${base}/outside`);
    const script = new URL("./attacker.ts", import.meta.url).pathname;
    const attacker = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, host, CONFIG, `${base}/outside/secret`, USER],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const words = attacker.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await words.read()).value, "ready\n");
    const where = ["--mounts", mounts];
    const commands = Array.from({ length: runs }, (_, i) => {
      const port = ["--direct", "--token-broker-port", String(1000 + i % 7)];
      return i % 3 === 2
        ? ["disable", "codex", ...where]
        : ["apply", "--providers", "codex", ...port, ...where];
    });
    const said = await runProgram(base, commands, grants);
    await attacker.stdin.close();
    const swaps = Number((await words.read()).value);
    assert.equal((await attacker.status).code, 0, "the attacker");
    await words.cancel();

    assert.equal(said.length, runs, `run ${said.length} hung: ${commands[said.length]}`);
    assert.deepEqual(differences(outside, treeOf(`${base}/outside`)), [], "changed outside");
    for (const { out, err } of said) {
      assert.doesNotMatch(out + err, /OUTSIDE|this is a bug/);
    }
    assertNothingOf(mounts, "OUTSIDE");
    // Whatever stands there is whole: the user's text, or that with our lines.
    const config = contentOf(`${host}/${CONFIG}`) ?? "";
    const ours = /^(openai_base_url|chatgpt_base_url) = ".*"\n/gm;
    assert.equal(config.replace(ours, ""), USER);

    // And when it is over, everything is as always.
    const last = await runProgram(base, [
      ["apply", "--providers", "codex", ...where],
      ["disable", "codex", ...where],
    ], grants);
    assert.deepEqual(last.map((one) => one.code), [0, 0], last.map((one) => one.err).join());
    assert.equal(contentOf(`${host}/${CONFIG}`), USER);
    assert.equal(contentOf(`${host}/${SIDECAR_NAME}`), undefined);
    const left = Array.from(Deno.readDirSync(host), (entry) => entry.name);
    assert.deepEqual(left.filter((name) => name.endsWith(".tmp")), [], "left behind");
    return { swaps, runs, served: said.filter((one) => one.code === 0).length };
  });
}

function assertNothingOf(directory: string, text: string): void {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) assertNothingOf(path, text);
    else if (isFile) assert(!Deno.readTextFileSync(path).includes(text), `read into ${path}`);
  }
}
