/**
 * Size and depth: whatever stands in a file, an edit of it works and can be taken back, or ends in an
 * error that says why. Nothing overflows, nothing hangs.
 */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { type ConfigPath, type ConfigValue, defaultFormats } from "../../formats/mod.ts";
import { tableOf } from "../../formats/value.ts";
import { type FilePlan, planFile } from "../../ownership/plan.ts";
import type { WantedPath } from "../../ownership/claims.ts";
import type { Part } from "../../ownership/wanted.ts";

const LEVELS = 10_000;
const LONG = "x".repeat(200_000);
const MEGABYTE = 1_000_000;

/** What came of an edit: the text in between, or the error. */
async function edit(
  format: string,
  text: string,
  path: ConfigPath = ["outer", "key"],
  value: ConfigValue = "ours",
): Promise<string | ConfigPatchError> {
  const handler = await defaultFormats.load(format);
  const run = (from: Partial<FilePlan>, action: Part["action"]): FilePlan => {
    const want = {
      path: path as WantedPath,
      value,
      template: value,
      known: [],
      kind: "set",
    } as const;
    const parts: Part[] = [{ provider: "p", action, wanted: [want] }];
    return planFile({ handler, strict: false, text: from.text, state: from.state, parts });
  };
  let applied: FilePlan;
  try {
    applied = run({ text }, "apply");
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError, `${format}: ${String(error)}`);
    assert.ok(error.message.length < 500, "a message that nobody can read");
    return error;
  }
  assert.equal(run(applied, "disable").text, text, `${format}: not the original bytes`);
  return applied.text ?? "";
}

async function works(format: string, text: string, path?: ConfigPath, value?: ConfigValue) {
  const outcome = await edit(format, text, path, value);
  assert.equal(typeof outcome, "string", `${format}: ${String(outcome)}`);
}

async function refused(
  why: RegExp,
  format: string,
  text: string,
  path?: ConfigPath,
  value?: ConfigValue,
) {
  const outcome = await edit(format, text, path, value);
  assert.ok(outcome instanceof ConfigPatchError, `${format}: this was edited`);
  assert.match(outcome.message, why);
}

const many = (count: number, line: (i: number) => string, between = "") =>
  Array.from({ length: count }, (_, i) => line(i)).join(between);

/** Texts of one format with this many levels. */
const DEEP: Readonly<Record<string, (levels: number) => string[]>> = {
  toml: (n) => [
    `a = ${"[".repeat(n)}${"]".repeat(n)}\n`,
    `a = ${"{ a = ".repeat(n)}1${" }".repeat(n)}\n`,
    `${many(n, () => "a", ".")} = 1\n`,
    `[${many(n, () => "a", ".")}]\nb = 1\n`,
    `[[${many(n, () => "a", ".")}]]\nb = 1\n`,
    `a = ${"[".repeat(n)}\n`,
  ],
  yaml: (n) => [
    `a: ${"[".repeat(n)}${"]".repeat(n)}\n`,
    `a: ${"{a: ".repeat(n)}1${"}".repeat(n)}\n`,
    `${many(Math.min(n, 3000), (i) => `${" ".repeat(i)}a:\n`)}`,
    `a:\n${"- ".repeat(n)}x\n`,
    `${"? ".repeat(n)}x\n`,
    `a: ${"[".repeat(n)}\n`,
  ],
  json: (n) => [
    `{"a": ${"[".repeat(n)}${"]".repeat(n)}}\n`,
    `${'{"a": '.repeat(n)}1${"}".repeat(n)}\n`,
    `{ // c\n"a": ${"[ /* c */".repeat(n)}${"]".repeat(n)}}\n`,
    `{"a": ${"[".repeat(n)}\n`,
  ],
};

