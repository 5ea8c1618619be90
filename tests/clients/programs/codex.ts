import { type Program, PROXY } from "../program.ts";
import { ACCOUNT, accountToken } from "./chatgpt.ts";

const TOKEN = accountToken();

const ARGS = ["exec", "--skip-git-repo-check", "say hello"];

/** OpenAI's Codex CLI. */
export const codex: Program = {
  name: "codex",
  source: { from: "npm", name: "@openai/codex", version: "0.169.0" },
  file: "node_modules/@openai/codex/bin/codex.js",
  place: ".codex",
  logins: [
    {
      name: "API key",
      credential: "api_key",
      env: { CODEX_API_KEY: "phantom" },
      args: ARGS,
      asks: /^port POST \/v1\/responses$/,
      service: /^api\.openai\.com$/,
      users: {
        "config.toml": `model = "gpt-5" # mine
openai_base_url = "https://relay.example/v1"

[tui]
notifications = true
`,
      },
      bypasses: [
        {
          name: "model_provider",
          files: { "config.toml": `model_provider = "relay"\n${relay()}` },
        },
        {
          name: "work.config.toml",
          files: { "work.config.toml": 'openai_base_url = "https://relay.example/v1"\n' },
          args: ["--profile", "work", ...ARGS],
        },
        { name: "a proxy in .env", files: { ".env": `HTTP_PROXY=${PROXY}\n` } },
      ],
    },
    {
      name: "ChatGPT",
      credential: "oauth",
      env: { CODEX_CA_CERTIFICATE: "/home/agent/vault.pem" },
      args: ARGS,
      files: {
        "auth.json": JSON.stringify({
          OPENAI_API_KEY: null,
          tokens: {
            id_token: TOKEN,
            access_token: TOKEN,
            refresh_token: "phantom",
            account_id: ACCOUNT,
          },
          last_refresh: new Date().toISOString(),
        }),
      },
      asks: /^tls POST \/backend-api\/codex\/responses$/,
      service: /^(chatgpt|api\.openai)\.com$/,
      users: {
        "config.toml": `model = "gpt-5"
chatgpt_base_url = "https://relay.example/backend-api/"
openai_base_url = "https://relay.example/backend-api/codex"
`,
      },
      bypasses: [
        { name: "a proxy in .env", files: { ".env": `HTTPS_PROXY=${PROXY}\n` } },
      ],
    },
  ],
};

function relay(): string {
  return `
[model_providers.relay]
name = "Relay"
base_url = "https://relay.example/v1"
wire_api = "responses"
`;
}
