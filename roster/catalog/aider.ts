/** Aider, for OpenAI's models. @module */
import type { AgentObject } from "../agent_object.ts";

/** From its documentation. */
export const agent: AgentObject = {
  host_dir: "_aider-config",
  shared_config_patch: {
    file: ".aider.conf.yml",
    yaml_set: { "openai-api-base": "{vault_url}/v1" },
  },
  notes: [
    "In the container, .aider.conf.yml of the host dir is to be linked to the home directory.",
    "Not seen: models of other vendors, and a project's own .aider.conf.yml or .env.",
  ],
  proven: "documentation only",
};
