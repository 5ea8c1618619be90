/**
 * Nothing is lost, on configs as people have them and edit them: each test is a kind of case from
 * the field, with relatives in other formats and other ways of writing.
 */
import assert from "node:assert/strict";
import { outcomes, patched, type Patches, Scenario } from "../support/scenario.ts";

/** Applies, lets the user edit, takes back in this order, and gives the text that is left. */
async function afterEdit(
  [file, text]: readonly [string, string | undefined],
  patches: Patches,
  edit: (text: string) => string = (text) => text,
  order: readonly string[] = Object.keys(patches),
): Promise<string | undefined> {
  const scenario = await Scenario.with(text === undefined ? {} : { [`_l/${file}`]: text }, patches);
  try {
    await scenario.apply();
    const before = scenario.read(`_l/${file}`) ?? "";
    const edited = edit(before);
    if (edited !== before) scenario.write(`_l/${file}`, edited);
    for (const name of order) await scenario.disable(name);
    return scenario.read(`_l/${file}`);
  } finally {
    await Deno.remove(scenario.mounts, { recursive: true });
  }
}

Deno.test("a comma in the user's own comment is not taken for one of ours", async () => {
  const wants = (format: string, file: string) => ({
    p: patched(file, { [`${format}_set`]: { m: { p: "{vault_url}" } } }),
    q: patched(file, { [`${format}_set`]: { m: { q: "{vault_url}" } } }),
  });
  const inLists = (file: string) => ({
    p: patched(file, {
      toml_table: "l",
      toml_match: { name: "p" },
      toml_set: { u: "{vault_url}" },
    }),
    q: patched(file, {
      toml_table: "l",
      toml_match: { name: "q" },
      toml_set: { u: "{vault_url}" },
    }),
  });
  for (const order of [["p", "q"], ["q", "p"]]) {
    const json = await afterEdit(
      ["c.jsonc", "{\n}\n"],
      wants("json", "c.jsonc"),
      (text) => text.replace(/("p": "[^"]*",)/, "$1 // see, with a comma,"),
      order,
    );
    assert.match(json ?? "", /^\{\n *\/\/ see, with a comma,\n\}\n$/, String(order));
    const yaml = await afterEdit(
      ["c.yml", "m: {\n  a: 1\n  }\n"],
      wants("yaml", "c.yml"),
      (text) => text.replace(/(a: 1,)/, "$1 # see, with a comma,\n "),
      order,
    );
    assert.match(yaml ?? "", /# see, with a comma,\n/, String(order));
    const toml = await afterEdit(
      ["c.toml", 'l = [\n  { name = "x" }\n]\n'],
      inLists("c.toml"),
      (text) => text.replace(/("x" },)/, "$1 # see, with a comma,"),
      order,
    );
    assert.match(toml ?? "", /# see, with a comma,\n/, String(order));
  }
});

Deno.test("a file that holds nothing but blanks is given back with its blanks", async () => {
  for (const text of ["\n", " \n", "\r\n", "\n\n", " ", "\t\n", "\uFEFF", "\uFEFF\r\n"]) {
    for (const format of ["toml", "yaml", "json", "dotenv"]) {
      const file = `c.${format === "dotenv" ? "env" : format}`;
      const patches = {
        p: patched(file, { [`${format}_set`]: { P: "{vault_url}" } }),
        q: patched(file, { [`${format}_set`]: { Q: "{vault_socket}" } }),
      };
      const left = await afterEdit([file, text], patches);
      assert.equal(left, text, `${format} ${JSON.stringify(text)}`);
    }
  }
});

Deno.test("what goes into a blank file follows its byte order mark and its line ending", async () => {
  const patches = { p: patched("c.jsonc", { json_set: { n: { p: "{vault_url}" } } }) };
  const scenario = await Scenario.with({ "_l/c.jsonc": "\uFEFF\r\n" }, patches);
  await scenario.apply();
  const text = scenario.read("_l/c.jsonc") ?? "";
  assert.ok(text.startsWith("\uFEFF{\r\n"), JSON.stringify(text));
  assert.ok(!/[^\r]\n/.test(text), JSON.stringify(text));
  assert.deepEqual(outcomes(await scenario.apply()), ["p: unchanged"]);
});

Deno.test("a null of YAML is a null again, whatever the user wrote beside ours", async () => {
  const entry = (name: string) =>
    patched("c.yml", {
      yaml_table: "models",
      yaml_match: { name },
      yaml_set: { u: "{vault_url}" },
    });
  const table = (key: string) =>
    patched("c.yml", { yaml_set: { models: { [key]: "{vault_url}" } } });
  const heads = [
    "models:",
    "models: # later",
    "models: ~ # later",
    "models: null",
    "models:\n  # only",
  ];
  const edits = [
    (text: string) => text.replace(/(\n.*u(?:_2)?: "[^"]*")$/m, "$1 # mine"),
    (text: string) => text.replace(/(u(?:_2)?): "([^"]*)"/g, "$1: '$2'"),
    (text: string) => text.replace(/(\n *)(?=(?:- name|u): )/, "$1# mine$1"),
  ];
  for (const head of heads) {
    for (const patches of [{ p: entry("a"), q: entry("b") }, { p: table("u"), q: table("u_2") }]) {
      for (const [index, edit] of edits.entries()) {
        const order = index % 2 === 0 ? ["p", "q"] : ["q", "p"];
        const text = `a: 1\n${head}\nz: 1\n`;
        const left = await afterEdit(["c.yml", text], patches, edit, order) ?? "";
        assert.match(left, /^models:(?: ~| null)?(?: #.*)?$/m, `${text}${left}`);
        assert.match(left, /^a: 1\n[^]*^z: 1\n$/m, left);
        if (head.includes("#")) assert.match(left, /# (?:later|only)/, left);
      }
    }
  }
});
