/** The same mistake gets the same code and the same remedy in every format. */
import assert from "node:assert/strict";
import { iniFormat } from "../../examples/ini_format.ts";
import { ConfigPatchError } from "../../errors.ts";
import { type ConfigPath, type ConfigValue, defaultFormats } from "../../formats/mod.ts";

/** One file in each format; INI knows no lists and no tables in tables, `.env` no tables at all. */
const TEXTS: Readonly<Record<string, string>> = {
  toml: 'a = "x"\nl = ["x"]\n[t]\nk = "x"\n[[p]]\nname = "n"\nk = "x"\n',
  yaml: "a: x\nl: [x]\nt:\n  k: x\np:\n  - name: n\n    k: x\n",
  json: '{"a": "x", "l": ["x"], "t": {"k": "x"}, "p": [{"name": "n", "k": "x"}]}\n',
  ini: "a = x\n[t]\nk = x\n",
  dotenv: "a=x\n",
};

interface BadTarget {
  readonly what: string;
  readonly path: ConfigPath;
  readonly value?: ConfigValue;
  readonly message: RegExp;
  readonly remedy: RegExp;
  /** The poorer formats that can have anything like it. */
  readonly also?: readonly string[];
}

const N = { name: "n" };
const M = { name: "m" };

const BAD: readonly BadTarget[] = [
  {
    what: "the root",
    path: [],
    message: /at the root/,
    remedy: /name the key/,
    also: ["ini", "dotenv"],
  },
  { what: "an entry", path: ["p", N], message: /place of an entry/, remedy: /name the key/ },
  { what: "a new entry", path: ["p", M], message: /place of an entry/, remedy: /name the key/ },
  {
    what: "a key that selects an entry that exists",
    path: ["p", N, "name"],
    message: /"name" cannot both select/,
    remedy: /another key/,
  },
  {
    what: "the same with the value that it has",
    path: ["p", N, "name"],
    value: "n",
    message: /"name" cannot both select/,
    remedy: /another key/,
  },
  {
    what: "a key that selects a new entry",
    path: ["p", M, "name"],
    message: /"name" cannot both select/,
    remedy: /another key/,
  },
  {
    what: "something below a key that selects an entry",
    path: ["p", N, "name", "deep"],
    message: /"name" cannot both select/,
    remedy: /another key/,
  },
  {
    what: "a value over a table",
    path: ["t"],
    message: /^a table stands where a value must be: t$/,
    remedy: /put its keys one by one/,
    also: ["ini"],
  },
  {
    what: "a table over a table",
    path: ["t"],
    value: { k: "y" },
    message: /^a table stands where a value must be: t$/,
    remedy: /put its keys one by one/,
  },
  {
    what: "a value over an entry",
    path: ["p", 0],
    message: /^a table stands where a value must be: p\[0\]$/,
    remedy: /put its keys one by one/,
  },
  {
    what: "a key below a value",
    path: ["a", "k"],
    message: /^a string stands where a table must be: a$/,
    remedy: /make it a table/,
    also: ["ini", "dotenv"],
  },
  {
    what: "a key below a list",
    path: ["l", "k"],
    message: /^a list stands where a table must be: l$/,
    remedy: /make it a table/,
  },
  {
    what: "an entry below a table",
    path: ["t", N, "k"],
    message: /^a table stands where a list of tables must be: t$/,
    remedy: /make it a list of tables/,
    also: ["ini"],
  },
  {
    what: "an entry below a value",
    path: ["a", N, "k"],
    message: /^a string stands where a list of tables must be: a$/,
    remedy: /make it a list of tables/,
    also: ["ini", "dotenv"],
  },
  {
    what: "an entry at the root",
    path: [N, "k"],
    message: /^a table stands where a list of tables must be: the root of the file$/,
    remedy: /another patch.*remove the file/,
    also: ["ini", "dotenv"],
  },
  {
    what: "an entry in a list of other things",
    path: ["l", N, "k"],
    message: /^a list of other things stands where a list of tables must be: l$/,
    remedy: /make it a list of tables/,
  },
  {
    what: "a number that does not exist",
    path: ["p", 1, "k"],
    message: /^there is no such entry: p\[1\]$/,
    remedy: /entry that exists/,
  },
  {
    what: "a number of a list of values that does not exist",
    path: ["l", 1],
    message: /^there is no such entry: l\[1\]$/,
    remedy: /entry that exists/,
  },
  {
    what: "a number below zero",
    path: ["p", -1, "k"],
    message: /^there is no such entry: p\[-1\]$/,
    remedy: /entry that exists/,
  },
  {
    what: "a number in a list that does not exist",
    path: ["t", "new", 0, "k"],
    message: /^there is no such entry: t\.new\[0\]$/,
    remedy: /entry that exists/,
  },
  {
    what: "a number as a key of a table",
    path: ["t", 0],
    message: /^a table stands where a list of tables must be: t$/,
    remedy: /make it a list of tables/,
    also: ["ini"],
  },
  {
    what: "an entry of an entry",
    path: ["p", M, N, "k"],
    message: /an entry of a list is a table/,
    remedy: /name the key/,
  },
  {
    what: "a number in a new entry",
    path: ["p", M, 0],
    message: /an entry of a list is a table/,
    remedy: /name the key/,
  },
];

const formats = defaultFormats.with(iniFormat);

for (const [format, text] of Object.entries(TEXTS)) {
  Deno.test(`${format}: what no put can mean is refused as in every format`, async () => {
    const { parse } = await formats.load(format);
    const isPoor = format === "ini" || format === "dotenv";
    for (const { what, path, value = "v", message, remedy, also = [] } of BAD) {
      if (isPoor && !also.includes(format)) continue;
      assert.throws(() => parse(text).put(path, value), (error: unknown) => {
        assert.ok(error instanceof ConfigPatchError, `${what}: ${error}`);
        assert.equal(error.code, "shape", `${what}: ${error.message}`);
        assert.match(error.message, message, what);
        assert.match(error.remedy ?? "", remedy, what);
        return true;
      });
    }
    assert.throws(() => parse(text).drop([]), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError && error.code === "shape");
      assert.match(error.message, /root of a file cannot be removed/);
      assert.ok(error.remedy);
      return true;
    });
    for (const path of [["none"], ["t", "none"], ["p", 7], ["l", M], ["a", "k"]]) {
      assert.deepEqual(parse(text).drop(path), { offset: 0, remove: "", insert: "" });
    }
  });
}

Deno.test("what is in the way is shown with its line and column", async () => {
  for (
    const [format, path, line, column] of [
      ["toml", ["l", N, "k"], 2, 5],
      ["yaml", ["l", N, "k"], 2, 4],
      ["json", ["l", N, "k"], 1, 17],
      ["toml", ["t"], 3, 1],
      ["yaml", ["t"], 4, 3],
      ["json", ["t"], 1, 29],
    ] as const
  ) {
    const { parse } = await formats.load(format);
    assert.throws(() => parse(TEXTS[format] ?? "").put(path, "v"), { position: { line, column } });
  }
});
