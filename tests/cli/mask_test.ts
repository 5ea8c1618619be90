/** What is not ours is not shown: frames, diffs and documents. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { diffText } from "../../cli/diff.ts";
import { frameOf } from "../../cli/frame.ts";
import { maskLine, maskValue, piecesOf } from "../../cli/mask.ts";
import { ConfigSyntaxError } from "../../errors.ts";

const shown = (line: string, file = "a.json", ours: readonly string[] = []) =>
  maskLine(line, { file, ours: new Set(ours) });

Deno.test("masking: keys stay, text in quotes and long words go", () => {
  const cases: readonly (readonly [line: string, masked: string, file?: string])[] = [
    ['  "apiKey": "sk-1",', '  "apiKey": "…",'],
    ['{ "a": "b", "c": { "d": "e" } }', '{ "a": "…", "c": { "d": "…" } }'],
    ['["one", "two"]', '["…", "…"]'],
    ['  "n": 12, "t": true, "long": 123456789012', '  "n": 12, "t": true, "long": …'],
    ['"b" 2', '"…" 2'],
    ['"a": "not closed', '"a": …'],
    ["token: ghp_abcdefghijkl", "token: …", "a.yml"],
    ["oauth_token_of_mine: short", "oauth_token_of_mine: short", "a.yml"],
    ["- sk-abcdefghijkl", "- …", "a.yml"],
    ["- name: abcdefghijklmnop # remark", "- name: … # remark", "a.yml"],
    ["  Zm9vYmFyYmF6cXV4Zm9v", "  …", "a.yml"],
    ["Zm9vYmFyYmF6cXV4Zg==", "…", "a.yml"],
    ["url: https://user:abcdefghijkl@host/x", "url: …", "a.yml"],
    ["model_reasoning_effort = 'high'", "model_reasoning_effort = '…'", "a.toml"],
    ['mcp_servers.documentation.url = "x"', 'mcp_servers.documentation.url = "…"', "a.toml"],
    ["[mcp_servers.documentation]", "[mcp_servers.documentation]", "a.toml"],
    ['[projects."/home/me/x"] # c', '[projects."/home/me/x"] # c', "a.toml"],
    ["[abcdefghijklmnop]", "[…]", "a.yml"],
    ['a = { long_key_of_mine = "x", b = 1 }', 'a = { long_key_of_mine = "…", b = 1 }', "a.toml"],
    ["API_KEY=abcdefghijklmnop", "API_KEY=…", ".env"],
    ["export ANTHROPIC_API_KEY=abc", "export ANTHROPIC_API_KEY=abc", ".env"],
    ["it's open", "it…", "a.yml"],
    ["", ""],
  ];
  for (const [line, masked, file] of cases) assert.equal(shown(line, file), masked, line);
});

Deno.test("masking: what is ours is shown", () => {
  const ours = ["http://localhost:9419/v1", "MISTRAL_API_KEY"];
  const line = '{ "url": "http://localhost:9419/v1", "key": "MISTRAL_API_KEY", "mine": "x" }';
  assert.equal(shown(line, "a.json", ours), line.replace('"x"', '"…"'));
  assert.equal(shown("key: MISTRAL_API_KEY", "a.yml", ours), "key: MISTRAL_API_KEY");
});

Deno.test("masking: no quoted text and no long word gets through, wherever it stands", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9_-]{12,20}$/);
  const around = fc.constantFrom(
    "",
    " ",
    "- ",
    '"k": ',
    "key: ",
    "key = ",
    "[",
    "{",
    ",",
    "# ",
    "x",
  );
  const after = fc.constantFrom("", " ", ",", "]", "}", " # c", ".", "/", '"', "'");
  fc.assert(fc.property(around, secret, after, fc.boolean(), (before, word, behind, quoted) => {
    const line = before + (quoted ? `"${word}"` : word) + behind;
    const file = "config";
    assert.ok(!maskLine(line, { file, ours: new Set() }).includes(word), line);
  }));
  fc.assert(fc.property(fc.string(), (line) => {
    const pieces = piecesOf(line, { file: "a.toml", ours: new Set() });
    assert.equal(pieces.map((piece) => piece.text).join(""), line);
  }));
});

Deno.test("masking: values keep their shape", () => {
  assert.deepEqual(maskValue(["a", 1n, true, null, 123456789012n]), ["…", 1n, true, null, "…"]);
  assert.deepEqual({ ...maskValue({ a: "x", b: [1.5] }) as object }, { a: "…", b: [1.5] });
});

Deno.test("a frame shows the lines around, and the caret stands right", () => {
  const text = '{\n\t"token": "secret",\n\t"a": "hidden" 2,\n\t"b": 3\n}\n';
  const error = ConfigSyntaxError.at(text, text.indexOf(" 2"), "x").with({ file: "a.json" });
  assert.equal(
    frameOf(error, { showSecrets: false }),
    ` 1 | {
 2 |  "token": "…",
 3 |  "a": "…" 2,
   |          ^
 4 |  "b": 3
 5 | }
`,
  );
  assert.match(frameOf(error, { showSecrets: true }), / 3 \| {2}"a": "hidden" 2,\n {3}\| {15}\^/);
});

Deno.test("a frame of the longest line that there can be is made at once", () => {
  for (const line of ["a.".repeat(200_000), "-".repeat(400_000), '"a" '.repeat(100_000)]) {
    const error = ConfigSyntaxError.at(line, 300_000, "x").with({ file: "a.toml" });
    assert.ok(frameOf(error, { showSecrets: false }).length < 300);
  }
});

Deno.test("masking: a diff shows no line of a value that goes over several lines", () => {
  const secrets = ["hunter2 s3", "pass=wo sk.12", "x: yz"];
  const inner = secrets.join("\n");
  const indented = secrets.map((line) => `  ${line}`).join("\n");
  const texts: readonly (readonly [file: string, text: string])[] = [
    ["a.toml", `k = """\n${inner}\n"""\n`],
    ["a.toml", `k = [1, '''${inner}'''] # it's\n`],
    ["a.yml", `k: "\n${indented}"\n`],
    ["a.yml", `- 'a\n${indented}'\n`],
    ["a.yml", `k: |\n${indented}\n`],
    ["a.yml", `- k: >-\n  ${indented.replaceAll("\n", "\n  ")}\n`],
    ["a.yml", `- !x |2\n${indented}\n`],
    [".env", `A='\n${inner}'\n`],
    [".env", `export A="${inner}"\n`],
  ];
  const style = {
    paint: (_tone: string, text: string) => text,
    ours: new Set<string>(),
    raw: false,
  };
  for (const [file, text] of texts) {
    for (
      const [before, after] of [[`b: 1\n${text}c: 1\n`, "c: 2\n"], ["c: 1\n", `${text}c: 1\n`]]
    ) {
      const diff = diffText({ file, before, after }, style);
      for (const secret of secrets.slice(1)) assert.ok(!diff.includes(secret), `${text}\n${diff}`);
      assert.match(diff, /^[-+]c: 1|^ c: 1/m, `what follows is shown: ${text}\n${diff}`);
    }
  }
});
