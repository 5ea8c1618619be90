/** Zed's agent, with keys of Anthropic and OpenAI. @module */
import type { AgentObject } from "../agent_object.ts";

/** From its documentation. */
export const agent: AgentObject = {
  host_dir: "_zed-config",
  shared_config_patch: {
    file: "settings.json",
    json_set: {
      language_models: {
        anthropic: { api_url: "{vault_url}" },
        openai: { api_url: "{vault_url}/v1" },
      },
    },
  },
  notes: [
    "In the container, the host dir is ~/.config/zed.",
    "No file routes models that Zed itself hosts. Other vendors go to their own address.",
  ],
  proven: "documentation only",
};
