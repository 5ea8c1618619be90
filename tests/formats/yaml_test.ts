/** The YAML handler: what it reads, what it refuses, and the laws of its edits. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseEvents } from "js-yaml";
import { parseDocument } from "yaml";
import { ConfigPatchError, ConfigSyntaxError } from "../../errors.ts";
import {
  applySplice,
  type ConfigPath,
  type ConfigValue,
  invert,
  OpaqueScalar,
} from "../../formats/mod.ts";
import { copyOf, removeAt, resolve, sameValue, setAt, tableOf } from "../../formats/value.ts";
import { isPlainSafe, PLAIN, writeValue } from "../../formats/yaml/text.ts";
import { yamlFormat } from "../../formats/yaml/format.ts";
import { rootOf } from "../support/root.ts";

const { parse } = yamlFormat;

Deno.test("scalars keep their type and precision", () => {
  const value = rootOf(parse(
    "big: 12345678901234567890\nneg: -7\noct: 0o17\nhex: 0xFF\nfloat: 1.0\nexp: 1e3\n" +
      "inf: -.inf\nnan: .nan\nhuge: 1e999\nyes: yes\ndate: 2026-11-24\nnull1: ~\nnull2:\n" +
      "t: True\ns: '1'\nstr: !!str 1\nint: !!int 3\nflt: !!float 3\nbin: !!binary aGk=\n" +
      "own: !vault x\nbang: ! 12\n",
  ));
  const expected: Record<string, ConfigValue> = {
    big: 12345678901234567890n,
    neg: -7n,
    oct: 15n,
    hex: 255n,
    float: 1,
    exp: 1000,
    inf: -Infinity,
    nan: NaN,
    huge: new OpaqueScalar("float", "1e999"),
    yes: "yes",
    date: "2026-11-24",
    null1: null,
    null2: null,
    t: true,
    s: "1",
    str: "1",
    int: 3n,
    flt: 3,
    bin: new OpaqueScalar("tag:yaml.org,2002:binary", "aGk="),
    own: new OpaqueScalar("!vault", "x"),
    bang: "12",
  };
  for (const [key, wanted] of Object.entries(expected)) {
    assert.ok(sameValue(value[key], wanted), `${key}: ${String(value[key])}`);
  }
  assert.equal(Object.keys(value).length, Object.keys(expected).length);
});

Deno.test("a declared tag handle and a verbatim tag name the same type", () => {
  const value = rootOf(parse(
    "%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 1\nb: !<tag:yaml.org,2002:str> 1\n",
  ));
  assert.ok(sameValue(value, tableOf([["a", "1"], ["b", "1"]])));
});

Deno.test("an empty document is an empty table", () => {
  for (const text of ["", "\uFEFF", "# only a comment\n", "---\n", "--- # x\n...\n", "\n\n"]) {
    assert.ok(sameValue(parse(text).value, tableOf([])), JSON.stringify(text));
  }
});

Deno.test("keys that are no strings collide with nothing and cannot be reached", () => {
  const document = parse(
    '1: int\n"1": string\n~: null\n"null": word\n[a, b]: list\n__proto__: p\n',
  );
  assert.equal(Object.keys(document.value).length, 6);
  assert.equal(rootOf(document)["1"], "string");
  assert.equal(rootOf(document)["null"], "word");
  assert.equal(rootOf(document)["__proto__"], "p");
  const hidden = Object.keys(document.value).filter((key) => !key.isWellFormed());
  assert.equal(hidden.length, 3);
  for (const key of hidden) refuses(document.text, [key + "x"], "v", "unsupported", "surrogate");
  assert.throws(() => parse('"\\uD800bigint 1": a\n'), { code: "unsupported" });
});

Deno.test("an alias is a leaf, and one of a name given twice says which", () => {
  const value = rootOf(parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"));
  assert.ok(sameValue(value.b, new OpaqueScalar("alias", "x")));
  assert.ok(sameValue(value.d, new OpaqueScalar("alias", "x 2")));
});

Deno.test("an alias bomb costs no more than its text", () => {
  let text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let i = 1; i < 60; i++) {
    text += `a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]\n`;
  }
  const document = parse(text);
  assert.ok(sameValue(copyOf(document.value), document.value));
  const after = applySplice(text, document.put(["socket"], "v"));
  assert.equal(rootOf(parse(after)).socket, "v");
});

Deno.test("what does not parse is refused with its place", () => {
  for (
    const [text, line, column] of [
      ["a: b\nc: [1\nd: 2\n", 3, 1],
      ["a: 1\nb: *none\n", 2, 4],
      ["\uFEFFa: @x\n", 1, 4],
      ["a:\n\t- b\n", 2, 1],
    ] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError, String(error));
      assert.deepEqual(error.position, { line, column }, error.message);
      assert.equal(error.details.sourceLine, text.replace("\uFEFF", "").split("\n")[line - 1]);
      return true;
    });
  }
});

Deno.test("what parses and still cannot be edited is refused when read", () => {
  const deep = (levels: number) => "a: " + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "\n";
  assert.equal(Object.keys(parse(deep(100)).value).length, 1);
  for (
    const [text, code, part] of [
      [deep(101), "too-large", "deeper than 100 levels"],
      [deep(100_000), "too-large", "deeper than 100 levels"],
      ["a: 1\rb: 2\n", "unsupported", "carriage return"],
      ["a: 1\n---\n", "unsupported", "several documents"],
      ["a:\n  b: 1\n  b: 2\n", "unsupported", "twice"],
      ["{1: a, 0x1: b}\n", "unsupported", "twice"],
      ["null\n", "shape", "root"],
      ["just text\n", "shape", "root"],
    ] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError, String(error));
      assert.equal(error.code, code);
      assert.ok(error.message.includes(part), error.message);
      assert.ok(error.details.remedy !== undefined && error.position !== undefined);
      return true;
    });
  }
});

Deno.test("what C readers take for a line break, or pass over, is refused outside of quotes", () => {
  for (
    const [text, name, line] of [
      ["a: 1\n# c\u2028b: 2\n", "line separator (U+2028)", 2],
      ["a: x\u2029b: 2\n", "paragraph separator (U+2029)", 1],
      ["a: |\n  x\u0085b: 2\n", "next-line character (U+0085)", 2],
      ["a: 1\n\uFEFFb: 2\n", "byte order mark", 2],
      ["a: [x, 'y']\u0085\n", "U+0085", 1],
    ] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError && error.code !== "verification", String(error));
      assert.ok(error.message.includes(name), error.message);
      assert.equal(error.position?.line, line);
      return true;
    });
  }
  const quoted = "\uFEFFa: 'x\u2028y'\nb: \"\u0085\"\nc: ['\uFEFF']\n";
  assert.equal(applySplice(quoted, parse(quoted).put(["d"], 1n)), `${quoted}d: 1\n`);
});

Deno.test("a syntax error that has a reason nobody sees says it", () => {
  for (
    const [text, part, remedy, line] of [
      ["a:\u00a01\nb: 2\n", "a no-break space (U+00A0)", /plain space/, 1],
      ["a:\u00a01\n", "a no-break space (U+00A0)", /plain space/, 1],
      ["env:\n  A: [1,\n\u200b2\nb: 1\n", "a zero-width space (U+200B)", /remove it/, 3],
      ["key: [\n  a,\n]\n", 'the closing "]"', /indent the line of the closing/, 3],
      ["m:\n  key: {\n    a: 1\n  }\n", 'the closing "}"', /indent the line of the closing/, 4],
      ["a: {\nb: 1 }\n", "between brackets is not indented more than their key", /correct/, 2],
      ["m:\n  a: [\n  1 ]\n", "between brackets is not indented more", /correct/, 3],
      ["a: [1\nb: 2\n", "a bracket is not closed, or", /correct/, 2],
      ["key: [\n  a\n b: 1\n", "this is not YAML", /correct/, 3],
    ] as const
  ) {
    assert.throws(() => parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError, String(error));
      assert.ok(error.message.includes(part), error.message);
      assert.match(error.remedy ?? "", remedy);
      assert.equal(error.position?.line, line, error.message);
      return true;
    });
  }
  // What is within quotes or a comment is not the reason.
  assert.throws(() => parse('# a\u00a0b\na: "\u00a0"\nb: [\n'), (error: unknown) => {
    return error instanceof ConfigSyntaxError && !error.message.includes("no-break");
  });
});

Deno.test("an explicit key beside a merge key wins, and is edited", () => {
  const shared = "x: &s {k: 1, t: {a: 1}}\n";
  const put = (text: string, ...path: string[]) => applySplice(text, parse(text).put(path, "v"));
  for (const merge of ["*s", "[*s]", "[*s, *s]", "{k: 1}"]) {
    const text = `${shared}m:\n  <<: ${merge}\n  z: 2\n`;
    assert.equal(put(text, "m", "k"), `${text}  k: v\n`);
    assert.equal(put(text, "m", "z"), text.replace("z: 2", "z: v"));
    assert.equal(put(text, "m", "new", "k"), `${text}  new:\n    k: v\n`);
    assert.equal(put(text, "q"), `${text}q: v\n`);
  }
  const nested = `${shared}y: &n {<<: *s}\nm: {<<: *n}\n`;
  assert.equal(put(nested, "m", "t"), nested.replace("m: {<<: *n}", "m: {<<: *n, t: v}"));
  for (const merge of ["*s", "[*s]", "{t: {}}", "&z 1"]) {
    refuses(`${shared}m: {<<: ${merge}}\n`, ["m", "t", "k"], "v", "unsupported", "merge key");
  }
  refuses(nested, ["m", "t", "k"], "v", "unsupported", "merge key");
});

Deno.test("a key that some readers know by another name is refused where it is ours", () => {
  const tagged = "!t a: 1\n";
  refuses(tagged, ["b"], "v", "unsupported", "a key with a tag");
  refuses("n: &s a\nm:\n  *s : 1\n", ["m", "a"], "v", "unsupported", "an alias");
  for (const key of ["on", "No", "12:30:45", "1_000", "=", "2001-01-01", "y"]) {
    refuses(`${key}: 1\n`, [key], "v", "unsupported", "no text to some");
    assert.ok(parse(`"${key}": 1\n`).put([key], "v").insert === "v");
  }
  // Elsewhere it does not matter.
  const text = `m:\n  ${tagged}on: 1\n`;
  assert.equal(applySplice(text, parse(text).put(["b"], "v")), `${text}b: v\n`);
});

Deno.test("a list that is the whole file is edited by number and by selector", () => {
  const put = (text: string, path: ConfigPath) => applySplice(text, parse(text).put(path, "v"));
  assert.equal(put("- id: a\n- id: b\n", [1, "k"]), "- id: a\n- id: b\n  k: v\n");
  assert.equal(put("- id: a\n", [{ id: "b" }, "k"]), "- id: a\n- id: b\n  k: v\n");
  assert.equal(put("[{id: a}]", [{ id: "b" }, "k"]), "[{id: a}, {id: b, k: v}]");
  assert.equal(put(yamlFormat.blankList ?? "", [{ id: "b" }, "k"]), "[{id: b, k: v}]\n");
  refuses("- a\n", ["k"], "v", "shape", "a list stands where a table must be");
  refuses("- a\n", [{ id: "b" }, "k"], "v", "shape", "a list of other things");
  for (const text of ["- a\n- b\n", "# c\n- a # d\n", "[a]\n"]) {
    const document = parse(text);
    const after = parse(applySplice(text, document.drop([0])));
    assert.deepEqual(after.value, text.includes("b") ? ["b"] : []);
  }
});

Deno.test("a place that cannot be edited without guessing is refused", () => {
  const cases: readonly [string, ConfigPath, ConfigValue, string, string][] = [
    ["a: !!set {x, y}\n", ["a", "z"], "v", "unsupported", "of type"],
    ["a: !own {x: 1}\n", ["a", "x"], "v", "unsupported", "of type"],
    ["a: &n 1\nb: *n\n", ["a"], "v", "unsupported", "anchor"],
    ["a: &n 1\nb: *n\n", ["b"], "v", "unsupported", "an alias stands at b"],
    ["a: &n [&m {x: 1}]\nb: *m\n", ["a"], "v", "unsupported", "anchor"],
    ["l:\n- <<: &m {name: A}\n", ["l", { name: "A" }, "k"], "v", "unsupported", "merge"],
    ["n: &n A\nl:\n- name: *n\n", ["l", { name: "A" }, "k"], "v", "unsupported", "alias"],
    ["a: [b: 1]\n", ["a", 0, "c"], "v", "unsupported", "braces"],
    ["a:\n  ? b\n", ["a", "b"], "v", "unsupported", "colon"],
    ["a:\tx\n", ["a"], ["v"], "unsupported", "tab"],
    ["a: x\n \t\nb: 1\n", ["a"], "http://x", "unsupported", "tabs follow"],
    ["l:\n- t: |\n    x", ["l", { name: "A" }, "k"], "v", "unsupported", "block scalar"],
    ["a: 1\n", ["<<"], "v", "unsupported", "merge"],
    ["a: 1\n", ["b"], "\uD800", "unsupported", "surrogate"],
    ["a: 1\n", ["b"], new OpaqueScalar("alias", "x"), "unsupported", "alias"],
    ["a: 1\n", ["k".repeat(2000)], "v", "unsupported", "too long"],
  ];
  for (const [text, path, value, code, part] of cases) refuses(text, path, value, code, part);
});

Deno.test("created lists what is missing, and not a key that stood there without a value", () => {
  const created = (text: string, path: ConfigPath) => parse(text).put(path, "v").created;
  assert.deepEqual(created("x: 1\n", ["a"]), []);
  assert.deepEqual(created("x: 1\n", ["a", "b", "c"]), [["a"], ["a", "b"]]);
  assert.deepEqual(created("a:\n", ["a", "b", "c"]), [["a", "b"]]);
  assert.deepEqual(created("", ["l", { n: "x" }, "k"]), [["l"], ["l", { n: "x" }]]);
  assert.deepEqual(created("l:\n- n: y\n", ["l", { n: "x" }, "k"]), [["l", { n: "x" }]]);
});

Deno.test("put says where the value is in the new text, and find where it stands", () => {
  for (const text of ["", "a: 1\n", "{a: 1}\n", "a: 1", "l: [{n: y}]\n", "l:\n  - n: y\n"]) {
    for (const path of [["z"], ["y", "z"], ["l", { n: "x" }, "k"]]) {
      const document = parse(text);
      const put = document.put(path, "http://x");
      assert.equal(put.insert.slice(put.value.start, put.value.end), '"http://x"', text);
      const after = applySplice(text, put);
      const span = parse(after).find(path)?.span;
      assert.equal(span?.start, put.offset + put.value.start);
      assert.equal(span?.end, put.offset + put.value.end);
    }
  }
  assert.deepEqual(parse("a:   # x\n").find(["a"]), { value: null, span: { start: 2, end: 2 } });
  assert.equal(parse("a: 1\n").find(["b"]), undefined);
});

Deno.test("a removal leaves nothing of an anchor behind that is still needed", () => {
  assert.throws(() => parse("a: &n 1\nb: *n\n").drop(["a"]), { code: "unsupported" });
  assert.equal(applySplice("a: &n 1\nb: 2\n", parse("a: &n 1\nb: 2\n").drop(["a"])), "b: 2\n");
  assert.deepEqual(parse("a: 1\n").drop(["b"]), { offset: 0, remove: "", insert: "" });
});

Deno.test("a removal slides no text into a block scalar", () => {
  const text = "a: |\n  x\nb: 1\n  # deep\nc: 2\n";
  // A comment that would slide in moves to the left.
  assert.equal(applySplice(text, parse(text).drop(["b"])), "a: |\n  x\n# deep\nc: 2\n");
  // A blank line that the scalar would keep as its own goes along.
  const kept = "a: |+\n  x\nb: 1\n\nc: 2\n";
  assert.equal(applySplice(kept, parse(kept).drop(["b"])), "a: |+\n  x\nc: 2\n");
});

Deno.test("edits beside block scalars leave their lines alone", () => {
  const put = (text: string, path: ConfigPath) => applySplice(text, parse(text).put(path, "v"));
  const drop = (text: string, path: ConfigPath) => applySplice(text, parse(text).drop(path));
  // Blanks beyond the indentation are text, and so are blank lines where `+` keeps them.
  const spaces = "m:\n  a: |\n    x\n      \n";
  assert.equal(put(spaces + "z: 1\n", ["m", "b"]), spaces + "  b: v\nz: 1\n");
  const kept = "m:\n  a: |+\n    x\n\n";
  assert.equal(put(kept + "z: 1\n", ["m", "b"]), kept + "  b: v\nz: 1\n");
  const clipped = "m:\n  a: |\n    x\n";
  assert.equal(put(clipped + "\nz: 1\n", ["m", "b"]), clipped + "  b: v\n\nz: 1\n");
  assert.equal(put("a: |2-\n    x\n\nb: 1\n", ["a"]), "a: v\n\nb: 1\n");
  // Without its last line break the scalar would be another one for Go and Python.
  assert.equal(drop("a: |\n  x\nb: 1", ["b"]), "a: |\n  x\n");
  assert.equal(drop("a: x\nb: 1", ["b"]), "a: x");
});

Deno.test("a key without a value in braces stays one for every reader", () => {
  assert.equal(applySplice("{a:}\n", parse("{a:}\n").put(["b"], "v")), "{a: , b: v}\n");
  assert.equal(applySplice("{a}\n", parse("{a}\n").put(["a"], "v")), "{a: v}\n");
});

Deno.test("an explicit key is followed by another, except behind a byte order mark", () => {
  const put = (text: string) => applySplice(text, parse(text).put(["b"], "v"));
  assert.equal(put("? a\n: 1\n"), "? a\n: 1\nb: v\n");
  assert.equal(put("# c\n? a\n: 1\n"), "# c\n? a\n: 1\nb: v\n");
  assert.throws(() => put("\uFEFF? a\n: 1\n"), { code: "unsupported" });
});

Deno.test("a document that would keep only its tag is not emptied", () => {
  assert.throws(() => parse("--- !!map\na: 1\n").drop(["a"]), { code: "unsupported" });
});

Deno.test("what readers drop, refuse or take for a line break is escaped", () => {
  assert.equal(
    writeValue("\x7f\u0085\u2028\uFEFF\uFFFE\uFFFF\u{1F511}", { quote: "'", always: false }),
    '"\\u007f\\u0085\\u2028\\ufeff\\ufffe\\uffff\u{1F511}"',
  );
});

Deno.test("every string is read back, by a second parser too", () => {
  const quoting = [PLAIN, { quote: "'", always: true }, { quote: '"', always: true }] as const;
  const strings = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.constantFrom("no", "1e3", "e1", "=", "<<", "12:30", "0x1", "a: b", "a #b", "- a", "~", ""),
    fc.constantFrom("\x00", "\x7f", "\u0085", "\u2028", "\uFEFF", "\uFFFE", "\t", "a\r\nb", "'"),
  );
  fc.assert(
    fc.property(strings, fc.constantFrom(...quoting), fc.boolean(), (text, style, flow) => {
      const written = writeValue(text, style);
      const source = flow
        ? `{k: [${written}, ${written}]}\n`
        : `k:\n  - ${written}\n  - ${written}\n`;
      assert.ok(sameValue(rootOf(parse(source)).k, [text, text]), source);
      assert.deepEqual(parseDocument(source).toJS(), { k: [text, text] });
      assert.ok(!written.includes("\n"));
    }),
    { seed: 20261124, numRuns: 600 },
  );
  for (const word of ["y", "No", "TRUE", "null", "e5", "1a", "a b", "-a", "a-", "a:b", ".nan"]) {
    assert.equal(isPlainSafe(word), false, word);
  }
});

Deno.test("every number is read back as what it is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.bigInt(), fc.integer()), (number) => {
      assert.ok(sameValue(rootOf(parse(`k: ${writeValue(number, PLAIN)}\n`)).k, number));
    }),
    { seed: 20261124, numRuns: 300 },
  );
});

/** Random documents as text, with the shapes that people write. */
const scalars = fc.constantFrom("1", "x", "'q'", '"d"', "~", "", "true", "1.5", "&n v", "|\n  B\n");
const documents = fc.array(
  fc.record({
    shape: fc.constantFrom("scalar", "map", "list", "maps", "flow", "flowlist", "deep"),
    value: scalars,
    comment: fc.constantFrom("", " # c", " # c\n# d", "\n"),
  }),
  { maxLength: 6 },
).map((parts) => parts.map(render).join(""));

