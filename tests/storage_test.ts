/** What storage promises, apart from attacks (attack_test.ts): faults, locks, fingerprints. */
import assert from "node:assert/strict";
import { ConfigPatchError, escapeControl } from "../errors.ts";
import { ABSENT, fingerprintOf, isSettled } from "../storage/fingerprint.ts";
import { Mounts } from "../storage/mounts.ts";
import { isTemporaryName, temporaryName } from "../storage/names.ts";
import { denoFileSystem, type FileStatus, type FileSystem } from "../storage/primitives.ts";
import { decodeUtf8, type ReadFile } from "../storage/read.ts";
import { differences, treeOf } from "./tree.ts";

const DIR = "_demo-config";
const FILE = "config.toml";
const LABEL = `${DIR}/${FILE}`;

// --- directories ---------------------------------------------------------------------------------

storageTest("prepare makes the mounts and our own directory", async (base) => {
  const mounts = new Mounts(`${base}/mounts`);
  await mounts.prepare();
  await mounts.prepare();
  assert.equal(Deno.lstatSync(`${base}/mounts`).mode! & 0o777, 0o777 & ~Deno.umask() & 0o755);
  assert.equal(Deno.lstatSync(`${base}/mounts/.vault-config`).mode! & 0o777, 0o700);
});

storageTest("the parent of the mounts must exist", async (base) => {
  await assert.rejects(new Mounts(`${base}/no/mounts`).prepare(), { code: "option" });
  assert.deepEqual([...treeOf(base).keys()], []);
});

storageTest("the mounts must be a directory, which may be reached through a link", async (base) => {
  Deno.writeTextFileSync(`${base}/file`, "");
  await assert.rejects(new Mounts(`${base}/file`).prepare(), { code: "option" });
  Deno.mkdirSync(`${base}/real`);
  Deno.symlinkSync("real", `${base}/link`);
  const mounts = new Mounts(`${base}/link/`);
  await mounts.prepare();
  await create(mounts, "a\n");
  assert.equal(Deno.readTextFileSync(`${base}/real/${LABEL}`), "a\n");
  assert.throws(() => new Mounts(""), { code: "option" });
});

storageTest("what does not exist is read as undefined, and nothing is made", async (base) => {
  for (const path of [`${base}/none`, base]) {
    const mounts = new Mounts(path);
    assert.equal(await mounts.read(DIR, FILE), undefined);
    assert.equal(await mounts.readOwn("state.json"), undefined);
    assert.equal(await mounts.collect(DIR, temporaryName()), "absent");
    assert.equal(mounts.fingerprint(DIR, FILE), ABSENT);
    assert.deepEqual(await mounts.hostDirs(), []);
  }
  assert.deepEqual([...treeOf(base).keys()], []);
});

storageTest("host dirs are the plain directories of the mounts but our own", async (base) => {
  const mounts = new Mounts(base);
  await mounts.prepare();
  await mounts.prepareHostDir("_b");
  await mounts.prepareHostDir("_a");
  Deno.symlinkSync("_a", `${base}/_link`);
  Deno.writeTextFileSync(`${base}/file`, "");
  assert.deepEqual(await mounts.hostDirs(), ["_a", "_b"]);
});

// --- replacing -----------------------------------------------------------------------------------

storageTest("a new file gets the mode asked for, less the umask", async (base) => {
  const mounts = await prepared(base);
  await create(mounts, "a\n");
  await create(mounts, "a\n", "private.toml", 0o600);
  const modeOf = (file: string) => Deno.lstatSync(`${base}/${DIR}/${file}`).mode! & 0o7777;
  assert.equal(modeOf(FILE), 0o644 & ~Deno.umask());
  assert.equal(modeOf("private.toml"), 0o600);
});

storageTest("mode is kept whatever the umask is", async (base) => {
  const mounts = await prepared(base);
  await create(mounts, "a\n");
  Deno.chmodSync(`${base}/${LABEL}`, 0o666);
  const umask = Deno.umask(0o077);
  try {
    await patch(mounts, "b\n");
  } finally {
    Deno.umask(umask);
  }
  assert.equal(Deno.lstatSync(`${base}/${LABEL}`).mode! & 0o7777, 0o666);
});

storageTest("a reader that has the old file open goes on reading the old file", async (base) => {
  const mounts = await prepared(base);
  await create(mounts, "old\n");
  using reader = Deno.openSync(`${base}/${LABEL}`);
  await patch(mounts, "new\n");
  const buffer = new Uint8Array(10);
  assert.equal(reader.readSync(buffer), 4);
  assert.equal(new TextDecoder().decode(buffer.subarray(0, 4)), "old\n");
});

