/** A file that is away or empty for some runs, and comes back with what we wrote in it. */
import assert from "node:assert/strict";
import { defaultFormats } from "../../formats/mod.ts";
import { ConfigPatchError } from "../../mod.ts";
import { ABSENCES, absent } from "../../testing/absent_law.ts";
import { SAMPLES, SETS } from "./provider_samples.ts";

for (const { format, texts } of SAMPLES) {
  Deno.test(`${format}: a file that comes back is given back as it was`, async () => {
    const handler = await defaultFormats.load(format);
    let tried = 0;
    for (const text of texts) {
      for (const edits of SETS) {
        for (const absence of ABSENCES) {
          try {
            absent({ handler, text }, edits, absence);
            tried++;
          } catch (error) {
            if (!(error instanceof ConfigPatchError)) throw error;
          }
        }
      }
    }
    assert.ok(tried > 200, `only ${tried} absences were tried`);
  });
}
