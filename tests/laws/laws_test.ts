/** All laws on a few hundred random documents per format; `deno task laws` takes thousands. */
import assert from "node:assert/strict";
import { complaints, GENERATORS, runRandom } from "./random.ts";

for (const generator of GENERATORS) {
  Deno.test(`${generator.format}: the laws hold on random documents`, async () => {
    const counts = await runRandom(generator, { documents: 200, seed: 1 });
    assert.deepEqual(counts.broken, []);
    assert.deepEqual(complaints(generator, counts), []);
    // What is generated must be worth trying.
    // A format that is flat has fewer places.
    const fewest = generator.format === "dotenv" ? 200 : 500;
    assert.ok(counts.edits > fewest, `too few edits are made: ${counts.edits}`);
    assert.ok(counts.userEdits > fewest, `too few user edits are possible: ${counts.userEdits}`);
    assert.ok(counts.sets > 100, "too few sets of providers are tried");
  });
}
