/** SECURITY.md: each row names a test, and each test that it names is there. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);
const PAGE = Deno.readTextFileSync(new URL("SECURITY.md", ROOT));

/** The rows below a heading, without the two of the table's head. */
function rowsBelow(heading: string): string[] {
  const from = PAGE.indexOf(`## ${heading}\n`);
  assert(from >= 0, `no heading "${heading}"`);
  const section = PAGE.slice(from, PAGE.indexOf("\n## ", from));
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2);
}

Deno.test("each promise names a test", () => {
  const rows = rowsBelow("What is promised");
  assert(rows.length > 20);
  for (const row of rows) assert.match(row, /`tests\/[\w/]+\.ts`/, row);
});

Deno.test("each test that SECURITY.md names is there", () => {
  const named = [...PAGE.matchAll(/`(tests\/[\w/]+\.ts)`/g)].map(([, name = ""]) => name);
  assert(new Set(named).size > 15);
  for (const name of new Set(named)) assert(Deno.statSync(new URL(name, ROOT)).isFile, name);
});
