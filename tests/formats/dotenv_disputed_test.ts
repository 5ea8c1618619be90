/** What one reader of `.env` files takes for text and another one for an assignment. */
import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { parse as parseNpm } from "dotenv";
import { ConfigPatchError } from "../../errors.ts";
import { applySplice } from "../../formats/mod.ts";
import { dotenvFormat } from "../../formats/dotenv/format.ts";
import { checkedHandler } from "../../formats/plug_in.ts";
import { bypassesOf, type Rule } from "../../ownership/bypass.ts";

const { parse } = dotenvFormat;
const RULE: Rule = { path: ["K"], replaced: [], unless: ["", "http://vault"], why: "Because." };

/** The lines at which a rule about K finds it. */
function found(text: string, rule = RULE): (number | undefined)[] {
  const document = parse(text);
  return bypassesOf(rule, ".env", { kind: "text", document }).map((one) => one.position?.line);
}

/** Texts in which some reader finds K with the value `evil`: where, and which reader. */
const FOUND: readonly (readonly [text: string, line: number, reader: string])[] = [
  // What a real Codex was sent past the vault with.
  ["A=`\nK=evil\nB=`\n", 2, "dotenvy, python-dotenv: a backtick is no quote"],
  ["X=a'b\nA='\nK=evil\nB='\n", 3, "dotenvy: a quote in the middle of a value opens a text"],
  ['X=a"b\nA="\nK=evil\nB="\n', 3, "dotenvy"],
  ["junk' line\nA='\nK=evil\nB='\n", 3, "dotenvy: a quote on a line that is none, too"],
  ["export\x85K=evil\n", 1, "dotenvy, python-dotenv: U+0085 is a blank"],
  ["K\x85=evil\n", 1, "dotenvy, python-dotenv"],
  ["\x85K=evil\n", 1, "python-dotenv"],
  ["\x1cK=evil\n", 1, "python-dotenv: U+001C to U+001F are blanks"],
  ["K\x1f=evil\n", 1, "python-dotenv"],
  ["A=1\nexport\x1d K=evil\n", 2, "python-dotenv"],
  // Their relatives.
  ['A="\nK=evil\n"\n', 2, "docker --env-file: there are no quotes"],
  ["A='\r\n  export K=evil\r\n'\r\n", 2, "docker --env-file, without export"],
  ["A=`\n'K'=evil\n`\n", 2, "python-dotenv: a name may stand in quotes"],
  ["A=`\nK: evil\n`\n", 2, "godotenv, Ruby: a colon is a sign"],
  ["A=`\nK\n=evil\n`\n", 2, "npm dotenv, were there no quotes: blanks over lines"],
  ["A='x\x85K=evil'\n", 1, "what reads lines with Python's splitlines"],
  ["A='x\u2028K=evil'\n", 1, "what takes U+2028 for a line break, as JavaScript does"],
  ["A=`\n\u200bK=evil\n`\n", 2, "what strips what nobody sees"],
  ["A='x'K=evil\n", 1, "godotenv: the next name may stand on the same line"],
  ['A="=" export K = evil\n', 1, "godotenv"],
  ["A='x' K=evil\n", 1, "a shell"],
  ["export A=1 K=evil\n", 1, "a shell"],
  ["A=1;K=evil\n", 1, "a shell"],
  ["A=`\nK+=evil\n`\n", 2, "bash"],
  ["K=evil\nK=\n", 1, "dotenvy, as it sets variables: the first one wins"],
  ["K=\nK=evil\n", 1, "all others: the last one wins"],
  ["K= \nevil\n", 1, "Node: a value may stand on the next line"],
  ["K=#evil\n", 1, "python-dotenv: a comment needs a value before it"],
  ["K= # evil\n", 1, "python-dotenv"],
  ["K=http://vault#evil\n", 1, "python-dotenv: and a space"],
  ["K='' evil\n", 1, "whoever does not stop at the quote"],
  ['A="x"K\x85: evil\n', 1, "godotenv: U+0085 is a blank"],
  ["A='x #'y K=evil\n", 1, "a shell: there is no comment within quotes"],
  // In quotes of which some reader may see another end.
  ['X=a"b\nA="K=evil"\n', 2, "godotenv, and a shell: the quote above is still open"],
  ["X='a\\'b'\nA='K=evil'\n", 2, "a shell: a backslash keeps no quote from closing"],
  ['A=""K=evil""\n', 1, "godotenv, and a shell"],
  ["A='x\\' K=evil'\n", 1, "a shell"],
  ['A="`K=evil`"\n', 1, "whoever takes a backtick for a quote"],
  ['A="$((K=1))"\n', 1, "a shell"],
  ['\uFEFFA="K=evil"\n', 1, "whoever takes the byte order mark for no part of a name"],
  ['A: "K=evil"\n', 1, "whoever takes a colon for no sign"],
  ['A = "K=evil"\n', 1, "a shell"],
];

Deno.test("a name counts for a rule wherever a reader finds it, in quotes or not", () => {
  for (const [text, line, reader] of FOUND) assert.deepEqual(found(text), [line], reader + text);
});

