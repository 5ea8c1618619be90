/** What a patch may say, and what is refused. */
import assert from "node:assert/strict";
import { FormatRegistry, sameValue } from "../../formats/mod.ts";
import { leavesOf } from "../../formats/value.ts";
import { loadRoster, rosterFrom } from "../../roster/mod.ts";
import {
  agent,
  PATCH,
  read,
  readPatch,
  refused,
  refusedLater,
  refusedPatch,
  SET,
  short,
} from "../support/agents.ts";

Deno.test("inside a patch every key is known", () => {
  const remedy = (patch: object) => refusedPatch(patch, /no key/).remedy ?? "";
  assert.equal(remedy({ ...PATCH, fil: "x" }), "did you mean file?");
  assert.equal(remedy({ file: "c", tml_set: { a: 1 } }), "did you mean toml_set?");
  assert.equal(remedy({ ...PATCH, toml_tabel: "x" }), "did you mean toml_table?");
  assert.match(remedy({ file: "c", ini_set: { a: 1 } }), /register a format "ini"/);
  assert.match(
    remedy({ ...PATCH, note: "x" }),
    /known are file, by_credential_type, .*<format>_set/,
  );
  assert.match(remedy({ ...PATCH, toml_strict: true }), /./);
});

Deno.test("a patch is of one registered format", () => {
  refusedPatch({ file: "c.toml" }, /without values/);
  refusedPatch({ file: "c.toml", toml_table: "x", toml_match: { a: 1 } }, /without values/);
  refusedPatch({ ...PATCH, toml_set: null }, /without values/);
  refusedPatch({ ...PATCH, yaml_set: { a: 1 } }, /two formats, toml and yaml/);
  refusedPatch({ ...PATCH, json_strict: true }, /two formats/);
  const ini = { name: "ini", extensions: [".ini"], blank: "", holdsNull: false };
  const load = () => Promise.reject(new Error("not needed"));
  const formats = new FormatRegistry([{ ...ini, load }]);
  const agents = { t: { host_dir: "_t", shared_config_patch: { file: "c", ini_set: { a: "x" } } } };
  assert.equal(rosterFrom(agents, { formats }).get("t")?.patches[0]?.format, "ini");
  assert.throws(() =>
    rosterFrom({ t: { host_dir: "_t", shared_config_patch: PATCH } }, { formats })
  );
});

Deno.test("the strict dialect is asked for by true or false", () => {
  const json = { file: "s.json", json_set: { a: "x" } };
  assert.equal(read(short(json)).patches[0]?.strict, false);
  assert.equal(read(short({ ...json, json_strict: false })).patches[0]?.strict, false);
  assert.equal(read(short({ ...json, json_strict: true })).patches[0]?.strict, true);
  refusedPatch({ ...json, json_strict: "yes" }, /true or false/);
});

Deno.test("values are leaves or mappings that lead to leaves", () => {
  const set = { "a.b": { c: 1, d: { e: ["x", { f: 1 }] } }, g: false };
  const leaves = leavesOf(readPatch({ file: "c.toml", toml_set: set }).set);
  assert.deepEqual(leaves[0]?.value, 1n);
  assert.deepEqual(leaves.map(({ path }) => path), [
    ["a.b", "c"],
    ["a.b", "d", "e"],
    ["g"],
  ]);
  refusedPatch({ file: "c.toml", toml_set: {} }, /holds no value/);
  refusedPatch({ file: "c.toml", toml_set: { a: 1, b: { c: {} } } }, /b\.c is an empty mapping/);
  refusedPatch({ file: "c.toml", toml_set: ["a"] }, /has to be a mapping/);
});

Deno.test("what a patch cannot hold is refused at any depth", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  for (
    const [value, message] of [
      [null, /null/],
      [[null], /null/],
      [NaN, /NaN/],
      [[[-Infinity]], /-Infinity/],
      ["\ud800", /not valid Unicode/],
      [[{ "\udc00": 1 }], /no text/],
      [undefined, /undefined/],
      [() => 1, /function/],
      [Symbol("x"), /symbol/],
      [new Date(0), /Date/],
      [new Map(), /Map/],
      [cycle, /cyclic/],
    ] as const
  ) refusedPatch({ file: "c.toml", toml_set: { a: { b: value } } }, message);
  refusedPatch(
    { file: "c.toml", toml_set: { "\ud800": 1 } },
    /set cannot hold a key that is no text/,
  );
  const { patches: [patch] } = read(short({ file: "c.yml", yaml_set: { a: null, b: [null] } }));
  assert.deepEqual(patch?.set.a, null);
});