/** What can happen to the file between our read and our replacement of it. */
const CHANGES: Readonly<Record<string, (path: string) => void>> = {
  "other content": (path) => Deno.writeTextFileSync(path, "other\n"),
  "other content of the same size": (path) => Deno.writeTextFileSync(path, "b\n"),
  "more content": (path) => Deno.writeTextFileSync(path, "a\nb\n"),
  "another mode": (path) => Deno.chmodSync(path, 0o600),
  "removal": (path) => Deno.removeSync(path),
};

for (const [what, change] of Object.entries(CHANGES)) {
  storageTest(`replace and remove start over after ${what}`, async (base) => {
    const mounts = await prepared(base);
    await create(mounts, "a\n");
    const expected = await mounts.read(DIR, FILE);
    change(`${base}/${LABEL}`);
    const before = treeOf(base);
    await assert.rejects(replace(mounts, "new\n", expected), { code: "changed", file: LABEL });
    await assert.rejects(mounts.removeFile({ dir: DIR, file: FILE, expected: expected! }), {
      code: "changed",
    });
    assert.deepEqual(treeOf(base), before);
  });
}

storageTest("a file that appears is not replaced by a new one", async (base) => {
  const mounts = await prepared(base);
  Deno.writeTextFileSync(`${base}/${LABEL}`, "");
  const before = treeOf(base);
  await assert.rejects(replace(mounts, "new\n", undefined), { code: "changed" });
  assert.deepEqual(treeOf(base), before);
});

storageTest("a file that is replaced all the time is given up", async (base) => {
  let looks = 0;
  const restless: FileSystem = {
    ...denoFileSystem,
    lstat(path) {
      const seen = denoFileSystem.lstat(path);
      if (!path.endsWith(FILE)) return seen;
      looks++;
      Deno.writeTextFileSync(`${path}.swap`, "a\n");
      Deno.renameSync(`${path}.swap`, path);
      return seen;
    },
  };
  await create(await prepared(base), "a\n");
  const mounts = new Mounts(base, { fileSystem: restless });
  await assert.rejects(mounts.read(DIR, FILE), { code: "changed" });
  assert(looks > 1 && looks < 20, `${looks} looks`);
});

storageTest("a file that is replaced once while it is read is read", async (base) => {
  await create(await prepared(base), "old\n");
  let left = 1;
  const mounts = new Mounts(base, {
    fileSystem: {
      ...denoFileSystem,
      openSource(path) {
        if (left-- > 0) {
          Deno.writeTextFileSync(`${path}.swap`, "new content\n", { mode: 0o600 });
          Deno.renameSync(`${path}.swap`, path);
        }
        return denoFileSystem.openSource(path);
      },
    },
  });
  const read = await mounts.read(DIR, FILE);
  assert.equal(decodeUtf8(read!.bytes, LABEL), "new content\n");
  // All of the answer is about the same file.
  assert.equal(read!.mode, 0o600);
  assert.equal(read!.fingerprint, mounts.fingerprint(DIR, FILE));
});

storageTest("a file that grows while it is read stays under the cap", async (base) => {
  await create(await prepared(base), "a\n");
  let taken = 0;
  const mounts = new Mounts(base, {
    maxConfigBytes: 1000,
    fileSystem: {
      ...denoFileSystem,
      async openSource(path) {
        const file = await denoFileSystem.openSource(path);
        return {
          ...file,
          read(buffer) {
            buffer.fill(97);
            taken += buffer.length;
            return buffer.length;
          },
        };
      },
    },
  });
  await assert.rejects(mounts.read(DIR, FILE), { code: "too-large", file: LABEL });
  assert(taken <= 2000, `${taken} bytes were taken in`);
});

storageTest("short reads and short writes are carried on", async (base) => {
  await create(await prepared(base), "0123456789".repeat(100));
  const mounts = new Mounts(base, {
    fileSystem: {
      ...denoFileSystem,
      async openSource(path) {
        const file = await denoFileSystem.openSource(path);
        return { ...file, read: (buffer) => file.read(buffer.subarray(0, 7)) };
      },
    },
  });
  const read = await mounts.read(DIR, FILE);
  assert.equal(decodeUtf8(read!.bytes, LABEL), "0123456789".repeat(100));
});

// --- temporaries ---------------------------------------------------------------------------------

Deno.test("temporary names are random and recognised", () => {
  const names = new Set(Array.from({ length: 100 }, temporaryName));
  assert.equal(names.size, 100);
  for (const name of names) assert(isTemporaryName(name), name);
});

