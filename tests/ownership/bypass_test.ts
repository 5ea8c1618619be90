/** Rules see what any reader of the text sees: through references, merges, and keys in other letters. */
import assert from "node:assert/strict";
import { type ConfigValue, defaultFormats, pathText } from "../../formats/mod.ts";
import { bypassesOf, type Rule } from "../../ownership/bypass.ts";

/** Where a rule finds something, as `path:line`. */
async function found(
  format: string,
  text: string,
  path: readonly string[],
  unless: readonly ConfigValue[] = [],
): Promise<string[]> {
  const document = (await defaultFormats.load(format)).parse(text);
  const rule: Rule = { path, replaced: [], unless, why: "Because." };
  return bypassesOf(rule, "file", { kind: "text", document }).map((one) =>
    `${pathText(one.path ?? [])}:${one.position?.line}`
  );
}

type Row = readonly [text: string, path: readonly string[], found: readonly string[]];

Deno.test("a setting that comes by an alias or a merge key is found, and told at its place", async () => {
  const rows: readonly Row[] = [
    ["x: &m {provider: evil}\nmodel: *m\n", ["model", "provider"], ["model:2"]],
    ["x: &p evil\nprovider: *p\n", ["provider"], ["provider:2"]],
    ["<<: {provider: evil}\n", ["provider"], ['"<<":1']],
    ["a: &a {provider: evil}\n<<: *a\n", ["provider"], ['"<<":2']],
    ["a: &a {provider: evil}\n<<: [{}, *a]\n", ["provider"], ['"<<":2']],
    ["l: &l [{}, {provider: evil}]\n<<: *l\n", ["provider"], ['"<<":2']],
    ["a: &a {provider: evil}\nb: &b {<<: *a}\nm: {<<: *b}\n", ["m", "provider"], ['m."<<":3']],
    ["a: &a {m: {provider: evil}}\n<<: *a\n", ["m", "provider"], ['"<<":2']],
    ["a: &a {url: evil}\nlist:\n  - *a\n  - x\n", ["list", "*", "url"], ["list[0]:3"]],
    ["list: {<<: {a: {url: evil}}}\n", ["list", "*", "url"], ['list."<<":1']],
    ["a: &a {url: evil}\nlist: {<<: {a: *a}}\n", ["list", "*", "url"], ['list."<<":2']],
    ["a: &a provider\n*a : evil\n", ["provider"], ["provider:2"]],
    ["!key provider: evil\n", ["provider"], ["provider:1"]],
    ["1: evil\n", ["1"], ["1:1"]],
    ["a: &a {provider: evil}\n!!merge m: *a\n", ["provider"], ['"<<":2']],
    ["? {k: &a {u: evil}}\n: 1\nm: *a\n", ["m", "u"], ["m:3"]],
    // What is merged into itself cannot be told.
    ["m: &m\n  <<: [&n {<<: *m}, {u: evil}]\nx: {<<: *n}\n", ["x", "u"], ['x."<<":3']],
  ];
  for (const [text, path, places] of rows) {
    assert.deepEqual(await found("yaml", text, path), places, text);
  }
});

