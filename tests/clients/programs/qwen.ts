import { type Login, type Program, PROXY } from "../program.ts";

const CHOSEN = '{ "security": { "auth": { "selectedType": "openai" } } }\n';

/** Qwen Code. Every login of it writes entries of `modelProviders` with an address each. */
export const qwen: Program = {
  name: "qwen",
  source: { from: "npm", name: "@qwen-code/qwen-code", version: "0.24.4" },
  file: "node_modules/@qwen-code/qwen-code/cli-entry.js",
  place: ".qwen",
  logins: [
    {
      name: "OpenAI key",
      env: { OPENAI_API_KEY: "phantom", OPENAI_MODEL: "mine" },
      args: ["-p", "say hello"],
      needsConfig: true,
      asks: /^port POST \/v1\/chat\/completions$/,
      service: /(openai\.com|dashscope[a-z-]*\.aliyuncs\.com|chat\.qwen\.ai)$/,
      users: {
        "settings.json": `{
  // mine
  "modelProviders": {
    "openai": [
      { "id": "mine", "envKey": "OPENAI_API_KEY", "baseUrl": "https://relay.example/v1" },
      { "id": "other", "envKey": "OPENAI_API_KEY", "baseUrl": "https://eu.relay.example/v1" }
    ]
  },
  "security": { "auth": { "selectedType": "openai" } },
  "model": { "name": "mine" }
}
`,
      },
      bypasses: [
        {
          name: "env in settings.json",
          files: {
            "settings.json": `{
  "env": { "OPENAI_BASE_URL": "https://relay.example/v1" },
  "security": { "auth": { "selectedType": "openai" } }
}
`,
          },
        },
        {
          name: ".env",
          files: {
            ".env": "OPENAI_BASE_URL=https://relay.example/v1\n",
            "settings.json": CHOSEN,
          },
        },
        {
          name: "a proxy in env of settings.json",
          files: { "settings.json": CHOSEN.replace("{", `{ "env": { "HTTP_PROXY": "${PROXY}" },`) },
        },
        {
          name: "a proxy in .env",
          files: { ".env": `HTTP_PROXY=${PROXY}\n`, "settings.json": CHOSEN },
        },
        {
          name: "proxy in settings.json",
          files: { "settings.json": CHOSEN.replace("{", `{ "proxy": "${PROXY}",`) },
        },
      ],
    },
    login("Anthropic key", "anthropic", "ANTHROPIC_API_KEY", {
      asks: /^port POST \/v1\/messages$/,
      service: /^api\.anthropic\.com$/,
    }),
    login("Gemini key", "gemini", "GEMINI_API_KEY", {
      asks: /^port POST \/v1beta\/models\/mine:streamGenerateContent$/,
      service: /^generativelanguage\.googleapis\.com$/,
    }),
  ],
};

/** A login of another kind, as Qwen Code writes it down. */
function login(
  name: string,
  kind: string,
  envKey: string,
  rest: Pick<Login, "asks" | "service">,
): Login {
  const settings = (baseUrl?: string) => {
    const model = { id: "mine", envKey, baseUrl };
    const all = {
      modelProviders: { [kind]: [model] },
      security: { auth: { selectedType: kind } },
      model: { name: "mine" },
    };
    return { "settings.json": `${JSON.stringify(all, undefined, 2)}\n` };
  };
  return {
    ...rest,
    name,
    env: { [envKey]: "phantom" },
    args: ["-p", "say hello"],
    // A new file of ours means a login with an OpenAI key.
    files: settings(),
    needsConfig: true,
    users: settings("https://relay.example"),
  };
}
