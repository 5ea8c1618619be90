/**
 * The benchmarks: `deno task bench [--runs=N] [start-up] [profile] [providers] [large-files] [worst-files] [python]`.
 *
 * Everything that is compared is measured side by side in one run, in turns; trust the ratios. A
 * missed budget is printed, and is no failure: whether a machine was quiet is for people to judge.
 *
 * @module
 */
import { benchLargeFiles } from "./large_files.ts";
import { hasChildTimes } from "./measure.ts";
import { benchProfile } from "./profile.ts";
import { benchProviders } from "./providers.ts";
import { benchPython } from "./python.ts";
import { benchStartUp } from "./start_up.ts";
import { benchWorstFiles } from "./worst_files.ts";

const SECTIONS: Readonly<Record<string, (directory: string, runs: number) => Promise<void>>> = {
  "start-up": (directory, runs) => benchStartUp(directory, 4 * runs),
  "profile": (directory, runs) => benchProfile(directory, 2 * runs),
  "providers": benchProviders,
  "large-files": (directory, runs) => benchLargeFiles(directory, 2 * runs),
  "worst-files": benchWorstFiles,
  "python": benchPython,
};

const runs = Number(Deno.args.find((arg) => arg.startsWith("--runs="))?.slice(7) ?? 5);
const names = Deno.args.filter((arg) => !arg.startsWith("--"));
const unknown = names.find((name) => !Object.hasOwn(SECTIONS, name));
if (unknown !== undefined || !(runs >= 1)) {
  console.error(`usage: deno task bench [--runs=N] [${Object.keys(SECTIONS).join("] [")}]`);
  Deno.exit(64);
}

const { os, arch } = Deno.build;
const load = Deno.loadavg()[0]?.toFixed(1);
console.log(`Deno ${Deno.version.deno}, ${os} ${arch}, ${navigator.hardwareConcurrency} cores`);
console.log(`load when it began: ${load}; medians; spread: half of the interquartile range`);
if (!hasChildTimes) console.log("no bash: CPU time of whole processes is their wall time");
const directory = await Deno.makeTempDir({ prefix: "vault-config-bench-" });
try {
  for (const [name, bench] of Object.entries(SECTIONS)) {
    if (names.length === 0 || names.includes(name)) await bench(directory, runs);
  }
} finally {
  await Deno.remove(directory, { recursive: true });
}
