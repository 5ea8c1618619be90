/** The dotenv handler: what counts as a name, what is refused, and that all readers agree. */
import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { parse as parseNpm } from "dotenv";
import fc from "fast-check";
import { ConfigPatchError } from "../../errors.ts";
import {
  applySplice,
  type ConfigPath,
  type ConfigValue,
  defaultFormats,
} from "../../formats/mod.ts";
import { dotenvFormat } from "../../formats/dotenv/format.ts";
import { writeValue } from "../../formats/dotenv/text.ts";
import { MAX_NODES, MAX_STRING } from "../../formats/limits.ts";
import { rootOf } from "../support/root.ts";

const { parse } = dotenvFormat;
const put = (text: string, name: string, value: ConfigValue = "v") =>
  applySplice(text, parse(text).put([name], value));
const drop = (text: string, name: string) => applySplice(text, parse(text).drop([name]));

function refused(step: () => unknown, code: string, part: string, line?: number): void {
  assert.throws(step, (error: unknown) => {
    assert.ok(error instanceof ConfigPatchError, String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(part), error.message);
    assert.ok(error.remedy !== undefined, "a remedy");
    if (line !== undefined) assert.equal(error.position?.line, line);
    return true;
  });
}

Deno.test("the file .env is one of this format, and so is prod.env", () => {
  for (const file of [".env", "prod.env", ".ENV"]) {
    assert.equal(defaultFormats.forFile(file)?.name, "dotenv", file);
  }
  assert.equal(defaultFormats.forFile("env"), undefined);
});

Deno.test("values are read as npm's dotenv reads them", () => {
  const text = "A=1\nB = two words # c\nexport C='x # y'\n\tD=\"one\\ntwo\"\nE=`many\nF=text\n`\n" +
    'G=\nH=\'\'\nI=https://x/?a=b#c\nJ=it\'s\nK="say \\"x\\"" # d\n__proto__=p\n';
  const value = rootOf(parse(text));
  const theirs = parseNpm(text);
  assert.deepEqual(Object.keys(value), [..."ABCDEGHIJK", "__proto__"]);
  for (const name of [..."ABCDEGHIJ"]) assert.equal(value[name], theirs[name], name);
  assert.equal(value.__proto__, "p");
});

Deno.test("a name counts wherever a reader takes it for an assignment", () => {
  const forms = ["A=1", "A =1", "A= 1", "export A=1", "  A=1", "A", "export A", "A: 1", "A:1"];
  const odd = [
    "export  A=1",
    "export\tA=1",
    "'A'=1",
    '"A"=1',
    "\u00a0A=1",
    "A\u00a0=1",
    "A=\u00a01",
  ];
  for (const form of [...forms, ...odd]) {
    assert.ok(Object.hasOwn(parse(`${form}\n`).value, "A"), form);
  }
  for (const form of forms.slice(0, 5)) {
    assert.equal(put(`${form}\n`, "A"), `${form.replace("1", "v")}\n`);
  }
  // A second line would be another name to some, and the same to others.
  for (const form of [...forms.slice(5), ...odd]) {
    refused(
      () => put(`${form}\n`, "A"),
      "unsupported",
      /\u00a0/.test(form) ? "no-break space" : "not all readers",
      1,
    );
  }
});

Deno.test("what stands within quotes over several lines is text, and no place for its name", () => {
  for (const quote of ['"', "'", "`"]) {
    const text = `A=${quote}one\nB=two\n# three\n${quote} # four\n`;
    assert.deepEqual(Object.keys(parse(text).value), ["A"]);
    refused(() => put(text, "B"), "unsupported", "for an assignment of B", 2);
    assert.equal(
      put(text, "C"),
      `${text}C=v\n`.replace("=v", quote === "`" ? "=v" : `=${quote}v${quote}`),
    );
  }
});

Deno.test("a name that stands twice is refused where it is ours, and only there", () => {
  const text = "A=1\nB=2\nexport A=3\n";
  assert.equal(rootOf(parse(text)).A, "3");
  refused(() => put(text, "A"), "unsupported", "twice", 3);
  refused(() => drop(text, "A"), "unsupported", "twice", 3);
  refused(() => put("A=1\nA: 2\n", "A"), "unsupported", "twice", 2);
  assert.equal(put(text, "B"), "A=1\nB=v\nexport A=3\n");
  assert.equal(put(text, "C"), "A=1\nB=2\nexport A=3\nC=v\n");
});

Deno.test("a text that readers split in different ways is refused with its place", () => {
  for (
    const [text, part, line] of [
      ['A=1\nB="x\nC=2\n', "not closed", 2],
      ['A="x\ny" z\n', "disagree on where", 1],
      ['A="x\\"\nB=1\n"\n', "disagree on where", 1],
      ["A='x\\'\nB=1'\n", "disagree on where", 1],
      ["A=1\n=x\n", "equals sign", 2],
      ['A=\n"x\nB=1"\n', "takes the next line".replace("takes", "take"), 1],
      ["A:\nB=1\n", "take the next line", 1],
      ["two words=`x\nB=1`\n", "not closed on its line", 1],
      ["A: 'x\nB=1'\n", "not closed on its line", 1],
      ["'x\nB=1'\n", "not closed on its line", 1],
      ["PATH+='C:\\bin\\'\nB='old'\n", "not closed on its line", 1],
      ['\u00e9="x\\"\nB="old"\n', "not closed on its line", 1],
      ['\uFEFF#="\nB=1\n', "not closed on its line", 1],
      ["A=1\rB=2\n", "carriage return", 1],
      ["A=1\n# c\u2028B=2\n", "U+2028", 2],
    ] as const
  ) refused(() => parse(text), part === "not closed" ? "syntax" : "unsupported", part, line);
});

