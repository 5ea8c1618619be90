import assert from "node:assert/strict";
import fc from "fast-check";
import * as jsonc from "jsonc-parser";
import { ConfigPatchError, ConfigSyntaxError } from "../../errors.ts";
import { jsonFormat } from "../../formats/json/format.ts";
import { MAX_NODES } from "../../formats/limits.ts";
import { applySplice, applySplices, invert } from "../../formats/splice.ts";
import type { ConfigPath, ConfigValue } from "../../formats/types.ts";
import {
  type ConcretePath,
  copyOf,
  isList,
  isTable,
  removeAt,
  resolve,
  sameValue,
  setAt,
  tableOf,
  valueAt,
} from "../../formats/value.ts";
import { rootOf } from "../support/root.ts";

const parse = (text: string, strict = false) => jsonFormat.parse(text, { strict });

Deno.test("an integer literal keeps every digit, any other number is a float", () => {
  const value = rootOf(parse(
    '{"a": 12345678901234567890, "b": 1.0, "c": 1e2, "d": -0, "e": -0.0, "f": -7, "g": 1E400}',
  ));
  assert.equal(value.a, 12345678901234567890n);
  assert.equal(value.b, 1);
  assert.equal(value.c, 100);
  assert.equal(value.d, 0n);
  assert.ok(Object.is(value.e, -0));
  assert.equal(value.f, -7n);
  assert.equal(value.g, Infinity);
});

Deno.test("integers keep their digits beside comments too", () => {
  const value = rootOf(parse('{"a": 12345678901234567890, /* c */ "b": [1, 1.0,],}'));
  assert.ok(sameValue(value, tableOf([["a", 12345678901234567890n], ["b", [1n, 1]]])));
});

Deno.test("what a number is does not depend on the numbers beside it", () => {
  const huge = "9".repeat(400);
  const literals = [
    ...["0", "-0", "7", "-7", "9007199254740991", "9007199254740992", "9007199254740993", huge],
    ...["0.0", "-0.0", "1.0", "0.5", "4503599627370497.5", "9007199254740993.5", `${huge}.5`],
    ...["1e2", "1E2", "15e-1", "1.5e1", "1e400", "1e-400", "2.0e0"],
  ];
  const expected = (literal: string) =>
    /^-?[0-9]+$/.test(literal) ? BigInt(literal) : Number(literal);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...literals), { maxLength: 4 }),
      fc.constantFrom("", "// c\n"),
      (list, comment) => {
        const value = rootOf(parse(
          `{"list": [${list.join(", ")}], "true": false, "e.5": "1e.5"}${comment}`,
        ));
        assert.ok(sameValue(value.list, list.map(expected)), list.join());
      },
    ),
    { seed: 20261124, numRuns: 3000 },
  );
});

Deno.test("__proto__ is a key like any other, read, put and dropped", () => {
  const document = parse('{"__proto__": {"a": 1}}');
  assert.deepEqual(Object.keys(document.value), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(document.value), null);
  assert.equal(document.find(["__proto__", "a"])?.value, 1n);
  assert.equal(document.find(["constructor"]), undefined);
  const put = applySplice(document.text, document.put(["__proto__", "b"], "x"));
  assert.equal(put, '{"__proto__": {"a": 1, "b": "x"}}');
  assert.equal(applySplice(document.text, document.drop(["__proto__"])), "{}");
});

Deno.test("find gives the text of the value", () => {
  const text = '\uFEFF{"a": [true, {"b": "x" /* c */}]}';
  const document = parse(text);
  const slice = (path: ConfigPath) => {
    const { start, end } = document.find(path)?.span ?? { start: 0, end: 0 };
    return text.slice(start, end);
  };
  assert.equal(slice(["a", 0]), "true");
  assert.equal(slice(["a", { b: "x" }]), '{"b": "x" /* c */}');
  assert.equal(slice(["a", 1, "b"]), '"x"');
  assert.equal(document.find(["a", 2]), undefined);
  assert.equal(document.find(["a", "b"]), undefined);
});

