/** The page of errors has a section for each code, and none for codes that do not exist. @module */
import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

Deno.test("docs/troubleshooting.md has a section for each error code", async () => {
  const errors = await Deno.readTextFile(new URL("errors.ts", root));
  const union = /export type ErrorCode =([^;]+);/.exec(errors)?.[1] ?? "";
  const codes = [...union.matchAll(/"([\w-]+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 10, "the codes were not found in errors.ts");

  const page = await Deno.readTextFile(new URL("docs/troubleshooting.md", root));
  const sections = [...page.matchAll(/^### `([\w-]+)`$/gm)].map(([, code]) => code);
  assert.deepEqual([...sections].sort(), [...codes].sort());

  const [, ...texts] = page.split(/^### `[\w-]+`$/m);
  for (const [index, text] of texts.entries()) {
    assert.ok(text.split(/^##/m)[0]!.trim().length > 100, `"${sections[index]}" says too little`);
  }
});
