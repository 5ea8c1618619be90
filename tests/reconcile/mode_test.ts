/**
 * `mode` of an agent file: a client that refuses a config with wider permission bits. What we began is
 * brought to it, what is the user's is refused, and no run ends well while the file is too wide.
 */
import assert from "node:assert/strict";
import { diffText } from "../../cli/diff.ts";
import { defaultFormats } from "../../formats/mod.ts";
import {
  ConfigPatchError,
  resolveVaultLocation,
  statusOfSharedConfigPatches,
  verifySharedConfigPatches,
} from "../../mod.ts";
import { run } from "../../reconcile/run.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem } from "../../storage/primitives.ts";
import { outcomes, patched, type Patches, Scenario } from "../support/scenario.ts";

const FILE = "_l/c.yml";
const NARROW = { p: patched("c.yml", { mode: "0600", yaml_set: { url: "{vault_url}" } }) };
/** A second patch of another file comes first, so that the narrow file is not the provider's own. */
const SECOND: Patches = {
  p: {
    host_dir: "_l",
    shared_config_patch: [
      { file: "a.yml", yaml_set: { url: "{vault_url}" } },
      { file: "c.yml", mode: "0600", yaml_set: { url: "{vault_url}" } },
    ],
  },
};

const bits = ({ mounts }: Scenario) => (Deno.statSync(`${mounts}/${FILE}`).mode ?? 0) & 0o777;

const verdict = async ({ roster, mounts }: Scenario) =>
  (await verifySharedConfigPatches(roster, mounts)).verdict;

Deno.test("a file of the user's in the place of ours is refused while it is open to others", async () => {
  for (const patches of [NARROW, SECOND]) {
    const scenario = await Scenario.with({}, patches);
    const path = `${scenario.mounts}/${FILE}`;
    await scenario.apply();
    assert.equal(bits(scenario), 0o600);
    Deno.removeSync(path);
    scenario.write(FILE, "editor: vi\n");
    Deno.chmodSync(path, 0o644);
    for (let start = 0; start < 2; start++) {
      await assert.rejects(
        scenario.apply(),
        (error) => error instanceof ConfigPatchError && error.errors[0]?.code === "permission",
      );
      assert.equal(scenario.read(FILE), "editor: vi\n");
      assert.equal(await verdict(scenario), "unknown");
    }
    Deno.chmodSync(path, 0o600);
    await scenario.apply();
    assert.equal(await verdict(scenario), "routed");
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("a file of ours that became too wide is brought back, and the reason is told", async () => {
  for (const patches of [NARROW, SECOND]) {
    const scenario = await Scenario.with({}, patches);
    await scenario.apply();
    Deno.chmodSync(`${scenario.mounts}/${FILE}`, 0o666);
    const { roster, mounts } = scenario;
    const found = await verifySharedConfigPatches(roster, mounts);
    assert.equal(found.verdict, "not-routed");
    const [change, ...more] = found.report.files;
    assert.deepEqual(change?.mode, { before: "0666", after: "0600" });
    assert.deepEqual(more, []);
    assert.ok(
      found.report.providers.some((row) =>
        row.file === FILE && row.outcome === "updated" && row.edits.length === 0
      ),
    );
    const style = { paint: (_tone: string, text: string) => text, ours: undefined, raw: false };
    assert.equal(
      change && diffText(change, style),
      `diff --git a/${FILE} b/${FILE}\nold mode 100666\nnew mode 100600\n`,
    );
    const status = await statusOfSharedConfigPatches(roster, mounts);
    assert.ok(status.providers.some(({ standing }) => standing === "not-routed"));
    assert.ok(outcomes(await scenario.apply()).includes("p: updated"));
    assert.equal(bits(scenario), 0o600);
    assert.ok(outcomes(await scenario.apply()).every((one) => one === "p: unchanged"));
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("a file that cannot be replaced fails all who take part in it, whatever they change", async () => {
  const location = resolveVaultLocation();
  for (const patches of [NARROW, SECOND]) {
    // One that has nothing to change in that file, and one that does not take part in it.
    const others = {
      q: patched("c.yml", { yaml_set: { other: "{vault_url}" } }),
      r: patched("c.yml", { yaml_set: { url: "{vault_url}" } }, "_r"),
    };
    const scenario = await Scenario.with({}, { ...patches, ...others });
    const { mounts, roster } = scenario;
    await scenario.apply();
    Deno.chmodSync(`${mounts}/${FILE}`, 0o666);
    const fileSystem = {
      ...denoFileSystem,
      rename(from: string, to: string) {
        if (to.endsWith(FILE)) throw Object.assign(new Error("EPERM"), { code: "EPERM" });
        denoFileSystem.rename(from, to);
      },
    };
    const job = { roster, mounts: new Mounts(mounts, { fileSystem }), formats: defaultFormats };
    for (let start = 0; start < 2; start++) {
      const { report } = await run({ ...job, location });
      const failed = report.providers.filter((row) => row.outcome === "failed");
      assert.deepEqual(failed.map((row) => `${row.provider}: ${row.file}`), [
        `p: ${FILE}`,
        `q: ${FILE}`,
      ]);
      assert.ok(failed.every((row) => row.error?.code === "permission"));
      assert.equal(bits(scenario), 0o666);
    }
    await Deno.remove(mounts, { recursive: true });
  }
});
