/**
 * Parity with the Python reference: what its recorded runs do that binds us, and the better outcome
 * wherever a run of it loses something. The fixtures are our own; the numbers are those of the
 * recorded cases.
 */
import assert from "node:assert/strict";
import { defaultFormats } from "../../formats/mod.ts";
import { ConfigPatchError, resolveVaultLocation } from "../../mod.ts";
import { type Files, outcomes, Scenario } from "../support/scenario.ts";
import { rootOf } from "../support/root.ts";

const CODEX = "_codex-config/config.toml";
const VIBE = "_vibe-config/config.toml";
const GH = "_gh-config/config.yml";
const URL = "http://localhost:9419";

/** A sidecar in the reference's format. */
function sidecar(file: string, providers: Record<string, unknown[]>): string {
  return `${JSON.stringify({ files: { [file]: { providers } }, version: 1 }, null, 2)}\n`;
}

const VIBE_RECORD = {
  created: true,
  kind: "toml_table",
  match: { name: "mistral" },
  table: "providers",
  values: { api_base: `${URL}/v1`, api_key_env_var: "MISTRAL_API_KEY" },
};
const CODEX_RECORD = {
  kind: "toml_top",
  values: {
    chatgpt_base_url: `${URL}/backend-api/`,
    openai_base_url: `${URL}/v1`,
  },
};
const VIBE_TEXT =
  `[[providers]]\nname = "mistral"\napi_base = "${URL}/v1"\napi_key_env_var = "MISTRAL_API_KEY"\n`;
const CODEX_TEXT = `openai_base_url = "${URL}/v1"\nchatgpt_base_url = "${URL}/backend-api/"\n`;

async function parsed(files: Files, path: string): Promise<unknown> {
  const format = defaultFormats.forFile(path);
  assert(format !== undefined);
  const handler = await defaultFormats.load(format.name);
  const { value } = handler.parse(files[path] ?? "");
  return JSON.parse(JSON.stringify(value, (_key, v) => typeof v === "bigint" ? Number(v) : v));
}

function refuses(message: RegExp, code: string) {
  return (error: unknown) => {
    assert(error instanceof ConfigPatchError);
    assert(
      error.errors.some((one) => one.code === code && message.test(one.message)),
      String(error),
    );
    return true;
  };
}

Deno.test("01: fresh mounts, socket transport", async () => {
  const scenario = await Scenario.with();
  await scenario.apply();
  const files = scenario.files();
  assert.equal(files[CODEX], CODEX_TEXT);
  assert.equal(files[VIBE], VIBE_TEXT);
  assert.equal(files[GH], 'http_unix_socket: "/run/terok/vault.sock"\n');
  assert.deepEqual(
    JSON.parse(files["_vibe-config/.terok-managed-config.json"] ?? ""),
    JSON.parse(sidecar("config.toml", { vibe: [VIBE_RECORD] })),
  );
  assert.equal(
    files["_codex-config/.terok-managed-config.json"],
    sidecar("config.toml", { codex: [CODEX_RECORD] }),
  );
});

Deno.test("02: fresh mounts, direct TCP", async () => {
  const scenario = await Scenario.with();
  const location = resolveVaultLocation({ tokenBrokerPort: 18731, direct: true });
  await scenario.apply({ location });
  assert.match(scenario.read(CODEX) ?? "", /"http:\/\/host\.containers\.internal:18731\/v1"/);
  assert.equal(scenario.read(GH), 'http_unix_socket: "/tmp/terok-vault.sock"\n');
});

Deno.test("03: fresh mounts, TCP through the bridge", async () => {
  const scenario = await Scenario.with();
  await scenario.apply({ location: resolveVaultLocation({ tokenBrokerPort: 18731 }) });
  assert.equal(scenario.read(CODEX), CODEX_TEXT);
  assert.equal(scenario.read(GH), 'http_unix_socket: "/tmp/terok-vault.sock"\n');
});

