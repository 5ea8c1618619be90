/** The table of cases from the field in `tests/README.md` names tests that there are. */
import assert from "node:assert/strict";

const TESTS = new URL("../", import.meta.url);

Deno.test("each case from the field is held by a test that there is", async () => {
  const page = await Deno.readTextFile(new URL("README.md", TESTS));
  const [, table = ""] = page.split("## Cases from the field");
  const rows = [
    ...table.split("\n## ")[0]?.matchAll(/^\| *([BCD]\d+)?:?[^|]*\| `([^`]+)`: (.*?) *\|$/gm) ?? [],
  ];
  for (const [, , file = "", title = ""] of rows) {
    const text = await Deno.readTextFile(new URL(file, TESTS));
    const titles = file.endsWith(".txt")
      ? [text.split("\n")[0] ?? ""]
      : text.split("\n").filter((line) =>
        /Deno\.test\(|storageTest\(|what:|\["C|^ {4}`/.test(line)
      );
    assert.ok(titles.some((line) => line.includes(title)), `${file} has no test: ${title}`);
  }
  const cases = rows.flatMap(([, one]) => one ?? []);
  const wanted = ["B22", ...numbered("C", 12), ...numbered("D", 4)];
  assert.deepEqual(cases, wanted);
});

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
}
