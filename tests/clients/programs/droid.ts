import type { Program } from "../program.ts";

/** Factory's Droid, with a model of the user's own (its built-in ones cannot be routed by a file). */
export const droid: Program = {
  name: "droid",
  source: { from: "npm", name: "droid", version: "0.215.0" },
  file: "node_modules/@factory/cli-linux-{arch}/bin/droid",
  place: ".factory",
  logins: [{
    name: "own key, Anthropic's API",
    env: { FACTORY_API_KEY: "fk-phantom", ANTHROPIC_API_KEY: "phantom" },
    args: ["exec", "-m", "custom:claude-sonnet-4-5", "say hello"],
    asks: /^port POST \/v1\/messages$/,
    service: /^api\.anthropic\.com$/,
    users: {
      "settings.json": `{
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
`,
    },
  }],
};
