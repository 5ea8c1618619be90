/** What agents may say, how rosters are read, and what comes with the program. */
import assert from "node:assert/strict";
import { ConfigPatchError, type ErrorCode } from "../../errors.ts";
import { defaultFormats, FormatRegistry, pathText, sameValue } from "../../formats/mod.ts";
import { leavesOf } from "../../formats/value.ts";
import {
  type AgentObject,
  builtInSources,
  catalogSources,
  type ConfigPatch,
  loadRoster,
  type Provider,
  readRosterSources,
  Roster,
  rosterFrom,
  type RosterSource,
} from "../../roster/mod.ts";
import { resolveVaultLocation, substitute } from "../../transport/mod.ts";

const SET = { toml_set: { a: "{vault_url}" } };
const PATCH = { file: "c.toml", ...SET };

Deno.test("built in and on by default are exactly three patches", async () => {
  const roster = await loadRoster([]);
  assert.deepEqual(roster.defaults(), ["codex", "gh", "vibe"]);
  const location = resolveVaultLocation({ tokenBrokerPort: 1 });
  const shown = roster.defaults().map((name) => {
    const provider = roster.get(name);
    const [patch] = provider?.patches ?? [];
    assert.ok(provider !== undefined && patch !== undefined);
    const { files: [file], format, strict } = patch;
    assert.equal(strict, false);
    const values = templatesOf(patch).map(({ path, template }) =>
      `${pathText(path)} = ${substitute(template, location)}`
    );
    return [`${provider.hostDir}/${file}`, format, ...values];
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
});

Deno.test("the catalog is known, off by default, and only cline's file is nested", async () => {
  const roster = await loadRoster([]);
  const catalog = roster.names().filter((name) => !roster.defaults().includes(name));
  assert.deepEqual(
    catalog,
    "aider claude cline glab goose grok kilo opencode pi qwen zed".split(" "),
  );
  for (const name of catalog) {
    const provider = roster.get(name);
    const [patch] = provider?.patches ?? [];
    assert.equal(provider?.hostDir, `_${name}-config`);
    assert.ok(patch !== undefined);
    assert.equal(patch.files.some((file) => file.includes("/")), name === "cline");
    assert.equal(patch.strict, name === "claude");
    for (const file of patch.files) {
      assert.equal(defaultFormats.forFile(file)?.name, patch.format);
    }
  }
  const places = (name: string) => {
    const [patch] = roster.get(name)?.patches ?? [];
    return patch === undefined ? [] : templatesOf(patch).map(({ path }) => pathText(path));
  };
  assert.deepEqual(places("claude"), ["env.ANTHROPIC_BASE_URL"]);
  assert.deepEqual(places("glab"), [
    'hosts."gitlab.com".api_host',
    'hosts."gitlab.com".api_protocol',
  ]);
  assert.deepEqual(places("pi"), ["providers.anthropic.baseUrl", "providers.openai.baseUrl"]);
});

Deno.test("only the named part of the catalog is read when names are given", async () => {
  const roster = await loadRoster([], { catalog: ["claude", "codex", "nobody"] });
  assert.deepEqual(roster.names(), ["claude", "codex", "gh", "vibe"]);
  assert.deepEqual((await loadRoster([], { catalog: [] })).names(), ["codex", "gh", "vibe"]);
});

Deno.test("every agent file that comes with the program is listed in it", async () => {
  const catalog = await catalogSources();
  for (
    const [directory, sources] of [["agents", builtInSources], ["catalog", catalog]] as const
  ) {
    const url = new URL(`../../roster/${directory}/`, import.meta.url);
    const files = [...Deno.readDirSync(url)].map(({ name }) => name).sort();
    assert.deepEqual(sources.map(({ path }) => path.replace(/^.*\//, "")), files);
    for (const { path, text } of sources) {
      const file = path.slice(path.lastIndexOf("/") + 1);
      assert.equal(text, Deno.readTextFileSync(new URL(file, url)));
    }
  }
});

Deno.test("a later entry replaces an earlier one, and the built-in ones can be left out", async () => {
  const one = agent("codex.yaml", "label: no patch\n");
  const two = agent("x/zed.json", JSON.stringify({ host_dir: "z", shared_config_patch: PATCH }));
  const roster = await loadRoster([one, two]);
  assert.equal(roster.get("codex")?.patches.length, 0);
  assert.equal(roster.get("codex")?.source, "codex.yaml");
  assert.deepEqual(roster.defaults(), ["codex", "gh", "vibe", "zed"]);
  assert.deepEqual((await loadRoster([one, two], { builtIn: false })).names(), ["codex", "zed"]);
  const again = agent("y/zed.yaml", "label: z\n");
  assert.equal((await loadRoster([two, again])).get("zed")?.source, "y/zed.yaml");
  assert.equal((await loadRoster([again, two])).get("zed")?.source, "x/zed.json");
});

Deno.test("rosters are laid over each other without being changed", () => {
  const low = rosterFrom({ a: {}, b: {} });
  const high = rosterFrom({ b: { host_dir: "b", shared_config_patch: PATCH }, c: {} });
  const both = low.with(high);
  assert.deepEqual(both.names(), ["a", "b", "c"]);
  assert.equal(both.get("b")?.patches[0]?.files.join(), "c.toml");
  assert.equal(low.get("b")?.patches.length, 0);
  assert.equal(low.get("c"), undefined);
  assert.deepEqual(new Roster().names(), []);
  assert.equal(low.get("__proto__"), undefined);
});

Deno.test("an agent file may be YAML, TOML or JSON", async () => {
  const yaml = agent(
    "a.yml",
    "auth: {host_dir: _a}\nvault:\n  shared_config_patch:\n" +
      "    file: c.toml\n    toml_set: {i: 1, f: 1.5, l: [x, true]}\n",
  );
  const toml = agent(
    "a.toml",
    'auth.host_dir = "_a"\n[vault.shared_config_patch]\nfile = "c.toml"\n' +
      'toml_set = {i = 1, f = 1.5, l = ["x", true]}\n',
  );
  const json = agent(
    "a.json",
    '{"auth": {"host_dir": "_a"}, "vault": {"shared_config_patch": ' +
      '{"file": "c.toml", "toml_set": {"i": 1, "f": 1.5, "l": ["x", true]}}}}',
  );
  for (const source of [yaml, toml, json]) {
    const provider = (await loadRoster([source], { builtIn: false })).get("a");
    assert.equal(provider?.hostDir, "_a");
    assert.ok(sameValue(provider.patches[0]?.set, { i: 1n, f: 1.5, l: ["x", true] }), source.path);
  }
});

Deno.test("a mapping of names to agents is YAML or JSON", async () => {
  for (
    const text of [
      "a:\n  host_dir: _a\n  shared_config_patch: {file: c.toml, toml_set: {u: '{vault_url}'}}\n",
      ' {"a": {"host_dir": "_a", "shared_config_patch": ' +
      '{"file": "c.toml", "toml_set": {"u": "{vault_url}"}}}}',
    ]
  ) {
    const source: RosterSource = { kind: "mapping", path: "standard input", text };
    const roster = await loadRoster([source], { builtIn: false });
    assert.deepEqual(roster.get("a")?.hostDir, "_a");
    assert.equal(roster.get("a")?.source, "standard input");
  }
  const mapping = (text: string) =>
    loadRoster([{ kind: "mapping", path: "standard input", text }], { builtIn: false });
  await refusedLater(mapping(""), "roster", /names no agent/);
  await refusedLater(mapping("file: c.toml\n"), "roster", /has to be a mapping/);
  // What looks like JSON is not read as YAML, which would let much pass that JSON does not.
  await refusedLater(mapping(" \n{a: {}}"), "syntax", /./);
});

Deno.test("an error says provider, file, line, column and what to do", async () => {
  const text = "# an agent\nauth:\n  host_dir: _a\nvault:\n  shared_config_patch:\n" +
    "    file: c.toml\n    toml_set:\n      u: '{vault_ulr}'\n";
  const error = await refusedLater(
    loadRoster([agent("dir/a.yaml", text)], { builtIn: false }),
    "roster",
    /no token "\{vault_ulr\}"/,
  );
  assert.equal(error.provider, "a");
  assert.equal(error.where, "dir/a.yaml:8:10");
  assert.equal(error.details.sourceLine, "      u: '{vault_ulr}'");
  assert.equal(error.remedy, "did you mean {vault_url}?");
  const within = await refusedLater(
    loadRoster([{ kind: "mapping", path: "-", text: "a:\n  auth:\n    hostdir: x\n" }]),
    "roster",
    /auth\.hostdir/,
  );
  assert.equal(within.where, "-:3:14");
});

Deno.test("a text that does not parse, or of an unknown format, is refused with its file", async () => {
  const broken = await refusedLater(loadRoster([agent("d/a.toml", "x = =\n")]), "syntax", /./);
  assert.equal(broken.where.startsWith("d/a.toml:1:"), true, broken.where);
  assert.equal(broken.provider, "a");
  await refusedLater(loadRoster([agent("a.ini", "")]), "roster", /format/);
});

Deno.test("host dir and patch stand at the old, the new, or the short place", () => {
  const auth = { host_dir: "_t" };
  for (
    const one of [
      { auth, vault: { shared_config_patch: PATCH } },
      { auth, provider: { config_patch: PATCH, default: "openai" } },
      { host_dir: "_t", shared_config_patch: PATCH },
      { auth, vault: { shared_config_patch: PATCH }, provider: { config_patch: { ...PATCH } } },
      { auth, host_dir: "_t", vault: { shared_config_patch: PATCH }, provider: "openai" },
      { auth, vault: null, provider: { config_patch: PATCH } },
    ]
  ) assert.equal(read(one).hostDir, "_t");
  refused({
    auth,
    vault: { shared_config_patch: PATCH },
    provider: { config_patch: { ...PATCH, file: "d.toml" } },
  }, /differ/);
  refused({ auth, host_dir: "other", shared_config_patch: PATCH }, /differ/);
});

Deno.test("without auth, opencode gives the host dir; without either, a patch is refused", () => {
  const vault = { shared_config_patch: PATCH };
  assert.equal(read({ vault, opencode: { base_url: "x" } }).hostDir, "_t-config");
  assert.equal(read({ vault, auth: null, opencode: {} }).hostDir, "_t-config");
  refused({ vault }, /no host dir/);
  refused({ vault, auth: { modes: [] }, opencode: {} }, /no host dir/);
  assert.equal(read({ auth: { host_dir: "_t" } }).patches.length, 0);
  assert.equal(read({}).patches.length, 0);
});

Deno.test("elsewhere keys are another program's business, but slips of ours are not", () => {
  read({
    kind: "native",
    mounts: [{ host_dir: "_x", container_path: "/x" }],
    oauth: { a: 1 },
    auto: { x: 1 },
    auth: { host_dir: "_t", modes: ["api_key"], api_key_hint: "…" },
    vault: { route_prefix: "x", credential_file: ".env", shared_domain: true },
    providers: { openai: {} },
    made: () => 1,
    when: new Date(0),
    nothing: undefined,
  });
  for (
    const [one, meant] of [
      [{ auth: { hostdir: "x" } }, "auth.host_dir"],
      [{ auth: { "host-dir": "x" } }, "auth.host_dir"],
      [{ auth: { hostDir: "x" } }, "auth.host_dir"],
      [{ vault: { shared_config_patches: {} } }, "vault.shared_config_patch"],
      [{ vault: { sharedConfigPatch: {} } }, "vault.shared_config_patch"],
      [{ vault: { config_patch: {} } }, "vault.shared_config_patch"],
      [{ provider: { shared_config_patch: {} } }, "provider.config_patch"],
      [{ provider: { config_patchs: {} } }, "provider.config_patch"],
      [{ vaults: { shared_config_patch: {} } }, "vault.shared_config_patch"],
      [{ valut: { shared_config_pach: {} } }, "vault.shared_config_patch"],
      [{ auth: { shared_config_patch: {} } }, "vault.shared_config_patch"],
      [{ vault: { host_dir: "x" } }, "auth.host_dir"],
      [{ providers: { config_patch: {} } }, "provider.config_patch"],
      [{ credential_proxy: { shared_config_patch: {} } }, "vault.shared_config_patch"],
      [{ auths: { host_dir: "x" } }, "auth.host_dir"],
      [{ host_dirs: "x" }, "auth.host_dir"],
      [{ config_patch: {} }, "vault.shared_config_patch"],
    ] as const
  ) {
    const error = refused(one, /not a key that is read/);
    assert.ok(error.remedy?.startsWith(`did you mean ${meant}`), error.remedy);
  }
  refused({ vault: "x" }, /vault has to be a mapping/);
  refused({ auth: ["x"] }, /auth has to be a mapping/);
});

Deno.test("inside a patch every key is known", () => {
  const remedy = (patch: AgentObject) => refusedPatch(patch, /no key/).remedy ?? "";
  assert.equal(remedy({ ...PATCH, fil: "x" }), "did you mean file?");
  assert.equal(remedy({ file: "c", tml_set: { a: 1 } }), "did you mean toml_set?");
  assert.equal(remedy({ ...PATCH, toml_tabel: "x" }), "did you mean toml_table?");
  assert.match(remedy({ file: "c", ini_set: { a: 1 } }), /register a format "ini"/);
  assert.match(remedy({ ...PATCH, note: "x" }), /known are file, toml_set/);
  assert.match(remedy({ ...PATCH, toml_strict: true }), /./);
});

Deno.test("a patch is of one registered format", () => {
  refusedPatch({ file: "c.toml" }, /without values/);
  refusedPatch({ file: "c.toml", toml_table: "x", toml_match: { a: 1 } }, /has to be a mapping/);
  refusedPatch({ ...PATCH, yaml_set: { a: 1 } }, /two formats, toml and yaml/);
  refusedPatch({ ...PATCH, json_strict: true }, /two formats/);
  const ini = { name: "ini", extensions: [".ini"], blank: "", holdsNull: false };
  const load = () => Promise.reject(new Error("not needed"));
  const formats = new FormatRegistry([{ ...ini, load }]);
  const agents = { t: { host_dir: "_t", shared_config_patch: { file: "c", ini_set: { a: "x" } } } };
  assert.equal(rosterFrom(agents, { formats }).get("t")?.patches[0]?.format, "ini");
  assert.throws(() =>
    rosterFrom({ t: { host_dir: "_t", shared_config_patch: PATCH } }, { formats })
  );
});

Deno.test("the strict dialect is asked for by true or false", () => {
  const json = { file: "s.json", json_set: { a: "x" } };
  assert.equal(read(short(json)).patches[0]?.strict, false);
  assert.equal(read(short({ ...json, json_strict: false })).patches[0]?.strict, false);
  assert.equal(read(short({ ...json, json_strict: true })).patches[0]?.strict, true);
  refusedPatch({ ...json, json_strict: "yes" }, /true or false/);
});

Deno.test("values are leaves or mappings that lead to leaves", () => {
  const set = { "a.b": { c: 1, d: { e: ["x", { f: 1 }] } }, g: false };
  const { patches: [patch] } = read(short({ file: "c.toml", toml_set: set }));
  assert.ok(patch !== undefined);
  assert.deepEqual(templatesOf(patch).map(({ path, template }) => [path, template]).slice(0, 1), [
    [["a.b", "c"], 1n],
  ]);
  assert.deepEqual(templatesOf(patch).map(({ path }) => path), [
    ["a.b", "c"],
    ["a.b", "d", "e"],
    ["g"],
  ]);
  refusedPatch({ file: "c.toml", toml_set: {} }, /holds no value/);
  refusedPatch({ file: "c.toml", toml_set: { a: 1, b: { c: {} } } }, /b\.c is an empty mapping/);
  refusedPatch({ file: "c.toml", toml_set: ["a"] }, /has to be a mapping/);
});

Deno.test("what a patch cannot hold is refused at any depth", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  for (
    const [value, message] of [
      [null, /null/],
      [[null], /null/],
      [NaN, /NaN/],
      [[[-Infinity]], /-Infinity/],
      ["\ud800", /not valid Unicode/],
      [[{ "\udc00": 1 }], /no text/],
      [undefined, /undefined/],
      [() => 1, /function/],
      [Symbol("x"), /symbol/],
      [new Date(0), /Date/],
      [new Map(), /Map/],
      [cycle, /cyclic/],
    ] as const
  ) refusedPatch({ file: "c.toml", toml_set: { a: { b: value } } }, message);
  refusedPatch(
    { file: "c.toml", toml_set: { "\ud800": 1 } },
    /set cannot hold a key that is no text/,
  );
  const { patches: [patch] } = read(short({ file: "c.yml", yaml_set: { a: null, b: [null] } }));
  assert.deepEqual(patch?.set.a, null);
});

Deno.test("a key that YAML reads as no text is refused, and shown as nothing odd", async () => {
  const text = "host_dir: _a\nshared_config_patch:\n  file: c.json\n  json_set: {1: x}\n";
  const error = await refusedLater(loadRoster([agent("a.yaml", text)]), "roster", /no text/);
  assert(error.message.isWellFormed());
  assert.equal(error.position?.line, 4);
});

Deno.test("a value that only its own format understands is refused", async () => {
  const text = 'host_dir = "_a"\n[shared_config_patch]\nfile = "c.toml"\n' +
    "toml_set.since = 1979-05-27\n";
  const error = await refusedLater(loadRoster([agent("a.toml", text)]), "roster", /local-date/);
  assert.equal(error.position?.line, 4);
});

Deno.test("whole numbers of JavaScript become integers, all others stay floats", () => {
  const set = { i: 3, big: 12345678901234567890n, f: 1.5, zero: -0, far: 1e300 };
  const { patches: [patch] } = read(short({ file: "c.toml", toml_set: set }));
  assert.ok(sameValue(patch?.set, {
    i: 3n,
    big: 12345678901234567890n,
    f: 1.5,
    zero: -0,
    far: 1e300,
  }));
});

Deno.test("table and match address one entry", () => {
  const entry = { toml_table: ["nanocoder", "providers"], toml_match: { name: "x", id: 1 } };
  const { patches: [patch] } = read(short({ ...PATCH, ...entry }));
  assert.ok(patch !== undefined);
  assert.deepEqual(
    templatesOf(patch).map(({ path }) => path),
    [
      ["nanocoder", "providers", { name: "x", id: 1n }, "a"],
    ].map((path) => path.map((step) => typeof step === "object" ? nullProto(step) : step)),
  );
  assert.deepEqual(read(short({ ...PATCH, ...entry, toml_table: "p" })).patches[0]?.table, ["p"]);
  refusedPatch({ ...PATCH, toml_table: "p" }, /only mean something together/);
  refusedPatch({ ...PATCH, toml_match: { a: 1 } }, /only mean something together/);
  for (const toml_table of ["", [], ["a", ""], ["a", 1], 1, {}, null]) {
    refusedPatch({ ...PATCH, ...entry, toml_table }, /a key, or a list of keys/);
  }
  refusedPatch({ ...PATCH, ...entry, toml_match: {} }, /any entry/);
  refusedPatch({ ...PATCH, ...entry, toml_match: "x" }, /has to be a mapping/);
  refusedPatch({ ...PATCH, ...entry, toml_match: { n: "{vault_url}" } }, /token/);
  refusedPatch({ ...PATCH, ...entry, toml_match: { a: "x" } }, /matched and set/);
  for (const n of [null, [], ["x"], {}, new Date(0)]) {
    refusedPatch({ ...PATCH, ...entry, toml_match: { n } }, /cannot be known by/);
  }
  refusedPatch({ ...PATCH, ...entry, toml_match: { n: NaN } }, /NaN/);
});

Deno.test("host dir and file are plain names; a nested file is marked", () => {
  for (const name of ["", ".", "..", "../x", "/x", "a\0b", "a\nb", "a\\b", ".vault-config"]) {
    refused({ host_dir: name, shared_config_patch: PATCH }, /host_dir/);
    refused({ auth: { host_dir: name } }, /host_dir/);
  }
  refused({ host_dir: "a/b", shared_config_patch: PATCH }, /host_dir/);
  refused({ host_dir: 1, shared_config_patch: PATCH }, /has to be a text/);
  for (const file of ["", ".", "..", "/x", "a/", "a//b", "a/../b", "./a", "a\0", "a\\b"]) {
    refusedPatch({ file, ...SET }, /file/);
  }
  refusedPatch({ file: ".terok-managed-config.json", ...SET }, /file/);
  refusedPatch(SET, /a patch without a file/);
  refusedPatch({ file: 1, ...SET }, /file has to be a text/);
  refusedPatch({ file: "/x", ...SET }, /absolute/);
  refusedPatch({ file: "a/", ...SET }, /one of its segments is empty/);
  assert.deepEqual(read(short({ file: "a/b/c.toml", ...SET })).patches[0]?.files, ["a/b/c.toml"]);
  refused({ opencode: {}, vault: { shared_config_patch: PATCH } }, /host_dir/, "é".repeat(200));
});

Deno.test("a provider's name can be given in a list on a command line", () => {
  for (const name of ["codex", "my agent", "é", "a.b", "__proto__"]) read({}, name);
  for (const name of ["", " ", " a", "a ", "a,b", "a/b", "a\nb", "a\tb", "\x1b[1m", "\ud800"]) {
    refused({}, /cannot be the name/, name);
  }
});

Deno.test("an agent of a roster of objects is an object", () => {
  for (const agent of [null, [], "x", new Map()]) {
    assert.throws(() => rosterFrom({ t: agent as unknown as AgentObject }), ConfigPatchError);
  }
});

Deno.test("files and directories of agents are read, sorted, without what is no agent", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const name of ["b.yaml", "a.toml", ".c.yaml", "notes.md", "d.yaml~"]) {
      await Deno.writeTextFile(`${directory}/${name}`, `# ${name}\n`);
    }
    await Deno.mkdir(`${directory}/e.yaml`);
    assert.deepEqual(await readRosterSources([`${directory}/`, `${directory}/b.yaml`]), [
      { kind: "agent", path: `${directory}/a.toml`, text: "# a.toml\n" },
      { kind: "agent", path: `${directory}/b.yaml`, text: "# b.yaml\n" },
      { kind: "agent", path: `${directory}/b.yaml`, text: "# b.yaml\n" },
    ]);
    await refusedLater(readRosterSources([`${directory}/notes.md`]), "roster", /format/);
    await refusedLater(readRosterSources([`${directory}/none.yaml`]), "roster", /not exist/);
    await Deno.writeTextFile(`${directory}/b.json`, "{}");
    await refusedLater(readRosterSources([directory]), "roster", /two files .* describe b/);
    await Deno.remove(`${directory}/b.json`);
    new Deno.Command("mkfifo", { args: [`${directory}/pipe.yaml`] }).outputSync();
    const pipe = await refusedLater(readRosterSources([directory]), "roster", /plain file/);
    assert.equal(pipe.where, `${directory}/pipe.yaml`);
    await Deno.remove(`${directory}/pipe.yaml`);
    await Deno.symlink("nowhere", `${directory}/dangling.yaml`);
    const dangling = await refusedLater(readRosterSources([directory]), "roster", /not exist/);
    assert.equal(dangling.where, `${directory}/dangling.yaml`);
    await Deno.remove(`${directory}/dangling.yaml`);
    await Deno.writeFile(`${directory}/bad.yaml`, new Uint8Array([0x61, 0xff]));
    const bad = await refusedLater(
      readRosterSources([`${directory}/bad.yaml`]),
      "encoding",
      /UTF-8/,
    );
    assert.equal(bad.where, `${directory}/bad.yaml`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  await refusedLater(readRosterSources(["-", "-"]), "option", /once/);
});

Deno.test("a byte order mark is kept for the parser", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, "\uFEFFlabel: x\n");
    const [source] = await readRosterSources([file]);
    assert.equal(source?.text, "\uFEFFlabel: x\n");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "a missing permission is answered with the flag that gives it",
  permissions: { read: false },
  fn: async () => {
    for (
      const [path, remedy] of [
        ["agents/a.yaml", "add --allow-read=agents/a.yaml"],
        ["my agents", "add --allow-read='my agents'"],
        ["it's", "add --allow-read='it'\\''s'"],
        ["a,b.yaml", "move it: Deno cannot grant a path that has a comma in it"],
      ] as const
    ) {
      const error = await refusedLater(readRosterSources([path]), "permission", /not allowed/);
      assert.equal(error.remedy, remedy);
      assert.equal(error.where, path);
    }
  },
});

Deno.test("standard input is a mapping, and needs no permission", async () => {
  const load = new URL("../../roster/sources.ts", import.meta.url);
  const script = `import { readRosterSources } from "${load}";
    console.log(JSON.stringify(await readRosterSources(["-"])));`;
  const args = [
    "run",
    "--no-prompt",
    "--no-check",
    "--quiet",
    `data:text/javascript,${encodeURIComponent(script)}`,
  ];
  const running = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = running.stdin.getWriter();
  await writer.write(new TextEncoder().encode("a: {}\n"));
  await writer.close();
  const { stdout } = await running.output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
    { kind: "mapping", path: "standard input", text: "a: {}\n" },
  ]);
});

