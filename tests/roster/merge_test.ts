/** One agent laid over another: as terok-executor merges, after both have been brought to one form. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { sameValue } from "../../formats/mod.ts";
import type { ConfigValue } from "../../formats/types.ts";
import { tableOf } from "../../formats/value.ts";
import { loadRoster } from "../../roster/mod.ts";
import { agent, readYaml, refusedLater } from "../support/agents.ts";

Deno.test("a file that only changes a label leaves the route, in every layout", async () => {
  for (
    const text of ["label: x\n", "vault: null\n", "vault: {}\n", "provider: {}\n", "auth: {}\n"]
  ) {
    const roster = await loadRoster([agent("a/codex.yaml", text)]);
    assert.deepEqual(roster.get("codex")?.patches.length, 1, text);
    assert.equal(roster.get("codex")?.hostDir, "_codex-config", text);
    assert.ok(roster.defaults().includes("codex"));
  }
});

Deno.test("only a patch that is null takes the route away, wherever it is written", async () => {
  for (
    const text of [
      "shared_config_patch: null\n",
      "vault: {shared_config_patch: null}\n",
      "provider: {config_patch: ~}\n",
    ]
  ) {
    const codex = (await loadRoster([agent("a/codex.yaml", text)])).get("codex");
    assert.deepEqual([codex?.patches.length, codex?.bypassedBy.length], [0, 0], text);
  }
});

Deno.test("a partial override in another layout is merged into the built-in patch", async () => {
  for (
    const text of [
      "provider: {config_patch: {yaml_set: {editor: vi}}}\n",
      "vault: {shared_config_patch: {yaml_set: {_inherit: true, editor: vi}}}\n",
      "shared_config_patch: {_inherit: true, file: _inherit, yaml_set: {editor: vi}}\n",
    ]
  ) {
    const gh = (await loadRoster([agent("a/gh.yaml", text)])).get("gh");
    const [patch] = gh?.patches ?? [];
    assert.equal(patch?.files.join(), "config.yml");
    assert.ok(sameValue(patch?.set, { http_unix_socket: "{vault_socket}", editor: "vi" }), text);
  }
});

const BASE = `
host_dir: _t
credential_type: api_key
notes: [one, two]
shared_config_patch:
  file: c.yml
  yaml_set: {a: {b: 1, c: [x, y]}, d: z, n: null}
  by_credential_type: {oauth: {d: o, e: o}, api_key: {e: k}}
  bypassed_by:
    - {path: p, why: base}
`;

Deno.test("mappings merge, lists and scalars replace, null deletes, _inherit keeps", async () => {
  const over = (patch: string) => readYaml(BASE, `shared_config_patch: ${patch}\n`);
  const setOf = async (patch: string) => (await over(patch)).patches[0]?.set;
  for (
    const [patch, set] of [
      ["{}", { a: { b: 1n, c: ["x", "y"] }, d: "z", n: null }],
      ["{yaml_set: {a: {b: 2}}}", { a: { b: 2n, c: ["x", "y"] }, d: "z", n: null }],
      ["{yaml_set: {a: {c: [w]}}}", { a: { b: 1n, c: ["w"] }, d: "z", n: null }],
      ["{yaml_set: {a: {c: [v, _inherit, w]}}}", {
        a: { b: 1n, c: ["v", "x", "y", "w"] },
        d: "z",
        n: null,
      }],
      ["{yaml_set: {a: 3}}", { a: 3n, d: "z", n: null }],
      ["{yaml_set: {a: null}}", { d: "z", n: null }],
      ["{yaml_set: {a: _inherit, d: _inherit}}", {
        a: { b: 1n, c: ["x", "y"] },
        d: "z",
        n: null,
      }],
      // Over nothing, null is a value, and the marks say nothing.
      ["{yaml_set: {q: null, r: _inherit, s: {_inherit: true, t: {_inherit: true, u: 1}}}}", {
        a: { b: 1n, c: ["x", "y"] },
        d: "z",
        n: null,
        q: null,
        s: { t: { u: 1n } },
      }],
    ] as const
  ) assert.ok(sameValue(await setOf(patch), set), `${patch}: ${Deno.inspect(await setOf(patch))}`);
});

Deno.test("what a file sets holds for every type of credential that it does not name", async () => {
  const of = async (patch: string) => {
    const { patches: [only] } = await readYaml(BASE, `shared_config_patch: ${patch}\n`);
    return Object.entries(only?.variants ?? {}).map(([type, { d, e }]) => [type, d, e]);
  };
  assert.deepEqual(await of("{}"), [["oauth", "o", "o"], ["api_key", "z", "k"]]);
  assert.deepEqual(await of("{yaml_set: {d: mine}}"), [["oauth", "mine", "o"], [
    "api_key",
    "mine",
    "k",
  ]]);
  const both = "{yaml_set: {d: mine}, by_credential_type: {oauth: {d: own}}}";
  assert.deepEqual(await of(both), [["oauth", "own", "o"], ["api_key", "mine", "k"]]);
  assert.deepEqual(await of("{yaml_set: {d: m, e: m}}"), []);
  assert.deepEqual(await of("{by_credential_type: {oauth: null}}"), [["api_key", "z", "k"]]);
  assert.deepEqual(await of("{by_credential_type: null}"), []);
});

Deno.test("lists of rules are joined, unless the list says where it wants the lower ones", async () => {
  const whyOf = async (rules: string) => {
    const text = `shared_config_patch: {bypassed_by: ${rules}}\n`;
    return (await readYaml(BASE, text)).bypassedBy.map(({ why }) => why);
  };
  assert.deepEqual(await whyOf("[{path: q, why: mine}]"), ["base", "mine"]);
  assert.deepEqual(await whyOf("[{path: q, why: mine}, _inherit]"), ["mine", "base"]);
  assert.deepEqual(await whyOf("null"), []);
  assert.deepEqual(await whyOf("_inherit"), ["base"]);
  assert.deepEqual(await whyOf("[{path: p, why: base}]"), ["base"]);
});

Deno.test("a list over one patch replaces it, and with _inherit keeps it", async () => {
  const filesOf = async (patches: string, ...below: string[]) => {
    const text = `shared_config_patch: ${patches}\n`;
    const { patches: read, bypassedBy } = await readYaml(BASE, ...below, text);
    return [...read.flatMap(({ files }) => files), ...bypassedBy.map(({ why }) => why)];
  };
  const other = "{file: d.yml, yaml_set: {a: 1}}";
  assert.deepEqual(await filesOf(`[${other}]`), ["d.yml"]);
  assert.deepEqual(await filesOf(`[_inherit, ${other}]`), ["c.yml", "d.yml", "base"]);
  const list = `shared_config_patch: [_inherit, ${other}]\n`;
  assert.deepEqual(await filesOf(`[_inherit, ${other.replace("d.yml", "e.yml")}]`, list), [
    "c.yml",
    "d.yml",
    "e.yml",
    "base",
  ]);
  assert.deepEqual(await filesOf(`[${other}]`, list), ["d.yml"]);
});

Deno.test("a mapping over a list of patches is refused, at its own place", async () => {
  const list = "host_dir: _t\nshared_config_patch:\n  - {file: c.yml, yaml_set: {a: 1}}\n";
  const over = "# mine\nvault:\n  shared_config_patch:\n    file: d.yml\n";
  const error = await refusedLater(readYaml(list, over), "roster", /list of patches below/);
  assert.equal(error.where, "1/t.yaml:4:5");
  assert.match(error.remedy ?? "", /_inherit/);
  const none = "host_dir: _t\nshared_config_patch: [_inherit]\n";
  await refusedLater(readYaml(none), "roster", /a mapping, or a list of mappings/);
});

Deno.test("what is wrong after merging is told of the file that said it", async () => {
  const wrong = "shared_config_patch:\n  by_credential_type:\n    pat: {d: '{vault_x}'}\n";
  const error = await refusedLater(readYaml(BASE, wrong), "roster", /no token/);
  assert.equal(error.where, "1/t.yaml:3:14");
  const formats = "shared_config_patch:\n  toml_set: {a: 1}\n";
  const two = await refusedLater(readYaml(BASE, formats), "roster", /two formats/);
  assert.equal(two.where, "1/t.yaml:2:13");
  const below = await refusedLater(
    readYaml(BASE.replace("[x, y]", "[x, _inherit]"), "label: x\n"),
    "roster",
    /nothing below/,
  );
  assert.equal(below.where, "0/t.yaml:7:27");
});

Deno.test("host dir, type and notes are merged too, and opencode gives one at the last", async () => {
  const merged = await readYaml(
    BASE,
    "auth: {host_dir: _other}\nprovider: {credential_type: oauth}\nnotes: [_inherit, three]\n",
  );
  assert.deepEqual([merged.hostDir, merged.credentialType, merged.notes], ["_other", "oauth", [
    "one",
    "two",
    "three",
  ]]);
  const implied = await readYaml("opencode: {}\n", BASE.replace("host_dir: _t", "label: x"));
  assert.equal(implied.hostDir, "_t-config");
  const section = "auth: {modes: [api_key]}\n";
  await refusedLater(
    readYaml("opencode: {}\n", section, BASE.replace("host_dir: _t", "label: x")),
    "roster",
    /no host dir/,
  );
});

Deno.test("values merge as plain rules say, whatever they are", async () => {
  const scalar = fc.constantFrom("v", "w", true, "_inherit", null);
  const key = fc.constantFrom("a", "b", "c", "d", "_inherit");
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", maxDepth: 3 },
      scalar,
      fc.array(scalar.filter((one) => one !== null), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
    ),
  }));
  const table = fc.dictionary(key, tree, { maxKeys: 3 });
  let meaningful = 0;
  await fc.assert(
    fc.asyncProperty(table, table, async (below, above) => {
      const text = (set: Json) =>
        JSON.stringify({ host_dir: "_t", shared_config_patch: patchOf(set) });
      const set = await readSet(text(below), text(above));
      const expected = cleaned(mergedBy({ k: 1, ...below }, { k: 1, ...above }));
      // What has no meaning is refused; what is left must be what the rules say.
      if (set === undefined) return;
      meaningful++;
      assert.ok(sameValue(set, valueOf(expected)), Deno.inspect(set));
    }),
    { seed: 20261126, numRuns: 1000 },
  );
  assert.ok(meaningful > 100, String(meaningful));
});

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

function patchOf(set: Json) {
  return { file: "c.yml", yaml_set: { k: 1, ...(set as object) } };
}

async function readSet(...texts: readonly string[]): Promise<ConfigValue | undefined> {
  try {
    return (await readYaml(...texts)).patches[0]?.set;
  } catch {
    return undefined;
  }
}

/** The rules once more, on plain values. */
function mergedBy(below: Record<string, Json>, above: Record<string, Json>): Record<string, Json> {
  const merged = { ...below };
  for (const [key, high] of Object.entries(above)) {
    const low = Object.hasOwn(below, key) ? below[key] : undefined;
    if ((key === "_inherit" && high === true) || high === "_inherit") continue;
    if (high === null && low !== undefined) delete merged[key];
    else if (isObject(low) && isObject(high)) merged[key] = mergedBy(low, high);
    else if (Array.isArray(low) && Array.isArray(high)) {
      merged[key] = high.flatMap((one: Json) => one === "_inherit" ? low : [one]);
    } else merged[key] = high;
  }
  return merged;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cleaned(value: Json): Json {
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key, item]) =>
    key !== "_inherit" || item !== true
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, cleaned(item)]));
}

function valueOf(value: Json): ConfigValue {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(valueOf);
  if (!isObject(value)) return value as string | boolean | null;
  return tableOf(Object.entries(value).map(([key, item]) => [key, valueOf(item)]));
}
