/** All laws over many random documents: `deno task laws --documents 10000`. */
import { parseArgs } from "node:util";
import { complaints, GENERATORS, runRandom } from "./random.ts";

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "10000" },
    format: { type: "string" },
    seed: { type: "string", default: "20261124" },
    first: { type: "boolean", default: false },
  },
});

let broken = 0;
let declined = 0;
for (const generator of GENERATORS) {
  if (values.format !== undefined && values.format !== generator.format) continue;
  const start = performance.now();
  const options = {
    documents: Number(values.documents),
    seed: Number(values.seed),
    first: values.first,
  };
  const outcome = await runRandom(generator, options);
  const { broken: breaches, ...counts } = outcome;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${generator.format}, ${seconds} s`);
  for (const [name, count] of Object.entries({ ...counts, broken: breaches.length })) {
    console.log(`  ${name.padEnd(12)}${String(count).padStart(8)}`);
  }
  for (const one of breaches.slice(0, 10)) console.log(`  BROKEN ${one}\n`);
  broken += breaches.length;
  for (const complaint of complaints(generator, outcome)) {
    console.log(`  TOO MANY ${complaint}`);
    declined++;
  }
}
console.log(`${broken} broken`);
if (broken + declined > 0) Deno.exit(1);
