/** The laws for every handler, on small samples: the same one line that a plug-in's author writes. */
import assert from "node:assert/strict";
import { iniFormat } from "../../examples/ini_format.ts";
import { type ConfigDocument, defaultFormats, type FormatHandler } from "../../formats/mod.ts";
import { assertFormatLaws, LawBreach } from "../../testing.ts";

const TOML = [
  'model = "x"\n',
  '# top\n\n[features]\nweb = true # yes\n\n\n[tui]\n  theme = "dark"\n',
  '[[providers]]\nname = "mistral"\n\n[[providers]]\nname = "other"\napi_base = "x"\n# end\n',
  'providers = [ { name = "a" }, { name = "b", n = 1 } ]\n',
  'providers = [\n  # first\n  { name = "a" },\n  { name = "b" }, # second\n]\n',
  "a.b.c = 1\na.d = 2\n[x.y.z]\nk = 'v'\n",
  'o = { a = 1, i = { b = "x" } }\n"quoted key" = """\n[no header]\n# no comment\n"""\n',
  "[a]\n[a.b]\n[[a.l]]\n[a.l.sub]\nk = 1979-05-27\n",
  "[ t ] # c\n\tk = [1,\n\t\t2, # two\n\t]\n",
  "empty = []\nempty_table = {}\n[__proto__]\nconstructor = 1\n",
];

const YAML = [
  "git_protocol: ssh  # mine\n# last words\n",
  "---\na: 1\nb:\n    c: 'x'\n    d: \"y\"\n...\n",
  "models:\n  - name: a\n    # about k\n    k: v\n  - name: b\n\nend: true\n",
  "models:\n- name: a\n- name: b\n  o: {x: 1, y: [1, 2]}\n",
  "text: |\n  one\n\n  # no comment\nfolded: >-\n  a\n  b\n",
  "{a: 1, l: [{name: n}, {name: m}], e: {}}\n",
  "hosts:\n    github.com:\n        user: x\n\n        # c\n    gitlab.com:\n        token:\n",
  "base: &b {x: 1}\nuse: *b\nlist: []\n",
  "? explicit\n: value\nnull_one: ~\nempty:\n",
  "last: |\n  no line break follows\n  here",
];

const JSON_SAMPLES = [
  '{ "model": "x" }\n',
  '{\n  "model": "x",\n  "env": {\n    "A": "1"\n  }\n}\n',
  '{"a":1,"b":{"c":[1,2,{"d":null}]}}',
  '{\n  // about a\n  "a": 1, // behind a\n  /* about b */ "b": [],\n}\n',
  '{\n\t"models": [\n\t\t{ "id": "m", "k": 1 },\n\t\t{ "id": "n" }\n\t]\n}\n',
  '{\n    "l": [\n        {\n            "id": "m"\n        }\n    ],\n    "o": {}\n}\n',
  "{\n  // nothing yet\n}\n",
  '// top\n{ "__proto__": { "x": 1.50 }, "e": { /* c */ } } // end\n',
];

const DOTENV = [
  "GEMINI_API_KEY=phantom # mine\n# last words\n",
  "\n# top\nexport A='x'\nexport B='y' # z\n\n",
  "A=1\nKEY=\"one\nB=no name\n\" # key\n  C = 'x'\n",
  "A=a#b\nB=\n__proto__=p\n",
];

const INI = [
  "[core]\neditor = vi\n; mine\n",
  "a=1\n\n[s]\n; c\nb = 2\n[t]\n",
  "; only a comment\n",
  "[a b]\n\tkey   = x\n\n\n[__proto__]\nk=\n",
];

interface Proof {
  readonly samples: readonly string[];
  readonly comment: string;
  readonly invalid: readonly string[];
  /** The only reasons for which an edit of a sample may be declined. */
  readonly reasons: RegExp;
}

