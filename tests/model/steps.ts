/** What can happen in a play, at random. */
import fc from "fast-check";
import { resolveVaultLocation, type VaultLocation } from "../../mod.ts";
import { type Form, NAMES, type Stage } from "./cast.ts";

/** One step of a play. Numbers choose among what there is at that moment. */
export type Step =
  | RunStep
  | { readonly does: "user"; readonly what: UserAct; readonly choice: number }
  | { readonly does: "copy"; readonly what: Copying; readonly choice: number }
  | { readonly does: "lose"; readonly what: Loss; readonly choice: number }
  | { readonly does: "roster"; readonly name: string; readonly form: Form };

/** A run of the program. */
export interface RunStep {
  readonly does: "run";
  readonly apply: readonly string[];
  readonly disable: readonly string[];
  readonly at: number;
  /** At how many changes of the disk the process dies. */
  readonly dies?: number;
}

/** What users and their formatters do to a file. */
export type UserAct = typeof USER_ACTS[number];
const USER_ACTS = [
  "add",
  "change",
  "drop",
  "drop all",
  "add entry",
  "drop entry",
  "move entry",
  "change kind",
  "comment",
  "comment behind",
  "reformat",
  "format",
  "respell",
  "blank",
  "rewrite",
] as const;

/** What backups, dotfile syncs and clients at work do to whole files. */
export type Copying = typeof COPYINGS[number];
const COPYINGS = ["keep", "move away", "empty", "put back", "put back"] as const;

/** What is lost of our records, or forged. */
export type Loss = typeof LOSSES[number];
const LOSSES = ["state", "sidecar", "garbage", "forgery"] as const;

/** Where the vault is at a run. */
export const ADDRESSES: readonly VaultLocation[] = [
  resolveVaultLocation(),
  resolveVaultLocation({ tokenBrokerPort: 1234 }),
  resolveVaultLocation({ tokenBrokerPort: 1234, direct: true }),
  resolveVaultLocation({ url: "http://localhost:7777", socket: "/run/other.sock" }),
];

/** Whether an address of the vault stands in a text. */
export function holdsAddress(text = ""): boolean {
  return ADDRESSES.some(({ url, socket }) => text.includes(url) || text.includes(socket));
}

const choice = fc.nat(1000);
const some = fc.subarray([...NAMES]);

const runs: fc.Arbitrary<Step> = fc.record({
  does: fc.constant("run" as const),
  apply: fc.oneof(some, fc.constant(NAMES), fc.constantFrom(...NAMES.map((name) => [name]))),
  disable: fc.oneof(fc.constant<string[]>([]), some, fc.constant(NAMES)),
  at: fc.nat(ADDRESSES.length - 1),
  dies: fc.option(fc.nat(30), { freq: 4, nil: Infinity }),
});

const acts: fc.Arbitrary<Step> = fc.record({
  does: fc.constant("user" as const),
  what: fc.constantFrom(...USER_ACTS),
  choice,
});

const copies = (...whats: readonly Copying[]): fc.Arbitrary<Step> =>
  fc.record({ does: fc.constant("copy" as const), what: fc.constantFrom(...whats), choice });

const losses: fc.Arbitrary<Step> = fc.record({
  does: fc.constant("lose" as const),
  what: fc.constantFrom(...LOSSES),
  choice,
});

const rosters: fc.Arbitrary<Step> = fc.record({
  does: fc.constant("roster" as const),
  name: fc.constantFrom(...NAMES),
  form: fc.constantFrom<Form>("full", "less", "moved", "bare", "gone"),
});

/** A config is routed, goes away, and comes back after some other things. */
const absences: fc.Arbitrary<Step[]> = fc.tuple(
  runs,
  fc.array(acts, { maxLength: 1 }),
  copies("move away", "empty", "move away", "empty", "keep"),
  fc.array(fc.oneof(runs, runs, acts, rosters), { maxLength: 3 }),
  copies("put back"),
).map(([run, before, away, meanwhile, back]) => [run, ...before, away, ...meanwhile, back]);

/** Random plays: mostly runs and users, now and then something worse. */
export function playsOf(stage: Stage): fc.Arbitrary<readonly [string | undefined, Step[]]> {
  const one = (step: fc.Arbitrary<Step>) => step.map((it) => [it]);
  const steps = fc.oneof(
    { weight: 10, arbitrary: one(runs) },
    { weight: 8, arbitrary: one(acts) },
    { weight: 2, arbitrary: one(copies(...COPYINGS)) },
    { weight: 3, arbitrary: absences },
    { weight: 2, arbitrary: one(losses) },
    { weight: 2, arbitrary: one(rosters) },
  );
  return fc.tuple(
    fc.constantFrom(...stage.documents),
    fc.array(steps, { minLength: 3, maxLength: 10, size: "max" }).map((all) => all.flat()),
  );
}
