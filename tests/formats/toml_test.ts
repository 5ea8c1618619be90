/** The TOML handler: what it reads, what it refuses, and the laws of its edits on random documents. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigPatchError, ConfigSyntaxError } from "../../errors.ts";
import {
  applySplice,
  type ConfigDocument,
  type ConfigPath,
  type ConfigValue,
  invert,
  isList,
  isTable,
  OpaqueScalar,
  sameValue,
} from "../../formats/mod.ts";
import {
  type ConcretePath,
  copyOf,
  removeAt,
  resolve,
  setAt,
  tableOf,
} from "../../formats/value.ts";
import { tomlFormat } from "../../formats/toml/format.ts";
import { indexOf } from "../../formats/toml/spans.ts";
import { MAX_DEPTH } from "../../formats/limits.ts";
import { valueText } from "../../formats/toml/text.ts";
import { rootOf } from "../support/root.ts";

const { parse } = tomlFormat;
const PLAIN = { equals: " = ", literal: false };

Deno.test("scalars keep their type and precision", () => {
  const value = rootOf(parse(
    "big = 9223372036854775807\nhex = 0xFF\nzero = -0\nfloat = 1.0\nexp = 1e3\nminus = -0.0\n" +
      "inf = -inf\nnan = nan\nyes = true\nodt = 1979-05-27 07:32:00.5-07:00\nutc = 1979-05-27T07:32:00z\n" +
      "ldt = 1979-05-27T07:32\nld = 1979-05-27\nlt = 07:32:00\n",
  ));
  const expected: Record<string, ConfigValue> = {
    big: 9223372036854775807n,
    hex: 255n,
    zero: 0n,
    float: 1,
    exp: 1000,
    minus: -0,
    inf: -Infinity,
    nan: NaN,
    yes: true,
    odt: new OpaqueScalar("offset-date-time", "1979-05-27T07:32:00.5-07:00"),
    utc: new OpaqueScalar("offset-date-time", "1979-05-27T07:32:00+00:00"),
    ldt: new OpaqueScalar("local-date-time", "1979-05-27T07:32:00"),
    ld: new OpaqueScalar("local-date", "1979-05-27"),
    lt: new OpaqueScalar("local-time", "07:32:00"),
  };
  for (const [key, wanted] of Object.entries(expected)) {
    assert.ok(sameValue(value[key], wanted), `${key}: ${String(value[key])}`);
  }
  assert.equal(Object.keys(value).length, Object.keys(expected).length);
});

Deno.test("__proto__ is a key like any other", () => {
  const text = "__proto__.x = 1\n[a.__proto__]\nb = { __proto__ = 2 }\n";
  const value = rootOf(parse(text));
  assert.deepEqual(Object.keys(value), ["__proto__", "a"]);
  assert.equal(Object.getPrototypeOf(value), null);
  const path = ["a", "__proto__", "b", "constructor"];
  const after = applySplice(text, parse(text).put(path, "c"));
  assert.equal(after, text.replace("= 2 }", '= 2, constructor = "c" }'));
  assert.ok(sameValue(parse(after).find(path)?.value, "c"));
});

Deno.test("a syntax error says where", () => {
  const cases: [string, number, number, string][] = [
    ["a = 1\nb = =\n", 2, 5, "b = ="],
    ["\uFEFFa == 1", 1, 4, "a == 1"],
    ["a = 1\r\nb = 1\r\na = 2\r\n", 3, 1, "a = 2"],
    ["# fine\n\n[t\n", 3, 3, "[t"],
    ["a = 1\rb = 2\n", 1, 6, "a = 1\rb = 2"],
    ["\uFEFF\uFEFFa = 1\n", 1, 1, "\uFEFFa = 1"],
    ["a = 1979-13-01\n", 1, 5, "a = 1979-13-01"],
  ];
  for (const [text, line, column, sourceLine] of cases) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError, String(error));
      assert.deepEqual([error.position, error.details.sourceLine], [{ line, column }, sourceLine]);
      assert.match(error.message, /^this is not TOML: [^\n]+$/);
      return true;
    });
  }
});

Deno.test("what is nested too deeply is refused before anything overflows", () => {
  const nested = (depth: number) => `a = ${"[".repeat(depth)}${"]".repeat(depth)}\n`;
  for (const text of [nested(MAX_DEPTH + 1), nested(100_000), `${"a.".repeat(10_000)}a = 1\n`]) {
    assert.throws(() => parse(text), { code: "too-large" });
  }
  const text = nested(MAX_DEPTH - 1);
  assert.equal(applySplice(text, parse(text).put(["b"], true)), `${text}b = true\n`);
});

Deno.test("a string of any length is edited around", () => {
  for (const quote of ['"', "'", '"""', "'''"]) {
    const text = `a = ${quote}${"x".repeat(400_000)}${quote}\n`;
    assert.equal(applySplice(text, parse(text).put(["b"], 1n)), `${text}b = 1\n`);
  }
});

Deno.test("what TOML cannot hold is refused", () => {
  const cases: unknown[] = [
    null,
    [null],
    { a: null },
    "\uD800",
    { "\uDC00": 1n },
    2n ** 63n,
    -(2n ** 63n) - 1n,
  ];
  for (const value of [...cases, new OpaqueScalar("!vault", "x")] as ConfigValue[]) {
    assert.throws(() => parse("").put(["a"], value), { code: "unsupported" });
  }
});

Deno.test("values are read back as they were written", () => {
  const scalar: fc.Arbitrary<ConfigValue> = fc.oneof(
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.string({ unit: fc.constantFrom("'", '"', "\\", "\n", "\r", "\t", "\u007F", "é", "#") }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(
      new OpaqueScalar("local-date", "1979-05-27"),
      new OpaqueScalar("offset-date-time", "1979-05-27T07:32:00+00:00"),
    ),
  );
  const { value } = fc.letrec<{ value: ConfigValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(fc.string({ unit: "grapheme" }), tie("value")), { maxLength: 3 })
        .map((pairs) => tableOf(pairs)),
    ),
  }));
  fc.assert(
    fc.property(value, fc.boolean(), fc.constantFrom("=", " = "), (held, literal, equals) => {
      const text = `a = ${valueText(held, { equals, literal })}\n`;
      assert.ok(sameValue(rootOf(parse(text)).a, held), text);
    }),
    { seed: 20261124, numRuns: 1000 },
  );
  assert.equal(valueText("a\\b", { ...PLAIN, literal: true }), "'a\\b'");
  assert.equal(valueText(1e21, PLAIN), "1e+21");
});

Deno.test("find gives the text of a value, and none for what is spread over lines", () => {
  const text = '\uFEFFa.b = [1, { c = "x" }]\r\n[t]\r\n[[l]]\r\nk = """\r\nm"""\r\n';
  const document = parse(text);
  const textAt = (path: ConfigPath) => {
    const span = document.find(path)?.span;
    return span && text.slice(span.start, span.end);
  };
  assert.equal(textAt(["a", "b"]), '[1, { c = "x" }]');
  assert.equal(textAt(["a", "b", 1]), '{ c = "x" }');
  assert.equal(textAt(["a", "b", { c: "x" }, "c"]), '"x"');
  assert.equal(textAt(["l", 0, "k"]), '"""\r\nm"""');
  for (const path of [[], ["a"], ["t"], ["l"], ["l", 0]]) {
    assert.notEqual(document.find(path), undefined);
    assert.equal(textAt(path), undefined);
  }
  for (const path of [["b"], ["a", "b", 2], ["a", "b", { c: "y" }], ["t", "x"]]) {
    assert.equal(document.find(path), undefined);
  }
  // The parser of positions gives a `0` at the very end an empty range.
  assert.deepEqual(parse("a = 0").find(["a"])?.span, { start: 4, end: 5 });
});

Deno.test("put says what it creates, and where the value's text is", () => {
  const selector = { name: "mistral" };
  const path = ["x", "providers", selector, "limits", "rate"];
  const put = parse("[x]\n").put(path, 5n);
  assert.deepEqual(put.created, [path.slice(0, 2), path.slice(0, 3), path.slice(0, 4)]);
  assert.equal(put.insert.slice(put.value.start, put.value.end), "5");
  assert.deepEqual(parse("[x.y]\n").put(["x", "a"], 1n).created, []);
});

Deno.test("tables and lists of tables are not replaced, however they are written", () => {
  const document = parse('l = [1]\no = { a = 1 }\nd.e = 1\n[[p]]\nname = "x"\n');
  for (const [path, line] of [[["o"], 2], [["d"], 3], [["p"], 4], [["p", 0], 4]] as const) {
    assert.throws(() => document.put(path, "v"), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError && error.code === "shape", path.join());
      assert.equal(error.position?.line, line);
      assert.match(error.remedy ?? "", /one by one/);
      return true;
    });
  }
  assert.equal(applySplice(document.text, document.put(["l"], [2n])).split("\n")[0], "l = [2]");
});

Deno.test("a character that looks like a space is named", () => {
  for (
    const [text, line, column, name] of [
      ["a =\u00A01\n", 1, 4, "a no-break space (U+00A0)"],
      ["x = 1\n\u00A0a = 1\n", 2, 1, "a no-break space (U+00A0)"],
      ["a = 1\u200B\n", 1, 6, "a zero-width space (U+200B)"],
      ['a = "\u00A0"\u2003\n', 1, 8, "the character U+2003"],
    ] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError);
      assert.deepEqual(error.position, { line, column });
      assert.ok(error.message.includes(name), error.message);
      return true;
    });
  }
  assert.ok(parse('# \u00A0\na = "\u200B"\n'));
});

Deno.test("the end of a string that looks like a comment is none", () => {
  const text = "a = \"\"\"\n# no comment\"\"\"\n[t]\nk = 1\n[u]\nb = '''\n\n'''\n[v]\n";
  const after = applySplice(text, parse(text).put(["t", "new", "x"], 1n));
  assert.equal(after, text.replace("k = 1\n", "k = 1\n[t.new]\nx = 1\n"));
  assert.equal(applySplice(text, parse(text).drop(["t"])), text.replace("[t]\nk = 1\n", ""));
});

Deno.test("neighbouring removals do not get in each other's way", () => {
  const cases: [string, ConcretePath, string][] = [
    ["[a]\nx = 1\n\n[a.b]\ny = 1\n", ["a"], ""],
    ["[a]\nx = 1\n\n[a.b]\ny = 1\n\n[c]\n", ["a"], "[c]\n"],
    ["a = { b.x = 1, b.y = 2, c = 3 }\n", ["a", "b"], "a = { c = 3 }\n"],
    ["a = { c = 3, b.x = 1, b.y = 2 }\n", ["a", "b"], "a = { c = 3 }\n"],
    ["a = { b.x = 1, c = 3, b.y = 2 }\n", ["a", "b"], "a = { c = 3 }\n"],
    ["a = { # c\n  b.x = 1, b.y = 2 }\n", ["a", "b"], "a = { # c\n  }\n"],
    ["# top\n\n[[p]]\nx = 1\n", ["p", 0], "# top\n\np = []\n\n"],
    ["# top\n\n[[p]]\nx = 1\n\n[[p]]\n# mine\n", ["p", 0], "# top\n\n[[p]]\n# mine\n"],
  ];
  for (const [before, path, after] of cases) assert.equal(remove(before, path), after);
});

Deno.test("files of almost nothing can be edited", () => {
  const eol = (text: string, with_: string) => text.replaceAll("\n", with_);
  for (
    const before of ["", "\n", "  ", "\uFEFF", "\uFEFF# c", "# c\n\n", "\r\n", "[t]", "# c\n[t]"]
  ) {
    for (const path of [["k"], ["t", "k"], ["l", { n: 1n }, "k"]]) check(before, path, "v");
  }
  assert.equal(applySplice("\uFEFF", parse("\uFEFF").put(["k"], 1n)), "\uFEFFk = 1\n");
  assert.equal(applySplice("\r\n", parse("\r\n").put(["k"], 1n)), eol("\nk = 1\n", "\r\n"));
});

Deno.test("a file of 1 MB is edited", () => {
  const entry = (i: number) => `[[providers]]\nname = "p${i}"\nurl = "http://x/${i}" # ${i}\n\n`;
  const text = Array.from({ length: 18_000 }, (_, i) => entry(i)).join("");
  assert.ok(text.length > 1_000_000);
  const document = parse(text);
  const put = document.put(["providers", { name: "p9000" }, "url"], "u");
  assert.equal(put.remove, '"http://x/9000"');
  const drop = document.drop(["providers"]);
  assert.equal(applySplice(text, drop).trimStart().split("\n")[0], "# 0");
});

// Random documents: pieces that fit together in any order and number.

const ROOT = [
  'model = "x" # mine\n',
  "a.b = 1\na . c . d = 'y'\n",
  "inl = { x = 1, y.z = 2, e = {} } # c\n",
  'arr = [{ name = "n" }, { name = "m", k = 1 },]\n',
  'many = [\n  # first\n  { name = "n" }, # one\n  { name = "m" } # two\n]\n',
  "wide = {\n  x = [\n    1, # c\n    2\n  ],\n  y = 'q' # d\n}\n",
  'text = """\n[no]\n# no"""\n',
  "e = []\nf = {}\n",
  "# a comment\n",
  "\n",
];
const SECTIONS = [
  "[t]\nk = 1\n\n# end of t\n",
  "  [t.u]\n    k = 'x'\n",
  "[x.y.z]\n",
  "[x] # explicit\nq=1\n",
  '[[p]]\nname = "n"\n',
  '[[p]]\nname = "m" # c\n[p.sub]\nk = 1\n[[p.in.l]]\nname = "n"\n',
  "[w]\nd.e = 1\nd.f.g = [\n  1, # c\n]\n",
  "[w.d.h]\nk = 0\n",
  "# about o\n[[o.l]]\n[[o.l]]\nv = {a=1,b=2}\n",
  '[ \'q r\' . "s.t" ]\n"a b" = 0x10\n',
  "\n",
  "# loose\n\n",
];

const documents = fc.record({
  root: fc.shuffledSubarray(ROOT),
  sections: fc.shuffledSubarray(SECTIONS),
  crlf: fc.boolean(),
  bom: fc.boolean(),
  end: fc.boolean(),
}).map(({ root, sections, crlf, bom, end }) => {
  let text = [...root, ...sections].join("");
  if (end) text = text.replace(/\n+$/, "");
  if (crlf) text = text.replaceAll("\n", "\r\n");
  return bom ? `\uFEFF${text}` : text;
}).filter((text) => {
  try {
    parse(text);
    return true;
  } catch (error) {
    // Some orders are no TOML: a [w.d.h] before the dotted keys of [w], for one.
    if (error instanceof ConfigSyntaxError) return false;
    throw error;
  }
});

Deno.test("random edits of random documents change the tree as they should", () => {
  let edits = 0;
  fc.assert(
    fc.property(
      documents,
      fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 6 }),
      (text, steps) => {
        let now = text;
        for (const [pick, kind] of steps) {
          const places = placesOf(parse(now).value);
          const place = places[pick % places.length] ?? [];
          const at = resolve(parse(now).value, place).found;
          const standing = at.length === 0 ? parse(now).value : parse(now).find(at)?.value;
          edits++;
          if (kind < 2 && at.length > 0) now = remove(now, at);
          else if (isTable(standing)) now = check(now, [...at, ...(BELOW[kind] ?? [])], kind + 0.5);
          else if (isList(standing) && standing.every(isTable)) {
            now = check(now, [...at, { name: `n${kind}` }, "k", "j"], "v");
          } else now = check(now, at, ["v", { w: BigInt(kind) }]);
        }
      },
    ),
    { seed: 20261124, numRuns: 400 },
  );
  assert.ok(edits > 1000);
});

/** What is put below a table, by the kind of edit. */
const BELOW: readonly ConfigPath[] = [
  ["new"],
  ["new key"],
  ["new"],
  ["new", "deep"],
  ["new", "deep", "er"],
  ["more", { name: "n" }, "k"],
  ["more", "most", { name: "n", i: 1n }, "k", "j"],
  ["k"],
];