Deno.test("a line that some readers take for the value above it is not ours", () => {
  // Node reads A as "B=1".
  refused(() => put("A= \nB=1\n", "B"), "unsupported", "for the value of the name above");
  refused(() => put("A= \nB=1\n", "A"), "unsupported", "take the next line for the value");
  assert.equal(put("A= \n", "A"), "A=v \n");
  assert.equal(put("X=1\nA= \n", "B"), "X=1\nB=v\nA= \n");
  assert.equal(put("A= \n", "B"), "B=v\nA= \n");
  assert.equal(put("A= \n# c\n", "B"), "A= \n# c\nB=v\n");
});

Deno.test("behind a byte order mark a name gets a line of its own", () => {
  assert.equal(put("\uFEFF", "A"), "\uFEFF\nA=v\n");
  assert.equal(put("\uFEFFA=1\n", "B"), "\uFEFFA=1\nB=v\n");
  refused(() => put("\uFEFFA=1\n", "A"), "unsupported", "byte order mark");
});

Deno.test("an old value goes with nothing else, and a comment stays one", () => {
  assert.equal(put("A=a#b\n", "A"), "A=v #b\n");
  assert.equal(put("A=#b\n", "A"), "A=v #b\n");
  assert.equal(put("A='x' y # c\n", "A"), "A='v'\n");
  assert.equal(put("A=`x`\n", "A"), "A=v\n");
  assert.equal(put("A='x'\n", "A", "it's"), 'A="it\'s"\n');
  assert.equal(drop("A=1 # why\nB=2\n", "A"), "# why\nB=2\n");
  assert.equal(drop('A="1\n2" # why\nB=2\n', "A"), "# why\nB=2\n");
  assert.equal(drop("A=1\r\nB=2", "B"), "A=1");
  assert.equal(drop("  A=1", "A"), "");
});

Deno.test("too many names and too long texts are refused as in every format", () => {
  for (const text of ["A=1\n", "A: 1\n", "A\n", "#\n"]) {
    assert.throws(() => parse(text.repeat(MAX_NODES + 1)), { code: "too-large" }, text);
  }
  const long = "x".repeat(MAX_STRING + 1);
  assert.throws(() => put("", "A", long), { code: "too-large" });
  assert.throws(() => put("", long), { code: "too-large" });
});

Deno.test("only texts under plain names can be put", () => {
  for (const path of [[], ["A", "B"], [{ a: 1 }], ["A", { a: 1 }, "b"], [0]] as ConfigPath[]) {
    refused(() => parse("A=1\n").put(path, "v"), "shape", "");
    assert.equal(parse("A=1\n").find(path), undefined);
  }
  for (const value of [1n, 1, true, null, ["a"], {}]) {
    refused(() => put("A=1\n", "B", value as ConfigValue), "unsupported", "is a text");
  }
  for (const name of ["", "a b", "1A", "A=", "export", "ä"]) {
    refused(() => put("B=1\n", name), "unsupported", "not a name");
  }
});

Deno.test("a value that readers would not all understand is refused", () => {
  const texts: readonly [value: string, text: string | undefined][] = [
    ["", '""'],
    ["http://localhost:9419/v1", "http://localhost:9419/v1"],
    ["a b#c", '"a b#c"'],
    ["it's", '"it\'s"'],
    ["$HOME", "'$HOME'"],
    ['say "x"', "'say \"x\"'"],
    ["C:\\x", "'C:\\x'"],
    ["${HOME}", undefined],
    ["a\\", undefined],
    ["a\\\\b", undefined],
    ["it's $5", undefined],
    ["a\nb", undefined],
    ["\uD800", undefined],
    ["a\u2028", undefined],
  ];
  for (const [value, text] of texts) {
    if (text !== undefined) assert.equal(writeValue(value, { quote: "" }), text);
    else refused(() => writeValue(value, { quote: "" }), "unsupported", "alike");
  }
});

Deno.test("whatever stands in a file, all readers see our value, and no reader a name that we do not", () => {
  const pieces = fc.constantFrom(
    ...["A", "B", "export", "export ", "=", "=", ":", " ", "\t", "\n", "\n", "\n", '"', "'", "`"],
    ...["#", "x", "\\", "\r\n", "\u2028", "\u00a0", "A=1\n", 'B="2"\n', "\uFEFF", "$A", "-", "."],
  );
  const documents = fc.array(pieces, { maxLength: 14 }).map((some) => some.join(""));
  let edits = 0;
  fc.assert(
    fc.property(documents, (text) => {
      const document = attempt(() => parse(text));
      if (document === undefined) return;
      for (const read of READERS) {
        for (const name of Object.keys(read(text))) {
          if (/^\w+$/.test(name)) assert.ok(Object.hasOwn(document.value, name), name);
        }
      }
      for (const name of ["A", "B", "NEW"]) {
        const splice = attempt(() => document.put([name], "v v"));
        if (splice === undefined) continue;
        edits++;
        const after = applySplice(text, splice);
        assert.equal(rootOf(parse(after))[name], "v v");
        for (const read of READERS) assert.equal(read(after)[name], "v v", JSON.stringify(after));
      }
    }),
    { seed: 20261126, numRuns: 4000 },
  );
  assert.ok(edits > 4000, String(edits));
});

/** Deno reads `.env` files as Node 24 does. */
const READERS = [parseNpm, (text: string) => parseEnv(text)] as const;

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}
