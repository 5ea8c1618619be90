/** All laws on a few hundred random documents per format; `deno task laws` takes thousands. */
import assert from "node:assert/strict";
import { GENERATORS, runRandom } from "./random.ts";

for (const generator of GENERATORS) {
  Deno.test(`${generator.format}: the laws hold on random documents`, async () => {
    const counts = await runRandom(generator, { documents: 200, seed: 1 });
    assert.deepEqual(counts.broken, []);
    // What is generated must be worth trying.
    assert.ok(counts.invalid + counts.refused < 40, "too few documents can be edited");
    assert.ok(counts.edits > 300 && counts.declined < 40, "too few edits are made");
    assert.ok(counts.userEdits > 300 && counts.stuck < 10, "too few user edits are possible");
    assert.ok(counts.sets > 100, "too few sets of providers are tried");
  });
}
