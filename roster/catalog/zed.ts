/** Zed's agent, with keys of Anthropic and OpenAI. @module */
import type { AgentObject } from "../agent_object.ts";

const ROUTES = { anthropic: "{vault_url}", openai: "{vault_url}/v1" };

/** Where a setting may stand a second time: for a release channel or a system, or in a profile. */
const SCOPES = [["*"], ["profiles", "*"], ["profiles", "*", "settings"]];

/** From its documentation. */
export const agent: AgentObject = {
  host_dir: "_zed-config",
  shared_config_patch: {
    file: "settings.json",
    json_set: {
      language_models: Object.fromEntries(
        Object.entries(ROUTES).map(([vendor, url]) => [vendor, { api_url: url }]),
      ),
    },
    bypassed_by: [
      ...SCOPES.flatMap((scope) =>
        Object.entries(ROUTES).map(([vendor, url]) => ({
          path: [...scope, "language_models", vendor, "api_url"],
          unless: [url],
          why: "With that release, system or profile, Zed sends its requests there.",
        }))
      ),
      ...[[], ...SCOPES].map((scope) => ({
        path: [...scope, "proxy"],
        unless: [""],
        why: "Zed sends all its requests to that proxy.",
      })),
    ],
  },
  notes: [
    "In the container, the host dir is ~/.config/zed.",
    "No file routes models that Zed itself hosts. Other vendors go to their own address.",
  ],
  proven: "documentation only",
};
