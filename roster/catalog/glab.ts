/** GitLab's CLI. @module */
import type { AgentObject } from "../agent_object.ts";

/** It refuses a file that others may read, for every command. */
const MODE = "0600";

/** Every host of the user's, and gitlab.com where there is none. */
export const agent: AgentObject = {
  host_dir: "_glab-config",
  shared_config_patch: [
    {
      file: "config.yml",
      mode: MODE,
      yaml_set: { hosts: { "gitlab.com": { api_host: "{vault_host}", api_protocol: "http" } } },
    },
    {
      file: "config.yml",
      mode: MODE,
      yaml_each: ["hosts", "*"],
      yaml_set: { api_host: "{vault_host}", api_protocol: "http" },
      bypassed_by: [
        {
          path: ["host"],
          unless: ["gitlab.com"],
          why: "glab goes to that host, to its own address unless hosts has an entry for it.",
        },
      ],
    },
  ],
  notes: [
    "In the container, the host dir is ~/.config/glab-cli.",
    "No file routes the login, the refresh of its tokens, and what git itself fetches and pushes.",
    "Not seen: GITLAB_HOST and GITLAB_API_HOST in the environment, and a repository's own " +
    ".git/glab-cli/config.yml.",
  ],
  proven: "run at 1.53.0-1+b3",
};