const PROOFS: Readonly<Record<string, Proof>> = {
  toml: {
    samples: TOML,
    comment: "#",
    invalid: ["a = \n", "[a\n", "a = 1\na = 2\n"],
    reasons: /^no reason$/,
  },
  yaml: {
    samples: YAML,
    comment: "#",
    invalid: ["a: [\n", "a: 1\na: 2\n", "\ta: 1\n"],
    reasons: /an alias stands at|anchor an alias elsewhere uses/,
  },
  json: {
    samples: JSON_SAMPLES,
    comment: "//",
    invalid: ["{", "[]", "{}x"],
    reasons: /^no reason$/,
  },
  dotenv: {
    samples: DOTENV,
    comment: "#",
    invalid: ['A="1\n', "=1\n", "A:\nB=1\n", "A=1\rB=2"],
    reasons:
      /a \.env file holds no tables|where a (table|list) must be|a value of a \.env file is a text|byte order mark/,
  },
  ini: {
    samples: INI,
    comment: ";",
    invalid: ["nonsense\n", "[s\n"],
    reasons: /no place in an INI file|INI files that all programs read alike/,
  },
};

for (const [name, { samples, comment, invalid, reasons }] of Object.entries(PROOFS)) {
  Deno.test(`${name} obeys the laws`, async () => {
    const handler = await defaultFormats.with(iniFormat).load(name);
    const report = assertFormatLaws(handler, samples, { comment, invalid });
    assert.ok(report.edits > 3 * report.texts && report.userEdits > 10 * samples.length);
    for (const { text, error } of report.refused) assert.match(error.message, reasons, text);
  });
}

Deno.test("a handler that breaks a law is told which, where and how", async () => {
  const json = await defaultFormats.load("json");
  const broken = (
    change: (document: ConfigDocument) => Partial<ConfigDocument>,
  ): FormatHandler => ({
    ...json,
    parse(text, options) {
      const document = json.parse(text, options);
      const { value, find, put, drop } = document;
      const bind = {
        find: find.bind(document),
        put: put.bind(document),
        drop: drop.bind(document),
      };
      return { text, value, ...bind, ...change(document) };
    },
  });
  const breach = (change: Parameters<typeof broken>[0], law: string) =>
    assert.throws(
      () => assertFormatLaws(broken(change), ['{\n  "a": "b" // c\n}\n'], { comment: "//" }),
      (error: unknown) => {
        assert.ok(error instanceof LawBreach, String(error));
        assert.equal(error.law, law, error.message);
        assert.match(error.message, /before: |original: /);
        assert.match(error.message, /edit: \w+/);
        return true;
      },
    );
  // Another value than the one asked for.
  breach((document) => ({ put: (path) => document.put(path, "wrong") }), "PutGet");
  // What stands is written again.
  breach((document) => ({
    put(path, value) {
      const put = document.put(path, value);
      const span = document.find(path)?.span;
      if (put.insert !== "" || span === undefined) return put;
      const same = document.text.slice(span.start, span.end);
      const whole = { start: 0, end: same.length };
      return { offset: span.start, remove: same, insert: same, value: whole, created: [] };
    },
  }), "GetPut");
  // A comment goes with the old value.
  breach((document) => ({
    put(path, value) {
      const put = document.put(path, value);
      const rest = document.text.slice(put.offset + put.remove.length);
      return rest.startsWith(" // c") ? { ...put, remove: put.remove + " // c" } : put;
    },
  }), "Locality");
  // A removal that takes comments along.
  breach((document) => ({
    drop(path) {
      const { offset, remove, insert } = document.drop(path);
      return { offset, remove, insert: insert.replace(/\/\/.*/, "") };
    },
  }), "Comment");
  // A text is accepted that does not parse.
  const lax: FormatHandler = { ...json, parse: (text) => json.parse(text === "{" ? "{}" : text) };
  assert.throws(() => assertFormatLaws(lax, [], { invalid: ["{"] }), /Refusal|offset/);
});
