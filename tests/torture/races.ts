/**
 * Races: an attacker swaps the config and the sidecar all the time (attacker.ts) while the real
 * program applies and disables, with the grants that users give. Nothing outside is touched, none of
 * it comes into the mounts, nothing hangs, and what stands in the end is a whole file.
 */
import assert from "node:assert/strict";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { type AttackOptions, runProgram } from "./hostile.ts";
import { onMemoryDisk } from "../support/tmpfs.ts";
import { contentOf } from "../support/storage_tools.ts";
import { differences, treeOf } from "../support/tree.ts";

const DIR = "_tool-config";
const CONFIG = "config.toml";
const NESTED = `sub/${CONFIG}`;
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
  return await raceOn(CONFIG, runs, grants);
}

/**
 * The same for a nested file, while the directory on the way is swapped with a link to the outside.
 * Only with all permissions is it promised that this leads nowhere.
 */
export async function raceNested(runs: number): Promise<RaceCounts> {
  return await raceOn(NESTED, runs, "all");
}

async function raceOn(
  file: string,
  runs: number,
  grants: AttackOptions["grants"],
): Promise<RaceCounts> {
  return await onMemoryDisk("race-", "16m", async ({ path: base }) => {
    const mounts = `${base}/inside/mounts`;
    const host = `${mounts}/${DIR}`;
    Deno.mkdirSync(host, { recursive: true });
    Deno.mkdirSync(`${base}/outside`);
    // Of the names that are asked for, so that a way that leads here finds something.
    for (const name of [CONFIG, SIDECAR_NAME]) {
      Deno.writeTextFileSync(`${base}/outside/${name}`, OUTSIDE);
    }
    if (file === NESTED) {
      Deno.mkdirSync(`${host}/sub`);
      Deno.writeTextFileSync(`${host}/${NESTED}`, USER);
    }
    const patch = { file, toml_set: { url: "{vault_url}/v1", other: "{vault_url}" } };
    const agent = JSON.stringify({ host_dir: DIR, shared_config_patch: patch });
    Deno.writeTextFileSync(`${base}/inside/tool.json`, agent);
    const outside = treeOf(`${base}/outside`);
    const attacker = startAttacker(file, host, `${base}/outside`);
    const words = attacker.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await words.read()).value, "ready\n");

    const where = ["--mounts", mounts, "--no-built-in", "--roster", `${base}/inside/tool.json`];
    if (file === NESTED) where.push("--allow-nested");
    const commands = Array.from({ length: runs }, (_, i) => {
      if (i % 3 === 2) return ["disable", "tool", "--once", ...where];
      // Another address each time, so that there is always something to write. But a container that
      // hides the file from a disable and brings it back has our values taken for the user's, unless
      // they are known ones: the nested file is hidden again and again.
      const port = file === NESTED ? [] : ["--direct", "--token-broker-port", `${1000 + i % 7}`];
      return ["apply", ...port, ...where];
    });
    const said = await runProgram(base, commands, grants);
    await attacker.stdin.close();
    const swaps = Number((await words.read()).value);
    assert.equal((await attacker.status).code, 0, "the attacker");
    await words.cancel();

    assert.equal(said.length, runs, `run ${said.length} hung: ${commands[said.length]}`);
    assert.deepEqual(differences(outside, treeOf(`${base}/outside`)), [], "changed outside");
    for (const { out, err } of said) assert.doesNotMatch(out + err, /OUTSIDE|this is a bug/);
    assertNothingOf(mounts, "OUTSIDE");
    // Whatever stands there is whole: the user's text, or that with our lines.
    const config = contentOf(`${host}/${file}`) ?? "";
    assert.equal(config.replace(/^(url|other) = ".*"\n/gm, ""), USER);

    // And when it is over, everything is as always.
    const last = await runProgram(
      base,
      [["apply", ...where], ["disable", "tool", "--once", ...where]],
      grants,
    );
    assert.deepEqual(last.map((one) => one.code), [0, 0], last.map((one) => one.err).join());
    assert.equal(contentOf(`${host}/${file}`), USER);
    assert.equal(contentOf(`${host}/${SIDECAR_NAME}`), undefined);
    for (const directory of file === NESTED ? [host, `${host}/sub`] : [host]) {
      const names = Array.from(Deno.readDirSync(directory), (entry) => entry.name);
      assert.deepEqual(names.filter((name) => name.endsWith(".tmp")), [], "left behind");
    }
    return { swaps, runs, served: said.filter((one) => one.code === 0).length };
  });
}

function startAttacker(file: string, host: string, outside: string): Deno.ChildProcess {
  const script = (name: string) => new URL(name, import.meta.url).pathname;
  const args = file === NESTED
    ? [script("./nested_attacker.ts"), host, outside]
    : [script("./attacker.ts"), host, CONFIG, `${outside}/${CONFIG}`, USER];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

function assertNothingOf(directory: string, text: string): void {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) assertNothingOf(path, text);
    else if (isFile) assert(!Deno.readTextFileSync(path).includes(text), `read into ${path}`);
  }
}