storageTest("collect removes exactly the file that it is told", async (base) => {
  const mounts = await prepared(base);
  const [ours, other] = [temporaryName(), temporaryName()];
  Deno.writeTextFileSync(`${base}/${DIR}/${ours}`, "left over");
  Deno.writeTextFileSync(`${base}/${DIR}/${other}`, "of another run");
  assert.equal(await mounts.collect(DIR, ours), "removed");
  assert.equal(await mounts.collect(DIR, ours), "absent");
  assert.deepEqual([...treeOf(`${base}/${DIR}`).keys()], [`/${other}`]);
});

// --- faults --------------------------------------------------------------------------------------

/** An injected failure; `code` as the system would give it. */
class Fault extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`injected ${code}`);
    this.code = code;
  }
}

/** `once`: operation N fails. `dead`: it and all later ones fail, as after kill -9. */
type Mode = "once" | "dead";

/**
 * The real file system, of which operation `at` (from 0) fails before it has any effect. Giving back
 * a descriptor counts as well: it works, and then fails.
 */
function faulty(at: number, mode: Mode, code = "EIO"): { system: FileSystem; ran: string[] } {
  const ran: string[] = [];
  const strike = (name: string, work: () => unknown): unknown => {
    const index = ran.push(name) - 1;
    const fails = mode === "once" ? index === at : index >= at;
    if (!fails) return work();
    if (name.endsWith("close")) work();
    throw new Fault(code);
  };
  const wrap = <T extends object>(target: T, prefix: string): T =>
    new Proxy(target, {
      get(object, key) {
        const member: unknown = Reflect.get(object, key);
        if (typeof member !== "function") return member;
        const name = prefix + String(key);
        return (...args: unknown[]) => {
          const result = strike(name, () => Reflect.apply(member, object, args));
          if (result instanceof Promise) return result.then((handle) => wrap(handle, `${name}.`));
          return /^(createNew|openLock)$/.test(name) ? wrap(result as object, `${name}.`) : result;
        };
      },
    });
  return { system: wrap(denoFileSystem, ""), ran };
}

interface Operation {
  /** What stands there before. */
  readonly old: string | undefined;
  /** What stands there after. */
  readonly wanted: string | undefined;
  /** Does it. */
  readonly run: (mounts: Mounts, temporary: string) => Promise<void>;
  /** The file. */
  readonly file: string;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "a new config": {
    old: undefined,
    wanted: "new\n",
    file: LABEL,
    run: (mounts, temporary) => replace(mounts, "new\n", undefined, temporary),
  },
  "a replaced config": {
    old: "old\n",
    wanted: "new\n",
    file: LABEL,
    run: async (mounts, temporary) =>
      await replace(mounts, "new\n", await mounts.read(DIR, FILE), temporary),
  },
  "a removed config": {
    old: "old\n",
    wanted: undefined,
    file: LABEL,
    run: async (mounts) => {
      const expected = await mounts.read(DIR, FILE);
      await mounts.removeFile({ dir: DIR, file: FILE, expected: expected! });
    },
  },
  "a new state": {
    old: undefined,
    wanted: "new\n",
    file: ".vault-config/state.json",
    run: (mounts) => mounts.writeOwn("state.json", "new\n"),
  },
  "a replaced state": {
    old: "old\n",
    wanted: "new\n",
    file: ".vault-config/state.json",
    run: (mounts) => mounts.writeOwn("state.json", "new\n"),
  },
};

