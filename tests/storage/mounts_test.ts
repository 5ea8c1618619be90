/** What storage promises; see the other storage tests for faults, the lock, grants and attacks. */
import assert from "node:assert/strict";
import { ConfigPatchError, escapeControl } from "../../errors.ts";
import { Mounts } from "../../storage/mounts.ts";
import { isTemporaryName, temporaryName } from "../../storage/names.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { decodeUtf8 } from "../../storage/read.ts";
import {
  contentOf,
  create,
  DIR,
  FILE,
  LABEL,
  onTemporaries,
  patch,
  prepared,
  replace,
  storageTest,
} from "../support/storage_tools.ts";
import { treeOf } from "../support/tree.ts";

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

storageTest("our own directory is made private, whoever made it", async (base) => {
  Deno.mkdirSync(`${base}/.vault-config`);
  Deno.chmodSync(`${base}/.vault-config`, 0o777);
  await new Mounts(base).prepare();
  assert.equal(Deno.statSync(`${base}/.vault-config`).mode! & 0o777, 0o700);
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

storageTest(
  "a mask narrows new and old files alike, and lets no special bit through",
  async (base) => {
    const mounts = await prepared(base);
    const modes: string[] = [];
    for (const mask of [0o600, 0o7777]) {
      for (const old of [undefined, 0o644, 0o4755]) {
        const path = `${base}/${LABEL}`;
        if (contentOf(path) !== undefined) Deno.removeSync(path);
        if (old !== undefined) {
          Deno.writeTextFileSync(path, "a\n");
          Deno.chmodSync(path, old);
        }
        const bytes = new TextEncoder().encode("b\n");
        const expected = await mounts.read(DIR, FILE);
        const temporary = temporaryName();
        await mounts.replace({ dir: DIR, file: FILE, temporary, bytes, expected, mask });
        modes.push((Deno.lstatSync(path).mode! & 0o7777).toString(8));
      }
    }
    const fresh = (0o644 & ~Deno.umask()).toString(8);
    assert.deepEqual(modes, ["600", "600", "600", fresh, "644", "755"]);
  },
);

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

storageTest("a file that is too large is not even opened, or not read", async (base) => {
  await create(await prepared(base), "x".repeat(11));
  const steps: string[] = [];
  let hide = false;
  const mounts = new Mounts(base, {
    maxConfigBytes: 10,
    fileSystem: {
      ...denoFileSystem,
      lstat(path) {
        const seen = denoFileSystem.lstat(path);
        return hide && seen?.kind === "file" ? { ...seen, size: 1 } : seen;
      },
      async openSource(path) {
        steps.push("open");
        const file = await denoFileSystem.openSource(path);
        const read = (buffer: Uint8Array) => {
          steps.push("read");
          return file.read(buffer);
        };
        return { ...file, read };
      },
    },
  });
  await assert.rejects(mounts.read(DIR, FILE), { code: "too-large" });
  assert.deepEqual(steps, []);
  hide = true; // as if it had grown after the look
  await assert.rejects(mounts.read(DIR, FILE), { code: "too-large" });
  assert.deepEqual(steps, ["open"]);
});

storageTest("a FIFO that was given the inode of the file is not read", async (base) => {
  // The inode of a removed file is soon used again, so equal numbers alone prove nothing.
  await create(await prepared(base), "a\n");
  const mounts = new Mounts(base, {
    fileSystem: {
      ...denoFileSystem,
      async openSource(path) {
        const file = await denoFileSystem.openSource(path);
        return {
          ...file,
          status: () => ({ ...file.status(), kind: "other" as const }),
          read: () => assert.fail("it was read"),
        };
      },
    },
  });
  await assert.rejects(mounts.read(DIR, FILE), { code: "changed" });
});

storageTest(
  "nothing is written before owner and mode are right, and never setuid",
  async (base) => {
    const steps: string[] = [];
    await create(await prepared(base), "a\n");
    const bits = (mode: number) => (mode & 0o7777).toString(8);
    const mounts = new Mounts(base, {
      fileSystem: onTemporaries((file) => ({
        ...file,
        write(bytes: Uint8Array) {
          steps.push(`write at ${bits(file.status().mode)}`);
          file.write(bytes);
        },
      })),
    });
    // Whatever the umask is, a mode that creation gives, and one that it does not.
    for (const mode of [0o640, 0o6751, 0o666, 0o600, 0o444]) {
      Deno.chmodSync(`${base}/${LABEL}`, mode);
      await patch(mounts, `${mode}\n`);
    }
    const wanted = ["640", "751", "666", "600", "444"];
    assert.deepEqual(steps, wanted.map((mode) => `write at ${mode}`));
  },
);

storageTest("short reads are carried on", async (base) => {
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

Deno.test("what the steady state needs is light", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../storage/mounts.ts", import.meta.url).href],
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