for (const [format, texts] of Object.entries(DEEP)) {
  Deno.test(`${format}: ten thousand levels are refused with a reason, fifty are edited`, async () => {
    for (const text of texts(LEVELS)) {
      await refused(/level|deep|nest|large|not TOML|must stand|end of the/, format, text);
    }
    for (const text of texts(50).slice(0, -1)) await works(format, text);
  });

  Deno.test(`${format}: a value or a path of ten thousand levels is refused`, async () => {
    const blank = format === "json"
      ? "{}\n"
      : "a = 1\n".replace(" =", format === "yaml" ? ":" : " =");
    const deep = (levels: number, wrap: (value: ConfigValue) => ConfigValue) => {
      let value: ConfigValue = 1n;
      for (let i = 0; i < levels; i++) value = wrap(value);
      return value;
    };
    for (
      const wrap of [
        (value: ConfigValue): ConfigValue => [value],
        (value: ConfigValue): ConfigValue => [tableOf([["k", value]])],
      ]
    ) {
      await works(format, blank, ["outer"], deep(30, wrap));
      await refused(/level|deep|nest/, format, blank, ["outer"], deep(LEVELS, wrap));
    }
    await works(format, blank, many(50, () => "k", " ").split(" "));
    await refused(/level|deep|nest/, format, blank, many(LEVELS, () => "k", " ").split(" "));
  });
}

/** Texts of one format with something very long in them. */
const LENGTHY: Readonly<Record<string, readonly string[]>> = {
  toml: [
    `a = "${LONG}"\n`,
    `a = '''\n${LONG}'''\n`,
    `${LONG} = 1\n`,
    `"${LONG}" = 1\n`,
    `[${LONG}]\na = 1\n`,
    `[[${LONG}]]\na = 1\n`,
    `a = { ${LONG} = 1 }\n`,
    `a = 1 # ${LONG}\n`,
    `a = 1${" ".repeat(200_000)}\n[b]\n`,
    `a = 1\n${"\n".repeat(200_000)}[b]\n`,
    `a = [${"1,".repeat(100_000)}]\n`,
  ],
  yaml: [
    `a: ${LONG}\n`,
    `a: "${LONG}"\n`,
    `a: '${LONG}'\n`,
    `a: |\n  ${LONG}\n`,
    `a: >\n${"  x\n".repeat(50_000)}`,
    `a: ${"x\n ".repeat(50_000)}\n`,
    `? ${LONG}\n: 1\n`,
    `a: 1 # ${LONG}\n`,
    `a: &${LONG} 1\nb: *${LONG}\n`,
    `a: 1${" ".repeat(200_000)}\nb: 1\n`,
    `a: 1\n${"\n".repeat(200_000)}b: 1\n`,
    `a: [${"1,".repeat(100_000)}]\n`,
    `a: {${many(20_000, (i) => `k${i}: 1`, ", ")}}\n`,
  ],
  json: [
    `{"a": "${LONG}"}\n`,
    `{"${LONG}": 1}\n`,
    `{"a": {"${LONG}": 1}} // c\n`,
    `{"a": 1 /* ${LONG} */}\n`,
    `{"a": 1${" ".repeat(200_000)}, // c\n"b": 1}\n`,
    `{"a": 1${"\n".repeat(200_000)}}\n`,
    `{"a": [${"1,".repeat(100_000)}]}\n`,
    `{"a": "${"\\u0061\\n".repeat(50_000)}"}\n`,
  ],
};

for (const [format, texts] of Object.entries(LENGTHY)) {
  Deno.test(`${format}: something very long is edited around, or refused with a reason`, async () => {
    for (const text of texts) {
      const outcome = await edit(format, text);
      if (typeof outcome !== "string") {
        assert.match(outcome.message, /too large|too long|more than/);
      }
    }
  });

  Deno.test(`${format}: a very long value or key is put and taken back, or refused with a reason`, async () => {
    const blank = { toml: "a = 1\n", yaml: "a: 1\n", json: '{"a": 1}\n' }[format] ?? "";
    for (
      const [path, value] of [
        [["outer", "key"], LONG],
        [["outer", "key"], "\n\u0085'\"".repeat(50_000)],
        [["a"], LONG],
        [[LONG], "x"],
        [["outer", LONG], "x"],
        [["list", { name: LONG }, "key"], "x"],
        [["list", { [LONG]: "name" }, "key"], "x"],
      ] as const
    ) {
      const outcome = await edit(format, blank, path, value);
      if (typeof outcome !== "string") {
        assert.match(outcome.message, /too large|too long|more than/);
      }
    }
  });
}

