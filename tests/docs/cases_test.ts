/** The tables of cases and of attacks in `tests/README.md` name tests that there are. */
import assert from "node:assert/strict";

const TESTS = new URL("../", import.meta.url);

/** The numbers of a table's cases, each of whose rows names a test that there is. */
async function casesBelow(heading: string): Promise<string[]> {
  const page = await Deno.readTextFile(new URL("README.md", TESTS));
  const [, table = ""] = page.split(`## ${heading}\n`);
  const rows = [
    ...table.split("\n## ")[0]?.matchAll(/^\| *([B-E]\d+)?:?[^|]*\| `([^`]+)`: (.*?) *\|$/gm) ?? [],
  ];
  for (const [, , file = "", title = ""] of rows) {
    const text = await Deno.readTextFile(new URL(file, TESTS));
    const titles = file.endsWith(".txt")
      ? [text.split("\n")[0] ?? ""]
      : text.split("\n").filter((line) => !/_test\.ts$/.test(file) || TITLE.test(line));
    assert.ok(titles.some((line) => line.includes(title)), `${file} has no test: ${title}`);
  }
  return rows.flatMap(([, one]) => one ?? []);
}

/** A line with the title of a test, or of a case of one. */
const TITLE = /Test\(|\.test\(|what:|name:|\["C|^ {4}`|^ {2}"/;

Deno.test("each case from the field is held by a test that there is", async () => {
  const wanted = [...numbered("B", 22), ...numbered("C", 12), ...numbered("D", 4)];
  assert.deepEqual(await casesBelow("Cases from the field"), wanted);
});

Deno.test("each attack that worked once is held by a test that there is", async () => {
  assert.deepEqual(await casesBelow("Attacks that worked once"), numbered("E", 17));
});

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
}
