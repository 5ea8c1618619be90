/** A few dozen random plays per format against the rules; `deno task model` takes thousands. */
import assert from "node:assert/strict";
import { STAGES } from "./cast.ts";
import { playAll } from "./play_all.ts";

for (const stage of STAGES) {
  Deno.test(`${stage.format}: random runs, users and losses end as the rules say`, async () => {
    const { counts, breaches } = await playAll(stage, { plays: 36, seed: 1 });
    assert.deepEqual(breaches, []);
    // What is played must be worth it.
    assert.ok(counts.writing > 70, "too few runs write something");
    assert.ok(counts.acts > 30, "too few users do something");
    assert.ok(counts.originals > 80, "too rarely all is as before");
    assert.ok(counts.crashes > 12, "too few runs die");
    assert.ok(counts.stuck < 15, "too many plays end early");
  });
}
