/** Rosters of objects. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { sameValue } from "../../formats/mod.ts";
import { type AgentObject, Roster, rosterFrom } from "../../roster/mod.ts";
import { PATCH, read, readPatch, short } from "../support/agents.ts";

Deno.test("rosters are laid over each other without being changed", () => {
  const low = rosterFrom({ a: {}, b: {} });
  const high = rosterFrom({ b: { host_dir: "b", shared_config_patch: PATCH }, c: {} });
  const both = low.with(high);
  assert.deepEqual(both.names(), ["a", "b", "c"]);
  assert.equal(both.get("b")?.patches[0]?.files.join(), "c.toml");
  assert.equal(low.get("b")?.patches.length, 0);
  assert.equal(low.get("c"), undefined);
  assert.deepEqual(new Roster().names(), []);
  assert.equal(low.get("__proto__"), undefined);
});

Deno.test("an agent of a roster of objects is an object", () => {
  for (const agent of [null, [], "x", new Map()]) {
    assert.throws(() => rosterFrom({ t: agent as unknown as AgentObject }), ConfigPatchError);
  }
});

Deno.test("whole numbers of JavaScript become integers, all others stay floats", () => {
  const set = { i: 3, big: 12345678901234567890n, f: 1.5, zero: -0, far: 1e300 };
  const patch = readPatch({ file: "c.toml", toml_set: set });
  assert.ok(sameValue(patch.set, {
    i: 3n,
    big: 12345678901234567890n,
    f: 1.5,
    zero: -0,
    far: 1e300,
  }));
});

Deno.test("a roster of objects is made of an object, in which null is absent", () => {
  for (const agents of ["codex", null, undefined, [], ["codex"], 1, new Map()]) {
    const given = agents as unknown as Parameters<typeof rosterFrom>[0];
    assert.throws(() => rosterFrom(given), { code: "option" });
  }
  for (const options of [undefined, null, {}, { formats: null }]) {
    assert.deepEqual(rosterFrom({ t: short(PATCH) }, options).defaults(), ["t"]);
  }
  const nulls = { host_dir: null, auth: { host_dir: "_a" }, notes: null, proven: undefined };
  const patch = { ...PATCH, mode: null, toml_table: null, bypassed_by: null, json_strict: null };
  const provider = read({ ...nulls, shared_config_patch: patch });
  assert.deepEqual([provider.hostDir, provider.notes, provider.proven], ["_a", [], undefined]);
  assert.equal(provider.patches[0]?.table, undefined);
  assert.equal(read({ notes: "one" }).notes.join(), "one");
  assert.deepEqual(rosterFrom({ a: {}, b: short(null) }).defaults(), []);
});
