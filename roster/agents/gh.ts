/** GitHub's CLI. @module */
import type { AgentObject } from "../agent_object.ts";

/** It knows no base URL, but sends every request to the API through this socket. */
export const agent: AgentObject = {
  host_dir: "_gh-config",
  shared_config_patch: {
    file: "config.yml",
    yaml_set: { http_unix_socket: "{vault_socket}" },
  },
  notes: [
    "In the container, the host dir is ~/.config/gh.",
    "No file routes gh auth login --web, and what git itself fetches and pushes.",
  ],
  proven: "run at 2.46.0-3",
};