Deno.test("what is not JSON is refused with its position", () => {
  for (
    const [text, line, column, part] of [
      ["", 1, 1, "the text is empty"],
      [" \n ", 2, 2, "the text is empty"],
      ["{", 1, 2, "a key in double quotes"],
      ['{"a":1', 1, 7, "`,` or `}`"],
      ['{"a" 1}', 1, 6, "`:`"],
      ['{"a":}', 1, 6, "a value"],
      ['{\n  "a": 1\n  "b": 2\n}', 3, 3, "`,` or `}`"],
      ["{,}", 1, 2, "a key"],
      ['{"a":1,,}', 1, 8, "a key"],
      ['{"a":[1,,2]}', 1, 9, "a value or `]`"],
      ['{"a":[,]}', 1, 7, "a value or `]`"],
      ['{"a":[1}', 1, 8, "`,` or `]`"],
      ['{"a":1}garbage', 1, 8, "nothing may follow"],
      ['{"a":1}{}', 1, 8, "nothing may follow"],
      ["{'a':1}", 1, 2, "a key in double quotes"],
      ["{a:1}", 1, 2, "a key in double quotes"],
      ['{"a":01}', 1, 7, "`,` or `}`"],
      ['{"a":1.}', 1, 6, "a number ends"],
      ['{"a":-}', 1, 6, "a value"],
      ['{"a":"\t"}', 1, 6, "control character"],
      ['{"a":"\n"}', 1, 6, "not closed"],
      ['{"a":"\\x"}', 1, 6, "escape"],
      ['{"a":"\\u12"}', 1, 6, "\\u"],
      ['{"a":1} /* c', 1, 9, "a comment is not closed"],
      ['{"a":\u00A01}', 1, 6, "a no-break space (U+00A0)"],
      ['{"a": "\u00A0"\u200B}', 1, 10, "a zero-width space (U+200B)"],
      ["\uFEFF\uFEFF{}", 1, 1, "a byte order mark or"],
      ["\uFEFF{]", 1, 2, "a key"],
    ] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError, `${JSON.stringify(text)}: ${error}`);
      assert.deepEqual(error.position, { line, column }, JSON.stringify(text));
      assert.ok(error.message.includes(part), error.message);
      assert.ok(error.details.sourceLine !== undefined);
      return true;
    });
  }
});

Deno.test("a strict file with a comment or a trailing comma is refused at the first of them", () => {
  for (
    const [text, line, column, what] of [
      ['{\n  "a": [1,], // c\n}', 2, 10, "trailing comma"],
      ['{\n  "a": [1] // c\n}', 2, 12, "comment"],
      ["/* c */ {}", 1, 1, "comment"],
      ["\uFEFF{}", 1, 1, "byte order mark"],
      ['{"a": "// no comment", "b": 1,}', 1, 30, "trailing comma"],
    ] as const
  ) {
    assert.ok(parse(text));
    assert.throws(() => parse(text, true), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError);
      assert.deepEqual(error.position, { line, column });
      assert.ok(error.message.startsWith(`a ${what} stands`), error.message);
      assert.ok(error.message.includes("silently ignores"));
      assert.equal(error.remedy, `remove the ${what}`);
      return true;
    });
  }
  const looks = "// no comment, /* none */ ,}";
  assert.equal(rootOf(parse(`{"a": "${looks}"}`, true)).a, looks);
});

Deno.test("a flaw is reported as such in a strict file, even after a comment", () => {
  assert.throws(
    () => parse("{ // c\n  a: 1\n}", true),
    (error: unknown) => error instanceof ConfigSyntaxError && error.position?.line === 2,
  );
});

Deno.test("valid texts that are over a bound, or that programs read differently, are refused", () => {
  const deep = (levels: number) => '{"a":' + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
  assert.ok(parse(deep(100)));
  assert.ok(parse(deep(100) + "// c").find(["a", 0]));
  for (
    const [text, code, part, line, column] of [
      ['{"a": 1, // c\r "b": 2\n}', "unsupported", "carriage return", 1, 14],
      ['{"a": 1, // c\u2028 "b": 2\n}', "unsupported", "U+2028", 1, 14],
      ["{ // c\u2029 d", "unsupported", "U+2029", 1, 7],
      [deep(101), "too-large", "deeper than 100", 1, 105],
      [deep(101).replace("}", "} // c"), "too-large", "deeper than 100", 1, 105],
      [deep(20_000), "too-large", "deeper than 100", 1, 105],
    ] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError, String(error));
      assert.equal(error.code, code);
      assert.ok(error.message.includes(part), error.message);
      assert.deepEqual(error.position, { line, column });
      return true;
    });
  }
  for (const many of ["0,".repeat(MAX_NODES), "{},".repeat(MAX_NODES)]) {
    for (const text of [`[${many}0]`, `[${many}0] // c`]) {
      assert.throws(() => parse(text), { code: "too-large" });
    }
  }
});

