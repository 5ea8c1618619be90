/** Standard output that does not take what the program writes, and the schema of `--json`. */
import assert from "node:assert/strict";
import { assertReport } from "./report_schema.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

Deno.test("a reader that goes away is no failure", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", CLI, "providers", "--json"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const err = await new Response(child.stderr).text();
  assert.deepEqual([(await child.status).code, err], [0, ""]);
});

Deno.test("a full disk behind standard output is one", async () => {
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", `"$0" run --no-prompt "$1" location > /dev/full`, Deno.execPath(), CLI],
  }).output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /^error: cannot write to standard output: /);
});

Deno.test("the schema's validator finds what is wrong", () => {
  const location = { url: "", socket: "" };
  const program = { name: "vault-config", version: "1.2.3" };
  const head = { version: 2, program, command: "apply", ok: true, exit: 0, mounts: "mounts" };
  const good = { ...head, location, changed: false, providers: [], warnings: [] };
  assertReport(good);
  for (
    const bad of [
      {},
      { ...good, version: 1 },
      { ...good, more: 1 },
      { ...good, changed: "no" },
      { ...good, mounts: undefined },
      { ...good, warnings: [{}] },
      { ...good, providers: [{ provider: "p", action: "apply", outcome: "lost", edits: [] }] },
      { ...head, error: { code: "x", message: "" } },
    ]
  ) assert.throws(() => assertReport(bad), /no kind of document/);
});

Deno.test("a place with a key that is no text is named as readers see it, in JSON that all can read", async () => {
  const mounts = await Deno.makeTempDir({ prefix: "keys-" });
  Deno.mkdirSync(`${mounts}/_glab-config`);
  const hosts = "  1: {api_host: x}\n  ~: {api_host: x}\n  [a]: {api_host: x}\n";
  Deno.writeTextFileSync(`${mounts}/_glab-config/config.yml`, `hosts:\n${hosts}`, { mode: 0o600 });
  const run = async (...more: string[]) => {
    const args = ["run", "-A", CLI, "plan", "--providers", "glab", "--mounts", mounts, ...more];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    return new TextDecoder().decode(stdout);
  };
  const json = await run("--json");
  assert.doesNotMatch(json, /\\ud8/i);
  const keys = JSON.parse(json).providers[0].edits.map((edit: { path: string[] }) => edit.path[1]);
  assert.deepEqual([...new Set(keys)], ["gitlab.com", "1", "null", '["a"]']);
  assert.doesNotMatch(await run(), /bigint|ud8/);
  await Deno.remove(mounts, { recursive: true });
});
