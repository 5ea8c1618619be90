/** What sends a client past its patch: the rules of `bypassed_by`, as data. */
import assert from "node:assert/strict";
import type { BypassRule } from "../../roster/mod.ts";
import { PATCH, read, refusedPatch, short } from "../support/agents.ts";

const WHY = { why: "Because." };

Deno.test("a rule names a setting of the patch's own file, or of another one, or a file", () => {
  const rules = rulesOf([
    { path: "model_provider", unless: ["openai", 1, "{vault_url}/v1"], ...WHY },
    { file: "*.config.toml", path: ["p", "*", "q"], ...WHY },
    { file: "rival.json", path: ["a"], ...WHY },
    { file: "rc", path: ["a"], ...WHY },
    { file: "rc", format: "yaml", path: ["a"], ...WHY },
    { file: "sub/rival.json", ...WHY },
    { replaced: "{env:", ...WHY },
    { file: "rival.json", replaced: ["a", "b"], ...WHY },
  ]);
  const ownFiles = ["c.toml"];
  assert.deepEqual(rules, [
    {
      file: undefined,
      ownFiles,
      format: "toml",
      path: ["model_provider"],
      replaced: [],
      unless: ["openai", 1n, "{vault_url}/v1"],
      why: "Because.",
    },
    rule({ file: "*.config.toml", format: "toml", path: ["p", "*", "q"] }),
    rule({ file: "rival.json", format: "json", path: ["a"] }),
    // Without a known extension, the patch's own format is the best guess.
    rule({ file: "rc", format: "toml", path: ["a"] }),
    rule({ file: "rc", format: "yaml", path: ["a"] }),
    rule({ file: "sub/rival.json" }),
    rule({ format: "toml", replaced: ["{env:"] }),
    rule({ file: "rival.json", format: "json", replaced: ["a", "b"] }),
  ]);
});

Deno.test("the rules of all patches are joined, each with its own files, and none twice", () => {
  const one = { path: ["a"], ...WHY };
  const provider = read(short([
    { ...PATCH, bypassed_by: [one, { ...one }] },
    { file: ["d.yml", "e.yml"], yaml_set: { a: 1 }, bypassed_by: [one] },
  ]));
  assert.deepEqual(
    provider.bypassedBy.map(({ ownFiles, format }) => [ownFiles, format]),
    [[["c.toml"], "toml"], [["d.yml", "e.yml"], "yaml"]],
  );
  assert.deepEqual(read(short(PATCH)).bypassedBy, []);
  assert.deepEqual(read(short({ ...PATCH, bypassed_by: null })).bypassedBy, []);
});

Deno.test("a rule that cannot mean anything is refused", () => {
  const path = ["a"];
  for (
    const [rules, message] of [
      ["x", /list of rules/],
      [{ path, ...WHY }, /list of rules/],
      [["x"], /list of rules/],
      [[{ path }], /without why/],
      [[{ path, why: "" }], /why has to be a text/],
      [[{ ...WHY }], /without file and path/],
      [[{ path, ...WHY, unles: [] }], /no key "unles"/],
      [[{ path: [], ...WHY }], /has to name a setting/],
      [[{ path: ["a", ""], ...WHY }], /a key, or a list of keys/],
      [[{ path: ["a", 1], ...WHY }], /a key, or a list of keys/],
      [[{ path, unless: "openai", ...WHY }], /list of values/],
      [[{ path, unless: ["{vault_x}"], ...WHY }], /no token/],
      [[{ path, unless: [null], ...WHY }], /null: toml has none/],
      [[{ path, unless: [new Date(0)], ...WHY }], /Date/],
      [[{ file: "x", unless: ["a"], ...WHY }], /unless means nothing without a path/],
      [[{ file: "x", format: "toml", ...WHY }], /format means nothing without a path/],
      [[{ file: "x", format: "xml", path, ...WHY }], /no format "xml"/],
      [[{ path, replaced: "x", ...WHY }], /path and replaced do not go together/],
      [[{ replaced: "x", unless: ["a"], ...WHY }], /unless means nothing without a path/],
      [[{ replaced: [], ...WHY }], /replaced has to be a text/],
      [[{ file: "c.toml", ...WHY }], /own file/],
      [[{ file: "../x", ...WHY }], /file "\.\.\/x" is refused/],
      [[{ file: "/x", ...WHY }], /absolute/],
      [[{ file: "a\nb", ...WHY }], /control character/],
      [[{ file: ".terok-managed-config.json", ...WHY }], /record that we keep/],
      [[{ file: "*", ...WHY }], /pattern of a rule/],
      [[{ file: "**", ...WHY }], /pattern of a rule/],
      [[{ file: "sub/*.json", ...WHY }], /pattern of a rule/],
      [[{ file: 1, ...WHY }], /file has to be a text/],
    ] as const
  ) refusedPatch({ ...PATCH, bypassed_by: rules }, message);
});

Deno.test("a rule names its own place where it is wrong", () => {
  const bypassed_by = [{ path: ["a"], ...WHY }, { path: ["a"], whyy: "x" }];
  const error = refusedPatch({ ...PATCH, bypassed_by }, /no key "whyy"/);
  assert.equal(error.remedy, "did you mean why?");
});

function rulesOf(bypassed_by: readonly unknown[]): readonly BypassRule[] {
  return read(short({ ...PATCH, bypassed_by })).bypassedBy;
}

function rule(said: Partial<BypassRule>): BypassRule {
  return {
    file: undefined,
    ownFiles: ["c.toml"],
    format: undefined,
    path: undefined,
    replaced: [],
    unless: [],
    why: "Because.",
    ...said,
  };
}
