/** A hundred random plays per format against the rules; `deno task model` takes thousands. */
import assert from "node:assert/strict";
import { STAGES } from "./model/cast.ts";
import { playAll } from "./model/play_all.ts";

for (const stage of STAGES) {
  Deno.test(`${stage.format}: random runs, users and losses end as the rules say`, async () => {
    const { counts, breaches } = await playAll(stage, { plays: 100, seed: 1 });
    assert.deepEqual(breaches, []);
    // What is played must be worth it.
    assert.ok(counts.writing > 200, "too few runs write something");
    assert.ok(counts.acts > 120, "too few users do something");
    assert.ok(counts.originals > 120, "too rarely all is as before");
    assert.ok(counts.stuck < 20, "too many plays end early");
  });
}
