/**
 * Agent files in the layouts that terok-executor has had since April 2026: they load as they are, and
 * give the patches that terok makes of them. The files are small ones of our own.
 */
import assert from "node:assert/strict";
import { pathText } from "../../formats/mod.ts";
import { leavesOf } from "../../formats/value.ts";
import { loadRoster, type Provider, type Roster } from "../../roster/mod.ts";
import { agent, refusedLater } from "../support/agents.ts";

/** Late April: a patch stands under `vault`; codex and claude had none then. */
const APRIL = {
  codex: `kind: native
vault:
  route_prefix: codex
  credential_type: oauth
  phantom_env: {OPENAI_API_KEY: true}
  base_url_env: OPENAI_BASE_URL
auth: {host_dir: _codex-config, container_mount: /home/dev/.codex, modes: [oauth, api_key]}
`,
  vibe: `kind: native
vault:
  route_prefix: vibe
  credential_type: api_key
  shared_config_patch:
    file: config.toml
    toml_table: providers
    toml_match: {name: mistral}
    toml_set: {api_base: "{vault_url}/v1"}
auth: {host_dir: _vibe-config, modes: [api_key]}
`,
  gh: `kind: tool
vault:
  credential_type: oauth_token
  shared_config_patch: {file: config.yml, yaml_set: {http_unix_socket: "{vault_socket}"}}
auth: {host_dir: _gh-config}
`,
  claude: "kind: native\nvault: {credential_type: oauth}\nauth: {host_dir: _claude-config}\n",
  relay: `kind: opencode
opencode: {display_name: Relay, base_url: "https://relay.example", config_dir: .relay}
vault:
  shared_config_patch: {file: opencode.json, json_set: {base: "{vault_url}"}}
`,
};

/** June: codex is patched, whatever the type of its credential. */
const JUNE = {
  ...APRIL,
  codex: `roster_version: 2
kind: native
vault:
  credential_type: oauth
  shared_config_patch:
    file: config.toml
    toml_set:
      openai_base_url: "{vault_url}/v1"
      chatgpt_base_url: "{vault_url}/backend-api/"
  token_env: {_default: OPENAI_API_KEY}
auth: {host_dir: _codex-config}
`,
};

/** August: patches stand under \`provider\`, and may differ by the type of the credential. */
const AUGUST = {
  codex: `roster_version: 3
kind: native
protocol: openai-responses
provider:
  default: openai
  credential_type: oauth
  config_patch:
    file: config.toml
    toml_set: {chatgpt_base_url: "{{ vault_url }}/backend-api/"}
    by_credential_type:
      oauth: {openai_base_url: "{{ vault_url }}/backend-api/codex"}
      api_key: {openai_base_url: "{{vault_url}}/v1"}
auth: {host_dir: _codex-config, device_auth: true}
`,
  gh: `kind: tool
provider:
  default: github
  credential_type: oauth_token
  config_patch: {file: config.yml, yaml_set: {http_unix_socket: "{vault_socket}"}}
auth: {host_dir: _gh-config}
`,
  glab: `kind: tool
provider: {default: gitlab, credential_type: pat, credential_file_writable: true}
auth: {host_dir: _glab-config}
`,
  pi:
    "kind: harness\nprotocol: openai-chat\nmounts: [{host_dir: _pi-config, container_path: /p}]\n",
};

const VIBE = "_vibe-config/config.toml providers[name=mistral].api_base={vault_url}/v1";
const GH = "_gh-config/config.yml http_unix_socket={vault_socket}";

Deno.test("the layout of late April gives terok's patches", async () => {
  const roster = await rosterOf(APRIL, false);
  assert.deepEqual(effective(roster), {
    claude: [],
    codex: [],
    gh: [GH],
    relay: ["_relay-config/opencode.json base={vault_url}"],
    vibe: [VIBE],
  });
  assert.deepEqual(roster.defaults(), ["gh", "relay", "vibe"]);
});

Deno.test("the layout of June gives terok's patches, over the built-in agents too", async () => {
  for (const builtIn of [false, true]) {
    const roster = await rosterOf(JUNE, builtIn);
    assert.deepEqual(effective(roster).codex, [
      "_codex-config/config.toml openai_base_url={vault_url}/v1",
      "_codex-config/config.toml chatgpt_base_url={vault_url}/backend-api/",
    ]);
    assert.equal(roster.get("codex")?.credentialType, "oauth");
  }
});

