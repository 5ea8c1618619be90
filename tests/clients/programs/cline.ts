import type { Login, Program } from "../program.ts";

/** The only file that Cline keeps its providers in, with one of them in use. */
function using(provider: string, settings: Readonly<Record<string, string>>): Login["users"] {
  const entry = {
    settings: { provider, apiKey: "phantom", ...settings },
    updatedAt: "2026-11-01T00:00:00.000Z",
    tokenSource: "manual",
  };
  const file = { version: 1, lastUsedProvider: provider, providers: { [provider]: entry } };
  return { "data/settings/providers.json": `${JSON.stringify(file, undefined, 2)}\n` };
}

/** Cline's CLI. Its file lies below its directory, and it rewrites it in every run. */
export const cline: Program = {
  name: "cline",
  source: { from: "npm", name: "cline", version: "3.0.65" },
  file: "node_modules/@cline/cli-linux-{arch}/bin/cline",
  place: ".cline",
  logins: [
    {
      name: "Anthropic key",
      env: { ANTHROPIC_API_KEY: "phantom" },
      args: ["-P", "anthropic", "-m", "claude-sonnet-4-5", "say hello"],
      asks: /^port POST \/v1\/messages$/,
      service: /^api\.anthropic\.com$/,
      users: using("anthropic", {
        model: "claude-sonnet-4-5",
        baseUrl: "https://relay.example/v1",
      }),
      bypasses: [
        {
          name: "another vendor",
          files: using("openai-native", { model: "gpt-5" }),
          args: ["say hello"],
          goes: /^api\.openai\.com$/,
        },
        {
          name: "another vendor, at an address of the user's own",
          files: using("openai-native", { model: "gpt-5", baseUrl: "https://relay.example/v1" }),
          args: ["say hello"],
        },
      ],
    },
    {
      // It asks its service about the account, wherever the API is.
      name: "Cline's account",
      env: {},
      args: ["-P", "cline", "-m", "anthropic/claude-sonnet-4.5", "-k", "phantom", "say hello"],
      asks: /^port POST \/api\/v1\/chat\/completions$/,
      users: using("cline", {
        model: "anthropic/claude-sonnet-4.5",
        baseUrl: "https://relay.example/api/v1",
      }),
    },
  ],
};
