/** Kilo Code's CLI, with an Anthropic key or Kilo's own gateway. @module */
import type { AgentObject } from "../agent_object.ts";
import { addressRules, providersOf, weakerPatches } from "../weaker.ts";

const WEAKER = ["config.json", "kilo.json", "kilo.jsonc", "opencode.json"];
const ROUTES = { anthropic: "{vault_url}/v1", kilo: "{vault_url}/api/openrouter" };

/**
 * Kilo merges config.json, kilo.json, kilo.jsonc, opencode.json and opencode.jsonc, in this order: ours is
 * the strongest. It takes a new user with a config for an old one, to whom it gives
 * `permission.bash: allow` unless something stands there.
 */
export const agent: AgentObject = {
  host_dir: "_kilo-config",
  shared_config_patch: [
    {
      file: "opencode.jsonc",
      json_set: { provider: providersOf(ROUTES) },
      json_default: { permission: { bash: "ask" } },
      bypassed_by: addressRules("Kilo", ROUTES),
    },
    ...WEAKER.flatMap((file) => weakerPatches("Kilo", file, ROUTES)),
  ],
  notes: [
    "In the container, the host dir is ~/.config/kilo.",
    "To an opencode.jsonc of yours without permission.bash, Kilo adds permission.bash: allow once.",
    "No file routes logins, and other vendors of Kilo's own list.",
    "Not seen: a project's own files, and variables of the environment.",
  ],
  proven: "run at 7.7.7",
};
