import { type Program, PROXY } from "../program.ts";

/** Amp. */
export const amp: Program = {
  name: "amp",
  source: { from: "npm", name: "@ampcode/cli", version: "0.0.1790142911-g7618fb" },
  file: "node_modules/@ampcode/cli-linux-{arch}/amp",
  place: ".config/amp",
  logins: [{
    name: "Amp key",
    env: { AMP_API_KEY: "phantom" },
    args: ["-x", "say hello"],
    // Its first question, about the user, is more than the stand-in vault knows.
    saysNothing: true,
    asks: /^port POST \/api\/internal$/,
    service: /^ampcode\.com$/,
    users: {
      "settings.json": `{
  // mine
  "amp.url": "https://relay.example",
  "amp.notifications.enabled": false
}
`,
    },
    bypasses: [{
      name: "a proxy",
      files: { "settings.json": `{ "amp.proxy": "${PROXY}" }\n` },
    }],
  }],
};