for (const [what, operation] of Object.entries(OPERATIONS)) {
  for (const mode of ["once", "dead"] as const) {
    storageTest(`${what} is old or new, whatever fails (${mode})`, async (base) => {
      const { old, wanted, file, run } = operation;
      const path = `${base}/${file}`;
      const seen: string[] = [];
      for (let at = 0;; at++) {
        const mounts = await prepared(base);
        if (contentOf(path) !== undefined) Deno.removeSync(path);
        if (old !== undefined) {
          Deno.writeTextFileSync(path, old, { mode: 0o640 });
          Deno.chmodSync(path, 0o640);
        }
        const before = treeOf(base);
        const temporary = temporaryName();
        const { system, ran } = faulty(at, mode);
        const failing = new Mounts(base, { fileSystem: system });
        const error: unknown = await run(failing, temporary).then(() => undefined, (e) => e);
        if (error === undefined) {
          assert.equal(at, ran.length, "a fault was swallowed");
          assert.equal(contentOf(path), wanted);
          // Every kind of step must have been in the way of a fault once.
          seen.push(...ran);
          break;
        }
        const place = `operation ${at}, ${ran[at]}`;
        assert(error instanceof ConfigPatchError, `${place}: ${error}`);
        assert.equal(error.code, "io", place);
        assert(error.file !== undefined, place);

        // Nothing but the old or the new file, whole.
        assert([old, wanted].includes(contentOf(path)), `${place}: ${contentOf(path)}`);
        const others = differences(before, treeOf(base)).filter((path) => path !== `/${file}`);
        if (mode === "once" && ran[at] !== "remove" && file === LABEL) {
          assert.deepEqual(others, [], place);
        }
        // A leftover is the one whose name was known beforehand, and an error that outlives it says so.
        for (const other of others) {
          assert([`/${DIR}/${temporary}`, `/${file}.new`].includes(other), `${place}: ${other}`);
          if (file === LABEL) assert(error.message.includes(temporary), place);
        }

        // The next run puts everything right.
        await mounts.collect(DIR, temporary);
        if (contentOf(path) !== wanted) await run(mounts, temporaryName());
        assert.equal(contentOf(path), wanted, place);
        assert.deepEqual(
          differences(before, treeOf(base)).filter((path) => path !== `/${file}`),
          [],
          place,
        );
        if (old !== undefined && wanted !== undefined && file === LABEL) {
          assert.equal(Deno.lstatSync(path).mode! & 0o7777, 0o640, place);
        }
      }
      if (wanted !== undefined) {
        // The order is the promise: complete, on the disk, then in place, then the directory.
        const order = seen.filter((name) => /\.(write|sync)$|^(rename|syncDirectory)$/.test(name))
          .map((name) => name.replace(/.*\./, ""));
        assert.deepEqual(order, ["write", "sync", "rename", "syncDirectory"]);
      }
    });
  }
}

storageTest("a temporary that cannot be removed is named", async (base) => {
  const mounts = await prepared(base);
  await create(mounts, "old\n");
  const temporary = temporaryName();
  const failing = new Mounts(base, {
    fileSystem: {
      ...denoFileSystem,
      rename() {
        throw new Fault("ENOSPC");
      },
      remove() {
        throw new Fault("EACCES");
      },
    },
  });
  const expected = await mounts.read(DIR, FILE);
  const error = await replace(failing, "new\n", expected, temporary).catch((thrown) => thrown);
  assert.equal(error.code, "io");
  assert.match(error.message, /the disk is full/);
  assert(error.message.includes(temporary));
  assert.equal(error.file, LABEL);
});

/** What the system can answer, and what becomes of it. */
const ANSWERS: readonly (readonly [code: string, becomes: string])[] = [
  ["EACCES", "permission"],
  ["EPERM", "permission"],
  ["EAGAIN", "hostile"],
  ["ELOOP", "hostile"],
  ["ENOTDIR", "hostile"],
  ["EISDIR", "hostile"],
  ["ENXIO", "hostile"],
  ["EEXIST", "hostile"],
  ["ENOSPC", "io"],
  ["EDQUOT", "io"],
  ["EROFS", "io"],
  ["EMFILE", "io"],
  ["ENFILE", "io"],
  ["EIO", "io"],
  ["ESTALE", "io"],
];

for (const [code, becomes] of ANSWERS) {
  storageTest(`${code} becomes "${becomes}" and is explained`, async (base) => {
    await create(await prepared(base), "old\n");
    const failing = new Mounts(base, {
      fileSystem: {
        ...denoFileSystem,
        openSource: () => Promise.reject(new Fault(code)),
      },
    });
    const error = await failing.read(DIR, FILE).catch((thrown) => thrown);
    assert(error instanceof ConfigPatchError);
    assert.equal(error.code, becomes);
    assert.equal(error.file, LABEL);
    assert.match(error.message, new RegExp(`^cannot read it: .*${code}`));
    if (becomes !== "io") assert(error.remedy);
  });
}

// --- our own files -------------------------------------------------------------------------------

storageTest("our own files are private and whole", async (base) => {
  const mounts = await prepared(base);
  await mounts.writeOwn("state.json", "{}\n");
  await mounts.writeOwn("state.json", '{"a":"ä"}\n');
  await mounts.writeOwn("steady.json", "[]\n");
  assert.equal(await mounts.readOwn("state.json"), '{"a":"ä"}\n');
  assert.equal(await mounts.readOwn("steady.json"), "[]\n");
  for (const name of ["state.json", "steady.json"]) {
    assert.equal(Deno.lstatSync(`${base}/.vault-config/${name}`).mode! & 0o7777, 0o600);
  }
});

