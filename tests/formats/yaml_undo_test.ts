/** Undo at the corners of YAML: keys without a value, and what the user has indented anew. */
import assert from "node:assert/strict";
import type { ConfigPath } from "../../formats/mod.ts";
import { yamlFormat } from "../../formats/yaml/format.ts";
import { type LawEdit, leaves, plan, wants, wantsAll } from "../../testing/law.ts";

const TRIAL = { handler: yamlFormat };
const edit = (...path: ConfigPath): LawEdit => ({ path, value: "v", other: "w" });

Deno.test("a key without a value counts as empty, and has none again after disable", () => {
  for (
    const text of [
      ...["models:\n", "models: null\n", "models: ~\nb: 1\n", "models: ~ # later\nb: 1\n"],
      ...["models:\n# c\n# d\n", "models:\n  # c\nb: 1\n", "models:   # c\n  # d\n", "models: # x"],
      ...["models: ~ # later", "{models: }\n", "{models}\n", "{models: ~}\n", "models: &n\n"],
      ...["models:\r\n  # c\r\n", "\uFEFFmodels:\n", "models: []\n", "models: [ ]\n"],
    ]
  ) {
    for (const path of [["models", { name: "x" }, "k"], ["models", "x", "k"], ["models", "k"]]) {
      if (text.includes("[") && typeof path[1] !== "object") continue;
      const one = edit(...path as ConfigPath);
      const applied = plan(TRIAL, { text }, [wants(one)]);
      const left = plan(TRIAL, applied, [leaves(one)]);
      assert.deepEqual(left, { text, memory: undefined }, `${text} by way of ${applied.text}`);
    }
  }
});

Deno.test("what we made and the user has indented anew goes without stray blanks, comments stay", () => {
  const edits = [edit("hosts", "gitlab.com", "a"), edit("hosts", "gitlab.com", "b")];
  const ours = "        a: v\n        b: v\n";
  const hosts = "hosts:\n    gitlab.com:\n";
  for (const [before, after] of [["a: 1\n", ""], ["a: 1\n", "# end\n"], ["# top\n", ""]] as const) {
    const original = before + after;
    const applied = plan(TRIAL, { text: original }, [wantsAll(edits)]);
    for (
      const [edited, left] of [
        [`${hosts}${ours}`, ""],
        ["hosts:\n  gitlab.com:\n        a: v\n        b: v\n", ""],
        [`${hosts}${ours}# mine\n`, "# mine\n"],
        [`${hosts}${ours}    # mine\n`, "    # mine\n"],
        [`${hosts}${ours}        # mine\n`, "        # mine\n"],
        [`${hosts}${ours}\n`, "\n"],
        [`# mine\n${hosts}${ours}`, "# mine\n"],
        [`hosts:\n    # mine\n    gitlab.com:\n${ours}`, "# mine\n"],
        ["hosts: {gitlab.com: {a: v, b: v}}\n", ""],
        [`hosts:\n    gitlab.com:\n        b: "v"\n        a: 'v'\n`, ""],
        [`${hosts}${ours}    user.com: {}\n`, "hosts:\n    user.com: {}\n"],
        [`${hosts}${ours}        c: 1\n`, `${hosts}        c: 1\n`],
      ]
    ) {
      const text = `${before}${edited}${after}`;
      const { memory } = applied;
      const disabled = plan(TRIAL, { text, memory }, [{ ...wantsAll(edits), action: "disable" }]);
      assert.equal(disabled.text, `${before}${left}${after}`, text);
    }
  }
});
