/** What is refused, and what is said of it: links, mount points, modes, sizes, system errors. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { LIMITS } from "../../storage/limits.ts";
import { Mounts } from "../../storage/mounts.ts";
import type { MountsOptions } from "../../storage/requests.ts";
import { temporaryName } from "../../storage/names.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { missing, needsRoot } from "../torture/planting.ts";
import { system } from "../support/tmpfs.ts";
import {
  contentOf,
  create,
  deno,
  DIR,
  Fault,
  FILE,
  LABEL,
  onTemporaries,
  patch,
  prepared,
  storageTest,
} from "../support/storage_tools.ts";
import { differences, treeOf } from "../support/tree.ts";

async function errorOf(work: Promise<unknown>): Promise<ConfigPatchError> {
  const error: unknown = await work.then(() => undefined, (thrown) => thrown);
  assert(error instanceof ConfigPatchError, `it did not fail: ${error}`);
  return error;
}

storageTest("a link may be the user's own, and the remedy says both", async (base) => {
  const mounts = await prepared(base);
  Deno.symlinkSync("elsewhere.toml", `${base}/${LABEL}`);
  const file = await errorOf(mounts.read(DIR, FILE));
  assert.equal(file.code, "hostile");
  assert.match(file.remedy ?? "", /if you made the link: put the file itself .*If you did not/);
  Deno.renameSync(`${base}/${DIR}`, `${base}/real`);
  Deno.symlinkSync("real", `${base}/${DIR}`);
  const directory = await errorOf(mounts.prepare([DIR]));
  assert.match(directory.remedy ?? "", /if you made the link: put the directory itself .*name the/);
});

// --- single files that are mounted ---------------------------------------------------------------

/** Mounts in which the config is a mount point, of the same file system or of another. */
async function withMountedFile(
  base: string,
  other: boolean,
  work: (mounts: string) => Promise<void>,
): Promise<void> {
  if (needsRoot) return console.log(`not tried: ${needsRoot}`);
  const mounts = `${base}/M`;
  Deno.mkdirSync(`${mounts}/${DIR}`, { recursive: true });
  Deno.writeTextFileSync(`${mounts}/${LABEL}`, "");
  Deno.mkdirSync(`${base}/source`);
  if (other && !system("mount", "-t", "tmpfs", "tmpfs", `${base}/source`)) {
    return console.log("not tried: needs the right to mount");
  }
  Deno.writeTextFileSync(`${base}/source/file`, "bound\n");
  try {
    if (!system("mount", "--bind", `${base}/source/file`, `${mounts}/${LABEL}`)) {
      return console.log("not tried: needs the right to mount");
    }
    await work(mounts);
  } finally {
    system("umount", `${mounts}/${LABEL}`);
    if (other) system("umount", `${base}/source`);
  }
}

for (const other of [false, true]) {
  const where = other ? "another file system" : "the same one";
  storageTest(`a single file that is mounted from ${where} is named as that`, async (base) => {
    await withMountedFile(base, other, async (mounts) => {
      const error = await errorOf(patch(new Mounts(mounts), "new\n"));
      assert.equal(error.code, "io");
      assert.match(error.message, /mount point/);
      assert.match(error.remedy ?? "", /mount the directory/);
      assert.equal(contentOf(`${mounts}/${LABEL}`), "bound\n");
      assert.deepEqual(Array.from(Deno.readDirSync(`${mounts}/${DIR}`)).length, 1, "left behind");
      // Whoever does not write knows it before anybody tries. All permissions show the table.
      const known = await errorOf(new Mounts(mounts).read(DIR, FILE, "apply"));
      assert.match(known.message, /mount point/);
      assert.equal((await new Mounts(mounts).read(DIR, FILE, "take back"))?.bytes.length, 6);
    });
  });
}

storageTest(
  "with scoped grants, the device tells of a single file that is mounted",
  async (base) => {
    await withMountedFile(base, true, async () => {
      const script =
        `console.log(await mounts.read("${DIR}", "${FILE}", "apply").catch((e) => e.message));
      console.log((await mounts.read("${DIR}", "${FILE}")).bytes.length);`;
      const { stdout } = await deno(base, script, ["--allow-read=M"], "M").output();
      assert.match(new TextDecoder().decode(stdout), /mount point[^]*\n6\n/);
    });
  },
);

