/** Every entry that matches is routed, and one of which nobody can tell is refused by name. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../mod.ts";
import { patched, Scenario } from "../support/scenario.ts";

type Row = readonly [rest: Record<string, unknown>, text: string, line: number];

const MATCH = { provider: "anthropic" };
const SET = { url: "{vault_url}" };
const TABLE = { yaml_table: "models", yaml_match: MATCH, yaml_set: SET };
const EACH = { yaml_each: ["models", "*"], yaml_match: MATCH, yaml_set: SET };
const PLAIN = "models:\n  - {provider: anthropic, url: mine}\n";
const ANCHORS = "b: &b {provider: anthropic, url: evil}\np: &p anthropic\n";

Deno.test("an entry that matches by an alias or a merge key is refused, by file and line", async () => {
  const hidden = ["<<: *b", "*b", "{provider: *p, url: evil}", "{<<: [{}, *b], url: evil}"];
  const rows: readonly Row[] = [TABLE, EACH].flatMap((rest) => [
    ...hidden.map((entry): Row => [rest, `${ANCHORS}${PLAIN}  - ${entry}\n`, 5]),
    ...hidden.map((entry): Row => [rest, `${ANCHORS}models:\n  - ${entry}\n`, 4]),
    [rest, `${ANCHORS}m: &m\n  models: [*b]\n<<: *m\n`, 5],
  ]);
  const each = (path: readonly string[], set: Record<string, unknown> = SET) => ({
    yaml_each: path,
    yaml_set: set,
  });
  const more: readonly Row[] = [
    [each(["hosts", "*"]), "hosts:\n  a: {}\n  <<: {b: {url: evil}}\n", 3],
    [each(["hosts", "*"]), "b: &b {b: {url: evil}}\nhosts:\n  <<: *b\n", 3],
    [each(["hosts", "*"]), "b: &b {url: evil}\nhosts:\n  b: *b\n", 3],
    [each(["providers", "openai"]), "b: &b {openai: {url: evil}}\nproviders:\n  <<: *b\n", 3],
    [each(["providers", "openai"]), "b: &b {openai: {url: evil}}\nproviders: *b\n", 2],
    // What YAML 1.1 reads otherwise.
    [
      { yaml_each: ["models", "*"], yaml_match: { on: true }, yaml_set: SET },
      "models:\n  - {'on': yes, url: evil}\n",
      2,
    ],
    [
      { yaml_table: "models", yaml_match: { n: 8 }, yaml_set: SET },
      "models:\n  - n: 010\n",
      2,
    ],
  ];
  for (const [rest, text, line] of [...rows, ...more]) {
    const scenario = await Scenario.with({ "_l/c.yaml": text }, { p: patched("c.yaml", rest) });
    await assert.rejects(scenario.apply(), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError, text);
      const [one] = error.errors;
      assert.deepEqual(
        [one?.provider, one?.file, one?.position?.line],
        ["p", "_l/c.yaml", line],
        `${text}${one?.message}`,
      );
      assert.ok(one?.remedy, text);
      return true;
    });
    assert.equal(scenario.read("_l/c.yaml"), text);
  }
});

Deno.test("an entry that matches by a key or a value that is no plain text is refused", async () => {
  const entries = [
    "{provider: !!binary YW50aHJvcGlj, url: evil}",
    "{provider: !x anthropic, url: evil}",
    "{provider: !!str {=: anthropic}, url: evil}",
    "{!!binary cHJvdmlkZXI=: anthropic, url: evil}",
    "{[provider]: anthropic, url: evil}",
    "!!omap [provider: anthropic, url: evil]",
    "!!pairs [provider: *p, url: evil]",
  ];
  const rows = [TABLE, EACH].flatMap((rest) =>
    entries.map((entry) => [rest, `${ANCHORS}${PLAIN}  - ${entry}\n`, 5] as const)
  );
  const hosts = { yaml_each: ["hosts", "*"], yaml_set: SET };
  const more: readonly Row[] = [
    [EACH, `models: !!omap\n  - a: {provider: anthropic, url: evil}\n`, 2],
    [hosts, "hosts: !!omap\n  - a: {url: evil}\n", 2],
    [{ ...hosts, yaml_each: ["hosts", "a"] }, "hosts: {}\n[hosts]:\n  a: {url: evil}\n", 3],
    // A key of the mapping that our own value goes into.
    [{ yaml_set: SET }, "x: 1\n[url]: evil\n", 2],
    [{ yaml_set: SET }, "x: 1\n!!binary dXJs: evil\n", 2],
    [{ yaml_set: SET }, "url: 1\n? [url]\n: evil\n", 3],
  ];
  for (const [rest, text, line] of [...rows, ...more]) {
    const scenario = await Scenario.with({ "_l/c.yaml": text }, { p: patched("c.yaml", rest) });
    await assert.rejects(scenario.apply(), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError, text);
      const [one] = error.errors;
      assert.deepEqual([one?.provider, one?.position?.line], ["p", line], `${text}${one?.message}`);
      assert.ok(one?.remedy, text);
      return true;
    });
    assert.equal(scenario.read("_l/c.yaml"), text);
  }
});

Deno.test("an alias or a merge that makes no entry match is nobody's business", async () => {
  const defaults = "d: &d {timeout: 5}\no: &o {provider: openai, url: theirs}\n";
  for (const rest of [TABLE, EACH]) {
    for (
      const entry of [
        "<<: *o",
        "*o",
        "{<<: *o, provider: mistral}",
        "{provider: *x}",
        "{<<: *d, provider: openai}",
      ]
    ) {
      const text = `${defaults}x: &x other\n${PLAIN}  - ${entry}\n`;
      const scenario = await Scenario.with({ "_l/c.yaml": text }, { p: patched("c.yaml", rest) });
      await scenario.apply();
      const url = '"http://localhost:9419"';
      assert.equal(scenario.read("_l/c.yaml"), text.replace("mine", url), entry);
      await scenario.disable("p");
      assert.equal(scenario.read("_l/c.yaml"), text);
    }
  }
  const text = `${defaults}models:\n  - {<<: *d, provider: anthropic}\n`;
  const scenario = await Scenario.with({ "_l/c.yaml": text }, { p: patched("c.yaml", TABLE) });
  await scenario.apply();
  assert.match(scenario.read("_l/c.yaml") ?? "", /anthropic, url: "http:\/\/localhost:9419"\}/);
});

Deno.test("what cannot be told keeps nobody from taking back", async () => {
  for (const rest of [TABLE, EACH]) {
    const scenario = await Scenario.with({ "_l/c.yaml": PLAIN }, { p: patched("c.yaml", rest) });
    await scenario.apply();
    const entry = "  - {<<: {provider: anthropic}, url: evil}\n";
    const after = scenario.read("_l/c.yaml")?.replace("models:\n", `models:\n${entry}`) ?? "";
    scenario.write("_l/c.yaml", after);
    await assert.rejects(scenario.apply());
    await scenario.disable("p");
    assert.equal(scenario.read("_l/c.yaml"), PLAIN.replace("models:\n", `models:\n${entry}`));
  }
});

Deno.test("in JSON, an entry is not missed for the case of a key, a key that stands twice, or 1.0", async () => {
  const table = { json_table: "models", json_match: MATCH, json_set: SET };
  const each = { json_each: ["models", "*"], json_match: MATCH, json_set: SET };
  for (const rest of [table, each]) {
    for (
      const [text, code] of [
        ['{"Models": [{"provider": "anthropic", "url": "evil"}]}', "bypassed"],
        ['{"models": [{"provider": "anthropic", "url": "evil"}], "models": []}', undefined],
        ['{"models": [{"Provider": "anthropic", "url": "evil"}]}', "unsupported"],
        ['{"models": [{"provider": "anthropic", "provider": "x", "url": "evil"}]}', "unsupported"],
      ] as const
    ) {
      const scenario = await Scenario.with({ "_l/c.json": text }, { p: patched("c.json", rest) });
      await assert.rejects(scenario.apply(), (error: unknown) => {
        assert.ok(error instanceof ConfigPatchError, text);
        if (code !== undefined) assert.equal(error.errors[0]?.code, code, text);
        return true;
      });
      assert.equal(scenario.read("_l/c.json"), text);
    }
  }
  const text = '[{"n": 1.0}, {"n": 1}, {"n": 1.5}]';
  const rest = { json_table: [], json_match: { n: 1 }, json_set: SET };
  const scenario = await Scenario.with({ "_l/c.json": text }, { p: patched("c.json", rest) });
  await scenario.apply();
  const url = '"url": "http://localhost:9419"';
  assert.equal(scenario.read("_l/c.json"), `[{"n": 1.0, ${url}}, {"n": 1, ${url}}, {"n": 1.5}]`);
  assert.equal((await scenario.apply()).changed, false);
  await scenario.disable("p");
  assert.equal(scenario.read("_l/c.json"), text);
});

Deno.test("where our value stands already, an alias to its table keeps no start from going on", async () => {
  const rest = { yaml_set: { a: { url: "{vault_url}" } } };
  const scenario = await Scenario.with({ "_l/c.yaml": "a: {x: 1}\n" }, {
    p: patched("c.yaml", rest),
  });
  await scenario.apply();
  const text = scenario.read("_l/c.yaml")?.replace("a: {", "a: &q {") ?? "";
  scenario.write("_l/c.yaml", `${text}b: *q\n`);
  assert.equal((await scenario.apply()).changed, false);
  // What would have to be written there would stand elsewhere too.
  scenario.write("_l/c.yaml", `${text.replace("localhost", "evil")}b: *q\n`);
  await assert.rejects(scenario.apply(), (error: unknown) => {
    assert.ok(error instanceof ConfigPatchError);
    assert.match(error.errors[0]?.message ?? "", /alias elsewhere/);
    return true;
  });
});