Deno.test("a key with a tag may be any name, a list its only entry, and a list with a tag a table", async () => {
  const proxy = ["r", "proxy"];
  const rows: readonly Row[] = [
    // As go-yaml and npm `yaml`, js-yaml 4, and PyYAML read it.
    ["r:\n  !!binary cHJveHk=: evil\n", proxy, ["r.proxy:2"]],
    ["r:\n  [proxy]: evil\n", proxy, ["r.proxy:2"]],
    ["r:\n  ? !!str {=: proxy}\n  : evil\n", proxy, ["r.proxy:3"]],
    ["b: &b !!binary cHJveHk=\nr:\n  *b : evil\n", proxy, ["r.proxy:3"]],
    ["l: &l [proxy]\nr:\n  *l : evil\n", proxy, ["r.proxy:3"]],
    ["[r]: {proxy: evil}\n", proxy, ["r.proxy:1"]],
    ["r: {[!!binary cHJveHk=]: evil}\n", proxy, ["r.proxy:1"]],
    ["r:\n  ? &a [*a]\n  : evil\n", proxy, ["r.proxy:3"]],
    ["r: {proxy: good, !!binary cHJveHk=: evil}\n", proxy, ["r.proxy:1"]],
    ["a: &a {!!binary cHJveHk=: evil}\nr: *a\n", proxy, ["r:2"]],
    ["r:\n  ? !!merge {}\n  : {proxy: evil}\n", proxy, ['r."<<":3']],
    // ruamel and npm `yaml` read a mapping.
    ["r: !!omap\n  - a: 1\n  - proxy: evil\n", proxy, ["r[1]:3"]],
    ["r: !!pairs [proxy: evil]\n", proxy, ["r[0]:1"]],
    ["a: &a !!omap [proxy: evil]\nr: *a\n", proxy, ["r:2"]],
    ["p: &p {proxy: evil}\nr: !!omap [*p]\n", proxy, ["r[0]:2"]],
    ["!!omap [r: {proxy: evil}]\n", proxy, ["[0]:1"]],
    ["l: !!omap [a: {u: evil}]\n", ["l", "*", "u"], ["l[0]:1"]],
  ];
  for (const [text, path, places] of rows) {
    assert.deepEqual(await found("yaml", text, path, ["good"]), places, text);
  }
  // A value in such a form may be any as well.
  for (const value of ["!!binary Z29vZA==", "!x good", "!!str {=: good}", "!x [good]"]) {
    assert.deepEqual(await found("yaml", `p: ${value}\n`, ["p"], ["good"]), ["p:1"], value);
  }
  for (
    const text of [
      "r: [proxy: evil]\n",
      "r: {[proxy]: good}\n",
      "r: {[proxy]: ~}\n",
      "[x]: {proxy: evil}\nr: {[proxy, x]: evil, {proxy: x}: evil}\n",
      "? [x]\n: {r: {proxy: evil}}\n{{ r }}: {proxy: evil}\n",
      "r: !!omap [a: {proxy: evil}]\n",
      "r: !!map {a: evil}\n",
      "r: {proxy: !!str good}\n",
      "!!str r: {! proxy: good, 1: evil, ~: evil}\n",
    ]
  ) assert.deepEqual(await found("yaml", text, proxy, ["good"]), [], text);
});

Deno.test("an alias or a merge that brings nothing of the kind is none", async () => {
  const rows: readonly Row[] = [
    ["x: &m {timeout: 5}\nmodel: *m\n", ["model", "provider"], []],
    ["x: &m {provider: evil}\ny: *m\nz: {<<: *m}\n", ["model", "provider"], []],
    ["a: &a {provider: evil}\n<<: *a\nprovider: openai\n", ["provider"], []],
    ["a: &a {provider: openai}\n<<: *a\n", ["provider"], []],
    ["a: &a openai\nprovider: *a\n", ["provider"], []],
    ["a: &a ~\nprovider: *a\n", ["provider"], []],
    ["<<: evil\n", ["provider"], []],
    ["a: &a {b: *a}\nmodel: *a\n", ["model", "provider"], []],
    ["a: &a other\n*a : evil\n", ["provider"], []],
  ];
  for (const [text, path, places] of rows) {
    assert.deepEqual(await found("yaml", text, path, ["openai"]), places, text);
  }
});

Deno.test("aliases that would expand to gigabytes cost what their text costs", async () => {
  const lists = Array.from({ length: 60 }, (_, i) => {
    const below = i === 0 ? "{u: good}" : Array(9).fill(`*a${i - 1}`).join(", ");
    return `a${i}: &a${i} [${below}]\n`;
  });
  const path = Array(60).fill("*");
  assert.deepEqual(
    await found("yaml", `${lists.join("")}x: *a59\n`, ["x", ...path, "u"], ["good"]),
    [],
  );
  const merges = Array.from({ length: 90 }, (_, i) => {
    const below = i === 0 ? "{u: good}" : `{<<: [${Array(9).fill(`*a${i - 1}`).join(", ")}]}`;
    return `a${i}: &a${i} ${below}\n`;
  });
  const text = `${merges.join("")}x: *a89\n`;
  assert.deepEqual(await found("yaml", text, ["x", "u"], ["good"]), []);
  // Further than anybody writes it, nobody looks: it cannot be told.
  const chain = Array.from(
    { length: 3000 },
    (_, i) => i === 0 ? "a0: &a0 {u: good}\n" : `a${i}: &a${i} {<<: *a${i - 1}}\n`,
  );
  assert.deepEqual(await found("yaml", `${chain.join("")}x: *a2999\n`, ["x", "u"], ["good"]), [
    "x:3001",
  ]);
});