Deno.test("a key that YAML reads as no text is refused, and shown as nothing odd", async () => {
  const text = "host_dir: _a\nshared_config_patch:\n  file: c.json\n  json_set: {1: x}\n";
  const error = await refusedLater(loadRoster([agent("a.yaml", text)]), "roster", /no text/);
  assert(error.message.isWellFormed());
  assert.equal(error.position?.line, 4);
});

Deno.test("a value that only its own format understands is refused", async () => {
  const text = 'host_dir = "_a"\n[shared_config_patch]\nfile = "c.toml"\n' +
    "toml_set.since = 1979-05-27\n";
  const error = await refusedLater(loadRoster([agent("a.toml", text)]), "roster", /local-date/);
  assert.equal(error.position?.line, 4);
});

Deno.test("table and match address entries, and [] is a list at the root", () => {
  const entry = { toml_table: ["nanocoder", "providers"], toml_match: { name: "x", id: 1 } };
  const patch = readPatch({ ...PATCH, ...entry });
  assert.deepEqual([patch.table, patch.each], [["nanocoder", "providers"], undefined]);
  assert.deepEqual({ ...patch.match }, { name: "x", id: 1n });
  assert.deepEqual(readPatch({ ...PATCH, ...entry, toml_table: "p" }).table, ["p"]);
  const root = { file: "c.yml", yaml_table: [], yaml_match: { a: 1 }, yaml_set: { b: 1 } };
  assert.deepEqual(readPatch(root).table, []);
  refusedPatch({ ...PATCH, toml_table: "p" }, /only mean something together/);
  refusedPatch({ ...PATCH, toml_match: { a: 1 } }, /only mean something together/);
  for (const toml_table of ["", ["a", ""], ["a", 1], 1, {}]) {
    refusedPatch({ ...PATCH, ...entry, toml_table }, /a key, or a list of keys/);
  }
  refusedPatch({ ...PATCH, ...entry, toml_match: {} }, /any entry/);
  refusedPatch({ ...PATCH, ...entry, toml_match: "x" }, /has to be a mapping/);
  refusedPatch({ ...PATCH, ...entry, toml_match: { n: "{vault_url}" } }, /token/);
  refusedPatch({ ...PATCH, ...entry, toml_match: { a: "x" } }, /matched and set/);
  for (const n of [null, [], ["x"], {}, new Date(0)]) {
    refusedPatch({ ...PATCH, ...entry, toml_match: { n } }, /cannot be known by/);
  }
  refusedPatch({ ...PATCH, ...entry, toml_match: { n: NaN } }, /NaN/);
});

Deno.test("each meets tables, of which match is a filter, and creates nothing", () => {
  const each = { ...PATCH, toml_each: ["providers", "*"] };
  assert.deepEqual(readPatch(each).each, ["providers", "*"]);
  assert.deepEqual(readPatch({ ...PATCH, toml_each: "p" }).each, ["p"]);
  const filtered = readPatch({ ...each, toml_match: { kind: "x" } });
  assert.deepEqual([{ ...filtered.match }, filtered.table], [{ kind: "x" }, undefined]);
  refusedPatch({ ...each, toml_table: "x", toml_match: { b: 1 } }, /do not go together/);
  refusedPatch({ ...each, toml_table: "x" }, /do not go together/);
  refusedPatch({ ...each, toml_match: {} }, /any entry/);
  refusedPatch({ ...each, toml_match: { a: 1 } }, /matched and set/);
  refusedPatch({ ...each, toml_each: [] }, /is empty/);
  refusedPatch({ ...each, toml_each: ["a", ""] }, /a key, or a list of keys/);
  refusedPatch({ ...each, toml_each: ["\ud800"] }, /valid Unicode/);
  refusedPatch({ ...each, toml_default: { b: 1 } }, /of no use/);
});