Deno.test("a value of the user that is too long to remember is refused, not lost", async () => {
  for (const [format, texts] of Object.entries(LENGTHY)) {
    await refused(/too long|too large/, format, texts[0] ?? "", ["a"], "ours");
  }
});

Deno.test("aliases that would expand to gigabytes cost what their text costs", async () => {
  const names = many(40, (i) => String.fromCharCode(97 + i % 26) + i, " ").split(" ");
  const bomb = (open: string, close: string, item: (name: string) => string) =>
    names.map((name, i) => {
      const inner = i === 0 ? "x" : many(9, () => item(names[i - 1] ?? ""), ", ");
      return i === 0 ? `${name}: &${name} x\n` : `${name}: &${name} ${open}${inner}${close}\n`;
    }).join("");
  await works("yaml", bomb("[", "]", (name) => `*${name}`));
  await works("yaml", bomb("[", "]", (name) => `{<<: *${name}}`));
  await works(
    "yaml",
    bomb("{", "}", (name) => `k${Math.random().toString(36).slice(2)}: *${name}`),
  );
  await works(
    "yaml",
    `${names.map((name) => `${name}: &x [*x]`).slice(0, 0).join("")}a: &a [1]\nb: *a\n`,
  );
});

Deno.test("keys within keys cost what their text costs", async () => {
  await works("yaml", `${"? ".repeat(90)}x\n`);
  await works("yaml", `? {${"? {".repeat(40)}a: 1${"}".repeat(41)}\n`);
});

/** Texts of one format of about this many characters, of many small things. */
const LARGE: Readonly<Record<string, (size: number) => readonly string[]>> = {
  toml: (size) => [
    many(size / 20, (i) => `key_${i} = "x"${i % 5 ? "" : " # c"}\n`),
    many(size / 30, (i) => `[table_${i}]\nkey = 1\n\n`),
    many(size / 30, (i) => `[[list]]\nname = "n${i}"\n\n`),
    many(size / 17, (i) => `# comment ${i}\n`),
    `list = [\n${many(size / 24, (i) => `  { name = "n${i}" },\n`)}]\n`,
    many(size / 20, (i) => `a.b.key_${i} = 1\n`),
  ],
  yaml: (size) => [
    many(size / 18, (i) => `key_${i}: "x"${i % 5 ? "" : " # c"}\n`),
    `list:\n${many(size / 25, (i) => `  - name: n${i}\n    k: 1\n`)}`,
    many(size / 17, (i) => `# comment ${i}\n`) + "a: 1\n",
    `{${many(size / 15, (i) => `key_${i}: x`, ", ")}}\n`,
    many(size / 34, (i) => `k${i}: &a${i} x\nl${i}: *a${i}\n`),
    many(size / 26, (i) => `k${i}: |\n  text\n  text\n`),
  ],
  json: (size) => [
    `{\n${many(size / 20, (i) => `  "key_${i}": "x"`, ",\n")}\n}\n`,
    `{\n${many(size / 25, (i) => `  "key_${i}": "x", // c\n`)}}\n`,
    `{"list": [\n${many(size / 22, (i) => `  {"name": "n${i}"}`, ",\n")}\n]}\n`,
    `{${many(size / 21, (i) => `/* comment ${i} */\n`)}}\n`,
  ],
};

for (const [format, texts] of Object.entries(LARGE)) {
  Deno.test(`${format}: a megabyte is edited and taken back`, async () => {
    // One of full size; the others would only take longer.
    for (const text of [...texts(MEGABYTE).slice(0, 1), ...texts(MEGABYTE / 5).slice(1)]) {
      assert.ok(text.length > MEGABYTE / 8, String(text.length));
      await works(format, text);
      await works(format, text, ["list", { name: "ours" }, "key"]);
    }
  });
}
