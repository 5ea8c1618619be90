/** The command of `docs/formats.md`: the command line with one format more, in a process of its own. @module */
import assert from "node:assert/strict";

const program = new URL("../../examples/my_command.ts", import.meta.url).pathname;

const AGENT = `host_dir: _tool-config
shared_config_patch:
  file: tool.conf
  conf_set: { url: "{vault_url}/v1" }
`;

Deno.test("a command of one's own routes a file of its own format, and takes it back", async () => {
  const directory = await Deno.makeTempDir({ prefix: "vault-config-own-" });
  const mounts = `${directory}/mounts`;
  const config = `${mounts}/_tool-config/tool.conf`;
  const before = "# mine\nuser=me\n";
  await Deno.mkdir(`${mounts}/_tool-config`, { recursive: true });
  await Deno.writeTextFile(config, before);
  await Deno.mkdir(`${mounts}/.vault-config/agents`, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(`${mounts}/.vault-config/agents/tool.yaml`, AGENT);
  const roster = ["--roster", `${mounts}/.vault-config/agents`];

  assert.match(await run(directory, "formats"), /^conf +\.conf$/m);
  await run(directory, "apply", "--mounts", mounts, "--providers", "tool", ...roster);
  const routed = `${before}url=http://localhost:9419/v1\n`;
  assert.equal(await Deno.readTextFile(config), routed);
  await run(directory, "disable", "tool", "--mounts", mounts, ...roster);
  assert.equal(await Deno.readTextFile(config), before);
  await Deno.remove(directory, { recursive: true });
});

async function run(directory: string, ...args: string[]): Promise<string> {
  const grants = [`--allow-read=${directory}`, `--allow-write=${directory}`];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...grants, program, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
