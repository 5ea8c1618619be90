/** Mistral's Vibe CLI. @module */
import type { AgentObject } from "../agent_object.ts";

/** The built-in provider of Vibe for a model server in the container itself. */
const LOCAL = "llamacpp";

/**
 * A list of providers in the file may replace the built-in one, and with it the name of the variable
 * that holds the key: without that name, requests go out without a key.
 */
export const agent: AgentObject = {
  host_dir: "_vibe-config",
  shared_config_patch: {
    file: "config.toml",
    toml_table: "providers",
    toml_match: { name: "mistral" },
    toml_set: { api_base: "{vault_url}/v1", api_key_env_var: "MISTRAL_API_KEY" },
    bypassed_by: [
      {
        path: ["models", "*", "provider"],
        unless: ["mistral", LOCAL],
        why: "With that model, Vibe uses the api_base of another entry of providers.",
      },
      {
        path: ["compaction_model", "provider"],
        unless: ["mistral", LOCAL],
        why: "Vibe compacts with that model, at the api_base of another entry of providers.",
      },
    ],
  },
  notes: [
    "In the container, the host dir is ~/.vibe.",
    "No file routes logins in the browser, voice (transcribe_providers, tts_providers) and " +
    "telemetry.",
  ],
  proven: "documentation only",
};
