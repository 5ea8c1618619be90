/** Our parser of TOML positions finds each thing where `toml-eslint-parser` finds it. */
import assert from "node:assert/strict";
import { tomlFormat } from "../../formats/toml/format.ts";
import fc from "fast-check";
import { type AST, parseTOML } from "toml-eslint-parser";
import { parseSyntax } from "../../formats/toml/parser.ts";
import type { Content, Pair, Syntax } from "../../formats/toml/syntax.ts";
import { valueOf } from "../../formats/toml/value.ts";
import { tomlDocuments } from "../laws/generate/toml.ts";

/** The syntax as the other parser gives it. */
function secondOpinion(text: string): Syntax {
  // A `0` right at the end of a text gets an empty range from it, hence the newline.
  const ended = text.endsWith("\n") ? text : `${text}\n`;
  const { body: [{ body }], comments } = parseTOML(ended, { tomlVersion: "1.1" });
  const isPair = (node: AST.TOMLKeyValue | AST.TOMLTable) => node.type === "TOMLKeyValue";
  return {
    pairs: body.filter((node) => isPair(node)).map((node) => pairOf(node as AST.TOMLKeyValue)),
    tables: body.filter((node) => !isPair(node)).map((node) => {
      const table = node as AST.TOMLTable;
      const bracket = text.indexOf("]", table.key.range[1]);
      return {
        type: "TOMLTable",
        range: [table.range[0], bracket + (table.kind === "array" ? 2 : 1)],
        resolvedKey: table.resolvedKey,
        body: table.body.map(pairOf),
      };
    }),
    comments: comments.map(({ range }) => ({ range })),
  };
}

function pairOf({ type, range, key, value }: AST.TOMLKeyValue): Pair {
  const keys = key.keys.map((part) =>
    part.type === "TOMLBare"
      ? { type: part.type, range: part.range, name: part.name }
      : { type: part.type, range: part.range, value: part.value }
  );
  return { type, range, key: { range: key.range, keys }, value: contentOf(value) };
}

function contentOf(node: AST.TOMLContentNode): Content {
  const { range } = node;
  switch (node.type) {
    case "TOMLArray":
      return { type: node.type, range, elements: node.elements.map(contentOf) };
    case "TOMLInlineTable":
      return { type: node.type, range, body: node.body.map(pairOf) };
  }
  return node.kind === "string"
    ? { type: node.type, kind: "string", style: node.style, multiline: node.multiline, range }
    : { type: node.type, kind: "other", range };
}

const ODD = [
  "",
  "\n",
  " \t\r\n",
  "# only\r\n#\n",
  "a=0",
  "a = 0 # c",
  "a = 1979-05-27 07:32:00 # c\nb = 1979-05-27 # d\nc = [1979-05-27 07:32:00.5,07:32:00]\n",
  "d = 1979-05-27 07:32:00+01:00\ne = { f = 1979-05-27 07:32:00Z }\n",
  "a = \"\"\nb = ''\nc = \"\"\"\"\"\"\nd = ''''''\ne = \"\"\"a\"\"\"\"\"\nf = '''a'''''\n",
  'a = """\\"""" # c\nb = """\\\\"""\nc = "\\\\" # d\n',
  '"" = 1\n\'k\'.a = 2\n["x y"."\\u00e9\\t\\"\\\\"]\n\'a"b\' . "c\'d".e\t=\t"x"\n',
  '"\\x41\\e" = 1\n"\\U0001F388" = 2\n',
  "[ a . b ]  # c\nx = 1\r\n\t[[ c ]]\r\n[[c . d]]\n[c.e]\n[[c]]\n[[c.d]]\n[[c.d]]\n[c.d.x]\n",
  "[[a.b]]\n[a.c]\n[[a.b]]\n[[a.b.d]]\n[a.b.d.e.f]\n",
  "a = [ # c\n  1, # d\n  [ ], {}, { x = [ 1 ] , y.z = 2 }\n  # e\n]\n",
  "a = {\n b = 1, # c\n c = 2,\n}\n",
  "a.b.c = 1\na.b.d = 2\na.e = 3\n[f]\ng.h = +1_0\ni = 0xdead\nj = -inf\nk = true\n",
  'a = ["x", "y]", \'#\', """\n]#"""]\n',
  "1.2 = 3\n1979-05-27 = true\ninf = nan\n",
  "a = 1\r\n\r\n# c\r\nb = '''\r\nx\r\n'''\r\n",
  "a = '\u00e9\u{1f388}' # \u{1f388}\nb = 1\n",
];

Deno.test("everything in an odd TOML text is found where it is", () => {
  for (const text of ODD) {
    valueOf(text);
    assert.deepEqual(parseSyntax(text), secondOpinion(text), text);
  }
});

Deno.test("everything in a random TOML text is found where it is", () => {
  let read = 0;
  fc.assert(
    fc.property(tomlDocuments.document, (document) => {
      const text = String(document);
      try {
        valueOf(text);
      } catch {
        return;
      }
      const plain = text.replace(/^\uFEFF/, "");
      assert.deepEqual(parseSyntax(plain), secondOpinion(plain));
      read++;
    }),
    { seed: 20261126, numRuns: 2000 },
  );
  assert(read > 1500, `only ${read} were valid`);
});

Deno.test("what TOML does not have is given up with its place, and does not hang", () => {
  for (
    const text of ["a", "a = ", 'a = "x', "a = [1", "a = {b = 1", "[a", "[[a]", "= 1", "a = '''x"]
  ) {
    assert.throws(() => parseSyntax(text), { code: "unsupported" }, text);
  }
});

Deno.test("what TOML 1.1 added is read, as Codex 0.169 reads it", () => {
  const added = [
    'a = "\\e[1m\\x41"\n',
    "a = {\n  b = 1, # c\n}\n",
    "a = 12:30\n",
    "a = 1979-05-27 07:32\n",
  ];
  for (const text of added) assert.ok(Object.hasOwn(tomlFormat.parse(text).value, "a"), text);
});
