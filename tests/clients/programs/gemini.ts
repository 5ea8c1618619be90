import { type Program, PROXY } from "../program.ts";

/** A login with a Google account. */
const ACCOUNT = JSON.stringify({
  access_token: "phantom",
  refresh_token: "phantom",
  token_type: "Bearer",
  expiry_date: 4102444800000,
});

/** Settings that choose no kind of login. */
const NONE_CHOSEN = '{ "ui": { "hideTips": true } }\n';

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
        "oauth_creds.json": ACCOUNT,
      },
      goes: /googleapis\.com$/,
    }, {
      name: "Vertex, by a variable",
      files: {
        "settings.json": NONE_CHOSEN,
        ".env": "GOOGLE_GENAI_USE_VERTEXAI=true\nGOOGLE_API_KEY=phantom\n",
      },
      goes: /googleapis\.com$/,
    }, {
      name: "Google account, by a variable",
      files: {
        "settings.json": NONE_CHOSEN,
        ".env": "GOOGLE_GENAI_USE_GCA=true\n",
        "oauth_creds.json": ACCOUNT,
      },
      goes: /googleapis\.com$/,
    }, {
      name: "a proxy",
      files: { ".env": `HTTP_PROXY=${PROXY}\n` },
    }],
  }],
};
