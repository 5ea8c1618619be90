/** The ownership record that is for other programs, where it would grow too large for them. */
import assert from "node:assert/strict";
import { planSharedConfigPatches, type Report } from "../../mod.ts";
import { LIMITS } from "../../storage/limits.ts";
import { patched, Scenario } from "../support/scenario.ts";

Deno.test("a record that is too large for other programs is said, and written again by no start", async () => {
  const long = "x".repeat(LIMITS.sidecar);
  const agent = patched("config.toml", { toml_set: { long, url: "{vault_url}" } }, "_a");
  const scenario = await Scenario.with({}, { a: agent });
  const messages = (report: Report) => report.warnings.map(({ code, message }) => [code, message]);
  const told = [
    "unrecorded",
    "it would be larger than 65536 bytes and stays as it is, so other programs do not learn from it " +
    "what is ours",
  ];
  const planned = await planSharedConfigPatches(scenario.roster, scenario.mounts);
  assert.deepEqual(messages(planned), [told]);
  assert.deepEqual(messages(await scenario.apply()), [told]);
  assert.equal(scenario.read("_a/.terok-managed-config.json"), undefined);
  assert.ok(Deno.statSync(`${scenario.mounts}/.vault-config/steady.json`).isFile, "not remembered");
  const state = Deno.statSync(`${scenario.mounts}/.vault-config/state.json`).ino;
  assert.deepEqual(messages(await scenario.apply()), [told]);
  assert.equal(Deno.statSync(`${scenario.mounts}/.vault-config/state.json`).ino, state);
  await scenario.disable("a");
  assert.deepEqual(scenario.files(), {});
});