storageTest("a state that is not UTF-8 is a clear error", async (base) => {
  const mounts = await prepared(base);
  Deno.writeFileSync(`${base}/.vault-config/state.json`, new Uint8Array([0xff]));
  await assert.rejects(mounts.readOwn("state.json"), {
    code: "state",
    file: ".vault-config/state.json",
  });
});

// --- the lock ------------------------------------------------------------------------------------

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
    using lock = await mounts.lock();
    assert.equal(lock.waited, false);
  }
  const inode = Deno.lstatSync(`${base}/.vault-config/lock`).ino;
  using _again = await mounts.lock({ timeout: 0 });
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
      assert(holder.tryLockSync(true));
      const error = await mounts.lock({ timeout: 0 }).catch((thrown) => thrown);
      assert.equal(error.code, "locked");
      assert.equal(escapeControl(error.message), error.message);
    }
    using _lock = await mounts.lock({ timeout: 0 });
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
  using _lock = await mounts.lock({ timeout: 0 });
});

// --- fingerprints --------------------------------------------------------------------------------

const STATUS: FileStatus = {
  kind: "file",
  mode: 0o100644,
  dev: 1,
  ino: 2,
  size: 3,
  mtime: 4000,
  ctime: 5000,
  uid: 0,
  gid: 0,
  nlink: 1,
};

Deno.test("a fingerprint changes with everything that it is made of", () => {
  const same = fingerprintOf(STATUS);
  assert.equal(fingerprintOf({ ...STATUS }), same);
  for (const key of ["mode", "dev", "ino", "size", "mtime", "ctime"] as const) {
    assert.notEqual(fingerprintOf({ ...STATUS, [key]: STATUS[key] + 1 }), same, key);
  }
  assert.notEqual(fingerprintOf({ ...STATUS, mode: 0o120644 }), same);
  assert.equal(fingerprintOf(undefined), ABSENT);
});

Deno.test("a fingerprint counts only two seconds after the last change", () => {
  for (const [now, settled] of [[6999, false], [7000, true], [0, false]] as const) {
    assert.equal(isSettled(STATUS, now), settled, String(now));
  }
  assert.equal(isSettled(undefined, 0), true);
});

storageTest("every change shows in the fingerprint, or it is not settled", async (base) => {
  const path = `${base}/${LABEL}`;
  await create(await prepared(base), "a\n");
  const changed = Deno.lstatSync(path).ctime!.getTime();
  for (const [age, settled] of [[0, false], [1999, false], [2000, true]] as const) {
    const mounts = new Mounts(base, { now: () => changed + age });
    const read = await mounts.read(DIR, FILE);
    assert.equal(read!.settled, settled, `${age} ms`);
    assert.equal(read!.fingerprint, mounts.fingerprint(DIR, FILE));
  }
  const mounts = new Mounts(base);
  for (
    const change of [
      () => Deno.chmodSync(path, 0o600),
      () => Deno.writeTextFileSync(path, "longer\n"),
      () => Deno.utimeSync(path, 1, 1),
      () => {
        Deno.copyFileSync(path, `${path}.copy`);
        Deno.renameSync(`${path}.copy`, path);
      },
      () => Deno.removeSync(path),
    ]
  ) {
    const before = mounts.fingerprint(DIR, FILE);
    change();
    assert.notEqual(mounts.fingerprint(DIR, FILE), before, String(change));
  }
});

Deno.test("what the steady state needs is light", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../storage/mounts.ts", import.meta.url).href],
  }).output();
  const { modules }: { modules: Module[] } = JSON.parse(new TextDecoder().decode(stdout));
  const eager = modules.flatMap((module) => module.dependencies ?? [])
    .filter((dependency) => !dependency.isDynamic && dependency.code !== undefined)
    .map((dependency) => dependency.specifier);
  assert(eager.length > 5);
  assert.deepEqual(eager.filter((specifier) => !specifier.startsWith(".")), []);
});

interface Module {
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly isDynamic?: boolean;
    readonly code?: unknown;
  }[];
}

// --- text ----------------------------------------------------------------------------------------

