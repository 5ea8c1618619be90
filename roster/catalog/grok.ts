/** Grok CLI (@vibe-kit/grok-cli). @module */
import type { AgentObject } from "../agent_object.ts";

/** It silently ignores a file that holds a comment. */
export const agent: AgentObject = {
  host_dir: "_grok-config",
  shared_config_patch: {
    file: "user-settings.json",
    json_strict: true,
    json_set: { baseURL: "{vault_url}/v1" },
  },
  notes: [
    "In the container, the host dir is ~/.grok.",
    "Not seen: GROK_BASE_URL in the environment, and --base-url on the command line.",
  ],
  proven: "run at 0.0.34",
};
