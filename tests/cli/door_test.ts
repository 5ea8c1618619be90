/** One door: the command line calls nothing that a program could not import as well. */
import assert from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** `import { a, type B } from "../x.ts"` and `const { a } = await import("../x.ts")`. */
const STATIC = /import\s+(type\s+)?\{([^}]*)\}\s+from\s+"(\.\.\/[^"]+)"/g;
const DYNAMIC = /const\s+\{([^}]*)\}\s+=\s+await import\("(\.\.\/[^"]+)"\)/g;

Deno.test("cli/ calls only what an entry point exports", async () => {
  const entries = Object.values(deno.exports).filter((path) => path.endsWith(".ts"));
  const exported = new Map<string, unknown>();
  for (const path of entries) {
    const module: Record<string, unknown> = await import(new URL(path, ROOT).href);
    for (const [name, value] of Object.entries(module)) exported.set(name, value);
  }
  const missing: string[] = [];
  let seen = 0;
  for (const { name: file } of Deno.readDirSync(new URL("cli/", ROOT))) {
    if (!file.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(new URL(`cli/${file}`, ROOT));
    for (const { names, from } of importsOf(text)) {
      const module: Record<string, unknown> = await import(new URL(from, `${ROOT}cli/`).href);
      for (const name of names) {
        seen++;
        // The same value under the same name: a namesake would be another door.
        if (exported.get(name) !== module[name]) missing.push(`cli/${file}: ${name} of ${from}`);
      }
    }
    for (const [, from = ""] of text.matchAll(/import\("(\.\.\/[^"]+)"\)/g)) {
      const taken = [...text.matchAll(DYNAMIC)].some(([, , path]) => path === from);
      assert.ok(taken, `cli/${file} takes ${from} in another way than by name`);
    }
  }
  assert.ok(seen > 40, `only ${seen} imports were found`);
  assert.deepEqual(missing, []);
});

function importsOf(text: string): { readonly names: readonly string[]; readonly from: string }[] {
  const values = (list: string) =>
    list.split(",").map((one) => one.trim()).filter((one) => one !== "" && !/^type\s/.test(one))
      .map((one) => one.replace(/\s+as\s.*|:.*/, ""));
  return [
    ...Array.from(text.matchAll(STATIC), ([, type, list = "", from = ""]) => ({
      names: type === undefined ? values(list) : [],
      from,
    })),
    ...Array.from(text.matchAll(DYNAMIC), ([, list = "", from = ""]) => ({
      names: values(list),
      from,
    })),
  ].filter(({ from }) => from.endsWith(".ts"));
}