storageTest("a file on the device of its directory is no mount point", async (base) => {
  await create(await prepared(base), "a\n");
  assert(await new Mounts(base).read(DIR, FILE, "apply"));
});

// --- modes ---------------------------------------------------------------------------------------

for (const [mode, code] of [[0o000, "permission"], [0o200, "permission"], [0o400, ""]] as const) {
  storageTest(`a config of mode ${mode.toString(8)} that is to be routed`, async (base) => {
    const mounts = await prepared(base);
    await create(mounts, "a\n");
    Deno.chmodSync(`${base}/${LABEL}`, mode);
    const said = await mounts.read(DIR, FILE, "apply").then(() => "", (error) => error.code);
    assert.equal(said, code);
    if (needsRoot) return;
    // What is only taken back does not have to be read by its client.
    assert(await mounts.read(DIR, FILE, "take back"));
  });
}

storageTest("a nested config in a directory that its owner may not enter", async (base) => {
  if (needsRoot) return console.log(`not tried: ${needsRoot}`);
  const mounts = new Mounts(base, { allowNested: true });
  await mounts.prepare([DIR]);
  await mounts.prepareHostDir(DIR, "a/b.json");
  Deno.writeTextFileSync(`${base}/${DIR}/a/b.json`, "{}");
  Deno.chownSync(`${base}/${DIR}/a/b.json`, 1000, 1000);
  assert(await mounts.read(DIR, "a/b.json", "apply"));
  Deno.chmodSync(`${base}/${DIR}/a`, 0o700);
  const error = await errorOf(mounts.read(DIR, "a/b.json", "apply"));
  assert.match(error.message, /may not enter/);
});

storageTest("a host dir that the owner of a config may not enter", async (base) => {
  if (needsRoot) return console.log(`not tried: ${needsRoot}`);
  const mounts = await prepared(base);
  await create(mounts, "a\n");
  const [dir, file] = [`${base}/${DIR}`, `${base}/${LABEL}`];
  Deno.chownSync(file, 1000, 1000);
  // Owner, group and mode of the host dir, and whether 1000:1000 may enter.
  const cases: readonly [number, number, number, boolean][] = [
    [1000, 0, 0o700, true],
    [1000, 1000, 0o071, false],
    [0, 1000, 0o710, true],
    [0, 1000, 0o701, false],
    [0, 0, 0o710, false],
    [0, 0, 0o711, true],
    [0, 0, 0o700, false],
    // They may be in that group, which is nowhere to be seen.
    [0, 50, 0o710, true],
    [0, 50, 0o700, false],
  ];
  for (const [uid, gid, mode, enters] of cases) {
    Deno.chownSync(dir, uid, gid);
    Deno.chmodSync(dir, mode);
    const said = await mounts.read(DIR, FILE, "apply").then(() => "", (error) => error.message);
    assert.equal(said.includes("may not enter"), !enters, `${uid}:${gid} ${mode.toString(8)}`);
  }
});

storageTest(
  "nothing is to be made in a host dir that its own owner may not enter",
  async (base) => {
    if (needsRoot) return console.log(`not tried: ${needsRoot}`);
    const mounts = await prepared(base);
    const dir = `${base}/${DIR}`;
    Deno.chownSync(dir, 1000, 1000);
    for (const mode of [0o000, 0o600, 0o677]) {
      Deno.chmodSync(dir, mode);
      const error = await errorOf(mounts.read(DIR, FILE, "apply"));
      assert.match(error.message, /may not enter/);
      assert.equal(await mounts.read(DIR, FILE, "take back"), undefined);
    }
    Deno.chmodSync(dir, 0o700);
    assert.equal(await mounts.read(DIR, FILE, "apply"), undefined);
  },
);