Deno.test("04, 06: a second apply keeps `created`, and disable leaves no orphan", async () => {
  const scenario = await Scenario.with({
    [VIBE]: VIBE_TEXT,
    "_vibe-config/.terok-managed-config.json": sidecar("config.toml", { vibe: [VIBE_RECORD] }),
  });
  await scenario.apply({ providers: ["vibe"] });
  await scenario.apply({ providers: ["vibe"] });
  const record = JSON.parse(scenario.read("_vibe-config/.terok-managed-config.json") ?? "");
  assert.equal(record.files["config.toml"].providers.vibe[0].created, true);
  await scenario.disable("vibe");
  assert.deepEqual(scenario.files(), {});
});

Deno.test("05: what the reference wrote is taken back, and the emptied files go", async () => {
  const scenario = await Scenario.with({
    [VIBE]: VIBE_TEXT,
    [CODEX]: CODEX_TEXT,
    [GH]: "http_unix_socket: /run/terok/vault.sock\n",
    "_vibe-config/.terok-managed-config.json": sidecar("config.toml", { vibe: [VIBE_RECORD] }),
    "_codex-config/.terok-managed-config.json": sidecar("config.toml", { codex: [CODEX_RECORD] }),
    "_gh-config/.terok-managed-config.json": sidecar("config.yml", {
      gh: [{ kind: "yaml_top", values: { http_unix_socket: "/run/terok/vault.sock" } }],
    }),
  });
  const report = await scenario.disable("codex", "gh", "vibe");
  assert.deepEqual(outcomes(report), ["codex: removed", "gh: removed", "vibe: removed"]);
  assert.deepEqual(scenario.files(), {});
});

Deno.test("07: a TOML file of the user keeps every other byte", async () => {
  const text =
    `# mine\r\nmodel = 'm'   # single\r\nhex = 0xFF\r\n\r\n[tui]\r\ntext = """\r\nx"""\r\n`;
  const scenario = await Scenario.with({ [CODEX]: text });
  await scenario.apply({ providers: ["codex"] });
  const after = scenario.read(CODEX) ?? "";
  const added = `openai_base_url = '${URL}/v1'\r\nchatgpt_base_url = '${URL}/backend-api/'\r\n`;
  assert.equal(after, text.replace("hex = 0xFF\r\n", `hex = 0xFF\r\n${added}`));
  await scenario.disable("codex");
  assert.equal(scenario.read(CODEX), text);
});

Deno.test("08: a YAML file of the user keeps every other byte", async () => {
  const text = "# mine\nversion: 1\naliases:\n    co: 'pr checkout'\nprompts:\n    - one\n";
  const scenario = await Scenario.with({ [GH]: text });
  await scenario.apply({ providers: ["gh"] });
  assert.equal(scenario.read(GH), `${text}http_unix_socket: "/run/terok/vault.sock"\n`);
  await scenario.disable("gh");
  assert.equal(scenario.read(GH), text);
});

Deno.test("09, 10: a value of the user is overridden, said so, and given back", async () => {
  const text = 'openai_base_url = "https://proxy.example/v1" # ours\nmodel = "m"\n';
  const scenario = await Scenario.with({ [CODEX]: text });
  const report = await scenario.apply({ providers: ["codex"] });
  assert.deepEqual(report.providers[0]?.edits[0], {
    path: ["openai_base_url"],
    before: "https://proxy.example/v1",
    after: `${URL}/v1`,
    overrode: true,
  });
  assert.match(
    scenario.read(CODEX) ?? "",
    /^openai_base_url = "http:\/\/localhost:9419\/v1" # ours/,
  );
  assert.deepEqual(outcomes(await scenario.disable("codex")), ["codex: restored"]);
  assert.equal(scenario.read(CODEX), text);
});

Deno.test("11: a value that the user edited after us is kept, the other one goes", async () => {
  const edited = CODEX_TEXT.replace(`${URL}/v1`, "https://user.example/v1");
  const scenario = await Scenario.with({
    [CODEX]: edited,
    "_codex-config/.terok-managed-config.json": sidecar("config.toml", { codex: [CODEX_RECORD] }),
  });
  await scenario.disable("codex");
  assert.deepEqual(scenario.files(), { [CODEX]: 'openai_base_url = "https://user.example/v1"\n' });
});

