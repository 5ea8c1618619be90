import { type Login, type Program, PROXY } from "../program.ts";

const LOGIN = {
  args: ["-p", "say hello"],
  asks: /^port POST \/v1\/messages$/,
  users: {
    "settings.json": `{
  "model": "sonnet",
  "env": {
    "ANTHROPIC_BASE_URL": "https://relay.example",
    "MINE": "1"
  }
}
`,
  },
} as const satisfies Partial<Login>;

// Else it asks its service for news, whatever the address of the API is.
const QUIET = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" };

/** Anthropic's Claude Code. */
export const claude: Program = {
  name: "claude",
  source: { from: "npm", name: "@anthropic-ai/claude-code", version: "2.1.332" },
  file: "node_modules/@anthropic-ai/claude-code-linux-{arch}/claude",
  place: ".claude",
  logins: [
    {
      ...LOGIN,
      name: "API key",
      service: /^api\.anthropic\.com$/,
      env: { ANTHROPIC_API_KEY: "phantom", ...QUIET },
      bypasses: [{
        name: "Bedrock",
        files: {
          "settings.json": `{
  "env": {
    "CLAUDE_CODE_USE_BEDROCK": "1",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "phantom",
    "AWS_SECRET_ACCESS_KEY": "phantom"
  }
}
`,
        },
        goes: /amazonaws\.com$/,
      }, {
        name: "Bedrock Mantle",
        files: {
          "settings.json": `{
  "env": {
    "CLAUDE_CODE_USE_MANTLE": "1",
    "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": "https://relay.example",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "phantom",
    "AWS_SECRET_ACCESS_KEY": "phantom"
  }
}
`,
        },
      }, {
        name: "Foundry",
        files: {
          "settings.json": `{
  "env": {
    "CLAUDE_CODE_USE_FOUNDRY": "1",
    "ANTHROPIC_FOUNDRY_BASE_URL": "https://relay.example",
    "ANTHROPIC_FOUNDRY_API_KEY": "phantom"
  }
}
`,
        },
      }, {
        name: "a proxy",
        files: { "settings.json": `{ "env": { "HTTP_PROXY": "${PROXY}" } }\n` },
      }],
    },
    {
      ...LOGIN,
      // It asks its service about the account, wherever the API is.
      name: "Claude account",
      env: QUIET,
      files: {
        ".credentials.json": JSON.stringify({
          claudeAiOauth: {
            accessToken: "sk-ant-oat01-phantom",
            refreshToken: "sk-ant-ort01-phantom",
            expiresAt: 4102444800000,
            scopes: ["user:inference", "user:profile"],
            subscriptionType: "max",
          },
        }),
      },
    },
  ],
};
