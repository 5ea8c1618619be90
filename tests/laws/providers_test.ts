/** Several providers in one file, the user edits near their lines, and they leave in every order. */
import assert from "node:assert/strict";
import { defaultFormats } from "../../formats/mod.ts";
import { nearbyEditsOf, variantsOf } from "../../testing/edits.ts";
import { crowdOf, disjointForeign } from "../../testing/provider_laws.ts";
import { SAMPLES, SETS } from "./provider_samples.ts";

for (const { format, comment, texts } of SAMPLES) {
  Deno.test(`${format}: providers leave in every order, whatever the user wrote beside them`, async () => {
    const handler = await defaultFormats.load(format);
    type Named = { name: string; text: string | undefined };
    const all = texts.flatMap((text): readonly Named[] =>
      text === undefined ? [{ name: "as is", text }] : variantsOf(text)
    );
    let tried = 0;
    for (const { name, text } of all) {
      const trial = { handler, ...(text === undefined ? {} : { text }) };
      for (const edits of SETS) {
        const crowd = crowdOf(trial, edits);
        assert.ok(crowd?.applied.text !== undefined, `nothing is put in ${text}`);
        const users = nearbyEditsOf(trial, crowd.applied.text, edits, comment);
        for (const [index, user] of users.entries()) {
          // Other line ends and final newlines seldom matter: a part of the edits is enough.
          if (name !== "as is" && index % 7 !== 0) continue;
          if (disjointForeign(trial, edits, user, crowd)) tried++;
        }
      }
    }
    assert.ok(tried > 1000, `only ${tried} edits were tried`);
  });
}