Deno.test("a key that stands twice is in nobody's way, except on the way to our place", () => {
  const twice = (error: unknown) =>
    error instanceof ConfigPatchError && error.code === "unsupported" &&
    error.message.includes("stands twice") && error.remedy === "remove one of the two";
  for (
    const [text, path, after] of [
      ['{"a": 1, "a": 2}', ["k"], '{"k": "v", "a": 1, "a": 2}'],
      ['{"o": {"a": 1, "a": 2}}', ["k"], '{"k": "v", "o": {"a": 1, "a": 2}}'],
      ['{"o": {"a": 1, "a": 2}}', ["o", "k"], '{"o": {"a": 1, "a": 2, "k": "v"}}'],
      ['{"o": {"a": {}, "\\u0061": {}}, "p": {}}', ["p", "k"], undefined],
      // Read without regard to the escapes, this text has one colon and one key.
      ['{"a":"\\"","a":"\\""}', ["k"], '{"k":"v","a":"\\"","a":"\\""}'],
      ['{"__proto__": 1, "__proto__": 1, "__proto__": 2}', ["k"], undefined],
      ['{"l": [{"n": "m"}, {"k": 1, "k": 2}]}', ["l", { n: "m" }, "k"], undefined],
    ] as const
  ) {
    const document = parse(text, true);
    const put = document.put(path, "v");
    const edited = parse(applySplice(text, put), true);
    if (after !== undefined) assert.equal(edited.text, after);
    const expected = copyOf(document.value);
    setAt(expected, path, "v");
    assert.ok(sameValue(edited.value, expected), edited.text);
    assert.equal(applySplice(edited.text, edited.drop(path)), text);
  }
  for (
    const [text, path, line, column] of [
      ['{"a": 1,\n "a": 2}', ["a"], 2, 2],
      ['{"a": {},\n "a": {}}', ["a", "k"], 2, 2],
      ['{"b": {"a": 1, "\\u0061": 2}}', ["b", "a"], 1, 16],
      ['{"__proto__": 1, "__proto__": 1}', ["__proto__"], 1, 18],
      // An entry is known by what is in it.
      ['{"l": [{"n": "x", "n": "m"}]}', ["l", 0, "k"], 1, 19],
      ['{"l": [{"n": "x", "n": "m"}]}', ["l", { n: "m" }, "k"], 1, 19],
    ] as const
  ) {
    const document = parse(text, true);
    for (const value of ["v", 2n, 1n]) assert.throws(() => document.put(path, value), twice);
    assert.throws(() => document.put(path, "v"), { position: { line, column } });
    if (document.find(path) !== undefined) assert.throws(() => document.drop(path), twice);
  }
});

Deno.test("a check sees each of the values of a key that stands twice", () => {
  const first = parse('{"a": 1, "a": 2}').value;
  for (const other of ['{"a": 3, "a": 2}', '{"a": 2, "a": 1}', '{"a": 2}', '{"a": 1, "b": 2}']) {
    assert.ok(!sameValue(first, parse(other).value), other);
  }
  assert.ok(sameValue(first, parse('{ "a": 1, // c\n "\\u0061": 2, }').value));
});

