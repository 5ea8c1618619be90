/** OpenCode, with keys of Anthropic, OpenAI and OpenCode Zen; run at 1.18. @module */
import type { AgentObject } from "../agent_object.ts";

/** It merges config.json, opencode.json and opencode.jsonc, in this order, and makes the last itself. */
export const agent: AgentObject = {
  host_dir: "_opencode-config",
  shared_config_patch: {
    file: "opencode.jsonc",
    json_set: {
      provider: {
        anthropic: { options: { baseURL: "{vault_url}/v1" } },
        openai: { options: { baseURL: "{vault_url}/v1" } },
        opencode: { options: { baseURL: "{vault_url}/zen/v1" } },
      },
    },
  },
  notes: [
    "In the container, the host dir is ~/.config/opencode.",
    "No file routes a ChatGPT login. Providers of your own (other keys of provider) go to their own " +
    "address.",
    "Not seen: a project's own opencode.json, OPENCODE_CONFIG and OPENCODE_CONFIG_CONTENT.",
  ],
};
