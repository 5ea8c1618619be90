/** What a run that died has done counts for the next one, also where its state does not say so yet. */
import assert from "node:assert/strict";
import { defaultFormats, resolveVaultLocation } from "../../mod.ts";
import { run } from "../../reconcile/run.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { Mounts } from "../../storage/mounts.ts";
import { MemoryDisk } from "../support/memory_disk.ts";
import { rosterOf } from "../support/scenario.ts";

const FILE = "/mounts/_a/settings.json";
const TCP = resolveVaultLocation({ tokenBrokerPort: 1234, direct: true });
const patch = (json_set: Record<string, unknown>) => ({
  host_dir: "_a",
  shared_config_patch: { file: "settings.json", json_set },
});

Deno.test("a claim that a dead run has taken to another address is no conflict", async () => {
  const disk = new MemoryDisk("/mounts");
  const roster = rosterOf({ p: patch({ u: "{vault_url}" }), q: patch({ u: "{vault_url}" }) });
  const apply = (provider: string, location = TCP) => {
    const mounts = new Mounts("/mounts", { fileSystem: disk.system });
    const job: Job = { mounts, roster, location, formats: defaultFormats, providers: [provider] };
    return run(job, { lockTimeout: 0 });
  };
  await apply("p", resolveVaultLocation());
  // The state with the work that is pending, the config; then nothing more.
  disk.diesAt = disk.changes + 4;
  await apply("p").catch(() => {});
  assert.equal(disk.read(FILE), '{\n  "u": "http://host.containers.internal:1234"\n}\n');
  disk.isDead = false;
  disk.diesAt = Infinity;
  const { report } = await apply("q");
  assert.deepEqual(report.providers.map((row) => row.outcome), ["unchanged"]);
});
