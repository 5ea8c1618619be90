/** Kilo Code's CLI, with an Anthropic key or Kilo's own gateway; run at 7.7. @module */
import type { AgentObject } from "../agent_object.ts";

const OURS = ["{vault_url}/v1", "{vault_url}/api/openrouter"];

/**
 * Kilo merges config.json, kilo.json, kilo.jsonc, opencode.json and opencode.jsonc, in this order. Ours
 * is its own file; what stands in a stronger one is a bypass.
 */
export const agent: AgentObject = {
  host_dir: "_kilo-config",
  shared_config_patch: {
    file: "kilo.jsonc",
    json_set: {
      provider: {
        anthropic: { options: { baseURL: "{vault_url}/v1" } },
        kilo: { options: { baseURL: "{vault_url}/api/openrouter" } },
      },
    },
    bypassed_by: ["opencode.json", "opencode.jsonc"].map((file) => ({
      file,
      path: ["provider", "*", "options", "baseURL"],
      unless: OURS,
      why: "Kilo reads that file on top of kilo.jsonc.",
    })),
  },
  notes: [
    "In the container, the host dir is ~/.config/kilo.",
    "Kilo takes a new user with a config for an old one, and adds permission.bash: allow to it.",
    "No file routes logins. Providers of your own (other keys of provider) go to their own address.",
    "Not seen: a project's own files, and variables of the environment.",
  ],
};
