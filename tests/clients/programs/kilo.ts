import type { Login, Program } from "../program.ts";

/** A provider that Kilo does not know. */
const OWN = `{
  "provider": {
    "relay": {
      "npm": "@ai-sdk/openai-compatible",
      "options": { "baseURL": "https://relay.example/v1", "apiKey": "phantom" },
      "models": { "mine": {} }
    }
  }
}
`;

function login(
  provider: string,
  model: string,
  rest: Pick<Login, "name" | "env" | "asks" | "service" | "bypasses">,
): Login {
  const address = {
    provider: { [provider]: { options: { baseURL: "https://relay.example/v1" } } },
  };
  const text = `${JSON.stringify(address, undefined, 2)}\n`;
  return {
    ...rest,
    args: ["run", "-m", `${provider}/${model}`, "say hello"],
    users: { "kilo.jsonc": `// mine\n${text}`, "opencode.json": text },
  };
}

/** Kilo Code's CLI. */
export const kilo: Program = {
  name: "kilo",
  source: { from: "npm", name: "@kilocode/cli", version: "7.7.7" },
  file: "node_modules/@kilocode/cli-linux-{arch}/bin/kilo",
  place: ".config/kilo",
  logins: [
    login("anthropic", "claude-sonnet-4-5", {
      name: "Anthropic key",
      env: { ANTHROPIC_API_KEY: "phantom" },
      asks: /^port POST \/v1\/messages$/,
      service: /^api\.anthropic\.com$/,
      bypasses: ["kilo.jsonc", "opencode.jsonc"].map((file) => ({
        name: `a provider of the user's own in ${file}`,
        files: { "kilo.jsonc": "{}\n", "opencode.json": "{}\n", [file]: OWN },
        args: ["run", "-m", "relay/mine", "say hello"],
      })),
    }),
    login("kilo", "anthropic/claude-sonnet-4.5", {
      name: "Kilo's gateway",
      env: { KILO_API_KEY: "phantom" },
      asks: /^port POST \/api\/openrouter\/(chat\/completions|responses|messages)$/,
    }),
  ],
};
