/** Races, kills and crowds, for a moment each; `deno task torture` goes on for minutes. */
import assert from "node:assert/strict";
import { crowd } from "./crowds.ts";
import { kill } from "./kills.ts";
import { race, raceNested } from "./races.ts";

Deno.test("swapping files under the program leads nowhere", async () => {
  const { swaps, served } = await race(60, "scoped");
  assert(swaps > 100, `only ${swaps} swaps`);
  assert(served > 0, "nothing was ever patched");
});

Deno.test("swapping a directory on the way to a nested file leads nowhere", async () => {
  const { swaps } = await raceNested(40);
  assert(swaps > 100, `only ${swaps} swaps`);
});

Deno.test("a program that is killed leaves whole files, and nothing that nobody knows", async () => {
  await kill(6, 1);
});

Deno.test("a crowd loses no key", async () => {
  await crowd(2, false);
});

Deno.test("a crowd and an agent lose nothing but what no rename can save", async () => {
  const { edits } = await crowd(2, true);
  assert(edits > 10, `only ${edits} edits`);
});
