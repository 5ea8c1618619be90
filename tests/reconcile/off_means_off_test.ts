/**
 * Off means off: what a client may still read the vault's address from after `disable` is told with its
 * place, and the command fails. What is plainly the user's own is told, and fails nothing.
 */
import assert from "node:assert/strict";
import {
  ConfigPatchError,
  disableSharedConfigPatches,
  loadRoster,
  resolveVaultLocation,
  type Warning,
} from "../../mod.ts";
import { outcomes, patched, Scenario } from "../support/scenario.ts";

const CODEX = "_codex-config/config.toml";
const GH = "_gh-config/config.yml";
const SOCKET = "/run/terok/vault.sock";

interface Ending {
  /** `place: message` of what failed. */
  readonly failed: readonly string[];
  /** `line: message` of what was only told. */
  readonly told: readonly string[];
}

/** What `vault-config disable NAME` ends with, once a file that we have routed holds this text. */
async function disabled(
  provider: string,
  file: string,
  edit: (routed: string) => string,
): Promise<Ending & { readonly again: Ending }> {
  const scenario = await Scenario.with();
  await scenario.apply({ providers: [provider] });
  scenario.write(file, edit(scenario.read(file) ?? ""));
  const once = async (): Promise<Ending> => {
    const roster = await loadRoster([]);
    const place = (one: { readonly position?: { readonly line: number } | undefined }) =>
      one.position === undefined ? "" : `${one.position.line}: `;
    try {
      const report = await disableSharedConfigPatches(roster, scenario.mounts, [provider]);
      return { failed: [], told: report.warnings.map((one) => place(one) + one.message) };
    } catch (error) {
      assert.ok(error instanceof ConfigPatchError, String(error));
      const errors = error.errors.length > 0 ? error.errors : [error];
      return { failed: errors.map((one) => `${place(one)}${one.code} ${one.message}`), told: [] };
    }
  };
  const first = await once();
  const again = await once();
  await Deno.remove(scenario.mounts, { recursive: true });
  return { ...first, again };
}

const STANDS = /^\d+: moved an address of/;

for (
  const [what, provider, file, edit, line] of [
    [
      "has a slash more behind it",
      "codex",
      CODEX,
      (text: string) => text.replace("9419/v1", "9419/v1/"),
      1,
    ],
    [
      "leads to another path of the vault",
      "codex",
      CODEX,
      (text: string) => text.replace("9419/v1", "9419/other"),
      1,
    ],
    [
      "stands below a table header that was put above it",
      "codex",
      CODEX,
      (text: string) => `[profiles.w]\n${text}`,
      2,
    ],
    [
      "comes in by a merge key",
      "gh",
      GH,
      () => `x: &x {http_unix_socket: ${SOCKET}}\n<<: *x\n`,
      1,
    ],
    ["comes in by an alias", "gh", GH, () => `y:\n  z: &v ${SOCKET}\nhttp_unix_socket: *v\n`, 2],
    [
      "comes in by an alias, at another of its known places",
      "gh",
      GH,
      () => `x: &v /run/terok/vault/vault.sock\nhttp_unix_socket: *v\n`,
      1,
    ],
  ] as const
) {
  Deno.test(`disable fails where our address ${what}`, async () => {
    const { failed, told } = await disabled(provider, file, edit);
    assert.match(failed.join("\n"), STANDS);
    assert.equal(Number.parseInt(failed[0] ?? ""), line);
    assert.deepEqual(told, []);
  });
}

Deno.test("disable fails where our address stands at our place in another spelling", async () => {
  for (
    const url of [
      "http://127.0.0.1:9419/v1",
      "http://127.1:9419/v1",
      "http://[::1]:9419/v1",
      "http://me:x@localhost:9419/v1",
      "http://localhost.:9419/v1",
      "http://localhost:09419/v1/",
      "HTTP://LOCALHOST:9419",
      "https://localhost:9419/v1",
      "localhost:9419/v1",
    ]
  ) {
    const { failed, told } = await disabled(
      "codex",
      CODEX,
      (text) => text.replace("http://localhost:9419/v1", url),
    );
    assert.match(failed.join("\n"), STANDS, url);
    assert.deepEqual(told, [], url);
  }
  for (const path of ["unix:///run/terok/vault.sock", "/run//terok/./vault.sock"]) {
    const { failed } = await disabled("gh", GH, (text) => text.replace(SOCKET, path));
    assert.match(failed.join("\n"), STANDS, path);
  }
});

Deno.test("what the user wrote before us comes back, and is told if it names the vault", async () => {
  const scenario = await Scenario.with();
  const mine = 'openai_base_url = "http://127.0.0.1:9419/v1"\n';
  scenario.write(CODEX, mine);
  await scenario.apply({ providers: ["codex"] });
  const run = disableSharedConfigPatches(await loadRoster([]), scenario.mounts, ["codex"]);
  await assert.rejects(run, (error: unknown) => {
    const [one] = error instanceof ConfigPatchError ? error.errors : [];
    return /^an address of the vault stands at openai_base_url/.test(one?.message ?? "");
  });
  assert.equal(scenario.read(CODEX), mine);
});

