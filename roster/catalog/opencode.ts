/** OpenCode, with keys of Anthropic, OpenAI and OpenCode Zen. @module */
import type { AgentObject } from "../agent_object.ts";
import { addressRules, providersOf, weakerPatches } from "../weaker.ts";

const ROUTES = {
  anthropic: "{vault_url}/v1",
  openai: "{vault_url}/v1",
  opencode: "{vault_url}/zen/v1",
};

/** It merges config.json, opencode.json and opencode.jsonc, in this order, and makes the last itself. */
export const agent: AgentObject = {
  host_dir: "_opencode-config",
  shared_config_patch: [
    {
      file: "opencode.jsonc",
      json_set: { provider: providersOf(ROUTES) },
      bypassed_by: addressRules("OpenCode", ROUTES),
    },
    ...["config.json", "opencode.json"].flatMap((file) => weakerPatches("OpenCode", file, ROUTES)),
  ],
  notes: [
    "In the container, the host dir is ~/.config/opencode.",
    "No file routes a ChatGPT login, and other vendors of OpenCode's own list.",
    "Not seen: a project's own opencode.json, OPENCODE_CONFIG and OPENCODE_CONFIG_CONTENT.",
  ],
  proven: "run at 1.18.33",
};
