/** Charm's Crush, for Anthropic's and OpenAI's models. @module */
import type { AgentObject } from "../agent_object.ts";

/** From its documentation. */
export const agent: AgentObject = {
  host_dir: "_crush-config",
  shared_config_patch: {
    file: "crush.json",
    json_set: {
      providers: {
        anthropic: { base_url: "{vault_url}" },
        openai: { base_url: "{vault_url}/v1" },
      },
    },
  },
  notes: [
    "In the container, the host dir is ~/.config/crush.",
    "Not seen: a project's own crush.json, and providers of your own.",
  ],
  proven: "documentation only",
};