Deno.test("the first byte that is not UTF-8 is shown", () => {
  const position = (...bytes: number[]) => {
    try {
      decodeUtf8(new Uint8Array(bytes), LABEL);
    } catch (error) {
      assert(error instanceof ConfigPatchError && error.code === "encoding");
      return `${error.where}: ${/0x../.exec(error.message)?.[0]}`;
    }
  };
  const cases: readonly (readonly [number[], string])[] = [
    [[0xff], "1:1: 0xff"],
    [[0x61, 0x0a, 0x62, 0xff, 0x63], "2:2: 0xff"],
    [[0xc3, 0xa4, 0x80], "1:2: 0x80"],
    [[0x61, 0xe2, 0x82], "1:2: 0xe2"], // ends within a character
    [[0x61, 0xe2, 0x82, 0x61], "1:2: 0xe2"],
    [[0xed, 0xa0, 0x80], "1:1: 0xed"], // half a surrogate pair
    [[0xc0, 0xaf], "1:1: 0xc0"], // an overlong slash
    [[0xef, 0xbb, 0xbf, 0xff], "1:1: 0xff"], // a byte order mark is no column
  ];
  for (const [bytes, expected] of cases) {
    assert.equal(position(...bytes), `${LABEL}:${expected}`);
  }
  const late = new Uint8Array(1_000_000).fill(0x61);
  late[999_999] = 0xfe;
  assert.equal(position(...late.subarray(999_000)), `${LABEL}:1:1000: 0xfe`);
});

Deno.test("valid UTF-8 is decoded without any change", () => {
  for (const text of ["", "\uFEFF", "\uFEFFa", "a\r\n\0ä€😀\u2028"]) {
    assert.equal(decodeUtf8(new TextEncoder().encode(text), LABEL), text);
  }
});

Deno.test("what a container controls is harmless on a terminal", () => {
  const cases = {
    "plain äöü 😀": "plain äöü 😀",
    "\u001b]0;title\u0007": "\\u{1b}]0;title\\u{7}",
    "a\tb\r\n": "a\\u{9}b\\u{d}\\u{a}",
    "\u007f\u009b31m": "\\u{7f}\\u{9b}31m",
    "\u202e\u2066\u200f\u061c": "\\u{202e}\\u{2066}\\u{200f}\\u{61c}",
    "\u2028\u2029": "\\u{2028}\\u{2029}",
  };
  for (const [raw, shown] of Object.entries(cases)) assert.equal(escapeControl(raw), shown);
});

// --- permissions ---------------------------------------------------------------------------------

const NEEDED = ["--allow-read=M", "--allow-write=M"] as const;

/** Grants, what Mounts can do with them, and what `excessPermissions` says. */
const GRANTS: readonly (readonly [flags: readonly string[], does: string, excess: string])[] = [
  [NEEDED, "done", ""],
  [["--allow-read=M"], "permission: add exactly --allow-write=M", ""],
  [[], "permission: add exactly --allow-read=M --allow-write=M", ""],
  [
    ["--allow-read", "--allow-write"],
    "done",
    "--allow-read (everything), --allow-write (everything)",
  ],
  [
    ["--allow-read=.", "--allow-write=M", "--allow-env"],
    "done",
    "--allow-read (above the mounts), --allow-env",
  ],
  [
    [...NEEDED, "--allow-net", "--allow-run", "--allow-ffi", "--allow-sys"],
    "done",
    "--allow-net, --allow-run, --allow-ffi, --allow-sys",
  ],
];

for (const [flags, does, excess] of GRANTS) {
  storageTest(`with [${flags.join(" ")}]: ${does}`, async (base) => {
    Deno.mkdirSync(`${base}/M`);
    const process = deno(
      base,
      `import { excessPermissions } from ${JSON.stringify(module("permissions"))};
      const apply = async () => {
        await mounts.prepare();
        using _lock = await mounts.lock();
        await mounts.prepareHostDir("${DIR}");
        const bytes = new TextEncoder().encode("a\\n");
        const replace = async () => mounts.replace({
          dir: "${DIR}", file: "${FILE}", temporary: mounts.temporaryName(), bytes,
          expected: await mounts.read("${DIR}", "${FILE}"),
        });
        await replace();
        Deno.chmodSync("M/${LABEL}", 0o606);
        await replace();
        if ((Deno.lstatSync("M/${LABEL}").mode & 0o777) !== 0o606) throw new Error("mode");
        await mounts.writeOwn("state.json", await mounts.readOwn("state.json") ?? "{}");
        return "done";
      };
      console.log(await apply().catch((error) => error.code + ": " + error.remedy));
      console.log(excessPermissions("M").join(", "));`,
      flags,
      "M",
    );
    const { stdout, stderr } = await process.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), `${does}\n${excess}\n`);
  });
}

