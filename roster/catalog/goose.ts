/** Goose, for OpenAI's and Anthropic's models. @module */
import type { AgentObject } from "../agent_object.ts";

/** From its documentation. */
export const agent: AgentObject = {
  host_dir: "_goose-config",
  shared_config_patch: {
    file: "config.yaml",
    yaml_set: { OPENAI_HOST: "{vault_url}", ANTHROPIC_HOST: "{vault_url}" },
    bypassed_by: [
      ...["GOOSE_PROVIDER", "GOOSE_LEAD_PROVIDER", "GOOSE_PLANNER_PROVIDER"].map((name) => ({
        path: [name],
        unless: ["openai", "anthropic"],
        why: "Goose then sends its requests to another vendor.",
      })),
    ],
  },
  notes: [
    "In the container, the host dir is ~/.config/goose.",
    "Not seen: variables of the environment, which win, and providers of your own.",
  ],
  proven: "documentation only",
};
