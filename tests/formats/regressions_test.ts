/** What the laws once found: the literal document of each counterexample, and what must come of it. */
import assert from "node:assert/strict";
import { ConfigPatchError, ConfigSyntaxError } from "../../errors.ts";
import { type ConfigPath, type ConfigValue, defaultFormats } from "../../formats/mod.ts";
import { type FilePlan, planFile } from "../../ownership/plan.ts";
import type { WantedPath } from "../../ownership/claims.ts";
import type { Part } from "../../ownership/wanted.ts";
import { disjoint } from "../../testing/edit_laws.ts";

interface Story {
  readonly format: string;
  readonly text: string;
  readonly path: ConfigPath;
  readonly value?: ConfigValue;
  /** What the user makes of the text after apply, as old and new text. */
  readonly user: readonly [string, string];
}

/** Applies, lets the user edit, disables; the text after, or the error. */
async function tell({ format, text, path, value = "ours", user }: Story): Promise<string> {
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
  const { text: applied = "", state } = run({ text }, "apply");
  assert.ok(applied.includes(user[0]), applied);
  const edited = applied.replace(user[0], user[1]);
  return run({ text: edited, state }, "disable").text ?? "";
}

Deno.test("a table that the user wrote above our sub-table does not cost us exactness", async () => {
  const text = await tell({
    format: "toml",
    text: "a = 1\n",
    path: ["outer", "inner", "key"],
    user: ["[outer.inner]", "[outer]\nmine = 1\n\n\n[outer.inner]"],
  });
  assert.equal(text, "a = 1\n\n[outer]\nmine = 1\n\n");
});

Deno.test("a container that we made goes in one piece, comments stay, block scalars too", async () => {
  const story = { format: "yaml", text: "a: >-\n  b\n", path: ["outer", "inner", "key"] };
  for (
    const [from, to, left] of [
      ["outer:\n", "outer:\n  # mine\n", "a: >-\n  b\n# mine\n"],
      ["key: ours\n", "key: ours\n  # mine\n", "a: >-\n  b\n# mine\n"],
      ["key: ours\n", "key: ours\n\n    # mine\n  # too\n", "a: >-\n  b\n# mine\n# too\n"],
    ] as const
  ) assert.equal(await tell({ ...story, user: [from, to] }), left);
});

Deno.test("a block scalar does not come back where it would take in what the user wrote", async () => {
  const story = { format: "yaml", text: "a: |\n  one\n  # text\nb: 1\n", path: ["a"] };
  assert.equal(
    await tell({ ...story, user: ["a: ours\n", "a: ours\n# mine\n"] }),
    "a: |\n  one\n  # text\n# mine\nb: 1\n",
  );
  await assert.rejects(tell({ ...story, user: ["a: ours\n", "a: ours\n  # mine\n"] }), (error) => {
    assert.ok(error instanceof ConfigPatchError && error.code === "unsupported", String(error));
    assert.deepEqual(error.position, { line: 1, column: 8 });
    return true;
  });
});

Deno.test("a block scalar does not come back where a comment would take its last blank line", async () => {
  const story = { format: "yaml", text: "a: |+\n  text\n\nb: 1\n", path: ["a"] };
  assert.equal(
    await tell({ ...story, user: ["b: 1\n", "b: 1\n# mine\n"] }),
    "a: |+\n  text\n\nb: 1\n# mine\n",
  );
  await assert.rejects(tell({ ...story, user: ["a: ours\n", "a: ours # mine\n"] }), {
    code: "unsupported",
  });
});

Deno.test("a text of several lines does not come back where the user has moved our key", async () => {
  const story = { format: "yaml", text: "q:\n a: a\n  b\n", path: ["q", "a"] };
  await assert.rejects(tell({ ...story, user: [" a: ours", "  a: ours"] }), {
    code: "unsupported",
    position: { line: 2, column: 6 },
  });
});

