/** A lock that somebody else holds is told with its holder. */
import assert from "node:assert/strict";
import { Mounts } from "../../storage/mounts.ts";
import { runProgram } from "../support/process.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

Deno.test("a run that gets no lock says who holds it, and fails", async () => {
  const dir = await Deno.makeTempDir({ prefix: "lock-" });
  const mounts = new Mounts(`${dir}/mounts`);
  await mounts.prepare();
  {
    using _lock = await mounts.lock({ command: "test" });
    const args = ["run", "-A", CLI, "apply", "--lock-timeout", "0.05"];
    const { code, err } = await runProgram(Deno.execPath(), args, { cwd: dir });
    assert.equal(code, 1);
    const holder = `process ${Deno.pid} (test, since `;
    assert.match(err, /^error: the lock was not free within [\d.]+ s: /);
    assert.ok(err.includes(holder), err);
  }
  await Deno.remove(dir, { recursive: true });
});
