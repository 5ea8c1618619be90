/** Timing: samples of CPU and wall time, taken in turns so that a busy machine is busy for all. @module */
import process from "node:process";

/** One run. */
export interface Sample {
  /** Milliseconds by the clock. */
  readonly wall: number;
  /** Milliseconds of processor time, user and system; wall time where they cannot be had. */
  readonly cpu: number;
  /** The part of it that the system spent on calls; 0 where it cannot be had. */
  readonly system: number;
}

/** Something to be timed. */
export interface Case {
  readonly name: string;
  /** What has to be in place; not timed. */
  readonly prepare?: () => void | Promise<void>;
  readonly run: () => Promise<Sample>;
}

/** What the runs of a case amount to, in milliseconds. */
export interface Result {
  readonly name: string;
  readonly runs: number;
  /** The median. */
  readonly cpu: number;
  /** The median of the part that the system spent. */
  readonly system: number;
  /** The median. */
  readonly wall: number;
  /** Half of the distance between the quartiles of the CPU time, as a part of its median. */
  readonly spread: number;
}

/** Whether the CPU time of children can be measured: Deno cannot, the keyword of bash can. */
export const hasChildTimes: boolean = await exists("bash");

/** Times every case `runs` times, in turns: A B C, A B C, … after one round that does not count. */
export async function inTurns(cases: readonly Case[], runs: number): Promise<Result[]> {
  const samples = cases.map((): Sample[] => []);
  for (let round = 0; round <= runs; round++) {
    for (const [index, { prepare, run }] of cases.entries()) {
      await prepare?.();
      const sample = await run();
      if (round > 0) samples[index]?.push(sample);
    }
  }
  return cases.map(({ name }, index) => resultOf(name, samples[index] ?? []));
}

/**
 * A whole process, its output thrown away.
 *
 * @throws {Error} if it fails.
 */
export async function child(command: readonly string[], cwd: string): Promise<Sample> {
  const [program = "", ...args] = hasChildTimes
    ? ["bash", "-c", 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1', "bash", ...command]
    : command;
  const options = { args, cwd, stdin: "null", stdout: "null", stderr: "piped" } as const;
  const begin = performance.now();
  const { success, stderr } = await new Deno.Command(program, options).output();
  const wall = performance.now() - begin;
  if (!success) throw new Error(`failed: ${command.join(" ")}`);
  if (!hasChildTimes) return { wall, cpu: wall, system: 0 };
  const times = new TextDecoder().decode(stderr).trim().split(" ").map(Number);
  const [user = NaN, system = NaN] = times.map((seconds) => 1000 * seconds);
  return { wall, cpu: user + system, system };
}

/** Work in this process. */
export async function here(work: () => unknown): Promise<Sample> {
  const before = process.cpuUsage();
  const begin = performance.now();
  await work();
  const wall = performance.now() - begin;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1000, system: system / 1000 };
}

/** Whether a program can be run. */
export async function exists(program: string, ...args: readonly string[]): Promise<boolean> {
  try {
    const options = {
      args: args.length === 0 ? ["--version"] : [...args],
      stdout: "null",
    } as const;
    return (await new Deno.Command(program, { ...options, stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function resultOf(name: string, samples: readonly Sample[]): Result {
  const sorted = (key: keyof Sample) => samples.map((one) => one[key]).sort((a, b) => a - b);
  const cpu = sorted("cpu");
  const middle = quantile(cpu, 0.5);
  return {
    name,
    runs: samples.length,
    cpu: middle,
    system: quantile(sorted("system"), 0.5),
    wall: quantile(sorted("wall"), 0.5),
    spread: (quantile(cpu, 0.75) - quantile(cpu, 0.25)) / 2 / middle,
  };
}

function quantile(sorted: readonly number[], part: number): number {
  const at = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (high - low) * (at - Math.floor(at));
}
