/** The settings: read strictly, edited with care, and who takes part by them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { defaultFormats } from "../../formats/mod.ts";
import { sameValue } from "../../formats/value.ts";
import { changeSettings, readSettings } from "../../mod.ts";
import { plainToml } from "../../reconcile/plain_toml.ts";
import { NO_SETTINGS, parseSettings } from "../../reconcile/settings.ts";
import { editedSettings } from "../../reconcile/settings_edit.ts";
import type { Settings } from "../../reconcile/settings_schema.ts";
import { takingPart } from "../../reconcile/taking_part.ts";

Deno.test("settings: every key is read, and what is not there is absent", async () => {
  const settings = await parseSettings(`
providers = ["codex", "gh"]
enabled = ["claude"] # for the demo
disabled = 'all'
token_broker_port = 18731
direct = true
vault_url = "http://v"
vault_socket = ""
vault_tls_url = "https://v"
roster = ["agents", "/etc/agents"]
no_built_in = false
allow_nested = true
accept_bypass = ["codex"]
lock_timeout = 2.5

[credentials]
codex = "oauth"
`);
  assert.deepEqual(settings, {
    providers: ["codex", "gh"],
    enabled: ["claude"],
    disabled: "all",
    tokenBrokerPort: 18731,
    direct: true,
    vaultUrl: "http://v",
    vaultSocket: "",
    vaultTlsUrl: "https://v",
    roster: ["agents", "/etc/agents"],
    noBuiltIn: false,
    allowNested: true,
    acceptBypass: ["codex"],
    lockTimeout: 2500,
    credentials: { codex: "oauth" },
  });
  assert.deepEqual(await parseSettings("# nothing yet\n"), NO_SETTINGS);
  assert.deepEqual(await parseSettings(undefined), NO_SETTINGS);
});

Deno.test("settings: what cannot be is an error with its place", async () => {
  const cases: readonly (readonly [text: string, line: number, says: RegExp])[] = [
    ["disable = []", 1, /did you mean disabled\?/],
    ["\ndisabled = 'vibe'", 2, /list of names/],
    ["disabled = ['']", 1, /list of names/],
    ["token_broker_port = 70000", 1, /1 to 65535/],
    ["token_broker_port = '1'", 1, /1 to 65535/],
    ["lock_timeout = -1", 1, /number of seconds/],
    ["direct = 'yes'", 1, /true or false/],
    ["[credentials]\ncodex = 1", 1, /names and types/],
    ["roster = [", 1, /by hand/],
    ["disabled = []\ndisabled = []", 2, /by hand/],
  ];
  for (const [text, line, says] of cases) {
    await assert.rejects(parseSettings(text), (error: Error & Record<string, unknown>) => {
      assert.equal(error.code, "settings", text);
      assert.equal(error.file, ".vault-config/settings.toml");
      assert.match(String(error.remedy), says, text);
      if (line > 0 && error.position !== undefined) {
        assert.equal((error.position as { line: number }).line, line, text);
      }
      return true;
    });
  }
});

Deno.test("settings: whatever the quick reader reads, the parser reads the same", async () => {
  const toml = await defaultFormats.load("toml");
  const text = fc.array(
    fc.oneof(
      fc.constantFrom("", "# c", "[credentials]", "[a]", "a = [", "]", "\t", "a.b = 1", "\ufeff"),
      fc.tuple(
        fc.constantFrom("a", "b-c", '"a"', "1", "'q r'"),
        fc.constantFrom(" = ", "=", " =\t"),
        fc.constantFrom(
          ...[
            '"x"',
            "'x'",
            '"\\n"',
            "[]",
            '["a", "b",]',
            "['a' , ]",
            "[,]",
            "true",
            "1",
            "01",
            "1.5",
          ],
          ...[
            "1_0",
            "+1",
            "1e3",
            "inf",
            '"a" # c',
            '"#"',
            "[1]",
            "{}",
            '"""x"""',
            "'''x'''",
            '"é"',
          ],
        ),
        fc.constantFrom("", " ", " # c", "# c", " c"),
      ).map((parts) => parts.join("")),
    ),
    { maxLength: 6 },
  ).chain((lines) => fc.constantFrom("\n", "\r\n").map((newline) => lines.join(newline)));
  let quick = 0;
  await fc.assert(
    fc.asyncProperty(text, (written) => {
      const plain = plainToml(written);
      if (plain === undefined) return Promise.resolve();
      quick++;
      assert.ok(sameValue(toml.parse(written).value, plain), JSON.stringify(written));
      return Promise.resolve();
    }),
    { numRuns: 3000, seed: 5 },
  );
  assert.ok(quick > 300, `only ${quick} texts were plain`);
});

Deno.test("settings: edits keep comments, layout and line ends", async () => {
  const cases: readonly (readonly [
    before: string,
    change: Parameters<typeof editedSettings>[1],
    after: string,
  ])[] = [
    ["", { disabled: ["vibe"] }, 'disabled = ["vibe"]\n'],
    ["# mine\n", { disabled: "all" }, '# mine\ndisabled = "all"\n'],
    ['disabled = ["a"] # why\n', { disabled: ["a", "b"] }, 'disabled = ["a", "b"] # why\n'],
    [
      'disabled = [\n  "a", # broken\n  # and this one\n  "b",\n]\n',
      { disabled: ["a", "c"] },
      'disabled = [\n  "a", # broken\n  "c",\n  # and this one\n]\n',
    ],
    [
      'disabled = [\r\n  "a",\r\n  "b" # last\r\n]\r\n',
      { disabled: ["a"] },
      'disabled = [\r\n  "a",\r\n  # last\r\n]\r\n',
    ],
    ["disabled = [ # none\n]\n", { disabled: ["a"] }, 'disabled = [ # none\n  "a",\n]\n'],
    [
      'disabled = [\n  "a" # why\n]\n',
      { disabled: ["a", "b", "c"] },
      'disabled = [\n  "a", # why\n  "b",\n  "c"\n]\n',
    ],
    ['disabled = [ # x\n  "a"]', { disabled: ["a", "b"] }, 'disabled = [ # x\n  "a", "b"]'],
    ['disabled = "all" # all\n', { disabled: ["a"] }, 'disabled = ["a"] # all\n'],
    ["direct = true\n", { disabled: [] }, "direct = true\n"],
    [
      '[credentials] # logins\ncodex = "api_key"\n',
      { credentials: { codex: "oauth" } },
      '[credentials] # logins\ncodex = "oauth"\n',
    ],
  ];
  for (const [before, change, after] of cases) {
    assert.equal(await editedSettings(before, change), after);
  }
});

Deno.test("settings: they are written under the lock, privately, and never through a link", async () => {
  const mounts = `${await Deno.makeTempDir({ prefix: "settings-" })}/mounts`;
  assert.equal(await changeSettings(mounts, () => ({ disabled: [] })), false);
  assert.throws(() => Deno.statSync(mounts), Deno.errors.NotFound);
  assert.equal(await changeSettings(mounts, () => ({ disabled: ["vibe"] })), true);
  const file = `${mounts}/.vault-config/settings.toml`;
  assert.equal((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
  assert.deepEqual((await readSettings(new URL(`file://${mounts}`))).disabled, ["vibe"]);

  Deno.renameSync(file, `${mounts}/../elsewhere.toml`);
  Deno.symlinkSync("../../elsewhere.toml", file);
  assert.deepEqual((await readSettings(mounts)).disabled, ["vibe"]);
  assert.equal(await changeSettings(mounts, () => ({ disabled: ["vibe"] })), false);
  await assert.rejects(changeSettings(mounts, () => ({ disabled: [] })), {
    code: "settings",
    message: "the settings are a link, and nothing is written through a link",
  });
  Deno.removeSync(`${mounts}/../elsewhere.toml`);
  await assert.rejects(readSettings(mounts), { message: "the link leads to nothing" });
  Deno.removeSync(file);
  Deno.mkdirSync(file);
  await assert.rejects(readSettings(mounts), { code: "settings" });
});

Deno.test("settings: a link that leads into the mounts is refused, any other is followed", async () => {
  const base = await Deno.makeTempDir({ prefix: "settings-" });
  const mounts = `${base}/mounts`;
  Deno.mkdirSync(`${mounts}/.vault-config`, { recursive: true });
  Deno.mkdirSync(`${mounts}/_codex-config`);
  Deno.mkdirSync(`${base}/dotfiles`);
  const text = 'accept_bypass = ["codex"]\n';
  const places = [
    `${mounts}/_codex-config/own.toml`,
    `${mounts}/.vault-config/mine.toml`,
    `${base}/dotfiles/own.toml`,
  ];
  for (const place of places) Deno.writeTextFileSync(place, text);
  Deno.symlinkSync(`${mounts}/_codex-config`, `${base}/way`);
  Deno.symlinkSync(`${base}/dotfiles/own.toml`, `${mounts}/_codex-config/link.toml`);
  const cases: readonly (readonly [target: string, isRefused: boolean])[] = [
    ["../_codex-config/own.toml", true],
    [`${mounts}/_codex-config/own.toml`, true],
    [`${base}/way/own.toml`, true],
    ["../_codex-config/link.toml", true],
    ["../_codex-config/nothing.toml", true],
    ["mine.toml", false],
    [`${base}/dotfiles/own.toml`, false],
    ["../../dotfiles/own.toml", false],
  ];
  const file = `${mounts}/.vault-config/settings.toml`;
  for (const [target, isRefused] of cases) {
    Deno.symlinkSync(target, file);
    if (isRefused) {
      await assert.rejects(readSettings(mounts), {
        code: "hostile",
        message: "the settings must not lie in the mounts",
        details: {
          file: ".vault-config/settings.toml",
          remedy:
            "a container could say in them who is routed: move that file out of the mounts, or into " +
            ".vault-config/ there, which no container sees",
        },
      }, target);
    } else assert.deepEqual((await readSettings(mounts)).acceptBypass, ["codex"], target);
    Deno.removeSync(file);
  }
  await Deno.remove(base, { recursive: true });
});

Deno.test("settings: who takes part", () => {
  const asked = { providers: undefined, disabled: [] };
  const part = (
    settings: Partial<Settings>,
    flags: Partial<{ providers: readonly string[]; disabled: readonly string[] }> = {},
    everyone: readonly string[] = [],
  ) => takingPart({ ...asked, ...flags }, { ...NO_SETTINGS, ...settings }, everyone);
  const none = {
    providers: undefined,
    alsoOn: [],
    disabledProviders: [],
    disableAll: false,
    off: [],
    keptOff: [],
    members: undefined,
  };
  assert.deepEqual(part({}), none);
  assert.deepEqual(part({ enabled: ["claude"] }), { ...none, alsoOn: ["claude"] });
  assert.deepEqual(part({ enabled: ["claude"] }, { providers: ["codex"] }), {
    ...none,
    providers: ["codex"],
  });
  assert.deepEqual(part({ providers: ["codex"], enabled: ["claude"] }), {
    ...none,
    providers: ["codex", "claude"],
    members: ["codex", "claude"],
  });
  // Who is in the list of the settings stays one of them, whoever is named in this run.
  const listed = part({ providers: ["codex"], disabled: ["gh"] }, { providers: ["vibe"] });
  assert.deepEqual(listed.members, ["codex", "gh", "vibe"]);
  assert.deepEqual(part({ disabled: ["vibe", "gh"] }, { disabled: ["codex", "gh"] }), {
    ...none,
    disabledProviders: ["vibe", "gh", "codex"],
    off: ["vibe", "gh"],
  });
  // Who is named on the command line takes part, unless the command line disables it as well.
  assert.deepEqual(part({ disabled: ["vibe", "gh"] }, { providers: ["vibe"] }), {
    ...none,
    providers: ["vibe"],
    disabledProviders: ["gh"],
    off: ["gh"],
    keptOff: ["gh"],
  });
  const both = part({ disabled: ["gh", "pi"] }, { providers: ["vibe"], disabled: ["gh"] });
  assert.deepEqual(both.keptOff, ["pi"]);
  assert.deepEqual(
    part({ disabled: ["vibe"] }, { providers: ["vibe"], disabled: ["vibe"] }).disabledProviders,
    ["vibe"],
  );
  assert.deepEqual(part({ disabled: "all", enabled: ["claude"] }), {
    providers: [],
    alsoOn: [],
    disabledProviders: ["claude"],
    disableAll: true,
    off: "all",
    keptOff: [],
    members: undefined,
  });
  assert.deepEqual(
    part({ disabled: "all", enabled: ["claude"] }, { providers: ["codex"] }, [
      "codex",
      "gh",
      "old",
    ]),
    {
      providers: ["codex"],
      alsoOn: [],
      disabledProviders: ["claude", "gh", "old"],
      disableAll: false,
      off: "all",
      keptOff: ["claude", "gh", "old"],
      members: undefined,
    },
  );
});
