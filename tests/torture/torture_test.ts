/** Races, kills and crowds, for a moment each; `deno task torture` goes on for minutes. */
import assert from "node:assert/strict";
import { clients } from "./clients.ts";
import { crowd } from "./crowds.ts";
import { kill } from "./kills.ts";
import { mapWrites } from "./maps.ts";
import { missing } from "./planting.ts";
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

Deno.test("clients that save all the time lose nothing but what no rename can save", async () => {
  const habits = ["rename", "append", "dump"] as const;
  const { saves, editsLost, settingsLost } = await clients({
    ...{ habits, seconds: 4, load: 0, speeds: ["fast"] },
  });
  assert(saves > 10, `only ${saves} saves`);
  assert.deepEqual({ editsLost, settingsLost }, { editsLost: [], settingsLost: [] });
});

Deno.test("a write through a memory map is seen by the next start", async () => {
  if (await missing("python3")) return console.log("not tried: needs python3");
  assert.equal(await mapWrites(5), 0);
});
