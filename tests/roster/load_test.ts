/** From texts to a roster. */
import assert from "node:assert/strict";
import { sameValue } from "../../formats/mod.ts";
import { loadRoster, type RosterSource } from "../../roster/mod.ts";
import { agent, PATCH, refusedLater } from "../support/agents.ts";

Deno.test("a later text lies over an earlier one, and the built-in agents can be left out", async () => {
  const one = agent("codex.yaml", "label: mine\n");
  const two = agent("x/zed.json", JSON.stringify({ host_dir: "z", shared_config_patch: PATCH }));
  const roster = await loadRoster([one, two]);
  assert.equal(roster.get("codex")?.source, "codex.yaml");
  assert.equal(roster.get("codex")?.patches[0]?.files.join(), "config.toml");
  assert.deepEqual(roster.defaults(), ["codex", "gh", "vibe", "zed"]);
  const own = await loadRoster([one, two], { builtIn: false });
  assert.deepEqual([own.names(), own.defaults()], [["codex", "zed"], ["zed"]]);
  assert.equal(own.get("codex")?.patches.length, 0);
  const again = agent("y/zed.yaml", "label: z\n");
  for (
    const [sources, source] of [[[two, again], "y/zed.yaml"], [[again, two], "x/zed.json"]] as const
  ) {
    const zed = (await loadRoster(sources)).get("zed");
    assert.deepEqual([zed?.source, zed?.hostDir, zed?.patches.length], [source, "z", 1]);
  }
});

Deno.test("a roster is loaded from nothing, and not from what is no list of texts", async () => {
  for (const nothing of [undefined, null, []]) {
    assert.deepEqual((await loadRoster(nothing, null)).defaults(), ["codex", "gh", "vibe"]);
  }
  const options = { formats: null, builtIn: null, catalog: null, named: null };
  assert.deepEqual((await loadRoster([], options)).defaults(), ["codex", "gh", "vibe"]);
  const agents = { gh: { host_dir: "x" } };
  for (
    const given of ["agents", ["agents/codex.yaml"], [null], agents, [agents], 1, [{ path: "x" }]]
  ) {
    const sources = given as unknown as readonly RosterSource[];
    await refusedLater(loadRoster(sources), "option", /no list of texts/);
  }
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
  await refusedLater(loadRoster([agent("a.yaml", "text\n")]), "shape", /./);
});