Deno.test("a default contradicts nothing, and is never brought up to date", () => {
  const { toml_set } = { toml_set: { a: { b: "{vault_url}" }, c: 1 } };
  const patch = readPatch({ file: "c.toml", toml_set, toml_default: { a: { d: "x" }, v: "1" } });
  assert.ok(sameValue(patch.default, { a: { d: "x" }, v: "1" }));
  assert.deepEqual(Object.keys(readPatch(PATCH).default), []);
  const withDefault = (toml_default: unknown, message: RegExp, more: object = {}) =>
    refusedPatch({ file: "c.toml", toml_set, toml_default, ...more }, message);
  withDefault({ c: 1 }, /is set as well/);
  withDefault({ a: "x" }, /is set as well/);
  withDefault({ c: { d: 1 } }, /is set as well/);
  withDefault({ u: "{vault_url}" }, /token/);
  withDefault({ u: ["{{ vault_socket }}"] }, /token/);
  withDefault({ u: "{vault_x}" }, /no token/);
  withDefault({}, /holds no value/);
  withDefault({ u: {} }, /empty mapping/);
  withDefault("x", /has to be a mapping/);
  withDefault({ k: 2 }, /is matched as well/, { toml_table: "t", toml_match: { k: 1 } });
  withDefault({ a: { e: 1 } }, /is set as well/, {
    by_credential_type: { oauth: { a: { e: 2 } } },
  });
  refusedPatch({ file: "c.toml", toml_default: { a: 1 } }, /only defaults/);
  refusedPatch([{ file: "c.toml", toml_default: { a: 1 } }], /only defaults/);
  const list = [{ file: "c.toml", toml_default: { v: 1 } }, PATCH];
  assert.deepEqual(read(short(list)).patches.map(({ set }) => Object.keys(set)), [[], ["a"]]);
});

Deno.test("a value may differ by the type of the credential", () => {
  const by_credential_type = {
    oauth: { u: { a: "{vault_tls_url}" } },
    api_key: { w: "{vault_url}" },
    pat: {},
    none: null,
  };
  const toml_set = { u: { a: "{vault_url}", b: 1 } };
  const { variants, set } = readPatch({ file: "c.toml", toml_set, by_credential_type });
  assert.ok(sameValue(set, { u: { a: "{vault_url}", b: 1n } }));
  assert.deepEqual(Object.keys(variants), ["oauth", "api_key", "pat"]);
  assert.ok(sameValue(variants.oauth, { u: { a: "{vault_tls_url}", b: 1n } }));
  assert.ok(sameValue(variants.api_key, { u: { a: "{vault_url}", b: 1n }, w: "{vault_url}" }));
  assert.ok(sameValue(variants.pat, set));
  const only = { file: "c.toml", toml_set: {}, by_credential_type: { a: { b: 1 } } };
  assert.deepEqual(Object.keys(readPatch(only).set), []);
  refusedPatch({ ...only, by_credential_type: { a: { b: 1 }, c: {} } }, /type\.c holds no value/);
  refusedPatch({ file: "c.toml", by_credential_type: { a: { b: 1 } } }, /without values/);
  refusedPatch({ ...PATCH, by_credential_type: "oauth" }, /mapping of credential types/);
  refusedPatch({ ...PATCH, by_credential_type: { oauth: "x" } }, /mapping of credential types/);
  refusedPatch({ ...PATCH, by_credential_type: { "a,b": { c: 1 } } }, /type of credential/);
  refusedPatch({ ...PATCH, by_credential_type: { a: { c: {} } } }, /empty mapping/);
  refusedPatch({ ...PATCH, by_credential_type: { a: { c: "{vault_x}" } } }, /no token/);
  refusedPatch({ ...PATCH, by_credential_type: { a: { c: null } } }, /null: toml has none/);
  const matched = { toml_table: "t", toml_match: { n: 1 } };
  refusedPatch({ ...PATCH, ...matched, by_credential_type: { a: { n: 2 } } }, /matched and set/);
  assert.equal(read({ provider: { credential_type: "oauth" } }).credentialType, "oauth");
  assert.equal(read({ vault: { credential_type: "pat" } }).credentialType, "pat");
  assert.equal(read({ credential_type: "x" }).credentialType, "x");
  assert.equal(read({}).credentialType, undefined);
  refused({ vault: { credential_type: 1 } }, /vault\.credential_type has to be a text/);
});

Deno.test("several files are one file of which the client reads one", () => {
  assert.deepEqual(readPatch({ ...PATCH, file: ["a.toml", "b.toml"] }).files, ["a.toml", "b.toml"]);
  refusedPatch({ ...PATCH, file: [] }, /a text, or a list of texts/);
  refusedPatch({ ...PATCH, file: ["a", 1] }, /a text, or a list of texts/);
  refusedPatch({ ...PATCH, file: ["a", "a"] }, /named twice/);
  refusedPatch({ ...PATCH, file: ["a", "../b"] }, /file/);
});

