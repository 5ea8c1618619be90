/** A provider as an agent file that people read, and that reads back as the same provider. */
import assert from "node:assert/strict";
import { loadRoster, type Provider, showProvider } from "../../roster/mod.ts";
import { agent, PATCH, read, short } from "../support/agents.ts";

Deno.test("what is shown of every agent that comes along reads back as the same", async () => {
  const roster = await loadRoster();
  for (const name of roster.names()) {
    const provider = roster.get(name);
    assert.ok(provider !== undefined);
    assert.deepEqual(await readBack(provider), alike(provider), name);
  }
});

Deno.test("values of every kind read back as the same", async () => {
  const odd = [
    "yes",
    "1",
    "1.0",
    "null",
    "~",
    "- a",
    "a: b",
    "#",
    "",
    " x ",
    "é\u2028",
    "_inherited",
  ];
  const set = {
    texts: odd,
    nested: {
      list: [["a", [true, null]], { k: [1, 2.5, 3n, -0.5, 1e300] }],
      "a b": "x".repeat(80),
    },
    none: null,
    float: 1e21,
  };
  const provider = read(short([
    {
      file: ["a.yml", "b.yml"],
      mode: "0640",
      yaml_set: set,
      yaml_default: { "on": { off: "no" } },
    },
    {
      ...PATCH,
      toml_table: ["a", "b"],
      toml_match: { n: 1, s: "true", b: true },
      by_credential_type: { oauth: { a: "{vault_tls_url}", n2: { m: 1 } }, api_key: {} },
      bypassed_by: [
        { path: ["a", "*"], unless: [1, "{vault_url}", true], why: "It is: so # it says." },
        { file: "x.json", why: "y" },
        { file: "*.rc", path: ["q"], why: "z" },
      ],
    },
    { file: "l.yml", yaml_table: [], yaml_match: { k: "v" }, yaml_set: { a: 1 } },
    { file: "l.yml", yaml_each: ["*"], yaml_set: { a: 1 } },
  ]));
  assert.deepEqual(await readBack(provider), alike(provider));
});

Deno.test("what has nothing to say is shown in few words", () => {
  assert.equal(showProvider(read({ host_dir: "_t" })), "host_dir: _t\n");
  assert.equal(
    showProvider(read({ ...short(PATCH), notes: "one", proven: "documentation only" })),
    'host_dir: _t\nshared_config_patch:\n  file: c.toml\n  toml_set:\n    a: "{vault_url}"\n' +
      'notes: [one]\nproven: "documentation only"\n',
  );
});

async function readBack(provider: Provider) {
  const text = showProvider(provider);
  const roster = await loadRoster([agent("t.yaml", text)], { builtIn: false });
  return alike(roster.get("t"));
}

/** A provider without what a file cannot say of it, and without prototypes. */
function alike(provider: Provider | undefined) {
  const { name: _name, source: _source, defaultOn: _defaultOn, ...rest } = provider ?? {};
  return structuredClone(rest);
}
