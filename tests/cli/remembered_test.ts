/** What a run remembers of the command line, so that the next one can tell that nothing changed. */
import assert from "node:assert/strict";
import { startFor } from "../../cli/apply.ts";
import { parse } from "../../cli/parse.ts";
import { textOf } from "../../reconcile/steady.ts";

Deno.test("whatever the outcome depends on is part of what a run remembers", async () => {
  const dir = await Deno.makeTempDir({ prefix: "remembered-" });
  for (const [name, url] of [["agents", "{vault_url}"], ["agents2", "{vault_url}/v2"]]) {
    const agent = { host_dir: "_a", shared_config_patch: { file: "s.json", json_set: { url } } };
    await Deno.mkdir(`${dir}/${name}`);
    await Deno.writeTextFile(`${dir}/${name}/tool.json`, JSON.stringify(agent));
  }
  const own = ["apply", "--no-built-in", "--roster", `${dir}/agents`];
  const all = [
    own,
    ["apply", "--no-built-in", "--roster", `${dir}/agents2`],
    ["apply", "--no-built-in"],
    ["apply", "--roster", `${dir}/agents`],
    ["apply"],
    [...own, "--providers", "tool"],
    [...own, "--providers="],
    [...own, "--disabled", "tool"],
    [...own, "--token-broker-port", "1234"],
    [...own, "--token-broker-port", "1234", "--direct"],
    [...own, "--vault-url", "http://v"],
    [...own, "--vault-socket", "/v.sock"],
    [...own, "--allow-nested"],
  ];
  const inputs = await Promise.all(all.map(async (args) => (await startFor(parse(args))).inputs));
  assert.equal(new Set(inputs.map((one) => textOf(one))).size, all.length);
  assert.match(JSON.stringify(inputs[4]), /chatgpt_base_url/, "the built-in texts");
  const named = (await startFor(parse(["apply", "--providers", "claude"]))).inputs;
  assert.match(JSON.stringify(named), /ANTHROPIC_BASE_URL/, "the text of a catalog's agent");
  for (const args of [["disable", "codex"], ["write", "codex"]]) {
    assert.equal((await startFor(parse(args))).inputs, undefined);
  }
  await Deno.remove(dir, { recursive: true });
});