function render(
  { shape, value, comment }: { shape: string; value: string; comment: string },
  index: number,
): string {
  const key = `k${index}`;
  const plain = value.includes("\n") || value.startsWith("&") ? "p" : value;
  const inline = plain === "" ? "w" : plain;
  switch (shape) {
    case "scalar":
      return value.endsWith("\n") ? `${key}: ${value}` : `${key}: ${value}${comment}\n`;
    case "map":
      return `${key}:${comment}\n    a: ${plain}\n    b: 2${comment}\n`;
    case "list":
      return `${key}:\n- ${plain}${comment}\n- z\n`;
    case "maps":
      return `${key}:\n  - name: n${index}${comment}\n    b: ${plain}\n  - name: o\n`;
    case "flow":
      return `${key}: {a: ${inline}, b: [1, 2]}${comment}\n`;
    case "flowlist":
      return `${key}: [{name: o}, ${inline}]${comment}\n`;
    default:
      return `${key}:\n    a:\n        b:\n            c: ${plain}${comment}\n`;
  }
}

const variants: Record<string, (text: string) => string> = {
  lf: (text) => text,
  crlf: (text) => text.replaceAll("\n", "\r\n"),
  noeol: (text) => text.replace(/\n$/, ""),
  bom: (text) => "\uFEFF" + text,
};

