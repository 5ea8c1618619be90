import type { Login, Program } from "../program.ts";

/** A login with a key of one of the providers that opencode knows. */
function keyOf(
  provider: string,
  model: string,
  login: Pick<Login, "name" | "env" | "asks" | "service">,
): Login {
  const address = {
    provider: { [provider]: { options: { baseURL: "https://relay.example/v1" } } },
  };
  return {
    ...login,
    args: ["run", "-m", `${provider}/${model}`, "say hello"],
    // It reads both files, and the second one wins.
    users: {
      "opencode.json": `${JSON.stringify(address, undefined, 2)}\n`,
      "opencode.jsonc": `{
  "$schema": "https://opencode.ai/config.json",
  // mine
  "provider": {
    "${provider}": { "options": { "baseURL": "https://relay.example/v1", "timeout": 60000 } },
  },
}
`,
    },
  };
}

/** opencode. */
export const opencode: Program = {
  name: "opencode",
  source: { from: "npm", name: "opencode-ai", version: "1.18.33" },
  file: "node_modules/opencode-linux-{arch}/bin/opencode",
  place: ".config/opencode",
  logins: [
    {
      ...keyOf("anthropic", "claude-sonnet-4-5", {
        name: "Anthropic key",
        env: { ANTHROPIC_API_KEY: "phantom" },
        asks: /^port POST \/v1\/messages$/,
        service: /^api\.anthropic\.com$/,
      }),
      bypasses: [{
        name: "a provider of the user's own",
        files: {
          "opencode.jsonc": `{
  "provider": {
    "relay": {
      "npm": "@ai-sdk/openai-compatible",
      "options": { "baseURL": "https://relay.example/v1", "apiKey": "phantom" },
      "models": { "mine": {} }
    }
  }
}
`,
        },
        args: ["run", "-m", "relay/mine", "say hello"],
      }, {
        name: "a provider of the user's own in a weaker file",
        files: {
          "opencode.json": `{
  "provider": {
    "relay": { "api": "https://relay.example/v1", "options": { "apiKey": "phantom" }, "models": { "mine": {} } }
  }
}
`,
        },
        args: ["run", "-m", "relay/mine", "say hello"],
      }],
    },
    keyOf("openai", "gpt-5", {
      name: "OpenAI key",
      env: { OPENAI_API_KEY: "phantom" },
      asks: /^port POST \/v1\/responses$/,
      service: /^api\.openai\.com$/,
    }),
    keyOf("opencode", "claude-sonnet-4-5", {
      name: "Zen key",
      env: { OPENCODE_API_KEY: "phantom" },
      asks: /^port POST \/zen\/v1\/messages$/,
      service: /^opencode\.ai$/,
    }),
  ],
};
