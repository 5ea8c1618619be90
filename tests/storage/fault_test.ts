/** Every single operation fails once: the file is the old or the new one, and the next run succeeds. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { Mounts } from "../../storage/mounts.ts";
import { temporaryName } from "../../storage/names.ts";
import { denoFileSystem } from "../../storage/primitives.ts";
import {
  contentOf,
  create,
  DIR,
  Fault,
  faulty,
  FILE,
  LABEL,
  prepared,
  replace,
  replaceAt,
  storageTest,
} from "../support/storage_tools.ts";
import { differences, treeOf } from "../support/tree.ts";

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

storageTest("no descriptor is left open, whatever fails", async (base) => {
  const mounts = new Mounts(base, { allowNested: true });
  await mounts.prepareHostDir(DIR, "a/b/c.json");
  const work = async (mounts: Mounts) => {
    await replaceAt(mounts, "a/b/c.json");
    await replaceAt(mounts, "a/b/c.json");
    await mounts.prepare();
    using _lock = await mounts.lock({ timeout: 10_000 });
  };
  // Other test files run in this process at the same time: only what is open in here counts.
  const open = () =>
    Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => targetOf(`/proc/self/fd/${name}`))
      .filter((path) => path.startsWith(base)).length;
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

/** Where a link leads; a descriptor may be closed before it is looked at. */
function targetOf(link: string): string {
  try {
    return Deno.readLinkSync(link);
  } catch {
    return "";
  }
}
