/** Google's Gemini CLI, with an API key. @module */
import type { AgentObject } from "../agent_object.ts";
import { proxyRules } from "../proxies.ts";

/** What it takes for no. Any text but "true" is one; these are those that people write. */
const NO = ["", "0", "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"];

/**
 * It reads the address from its .env, and the kind of login from its settings: where it finds an address
 * and no kind, it takes one that it then refuses.
 */
export const agent: AgentObject = {
  host_dir: "_gemini-config",
  shared_config_patch: [
    {
      file: "settings.json",
      json_default: { security: { auth: { selectedType: "gemini-api-key" } } },
    },
    {
      file: ".env",
      dotenv_set: { GOOGLE_GEMINI_BASE_URL: "{vault_url}" },
      bypassed_by: [
        ...proxyRules("Gemini CLI", {}),
        ...["GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA"].map((name) => ({
          path: [name],
          unless: NO,
          why:
            "Where its settings choose no login, Gemini CLI takes this one, which does not use " +
            "GOOGLE_GEMINI_BASE_URL.",
        })),
        {
          file: "settings.json",
          path: ["security", "auth", "selectedType"],
          unless: ["gemini-api-key"],
          why: "With that login, Gemini CLI does not use GOOGLE_GEMINI_BASE_URL.",
        },
        {
          file: "settings.json",
          path: ["selectedAuthType"],
          unless: ["gemini-api-key"],
          why: "With that login, Gemini CLI does not use GOOGLE_GEMINI_BASE_URL.",
        },
      ],
    },
  ],
  notes: [
    "In the container, the host dir is ~/.gemini.",
    "No file routes a login with a Google account, and Vertex.",
    "Not seen: a .env of the project or of a directory above it, which is read instead.",
  ],
  proven: "run at 0.61.0",
};
