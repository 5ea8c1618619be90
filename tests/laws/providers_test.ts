/** Several providers in one file, the user edits near their lines, and they leave in every order. */
import assert from "node:assert/strict";
import { defaultFormats } from "../../formats/mod.ts";
import { nearbyEditsOf, variantsOf } from "../../testing/edits.ts";
import { LawBreach } from "../../testing/law.ts";
import { crowdOf, disjointForeign } from "../../testing/provider_laws.ts";
import { KNOWN, knownFault } from "./known.ts";
import { SAMPLES, SETS } from "./provider_samples.ts";

const met = new Map<string, number>();

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
          try {
            if (disjointForeign(trial, edits, user, crowd)) tried++;
          } catch (error) {
            const fault = error instanceof LawBreach ? knownFault(error) : undefined;
            if (fault === undefined) throw error;
            met.set(fault, (met.get(fault) ?? 0) + 1);
          }
        }
      }
    }
    assert.ok(tried > 1000, `only ${tried} edits were tried`);
  });
}

Deno.test("the list of known faults holds only what is not mended", () => {
  for (const { fault, most } of KNOWN) {
    const count = met.get(fault) ?? 0;
    console.log(`known, to be mended by the core: ${fault} (${count} times)`);
    assert.ok(count > 0, `mended, take it off the list: ${fault}`);
    assert.ok(count <= most, `more often than the known ${most} times: ${fault}`);
  }
});