Deno.test("a name that no reader finds is none, and a value that is allowed is one to all", () => {
  const none = [
    "# K=evil\n# 'K=evil'\nA='x' # K=evil\nA=1 # K=evil\n",
    "A=`\n# K=evil\n`\n",
    "A='\nKK=evil\nMY_K=evil\nK.x=evil\nK-=1\nk=evil\n'\n",
    "A=`\nK is a name\n`\n",
    "A=xK=evil\nB=x=K\n",
    'A={"K":"evil"}\nB=\'{"K": "evil"}\'\n',
    "K=\n",
    "export K=''\n",
    "K=http://vault # K=evil\n",
    "K=http://vault\nA=`\nB=1\n`\nK=http://vault\n",
    // In quotes that all readers see closed on the line.
    'A="K=evil"\n',
    "A='K=evil'\r\n",
    'ARGS="--build-arg K=$P --build-arg K=${P}" # or K=evil, "K=evil"\n',
    "# it's mine\n\nexport B=x # don't\nC=\nD=a?b=c&d=e#f\nA=\"x; K=evil #\"\n",
  ];
  for (const text of none) assert.deepEqual(found(text), [], text);
});

Deno.test("a rule about all names finds the disputed ones once", () => {
  const rule = { ...RULE, path: ["*"] };
  assert.deepEqual(found("A=`\nK=evil\n`\n", rule), [2, 1]);
  assert.deepEqual(found("K\nB=\n", rule), [1]);
  assert.deepEqual(found("A=`\nK=evil\n`\n", { ...RULE, path: ["K", "x"] }), []);
});

Deno.test("a value is not put where a reader finds its name a second time, and is taken out", () => {
  const elsewhere = FOUND.filter(([text]) => parse(text).find(["K"]) === undefined);
  assert.ok(elsewhere.length > 20, String(elsewhere.length));
  for (const [text, line, reader] of elsewhere) {
    for (const [before, at] of [["", line], ["K=v\n", line + 1]] as const) {
      const refused = (error: unknown) =>
        error instanceof ConfigPatchError && error.code === "unsupported" &&
        error.message === "some readers take this for an assignment of K" &&
        error.position?.line === at && error.remedy !== undefined;
      assert.throws(() => parse(before + text).put(["K"], "v"), refused, before + text + reader);
    }
    // Who takes the vault out again leaves the file as it was.
    assert.equal(applySplice(`K=v\n${text}`, parse(`K=v\n${text}`).drop(["K"])), text);
  }
  const text = "A=`\nB=1\n`\n";
  assert.equal(applySplice(text, parse(text).put(["K"], "v")), `${text}K=v\n`);
});

Deno.test("behind a quote that Node takes for none, a name is not ours", () => {
  const text = "A= \nB='\nC='\n";
  // To Node, A is "B='", and C begins a text.
  assert.deepEqual({ ...parseEnv(`${text}K='v'\n`) }, { A: "B='", C: "\nK='v" });
  assert.equal(parseNpm(`${text}K=v\n`).K, "v");
  assert.equal(applySplice(text, parse(text).put(["K"], "v")), `K='v'\n${text}`);
  assert.throws(() => parse(`${text}K=v\n`).put(["K"], "v"), /for the value of the name above it/);
});

Deno.test("a quote behind a blank that Python alone knows is closed on its line", () => {
  for (const text of ["A=\x1c'x\nB='1'\n", "A=1\n\x1c'x\nB='1'\n", "A.=\x85'x\nB='1'\n"]) {
    assert.throws(() => parse(text), /this quote is not closed on its line/, text);
  }
  assert.ok(Object.hasOwn(parse("A=\x1c'x'\n").value, "A"));
});

Deno.test("`export` can be a name that stands alone, and the file is read all the same", () => {
  for (const text of ["K=evil\nexport \n", "K=evil\nexport # c\n"]) {
    assert.deepEqual(found(text), [1]);
    assert.ok(Object.hasOwn(parse(text).value, "export"));
  }
});

Deno.test("a long text costs time in proportion to its length", () => {
  for (const unit of [" ", "\n", "'", "a ", "K\n", "export ", '" ', "A='\n", "\x85", "a-"]) {
    const text = `A=1\n${unit.repeat(200_000 / unit.length)}\n`;
    try {
      parse(text).disputed?.get("K");
    } catch (error) {
      assert.ok(error instanceof ConfigPatchError, unit);
    }
  }
});

Deno.test("a plug-in's disputed names count as well", () => {
  const handler = checkedHandler(dotenvFormat);
  assert.deepEqual([...handler.parse("A=`\nK=evil\n`\n").disputed ?? []], [["K", 4]]);
});

Deno.test("many variables in a line cost what the line costs", () => {
  const variables = "$abcdefghijklmnop".repeat(1000);
  for (const line of [`A=x${variables}(`, `A="x${variables}"; export A`]) {
    assert.equal(dotenvFormat.parse(`${line}\n`).text.length, line.length + 1);
  }
});
