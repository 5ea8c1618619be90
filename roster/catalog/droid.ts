/** Factory's Droid, with models of your own. @module */
import type { AgentObject } from "../agent_object.ts";

/** Where Droid finds addresses of models: it reads all three files. */
const PLACES = [
  { path: ["customModels", "*", "baseUrl"] },
  { file: "settings.local.json", path: ["customModels", "*", "baseUrl"] },
  { file: "config.json", path: ["custom_models", "*", "base_url"] },
];

/** Only models of `customModels` have an address; each of them is routed by its kind. */
export const agent: AgentObject = {
  host_dir: "_droid-config",
  shared_config_patch: [
    {
      file: "settings.json",
      json_table: "customModels",
      json_match: { provider: "anthropic" },
      json_set: { baseUrl: "{vault_url}" },
      json_default: {
        displayName: "Claude",
        model: "claude-sonnet-4-5",
        apiKey: "${ANTHROPIC_API_KEY}",
        maxOutputTokens: 8192,
      },
    },
    {
      file: "settings.json",
      json_each: ["customModels", "*"],
      json_match: { provider: "openai" },
      json_set: { baseUrl: "{vault_url}/v1" },
      bypassed_by: PLACES.map(({ file, path }) => ({
        file,
        path,
        unless: ["{vault_url}", "{vault_url}/v1"],
        why: "With that model, Droid sends its requests there.",
      })),
    },
  ],
  notes: [
    "In the container, the host dir is ~/.factory.",
    "No file routes the login and Droid's built-in models: choose one of customModels.",
  ],
  proven: "run at 0.215.0",
};
