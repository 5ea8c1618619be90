/** Links between the pages lead somewhere: to a file, and to a heading of it. @module */
import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

for (const page of pagesBelow(root)) {
  Deno.test(`the links of ${page} lead somewhere`, async () => {
    const at = new URL(page, root);
    const text = (await Deno.readTextFile(at)).replace(/^```.*?^```/gms, "");
    for (const [, target = ""] of text.matchAll(/\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const there = path === "" ? at : new URL(path, at);
      const info = await Deno.stat(there).catch(() => undefined);
      assert.ok(info !== undefined, `there is no ${target}`);
      if (anchor === undefined) continue;
      const headings = await headingsOf(there);
      assert.ok(
        headings.includes(anchor),
        `there is no heading of ${target}: ${headings.join(", ")}`,
      );
    }
  });
}

function* pagesBelow(folder: URL, path = ""): Iterable<string> {
  for (const entry of Deno.readDirSync(new URL(path, folder))) {
    if (/^(\.git|node_modules|mounts|dist|coverage)$/.test(entry.name)) continue;
    if (entry.isDirectory) yield* pagesBelow(folder, `${path}${entry.name}/`);
    else if (entry.name.endsWith(".md")) yield path + entry.name;
  }
}

/** The anchors that the forges make of headings. */
async function headingsOf(page: URL): Promise<string[]> {
  const text = (await Deno.readTextFile(page)).replace(/^```.*?^```/gms, "");
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-")
  );
}