Deno.test("the layout of August gives terok's patches for each type of credential", async () => {
  for (const builtIn of [false, true]) {
    const roster = await rosterOf(AUGUST, builtIn);
    const chatgpt = "_codex-config/config.toml chatgpt_base_url={{ vault_url }}/backend-api/";
    const openai = "_codex-config/config.toml openai_base_url=";
    const own = (type?: string) => effective(roster, type).codex?.toSorted();
    assert.deepEqual(own(), [chatgpt, `${openai}{{ vault_url }}/backend-api/codex`]);
    assert.deepEqual(own("api_key"), [chatgpt, `${openai}{{vault_url}}/v1`]);
    assert.deepEqual(effective(roster).gh, [GH]);
  }
});

Deno.test("agents without a patch get none of the catalog's unless they are named", async () => {
  const { names, defaults } = {
    names: ["glab", "pi"],
    defaults: (await rosterOf(AUGUST, true)).defaults(),
  };
  assert.deepEqual(defaults, ["codex", "gh", "vibe"]);
  const files = texts(AUGUST);
  const unnamed = await loadRoster(files, { catalog: [] });
  assert.deepEqual(names.map((name) => unnamed.get(name)?.patches.length), [0, 0]);
  const named = await loadRoster(files, { catalog: names });
  assert.deepEqual(named.defaults(), ["codex", "gh", "vibe"]);
  assert.notEqual(named.get("glab")?.patches.length, 0);
  assert.equal(named.get("pi")?.hostDir, "_pi-config");
});

Deno.test("a partial override over each layout keeps the rest of the patch", async () => {
  for (const agents of [JUNE, AUGUST]) {
    for (
      const text of [
        "vault: {shared_config_patch: {toml_set: {chatgpt_base_url: '{vault_url}/mine'}}}\n",
        "provider: {config_patch: {toml_set: {chatgpt_base_url: '{vault_url}/mine'}}}\n",
      ]
    ) {
      const roster = await loadRoster([...texts(agents), agent("mine/codex.yaml", text)], {
        builtIn: false,
      });
      const [patch] = roster.get("codex")?.patches ?? [];
      const set = patch?.variants.oauth ?? patch?.set;
      assert.equal(set?.chatgpt_base_url, "{vault_url}/mine");
      assert.match(String(set?.openai_base_url), /vault_url/);
      assert.equal(patch?.files.join(), "config.toml");
    }
  }
});

Deno.test("rosters of before 20 April keep their clear errors", async () => {
  const section =
    "credential_proxy:\n  shared_config_patch: {file: c.toml}\nauth: {host_dir: _t}\n";
  const old = await refusedLater(loadRoster([agent("t.yaml", section)]), "roster", /not a key/);
  assert.equal(old.remedy, "did you mean vault.shared_config_patch?");
  assert.equal(old.where, "t.yaml:2:24");
  const token = APRIL.vibe.replace("{vault_url}", "{proxy_url}");
  const error = await refusedLater(loadRoster([agent("vibe.yaml", token)]), "roster", /proxy_url/);
  assert.equal(error.remedy, "did you mean {vault_url}?");
  assert.equal(error.where, "vibe.yaml:9:26");
});

function texts(agents: Readonly<Record<string, string>>) {
  return Object.entries(agents).map(([name, text]) => agent(`agents/${name}.yaml`, text));
}

function rosterOf(agents: Readonly<Record<string, string>>, builtIn: boolean): Promise<Roster> {
  return loadRoster(texts(agents), { builtIn, catalog: [] });
}

/** The places and values that each provider wants, for the declared type of credential or another. */
function effective(roster: Roster, type?: string): Readonly<Record<string, readonly string[]>> {
  const providers = roster.names().flatMap((name) => roster.get(name) ?? []);
  return Object.fromEntries(providers.map((provider) => [provider.name, placesOf(provider, type)]));
}

function placesOf({ hostDir, patches, credentialType }: Provider, type = credentialType): string[] {
  return patches.flatMap(({ files, table = [], match, set, variants }) => {
    const base = match === undefined ? [] : [...table, match];
    return leavesOf(variants[type ?? ""] ?? set, base).map(({ path, value }) =>
      `${hostDir}/${files.join()} ${pathText(path)}=${value}`
    );
  });
}