storageTest("a path with a comma cannot be granted, and the remedy says so", async (base) => {
  const process = deno(
    base,
    "console.log(await mounts.prepare().catch((error) => error.code + ': ' + error.remedy));",
    [],
    "a,b",
  );
  const { stdout } = await process.output();
  assert.match(new TextDecoder().decode(stdout), /^permission: .*comma/);
});

storageTest("reading needs no permission to write", async (base) => {
  await create(new Mounts(await mkdir(`${base}/M`)), "a\n");
  const process = deno(
    base,
    `const read = await mounts.read("${DIR}", "${FILE}");
    console.log(read.bytes.length, await mounts.readOwn("state.json"), await mounts.hostDirs());`,
    ["--allow-read=M"],
    "M",
  );
  const { stdout } = await process.output();
  assert.equal(new TextDecoder().decode(stdout), `2 undefined [ "${DIR}" ]\n`);
});

// --- nested files --------------------------------------------------------------------------------

storageTest("a nested file is refused unless it is allowed", async (base) => {
  const mounts = await prepared(base);
  const error = await mounts.read(DIR, "a/b.json").catch((thrown) => thrown);
  assert.equal(error.code, "roster");
  assert.match(error.remedy, /--allow-nested/);
});

for (const [grants, access] of [[["--allow-all"], "anchored"], [NEEDED, "checked"]] as const) {
  storageTest(`a nested file is ${access} with [${grants.join(" ")}]`, async (base) => {
    Deno.mkdirSync(`${base}/M`);
    Deno.mkdirSync(`${base}/outside`);
    Deno.writeTextFileSync(`${base}/outside/c.json`, "SECRET");
    const process = deno(
      base,
      `console.log(await mounts.nestedAccess());
      await mounts.prepareHostDir("${DIR}", "a/b/c.json");
      const replace = async (text) => mounts.replace({
        dir: "${DIR}", file: "a/b/c.json", temporary: mounts.temporaryName(),
        bytes: new TextEncoder().encode(text), expected: await mounts.read("${DIR}", "a/b/c.json"),
      });
      await replace("1");
      await replace("2");
      console.log((await mounts.read("${DIR}", "a/b/c.json")).bytes.length);`,
      grants,
      "M",
      "{ allowNested: true }",
    );
    const { stdout, stderr } = await process.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), `${access}\n1\n`);
    assert.equal(contentOf(`${base}/M/${DIR}/a/b/c.json`), "2");

    // A link on the way is refused, whether it leads outside or stays inside.
    for (const target of ["../../outside", "elsewhere"]) {
      Deno.renameSync(`${base}/M/${DIR}/a`, `${base}/M/${DIR}/elsewhere`);
      Deno.symlinkSync(target, `${base}/M/${DIR}/a`);
      const before = treeOf(base);
      const process = deno(
        base,
        `for (const work of [
          () => mounts.read("${DIR}", "a/c.json"),
          () => mounts.prepareHostDir("${DIR}", "a/c.json"),
          () => mounts.collect("${DIR}", mounts.temporaryName(), "a/c.json"),
          () => mounts.replace({ dir: "${DIR}", file: "a/c.json", bytes: new Uint8Array(),
            temporary: mounts.temporaryName(), expected: undefined }),
        ]) console.log(await work().catch((error) => error.code));`,
        grants,
        "M",
        "{ allowNested: true }",
      );
      const { stdout } = await process.output();
      assert.equal(new TextDecoder().decode(stdout), "hostile\n".repeat(4));
      assert.deepEqual(differences(before, treeOf(base)), []);
      Deno.removeSync(`${base}/M/${DIR}/a`);
      Deno.renameSync(`${base}/M/${DIR}/elsewhere`, `${base}/M/${DIR}/a`);
    }
  });
}

