/** Curly quotes, as word processors and chats write them, in place of straight ones. */
import assert from "node:assert/strict";
import { ConfigSyntaxError, defaultFormats } from "../../mod.ts";

Deno.test("a curly quote for a straight one is named, in every format and in every place", async () => {
  const SURE = "stands where a straight one must";
  const PERHAPS = "stands here for a straight one";
  for (
    const [format, text, part, line, column] of [
      ["toml", "a = \u201Cx\u201D\n", SURE, 1, 5],
      ["toml", "\u201Ca\u201D = 1\n", SURE, 1, 1],
      ["toml", "a = \u2018x\u2019\n", SURE, 1, 5],
      ["toml", 'a = "x\u201D\nb = 1\n', PERHAPS, 1, 7],
      ["toml", 'a = ["x\u201D, "y"]\n', PERHAPS, 1, 8],
      ["json", "{\u201Ca\u201D: 1}", SURE, 1, 2],
      ["json", '{"a": \u201Cx\u201D}', SURE, 1, 7],
      ["json", '{\n"a": "x\u201D,\n"b": 1}', PERHAPS, 2, 8],
      ["json", '{"a\u201D: 1}', PERHAPS, 1, 4],
      ["yaml", 'a: "x\u201D\nb: 1\n', PERHAPS, 1, 6],
      ["yaml", "a: \u201Cx: y\u201D\nb: 1\n", PERHAPS, 1, 4],
      ["yaml", "a: [1, \u201Cx, y\u201D, {z]\n", PERHAPS, 1, 8],
    ] as const
  ) {
    const handler = await defaultFormats.load(format);
    assert.throws(() => handler.parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError, String(error));
      assert.ok(error.message.includes(part), `${text}: ${error.message}`);
      assert.match(error.message, /U\+201[89CD]/);
      assert.match(error.remedy ?? "", /straight quotes/);
      assert.deepEqual(error.position, { line, column }, text);
      return true;
    });
  }
});

Deno.test("a curly quote within a text, or in a comment, is blamed for nothing", async () => {
  for (
    const [format, text] of [
      ["toml", 'a = "it\u2019s" = 1\n'],
      ["toml", "a = = # it\u2019s\n"],
      ["json", '{"a": "\u201Cx\u201D" 1}'],
      ["yaml", 'a: "\u201Cx\u201D": b\n'],
    ] as const
  ) {
    const handler = await defaultFormats.load(format);
    assert.throws(() => handler.parse(text), (error: unknown) => {
      assert.ok(error instanceof ConfigSyntaxError, String(error));
      assert.doesNotMatch(error.message, /curly/);
      return true;
    });
  }
});
