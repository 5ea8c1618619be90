/** Random plays against the rules: `deno task model --runs 10000`. */
import { parseArgs } from "node:util";
import { STAGES } from "./cast.ts";
import { playAll } from "./play_all.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3000" },
    format: { type: "string" },
    seed: { type: "string", default: "20261125" },
  },
});

let broken = 0;
for (const stage of STAGES) {
  if (values.format !== undefined && values.format !== stage.format) continue;
  const start = performance.now();
  const options = { plays: Number(values.runs), seed: Number(values.seed) };
  const { counts, breaches } = await playAll(stage, options);
  console.log(`${stage.format}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  for (const [name, count] of Object.entries({ ...counts, broken: breaches.length })) {
    console.log(`  ${name.padEnd(12)}${String(count).padStart(8)}`);
  }
  for (const one of breaches.slice(0, 10)) console.log(`  BROKEN ${one}\n`);
  broken += breaches.length;
}
console.log(`${broken} broken`);
if (broken > 0) Deno.exit(1);
