/** Qwen Code, with a key. @module */
import type { AgentObject } from "../agent_object.ts";
import { proxyRules } from "../proxies.ts";

const OPENAI = "{vault_url}/v1";
const OTHER = "{vault_url}";

/** The variables that hold an address, and ours for each. */
const VARIABLES = {
  OPENAI_BASE_URL: OPENAI,
  ANTHROPIC_BASE_URL: OTHER,
};

/**
 * Every login writes models with an address of their own, which beats that of `security.auth`. A new
 * file must name the kind of login.
 */
export const agent: AgentObject = {
  host_dir: "_qwen-config",
  shared_config_patch: [
    {
      file: "settings.json",
      json_set: { security: { auth: { baseUrl: OPENAI } } },
      json_default: { security: { auth: { selectedType: "openai" } } },
      bypassed_by: [
        {
          path: ["modelProviders", "*", "*", "baseUrl"],
          unless: [OPENAI, OTHER],
          why: "With that model, Qwen Code sends its requests there.",
        },
        {
          path: ["security", "auth", "selectedType"],
          unless: ["openai", "anthropic", "gemini"],
          why: "With that login, Qwen Code sends its requests to an address that no file changes.",
        },
        ...[{ table: ["env"] }, { file: ".env" }].flatMap((where) => [
          ...Object.entries(VARIABLES).map(([name, url]) => ({
            file: where.file,
            path: [...where.table ?? [], name],
            unless: [url],
            why: "Qwen Code takes this address for a model that has none of its own.",
          })),
          ...proxyRules("Qwen Code", where),
        ]),
        { path: ["proxy"], unless: [""], why: "Qwen Code sends all its requests to that proxy." },
      ],
    },
    {
      file: "settings.json",
      json_each: ["modelProviders", "openai", "*"],
      json_set: { baseUrl: OPENAI },
    },
    {
      file: "settings.json",
      json_each: ["modelProviders", "anthropic", "*"],
      json_set: { baseUrl: OTHER },
    },
    {
      file: "settings.json",
      json_each: ["modelProviders", "gemini", "*"],
      json_set: { baseUrl: OTHER },
    },
  ],
  notes: [
    "In the container, the host dir is ~/.qwen.",
    "No file routes a Qwen account's login.",
    "Not seen: OPENAI_BASE_URL in the environment, which wins, and a project's own .qwen/settings.json.",
  ],
  proven: "run at 0.24.4",
};
