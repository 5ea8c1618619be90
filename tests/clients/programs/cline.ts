import type { Program } from "../program.ts";

/** Cline's CLI. Its file lies below its directory, and it rewrites it in every run. */
export const cline: Program = {
  name: "cline",
  source: { from: "npm", name: "cline", version: "3.0.65" },
  file: "node_modules/@cline/cli-linux-{arch}/bin/cline",
  place: ".cline",
  logins: [{
    name: "Anthropic key",
    env: { ANTHROPIC_API_KEY: "phantom" },
    args: ["-P", "anthropic", "-m", "claude-sonnet-4-5", "say hello"],
    asks: /^port POST \/v1\/messages$/,
    service: /^api\.anthropic\.com$/,
    users: {
      "data/settings/providers.json": `{
  "version": 1,
  "lastUsedProvider": "anthropic",
  "providers": {
    "anthropic": {
      "settings": {
        "provider": "anthropic",
        "apiKey": "phantom",
        "model": "claude-sonnet-4-5",
        "baseUrl": "https://relay.example/v1"
      },
      "updatedAt": "2026-11-01T00:00:00.000Z",
      "tokenSource": "manual"
    }
  }
}
`,
    },
  }],
};