Deno.test("a key of JSON that stands twice is told by its own name", async () => {
  const file = "_claude-config/settings.json";
  const scenario = await Scenario.with();
  scenario.write(file, '{"env": {"ANTHROPIC_BASE_URL": "mine"}}\n');
  await scenario.apply({ providers: ["claude"] });
  const ours = '"ANTHROPIC_BASE_URL": "http://localhost:9419"';
  scenario.write(file, (scenario.read(file) ?? "").replace(ours, `${ours}, ${ours}`));
  const run = disableSharedConfigPatches(await loadRoster([]), scenario.mounts, ["claude"]);
  await assert.rejects(run, (error: unknown) => {
    const [one] = error instanceof ConfigPatchError ? error.errors : [];
    assert.match(one?.message ?? "", / stands at env\.ANTHROPIC_BASE_URL, /);
    return true;
  });
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("disable fails where our line of a .env file stands twice: some readers take the first one", async () => {
  const file = "_gemini-config/.env";
  for (const former of ["GOOGLE_GEMINI_BASE_URL=https://mine\n", ""]) {
    const scenario = await Scenario.with();
    scenario.write(file, `A=1\n${former}`);
    await scenario.apply({ providers: ["gemini"] });
    const routed = scenario.read(file) ?? "";
    const ours = /^GOOGLE_GEMINI_BASE_URL=.*\n/m.exec(routed)?.[0] ?? "?";
    const twice = routed.replace(ours, ours + ours);
    scenario.write(file, twice);
    const disable = async () =>
      await disableSharedConfigPatches(await loadRoster([]), scenario.mounts, ["gemini"]);
    for (const _time of ["first", "second"]) {
      await assert.rejects(disable, (error: unknown) => {
        const [one] = error instanceof ConfigPatchError ? error.errors : [];
        assert.match(one?.message ?? "", /the name GOOGLE_GEMINI_BASE_URL stands twice/);
        assert.deepEqual([one?.position?.line, one?.remedy], [3, "remove one of the lines"]);
        return true;
      });
      assert.equal(scenario.read(file), twice);
    }
    scenario.write(file, routed);
    await disable();
    assert.equal(scenario.read(file), `A=1\n${former}`);
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("disable goes on to fail where our address stands at our place in other words", async () => {
  const slash = await disabled("codex", CODEX, (text) => text.replace("9419/v1", "9419/v1/"));
  assert.match(slash.again.failed.join("\n"), STANDS);
  const alias = await disabled("gh", GH, () => `x: &v ${SOCKET}\nhttp_unix_socket: *v\n`);
  assert.match(alias.again.failed.join("\n"), STANDS);
});

Deno.test("disable names every address that still stands, not only the first", async () => {
  const { failed } = await disabled("codex", CODEX, (text) => `[profiles.w]\n${text}`);
  assert.match(failed.join("\n"), /profiles\.w\.openai_base_url/);
  assert.match(failed.join("\n"), /profiles\.w\.chatgpt_base_url/);
});

Deno.test("disable tells of each value that is the user's own by now, and of what had gone", async () => {
  const own = await disabled(
    "codex",
    CODEX,
    (text) => text.replace("http://localhost:9419/v1", "https://u.example"),
  );
  assert.deepEqual(own.failed, []);
  assert.deepEqual(own.told, [
    "1: openai_base_url of codex holds another value than ours: it is the user's, and stays",
  ]);
  assert.deepEqual(own.again, { failed: [], told: [] });
  const gone = await disabled("codex", CODEX, (text) => text.replace(/^openai.*\n/m, ""));
  assert.deepEqual(gone.failed, []);
  assert.deepEqual(gone.told, ["openai_base_url of codex had gone already"]);
});

Deno.test("an address that only looks like the vault's is the user's own", async () => {
  for (
    const url of [
      "http://localhost:94190/v1",
      "http://localhost:9419.example/v1",
      "http://127.0.0.1:9420/v1",
      "http://127.0.0.1.example:9419/v1",
      "http://9419.example/v1",
      "https://u.example/?via=localhost:94190",
    ]
  ) {
    const own = await disabled("codex", CODEX, (text) => text.replace(/http:.*9419\/v1/, url));
    assert.deepEqual(own.failed, [], url);
  }
});

function isMoved(error: unknown): boolean {
  assert.ok(error instanceof ConfigPatchError, String(error));
  assert.deepEqual(error.errors.map(({ code }) => code), ["moved"]);
  return true;
}

interface Moving {
  readonly provider: string;
  readonly file: string;
  readonly edit: (routed: string) => string;
  /** What each start says. */
  readonly told: RegExp;
  /** What the user does about it. */
  readonly cleared: (text: string) => string;
}

const MOVED: Readonly<Record<string, Moving>> = {
  "was renamed": {
    provider: "claude",
    file: "_claude-config/settings.json",
    edit: (text) => text.replace('"ANTHROPIC_BASE_URL"', '"OLD_URL"'),
    told: /^3: moved an address of the vault stands at env\.OLD_URL, where claude did not put it/,
    cleared: (text) => text.replace(/.*OLD_URL.*\n/, ""),
  },
  "was moved to another table, under another name": {
    provider: "claude",
    file: "_claude-config/settings.json",
    edit: () => '{"other": {"list": ["x", "http://localhost:9419"]}}\n',
    told: /^1: moved an address of the vault stands at other\.list\[1\]/,
    cleared: (text) => text.replace("http://localhost:9419", "x"),
  },
  "was copied": {
    provider: "vibe",
    file: "_vibe-config/config.toml",
    edit: (text) => `${text}\n[[providers]]\nname = "eu"\napi_base = "http://localhost:9419/v1"\n`,
    told: /^\d+: moved an address of the vault stands at providers\[\d\]\.api_base/,
    cleared: (text) => text.replace(/.*"eu"\n.*9419.*\n/, 'name = "eu"\n'),
  },
  "came below a table header": {
    provider: "codex",
    file: CODEX,
    edit: (text) => `[profiles.w]\n${text}`,
    told: /^\d+: moved an address of the vault stands at profiles\.w\.openai_base_url/m,
    cleared: (text) => text.replace(/\[profiles\.w\]\n(.*9419.*\n)*/, ""),
  },
};

for (const [what, { provider, file, edit, told, cleared }] of Object.entries(MOVED)) {
  Deno.test(`an address that ${what} is named by every start and fails disable`, async () => {
    const scenario = await Scenario.with();
    const words = (report: { readonly warnings: readonly Warning[] }) =>
      report.warnings.map((one) => `${one.position?.line}: ${one.code ?? ""} ${one.message}`)
        .join("\n");
    const disable = async () =>
      words(await disableSharedConfigPatches(await loadRoster([]), scenario.mounts, [provider]));
    await scenario.apply({ providers: [provider] });
    assert.equal(words(await scenario.apply({ providers: [provider] })), "");
    scenario.write(file, edit(scenario.read(file) ?? ""));
    for (const _start of ["first", "next"]) {
      assert.match(words(await scenario.apply({ providers: [provider] })), told);
    }
    for (const _time of ["first", "second"]) {
      await assert.rejects(disable, isMoved);
    }
    scenario.write(file, cleared(scenario.read(file) ?? ""));
    assert.equal(words(await scenario.apply({ providers: [provider] })), "");
    assert.equal(await disable(), "");
    await Deno.remove(scenario.mounts, { recursive: true });
  });
}

Deno.test("disable goes on to fail for a copy of an address that only the state knows", async () => {
  const scenario = await Scenario.with();
  const location = resolveVaultLocation({ url: "http://vault.example:1" });
  await scenario.apply({ providers: ["claude"], location });
  const file = "_claude-config/settings.json";
  scenario.write(
    file,
    (scenario.read(file) ?? "").replace("{", '{"copy": "http://vault.example:1",'),
  );
  const disable = async () =>
    await disableSharedConfigPatches(await loadRoster([]), scenario.mounts, ["claude"]);
  await assert.rejects(disable, isMoved);
  assert.equal(scenario.read(file)?.includes("ANTHROPIC"), false);
  await assert.rejects(disable, isMoved);
  scenario.write(file, (scenario.read(file) ?? "").replace(/"copy": "[^"]*",?/, ""));
  assert.deepEqual((await disable()).warnings, []);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("an address that stands where another provider has put it is not named", async () => {
  const patch = (key: string) => patched("c.json", { json_set: { [key]: "{vault_url}" } });
  const list = patched("c.json", { json_set: { list: ["{vault_url}", "x"] } });
  const scenario = await Scenario.with({}, {
    a: patch("a") ?? {},
    b: patch("b") ?? {},
    c: list ?? {},
  });
  await scenario.apply({ providers: ["a"] });
  const report = await scenario.apply({ providers: ["b", "c"] });
  assert.deepEqual(report.warnings, []);
  const off = await scenario.disable("a");
  assert.deepEqual([outcomes(off), off.warnings], [["a: removed"], []]);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("an address in a remark, in a longer text or in another one's value is not named", async () => {
  const scenario = await Scenario.with();
  scenario.write(CODEX, '# http://localhost:9419/v1\nnotes = "see http://localhost:9419/v1"\n');
  const report = await scenario.apply({ providers: ["codex"] });
  assert.deepEqual(report.warnings, []);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("who puts our value back where it was gets the former one, though a disable failed before", async () => {
  const scenario = await Scenario.with({ "_p/c.yml": "url: mine # kept\n" }, {
    p: { host_dir: "_p", shared_config_patch: { file: "c.yml", yaml_set: { url: "{vault_url}" } } },
  });
  await scenario.apply();
  const routed = scenario.read("_p/c.yml") ?? "";
  scenario.write("_p/c.yml", routed.replace("url:", "url2:"));
  for (const _ of [1, 2]) {
    const { warnings } = await scenario.disable("p");
    assert.ok(warnings.some(({ code }) => code === "moved"));
  }
  scenario.write("_p/c.yml", routed);
  await scenario.disable("p");
  assert.equal(scenario.read("_p/c.yml"), "url: mine # kept\n");
  await Deno.remove(scenario.mounts, { recursive: true });
});