Deno.test("a root that is a list is edited, one that is neither table nor list is refused", () => {
  for (
    const [text, path, after] of [
      ["[]\n", [{ n: "m" }, "k"], '[\n  {\n    "n": "m",\n    "k": "v"\n  }\n]\n'],
      ['[{"n": "m"}]', [0, "k"], '[{"n": "m", "k": "v"}]'],
      ['[{"n": "m"}]', [{ n: "m" }, "k"], '[{"n": "m", "k": "v"}]'],
      ['[{"n": "x"} /* c */]', [{ n: "m" }, "k"], '[{"n": "x"}, /* c */ {"n": "m", "k": "v"}]'],
    ] as const
  ) {
    const put = parse(text).put(path, "v");
    assert.equal(applySplice(text, put), after);
    assert.equal(applySplice(after, invert(put)), text);
    const expected = copyOf(parse(text).value);
    setAt(expected, path, "v");
    assert.ok(sameValue(parse(after).value, expected));
  }
  for (
    const [text, line, column] of [["\uFEFF\n // c\n 7", 3, 2], ["null", 1, 1], [
      '"{}"\n',
      1,
      1,
    ]] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError && error.code === "shape");
      assert.deepEqual(error.position, { line, column });
      assert.match(error.remedy ?? "", /^if nothing in the file is needed, write `\{\}` into it$/);
      return true;
    });
  }
  for (const path of [["k"], ["k", "j"]]) {
    assert.throws(() => parse("[]").put(path, "v"), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError && error.code === "shape");
      assert.equal(error.message, "a list stands where a table must be: the root of the file");
      assert.match(error.remedy ?? "", /another patch.*remove the file/);
      return true;
    });
  }
});

Deno.test("brackets in comments and strings are no nesting", () => {
  const many = "[".repeat(2000);
  assert.equal(rootOf(parse(`{"a": 1 /* ${many} */}`)).a, 1n);
  assert.equal(rootOf(parse(`{"a": "${many}"}`, true)).a, many);
});

Deno.test("strings that are put read back, and half a surrogate pair is refused", () => {
  for (const text of ['q"\\\n\t\u0000\u2028\uFEFF', "\u{1F600}", "\u007F", "</script>", ""]) {
    const document = parse('{"k": "former"}');
    const after = parse(applySplice(document.text, document.put(["k"], text)), true);
    assert.equal(rootOf(after).k, text);
  }
  const read = rootOf(parse('{"k": "\\ud800"}')).k;
  assert.equal(read, "\ud800");
  for (const value of ["\ud800", ["\udc00x"], tableOf([["\ud800", 1n]]), NaN, -Infinity]) {
    assert.throws(
      () => parse("{}").put(["k"], value),
      (error: unknown) => error instanceof ConfigPatchError && error.code === "unsupported",
    );
  }
});

Deno.test("numbers that are put read back as what they were", () => {
  for (const value of [1, -0, 0.1, 1e21, 5e-324, 1n, 12345678901234567890n, 0n]) {
    const document = parse("{}");
    const after = parse(applySplice(document.text, document.put(["k"], value)), true);
    assert.ok(sameValue(rootOf(after).k, value), after.text);
  }
});

Deno.test("several puts into one object can be planned at once", () => {
  for (const text of ['{\n  "a": 1\n}\n', '{"a":1}', '{ // c\n\t"a": [{"n": 1}],\n}']) {
    const document = parse(text);
    const puts = [
      document.put(["x"], "1"),
      document.put(["y", "z"], "2"),
      document.put(["a2", { id: "m" }, "url"], "3"),
    ];
    const expected = copyOf(document.value);
    setAt(expected, ["x"], "1");
    setAt(expected, ["y", "z"], "2");
    setAt(expected, ["a2", { id: "m" }, "url"], "3");
    assert.ok(sameValue(parse(applySplices(text, puts)).value, expected));
  }
});

Deno.test("what put creates is listed, outermost first, with selectors as given", () => {
  const path = ["p", "q", { name: "m" }, "url"];
  const created = (text: string) => parse(text).put(path, "u").created;
  assert.deepEqual(created("{}"), [["p"], ["p", "q"], ["p", "q", { name: "m" }]]);
  assert.deepEqual(created('{"p": {}}'), [["p", "q"], ["p", "q", { name: "m" }]]);
  assert.deepEqual(created('{"p": {"q": []}}'), [["p", "q", { name: "m" }]]);
  assert.deepEqual(created('{"p": {"q": [{"name": "m"}]}}'), []);
  assert.deepEqual(created('{"p": {"q": [{"name": "m", "url": 1}]}}'), []);
});

/** A random value, and a random text that says it. */
interface Sample {
  readonly value: ConfigValue;
  readonly text: string;
}

