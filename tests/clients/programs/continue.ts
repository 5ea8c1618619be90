import { type Login, type Program, PROXY } from "../program.ts";

/** A config with one model of OpenAI's. */
function openai(apiBase: string): Login["users"] {
  return {
    "config.yaml": `name: mine
version: 1.0.0
models:
  - name: Mine
    provider: openai
    model: gpt-4o
    apiKey: phantom
    apiBase: ${apiBase}
    roles: [chat]
`,
  };
}

const ARGS = ["--config", "/home/agent/.continue/config.yaml", "-p", "say hello"];

/** Continue's `cn`. */
export const continueDev: Program = {
  name: "continue",
  source: { from: "npm", name: "@continuedev/cli", version: "1.5.47" },
  file: "node_modules/@continuedev/cli/dist/cn.js",
  place: ".continue",
  logins: [{
    name: "Anthropic key",
    env: { ANTHROPIC_API_KEY: "phantom" },
    args: ARGS,
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
    }, {
      name: "a proxy",
      files: {
        "config.yaml": `name: mine
version: 1.0.0
models:
  - name: Mine
    provider: anthropic
    model: claude-haiku-4-5
    apiKey: phantom
    roles: [chat]
    requestOptions:
      proxy: ${PROXY}
`,
      },
    }],
  }, {
    name: "OpenAI key",
    env: {},
    args: ARGS,
    needsConfig: true,
    // A new file of ours holds a model of Anthropic's alone.
    files: openai("https://api.openai.com/v1/"),
    asks: /^port POST \/v1\/(chat\/completions|responses)$/,
    service: /^api\.openai\.com$/,
    users: openai("https://relay.example/v1/"),
  }],
};
