/** Runs that meet at the lock: only what another run has really changed is planned again. */
import assert from "node:assert/strict";
import { applySharedConfigPatches, defaultFormats, resolveVaultLocation } from "../../mod.ts";
import type { FormatHandler } from "../../formats/types.ts";
import { run } from "../../reconcile/run.ts";
import { parseState } from "../../reconcile/state.ts";
import { rosterFrom } from "../../roster/mod.ts";
import type { Lock, LockOptions } from "../../storage/lock.ts";
import { Mounts } from "../../storage/mounts.ts";
import { Scenario } from "../support/scenario.ts";

function textOf(name: string): string {
  return `{ "of": "${name}" }\n`;
}

const FILES = Object.fromEntries(
  ["a", "b", "c"].map((one) => [`_${one}/settings.json`, textOf(one)]),
);

/** Each with a key of its own, but for `e`, which wants what `a` wants. */
const ROSTER = rosterFrom(
  Object.fromEntries(
    ["a _a a", "b _b b", "c _c c", "d _c d", "e _a a"].map((one) => {
      const [name = "", host_dir, key = ""] = one.split(" ");
      const json_set = { [key]: "{vault_url}" };
      return [name, { host_dir, shared_config_patch: { file: "settings.json", json_set } }];
    }),
  ),
);

const ELSEWHERE = resolveVaultLocation({ tokenBrokerPort: 1, direct: true });

/** Mounts on which something happens whenever the lock is asked for. */
class Meeting extends Mounts {
  readonly #between: () => Promise<unknown>;
  locks = 0;

  constructor(path: string, between: () => Promise<unknown>) {
    super(path, { mayWrite: true });
    this.#between = between;
  }

  override async lockWhile(
    isWanted: () => Promise<boolean>,
    options?: LockOptions,
  ): Promise<Lock | undefined> {
    await this.#between();
    const lock = await super.lockWhile(isWanted, options);
    if (lock !== undefined) this.locks++;
    return lock;
  }
}

/** Applies providers; tells the texts that were parsed, and how often the lock was taken. */
async function meet(
  providers: readonly string[],
  between: (mounts: string) => Promise<unknown>,
  before: (mounts: string) => Promise<unknown> = () => Promise.resolve(),
) {
  const { mounts: path } = await Scenario.with(FILES);
  await before(path);
  const parsed: string[] = [];
  const json = await defaultFormats.load("json");
  const counting: FormatHandler = {
    ...json,
    parse(text, options) {
      parsed.push(text);
      return json.parse(text, options);
    },
  };
  const mounts = new Meeting(path, () => between(path));
  const { report } = await run({
    mounts,
    roster: ROSTER,
    location: ELSEWHERE,
    formats: defaultFormats.with(counting),
    providers,
  });
  // A plan begins with the text that stands there.
  const of = (name: string) => parsed.filter((text) => text === textOf(name)).length;
  const state = parseState(Deno.readTextFileSync(`${path}/.vault-config/state.json`));
  const owners = [...state.files.values()].flatMap(({ claims }) =>
    claims.flatMap((one) => one.owners)
  );
  const outcomes = report.providers.map((row) => row.error?.code ?? row.outcome).join();
  return { of, outcomes, locks: mounts.locks, owners: owners.sort().join() };
}

const apply = (mounts: string, ...providers: string[]) =>
  applySharedConfigPatches(ROSTER, mounts, { providers, location: ELSEWHERE });

Deno.test("a run about other providers costs nobody a plan or a round", async () => {
  const alone = await meet(["a"], () => Promise.resolve());
  assert.deepEqual([alone.locks, alone.owners], [1, "a"]);
  const met = await meet(["a"], (mounts) => apply(mounts, "b", "c"));
  assert.deepEqual([met.locks, met.outcomes, met.owners], [1, "updated", "a,b,c"]);
  assert.equal(met.of("a"), alone.of("a"));
});

Deno.test("of several files, only the one whose entry has changed is planned again", async () => {
  const alone = await meet(["a", "c"], () => Promise.resolve());
  const met = await meet(["a", "c"], (mounts) => apply(mounts, "d"));
  assert.deepEqual([met.locks, met.outcomes, met.owners], [2, "updated,updated", "a,c,d"]);
  assert.equal(met.of("a"), alone.of("a"));
});

Deno.test("whom another run has made an owner of our place stays one", async () => {
  const location = resolveVaultLocation();
  let rounds = 0;
  const met = await meet(["a"], async (mounts) => {
    // The file stays as it is, byte for byte: only the state tells.
    if (rounds++ === 0) {
      await applySharedConfigPatches(ROSTER, mounts, { providers: ["e"], location });
    }
  }, (mounts) => applySharedConfigPatches(ROSTER, mounts, { providers: ["a"], location }));
  // What e wants now stands in the way of another address, and nothing was written.
  assert.deepEqual([met.outcomes, met.owners], ["conflict", "a,e"]);
});

Deno.test("who has to plan again while the lock is taken does so before it is free", async () => {
  let lock: Lock | undefined;
  let rounds = 0;
  const met = await meet(["a"], async (mounts) => {
    if (rounds++ > 0) return lock?.[Symbol.dispose]();
    await apply(mounts, "e");
    lock = await new Mounts(mounts).lock();
  });
  assert.deepEqual([rounds, met.locks, met.owners], [2, 1, "a,e"]);
});

Deno.test("a crowd of other runs, each faster, keeps nobody from being done", async () => {
  const others = ["b", "c", "d"];
  let rounds = 0;
  const met = await meet(["a"], async (mounts) => {
    const name = others[rounds++ % others.length] ?? "";
    await applySharedConfigPatches(
      ROSTER,
      mounts,
      rounds % 2 === 0 ? { providers: [name] } : { providers: [], disabledProviders: [name] },
    );
  });
  assert.deepEqual([met.locks, met.outcomes], [1, "updated"]);
});
