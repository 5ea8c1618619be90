/**
 * A file with several names, of which the client reads the last one that exists: whatever makes a
 * stronger one, no run calls the weaker one routed.
 */
import assert from "node:assert/strict";
import { ConfigPatchError, verifySharedConfigPatches } from "../../mod.ts";
import { start } from "../../reconcile/start.ts";
import { outcomes, patched, type Patches, Scenario } from "../support/scenario.ts";
import { defaultFormats } from "../../formats/mod.ts";
import { resolveVaultLocation } from "../../transport/mod.ts";
import { Mounts } from "../../storage/mounts.ts";

const URL_OF = { toml_set: { url: "{vault_url}" } };
const NAMES = ["a.toml", "b.toml", "c.toml"];

const verdict = async ({ roster, mounts }: Scenario) =>
  (await verifySharedConfigPatches(roster, mounts)).verdict;

Deno.test("a stronger name that appears later is seen by a steady start", async () => {
  const several = { p: { host_dir: "_l", shared_config_patch: { file: NAMES, ...URL_OF } } };
  for (const first of ["", ...NAMES.slice(0, 2)]) {
    for (const later of NAMES.slice(NAMES.indexOf(first || "a.toml") + 1)) {
      const scenario = await Scenario.with(
        first === "" ? {} : { [`_l/${first}`]: "x = 1\n" },
        several,
      );
      await scenario.apply();
      assert.deepEqual(outcomes(await scenario.apply()), ["p: unchanged"]);
      scenario.write(`_l/${later}`, "y = 1\n");
      assert.deepEqual(outcomes(await scenario.apply()), ["p: updated"], `${first} ${later}`);
      assert.match(scenario.read(`_l/${later}`) ?? "", /^url = /m);
      assert.equal(await verdict(scenario), "routed");
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  }
});

Deno.test("a stronger name that appears while a run goes on is seen before it ends", async () => {
  const several = { p: { host_dir: "_l", shared_config_patch: { file: NAMES, ...URL_OF } } };
  const { roster, mounts } = await Scenario.with({}, several);
  let looks = 0;
  class Watched extends Mounts {
    override isTouched(dir: string, file: string, read: Parameters<Mounts["isTouched"]>[2]) {
      // Under the lock, when all is planned and nothing written.
      if (looks++ === 0) {
        Deno.mkdirSync(`${mounts}/_l`, { recursive: true });
        Deno.writeTextFileSync(`${mounts}/_l/c.toml`, "y = 1\n");
      }
      return super.isTouched(dir, file, read);
    }
  }
  const location = resolveVaultLocation();
  const report = await start({
    mounts,
    job: (opening) =>
      Promise.resolve({
        roster,
        location,
        formats: defaultFormats,
        mounts: new Watched(mounts, { mayWrite: true, opening }),
      }),
  });
  assert.ok(looks > 0);
  assert.ok(report.providers.every((row) => row.error === undefined));
  assert.match(Deno.readTextFileSync(`${mounts}/_l/c.toml`), /^url = /m);
  assert.equal((await verifySharedConfigPatches(roster, mounts)).verdict, "routed");
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("a stronger name that the same run makes is the one that is used", async () => {
  const other = { toml_set: { other: "{vault_url}" } };
  const cases: readonly Patches[] = [
    // For another provider, which comes before or after in name order.
    {
      p: { host_dir: "_l", shared_config_patch: { file: NAMES, ...URL_OF } },
      q: patched("c.toml", other),
    },
    {
      p: patched("c.toml", other),
      q: { host_dir: "_l", shared_config_patch: { file: NAMES, ...URL_OF } },
    },
    // For another patch of its own.
    {
      p: {
        host_dir: "_l",
        shared_config_patch: [{ file: NAMES, ...URL_OF }, { file: "c.toml", ...other }],
      },
    },
    // One leads to the next: q makes b.toml, so r goes there and makes nothing; p is in c.toml for s.
    {
      p: { host_dir: "_l", shared_config_patch: { file: NAMES, ...URL_OF } },
      q: patched("b.toml", other),
      r: {
        host_dir: "_l",
        shared_config_patch: { file: ["b.toml", "c.toml"], toml_set: { r: "{vault_url}" } },
      },
      s: patched("c.toml", { toml_set: { s: "{vault_url}" } }),
    },
  ];
  for (const patches of cases) {
    for (const text of [undefined, "x = 1\n"]) {
      const scenario = await Scenario.with(
        text === undefined ? {} : { "_l/a.toml": text },
        patches,
      );
      await scenario.apply();
      assert.match(scenario.read("_l/c.toml") ?? "", /^url = /m);
      assert.equal(scenario.read("_l/a.toml"), text);
      assert.equal(await verdict(scenario), "routed");
      assert.ok(outcomes(await scenario.apply()).every((one) => one.endsWith("unchanged")));
      await scenario.disable(...Object.keys(patches));
      const left = Object.entries(scenario.files()).filter(([key]) => key.endsWith(".toml"));
      assert.deepEqual(left, text === undefined ? [] : [["_l/a.toml", text]]);
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  }
});

Deno.test("a stronger name that another provider fails to make changes nothing", async () => {
  const patches = {
    p: { host_dir: "_l", shared_config_patch: { file: NAMES, ...URL_OF } },
    q: {
      host_dir: "_l",
      shared_config_patch: {
        file: "c.toml",
        toml_set: { other: "{vault_url}" },
        bypassed_by: [{ file: "rival", why: "It is read instead." }],
      },
    },
  };
  const scenario = await Scenario.with({ "_l/a.toml": "x = 1\n", "_l/rival": "" }, patches);
  await assert.rejects(
    scenario.apply(),
    (error) => error instanceof ConfigPatchError && error.errors.length === 1,
  );
  assert.match(scenario.read("_l/a.toml") ?? "", /^url = /m);
  assert.equal(scenario.read("_l/c.toml"), undefined);
  await Deno.remove(scenario.mounts, { recursive: true });
});
