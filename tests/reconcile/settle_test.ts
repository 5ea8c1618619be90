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

Deno.test("a text that is away after a crash brings the user's former value back, old or new", async () => {
  const original = '{ "u": "mine" /* kept */ }\n';
  const roster = rosterOf({ p: patch({ u: "{vault_url}" }) });
  const seen = new Set<string>();
  for (let at = 1; at <= 8; at++) {
    const disk = new MemoryDisk("/mounts");
    disk.write(FILE, original);
    const apply = (location = TCP, more: Partial<Job> = {}) => {
      const mounts = new Mounts("/mounts", { fileSystem: disk.system });
      return run({ mounts, roster, location, formats: defaultFormats, ...more }, {
        lockTimeout: 0,
      });
    };
    await apply(resolveVaultLocation());
    disk.diesAt = disk.changes + at;
    await apply().catch(() => {});
    disk.isDead = false;
    disk.diesAt = Infinity;
    const text = disk.read(FILE) ?? "";
    seen.add(text);
    for (const away of [undefined, "\n"]) {
      disk.write(FILE, away);
      await apply();
      disk.write(FILE, text);
      await apply();
      assert.match(disk.read(FILE) ?? "", /1234/);
    }
    await apply(TCP, { providers: [], disabledProviders: ["p"] });
    assert.equal(disk.read(FILE), original, `a crash at change ${at}`);
  }
  assert.equal(seen.size, 2, "the old text and the new one");
});
