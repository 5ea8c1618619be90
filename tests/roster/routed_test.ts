/**
 * The agents that come with the program, on configs as people have them: routed, or said to be
 * bypassed; and given back to the byte.
 */
import assert from "node:assert/strict";
import { catalogNames } from "../../roster/mod.ts";
import { bypassed, failures, routed } from "./routes.ts";

const URL = "http://localhost:9419";
const RELAY = 'model_provider = "relay"\n[model_providers.relay]\nbase_url = "https://r.example"\n';

Deno.test("every agent begins its files, changes nothing twice, and takes all of it back", async () => {
  for (const name of ["codex", "gh", "vibe", ...catalogNames()]) {
    await routed(name, {}, (scenario) => {
      const files = Object.values(scenario.files()).join("");
      assert.match(files, name === "gh" ? /vault\.sock/ : /localhost:9419/, name);
    });
  }
});

Deno.test("codex: another model_provider is a bypass, and may be accepted", async () => {
  const files = { "_codex-config/config.toml": RELAY };
  assert.deepEqual(await bypassed("codex", files), ["_codex-config/config.toml:1"]);
  await routed("codex", files, (scenario) => {
    assert.match(scenario.read("_codex-config/config.toml") ?? "", /openai_base_url/);
  }, { acceptBypass: ["codex"] });
  const openai = { "_codex-config/config.toml": RELAY.replace('= "relay"', '= "openai"') };
  await routed("codex", openai);
});

Deno.test("codex: a profile's provider, in the config or in a file of its own, is a bypass", async () => {
  const config = 'profile = "work"\n[profiles.work]\nmodel_provider = "relay"\n';
  assert.equal((await bypassed("codex", { "_codex-config/config.toml": config })).length, 1);
  for (
    const text of [
      'openai_base_url = "https://eu.example/v1"\n',
      'model_provider = "relay"\n',
      'chatgpt_base_url = "https://eu.example/"\n',
    ]
  ) {
    const files = {
      "_codex-config/config.toml": "a = 1\n",
      "_codex-config/work.config.toml": text,
    };
    assert.deepEqual(await bypassed("codex", files), ["_codex-config/work.config.toml:1"]);
  }
  await routed("codex", { "_codex-config/work.config.toml": `openai_base_url = "${URL}/v1"\n` });
});

Deno.test("vibe: a model of another provider is a bypass, one of the container's own is none", async () => {
  const model = (provider: string) => ({
    "_vibe-config/config.toml": `[[models]]\nname = "m"\nprovider = "${provider}"\n`,
  });
  assert.equal((await bypassed("vibe", model("relay"))).length, 1);
  await routed("vibe", model("llamacpp"));
});

Deno.test("opencode: the address of the user's strongest file is ours, and comes back", async () => {
  const path = "_opencode-config/opencode.jsonc";
  const options = '{ "baseURL": "https://mine.example" } // mine';
  const text =
    `{\n  "provider": {\n    "anthropic": {\n      "options": ${options}\n    }\n  }\n}\n`;
  await routed("opencode", { [path]: text }, (scenario) => {
    assert.match(scenario.read(path) ?? "", /"baseURL": "http:\/\/localhost:9419\/v1" } \/\/ mine/);
    assert.deepEqual(Object.keys(scenario.files()).filter((one) => one.endsWith(".json")), [
      "_opencode-config/.terok-managed-config.json",
    ]);
  });
});

Deno.test("gemini: a .env in which some readers find our name twice is refused", async () => {
  const path = "_gemini-config/.env";
  const ours = `GOOGLE_GEMINI_BASE_URL=${URL}\n`;
  const evil = "GOOGLE_GEMINI_BASE_URL=http://x";
  for (const other of [`\x85${evil}`, `\x1c${evil}`, `A=\`\n${evil}\nB=\``, `A='x'${evil}`]) {
    const text = `${ours}${other}\n`;
    const [failure] = await failures("gemini", { [path]: text });
    assert.match(failure ?? "", /^unsupported _gemini-config\/\.env:[23]$/, text);
  }
});

