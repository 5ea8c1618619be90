import { type Program, PROXY } from "../program.ts";

const CHOSEN = '{\n  "security": { "auth": { "selectedType": "gemini-api-key" } }\n}\n';

/** Google's Gemini CLI. */
export const gemini: Program = {
  name: "gemini",
  source: { from: "npm", name: "@google/gemini-cli", version: "0.61.0" },
  file: "node_modules/@google/gemini-cli/bundle/gemini.js",
  place: ".gemini",
  logins: [{
    name: "API key",
    env: { GEMINI_API_KEY: "phantom" },
    args: ["--skip-trust", "-m", "gemini-2.5-pro", "-p", "say hello"],
    asks: /^port POST \/v1beta\/models\/[^/]+:streamGenerateContent$/,
    service: /^(generativelanguage|cloudcode-pa)\.googleapis\.com$/,
    users: {
      ".env": "# mine\nMINE='1'\nGOOGLE_GEMINI_BASE_URL=https://relay.example\n",
      "settings.json": CHOSEN,
    },
    bypasses: [{
      name: "Google account",
      files: {
        "settings.json": CHOSEN.replace("gemini-api-key", "oauth-personal"),
        "oauth_creds.json": JSON.stringify({
          access_token: "phantom",
          refresh_token: "phantom",
          token_type: "Bearer",
          expiry_date: 4102444800000,
        }),
      },
      goes: /googleapis\.com$/,
    }, {
      name: "a proxy",
      files: { ".env": `HTTP_PROXY=${PROXY}\n` },
    }],
  }],
};
