/** What is over a bound is refused as such, before it is parsed; what is just below is edited. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { checkEdit } from "../../formats/check.ts";
import { MAX_NODES, MAX_STRING, MAX_WRITTEN_DEPTH } from "../../formats/limits.ts";
import { applySplice, type ConfigPath, defaultFormats } from "../../formats/mod.ts";
import { copyOf, setAt, tableOf } from "../../formats/value.ts";

const many = (count: number, text: (i: number) => string, between = "") =>
  Array.from({ length: count }, (_, i) => text(i)).join(between);

/** Texts of so many small things, and where one more can be put. */
const CROWDED: Readonly<Record<string, readonly ((count: number) => string)[]>> = {
  toml: [
    // Dotted keys that branch: each line makes eighty tables.
    (n) => many(n / 80, (i) => `k${i}.${"a.".repeat(78)}b = 1\n`),
    (n) => many(n / 80, (i) => `${"a.".repeat(40)}k${i}.${"a.".repeat(38)}b = 1\n`),
    (n) => many(n / 80, (i) => `[k${i}.${"a.".repeat(78)}b]\n`),
    (n) => `l = [${"1,".repeat(n - 2)}]\n`,
    (n) => `l = [${"[],".repeat(n / 2 - 1)}]\n`,
    (n) => "[[p]]\n".repeat(n / 2 - 1),
    (n) => "#\n".repeat(n),
  ],
  yaml: [
    (n) => `l: [${"1,".repeat(n - 2)}]\n`,
    (n) => `l: [${"{},".repeat(n - 2)}]\n`,
    (n) => `l: [${"a: ,".repeat(n - 2)}]\n`,
    (n) => `l:\n${"- \n".repeat(n - 2)}`,
    (n) => `? {${many(n - 3, (i) => `${i}: `, ", ")}}\n`,
    (n) => many(n - 1, (i) => `k${i}: \n`),
    (n) => `k: &a 1\nl: [${"*a,".repeat(n - 3)}]\n`,
    (n) => "#\n".repeat(n),
  ],
  json: [
    (n) => `{"l": [${"1,".repeat(n - 3)}1]}`,
    (n) => `{"l": [${"{},".repeat(n - 4)}{}]} // c`,
    (n) => `{${many(n - 2, (i) => `"k${i}":1`, ",")}}`,
    (n) => `{${many(n - 2, () => `"k":1`, ",")}}`,
    (n) => `{${"/**/".repeat(n - 3)}"k":1}`,
    (n) => `{"k":{"a":1${"/**/".repeat(n - 4)}}}`,
    (n) => `{"k":[{}${"/**/".repeat(n - 4)}]}`,
    (n) => `{"k":{${"/**/".repeat(n - 3)}}}`,
  ],
};

for (const [format, texts] of Object.entries(CROWDED)) {
  Deno.test(`${format}: a crowd of small things is edited below the bound, and refused above`, async () => {
    const handler = await defaultFormats.load(format);
    for (const text of texts) {
      assert.throws(() => handler.parse(text(2 * MAX_NODES)), (error: unknown) => {
        assert.ok(error instanceof ConfigPatchError && error.code === "too-large", `${error}`);
        assert.match(error.message, /more than 100000 values/);
        return true;
      });
      const document = handler.parse(text(MAX_NODES / 10));
      const put = document.put(["zz", "key"], "x");
      const edited = handler.parse(applySplice(document.text, put));
      assert.equal(edited.find(["zz", "key"])?.value, "x");
      assert.equal(
        edited.text.length,
        document.text.length + put.insert.length - put.remove.length,
      );
    }
  });

  Deno.test(`${format}: an edit that leads over the bound is refused as too large`, async () => {
    const handler = await defaultFormats.load(format);
    const text = format === "toml"
      ? "#\n".repeat(MAX_NODES - 2)
      : `{"l": [${"1,".repeat(MAX_NODES - 4)}1]}`;
    const document = handler.parse(text);
    const value = [1n, 2n, 3n, 4n, 5n, 6n];
    const expected = copyOf(document.value);
    setAt(expected, ["zz"], value);
    const put = document.put(["zz"], value);
    assert.throws(() => checkEdit(handler, applySplice(text, put), expected), {
      code: "too-large",
    });
  });

  Deno.test(`${format}: what is put must be short and flat enough to be read again`, async () => {
    const { parse, blank } = await defaultFormats.load(format);
    const deep = Array.from({ length: MAX_WRITTEN_DEPTH + 1 }, (_, i) => `k${i}`);
    const cases: readonly (readonly [ConfigPath, string])[] = [
      [deep, "x"],
      [["k"], "x".repeat(MAX_STRING + 1)],
      [["x".repeat(MAX_STRING + 1)], "x"],
      [["l", { n: "x".repeat(MAX_STRING + 1) }, "k"], "x"],
    ];
    for (const [path, value] of cases) {
      assert.throws(() => parse(blank).put(path, value), { code: "too-large" });
    }
    assert.throws(
      () => parse(blank).put(deep.slice(2), [[tableOf([["k", []]])]]),
      { code: "too-large" },
    );
    const long = "x".repeat(MAX_STRING);
    const path = deep.slice(1);
    for (const [at, value] of [[["k"], long], [path, "x"]] as const) {
      const edited = parse(applySplice(blank, parse(blank).put(at, value)));
      assert.equal(edited.find(at)?.value, value);
    }
  });
}
