/** A record that version 0.1.0 has written: what it says is given back, and kept as version 2 next. */
import assert from "node:assert/strict";
import { disableSharedConfigPatches, resolveVaultLocation } from "../../mod.ts";
import { outcomes, Scenario } from "../support/scenario.ts";

/** What the user had before 0.1.0 came. */
const ORIGINALS: Readonly<Record<string, string | undefined>> = {
  "_codex-config/config.toml": 'openai_base_url = "https://mine.example/v1" # mine\nmodel = "x"\n',
  "_gh-config/config.yml": undefined,
  "_vibe-config/config.toml": '# mine\n[[providers]]\nname = "other"\n',
};

/** What 0.1.0 made of it. */
const ROUTED: Readonly<Record<string, string>> = {
  "_codex-config/config.toml": 'openai_base_url = "http://localhost:9419/v1" # mine\n' +
    'model = "x"\nchatgpt_base_url = "http://localhost:9419/backend-api/"\n',
  "_gh-config/config.yml": 'http_unix_socket: "/run/terok/vault.sock"\n',
  "_vibe-config/config.toml": '# mine\n[[providers]]\nname = "other"\n\n' +
    '[[providers]]\nname = "mistral"\napi_base = "http://localhost:9419/v1"\n' +
    'api_key_env_var = "MISTRAL_API_KEY"\n',
};

/** A claim as version 1 has it. */
function claim(owner: string, path: readonly unknown[], value: string, text: object) {
  return { owners: [owner], path, value, text: { created: [], remove: "", ...text } };
}

const ENTRY = ["providers", { name: "mistral" }];

/** The record of 0.1.0. */
const STATE = {
  version: 1,
  files: {
    "_codex-config/config.toml": {
      format: "toml",
      created: [],
      claims: [
        claim("codex", ["openai_base_url"], "http://localhost:9419/v1", {
          ...{ insert: '"http://localhost:9419/v1"', value: [0, 26], overrode: true },
          remove: '"https://mine.example/v1"',
        }),
        claim("codex", ["chatgpt_base_url"], "http://localhost:9419/backend-api/", {
          insert: 'chatgpt_base_url = "http://localhost:9419/backend-api/"\n',
          ...{ value: [19, 55], overrode: false },
        }),
      ],
    },
    "_gh-config/config.yml": {
      format: "yaml",
      created: [],
      origin: "absent",
      claims: [
        claim("gh", ["http_unix_socket"], "/run/terok/vault.sock", {
          insert: 'http_unix_socket: "/run/terok/vault.sock"\n',
          ...{ value: [18, 41], overrode: false },
        }),
      ],
    },
    "_vibe-config/config.toml": {
      format: "toml",
      created: [ENTRY],
      claims: [
        claim("vibe", [...ENTRY, "api_base"], "http://localhost:9419/v1", {
          insert: '\n[[providers]]\nname = "mistral"\napi_base = "http://localhost:9419/v1"\n',
          ...{ value: [43, 69], overrode: false, created: [ENTRY] },
        }),
        claim("vibe", [...ENTRY, "api_key_env_var"], "MISTRAL_API_KEY", {
          insert: 'api_key_env_var = "MISTRAL_API_KEY"\n',
          ...{ value: [18, 35], overrode: false },
        }),
      ],
    },
  },
};

const BETWEEN: Readonly<Record<string, (scenario: Scenario) => Promise<unknown>>> = {
  "at once": () => Promise.resolve(),
  "after an apply, which changes no config": async (scenario) => {
    const unchanged = ["codex: unchanged", "gh: unchanged", "vibe: unchanged"];
    assert.deepEqual(outcomes(await scenario.apply()), unchanged);
    for (const [path, text] of Object.entries(ROUTED)) assert.equal(scenario.read(path), text);
  },
  "after the vault has moved twice": async (scenario) => {
    for (const tokenBrokerPort of [7001, 7002]) {
      const location = resolveVaultLocation({ tokenBrokerPort, direct: true });
      await scenario.apply({ location });
      assert.equal(JSON.parse(scenario.read(".vault-config/state.json") ?? "").version, 2);
    }
  },
};

for (const [when, between] of Object.entries(BETWEEN)) {
  Deno.test(`what 0.1.0 has routed is given back as it was, ${when}`, async () => {
    const state = { ".vault-config/state.json": JSON.stringify(STATE) };
    const scenario = await Scenario.with({ ...ROUTED, ...state });
    await between(scenario);
    await disableSharedConfigPatches(scenario.roster, scenario.mounts, "all");
    for (const [path, text] of Object.entries(ORIGINALS)) {
      assert.equal(scenario.read(path), text, path);
    }
    await Deno.remove(scenario.mounts, { recursive: true });
  });
}
