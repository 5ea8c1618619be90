/** OpenAI's Codex CLI. @module */
import type { AgentObject } from "../agent_object.ts";
import { proxyRules } from "../proxies.ts";

const OPENAI = [
  "{vault_url}/v1",
  "{vault_url}/backend-api/codex",
  "{vault_tls_url}/backend-api/codex",
];
const CHATGPT = ["{vault_url}/backend-api/"];
/** The addresses of realtime conversations: what is said, and the call that begins one. */
const REALTIME = {
  experimental_realtime_ws_base_url: ["{vault_url}", "ws://{vault_host}"],
  experimental_realtime_webrtc_call_base_url: ["{vault_url}", ...OPENAI],
};

/**
 * Both addresses stand at the root of config.toml. A ChatGPT login sends its token where
 * `openai_base_url` says, wants another path there, and refuses an http address.
 *
 * An entry of `model_providers` with the name of a built-in provider is no bypass: Codex refuses it.
 */
export const agent: AgentObject = {
  host_dir: "_codex-config",
  credential_type: "api_key",
  shared_config_patch: {
    file: "config.toml",
    toml_set: {
      openai_base_url: "{vault_url}/v1",
      chatgpt_base_url: "{vault_url}/backend-api/",
    },
    by_credential_type: {
      api_key: {},
      oauth: { openai_base_url: "{vault_tls_url}/backend-api/codex" },
    },
    bypassed_by: [
      {
        path: ["model_provider"],
        unless: ["openai"],
        why: "Codex then uses the base_url of that entry of model_providers.",
      },
      {
        path: ["profiles", "*", "model_provider"],
        unless: ["openai"],
        why: "With that profile, Codex uses the base_url of that entry of model_providers.",
      },
      {
        path: ["profiles", "*", "chatgpt_base_url"],
        unless: CHATGPT,
        why: "With that profile, Codex sends requests for ChatGPT there.",
      },
      {
        file: "*.config.toml",
        path: ["model_provider"],
        unless: ["openai"],
        why: "codex --profile NAME reads that file on top, and uses another provider then.",
      },
      {
        file: "*.config.toml",
        path: ["openai_base_url"],
        unless: OPENAI,
        why: "codex --profile NAME reads that file on top.",
      },
      {
        file: "*.config.toml",
        path: ["chatgpt_base_url"],
        unless: CHATGPT,
        why: "codex --profile NAME reads that file on top.",
      },
      ...[undefined, "*.config.toml"].flatMap((file) =>
        Object.entries(REALTIME).map(([name, unless]) => ({
          file,
          path: [name],
          unless,
          why: "Codex sends realtime conversations there.",
        }))
      ),
      ...proxyRules("Codex", { file: ".env" }),
    ],
  },
  notes: [
    "In the container, the host dir is ~/.codex.",
    "With a ChatGPT login, the container needs the vault's certificate in CODEX_CA_CERTIFICATE.",
    "No file routes the login itself, the refresh of its tokens, and codex cloud.",
    "Not seen: -c and --oss on the command line, and a trusted project's own .codex/config.toml.",
  ],
  proven: "run at 0.169.0",
};