Deno.test("a mode lets nobody execute, and the owner read", () => {
  for (const [mode, bits] of [["0600", 0o600], ["640", 0o640], ["0666", 0o666]] as const) {
    assert.equal(readPatch({ ...PATCH, mode }).mode, bits);
  }
  assert.equal(readPatch(PATCH).mode, undefined);
  for (const mode of ["", "60", "00600", "0x180", "888", "rw", 600, 0o600, ["0600"]]) {
    refusedPatch({ ...PATCH, mode }, /three or four octal digits, such as "0600"/);
  }
  for (const mode of ["0755", "4600", "0066", "0200", "000"]) {
    refusedPatch({ ...PATCH, mode }, /cannot be the mode/);
  }
});

Deno.test("a provider has one patch or a list of them, which agree about a file", () => {
  const yaml = { file: "d.yml", yaml_set: { a: 1 } };
  const both = read(short([PATCH, yaml]));
  assert.deepEqual(both.patches.map(({ format }) => format), ["toml", "yaml"]);
  refusedPatch([], /a mapping, or a list of mappings/);
  refusedPatch([PATCH, "x"], /a mapping, or a list of mappings/);
  refusedPatch("x", /a mapping, or a list of mappings/);
  refusedPatch([PATCH, { ...yaml, file: "c.toml" }], /two formats/);
  refusedPatch([{ ...PATCH, mode: "0600" }, { ...PATCH, mode: "0644" }], /two modes/);
  assert.equal(read(short([{ ...PATCH, mode: "0600" }, PATCH])).patches.length, 2);
  const second = refusedPatch([PATCH, { ...PATCH, file: 1 }], /shared_config_patch\[1\]\.file/);
  assert.equal(second.provider, "t");
});

Deno.test("host dir and file are plain names; a nested file is marked", () => {
  for (const name of ["", ".", "..", "../x", "/x", "a\0b", "a\nb", "a\\b", ".vault-config"]) {
    refused({ host_dir: name, shared_config_patch: PATCH }, /host_dir/);
    refused({ auth: { host_dir: name } }, /host_dir/);
  }
  refused({ host_dir: "a/b", shared_config_patch: PATCH }, /host_dir/);
  refused({ auth: { host_dir: 1 }, shared_config_patch: PATCH }, /has to be a text/);
  for (const file of ["", ".", "..", "/x", "a/", "a//b", "a/../b", "./a", "a\0", "a\\b"]) {
    refusedPatch({ file, ...SET }, /file/);
  }
  refusedPatch({ file: ".terok-managed-config.json", ...SET }, /file/);
  refusedPatch(SET, /a patch without a file/);
  refusedPatch({ file: 1, ...SET }, /file has to be a text/);
  refusedPatch({ file: "/x", ...SET }, /absolute/);
  refusedPatch({ file: "a/", ...SET }, /one of its segments is empty/);
  assert.deepEqual(read(short({ file: "a/b/c.toml", ...SET })).patches[0]?.files, ["a/b/c.toml"]);
  refused({ opencode: {}, vault: { shared_config_patch: PATCH } }, /host_dir/, "é".repeat(128));
});

Deno.test("a token is refused where it would be taken literally: in keys and in names of files", () => {
  const set = { a: "{vault_url}" };
  const token = "{vault_url}";
  const says = /a token stands in .*, where it is not replaced/;
  for (
    const patch of [
      { file: `${token}.toml`, toml_set: set },
      { file: ["c.toml", "{{ vault_host }}.toml"], toml_set: set },
      { file: "c.toml", toml_set: { [token]: "x" } },
      { file: "c.toml", toml_set: { a: { "{vault_urll}": "x" } } },
      { file: "c.toml", toml_set: { a: [{ [token]: "x" }] } },
      { file: "c.toml", toml_set: set, toml_default: { [token]: "x" } },
      { file: "c.toml", toml_set: set, toml_table: token, toml_match: { n: "x" } },
      { file: "c.toml", toml_set: set, toml_table: "t", toml_match: { [token]: "x" } },
      { file: "c.toml", toml_set: set, toml_each: ["t", token] },
      { file: "c.toml", toml_set: set, bypassed_by: [{ path: [token], why: "w" }] },
      { file: "c.toml", toml_set: set, bypassed_by: [{ file: `${token}.toml`, why: "w" }] },
    ]
  ) refusedPatch(patch, says);
  refusedPatch({ file: "c.toml", toml_set: { "{VAULT_URL}": "x" } }, /there is no token/);
  assert.equal(readPatch({ file: "c.toml", toml_set: { "{env:KEY}": "x" } }).set["{env:KEY}"], "x");
});