Deno.test("12: a TOML file that does not parse is refused, with line and column", async () => {
  const text = '# precious\nmodel = "a"\nmodel = "b"\n';
  const scenario = await Scenario.with({ [CODEX]: text });
  await assert.rejects(scenario.apply({ providers: ["codex"] }), (error) => {
    assert(error instanceof ConfigPatchError);
    assert.equal(error.errors[0]?.code, "syntax");
    assert.equal(error.errors[0]?.position?.line, 3);
    return true;
  });
  assert.deepEqual(scenario.files(), { [CODEX]: text });
});

Deno.test("13: a YAML file that does not parse is refused", async () => {
  const text = "git_protocol: ssh\neditor: [vim\n";
  const scenario = await Scenario.with({ [GH]: text });
  await assert.rejects(scenario.apply({ providers: ["gh"] }), refuses(/./, "syntax"));
  assert.deepEqual(scenario.files(), { [GH]: text });
});

Deno.test("14: disabling on a file that does not parse warns, and keeps the claim", async () => {
  const files = {
    [CODEX]: `${CODEX_TEXT}oops =\n`,
    "_codex-config/.terok-managed-config.json": sidecar("config.toml", { codex: [CODEX_RECORD] }),
  };
  const scenario = await Scenario.with(files);
  const report = await scenario.disable("codex");
  assert.match(report.warnings[0]?.message ?? "", /stays for a later run/);
  assert.deepEqual(scenario.files(), files);
  scenario.write(CODEX, CODEX_TEXT);
  await scenario.disable("codex");
  assert.deepEqual(scenario.files(), {});
});

Deno.test("15: a corrupt sidecar is a warning, and is written anew", async () => {
  const scenario = await Scenario.with({ "_codex-config/.terok-managed-config.json": "{not json" });
  const report = await scenario.apply({ providers: ["codex"] });
  assert.match(report.warnings[0]?.message ?? "", /not JSON/);
  assert.equal(
    scenario.read("_codex-config/.terok-managed-config.json"),
    sidecar("config.toml", { codex: [CODEX_RECORD] }),
  );
});

Deno.test("16: with a corrupt sidecar, vault addresses are recognised and taken back", async () => {
  const scenario = await Scenario.with({
    [CODEX]: `model = "m"\n${CODEX_TEXT}`,
    "_codex-config/.terok-managed-config.json": "{not json",
  });
  await scenario.disable("codex");
  assert.deepEqual(scenario.files(), { [CODEX]: 'model = "m"\n' });
});

Deno.test("17: a table where a list of tables must be is refused, not destroyed", async () => {
  const text = '[providers]\nname = "mistral"\nmine = 1\n';
  const scenario = await Scenario.with({ [VIBE]: text });
  await assert.rejects(scenario.apply({ providers: ["vibe"] }), refuses(/./, "shape"));
  assert.deepEqual(scenario.files(), { [VIBE]: text });
});

Deno.test("18: of several matching entries every one is used, and stays the user's", async () => {
  const text = [
    "top = 1",
    "[[providers]]",
    'name = "other"',
    "[[providers]]",
    'name = "mistral"',
    'api_base = "https://api.example/v1"',
    "mine = true",
    "[[providers]]",
    'name = "mistral"',
    "second = 1",
    "",
  ].join("\n");
  const scenario = await Scenario.with({ [VIBE]: text });
  await scenario.apply({ providers: ["vibe"] });
  assert.deepEqual(await parsed(scenario.files(), VIBE), {
    top: 1,
    providers: [
      { name: "other" },
      {
        name: "mistral",
        api_base: `${URL}/v1`,
        mine: true,
        api_key_env_var: "MISTRAL_API_KEY",
      },
      {
        name: "mistral",
        second: 1,
        api_base: `${URL}/v1`,
        api_key_env_var: "MISTRAL_API_KEY",
      },
    ],
  });
  const record = JSON.parse(scenario.read("_vibe-config/.terok-managed-config.json") ?? "");
  assert.equal(record.files["config.toml"].providers.vibe[0].created, false);
  await scenario.disable("vibe");
  assert.deepEqual(scenario.files(), { [VIBE]: text });
});

