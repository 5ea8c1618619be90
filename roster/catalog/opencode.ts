/** OpenCode, with keys of Anthropic, OpenAI and OpenCode Zen; run at 1.18. @module */
import type { AgentObject } from "../agent_object.ts";

const WEAKER = ["config.json", "opencode.json"];
const OURS = ["{vault_url}/v1", "{vault_url}/zen/v1"];

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
    bypassed_by: [
      {
        path: ["provider", "*", "options", "baseURL"],
        unless: OURS,
        why: "With that provider, OpenCode sends its requests there.",
      },
      ...WEAKER.map((file) => ({
        file,
        path: ["provider", "*", "npm"],
        why: "That is a provider of your own; with it, OpenCode sends its requests to its address.",
      })),
    ],
  },
  notes: [
    "In the container, the host dir is ~/.config/opencode.",
    "No file routes a ChatGPT login, and other vendors of OpenCode's own list.",
    "Not seen: a project's own opencode.json, OPENCODE_CONFIG and OPENCODE_CONFIG_CONTENT.",
  ],
};