function placesOf(value: ConfigValue, path: ConcretePath = []): ConcretePath[] {
  const steps = isList(value) ? [...value.keys()] : isTable(value) ? Object.keys(value) : [];
  return [
    path,
    ...steps.flatMap((step) =>
      placesOf((value as Record<string | number, ConfigValue>)[step] ?? "", [...path, step])
    ),
  ];
}

/** Puts a value, checks everything that can be said of the edit, and gives the text after it. */
function check(text: string, path: ConfigPath, value: ConfigValue): string {
  const document = parse(text);
  const { value: tree } = document;
  let put;
  try {
    put = document.put(path, value);
  } catch (error) {
    // The random path may lead through a value of another kind.
    assert.ok(error instanceof ConfigPatchError && error.code === "shape", String(error));
    return text;
  }
  const after = applySplice(text, put);
  const expected = copyOf(tree);
  setAt(expected, path, value);
  const next = parseOrShow(after, text);
  assert.ok(sameValue(next.value, expected), `${JSON.stringify(text)}\n${JSON.stringify(after)}`);
  assert.equal(applySplice(after, invert(put)), text);
  const again = next.put(path, value);
  assert.equal(again.insert + again.remove, "", "put of what holds already");
  if (put.insert !== "") {
    const start = put.offset + put.value.start;
    const end = put.offset + put.value.end;
    assert.deepEqual(next.find(path)?.span, { start, end }, JSON.stringify(after));
  }
  sameEnds(text, after);
  return after;
}