Deno.test("the modules that hold and read the texts of a roster load no parser", async () => {
  for (const entry of ["sources.ts", "built_in.ts"]) {
    const path = new URL(`../../roster/${entry}`, import.meta.url).pathname;
    const args = ["info", "--json", path];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
    const loaded = new Set(graph.roots);
    for (const specifier of loaded) {
      const module = graph.modules.find((one) => one.specifier === specifier);
      for (const dependency of module?.dependencies ?? []) {
        const target = dependency.code?.specifier;
        if (target !== undefined && dependency.isDynamic !== true) loaded.add(target);
      }
    }
    const names = [...loaded].map((specifier) => specifier.replace(/^.*\//, ""));
    assert.ok(names.includes(entry) && names.length > 1, names.join());
    for (const name of ["yaml.ts", "toml.ts", "json.ts", "schema.ts", "parse.ts"]) {
      assert.ok(!names.includes(name), `${entry} loads ${name}`);
    }
    assert.deepEqual([...loaded].filter((specifier) => !specifier.startsWith("file:")), []);
  }
});

/** What `deno info --json` prints, as far as it is read here. */
interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

function templatesOf({ table = [], match, set }: ConfigPatch) {
  const leaves = leavesOf(set, match === undefined ? [] : [...table, match]);
  return leaves.map(({ path, value }) => ({ path, template: value }));
}

function agent(path: string, text: string): RosterSource {
  return { kind: "agent", path, text };
}

function short(patch: AgentObject): AgentObject {
  return { host_dir: "_t", shared_config_patch: patch };
}

function read(agent: AgentObject, name = "t"): Provider {
  // A computed key, because `__proto__` is a name like any other.
  const provider = rosterFrom({ [name]: agent }).get(name);
  assert.ok(provider !== undefined);
  return provider;
}

function nullProto(table: object): object {
  return Object.assign(Object.create(null), table);
}

function refusedPatch(patch: AgentObject, message: RegExp): ConfigPatchError {
  return refused(short(patch), message);
}

function refused(agent: AgentObject, message: RegExp, name = "t"): ConfigPatchError {
  try {
    read(agent, name);
  } catch (error) {
    return checked(error, "roster", message);
  }
  return assert.fail(`accepted: ${Deno.inspect(agent)}`);
}

async function refusedLater(
  work: Promise<unknown>,
  code: ErrorCode,
  message: RegExp,
): Promise<ConfigPatchError> {
  try {
    await work;
  } catch (error) {
    return checked(error, code, message);
  }
  return assert.fail("accepted");
}

function checked(error: unknown, code: ErrorCode, message: RegExp): ConfigPatchError {
  assert.ok(error instanceof ConfigPatchError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  if (code !== "syntax") assert.ok(error.remedy !== undefined, error.message);
  return error;
}