Deno.test("the laws of edits hold on random documents", () => {
  const key = fc.constantFrom("k0", "k1", "k2", "k3", "new", "a", "b", "name");
  const step = fc.oneof(key, fc.constantFrom({ name: "o" }, { name: "new" }, 0));
  const paths = fc.tuple(fc.array(step, { maxLength: 3 }), key).map((
    [head, last],
  ) => [...head, last]);
  const values = fc.constantFrom<ConfigValue>("v", "http://x", 3n, true, null, ["a", 1n], 0.5);
  let edits = 0;
  fc.assert(
    fc.property(
      documents,
      fc.constantFrom(...Object.keys(variants)),
      paths,
      values,
      (base, variant, path, value) => {
        const text = variants[variant]?.(base) ?? base;
        if (edit(text, path, value)) edits++;
      },
    ),
    { seed: 20261124, numRuns: 3000 },
  );
  assert.ok(edits > 1000, `only ${edits} edits were made`);
});

/** Whether the edit was made; every law is checked on it. */
function edit(text: string, path: ConfigPath, value: ConfigValue): boolean {
  const document = parse(text);
  let put;
  try {
    put = document.put(path, value);
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError, String(error));
    assert.ok(error.code === "shape" || error.code === "unsupported", error.code);
    return false;
  }
  const after = applySplice(text, put);
  const context = `${JSON.stringify(text)} -> ${JSON.stringify(after)}`;
  const expected = copyOf(document.value);
  setAt(expected, path, value);
  const changed = parse(after);
  assert.ok(sameValue(changed.value, expected), context);
  assert.equal(applySplice(after, invert(put)), text);
  const again = changed.put(path, value);
  assert.equal(again.insert + again.remove, "", context);
  if (resolve(document.value, path).missing.length > 0) assertOneRun(text, after, context);
  assert.equal(parseDocument(after).errors.length, 0, context);

  let splice;
  try {
    splice = changed.drop(path);
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError && error.code === "unsupported", String(error));
    return true;
  }
  const dropped = applySplice(after, splice);
  removeAt(expected, resolve(expected, path).found);
  assert.ok(sameValue(parse(dropped).value, expected), `${context} -> ${JSON.stringify(dropped)}`);
  // A removal keeps every comment, whatever line it ends up on.
  const comments = (source: string) => source.match(/# [cd]/g)?.length ?? 0;
  assert.equal(comments(dropped), comments(after), `${context} -> ${JSON.stringify(dropped)}`);
  return true;
}

