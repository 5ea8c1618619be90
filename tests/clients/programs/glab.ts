import type { Program } from "../program.ts";

/** GitLab's CLI. */
export const glab: Program = {
  name: "glab",
  source: { from: "debian", name: "glab", suite: "trixie" },
  file: "usr/bin/glab",
  place: ".config/glab-cli",
  logins: [{
    name: "token",
    env: { GITLAB_TOKEN: "phantom" },
    args: ["api", "user"],
    asks: /^port GET \/api\/v4\/user$/,
    service: /(^|\.)gitlab\.com$/,
    users: {
      "config.yml": `# mine
git_protocol: ssh
hosts:
    gitlab.com:
        token: phantom
        api_host: relay.example
        api_protocol: https
`,
    },
    bypasses: [{
      name: "another host",
      files: {
        "config.yml": "host: relay.example\nhosts:\n    gitlab.com:\n        token: phantom\n",
      },
    }],
  }],
};
