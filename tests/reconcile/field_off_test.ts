/**
 * Off means off, and what cannot be is said of everybody whom it concerns: kinds of cases from the
 * field with their relatives.
 */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../mod.ts";
import { type Patches, Scenario } from "../support/scenario.ts";

const CODEX = "_codex-config/config.toml";

/** A provider with one patch in `_l`. */
function patched(file: string, rest: Record<string, unknown>): Patches[string] {
  return { host_dir: "_l", shared_config_patch: { file, ...rest } };
}

/** What a run refuses: `provider code message`, by provider. */
async function refused(run: Promise<unknown>): Promise<string[]> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError, String(error));
    const errors = error.errors.length > 0 ? error.errors : [error];
    return errors.map(({ provider, code, message }) => `${provider} ${code} ${message}`).sort();
  }
  return assert.fail("nothing was refused");
}

Deno.test("one place as a table and as a list of tables: both providers are named", async () => {
  const rows: [string, (format: string) => Record<string, unknown>][] = [
    ["table", (format) => ({ [`${format}_set`]: { m: { x: "{vault_url}" } } })],
    ["list", (format) => ({
      [`${format}_table`]: "m",
      [`${format}_match`]: { name: "x" },
      [`${format}_set`]: { u: "{vault_url}" },
    })],
  ];
  for (const format of ["toml", "yaml", "json"]) {
    for (const names of [["p", "q"], ["q", "p"]]) {
      const patches = Object.fromEntries(
        rows.map(([, rest], index) => [names[index], patched(`c.${format}`, rest(format))]),
      ) as Patches;
      const scenario = await Scenario.with({}, patches);
      const message = "conflict p and q want a table and a list of tables at m";
      assert.deepEqual(await refused(scenario.apply()), [`p ${message}`, `q ${message}`]);
      assert.deepEqual(scenario.files(), {});
      // One of them is there already, and takes no part.
      await scenario.apply({ providers: ["p"] });
      assert.deepEqual(await refused(scenario.apply({ providers: ["q"] })), [`q ${message}`]);
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  }
});

Deno.test("two patches of one provider that mean one place in two ways are both told of", async () => {
  const scenario = await Scenario.with({}, {
    p: {
      host_dir: "_l",
      shared_config_patch: [
        { file: "c.json", json_set: { m: { x: "{vault_url}" } } },
        { file: "c.json", json_table: "m", json_match: { a: 1 }, json_set: { u: "{vault_url}" } },
      ],
    },
  });
  assert.deepEqual(await refused(scenario.apply()), [
    "p conflict two patches of p want a table and a list of tables at m",
  ]);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("where our own record is lost and sidecars are not, it is said once what does not come back", async () => {
  const scenario = await Scenario.with({ [CODEX]: 'openai_base_url = "https://u.example"\n' });
  const told = (report: { readonly warnings: readonly { readonly message: string }[] }) =>
    report.warnings.filter(({ message }) => /does not come back/.test(message)).length;
  assert.equal(told(await scenario.apply()), 0);
  Deno.removeSync(`${scenario.mounts}/.vault-config`, { recursive: true });
  const report = await scenario.apply();
  assert.match(report.warnings[0]?.message ?? "", /in _codex-config, _gh-config, _vibe-config:/);
  assert.equal(told(report), 1);
  assert.equal(told(await scenario.apply()), 0);
  // The same for a single file of the record, and for who leaves at once.
  Deno.removeSync(`${scenario.mounts}/.vault-config/state.json`);
  assert.equal(told(await scenario.disable("codex")), 1);
  // Without sidecars there is nothing to be missed.
  const fresh = await Scenario.with({});
  assert.equal(told(await fresh.apply()), 0);
  for (const { mounts } of [scenario, fresh]) await Deno.remove(mounts, { recursive: true });
});
