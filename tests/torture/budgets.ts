/**
 * What one container plants to make every start expensive, or to keep the starts of others: the
 * program ends in time, says what it is, and serves everybody else.
 */
import assert from "node:assert/strict";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { LIMITS } from "../../storage/limits.ts";
import { contentOf } from "../support/storage_tools.ts";
import { onMemoryDisk, system } from "../support/tmpfs.ts";
import { lease } from "./planting.ts";

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly seconds: number;
  readonly said: string;
}

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** Runs the program; one that takes longer than a minute is ended, and has lost. */
async function vaultConfig(mounts: string, ...args: string[]): Promise<Ended> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-prompt", `--allow-read=${mounts}`, `--allow-write=${mounts}`],
      ...[CLI, ...args, "--mounts", mounts],
    ],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const deadline = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(deadline);
  const text = new TextDecoder();
  const seconds = (performance.now() - start) / 1000;
  return { code, seconds, said: text.decode(stdout) + text.decode(stderr) };
}

function providers(names: readonly string[], provider: string, kind: string, values: unknown) {
  const records = { providers: { [provider]: [{ kind, values }] } };
  return JSON.stringify({
    version: 1,
    files: Object.fromEntries(names.map((name) => [name, records])),
  });
}

/** A sidecar that names sixty hard links to one large file, for a provider that is disabled. */
export async function hardLinks(): Promise<Ended> {
  return await onMemoryDisk("links-", "64m", async ({ path }) => {
    assert.equal((await vaultConfig(path, "apply")).code, 0);
    const host = `${path}/_codex-config`;
    const line = `a = "${"x".repeat(60)}"\n`;
    const text = Array.from({ length: 26_000 }, (_, i) => line.replace("a", `a${i}`)).join("");
    Deno.writeTextFileSync(`${host}/0.toml`, text.slice(0, text.lastIndexOf("\n", 2 ** 21) + 1));
    const names = Array.from({ length: 60 }, (_, i) => `${i}.toml`);
    for (const name of names.slice(1)) Deno.linkSync(`${host}/0.toml`, `${host}/${name}`);
    const forged = providers(names, "codex", "toml_top", { openai_base_url: "x" });
    Deno.writeTextFileSync(`${host}/${SIDECAR_NAME}`, forged);
    return await vaultConfig(path, "disable", "codex");
  });
}

/** A sidecar with two hundred providers beside a large YAML file, while everybody is disabled. */
export async function manyProviders(): Promise<Ended> {
  return await onMemoryDisk("many-", "64m", async ({ path }) => {
    assert.equal((await vaultConfig(path, "apply")).code, 0);
    const host = `${path}/_gh-config`;
    const lines = Array.from({ length: 60_000 }, (_, i) => `key_${i}: value of the user's ${i}\n`);
    Deno.writeTextFileSync(`${host}/large.yml`, lines.join("").slice(0, 1_950_000));
    const records = Object.fromEntries(
      Array.from(
        { length: 200 },
        (_, i) => [`p${i}`, [{ kind: "yaml_top", values: { key_1: 1 } }]],
      ),
    );
    const files = { "large.yml": { providers: records } };
    Deno.writeTextFileSync(`${host}/${SIDECAR_NAME}`, JSON.stringify({ version: 1, files }));
    const ended = await vaultConfig(path, "disable", "--all");
    // Whoever owns something is taken back, whatever is forged beside it.
    for (const file of ["_codex-config/config.toml", "_vibe-config/config.toml"]) {
      assert.equal(contentOf(`${path}/${file}`), undefined, `${file}: ${ended.said}`);
    }
    return ended;
  });
}

/** How long the starts of others take beside a config that is large and never rests. */
export async function besideRestless(starts: number): Promise<readonly Ended[]> {
  return await onMemoryDisk("restless-", "64m", async ({ path }) => {
    const host = `${path}/_codex-config`;
    Deno.mkdirSync(host);
    const body = Array.from({ length: 8000 }, (_, i) => `key_${i} = "a value of the user's"\n`)
      .join("").slice(0, LIMITS.config - 4096);
    const text = body.slice(0, body.lastIndexOf("\n") + 1);
    let round = 0;
    const change = () => {
      Deno.writeTextFileSync(`${host}/config.new`, `first = ${round++}\n${text}`);
      Deno.renameSync(`${host}/config.new`, `${host}/config.toml`);
    };
    change();
    const restless = setInterval(change, 500);
    const victim = vaultConfig(path, "apply", "--providers", "codex");
    const others = await Promise.all(
      Array.from({ length: starts }, (_, i) => {
        const provider = i % 2 === 0 ? "gh" : "vibe";
        return vaultConfig(path, "apply", "--providers", provider);
      }),
    );
    clearInterval(restless);
    await victim;
    assert.deepEqual(others.filter((one) => one.code !== 0).map((one) => one.said), []);
    return others;
  });
}

/**
 * Leases on two configs. Who only looks is told at once; `apply` waits until the system ends one
 * lease (45 seconds), and only for one. Returns how both ended.
 */
export async function leases(): Promise<{ readonly plan: Ended; readonly apply: Ended }> {
  return await onMemoryDisk("leases-", "4m", async ({ path }) => {
    const cleanups: (() => void)[] = [];
    for (const file of ["_codex-config/config.toml", "_gh-config/config.yml"]) {
      Deno.mkdirSync(`${path}/${file.replace(/\/.*/, "")}`);
      cleanups.push(await lease(`${path}/${file}`));
    }
    // The open that is told of a lease also begins to end it: so apply comes first.
    const apply = await vaultConfig(path, "apply");
    for (const cleanup of cleanups) cleanup();
    cleanups.push(await lease(`${path}/_codex-config/config.toml`));
    const plan = await vaultConfig(path, "plan");
    cleanups.pop()?.();
    return { plan, apply };
  });
}

/** An overlay whose inodes are above 2^53: nothing of it is read. Returns what is said, if tried. */
export async function highInodes(): Promise<Ended | undefined> {
  return await onMemoryDisk("lower-", "4m", async ({ path: lower, mounted }) => {
    if (!mounted) return undefined;
    return await onMemoryDisk("upper-", "4m", async ({ path: upper }) => {
      for (const name of ["up", "work"]) Deno.mkdirSync(`${upper}/${name}`);
      Deno.mkdirSync(`${lower}/_codex-config`);
      Deno.writeTextFileSync(`${lower}/_codex-config/config.toml`, "a = 1\n");
      const path = await Deno.makeTempDir({ prefix: "overlay-" });
      const layers = `lowerdir=${lower},upperdir=${upper}/up,workdir=${upper}/work,xino=on`;
      try {
        if (!system("mount", "-t", "overlay", "-o", layers, "overlay", path)) return undefined;
        const { ino } = Deno.lstatSync(`${path}/_codex-config/config.toml`);
        if (Number.isSafeInteger(ino)) return undefined;
        return await vaultConfig(path, "apply", "--providers", "codex");
      } finally {
        system("umount", path);
        await Deno.remove(path, { recursive: true });
      }
    });
  });
}
