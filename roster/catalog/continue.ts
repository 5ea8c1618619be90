/** Continue's CLI (cn), for Anthropic's and OpenAI's models. @module */
import type { AgentObject } from "../agent_object.ts";

/** Every model of a vendor has an address of its own; a file must have a name, a version and a model. */
export const agent: AgentObject = {
  host_dir: "_continue-config",
  shared_config_patch: [
    {
      file: "config.yaml",
      yaml_table: "models",
      yaml_match: { provider: "anthropic" },
      yaml_set: { apiBase: "{vault_url}/v1/" },
      yaml_default: {
        name: "Claude",
        model: "claude-sonnet-4-5",
        apiKey: "${{ secrets.ANTHROPIC_API_KEY }}",
      },
    },
    { file: "config.yaml", yaml_default: { name: "Vault", version: "1.0.0", schema: "v1" } },
    {
      file: "config.yaml",
      yaml_each: ["models", "*"],
      yaml_match: { provider: "openai" },
      yaml_set: { apiBase: "{vault_url}/v1/" },
      bypassed_by: [
        {
          path: ["models", "*", "apiBase"],
          unless: ["{vault_url}/v1/"],
          why: "With that model, Continue sends its requests there.",
        },
        {
          path: ["models", "*", "provider"],
          unless: ["anthropic", "openai"],
          why: "With that model, Continue sends its requests to another vendor.",
        },
        ...[[], ["models", "*"]].map((where) => ({
          path: [...where, "requestOptions", "proxy"],
          unless: [""],
          why: "Continue sends its requests to that proxy.",
        })),
      ],
    },
  ],
  notes: [
    "In the container, the host dir is ~/.continue.",
    "No file routes a login at Continue's hub, and models that come from there (uses:).",
  ],
  proven: "run at 1.5.47",
};