Deno.test("19: a provider that is both enabled and disabled is taken back", async () => {
  const scenario = await Scenario.with();
  await scenario.apply({ providers: ["vibe"] });
  const report = await scenario.apply({ providers: ["vibe"], disabledProviders: ["vibe"] });
  assert.deepEqual(outcomes(report), ["vibe: removed"]);
  assert.deepEqual(scenario.files(), {});
});

Deno.test("20: no providers, nothing happens", async () => {
  const scenario = await Scenario.with({ "_vibe-config/keep": "x" });
  const report = await scenario.apply({ providers: [] });
  assert.deepEqual([report.changed, report.providers], [false, []]);
  assert.deepEqual([...Deno.readDirSync(scenario.mounts)].map((entry) => entry.name), [
    "_vibe-config",
  ]);
});

Deno.test("21: a file that leads out of its host dir is refused when the roster is made", async () => {
  await assert.rejects(
    Scenario.with({}, {
      a: { host_dir: "_a", shared_config_patch: { file: "../x.toml", toml_set: { k: "v" } } },
    }),
    (error) => error instanceof ConfigPatchError && error.code === "roster",
  );
});

Deno.test("22, 23: a link in a host dir is refused, wherever it leads", async () => {
  for (const target of ["../outside.toml", "dotfiles/codex.toml"]) {
    const scenario = await Scenario.with({ "_codex-config/dotfiles/codex.toml": "u = 1\n" });
    Deno.writeTextFileSync(`${scenario.mounts}/outside.toml`, "u = 1\n");
    Deno.symlinkSync(target, `${scenario.mounts}/${CODEX}`);
    await assert.rejects(scenario.apply({ providers: ["codex"] }), refuses(/link/, "hostile"));
    assert.equal(Deno.readTextFileSync(`${scenario.mounts}/outside.toml`), "u = 1\n");
    assert.equal(scenario.read("_codex-config/dotfiles/codex.toml"), "u = 1\n");
  }
});

Deno.test("24: of two providers in one file, only the one that is disabled goes", async () => {
  const files = {
    [CODEX]: `${CODEX_TEXT}extra_url = "${URL}/x"\n`,
    "_codex-config/.terok-managed-config.json": sidecar("config.toml", {
      codex: [CODEX_RECORD],
      extra: [{ kind: "toml_top", values: { extra_url: `${URL}/x` } }],
    }),
  };
  const scenario = await Scenario.with(files);
  await scenario.disable("codex");
  assert.deepEqual(scenario.files(), {
    [CODEX]: `extra_url = "${URL}/x"\n`,
    "_codex-config/.terok-managed-config.json": sidecar("config.toml", {
      extra: [{ kind: "toml_top", values: { extra_url: `${URL}/x` } }],
    }),
  });
});

Deno.test("25: values of every kind; tokens are replaced at any depth", async () => {
  const scenario = await Scenario.with({}, {
    t: {
      host_dir: "_t",
      shared_config_patch: {
        file: "c.toml",
        toml_set: {
          i: 3,
          f: 1.5,
          b: true,
          l: ["{vault_url}", 2],
          d: { u: "{vault_url}" },
          two: "{vault_url}|{vault_socket}|{{ vault_url }}",
          unk: "{nope}",
        },
      },
    },
    y: {
      host_dir: "_y",
      shared_config_patch: {
        file: "c.yml",
        yaml_set: { i: 3, n: null, l: ["{vault_url}"], s: "yes", num: "123", sp: "a: b #c" },
      },
    },
  });
  await scenario.apply();
  const toml = await defaultFormats.load("toml");
  const value = rootOf(toml.parse(scenario.read("_t/c.toml") ?? ""));
  assert.deepEqual({ ...value, d: { ...value.d as object } }, {
    i: 3n,
    f: 1.5,
    b: true,
    l: [URL, 2n],
    d: { u: URL },
    two: `${URL}|/run/terok/vault.sock|${URL}`,
    unk: "{nope}",
  });
  assert.equal(
    scenario.read("_y/c.yml"),
    `i: 3\n"n": null\nl: ["${URL}"]\ns: "yes"\nnum: "123"\nsp: "a: b #c"\n`,
  );
  await scenario.disable("t", "y");
  assert.deepEqual(scenario.files(), {});
});
