/**
 * The built-in agents as they are once they are read: what most runs are about, and all that they need
 * to know of agents. Written by `deno task keys` from `agents/`.
 *
 * @module
 */
import type { Provider } from "./types.ts";

/** The providers that are on by default. */
export const builtInProviders: readonly Provider[] = [{
  "name": "codex",
  "source": "built in",
  "defaultOn": true,
  "hostDir": "_codex-config",
  "patches": [{
    "files": ["config.toml"],
    "format": "toml",
    "strict": false,
    "mode": undefined,
    "table": undefined,
    "match": undefined,
    "each": undefined,
    "set": { "openai_base_url": "{vault_url}/v1", "chatgpt_base_url": "{vault_url}/backend-api/" },
    "default": {},
    "variants": {
      "api_key": {
        "openai_base_url": "{vault_url}/v1",
        "chatgpt_base_url": "{vault_url}/backend-api/",
      },
      "oauth": {
        "openai_base_url": "{vault_tls_url}/backend-api/codex",
        "chatgpt_base_url": "{vault_url}/backend-api/",
      },
    },
  }],
  "credentialType": "api_key",
  "bypassedBy": [{
    "file": undefined,
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["model_provider"],
    "unless": ["openai"],
    "why": "Codex then uses the base_url of that entry of model_providers.",
  }, {
    "file": undefined,
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["profiles", "*", "model_provider"],
    "unless": ["openai"],
    "why": "With that profile, Codex uses the base_url of that entry of model_providers.",
  }, {
    "file": undefined,
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["profiles", "*", "chatgpt_base_url"],
    "unless": ["{vault_url}/backend-api/"],
    "why": "With that profile, Codex sends requests for ChatGPT there.",
  }, {
    "file": "*.config.toml",
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["model_provider"],
    "unless": ["openai"],
    "why": "codex --profile NAME reads that file on top, and uses another provider then.",
  }, {
    "file": "*.config.toml",
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["openai_base_url"],
    "unless": [
      "{vault_url}/v1",
      "{vault_url}/backend-api/codex",
      "{vault_tls_url}/backend-api/codex",
    ],
    "why": "codex --profile NAME reads that file on top.",
  }, {
    "file": "*.config.toml",
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["chatgpt_base_url"],
    "unless": ["{vault_url}/backend-api/"],
    "why": "codex --profile NAME reads that file on top.",
  }, {
    "file": undefined,
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["experimental_realtime_ws_base_url"],
    "unless": ["{vault_url}", "ws://{vault_host}"],
    "why": "Codex sends realtime conversations there.",
  }],
  "notes": [
    "In the container, the host dir is ~/.codex.",
    "With a ChatGPT login, the container needs the vault's certificate in CODEX_CA_CERTIFICATE.",
    "No file routes the login itself, the refresh of its tokens, and codex cloud.",
    "Not seen: -c and --oss on the command line, and a trusted project's own .codex/config.toml.",
  ],
  "proven": undefined,
}, {
  "name": "gh",
  "source": "built in",
  "defaultOn": true,
  "hostDir": "_gh-config",
  "patches": [{
    "files": ["config.yml"],
    "format": "yaml",
    "strict": false,
    "mode": undefined,
    "table": undefined,
    "match": undefined,
    "each": undefined,
    "set": { "http_unix_socket": "{vault_socket}" },
    "default": {},
    "variants": {},
  }],
  "credentialType": undefined,
  "bypassedBy": [],
  "notes": [
    "In the container, the host dir is ~/.config/gh.",
    "No file routes gh auth login --web, and what git itself fetches and pushes.",
  ],
  "proven": undefined,
}, {
  "name": "vibe",
  "source": "built in",
  "defaultOn": true,
  "hostDir": "_vibe-config",
  "patches": [{
    "files": ["config.toml"],
    "format": "toml",
    "strict": false,
    "mode": undefined,
    "table": ["providers"],
    "match": { "name": "mistral" },
    "each": undefined,
    "set": { "api_base": "{vault_url}/v1", "api_key_env_var": "MISTRAL_API_KEY" },
    "default": {},
    "variants": {},
  }],
  "credentialType": undefined,
  "bypassedBy": [{
    "file": undefined,
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["models", "*", "provider"],
    "unless": ["mistral", "llamacpp"],
    "why": "With that model, Vibe uses the api_base of another entry of providers.",
  }, {
    "file": undefined,
    "ownFiles": ["config.toml"],
    "format": "toml",
    "path": ["compaction_model", "provider"],
    "unless": ["mistral", "llamacpp"],
    "why": "Vibe compacts with that model, at the api_base of another entry of providers.",
  }],
  "notes": [
    "In the container, the host dir is ~/.vibe.",
    "No file routes logins in the browser, voice (transcribe_providers, tts_providers) and telemetry.",
  ],
  "proven": "documentation only",
}];
