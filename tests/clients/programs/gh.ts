import type { Program } from "../program.ts";

/** GitHub's CLI. */
export const gh: Program = {
  name: "gh",
  source: { from: "debian", name: "gh", suite: "trixie" },
  file: "usr/bin/gh",
  place: ".config/gh",
  logins: [{
    name: "token",
    env: { GH_NO_UPDATE_NOTIFIER: "1" },
    args: ["api", "user"],
    files: {
      "hosts.yml":
        "github.com:\n    oauth_token: phantom\n    user: agent\n    git_protocol: https\n",
    },
    asks: /^socket GET \/user$/,
    service: /(^|\.)github\.com$/,
    users: {
      "config.yml": "# mine\nversion: '1'\ngit_protocol: ssh\naliases:\n    co: pr checkout\n",
    },
    own: /^api\.github\.com$/,
  }],
};
