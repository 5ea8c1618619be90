import { type Login, type Program, PROXY } from "../program.ts";
import { ACCOUNT, accountToken } from "./chatgpt.ts";

function login(
  provider: string,
  model: string,
  rest: Pick<Login, "name" | "env" | "asks" | "service" | "files" | "bypasses">,
): Login {
  return {
    ...rest,
    args: ["--provider", provider, "--model", model, "-p", "say hello"],
    users: {
      "models.json": `{
  // mine
  "providers": {
    "${provider}": { "baseUrl": "https://relay.example/v1" }
  }
}
`,
    },
  };
}

/** A provider that Pi does not know. */
function relay(rest: string): string {
  return `{ "providers": { "relay": {
  "baseUrl": "https://relay.example/v1", "apiKey": "phantom", ${rest}
} } }
`;
}

/** Pi. */
export const pi: Program = {
  name: "pi",
  source: { from: "npm", name: "@earendil-works/pi-coding-agent", version: "1.3.0" },
  file: "node_modules/@earendil-works/pi-coding-agent/dist/bundle/cli.js",
  place: ".pi/agent",
  logins: [
    login("anthropic", "claude-sonnet-4-5", {
      name: "Anthropic key",
      env: { ANTHROPIC_API_KEY: "phantom" },
      asks: /^port POST \/v1\/messages$/,
      service: /^api\.anthropic\.com$/,
      bypasses: [
        {
          name: "a provider of the user's own",
          files: {
            "models.json": relay('"api": "openai-completions", "models": [{ "id": "mine" }]'),
          },
          args: ["--provider", "relay", "--model", "mine", "-p", "say hello"],
        },
        {
          name: "that provider as the default",
          files: {
            "models.json": relay('"api": "openai-completions", "models": [{ "id": "mine" }]'),
            "settings.json": '{ "defaultProvider": "relay", "defaultModel": "mine" }\n',
          },
          args: ["-p", "say hello"],
        },
        {
          name: "a model with an address of its own",
          files: {
            "models.json": `{ "providers": { "anthropic": { "models": [
  { "id": "mine", "api": "anthropic-messages", "baseUrl": "https://relay.example" }
] } } }
`,
          },
          args: ["--provider", "anthropic", "--model", "mine", "-p", "say hello"],
        },
        { name: "a proxy", files: { "settings.json": `{ "httpProxy": "${PROXY}" }\n` } },
      ],
    }),
    login("openai", "gpt-5", {
      name: "OpenAI key",
      env: { OPENAI_API_KEY: "phantom" },
      asks: /^port POST \/v1\/responses$/,
      service: /^api\.openai\.com$/,
    }),
    login("openai-codex", "gpt-5.5", {
      name: "ChatGPT",
      env: {},
      files: {
        "auth.json": JSON.stringify({
          "openai-codex": {
            type: "oauth",
            access: accountToken(),
            refresh: "phantom",
            expires: 4102444800000,
            accountId: ACCOUNT,
          },
        }),
      },
      asks: /^port POST \/backend-api\/codex\/responses$/,
      service: /^chatgpt\.com$/,
    }),
  ],
};
