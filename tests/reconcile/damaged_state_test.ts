/**
 * A damaged state is a clear error, never a stack trace: one value of it at a time is taken out or
 * replaced by another. What is still a state that we could have written is worked with.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigPatchError } from "../../errors.ts";
import { parseState, STATE_FILE } from "../../reconcile/state.ts";
import { ORIGINAL, PATCHES } from "../torture/forged.ts";
import { Scenario } from "../support/scenario.ts";

/** In the place of a value; `GONE` stands for nothing. */
const GONE = Symbol("gone");
const VALUES: readonly unknown[] = [
  ...[GONE, null, "", "x", "../x", "\u0000", "toml", true],
  ...[0, -1, 1.5, 1e9, 1e400, [], {}, [[]], [{}], { a: 1 }],
];

/** Every place in a JSON value. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]));
  return [path, ...inner];
}

/** A copy in which another value stands at a place. */
function withAt(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const entries = Object.entries(value as Record<string, unknown>).flatMap(([name, item]) => {
    if (name !== key) return [[name, item]];
    const next = withAt(item, rest, other);
    return next === GONE ? [] : [[name, next]];
  });
  return Array.isArray(value)
    ? entries.map(([, item]) => item)
    : Object.fromEntries(entries as [string, unknown][]);
}

Deno.test("a state with any one value wrong is refused in words, or is still a state", async () => {
  const scenario = await Scenario.with(ORIGINAL, PATCHES);
  try {
    await scenario.apply();
    const state: unknown = JSON.parse(scenario.read(STATE_FILE) ?? "");
    const places = placesIn(state);
    const routed = scenario.files();
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom(...VALUES),
        async (at, value) => {
          const damaged = withAt(state, at, value);
          const text = JSON.stringify(damaged === GONE ? null : damaged);
          try {
            parseState(text);
            return;
          } catch (error) {
            if (!(error instanceof ConfigPatchError)) throw error;
            assert.equal(error.code, "state");
            assert(error.remedy);
          }
          // The whole run stops, and touches nothing.
          if (refused++ % 10 !== 0) return;
          scenario.write(STATE_FILE, text);
          await assert.rejects(scenario.disable(...Object.keys(PATCHES)), { code: "state" });
          assert.deepEqual(scenario.files(), routed);
        },
      ),
      { numRuns: 1000, seed: 20261125 },
    );
    assert(refused > 100, `only ${refused} were refused`);
  } finally {
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});
