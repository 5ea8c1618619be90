import assert from "node:assert/strict";
import { caseTwins, defaultFormats, pathText, twinsOnPath } from "../../formats/mod.ts";

const parse = async (text: string) => (await defaultFormats.load("json")).parse(text).value;

Deno.test("a key that differs by case from one on our path is found, ours there or not", async () => {
  for (
    const [text, path, twins] of [
      ['{"baseurl": 1}', ["baseURL"], ["baseurl"]],
      ['{"baseURL": 1, "BaseUrl": 2, "other": 3}', ["baseURL"], ["BaseUrl"]],
      ['{"ENV": {"a": 1}, "env": {"A": 1}}', ["env", "a"], ["ENV", "env.A"]],
      ['{"ENV": {"a": 1}}', ["env", "a"], ["ENV"]],
      ['{"l": [{"n": 1, "Url": 2}]}', ["l", { n: 1n }, "url"], ["l[0].Url"]],
      ['{"l": [{"n": 1, "Url": 2}]}', ["l", 0, "url"], ["l[0].Url"]],
      // Go folds the Kelvin sign and the long s.
      ['{"\u212Aey": 1, "\u017Fet": 2}', ["key"], ['"\u212Aey"']],
      ['{"\u212Aey": 1, "\u017Fet": 2}', ["set"], ['"\u017Fet"']],
      ['{"straße": 1}', ["strasse"], []],
      ['{"env": 1}', ["env", "a"], []],
      ["[]", ["env"], []],
      ["{}", [], []],
    ] as const
  ) {
    assert.deepEqual(twinsOnPath(await parse(text), path).map(pathText), twins, text);
  }
});

Deno.test("all twins of a file are found, at any depth", async () => {
  const text = '{"a": {"Path": 1, "PATH": 2, "path": 3}, "A": [{"x": 1, "X": 2}], "b": 1, "b": 2}';
  assert.deepEqual(caseTwins(await parse(text)).map(pathText), [
    "a.PATH",
    "a.path",
    "A",
    "A[0].X",
  ]);
});