/** An insertion is one run of new events; at most an empty value gives way to it. */
function assertOneRun(before: string, after: string, context: string): void {
  const [a, b] = [eventTexts(before), eventTexts(after)];
  let head = 0;
  while (head < a.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  assert.ok(a.length - head - tail <= 1, context);
}

function eventTexts(text: string): string[] {
  return parseEvents(text, {}).map((event) => {
    const cut = (start: number, end: number) => start < 0 ? "" : text.slice(start, end).trimEnd();
    if (!("anchorStart" in event)) return String(event.type);
    const anchor = cut(event.anchorStart, event.anchorEnd);
    const content = "valueStart" in event ? cut(event.valueStart, event.valueEnd) : "";
    const style = "style" in event ? event.style : 0;
    return [event.type, style, anchor, content.replaceAll("\r", "")].join("|");
  });
}

function refuses(
  text: string,
  path: ConfigPath,
  value: ConfigValue,
  code: string,
  part: string,
): void {
  assert.throws(() => parse(text).put(path, value), (error: unknown) => {
    assert.ok(error instanceof ConfigPatchError, `${text}: ${String(error)}`);
    assert.equal(error.code, code, `${text}: ${error.message}`);
    assert.ok(error.message.includes(part), `${text}: ${error.message}`);
    return true;
  });
}

Deno.test("a message names no alias and no tag: each may be a password that begins so", () => {
  for (const value of ["*SECRET", "!SECRET!x y", "!SECRET[ y", "!SECRET x", "*SECRET x"]) {
    const text = `u: ${value}\n`;
    assert.throws(() => parse(text).put(["u"], "v"), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError, String(error));
      assert.doesNotMatch(`${error.message} ${error.details.remedy}`, /SECRET/, text);
      return true;
    });
    assert.throws(() => parse(text).put(["u", "v"], "v"), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError, String(error));
      assert.doesNotMatch(`${error.message} ${error.details.remedy}`, /SECRET/, text);
      return true;
    });
  }
});
