import type { Login, Program } from "../program.ts";

/** Models of the user's own, of two kinds. */
const OWN = `{
  // mine
  "customModels": [
    {
      "displayName": "Mine",
      "model": "claude-sonnet-4-5",
      "provider": "anthropic",
      "apiKey": "phantom",
      "maxOutputTokens": 4096,
      "baseUrl": "https://relay.example"
    },
    {
      "displayName": "Other",
      "model": "gpt-5",
      "provider": "openai",
      "apiKey": "phantom",
      "maxOutputTokens": 4096,
      "baseUrl": "https://eu.relay.example/v1"
    }
  ]
}
`;

const LOGIN = {
  env: { FACTORY_API_KEY: "fk-phantom", ANTHROPIC_API_KEY: "phantom" },
  users: { "settings.json": OWN },
  needsConfig: true,
} as const satisfies Partial<Login>;

/** Factory's Droid, with models of the user's own (its built-in ones cannot be routed by a file). */
export const droid: Program = {
  name: "droid",
  source: { from: "npm", name: "droid", version: "0.215.0" },
  file: "node_modules/@factory/cli-linux-{arch}/bin/droid",
  place: ".factory",
  logins: [
    {
      ...LOGIN,
      name: "own key, Anthropic's API",
      args: ["exec", "-m", "custom:claude-sonnet-4-5", "say hello"],
      asks: /^port POST \/v1\/messages$/,
      service: /^api\.anthropic\.com$/,
      bypasses: [{
        name: "a model of a third kind",
        files: {
          "settings.json": OWN.replace('"openai"', '"generic-chat-completion-api"'),
        },
        args: ["exec", "-m", "custom:gpt-5", "say hello"],
      }, {
        name: "settings.local.json",
        files: {
          "settings.local.json": `{ "customModels": [{
  "displayName": "Mine too", "model": "mine", "provider": "generic-chat-completion-api",
  "apiKey": "phantom", "maxOutputTokens": 100, "baseUrl": "https://relay.example/v1"
}] }
`,
        },
        args: ["exec", "-m", "custom:mine", "say hello"],
      }, {
        name: "config.json",
        files: {
          "config.json": `{ "custom_models": [{
  "model_display_name": "Mine too", "model": "mine", "provider": "generic-chat-completion-api",
  "api_key": "phantom", "max_tokens": 100, "base_url": "https://relay.example/v1"
}] }
`,
        },
        args: ["exec", "-m", "custom:mine", "say hello"],
      }],
    },
    {
      ...LOGIN,
      name: "own key, OpenAI's API",
      args: ["exec", "-m", "custom:gpt-5", "say hello"],
      // A new file of ours holds a model of Anthropic's alone.
      files: {
        "settings.json": OWN.replaceAll("eu.relay.example", "api.openai.com")
          .replace("relay.example", "api.anthropic.com"),
      },
      asks: /^port POST \/v1\/responses$/,
      service: /^api\.openai\.com$/,
    },
  ],
};