Deno.test("a key behind an entry on the same line is refused: one parser of ours lets it pass", async () => {
  const yaml = await defaultFormats.load("yaml");
  for (
    const text of [
      'a:\n- "u"b: 1\n',
      "x: 1\na:\n- {} b: 1\n",
      "a: &x 1\nc:\n- *x b: 1\n",
      "a:\n- [x] ? b\n: c\n",
      "a:\n- [x] &y b: 1\n",
      "a:\n- [x] !!str b: 1\n",
      "x:\n  a:\n  - 'u'\tb: 1\n",
    ]
  ) {
    assert.throws(() => yaml.parse(text), (error) => {
      assert.ok(error instanceof ConfigSyntaxError, text);
      assert.equal(
        error.position?.line,
        text.split("\n").findIndex((l) => / b|"b|\tb/.test(l)) + 1,
      );
      return true;
    });
  }
  for (
    const [text, keys] of [
      ["\uFEFFa: 1\r\nb: 2\n", 2],
      ["a: 1\n? b\n: 2\n?\tc\n: 3\n&x d: 4\n!!str e: 5\n*x : 6\n: 7\n", 7],
      ["--- {a: 1, b: 2}\n", 2],
      ["a:\n- b: 1\n  c: 2\n- &y\n  d: 1\nz: 1\n", 2],
    ] as const
  ) assert.equal(Object.keys(yaml.parse(text).value).length, keys, text);
});

Deno.test("what we made below a scalar that keeps blank lines goes, with the user's blank line", async () => {
  const story = { format: "yaml", text: "a: |+\n  b\n", path: ["outer", "inner", "key"] };
  assert.equal(
    await tell({ ...story, user: ["key: ours\n", "key: ours\n\n"] }),
    "a: |+\n  b\n",
  );
  assert.equal(
    await tell({ ...story, text: "a: |+\n  b\nc: 1\n", user: ["key: ours\n", "key: ours\n\n"] }),
    "a: |+\n  b\nc: 1\n\n",
  );
  assert.equal(
    await tell({ ...story, user: ["key: ours\n", "key: ours\n\n# mine\n"] }),
    "a: |+\n  b\n# mine\n",
  );
});

Deno.test("taking back leaves no comma behind that nobody wrote, whoever leaves first", async () => {
  const handler = await defaultFormats.load("json");
  const part = (provider: string, action: Part["action"], path: ConfigPath): Part => ({
    provider,
    action,
    wanted: [{
      path: path as WantedPath,
      value: `http://localhost/${provider}`,
      template: "",
      known: [],
      kind: "set",
    }],
  });
  const at = (text: string, provider: string) => {
    const key = `${provider}_url`;
    return text.includes("{\n  }") ? ["a", key] : [key];
  };
  const comment = " // via the vault";
  for (const text of ["// c\n{\n}\n", "{\n}\n", "// c\n{}\n", '// c\n{\n  "a": {\n  }\n}\n']) {
    for (const [first, second] of [["p", "q"], ["q", "p"]] as const) {
      let plan: Pick<FilePlan, "text" | "state"> = { text, state: undefined };
      const run = (provider: string, action: Part["action"]) => {
        const parts = [part(provider, action, at(text, provider))];
        plan = planFile({ handler, strict: false, text: plan.text, state: plan.state, parts });
      };
      run("p", "apply");
      run("q", "apply");
      const line = new RegExp(`"${second}_url": "[^"]*",?`);
      plan = { ...plan, text: plan.text?.replace(line, `$&${comment}`) };
      run(first, "disable");
      assert.doesNotMatch(plan.text ?? "", /,\s*(\/\/.*\s*)*}/, JSON.stringify(plan.text));
      run(second, "disable");
      assert.doesNotMatch(plan.text ?? "", /,|url/, JSON.stringify(plan.text));
      assert.ok(plan.text?.includes(comment));
    }
  }
});

Deno.test("entries in which nothing but our values stands are not taken for one", async () => {
  for (
    const [format, text, paths] of [
      ["json", '{ "list": [{}, {}, {}] }\n', [["list", 1, "key"], ["list", 0, "key"]]],
      ["toml", "list = [{ }, { b = nan }]\n", [["list", 0, "a"], ["list", 1, "b"]]],
    ] as const
  ) {
    const handler = await defaultFormats.load(format);
    disjoint(
      { handler, text },
      paths.map((path) => ({ path, value: "ours", other: "other" })),
    );
  }
});

Deno.test("a name that some readers take a byte order mark into is not moved to another line", async () => {
  const handler = await defaultFormats.load("dotenv");
  assert.throws(() => handler.parse("\uFEFFA= \n").put(["B"], "ours"), { code: "unsupported" });
  assert.equal(handler.parse("\uFEFF# c\n").put(["B"], "ours").insert.trim(), "B=ours");
});

Deno.test("a line of ours that keeps readers from disagreeing is not taken out", async () => {
  const story = tell({
    format: "dotenv",
    text: "A=\n\n",
    path: ["B"],
    user: ["B=ours\n", 'B=ours\n"'],
  });
  await assert.rejects(() => story, { code: "unsupported" });
});

Deno.test("an entry in an entry is ours also when the user has changed what the inner one was found by", async () => {
  const text = await tell({
    format: "toml",
    text: "[[a]]\na = 1\n[[a.list]]\nname = 'm'\nb = 2\n",
    path: ["a", { a: 1n }, "list", { name: "m" }, "zz"],
    user: ["name = 'm'\n", "# mine\n"],
  });
  assert.equal(text, "[[a]]\na = 1\n[[a.list]]\n# mine\nb = 2\n");
});
