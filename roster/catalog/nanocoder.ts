/** Nanocoder. @module */
import type { AgentObject } from "../agent_object.ts";

/** Every provider of the user's, and one of ours where there is none. It ignores a file with comments. */
export const agent: AgentObject = {
  host_dir: "_nanocoder-config",
  shared_config_patch: [
    {
      file: "agents.config.json",
      json_strict: true,
      json_table: ["nanocoder", "providers"],
      json_match: { name: "OpenAI" },
      json_set: { baseUrl: "{vault_url}/v1" },
      json_default: { apiKey: "${OPENAI_API_KEY}", models: ["gpt-5"] },
    },
    {
      file: "agents.config.json",
      json_strict: true,
      json_each: ["nanocoder", "providers", "*"],
      json_set: { baseUrl: "{vault_url}/v1" },
      bypassed_by: [
        {
          path: ["nanocoder", "providers", "*", "sdkProvider"],
          unless: ["openai-compatible", "anthropic", "chatgpt-codex"],
          why: "With that kind of provider, Nanocoder goes to its vendor, whatever its baseUrl is.",
        },
      ],
    },
  ],
  notes: [
    "In the container, the host dir is ~/.config/nanocoder.",
    "Not seen: a project's own agents.config.json.",
  ],
  proven: "run at 1.30.0",
};