/** What may stand between two tokens. */
const space = fc.constantFrom("", "", " ", "  ", "\t", "\n", "\n  ", "\n\n\t", " \n");
const comment = fc.constantFrom(
  '// "a": [ { , \n',
  "//\n",
  " // é /* \n\t",
  "/**/",
  '/* } ] " , */',
  "\n  /* two\n   lines */ ",
  "\n    // own line\n    ",
);
const withComments = fc.oneof({ arbitrary: space, weight: 4 }, { arbitrary: comment, weight: 1 });
const key = fc.oneof(
  fc.constantFrom("a", "b", "env", "__proto__", "", 'q"\\', "é\u{1F600}", "toString", "//", "1"),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);
const scalar: fc.Arbitrary<Sample> = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value) => ({ value, text: `${value}` })),
  fc.constantFrom<Sample>(
    { value: 1, text: "1.0" },
    { value: 2500, text: "2.5E+3" },
    { value: -0, text: "-0.0" },
    { value: 0n, text: "-0" },
    { value: null, text: "null" },
    { value: true, text: "true" },
    { value: "é/\n", text: '"\\u00e9\\/\\n"' },
    { value: "/* , } // */", text: '"/* , } // */"' },
  ),
  fc.string({ unit: "grapheme", maxLength: 6 }).map((value) => ({
    value,
    text: JSON.stringify(value),
  })),
);

function sampleOf(
  trivia: fc.Arbitrary<string>,
  trailing: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const { table } = fc.letrec<{ node: Sample; list: Sample; table: Sample }>((tie) => {
    const around = (text: fc.Arbitrary<Sample>) =>
      fc.tuple(trivia, text, trivia).map(([a, { value, text }, b]) => ({
        value,
        text: a + text + b,
      }));
    const property = fc.tuple(trivia, key, trivia, around(tie("node")));
    return {
      node: fc.oneof({ depthSize: "small" }, scalar, tie("list"), tie("table")),
      list: fc.tuple(fc.array(around(tie("node")), { maxLength: 4 }), trailing, trivia).map(
        ([items, comma, space]) => ({
          value: items.map((item) => item.value),
          text: `[${items.map((item) => item.text).join(",")}${
            items.length > 0 ? comma : ""
          }${space}]`,
        }),
      ),
      table: fc.tuple(
        fc.uniqueArray(property, { maxLength: 4, selector: ([, name]) => name }),
        trailing,
        trivia,
      ).map(([properties, comma, space]) => ({
        value: tableOf(properties.map(([, name, , item]) => [name, item.value])),
        text: `{${
          properties.map(([a, name, b, item]) => `${a}${JSON.stringify(name)}${b}:${item.text}`)
            .join(",")
        }${properties.length > 0 ? comma : ""}${space}}`,
      })),
    };
  });
  return fc.tuple(trivia, table, trivia, fc.boolean(), fc.boolean()).map(
    ([before, { value, text }, after, crlf, bom]) => {
      const lines = before + text + after;
      const whole = (bom ? "\uFEFF" : "") + (crlf ? lines.replaceAll("\n", "\r\n") : lines);
      assert.ok(sameValue(parse(whole).value, value), `read as another value: ${whole}`);
      return whole;
    },
  );
}

const strictText = sampleOf(space, fc.constant("")).map((text) => text.replace(/^\uFEFF/, ""));
const looseText = sampleOf(withComments, fc.constantFrom("", ",", "\n, ", " // c\n,"));
const leaf = fc.oneof(
  fc.constantFrom<ConfigValue>("http://localhost:9419/v1", 1n, 1, true, null),
  fc.constant<ConfigValue>(["x", 2n, [], tableOf([["k", "v"]])]),
);

Deno.test("random strict JSON: put and drop do exactly what they mean, and stay strict", () => {
  fc.assert(
    fc.property(
      strictText,
      fc.nat(),
      leaf,
      (text, pick, value) => checkAll(text, pick, value, true),
    ),
    { seed: 20261124, numRuns: 600 },
  );
});

Deno.test("random JSON with comments: put and drop do exactly what they mean", () => {
  fc.assert(
    fc.property(
      looseText,
      fc.nat(),
      leaf,
      (text, pick, value) => checkAll(text, pick, value, false),
    ),
    { seed: 20261124, numRuns: 1200 },
  );
});

