/** Mistral's Vibe CLI. @module */
import type { AgentObject } from "../agent_object.ts";
import { proxyRules } from "../proxies.ts";

/** The built-in provider of Vibe for a model server in the container itself. */
const LOCAL = "llamacpp";

/** Variables that stand for a setting and beat it; Vibe takes them in any case. */
const VARIABLES = ["providers", "models", "compaction_model"].flatMap((name) => [
  `VIBE_${name.toUpperCase()}`,
  `vibe_${name}`,
]);

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
      ...VARIABLES.map((name) => ({
        file: ".env",
        path: [name],
        unless: [""],
        why: "Vibe takes this instead of what its config says, addresses included.",
      })),
      ...proxyRules("Vibe", { file: ".env" }),
    ],
  },
  notes: [
    "In the container, the host dir is ~/.vibe.",
    "No file routes logins in the browser, voice (transcribe_providers, tts_providers) and " +
    "telemetry.",
    "Not seen: the same variables in the environment, or in letters of mixed case.",
  ],
  proven: "documentation only",
};