/** Removes what stands at a path, checks the edit, and gives the text after it. */
function remove(text: string, path: ConcretePath): string {
  const document = parse(text);
  const after = applySplice(text, document.drop(path));
  const expected = copyOf(document.value);
  removeAt(expected, path);
  const next = parseOrShow(after, text);
  const texts = `${JSON.stringify(path)}\n${JSON.stringify(text)}\n${JSON.stringify(after)}`;
  assert.ok(sameValue(next.value, expected), texts);
  assert.deepEqual(commentsOf(after), commentsOf(text), texts);
  if (after !== "") sameEnds(text, after);
  return after;
}

function parseOrShow(after: string, before: string): ConfigDocument {
  try {
    return parse(after);
  } catch (error) {
    throw new Error(`${JSON.stringify(before)}\n${JSON.stringify(after)}`, { cause: error });
  }
}

function commentsOf(text: string): string[] {
  const bare = text.replace(/^\uFEFF/, "");
  return indexOf(bare).comments.map(({ start, end }) => bare.slice(start, end).trimEnd());
}

function sameEnds(before: string, after: string): void {
  const texts = `${JSON.stringify(before)}\n${JSON.stringify(after)}`;
  assert.equal(after.startsWith("\uFEFF"), before.startsWith("\uFEFF"), texts);
  if (/[^\n]$/.test(before.replace(/^\uFEFF/, ""))) assert.doesNotMatch(after, /\n$/, texts);
  const mixed = /\r\n/.test(before) && /(^|[^\r])\n/.test(before);
  if (!mixed && before.includes("\r\n")) assert.doesNotMatch(after, /(^|[^\r])\n/, texts);
  if (!before.includes("\r\n")) assert.doesNotMatch(after, /\r/, texts);
}