storageTest("a file of ours is brought to its mode, whatever the umask is", async (base) => {
  const mounts = await prepared(base);
  const bitsOf = () => Deno.lstatSync(`${base}/${LABEL}`).mode! & 0o7777;
  const replace = async (mode: number | undefined) => {
    const expected = await mounts.read(DIR, FILE);
    const bytes = new TextEncoder().encode("a\n");
    const temporary = temporaryName();
    return await mounts.replace({ dir: DIR, file: FILE, temporary, bytes, expected, mode });
  };
  for (const mode of [0o600, 0o666, 0o640, undefined]) {
    const made = await replace(mode);
    assert.equal(bitsOf(), mode ?? 0o640);
    assert.equal(made.mode, bitsOf());
    assert.equal(made.uid, Deno.lstatSync(`${base}/${LABEL}`).uid);
  }
});

/** What a rename does to an access ACL: this is what SECURITY.md says, no more. */
storageTest("an access ACL goes, and its mask becomes the group's rights", async (base) => {
  if (await missing("python3")) return console.log("not tried: needs python3");
  await create(await prepared(base), "a\n");
  Deno.chmodSync(`${base}/${LABEL}`, 0o600);
  const script = `import os, struct, sys
entry = lambda tag, perm, id=0xffffffff: struct.pack("<HHI", tag, perm, id)
acl = struct.pack("<I", 2) + entry(1, 6) + entry(2, 6, 1000) + entry(4, 0) + entry(16, 6) + entry(32, 0)
try:
    os.setxattr(sys.argv[1], "system.posix_acl_access", acl)
except OSError:
    sys.exit(1)
`;
  if (!system("python3", "-c", script, `${base}/${LABEL}`)) {
    return console.log("not tried: no ACLs on this file system");
  }
  assert.equal(Deno.lstatSync(`${base}/${LABEL}`).mode! & 0o777, 0o660);
  await patch(new Mounts(base), "b\n");
  assert.equal(Deno.lstatSync(`${base}/${LABEL}`).mode! & 0o777, 0o660);
});

// --- sizes ---------------------------------------------------------------------------------------

storageTest("what is to be routed has a smaller cap than what is taken back", async (base) => {
  const mounts = await prepared(base);
  const sizes = [LIMITS.config, LIMITS.config + 1, LIMITS.takenBack, LIMITS.takenBack + 1];
  const said: string[] = [];
  for (const size of sizes) {
    Deno.writeTextFileSync(`${base}/${LABEL}`, "x".repeat(size));
    for (const use of ["apply", "rule", "take back"] as const) {
      said.push(await mounts.read(DIR, FILE, use).then(() => "read", (error) => error.code));
    }
  }
  assert.deepEqual(said, [
    ...["read", "read", "read"],
    ...["too-large", "too-large", "read"],
    ...["too-large", "too-large", "read"],
    ...["too-large", "too-large", "too-large"],
  ]);
});

storageTest("nothing is written that would not be read again", async (base) => {
  const mounts = await prepared(base);
  const before = treeOf(base);
  for (
    const [file, use, limit] of [
      [FILE, "apply", LIMITS.config],
      [FILE, "take back", LIMITS.takenBack],
      [".terok-managed-config.json", "apply", LIMITS.sidecar],
    ] as const
  ) {
    const replace = (size: number) => {
      const bytes = new Uint8Array(size);
      const temporary = temporaryName();
      return mounts.replace({ dir: DIR, file, temporary, bytes, expected: undefined, use });
    };
    const error = await errorOf(replace(limit + 1));
    assert.equal(error.code, "too-large");
    assert.match(error.message, /would be larger/);
    assert.deepEqual(treeOf(base), before);
    await replace(limit);
    Deno.removeSync(`${base}/${DIR}/${file}`);
  }
});

// --- what the system answers ---------------------------------------------------------------------