Deno.test("kilo: ours stands in the file that wins over all others", async () => {
  const text = '{ "provider": { "anthropic": { "options": { "baseURL": "https://mine" } } } }\n';
  for (const file of ["kilo.json", "opencode.json", "opencode.jsonc"]) {
    await routed("kilo", { [`_kilo-config/${file}`]: text }, (scenario) => {
      assert.match(scenario.read("_kilo-config/opencode.jsonc") ?? "", /localhost:9419\/v1/);
    });
  }
});

Deno.test("qwen: the address of every model is ours, and each comes back", async () => {
  const model = (id: string) => ({ id, baseUrl: `https://${id}.example` });
  const modelProviders = { openai: [model("a"), model("b")], anthropic: [model("c")] };
  const path = "_qwen-config/settings.json";
  const text = `${JSON.stringify({ modelProviders }, null, 2)}\n`;
  await routed("qwen", { [path]: text }, (scenario) => {
    const { openai, anthropic } = JSON.parse(scenario.read(path) ?? "").modelProviders;
    const urls = [...openai, ...anthropic].map((one: { baseUrl: string }) => one.baseUrl);
    assert.deepEqual(urls, [`${URL}/v1`, `${URL}/v1`, URL]);
  });
  const other = text.replace('"anthropic"', '"mine"');
  assert.equal((await bypassed("qwen", { [path]: other })).length, 1);
  const login = '{ "security": { "auth": { "selectedType": "qwen-oauth" } } }\n';
  assert.equal((await bypassed("qwen", { [path]: login })).length, 1);
});

Deno.test("continue: every model of a vendor is routed, another vendor's is a bypass", async () => {
  const path = "_continue-config/config.yaml";
  const models = "  - name: x\n    provider: anthropic\n    apiBase: https://x # mine\n" +
    "  - {name: y, provider: anthropic}\n  - name: z\n    provider: openai\n";
  const text = `name: me\nversion: 1.0.0\nmodels:\n${models}`;
  await routed("continue", { [path]: text }, (scenario) => {
    assert.equal(scenario.read(path)?.match(/localhost:9419\/v1\//g)?.length, 3);
  });
  const files = { [path]: `${text}  - name: w\n    provider: mistral\n` };
  assert.equal((await bypassed("continue", files)).length, 1);
});

Deno.test("glab: a file that we begin is nobody else's to read, and every host is routed", async () => {
  const path = "_glab-config/config.yml";
  await routed("glab", {}, ({ mounts }) => {
    assert.equal((Deno.statSync(`${mounts}/${path}`).mode ?? 0) & 0o777, 0o600);
  });
  const text = "git_protocol: ssh\nhosts:\n    gitlab.com:\n        token: x\n    example.org:\n" +
    "        api_host: example.org # mine\n";
  await routed("glab", { [path]: text }, (scenario) => {
    assert.equal(scenario.read(path)?.match(/api_host: "localhost:9419"/g)?.length, 2);
  });
});

Deno.test("a client that ignores a file with comments is not said to be routed", async () => {
  const text = '{\n  // mine\n  "a": 1\n}\n';
  for (
    const [name, path] of [
      ["claude", "_claude-config/settings.json"],
      ["grok", "_grok-config/user-settings.json"],
      ["cline", "_cline-config/data/settings/providers.json"],
      ["nanocoder", "_nanocoder-config/agents.config.json"],
    ] as const
  ) assert.deepEqual(await failures(name, { [path]: text }), [`syntax ${path}:2`]);
});

Deno.test("a switch that sends a client to another service is a bypass", async () => {
  const path = "_claude-config/settings.json";
  const env = (value: string) => ({
    [path]: `{ "env": { "CLAUDE_CODE_USE_BEDROCK": "${value}" } }\n`,
  });
  assert.equal((await bypassed("claude", env("1"))).length, 1);
  await routed("claude", env("0"));
  const login = '{ "security": { "auth": { "selectedType": "oauth-personal" } } }\n';
  assert.equal((await bypassed("gemini", { "_gemini-config/settings.json": login })).length, 1);
  assert.equal(
    (await bypassed("goose", { "_goose-config/config.yaml": "GOOSE_PROVIDER: ollama\n" })).length,
    1,
  );
});
