import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigPatchError, ConfigSyntaxError } from "../../errors.ts";
import { iniFormat } from "../../examples/ini_format.ts";
import { applySplice, defaultFormats, invert, sameValue } from "../../formats/mod.ts";
import type { ConfigPath } from "../../formats/mod.ts";
import { copyOf, removeAt, resolve, setAt } from "../../formats/value.ts";
import { rootOf } from "../support/root.ts";

const after = (text: string, path: ConfigPath, value: string) =>
  applySplice(text, iniFormat.parse(text).put(path, value));
const without = (text: string, path: ConfigPath) =>
  applySplice(text, iniFormat.parse(text).drop(path));

Deno.test("the registry takes the plug-in, and finds it by name and by file", async () => {
  const formats = defaultFormats.with(iniFormat);
  const { name, parse } = await formats.load("ini");
  assert.equal(name, "ini");
  assert.deepEqual(parse("k = v\n").find(["k"]), iniFormat.parse("k = v\n").find(["k"]));
  assert.equal(formats.forFile("agent.INI")?.name, "ini");
  assert.equal(defaultFormats.get("ini"), undefined);
});

Deno.test("sections, pairs and comments are read", () => {
  const text =
    "\uFEFF; top\r\nroot=1\r\n[a b]\r\n# c\r\n k  =  v = w ; x \r\nempty =\r\n[__proto__]";
  const value = rootOf(iniFormat.parse(text));
  assert.deepEqual(Object.keys(value), ["root", "a b", "__proto__"]);
  assert.equal(value.root, "1");
  assert.equal(JSON.stringify(value["a b"]), '{"k":"v = w ; x","empty":""}');
  const { start, end } = iniFormat.parse(text).find(["a b", "k"])?.span ?? { start: 0, end: 0 };
  assert.equal(text.slice(start, end), "v = w ; x");
  assert.equal(
    iniFormat.parse(text).find(["a b", "empty"])?.span?.start,
    text.indexOf("empty") + 7,
  );
});

Deno.test("a put follows its neighbours", () => {
  for (
    const [text, path, wanted] of [
      ["", ["k"], "k = v\n"],
      ["", ["s", "k"], "[s]\nk = v\n"],
      ["\uFEFF", ["s", "k"], "\uFEFF[s]\nk = v\n"],
      ["a=1\n", ["k"], "a=1\nk=v\n"],
      ["a=1", ["k"], "a=1\nk=v"],
      ["[s]\na = 1\n\n[t]\nb=2\n", ["s", "k"], "[s]\na = 1\nk = v\n\n[t]\nb=2\n"],
      ["[s]\n; c\n\n[t]\n", ["s", "k"], "[s]\nk = v\n; c\n\n[t]\n"],
      ["[s]\r\na=1\r\n", ["t", "k"], "[s]\r\na=1\r\n\r\n[t]\r\nk=v\r\n"],
      ["[s]\na=1", ["t", "k"], "[s]\na=1\n\n[t]\nk=v"],
      ["[s]\na=1\n", ["k"], "k=v\n[s]\na=1\n"],
      ["[s]\na = 1  \n", ["s", "a"], "[s]\na = v  \n"],
      ["[s]\na =\n", ["s", "a"], "[s]\na =v\n"],
    ] as const
  ) assert.equal(after(text, path, "v"), wanted);
});

Deno.test("a drop takes lines, and leaves comments", () => {
  for (
    const [text, path, wanted] of [
      ["a=1\nb=2\n", ["a"], "b=2\n"],
      ["a=1\nb=2", ["b"], "a=1"],
      ["a=1", ["a"], ""],
      ["\uFEFFa=1\r\n", ["a"], "\uFEFF"],
      ["x=1\n[s]\n; c\na=1\n[t]\nb=2\n", ["s"], "x=1\n; c\n[t]\nb=2\n"],
      ["[s]\na=1\n; c\nb=2\n", ["s"], "; c\n"],
      ["[s]\na=1\n", ["s", "a"], "[s]\n"],
      ["[s]\na=1\n", ["t"], "[s]\na=1\n"],
    ] as const
  ) assert.equal(without(text, path), wanted);
});

Deno.test("what cannot be read or edited without guessing is refused", () => {
  for (const text of ["nonsense\n", "= 1\n", "[s\n", "[s] x\n", "[]\n", "a=1\rb=2\n"]) {
    assert.throws(() => iniFormat.parse(`; c\n${text}`), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError, text);
      assert.deepEqual(error.position?.line, 2);
      return true;
    });
  }
  const refusal = (code: string, line?: number) => (error: unknown) =>
    error instanceof ConfigPatchError && error.code === code && error.position?.line === line;
  for (const text of ["a=1\na=2\n", "[s]\n[s]\n", "s=1\n[s]\n"]) {
    assert.throws(() => iniFormat.parse(text), refusal("unsupported", 2));
  }
  for (const value of [1n, true, null, ["x"], "a\nb", " a", '"a"', "a ; b", "#a"]) {
    assert.throws(() => iniFormat.parse("").put(["k"], value), refusal("unsupported"));
  }
  for (const path of [[], ["s", "t", "k"], ["s", 0], ["s", { n: "m" }], ["s", "a=b"], ["[", "k"]]) {
    assert.throws(() => iniFormat.parse("").put(path, "v"), refusal("shape"));
  }
  assert.throws(() => iniFormat.parse("a=1\n[s]\n").put(["s"], "v"), refusal("shape", 2));
  assert.throws(() => iniFormat.parse("a=1\ns=1\n").put(["s", "k"], "v"), refusal("shape", 2));
});

const line = fc.constantFrom(
  "",
  " ",
  "; c",
  "# a = 1",
  "[s]",
  "[t]",
  "[u v] ",
  "a = 1",
  "b=2",
  "\tc =",
);

Deno.test("random INI: put and drop do exactly what they mean, and put can be undone", () => {
  let edited = 0;
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      fc.constantFrom("\n", "\r\n"),
      fc.constantFrom("", "\uFEFF"),
      fc.boolean(),
      fc.constantFrom<ConfigPath>(["a"], ["k"], ["s", "a"], ["s", "k"], ["u v", "c"], ["w", "k"]),
      (lines, eol, bom, final, path) => {
        const text = bom + lines.join(eol) + (final ? eol : "");
        try {
          iniFormat.parse(text);
        } catch (error) {
          if (error instanceof ConfigPatchError && error.code === "unsupported") {
            return fc.pre(false);
          }
          throw error;
        }
        const document = iniFormat.parse(text);
        const put = document.put(path, "v");
        const whole = applySplice(text, put);
        const expected = copyOf(document.value);
        setAt(expected, path, "v");
        const again = iniFormat.parse(whole);
        assert.ok(sameValue(again.value, expected), JSON.stringify(whole));
        assert.equal(again.find(path)?.span?.start, put.offset + put.value.start);
        assert.equal(applySplice(whole, invert(put)), text);
        assert.equal(again.put(path, "v").insert, "");
        for (const at of [path, [path[0] ?? ""]]) {
          const left = copyOf(again.value);
          removeAt(left, resolve(again.value, at).found);
          assert.ok(sameValue(iniFormat.parse(without(whole, at)).value, left));
        }
        edited++;
      },
    ),
    { seed: 20261124, numRuns: 1000 },
  );
  assert.ok(edited >= 1000);
});
