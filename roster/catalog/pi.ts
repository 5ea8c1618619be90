/** Pi, with keys of Anthropic and OpenAI or a ChatGPT login. @module */
import type { AgentObject } from "../agent_object.ts";

/** Each of its providers wants another path. */
const ROUTES = {
  anthropic: "{vault_url}",
  openai: "{vault_url}/v1",
  "openai-codex": "{vault_url}/backend-api",
};

export const agent: AgentObject = {
  host_dir: "_pi-config",
  shared_config_patch: {
    file: "models.json",
    json_set: {
      providers: Object.fromEntries(
        Object.entries(ROUTES).map(([name, baseUrl]) => [name, { baseUrl }]),
      ),
    },
    bypassed_by: [
      {
        path: ["providers", "*", "baseUrl"],
        unless: Object.values(ROUTES),
        why: "With that provider, Pi sends its requests there.",
      },
      {
        path: ["providers", "*", "models", "*", "baseUrl"],
        unless: Object.values(ROUTES),
        why: "With that model, Pi sends its requests there.",
      },
      {
        file: "settings.json",
        path: ["defaultProvider"],
        unless: Object.keys(ROUTES),
        why: "Pi begins with that provider, and sends its requests to its address.",
      },
      {
        file: "settings.json",
        path: ["httpProxy"],
        unless: [""],
        why: "Pi sends all its requests to that proxy.",
      },
    ],
  },
  notes: [
    "In the container, the host dir is ~/.pi/agent.",
    "No file routes logins, and other vendors of Pi's own list.",
    "Not seen: a project's own .pi/settings.json, and variables of the environment.",
  ],
  proven: "run at 1.3.0",
};
