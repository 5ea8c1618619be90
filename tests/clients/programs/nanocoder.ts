import type { Program } from "../program.ts";

/** Nanocoder. */
export const nanocoder: Program = {
  name: "nanocoder",
  source: { from: "npm", name: "@nanocollective/nanocoder", version: "1.30.0" },
  file: "node_modules/@nanocollective/nanocoder/dist/cli.js",
  place: ".config/nanocoder",
  logins: [{
    name: "OpenAI key",
    env: { OPENAI_API_KEY: "phantom" },
    args: ["--trust-directory", "run", "say hello"],
    needsConfig: true,
    asks: /^port POST \/v1\/chat\/completions$/,
    service: /^api\.openai\.com$/,
    users: {
      "agents.config.json": `{
  "nanocoder": {
    "providers": [
      {
        "name": "Mine",
        "baseUrl": "https://relay.example/v1",
        "apiKey": "phantom",
        "models": ["mine"]
      },
      {
        "name": "Other",
        "baseUrl": "https://eu.relay.example/v1",
        "apiKey": "phantom",
        "models": ["other"]
      }
    ]
  }
}
`,
    },
    bypasses: [{
      name: "a provider of Google's kind",
      files: {
        "agents.config.json": `{ "nanocoder": { "providers": [
  { "name": "Mine", "sdkProvider": "google", "apiKey": "phantom", "models": ["gemini-mine"] }
] } }
`,
      },
      goes: /googleapis\.com$/,
    }],
  }],
};
