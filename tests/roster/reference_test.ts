/** What is made of the table of keys: it is up to date, and a real validator agrees with the parser. */
import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { generated } from "../../docs/generate.ts";
import { builtInAgents, catalogAgents, loadRoster, rosterFrom } from "../../roster/mod.ts";
import { agentSchema } from "../../roster/reference.ts";
import { type Key, PATCH_KEYS, RULE_KEYS } from "../../roster/schema.ts";
import { agent, short } from "../support/agents.ts";

Deno.test("types, schema and reference are those of the table of keys", async () => {
  for (const [path, text] of Object.entries(await generated())) {
    const there = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
    assert.equal(there, text, `${path}: run \`deno task keys\``);
  }
});

Deno.test("the schema accepts all agents that come with the program", async () => {
  const validate = validator();
  const agents = { ...builtInAgents, ...await catalogAgents() };
  for (const [name, one] of Object.entries(agents)) {
    assert.ok(validate(one), `${name}: ${JSON.stringify(validate.errors)}`);
  }
});

Deno.test("the schema and the parser accept every example of the page about agent files", async () => {
  const validate = validator();
  const page = await Deno.readTextFile(new URL("../../docs/agent-files.md", import.meta.url));
  const examples = [...page.matchAll(/```yaml\n# (\w+\.yaml)\n([^`]*)```/g)];
  assert.equal(examples.length, 5);
  for (const [, name = "", text = ""] of examples) {
    assert.ok(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors)}`);
    const roster = await loadRoster([agent(name, text)]);
    assert.notEqual(roster.get(name.replace(".yaml", ""))?.patches.length, 0);
  }
});

Deno.test("an agent file in each format can name its schema, as the page says", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/agent-files.md", import.meta.url));
  const line = (pattern: RegExp) => pattern.exec(page)?.[1] ?? assert.fail(String(pattern));
  const yaml = line(/`(# yaml-language-server: [^`]*)`/);
  const toml = line(/`(#:schema [^`]*)`/);
  const json = line(/`("\$schema": "[^`]*")`/);
  const files = {
    "a.yaml": `${yaml}\nhost_dir: _a\nshared_config_patch: { file: a.json, json_set: { n: 1 } }\n`,
    "b.toml": `${toml}\nhost_dir = "_a"\n[shared_config_patch]\nfile = "b.json"\njson_set.n = 1\n`,
    "c.json": `{ ${json}, "host_dir": "_a",\n` +
      '"shared_config_patch": { "file": "c.json", "json_set": { "n": 1 } } }',
  };
  for (const [name, text] of Object.entries(files)) {
    const roster = await loadRoster([agent(name, text)], { builtIn: false });
    assert.equal(roster.get(name.charAt(0))?.patches.length, 1, name);
  }
  const validate = validator();
  assert.ok(validate(JSON.parse(files["c.json"])), JSON.stringify(validate.errors));
});

Deno.test("the example of each key is one", () => {
  const validate = validator();
  const rest = { file: { path: ["a"] }, format: { file: "x", path: ["a"] }, unless: { path: "a" } };
  for (const { key, example } of RULE_KEYS) {
    const more = (rest as Readonly<Record<string, object>>)[key] ?? {};
    const rule = {
      why: "Because.",
      ...more,
      ...key === "why" ? { path: "a" } : {},
      ...parse(example),
    };
    const one = short({ file: "c.toml", toml_set: { b: 1 }, bypassed_by: [rule] });
    assert.ok(validate(one), `${key}: ${JSON.stringify(validate.errors)}`);
    rosterFrom({ t: one });
  }
  for (const key of PATCH_KEYS) {
    const one = short(patchOf(key));
    assert.ok(validate(one), `${key.key}: ${JSON.stringify(validate.errors)}`);
    if (!["<format>_table", "<format>_match"].includes(key.key)) rosterFrom({ t: one });
  }
});

Deno.test("the schema refuses what the parser refuses by a key or a kind of value", () => {
  const validate = validator();
  const good = { file: "c.toml", toml_set: { a: 1 } };
  for (
    const patch of [
      { ...good, fil: "x" },
      { ...good, file: 1 },
      { ...good, file: [] },
      { ...good, mode: "0755" },
      { ...good, mode: 600 },
      { ...good, toml_sets: {} },
      { ...good, toml_match: {} },
      { ...good, toml_each: [1] },
      { ...good, json_strict: "yes" },
      { ...good, by_credential_type: { oauth: "x" } },
      { ...good, bypassed_by: [{ path: ["a"] }] },
      { ...good, bypassed_by: [{ why: "x" }] },
      { ...good, bypassed_by: [{ path: ["a"], why: "x", or: 1 }] },
      "x",
    ]
  ) {
    assert.equal(validate(short(patch)), false, JSON.stringify(patch));
    assert.throws(() => rosterFrom({ t: short(patch) }), { code: "roster" });
  }
  for (const patch of [null, { json_strict: null }, [good, "_inherit"], { _inherit: true }]) {
    assert.ok(validate(short(patch)), JSON.stringify(validate.errors));
  }
  assert.ok(validate({ kind: "native", provider: "openai", vault: { upstream: "x" }, auth: null }));
  assert.equal(validate({ auth: { host_dir: 1 } }), false);
  assert.equal(validate({ provider: { config_patch: { fil: 1 } } }), false);
});

function validator() {
  return new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
    agentSchema(),
  );
}

/** A patch in which the example of a key can stand. */
function patchOf({ key, example }: Key): object {
  const said: Record<string, unknown> = parse(example);
  const format = key.startsWith("<") ? Object.keys(said)[0]?.replace(/_.*$/, "") : "json";
  const set = `${format}_set`;
  return { file: "c", [set]: { b: 1 }, ...said };
}
