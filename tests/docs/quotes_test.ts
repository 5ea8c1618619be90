/** What a page shows of `examples/` is what stands there. @module */
import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);
const pages = [...Deno.readDirSync(new URL("docs", root))].map((entry) => `docs/${entry.name}`);

for (const page of pages.sort()) {
  const text = await Deno.readTextFile(new URL(page, root));
  const quotes = text.matchAll(
    /\]\(\.\.\/examples\/([\w./-]+)\)[^[`]*\n\n```\w+ ignore\n(.*?)^```$/gms,
  );
  for (const [, path = "", quoted = ""] of quotes) {
    Deno.test(`${page} shows examples/${path} as it is`, async () => {
      assert.equal(quoted, await Deno.readTextFile(new URL(`examples/${path}`, root)));
    });
  }
}
