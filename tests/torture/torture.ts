/**
 * The promise of DESIGN 4.1, tried for minutes: `deno task torture`. Prints how often each thing was
 * done and how often something was lost, and exits with 1 if anything was.
 *
 *   --section NAME[,NAME]   attacks, races, kills, faults, crowds, forgeries, clients, maps, budgets;
 *                           all by default
 *   --scale N               so many times as much; 1 takes four to six minutes on two cores
 *   --seed N                of what is random
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import {
  besideRestless,
  type Ended,
  hardLinks,
  highInodes,
  leases,
  manyProviders,
} from "./budgets.ts";
import { clients } from "./clients.ts";
import { crashEverywhere, SCENARIOS } from "./crashes.ts";
import { crowd } from "./crowds.ts";
import { forge } from "./forged.ts";
import { attackProgram } from "./hostile.ts";
import { kill } from "./kills.ts";
import { mapWrites } from "./maps.ts";
import { missing } from "./planting.ts";
import { race, raceNested } from "./races.ts";

/** What was done, by what it is called. */
type Counts = Readonly<Record<string, number>>;

/** One thing to do; it throws if anything is lost. */
type Trial = () => Promise<Counts>;

function sections(scale: number, seed: number): Readonly<Record<string, readonly Trial[]>> {
  const times = (count: number) => Math.ceil(count * scale);
  const repeat = (count: number, trial: (round: number) => Promise<Counts>): Trial[] =>
    Array.from({ length: times(count) }, (_, round) => () => trial(round));
  return {
    attacks: (["scoped", "all"] as const).map((grants) => async () => ({
      attacks: await attackProgram({ grants, all: true }),
    })),
    races: [
      async () => racesOf(await race(times(2500), "scoped")),
      async () => racesOf(await race(times(1500), "all")),
      async () => racesOf(await raceNested(times(1000))),
    ],
    kills: repeat(4, async (round) => {
      const { kills, midway } = await kill(50, seed + round);
      return { kills, "kills in the midst of writing": midway };
    }),
    faults: Object.values(SCENARIOS).flatMap((scenario) =>
      (["once", "dead"] as const).map((mode) => async () => ({
        faults: await crashEverywhere(scenario, mode),
      }))
    ),
    crowds: repeat(4, async (round) => {
      const { runs, edits, overwritten, gaveUp } = await crowd(10, round % 2 === 1);
      return {
        "crowd rounds": 1,
        "crowd runs": runs,
        "edits by the agent": edits,
        "edits in the instant before a rename": overwritten,
        "files given up, as they changed all the time": gaveUp,
      };
    }),
    forgeries: repeat(4, async (round) => {
      await forge(150, seed + round);
      return { forgeries: 150 };
    }),
    clients: [async () => {
      const { runs, saves, instant, late, editsLost, settingsLost } = await clients({
        ...{ seconds: times(40), load: 1, speeds: ["fast", "slow"] },
      });
      assert.deepEqual({ editsLost, settingsLost }, { editsLost: [], settingsLost: [] });
      return {
        "runs beside clients": runs,
        "saves by clients": saves,
        "settings lost": settingsLost.length,
        "edits lost in the instant before a rename": instant,
        "edits lost through an earlier descriptor": late,
      };
    }],
    maps: [async () => {
      const starts = times(80);
      const unrouted = await mapWrites(starts);
      assert.equal(unrouted, 0, `${unrouted} of ${starts} starts were not routed`);
      return { "starts after a write through a memory map": starts, "not routed": unrouted };
    }],
    budgets: [
      async () => inTime("60 hard links to a large file", await hardLinks()),
      async () => inTime("a sidecar with 200 providers", await manyProviders()),
      async () => {
        const others = await besideRestless(16);
        const longest = Math.max(...others.map((one) => one.seconds));
        return {
          "starts beside a restless config": others.length,
          "the longest of them, in seconds": Math.ceil(longest),
        };
      },
      async (): Promise<Counts> => {
        if (await missing("python3")) return {};
        const { plan, apply } = await leases();
        assert.match(plan.said, /lease/);
        assert(plan.seconds < 20 && apply.seconds < 60, `${plan.seconds} s, ${apply.seconds} s`);
        assert.equal(apply.code, 1, apply.said);
        return { "two leases: seconds": Math.ceil(apply.seconds) };
      },
      async (): Promise<Counts> => {
        const ended = await highInodes();
        if (ended === undefined) return {};
        assert.equal(ended.code, 1, ended.said);
        assert.match(ended.said, /2\^53/);
        return { "refused, as its inodes are above 2^53": 1 };
      },
    ],
  };
}

/** A run as a whole takes 20 seconds at most, whatever one container plants (on a free machine). */
function inTime(what: string, { seconds, said }: Ended): Counts {
  assert(seconds < 40, `${what} takes ${seconds} s: ${said}`);
  return { [`${what}: seconds`]: Math.ceil(seconds) };
}

function racesOf({ swaps, runs, served }: Awaited<ReturnType<typeof race>>): Counts {
  return { "races (runs under attack)": runs, "races that were won": served, swaps };
}

const { values } = parseArgs({
  options: {
    section: { type: "string" },
    scale: { type: "string", default: "1" },
    seed: { type: "string", default: "20261125" },
  },
});
const all = sections(Number(values.scale), Number(values.seed));
const chosen = values.section?.split(",") ?? Object.keys(all);
const unknown = chosen.filter((name) => all[name] === undefined);
if (unknown.length > 0 || !(Number(values.scale) > 0)) {
  console.error(`--section is one of ${Object.keys(all).join(", ")}; --scale is a number`);
  Deno.exit(64);
}

let losses = 0;
for (const name of chosen) {
  const start = performance.now();
  const sums = new Map<string, number>();
  for (const trial of all[name] ?? []) {
    try {
      for (const [what, count] of Object.entries(await trial())) {
        sums.set(what, (sums.get(what) ?? 0) + count);
      }
    } catch (error) {
      losses++;
      console.log(`LOST, in ${name}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  console.log(`${name}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  for (const [what, count] of sums) console.log(`  ${what.padEnd(48)}${String(count).padStart(8)}`);
}
console.log(`losses ${losses}`);
if (losses > 0) Deno.exit(1);