/** The laws at one place of a text that `pick` chooses, and around it. */
function checkAll(text: string, pick: number, value: ConfigValue, strict: boolean): void {
  const document = parse(text, strict);
  const places = placesOf(document.value);
  const place = places[pick % places.length] ?? [];
  const at = valueAt(document.value, place);
  const paths: ConfigPath[] = isTable(at)
    ? [[...place, "new"], [...place, "new", "x", "y"], [...place, "new", { n: "m", i: 1n }, "x"]]
    : isList(at)
    ? at.every(isTable) ? [[...place, { n: "m" }, "x"], [...place, { n: "m" }, "x", "y"]] : []
    : [place];
  for (const path of paths) checkPut(text, path, value, strict);
  if (place.length > 0) checkDrop(text, place, strict);
}

function checkPut(text: string, path: ConfigPath, value: ConfigValue, strict: boolean): void {
  const document = parse(text, strict);
  const put = document.put(path, value);
  const after = applySplice(text, put);
  const expected = copyOf(document.value);
  setAt(expected, path, value);
  const edited = parse(after, strict);
  assert.ok(sameValue(edited.value, expected), `another tree: ${after}`);
  secondOpinion(after, edited.value);
  assert.equal(applySplice(after, invert(put)), text);
  assert.deepEqual(commentsOf(after), commentsOf(text));
  if (put.insert === "") return;
  const span = edited.find(path)?.span;
  assert.equal(span?.start, put.offset + put.value.start);
  assert.equal(span?.end, put.offset + put.value.end);
  const again = edited.put(path, value);
  assert.equal(again.remove + again.insert, "");
  let back = checkDrop(after, resolve(edited.value, path).found, strict);
  for (const container of put.created.toReversed()) {
    back = checkDrop(back, resolve(parse(back).value, container).found, strict);
  }
  if (put.remove === "") assert.ok(sameValue(parse(back).value, document.value));
}

function checkDrop(text: string, place: ConcretePath, strict: boolean): string {
  const document = parse(text, strict);
  const after = applySplice(text, document.drop(place));
  const expected = copyOf(document.value);
  removeAt(expected, place);
  const edited = parse(after, strict);
  assert.ok(sameValue(edited.value, expected), `another tree after drop: ${after}`);
  secondOpinion(after, edited.value);
  assert.deepEqual(commentsOf(after), commentsOf(text));
  return after;
}

/** Every place of a tree, the root included. */
function placesOf(value: ConfigValue, at: ConcretePath = []): ConcretePath[] {
  const inner: [string | number, ConfigValue][] = isList(value)
    ? value.map((item, index) => [index, item])
    : isTable(value)
    ? Object.entries(value)
    : [];
  return [at, ...inner.flatMap(([step, item]) => placesOf(item, [...at, step]))];
}

/** The recursive parser of `jsonc-parser`, which the handler does not use, reads the same. */
function secondOpinion(text: string, value: ConfigValue): void {
  const errors: jsonc.ParseError[] = [];
  const root = jsonc.parseTree(text.replace(/^\uFEFF/, ""), errors, { allowTrailingComma: true });
  assert.deepEqual(errors, []);
  assert.ok(root !== undefined && agrees(root, value), text);
}

function agrees(node: jsonc.Node, value: ConfigValue | undefined): boolean {
  const children = node.children ?? [];
  if (node.type === "array") {
    return isList(value) && children.length === value.length &&
      children.every((child, i) => agrees(child, value[i]));
  }
  if (node.type === "object") {
    return isTable(value) && children.length === Object.keys(value).length &&
      children.every(({ children: [name, item] = [] }) =>
        item !== undefined && agrees(item, value[name?.value])
      );
  }
  return typeof value === "bigint" ? Number(value) === Number(node.value) : value === node.value;
}

function commentsOf(text: string): string[] {
  const comments: string[] = [];
  jsonc.visit(text.replace(/^\uFEFF/, ""), {
    onComment: (offset, length) => {
      const start = offset + (text.startsWith("\uFEFF") ? 1 : 0);
      comments.push(text.slice(start, start + length));
    },
  }, { allowTrailingComma: true });
  return comments;
}
