import type { Program } from "../program.ts";

/** The Grok CLI of Vibe Kit. */
export const grok: Program = {
  name: "grok",
  source: { from: "npm", name: "@vibe-kit/grok-cli", version: "0.0.34" },
  file: "node_modules/@vibe-kit/grok-cli/dist/index.js",
  place: ".grok",
  logins: [{
    name: "API key",
    env: { GROK_API_KEY: "phantom" },
    args: ["-p", "say hello"],
    asks: /^port POST \/v1\/chat\/completions$/,
    service: /^api\.x\.ai$/,
    users: {
      "user-settings.json": `{
  "apiKey": "phantom",
  "baseURL": "https://relay.example/v1",
  "defaultModel": "grok-4"
}
`,
    },
  }],
};
