/**
 * Entries of lists: every one that is meant is routed, and whatever the user moves, adds, removes or
 * renames meanwhile, each gets its own former text back, byte by byte.
 */
import fc from "fast-check";
import { entriesCases, playEntries } from "./entries.ts";

for (const format of ["toml", "yaml", "json"]) {
  Deno.test(`${format}: entries are known by what stands in them, wherever they go`, async () => {
    const property = fc.asyncProperty(entriesCases, (story) => playEntries(format, story));
    await fc.assert(property, { numRuns: 300, seed: 8 });
  });
}
