/** What a run remembers of the command line, so that the next one can tell that nothing changed. */
import assert from "node:assert/strict";
import { parse } from "../../cli/parse.ts";
import { setUp } from "../../cli/setup.ts";
import { defaultFormats } from "../../formats/mod.ts";
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
    [...own, "--accept-bypass", "tool"],
    [...own, "--credential", "tool=oauth"],
  ];
  const inputsOf = async (args: string[], formats?: typeof defaultFormats) =>
    (await setUp(parse([...args, "--mounts", `${dir}/mounts`], formats))).request.inputs;
  const inputs = await Promise.all(all.map((args) => inputsOf(args)));
  assert.equal(new Set(inputs.map((one) => textOf(one))).size, all.length);
  assert.match(JSON.stringify(inputs[4]), /chatgpt_base_url/, "the built-in texts");
  const named = await inputsOf(["apply", "--providers", "claude"]);
  assert.match(JSON.stringify(named), /ANTHROPIC_BASE_URL/, "the text of a catalog's agent");
  for (const args of [["disable", "codex"], ["write", "codex"]]) {
    assert.equal(await inputsOf(args), undefined);
  }
  const formats = defaultFormats.with({ ...await defaultFormats.load("json"), name: "own" });
  assert.equal(await inputsOf(["apply"], formats), undefined, "formats of the caller's own");

  await Deno.mkdir(`${dir}/mounts/.vault-config`, { recursive: true });
  const settings = [
    'disabled = ["codex"]',
    'disabled = "all"',
    'providers = ["codex"]',
    'enabled = ["claude"]',
    'accept_bypass = ["codex"]',
    "allow_nested = true",
    "no_built_in = true",
    "token_broker_port = 1234",
    "[credentials]\ncodex = 'oauth'",
  ];
  for (const text of settings) {
    await Deno.writeTextFile(`${dir}/mounts/.vault-config/settings.toml`, text);
    inputs.push(await inputsOf(["apply"]));
  }
  // `no_built_in` says what an option has said above.
  assert.equal(new Set(inputs.map((one) => textOf(one))).size, inputs.length - 1);
  await Deno.remove(dir, { recursive: true });
});
