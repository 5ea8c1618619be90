/** The one lock: who waits, who is told what, and what a lock file may look like. */
import assert from "node:assert/strict";
import { escapeControl } from "../../errors.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem } from "../../storage/primitives.ts";
import { decodeUtf8 } from "../../storage/read.ts";
import {
  contentOf,
  create,
  deno,
  DIR,
  FILE,
  LABEL,
  prepared,
  replace,
  storageTest,
} from "../support/storage_tools.ts";

storageTest("whoever finds the lock taken is told who holds it", async (base) => {
  const mounts = await prepared(base);
  using _held = await mounts.lock({ command: "apply" });
  const started = performance.now();
  const error = await new Mounts(base).lock({ timeout: 100 }).catch((thrown) => thrown);
  const waited = performance.now() - started;
  assert.equal(error.code, "locked");
  assert.match(error.message, new RegExp(`process ${Deno.pid} \\(apply, since 20\\d\\d-`));
  assert(waited >= 95 && waited < 2000, `${waited} ms`);
});

storageTest("the lock is given back, and its file stays", async (base) => {
  const mounts = await prepared(base);
  {
    using _lock = await mounts.lock();
  }
  const inode = Deno.lstatSync(`${base}/.vault-config/lock`).ino;
  using _again = await mounts.lock({ timeout: 10_000 });
  const info = Deno.lstatSync(`${base}/.vault-config/lock`);
  assert.equal(info.ino, inode);
  assert.equal(info.mode! & 0o7777, 0o600);
});

storageTest("a lock file with anything in it does not matter", async (base) => {
  const mounts = await prepared(base);
  for (const content of ["", "\0\u001b[2J", "null\n", '{"pid":"\u001b"}', "x".repeat(100_000)]) {
    Deno.writeTextFileSync(`${base}/.vault-config/lock`, content);
    {
      using holder = Deno.openSync(`${base}/.vault-config/lock`, { read: true, write: true });
      // The lock of the round before may still be held by such a copy; see below.
      holder.lockSync(true);
      const error = await mounts.lock({ timeout: 0 }).catch((thrown) => thrown);
      assert.equal(error.code, "locked");
      assert.equal(escapeControl(error.message), error.message);
    }
    // Another test may be starting a process, which has a copy of the descriptor for a moment.
    using _lock = await mounts.lock({ timeout: 10_000, command: "apply" });
    JSON.parse(Deno.readTextFileSync(`${base}/.vault-config/lock`));
  }
});

storageTest("a lock file that was removed under us is no lock", async (base) => {
  await prepared(base);
  let left = 1;
  const mounts = new Mounts(base, {
    fileSystem: {
      ...denoFileSystem,
      openLock(path) {
        const file = denoFileSystem.openLock(path);
        if (left-- > 0) Deno.removeSync(path);
        return file;
      },
    },
  });
  using _lock = await mounts.lock({ timeout: 1000 });
  await assert.rejects(new Mounts(base).lock({ timeout: 0 }), { code: "locked" });
});

storageTest("the lock keeps read and replace of many together", async (base) => {
  await create(await prepared(base), "0");
  const workers = 8;
  const rounds = 5;
  await Promise.all(Array.from({ length: workers }, async () => {
    const mounts = new Mounts(base);
    for (let round = 0; round < rounds; round++) {
      using _lock = await mounts.lock();
      const read = await mounts.read(DIR, FILE);
      await replace(mounts, String(Number(decodeUtf8(read!.bytes, LABEL)) + 1), read);
    }
  }));
  assert.equal(contentOf(`${base}/${LABEL}`), String(workers * rounds));
});

storageTest("the lock of a killed process is free", async (base) => {
  const mounts = await prepared(base);
  const holder = deno(
    base,
    `using _lock = await mounts.lock({ command: "apply" });
    console.log("held");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  );
  const reader = holder.stdout.getReader();
  await reader.read();
  const error = await mounts.lock({ timeout: 0 }).catch((thrown) => thrown);
  assert.match(error.message, new RegExp(`process ${holder.pid} \\(apply`));
  holder.kill("SIGKILL");
  await holder.status;
  await reader.cancel();
  await holder.stderr.cancel();
  using _lock = await mounts.lock({ timeout: 10_000 });
});