Deno.test("a value that readers of YAML take for different ones is none of those that are no bypass", async () => {
  const rows: readonly (readonly [text: string, unless: ConfigValue, isBypass: boolean])[] = [
    ["10", 10n, false],
    ["010", 10n, true],
    ["010", 8n, true],
    ["'010'", "010", false],
    ["0o10", 8n, true],
    ["0x1F", 31n, false],
    ["1_0", "1_0", true],
    ["1e3", 1000, true],
    ["1.5", 1.5, false],
    ["on", "on", true],
    ["'on'", "on", false],
    ["true", true, false],
    ["12:30", "12:30", true],
    ["! 010", "010", true],
    ["!!int 010", 10n, true],
    ["!!str 010", "010", false],
    ["once", "once", false],
  ];
  for (const [text, unless, isBypass] of rows) {
    const places = await found("yaml", `flag: ${text}\n`, ["flag"], [unless]);
    assert.equal(places.length, isBypass ? 1 : 0, text);
  }
  assert.deepEqual(await found("yaml", "a: &a 010\nflag: *a\n", ["flag"], [10n]), ["flag:2"]);
  // Where both readings are named, it makes no difference.
  assert.deepEqual(await found("yaml", "flag: on\n", ["flag"], ["on", true]), []);
});

Deno.test("in JSON, a key in other letters and one that stands twice count", async () => {
  const rows: readonly Row[] = [
    ['{"Proxy": "http://evil"}', ["proxy"], ["Proxy:1"]],
    ['{"model": {"provider": "evil"},\n"model": {}}', ["model", "provider"], ["model.provider:1"]],
    ['{"direct": "evil",\n"direct": null}', ["direct"], ["direct:1"]],
    ['{"List": [{"URL": "evil"}]}', ["list", "*", "url"], ["List[0].URL:1"]],
    ['{"other": 1, "<<": {"proxy": "evil"}}', ["proxy"], []],
    ['{"PROXY": null}', ["proxy"], []],
  ];
  for (const [text, path, places] of rows) {
    assert.deepEqual(await found("json", text, path), places, text);
  }
  assert.deepEqual(await found("json", '{"n": 1.0}', ["n"], [1n]), []);
  assert.deepEqual(await found("toml", "Proxy = 1\nn = 1.0\n", ["proxy"]), []);
  assert.deepEqual(await found("toml", "Proxy = 1\nn = 1.0\n", ["n"], [1n]), ["n:2"]);
});

Deno.test("what a client replaces before it reads is a bypass in a key, and beyond its own value", async () => {
  const handler = await defaultFormats.load("json");
  const replaced = ["{env:", "{file:"];
  const rule: Rule = { path: undefined, replaced, unless: [], why: "Because." };
  const places = (text: string) =>
    bypassesOf(rule, "file", { kind: "text", document: handler.parse(text) }).map((one) =>
      `${pathText(one.path ?? [])}:${one.position?.line}:${one.position?.column}`
    );
  for (
    const [text, where] of [
      ['{"a": "{env:KEY}", "b": ["x{file:~/key}y"]} // {env:X}', []],
      ['{"envs": "{env", "file:": "{ file:x}", "{ENV:X}": 1}', []],
      [`{"a": "{file:~/it's mine/key}", "b": "it's {env:X}"}`, []],
      [`{"a": "it's {env:X", "b": 1} // it's {env:Y'}`, [":1:13", ":1:38"]],
      ['{"base{env:X}URL": "evil"}', ['"base{env:X}URL":1:20']],
      ['{"a": [{"{file:x}": 1}]}', ['a[0]."{file:x}":1:21']],
      // The client reads `{"x": "", "u": "evil"}`.
      ['{"x": "{env:", "u": "ours", "y": "}", "u": "evil"}', [":1:8"]],
      ['{"a": 1, // {env:\n"u": "ours"}', [":1:13"]],
      ['{"a": 1, /* {file:x\n} */ "u": "ours"}', [":1:13"]],
    ] as const
  ) assert.deepEqual(places(text), where, text);
  assert.equal(bypassesOf(rule, "file", { kind: "absent" }).length, 0);
  const many = `{"x": "${"{env:".repeat(100_000)}"}`;
  assert.equal(places(many).length, 1);
  const apart = JSON.stringify(Array.from({ length: 40_000 }, (_, i) => `{env:'${i}}`));
  assert.equal(places(apart).length, 0);
});
