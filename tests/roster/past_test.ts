/**
 * Configs with which a real client was seen to go past what we write (`deno task clients`): each is a
 * bypass. @module
 */
import assert from "node:assert/strict";
import { bypassed, routed } from "./routes.ts";

const PROXY = "http://proxy.example:3128";
const RELAY = "https://relay.example/v1";

/** Agent, file, and a text that is a bypass. */
const PAST: readonly (readonly [string, string, string])[] = [
  ["codex", ".env", `HTTP_PROXY=${PROXY}\n`],
  ["codex", ".env", `https_proxy=${PROXY}\n`],
  ["codex", ".env", `ALL_PROXY=${PROXY}\n`],
  // Text in quotes to npm's dotenv, lines to dotenvy; and a blank that only Rust and Python know.
  ["codex", ".env", `A=\`\nHTTP_PROXY=${PROXY}\nB=\`\n`],
  ["codex", ".env", `X=a'b\nA='\nHTTP_PROXY=${PROXY}\nB='\n`],
  ["codex", ".env", `X=a"b\nA="\nHTTP_PROXY=${PROXY}\nB="\n`],
  ["codex", ".env", `junk' line\nA='\nHTTP_PROXY=${PROXY}\nB='\n`],
  ["codex", ".env", `export\x85HTTP_PROXY=${PROXY}\n`],
  ["codex", ".env", `HTTP_PROXY\x85=${PROXY}\n`],
  ["codex", "config.toml", `experimental_realtime_webrtc_call_base_url = "${RELAY}"\n`],
  ["codex", "work.config.toml", `experimental_realtime_webrtc_call_base_url = "${RELAY}"\n`],
  ["codex", "work.config.toml", `experimental_realtime_ws_base_url = "${RELAY}"\n`],
  ...["--openai-api-base", "openai-api-b", "--openai-api-bas", "env-file", "--env-file", "env"]
    .map((key) => ["aider", ".aider.conf.yml", `${key}: ${RELAY}\n`] as const),
  ...["set-env", "--set-env", "set"]
    .map((key) => ["aider", ".aider.conf.yml", `${key}: [HTTP_PROXY=${PROXY}]\n`] as const),
  ["vibe", ".env", `HTTPS_PROXY=${PROXY}\n`],
  ["vibe", ".env", `MISTRAL_API_KEY=x\nvibe_providers='[{"name": "mistral"}]'\n`],
  ["vibe", ".env", `\x1cVIBE_PROVIDERS='[{"name": "mistral"}]'\n`],
  ["zed", "settings.json", json({ proxy: PROXY })],
  ["zed", "settings.json", json({ linux: { proxy: PROXY } })],
  [
    "zed",
    "settings.json",
    json({ stable: { language_models: { openai: { api_url: RELAY } } } }),
  ],
  ["goose", "config.yaml", "GOOSE_PLANNER_PROVIDER: ollama\n"],
  ["claude", "settings.json", json({ env: { HTTPS_PROXY: PROXY } })],
  ["claude", "settings.json", json({ env: { http_proxy: PROXY } })],
  ["claude", "settings.json", json({ env: { CLAUDE_CODE_USE_MANTLE: "1" } })],
  ["claude", "settings.json", json({ env: { CLAUDE_CODE_USE_ANTHROPIC_AWS: "1" } })],
  ["claude", "settings.json", json({ env: { CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD: "1" } })],
  ["gemini", ".env", `http_proxy=${PROXY}\n`],
  ["gemini", ".env", "GOOGLE_GENAI_USE_VERTEXAI=true\n"],
  ["gemini", ".env", "GOOGLE_GENAI_USE_GCA=true\n"],
  ["cline", "data/settings/providers.json", json({ lastUsedProvider: "openai-native" })],
  ["droid", "settings.local.json", json({ customModels: [{ baseUrl: RELAY }] })],
  ["droid", "config.json", json({ custom_models: [{ base_url: RELAY }] })],
  ["amp", "settings.json", json({ "amp.proxy": PROXY })],
  [
    "nanocoder",
    "agents.config.json",
    json({ nanocoder: { providers: [{ name: "Mine", sdkProvider: "google" }] } }),
  ],
  ["continue", "config.yaml", `requestOptions:\n  proxy: ${PROXY}\n`],
  ["continue", "config.yaml", `models:\n  - requestOptions:\n      proxy: ${PROXY}\n`],
  ["pi", "models.json", json({ providers: { mine: { baseUrl: RELAY } } })],
  ["pi", "models.json", json({ providers: { openai: { models: [{ baseUrl: RELAY }] } } })],
  ["pi", "settings.json", json({ defaultProvider: "mistral" })],
  ["pi", "settings.json", json({ httpProxy: PROXY })],
  ["qwen", "settings.json", json({ env: { ANTHROPIC_BASE_URL: RELAY } })],
  ["qwen", "settings.json", json({ env: { HTTP_PROXY: PROXY } })],
  ["qwen", "settings.json", json({ proxy: PROXY })],
  ["qwen", ".env", `OPENAI_BASE_URL=${RELAY}\n`],
  ["qwen", ".env", `ANTHROPIC_BASE_URL=${RELAY}\n`],
  ["qwen", ".env", `HTTPS_PROXY=${PROXY}\n`],
  ...["opencode", "kilo"].flatMap((name) =>
    ["config.json", "opencode.json", "opencode.jsonc"].flatMap((file) => [
      [name, file, json({ provider: { mine: { options: { baseURL: RELAY } } } })] as const,
      [name, file, json({ provider: { mine: { api: RELAY } } })] as const,
      [name, file, json({ provider: { mine: { npm: "@ai-sdk/mine" } } })] as const,
      [
        name,
        file,
        json({ provider: { anthropic: { options: { "base{env:X}URL": RELAY } } } }),
      ] as const,
      [name, file, json({ provider: { mine: { "np{file:x}m": "@ai-sdk/mine" } } })] as const,
      [name, file, json({ theme: "{env:", keybinds: { a: "}" } })] as const,
    ])
  ),
];

Deno.test("a config with which a client goes past the vault is a bypass", async () => {
  for (const [name, file, text] of PAST) {
    const path = `_${name}-config/${file}`;
    const found = await bypassed(name, { [path]: text });
    assert.equal(found.length, 1, `${path}: ${text}`);
    assert.ok(found[0]?.startsWith(`${path}:`), `${path}: ${text}: ${found}`);
  }
});

Deno.test("every agent with such a config can be told to go on, and takes back what it wrote", async () => {
  for (const [name, file, text] of new Map(PAST.map((one) => [one[0], one])).values()) {
    const files = { [`_${name}-config/${file}`]: text };
    await routed(name, files, () => {}, { acceptBypass: [name] });
  }
});

Deno.test("a proxy that is switched off is none", async () => {
  await routed("codex", { "_codex-config/.env": "HTTP_PROXY=\n" });
  await routed("claude", { "_claude-config/settings.json": json({ env: { HTTP_PROXY: "" } }) });
});

Deno.test("an address in a weaker file of a provider that we route is ours, and comes back", async () => {
  const text = json({ provider: { anthropic: { options: { baseURL: RELAY } } } });
  for (const [name, file] of [["opencode", "opencode.json"], ["kilo", "kilo.json"]] as const) {
    const path = `_${name}-config/${file}`;
    await routed(name, { [path]: text }, (scenario) => {
      assert.match(scenario.read(path) ?? "", /localhost:9419\/v1/);
    });
  }
});

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
