import type { Program } from "../program.ts";

/** Continue's `cn`. */
export const continueDev: Program = {
  name: "continue",
  source: { from: "npm", name: "@continuedev/cli", version: "1.5.47" },
  file: "node_modules/@continuedev/cli/dist/cn.js",
  place: ".continue",
  logins: [{
    name: "Anthropic key",
    env: { ANTHROPIC_API_KEY: "phantom" },
    args: ["--config", "/home/agent/.continue/config.yaml", "-p", "say hello"],
    needsConfig: true,
    asks: /^port POST \/v1\/messages$/,
    service: /^api\.anthropic\.com$/,
    users: {
      "config.yaml": `name: mine
version: 1.0.0
models:
  # the first one is used
  - name: Fast
    provider: anthropic
    model: claude-haiku-4-5
    apiKey: phantom
    apiBase: https://relay.example/v1/
    roles: [chat]
  - name: Slow
    provider: anthropic
    model: claude-opus-4-5
    apiKey: phantom
    apiBase: https://eu.relay.example/v1/
`,
    },
    bypasses: [{
      name: "a model of another provider",
      files: {
        "config.yaml": `name: mine
version: 1.0.0
models:
  - name: Other
    provider: mistral
    model: mistral-large
    apiKey: phantom
    apiBase: https://relay.example/v1/
    roles: [chat]
`,
      },
    }],
  }],
};
