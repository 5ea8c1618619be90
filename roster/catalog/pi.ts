/** Pi, with keys of Anthropic and OpenAI or a ChatGPT login. @module */
import type { AgentObject } from "../agent_object.ts";

/** Each of its providers wants another path. */
export const agent: AgentObject = {
  host_dir: "_pi-config",
  shared_config_patch: {
    file: "models.json",
    json_set: {
      providers: {
        anthropic: { baseUrl: "{vault_url}" },
        openai: { baseUrl: "{vault_url}/v1" },
        "openai-codex": { baseUrl: "{vault_url}/backend-api" },
      },
    },
  },
  notes: [
    "In the container, the host dir is ~/.pi/agent.",
    "No file routes logins. Providers of your own (other keys of providers) go to their own address.",
  ],
  proven: "run at 1.3.0",
};