/** A number of the system at one step, and what is said of it. */
const ANSWERS: readonly (readonly [step: Step, code: string, says: RegExp])[] = [
  ["make", "EACCES", /^permission: .*directory cannot be written to.*never written in place/],
  ["make", "EPERM", /^permission: .*chattr -i/],
  ["make", "EROFS", /^io: .*read-only.*mount it read-write/],
  ["make", "ENOSPC", /^io: .*disk is full.*free some space/],
  ["write", "ENOSPC", /^io: .*disk is full.*free some space/],
  ["write", "EDQUOT", /^io: .*quota.*free some space/],
  ["write", "EFBIG", /^io: .*larger than is allowed.*ulimit -f/],
  ["sync", "EIO", /^io: .*disk reports an error.*dmesg/],
  ["sync", "ENOSPC", /^io: .*disk is full/],
  ["rename", "EBUSY", /^io: .*mount point.*mount the directory/],
  ["rename", "EPERM", /^permission: .*chattr -i.*sticky/],
  ["rename", "EACCES", /^permission: .*directory cannot be written to/],
  ["rename", "EXDEV", /^hostile: .*swapped/],
  ["syncDirectory", "EIO", /^io: .*disk reports an error/],
  ["syncDirectory", "EINVAL", /^$/],
  ["syncDirectory", "ENOTSUP", /^$/],
  ["syncDirectory", "EOPNOTSUPP", /^$/],
];
type Step = "make" | "write" | "sync" | "rename" | "syncDirectory";

/** A file system that answers one step so. */
function answering(step: Step, code: string): FileSystem {
  const fail = () => {
    throw new Fault(code);
  };
  switch (step) {
    case "make":
      return { ...denoFileSystem, createNew: fail, createAdjustable: fail };
    case "write":
      return onTemporaries((file) => ({ ...file, write: fail }));
    case "sync":
      return onTemporaries((file) => ({ ...file, sync: () => Promise.reject(new Fault(code)) }));
    case "rename":
      return { ...denoFileSystem, rename: fail };
    case "syncDirectory":
      return { ...denoFileSystem, syncDirectory: () => Promise.reject(new Fault(code)) };
  }
}

for (const [step, code, says] of ANSWERS) {
  storageTest(
    `${code} of ${step} is explained, and the old or the new file stands`,
    async (base) => {
      await create(await prepared(base), "old\n");
      const mounts = new Mounts(base, { fileSystem: answering(step, code) });
      const said = await patch(mounts, "new\n")
        .then(() => "", (error) => `${error.code}: ${error.message}: ${error.remedy}`);
      assert.match(said, says);
      const stands = step === "syncDirectory" ? "new\n" : "old\n";
      assert.equal(contentOf(`${base}/${LABEL}`), stands);
      assert.deepEqual(Array.from(Deno.readDirSync(`${base}/${DIR}`)).length, 1, "left behind");
    },
  );
}

for (const code of ["ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"]) {
  storageTest(`a file system without locks (${code}) is named as that`, async (base) => {
    await prepared(base);
    const fileSystem: FileSystem = {
      ...denoFileSystem,
      openLock(path) {
        const file = denoFileSystem.openLock(path);
        return {
          ...file,
          tryLock() {
            throw new Fault(code);
          },
        };
      },
    };
    const error = await errorOf(new Mounts(base, { fileSystem }).lock());
    assert.equal(error.code, "io");
    assert.match(error.message, /cannot lock files/);
    assert.match(error.remedy ?? "", /local file system/);
  });
}

storageTest("a deadline counts over several locks, and the first try is free", async (base) => {
  const mounts = await prepared(base);
  using _held = await mounts.lock();
  const deadline = performance.now() - 1;
  const error = await errorOf(new Mounts(base).lock({ deadline, timeout: 30_000 }));
  assert.equal(error.code, "locked");
  assert.match(error.message, /within 30 s/);
});

storageTest("an immutable file and an immutable directory are told", async (base) => {
  await create(await prepared(base), "a\n");
  for (const path of [`${base}/${LABEL}`, `${base}/${DIR}`]) {
    if (!system("chattr", "+i", path)) return console.log("not tried: needs chattr");
    const before = treeOf(base);
    const error = await errorOf(patch(new Mounts(base), "b\n")).finally(() => {
      system("chattr", "-i", path);
    });
    assert.equal(error.code, "permission");
    assert.match(error.remedy ?? "", /chattr -i/);
    assert.deepEqual(differences(before, treeOf(base)), []);
  }
});

// --- what cannot be told apart, and what must not hang -------------------------------------------

