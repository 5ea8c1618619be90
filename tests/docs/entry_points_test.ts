/** Entry points: each is linted alone, and its examples import the package by its name. @module */
import assert from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);
const entries = Object.values(deno.exports).filter((file) => file.endsWith(".ts"));

Deno.test("the task `doc` lints every entry point, each one alone", () => {
  const linted = deno.tasks.doc.command.split(" && ");
  assert.deepEqual(linted, entries.map((file) => `deno doc --lint ${file.slice(2)}`));
});

for (const entry of entries) {
  Deno.test(`the page of ${entry} begins with what it is, and an example to copy`, async () => {
    const text = await Deno.readTextFile(new URL(entry, root));
    const module = /\/\*\*(?:(?!\*\/).)*?@module/s.exec(text)?.[0] ?? "";
    assert.match(module, /@example/, "no example in the module's documentation");
    const imports = [...module.matchAll(/from "([^"]+)"/g)].map(([, from]) => from ?? "");
    assert.ok(imports.length > 0, "the example imports nothing");
    for (const from of imports) assert.match(from, /^@terok\/vault-config(\/\w+)?$/);
  });
}

Deno.test("cli.ts can be run as it is", async () => {
  const { mode } = await Deno.stat(new URL("cli.ts", root));
  assert.ok(mode !== null && (mode & 0o111) === 0o111, "cli.ts is not executable");
});
