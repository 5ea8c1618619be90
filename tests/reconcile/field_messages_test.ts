/**
 * What the system refuses is told for what it is, in whole runs: kinds of cases from the field with their
 * relatives. `tests/storage/refusals_test.ts` has every step of a replacement.
 */
import assert from "node:assert/strict";
import { ConfigPatchError, planSharedConfigPatches } from "../../mod.ts";
import { Scenario } from "../support/scenario.ts";
import { system } from "../support/tmpfs.ts";
import { needsRoot } from "../torture/planting.ts";

const CODEX = "_codex-config/config.toml";
const ONE = { providers: ["codex"] };

/** The one error of a run. */
async function refusal(run: Promise<unknown>): Promise<ConfigPatchError> {
  const error: unknown = await run.then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof ConfigPatchError, `it did not fail: ${error}`);
  return error.errors[0] ?? error;
}

/** Work while something is mounted; says so where that is not allowed. */
async function whileMounted(
  args: readonly string[],
  target: string,
  work: () => Promise<void>,
): Promise<void> {
  if (needsRoot) return console.log(`not tried: ${needsRoot}`);
  if (!system("mount", ...args, target)) return console.log("not tried: needs the right to mount");
  try {
    await work();
  } finally {
    system("umount", target);
  }
}

Deno.test("C2: a config that is mounted by itself is named as that, and plan knows", async () => {
  const scenario = await Scenario.with({ [CODEX]: 'model = "x"\n' });
  const target = `${scenario.mounts}/${CODEX}`;
  const source = await Deno.makeTempFile();
  Deno.writeTextFileSync(source, 'model = "bound"\n');
  await whileMounted(["--bind", source], target, async () => {
    for (const run of [() => scenario.apply(ONE), () => scenario.apply(ONE)]) {
      const error = await refusal(run());
      assert.equal(`${error.code} ${error.provider} ${error.file}`, `io codex ${CODEX}`);
      assert.match(`${error.message} ${error.remedy}`, /mount point.*mount the directory/);
      assert.doesNotMatch(`${error.message} ${error.remedy}`, /\.tmp|EBUSY.*EBUSY/);
    }
    const { roster, mounts } = scenario;
    const [row] = (await planSharedConfigPatches(roster, mounts, ONE)).providers;
    assert.equal(`${row?.outcome} ${row?.error?.code}`, "failed io");
    // Others are served.
    assert.equal((await scenario.apply({ providers: ["gh"] })).changed, true);
    assert.equal(Deno.readTextFileSync(source), 'model = "bound"\n');
  });
});

Deno.test("C2, relative: a host dir that is mounted as a whole is served", async () => {
  const scenario = await Scenario.with({ [CODEX]: "" });
  const directory = `${scenario.mounts}/_codex-config`;
  await whileMounted(["-t", "tmpfs", "tmpfs"], directory, async () => {
    Deno.writeTextFileSync(`${scenario.mounts}/${CODEX}`, 'model = "x"\n');
    await scenario.apply(ONE);
    assert.match(scenario.read(CODEX) ?? "", /^model = "x"\nopenai_base_url/);
    await scenario.disable("codex");
    assert.equal(scenario.read(CODEX), 'model = "x"\n');
  });
});

for (
  const [what, path] of [
    ["C3: a config that is immutable", CODEX],
    ["C3, relative: a host dir that is immutable", "_codex-config"],
  ] as const
) {
  Deno.test(`${what} is told, with what takes that away`, async () => {
    const scenario = await Scenario.with({ [CODEX]: 'model = "x"\n' });
    const whole = `${scenario.mounts}/${path}`;
    if (!system("chattr", "+i", whole)) return console.log("not tried: needs chattr");
    const error = await refusal(scenario.apply(ONE)).finally(() => system("chattr", "-i", whole));
    assert.equal(`${error.code} ${error.file}`, `permission ${CODEX}`);
    assert.match(error.remedy ?? "", /lsattr; chattr -i/);
    assert.equal(scenario.read(CODEX), 'model = "x"\n');
  });
}

Deno.test("C3, relative: a read-only host dir is told as that", async () => {
  const scenario = await Scenario.with({ [CODEX]: 'model = "x"\n' });
  const directory = `${scenario.mounts}/_codex-config`;
  await whileMounted(["--bind", directory], directory, async () => {
    if (!system("mount", "-o", "remount,bind,ro", directory)) return console.log("not tried");
    const error = await refusal(scenario.apply(ONE));
    assert.match(`${error.code} ${error.message} ${error.remedy}`, /^io .*read-only.*read-write/);
  });
});