storageTest("inodes above 2^53 never count as equal", async (base) => {
  await create(await prepared(base), "a\n");
  const high: FileSystem = {
    ...denoFileSystem,
    lstat(path) {
      const seen = denoFileSystem.lstat(path);
      return seen && { ...seen, ino: 2 ** 63 };
    },
    openQuickly: () => assert.fail("it was opened"),
    openSource: () => assert.fail("it was opened"),
  };
  for (const mayWrite of [false, true]) {
    const error = await errorOf(new Mounts(base, { fileSystem: high, mayWrite }).read(DIR, FILE));
    assert.equal(error.code, "io");
    assert.match(error.message, /2\^53/);
    assert.match(error.remedy ?? "", /another file system/);
  }
});

storageTest("a directory swapped for a FIFO stops nobody, with scoped grants", async (base) => {
  // The swap comes right before the directory of a nested file is synced.
  const script = `const { denoFileSystem } = await import(${
    JSON.stringify(import.meta.resolve("../../storage/primitives.ts"))
  });
    const swapping = {
      ...denoFileSystem,
      rename(from, to) {
        denoFileSystem.rename(from, to);
        Deno.renameSync("M/${DIR}/a", "M/${DIR}/b");
        Deno.renameSync("M/${DIR}/fifo", "M/${DIR}/a");
      },
    };
    const nested = new Mounts("M", { allowNested: true, mayWrite: true, fileSystem: swapping });
    await nested.prepareHostDir("${DIR}", "a/c.json");
    console.log(await nested.nestedAccess());
    console.log(await nested.replace({ dir: "${DIR}", file: "a/c.json", bytes: new Uint8Array(1),
      temporary: nested.temporaryName(), expected: undefined }).then(() => "ok", (e) => e.code));`;
  Deno.mkdirSync(`${base}/M/${DIR}`, { recursive: true });
  assert(system("mkfifo", `${base}/M/${DIR}/fifo`));
  const child = deno(base, script, ["--allow-read=M", "--allow-write=M"], "M");
  const deadline = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const { stdout } = await child.output();
  clearTimeout(deadline);
  assert.equal(new TextDecoder().decode(stdout), "checked\nhostile\n");
});

storageTest("a link that is planted while the temporary is made anew", async (base) => {
  await create(await prepared(base), "old\n");
  Deno.writeTextFileSync(`${base}/outside`, "SECRET");
  // A mode that creation does not give, so that the temporary is made a second time.
  Deno.chmodSync(`${base}/${LABEL}`, 0o666);
  for (const plant of [Deno.symlinkSync, Deno.linkSync]) {
    const planting: FileSystem = {
      ...denoFileSystem,
      remove(path) {
        denoFileSystem.remove(path);
        if (path.endsWith(".tmp")) plant(`${base}/outside`, path);
      },
    };
    const error = await errorOf(patch(new Mounts(base, { fileSystem: planting }), "new\n"));
    assert.equal(error.code, "hostile");
    assert.equal(contentOf(`${base}/outside`), "SECRET");
    assert.equal(contentOf(`${base}/${LABEL}`), "old\n");
  }
});

// --- how files are opened ------------------------------------------------------------------------

/** What is opened for writing, and what the slow way. */
async function openings(
  base: string,
  options: MountsOptions,
  openQuickly: FileSystem["openQuickly"] = denoFileSystem.openQuickly,
): Promise<string> {
  const ways: string[] = [];
  const fileSystem: FileSystem = {
    ...denoFileSystem,
    openQuickly(path) {
      ways.push("quickly");
      return openQuickly(path);
    },
    openSource(path) {
      ways.push("slowly");
      return denoFileSystem.openSource(path);
    },
  };
  await new Mounts(base, { ...options, fileSystem }).read(DIR, FILE);
  return ways.join(", ");
}

storageTest("only a run that may write opens for writing, and falls back", async (base) => {
  await create(await prepared(base), "a\n");
  assert.equal(await openings(base, {}), "slowly");
  assert.equal(await openings(base, { mayWrite: true }), "quickly");
  const refuse = () => {
    throw new Deno.errors.PermissionDenied("injected");
  };
  assert.equal(await openings(base, { mayWrite: true }, refuse), "quickly, slowly");
});
