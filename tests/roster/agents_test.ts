/** The agents that come with the program. */
import assert from "node:assert/strict";
import { defaultFormats, pathText } from "../../formats/mod.ts";
import { leavesOf } from "../../formats/value.ts";
import {
  builtInAgents,
  catalogAgents,
  catalogNames,
  type ConfigPatch,
  loadRoster,
  type Provider,
  type Roster,
} from "../../roster/mod.ts";
import { resolveVaultLocation, substitute } from "../../transport/mod.ts";
import { agent, refusedLater } from "../support/agents.ts";

Deno.test("built in and on by default are exactly three patches", async () => {
  const roster = await loadRoster();
  assert.deepEqual(roster.defaults(), ["codex", "gh", "vibe"]);
  const location = resolveVaultLocation(1);
  const valuesOf = (patch: ConfigPatch, set = patch.set) =>
    leavesOf(set, patch.match === undefined ? [] : [...patch.table ?? [], patch.match])
      .map(({ path, value }) => `${pathText(path)} = ${substitute(value, location)}`);
  const shown = roster.defaults().map((name) => {
    const { hostDir, patches: [patch, ...more] } = providerIn(roster, name);
    assert.ok(patch !== undefined && more.length === 0);
    assert.deepEqual([patch.strict, patch.mode, patch.each, patch.default], [
      false,
      undefined,
      undefined,
      Object.create(null),
    ]);
    return [`${hostDir}/${patch.files.join()}`, patch.format, ...valuesOf(patch)];
  });
  assert.deepEqual(shown, [
    [
      "_codex-config/config.toml",
      "toml",
      "openai_base_url = http://localhost:9419/v1",
      "chatgpt_base_url = http://localhost:9419/backend-api/",
    ],
    ["_gh-config/config.yml", "yaml", "http_unix_socket = /tmp/terok-vault.sock"],
    [
      "_vibe-config/config.toml",
      "toml",
      "providers[name=mistral].api_base = http://localhost:9419/v1",
      "providers[name=mistral].api_key_env_var = MISTRAL_API_KEY",
    ],
  ]);
  const codex = providerIn(roster, "codex");
  assert.equal(codex.credentialType, "api_key");
  const variants = Object.entries(codex.patches[0]?.variants ?? {}).map(([type, set]) => [
    type,
    String(set.chatgpt_base_url),
    String(set.openai_base_url),
  ]);
  assert.deepEqual(variants, [
    ["api_key", "{vault_url}/backend-api/", "{vault_url}/v1"],
    ["oauth", "{vault_url}/backend-api/", "{vault_tls_url}/backend-api/codex"],
  ]);
});

Deno.test("what sends Codex past its two addresses is known", async () => {
  const { bypassedBy } = providerIn(await loadRoster(), "codex");
  assert.deepEqual(
    bypassedBy.map(({ file, path = [] }) => `${file ?? ""} ${path.join(".")}`),
    [
      " model_provider",
      " profiles.*.model_provider",
      " profiles.*.chatgpt_base_url",
      "*.config.toml model_provider",
      "*.config.toml openai_base_url",
      "*.config.toml chatgpt_base_url",
      " experimental_realtime_ws_base_url",
      " experimental_realtime_webrtc_call_base_url",
      "*.config.toml experimental_realtime_ws_base_url",
      "*.config.toml experimental_realtime_webrtc_call_base_url",
      ".env HTTP_PROXY",
      ".env http_proxy",
      ".env HTTPS_PROXY",
      ".env https_proxy",
      ".env ALL_PROXY",
      ".env all_proxy",
    ],
  );
  for (const rule of bypassedBy) {
    assert.deepEqual(rule.ownFiles, ["config.toml"]);
    assert.equal(rule.format, rule.file === ".env" ? "dotenv" : "toml");
  }
});

Deno.test("the catalog is known, off by default, and only cline's file is nested", async () => {
  const roster = await loadRoster();
  const catalog = roster.names().filter((name) => !roster.defaults().includes(name));
  assert.deepEqual(catalog, catalogNames());
  const formats = defaultFormats.list().map(({ name }) => name);
  for (const name of catalog) {
    const provider = providerIn(roster, name);
    assert.equal(provider.hostDir, `_${name}-config`);
    assert.notEqual(provider.patches.length, 0);
    assert.ok(provider.notes.length > 0, name);
    for (const { files, format } of provider.patches) {
      assert.equal(files.some((file) => file.includes("/")), name === "cline");
      assert.ok(formats.includes(format));
      for (const file of files) assert.equal(defaultFormats.forFile(file)?.name, format);
    }
  }
  const strict = catalog.filter((name) => providerIn(roster, name).patches[0]?.strict);
  assert.deepEqual(strict, ["claude", "cline", "grok", "nanocoder"]);
  assert.deepEqual(
    [...roster.defaults(), ...catalog].filter((name) =>
      providerIn(roster, name).proven === "documentation only"
    ),
    ["vibe", "aider", "crush", "goose", "zed"],
  );
  assert.equal(providerIn(roster, "glab").patches[0]?.mode, 0o600);
});

Deno.test("only the named part of the catalog is read when names are given", async () => {
  const roster = await loadRoster([], { catalog: ["claude", "codex", "nobody"] });
  assert.deepEqual(roster.names(), ["claude", "codex", "gh", "vibe"]);
  assert.deepEqual((await loadRoster([], { catalog: [] })).names(), ["codex", "gh", "vibe"]);
});

Deno.test("every module of an agent is listed, under its own name", async () => {
  const catalog = await catalogAgents();
  for (const [directory, agents] of [["agents", builtInAgents], ["catalog", catalog]] as const) {
    const url = new URL(`../../roster/${directory}/`, import.meta.url);
    const files = [...Deno.readDirSync(url)].map(({ name }) => name.replace(/\.ts$/, ""));
    assert.deepEqual(Object.keys(agents).sort(), files.sort());
    for (const name of files) {
      assert.equal((await import(`${url}${name}.ts`)).agent, agents[name]);
    }
  }
});

Deno.test("an agent of the catalog is a base only while it is named", async () => {
  const label = [agent("d/claude.yaml", "kind: native\nlabel: Claude\nauth: {host_dir: _mine}\n")];
  const bare = (await loadRoster(label, { catalog: [] })).get("claude");
  assert.deepEqual([bare?.hostDir, bare?.patches.length, bare?.defaultOn], ["_mine", 0, false]);
  const named = (await loadRoster(label, { catalog: ["claude"] })).get("claude");
  assert.deepEqual([named?.hostDir, named?.patches.length, named?.defaultOn], ["_mine", 1, false]);
  const part = [agent("d/claude.yaml", "shared_config_patch: {json_strict: false}\n")];
  for (const options of [undefined, { catalog: [] }, { named: ["codex"] }]) {
    const error = await refusedLater(loadRoster(part, options), "roster", /no host dir/);
    assert.match(error.remedy ?? "", /name it among the providers/);
  }
  for (const options of [{ catalog: ["claude"] }, { named: ["claude"] }]) {
    const { patches: [patch], defaultOn } = providerIn(await loadRoster(part, options), "claude");
    assert.deepEqual([patch?.files, patch?.strict, defaultOn], [["settings.json"], false, true]);
  }
});

function providerIn(roster: Roster, name: string): Provider {
  const provider = roster.get(name);
  assert.ok(provider !== undefined, name);
  return provider;
}