storageTest("a directory that is swapped before the rename leads nowhere", async (base) => {
  const inside = `${base}/mounts/${DIR}`;
  for (const anchored of [true, false]) {
    Deno.mkdirSync(`${inside}/a`, { recursive: true });
    Deno.mkdirSync(`${base}/outside`);
    Deno.writeTextFileSync(`${base}/outside/c.json`, "SECRET");
    Deno.writeTextFileSync(`${inside}/a/c.json`, "old");
    const outside = treeOf(`${base}/outside`);
    const swapping: FileSystem = {
      ...denoFileSystem,
      // Without a directory to hold on to, Mounts falls back to checking.
      openDirectory: anchored
        ? denoFileSystem.openDirectory
        : () => Promise.reject(new Deno.errors.NotCapable("injected")),
      async createAdjustable(path, mode) {
        const file = await denoFileSystem.createAdjustable(path, mode);
        return {
          ...file,
          close() {
            file.close();
            Deno.renameSync(`${inside}/a`, `${inside}/b`);
            Deno.symlinkSync(`${base}/outside`, `${inside}/a`);
          },
        };
      },
    };
    const mounts = new Mounts(`${base}/mounts`, { fileSystem: swapping, allowNested: true });
    assert.equal(await mounts.nestedAccess(), anchored ? "anchored" : "checked");
    const replacing = mounts.replace({
      dir: DIR,
      file: "a/c.json",
      temporary: temporaryName(),
      bytes: new TextEncoder().encode("new"),
      expected: await mounts.read(DIR, "a/c.json"),
    });
    if (anchored) {
      await replacing;
      assert.equal(contentOf(`${inside}/b/c.json`), "new");
    } else {
      await assert.rejects(replacing);
      assert.equal(contentOf(`${inside}/b/c.json`), "old");
    }
    assert.deepEqual(treeOf(`${base}/outside`), outside);
    Deno.removeSync(`${base}/mounts`, { recursive: true });
    Deno.removeSync(`${base}/outside`, { recursive: true });
  }
});

// --- descriptors ---------------------------------------------------------------------------------

storageTest("no descriptor is left open, whatever fails", async (base) => {
  const mounts = new Mounts(base, { allowNested: true });
  await mounts.prepareHostDir(DIR, "a/b/c.json");
  const work = async (mounts: Mounts) => {
    await replaceAt(mounts, "a/b/c.json");
    await replaceAt(mounts, "a/b/c.json");
    await mounts.prepare();
    using _lock = await mounts.lock({ timeout: 0 });
  };
  const open = () => Array.from(Deno.readDirSync("/proc/self/fd")).length;
  await work(mounts);
  let before = open();
  for (let at = 0;; at++) {
    const { system, ran } = faulty(at, "once");
    const failed = await work(new Mounts(base, { fileSystem: system, allowNested: true }))
      .then(() => false, () => true);
    // Closing a directory that is only read does not fail: nothing has to reach the disk.
    if (ran[at] === "openDirectory.close") before = open();
    assert.equal(open(), before, `operation ${at}, ${ran[at]}`);
    if (!failed && at >= ran.length) break;
  }
});

// --- tools ---------------------------------------------------------------------------------------

function storageTest(name: string, work: (base: string) => Promise<void>): void {
  Deno.test(`storage: ${name}`, async () => {
    const base = await Deno.makeTempDir({ prefix: "storage-" });
    try {
      await work(base);
    } finally {
      await Deno.remove(base, { recursive: true });
    }
  });
}

async function prepared(base: string): Promise<Mounts> {
  const mounts = new Mounts(base);
  await mounts.prepare();
  await mounts.prepareHostDir(DIR);
  return mounts;
}

async function create(mounts: Mounts, text: string, file = FILE, mode?: number): Promise<void> {
  await mounts.prepareHostDir(DIR);
  const bytes = new TextEncoder().encode(text);
  const replacement = { dir: DIR, file, temporary: temporaryName(), bytes, expected: undefined };
  await mounts.replace(mode === undefined ? replacement : { ...replacement, mode });
}

async function patch(mounts: Mounts, text: string): Promise<void> {
  await replace(mounts, text, await mounts.read(DIR, FILE));
}

async function replaceAt(mounts: Mounts, file: string): Promise<void> {
  const expected = await mounts.read(DIR, file);
  const bytes = new TextEncoder().encode("a\n");
  await mounts.replace({ dir: DIR, file, temporary: temporaryName(), bytes, expected });
}

function replace(
  mounts: Mounts,
  text: string,
  expected: ReadFile | undefined,
  temporary = temporaryName(),
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  return mounts.replace({ dir: DIR, file: FILE, temporary, bytes, expected });
}

function contentOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function mkdir(path: string): Promise<string> {
  await Deno.mkdir(path);
  return path;
}

function module(name: string): string {
  return new URL(`../storage/${name}.ts`, import.meta.url).href;
}

/** Runs a script in a process of its own, which has `mounts`. */
function deno(
  cwd: string,
  script: string,
  flags: readonly string[] = NEEDED.map((flag) => flag.replace("=M", `=${cwd}`)),
  path = cwd,
  options = "{}",
): Deno.ChildProcess {
  const source = `import { Mounts } from ${JSON.stringify(module("mounts"))};
    const mounts = new Mounts(${JSON.stringify(path)}, ${options});
    ${script}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-check", "--no-prompt", ...flags, "-"],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  void writer.write(new TextEncoder().encode(source)).then(() => writer.close());
  return child;
}
