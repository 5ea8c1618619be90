/**
 * Reading all files of a run: patience with a client that has emptied its file, a budget for each
 * host dir, and each inode once. The clock is the test's own.
 */
import assert from "node:assert/strict";
import { Mounts } from "../../storage/mounts.ts";
import { LIMITS } from "../../storage/limits.ts";
import { matchingNames } from "../../storage/pattern.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import type { Reading, ReadOutcome, Time } from "../../storage/reading.ts";
import { storageTest } from "../support/storage_tools.ts";

const DIR = "_demo-config";

/** A clock that starts at the moment of the last change, and what happens while it runs. */
function timeOf(events: Readonly<Record<number, () => void>> = {}): Time & { passed(): number } {
  const start = Date.now();
  let passed = 0;
  return {
    passed: () => passed,
    clock: () => start + passed,
    wait(milliseconds) {
      const until = passed + milliseconds;
      for (const [at, happens] of Object.entries(events)) {
        if (Number(at) > passed && Number(at) <= until) happens();
      }
      passed = until;
      return Promise.resolve();
    },
  };
}

/** Changes of a file tell the clock's time, not that of the machine. */
function atTime(time: Time): FileSystem {
  const changed = new Map<string, number>();
  return {
    ...denoFileSystem,
    openQuickly(path) {
      const file = denoFileSystem.openQuickly(path);
      return {
        ...file,
        status() {
          const status = file.status();
          // Every change that the machine saw gets the time at which the clock saw it first.
          const key = `${path} ${status.ino} ${status.mtime} ${status.size}`;
          const mtime = changed.get(key) ?? time.clock();
          changed.set(key, mtime);
          return { ...status, mtime, ctime: Math.floor(mtime / 1000) * 1000 };
        },
      };
    },
  };
}

interface Client {
  /** What happens at how many milliseconds; texts are written in place. */
  readonly does: Readonly<Record<number, string | (() => void)>>;
  /** What the run gets: a text, or the code of an error. */
  readonly gets: string | undefined;
  /** How long it waits, at least and at most. */
  readonly waits: readonly [number, number];
}

const PATH = (base: string) => `${base}/${DIR}/a.json`;

const CLIENTS: Readonly<Record<string, (base: string) => Client>> = {
  "is not there": () => ({ does: {}, gets: "", waits: [2000, 2150] }),
  "writes at once": () => ({ does: { 20: "text" }, gets: "text", waits: [100, 150] }),
  "writes after 1.5 s": () => ({ does: { 1500: "text" }, gets: "text", waits: [1550, 1650] }),
  "writes after 1.95 s": () => ({ does: { 1950: "text" }, gets: "text", waits: [2000, 2100] }),
  "writes in two parts": () => ({
    does: { 100: "te", 150: "text" },
    gets: "text",
    waits: [200, 250],
  }),
  "empties it again and again": (base) => ({
    does: Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [i * 100, () => {
        Deno.removeSync(PATH(base));
        Deno.writeTextFileSync(PATH(base), "");
      }]),
    ),
    gets: "busy",
    waits: [2950, 3100],
  }),
  "writes without end": () => ({
    does: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [i * 50, "x".repeat(i)])),
    gets: "busy",
    waits: [2950, 3100],
  }),
  "removes it": (base) => ({
    does: { 500: () => Deno.removeSync(PATH(base)) },
    gets: undefined,
    waits: [500, 600],
  }),
  "puts a FIFO in its place": (base) => ({
    does: {
      500: () => {
        Deno.removeSync(PATH(base));
        assert(new Deno.Command("mkfifo", { args: [PATH(base)] }).outputSync().success);
      },
    },
    gets: "hostile",
    waits: [500, 600],
  }),
};

for (const [what, clientIn] of Object.entries(CLIENTS)) {
  storageTest(`a file was emptied, and its client ${what}`, async (base) => {
    Deno.mkdirSync(`${base}/${DIR}`);
    Deno.writeTextFileSync(PATH(base), "");
    const { does, gets, waits } = clientIn(base);
    const events = Object.fromEntries(
      Object.entries(does).map(([at, event]) => [
        at,
        typeof event === "string" ? () => Deno.writeTextFileSync(PATH(base), event) : event,
      ]),
    );
    const time = timeOf(events);
    const mounts = new Mounts(base, { fileSystem: atTime(time), mayWrite: true });
    assert.equal(said(await readOne(mounts.reading(time))), gets);
    const [least, most] = waits;
    assert(time.passed() >= least && time.passed() <= most, `it waited ${time.passed()} ms`);
  });
}

storageTest(
  "only empty files that are young are waited for, all at the same time",
  async (base) => {
    Deno.mkdirSync(`${base}/${DIR}`);
    const time = timeOf();
    const mounts = new Mounts(base, { fileSystem: atTime(time), mayWrite: true });
    Deno.writeTextFileSync(PATH(base), "text");
    assert.equal(said(await readOne(mounts.reading(time))), "text");
    assert.equal(time.passed(), 0, "a file with a text");

    const names = ["b", "c", "d"];
    for (const name of names) Deno.writeTextFileSync(`${base}/${DIR}/${name}`, "");
    const files = names.map((file) => ({ dir: DIR, file, use: "apply" as const }));
    const all = await mounts.reading(time).all(files);
    assert.deepEqual([...all.values()].map(said), ["", "", ""]);
    assert(time.passed() <= 2150, `${time.passed()} ms for three`);

    const before = time.passed();
    await mounts.reading(time).all(files);
    assert.equal(time.passed(), before, "empty for long");
  },
);

storageTest(
  "however files are asked for, a run waits three seconds for the empty ones of a host dir",
  async (base) => {
    for (const dir of [DIR, "_other"]) Deno.mkdirSync(`${base}/${dir}`);
    const names = Array.from({ length: 60 }, (_, i) => `${i}`);
    const time = timeOf({ 3600: () => Deno.writeTextFileSync(`${base}/_other/late`, "text") });
    // Each of them is freshened until it is read, and on and on.
    const fresh: FileSystem = {
      ...denoFileSystem,
      openQuickly(path) {
        const file = denoFileSystem.openQuickly(path);
        const mtime = time.clock();
        const ctime = Math.floor(mtime / 1000) * 1000;
        return { ...file, status: () => ({ ...file.status(), mtime, ctime }) };
      },
    };
    for (const name of names) Deno.writeTextFileSync(`${base}/${DIR}/${name}`, "");
    const mounts = new Mounts(base, { fileSystem: fresh, mayWrite: true });
    for (let round = 0; round < 3; round++) {
      const reading = mounts.reading(time);
      for (const file of names) {
        const all = await reading.all([{ dir: DIR, file, use: "rule" }]);
        assert.deepEqual([...all.values()].map(said), ["busy"]);
      }
    }
    assert(time.passed() <= 3100, `it waited ${time.passed()} ms`);
    // The client of another host dir is waited for all the same.
    Deno.writeTextFileSync(`${base}/_other/late`, "");
    const others = await mounts.reading(time).all([{ dir: "_other", file: "late", use: "apply" }]);
    assert.deepEqual([...others.values()].map(said), ["text"]);
  },
);

storageTest("an empty file of the future is one of now", async (base) => {
  for (const [ahead, text] of [[1500, undefined], [1500, "text"], [4e9, undefined]] as const) {
    const time = timeOf();
    const write = () => void (text !== undefined && Deno.writeTextFileSync(PATH(base), text));
    const written = timeOf({ 1000: write });
    const ours = text === undefined ? time : written;
    const ctime = Math.floor((Date.now() + ahead) / 1000) * 1000 + 1000;
    const inFuture: FileSystem = {
      ...denoFileSystem,
      openQuickly(path) {
        const file = denoFileSystem.openQuickly(path);
        return { ...file, status: () => ({ ...file.status(), mtime: ctime, ctime }) };
      },
    };
    Deno.mkdirSync(`${base}/${DIR}`, { recursive: true });
    Deno.writeTextFileSync(PATH(base), "");
    const mounts = new Mounts(base, { fileSystem: inFuture, mayWrite: true });
    assert.equal(said(await readOne(mounts.reading(ours))), text ?? "");
    const [least, most] = text === undefined ? [2000, 2150] : [1000, 1150];
    assert(ours.passed() >= least && ours.passed() <= most, `it waited ${ours.passed()} ms`);
  }
});

storageTest("the real clock and the real file system agree", async (base) => {
  Deno.mkdirSync(`${base}/${DIR}`);
  Deno.writeTextFileSync(PATH(base), "");
  const started = performance.now();
  const write = setTimeout(() => Deno.writeTextFileSync(PATH(base), "text"), 1500);
  const outcome = await readOne(new Mounts(base).reading());
  clearTimeout(write);
  assert.equal(said(outcome), "text", `after ${performance.now() - started} ms`);
});

storageTest("a host dir that makes us read too much fails as a whole, and alone", async (base) => {
  Deno.mkdirSync(`${base}/${DIR}`);
  Deno.mkdirSync(`${base}/_other`);
  Deno.writeTextFileSync(`${base}/_other/a`, "text");
  const names = Array.from({ length: 5 }, (_, i) => `${i}`);
  for (const name of names) {
    Deno.writeTextFileSync(`${base}/${DIR}/${name}`, "x".repeat(LIMITS.config));
  }
  const other = { dir: "_other", file: "a", use: "apply" as const };
  const read = async (count: number) => {
    const files = names.slice(0, count).map((file) => ({ dir: DIR, file, use: "apply" as const }));
    const all = await new Mounts(base).reading().all([...files, other]);
    return [...all.values()].map((one) => one.error?.code ?? "read").join(" ");
  };
  assert.equal(await read(4), "read read read read read");
  assert.equal(await read(5), "too-large too-large too-large too-large too-large read");
});

storageTest("who asks twice in one round gets the same, and it counts once", async (base) => {
  Deno.mkdirSync(`${base}/${DIR}`);
  Deno.writeTextFileSync(PATH(base), "x".repeat(LIMITS.config));
  const reading = new Mounts(base).reading();
  const first = await readOne(reading);
  Deno.writeTextFileSync(PATH(base), "another");
  for (let i = 0; i < 10; i++) assert.equal((await readOne(reading)).read, first.read);
  assert.equal(reading.overBudget(DIR), undefined);
});

storageTest("of a host dir, only so many files are read", async (base) => {
  Deno.mkdirSync(`${base}/${DIR}`);
  let opened = 0;
  const fileSystem: FileSystem = {
    ...denoFileSystem,
    openQuickly(path) {
      opened++;
      return denoFileSystem.openQuickly(path);
    },
  };
  const names = Array.from({ length: 200 }, (_, i) => `${i}`);
  for (const name of names) Deno.writeTextFileSync(`${base}/${DIR}/${name}`, "x");
  const files = names.map((file) => ({ dir: DIR, file, use: "rule" as const }));
  const all = await new Mounts(base, { fileSystem, mayWrite: true }).reading().all(files);
  assert(opened <= LIMITS.hostDirFiles, `${opened} files were opened`);
  assert.deepEqual([...all.values()].filter((one) => one.error?.code !== "too-large"), []);
});

storageTest(
  "hard links to one file are read once, and looked at again in the next round",
  async (base) => {
    Deno.mkdirSync(`${base}/${DIR}`);
    let opened = 0;
    const fileSystem: FileSystem = {
      ...denoFileSystem,
      openQuickly(path) {
        opened++;
        return denoFileSystem.openQuickly(path);
      },
    };
    Deno.writeTextFileSync(`${base}/${DIR}/0`, "text");
    const names = Array.from({ length: 60 }, (_, i) => `${i}`);
    for (const name of names.slice(1)) Deno.linkSync(`${base}/${DIR}/0`, `${base}/${DIR}/${name}`);
    const files = names.map((file) => ({ dir: DIR, file, use: "apply" as const }));
    const mounts = new Mounts(base, { fileSystem, mayWrite: true });
    const all = [...(await mounts.reading().all(files)).values()];
    assert.equal(opened, 1);
    assert.deepEqual(new Set(all.map((one) => one.read?.bytes)).size, 1);
    Deno.writeTextFileSync(`${base}/${DIR}/0`, "another");
    const again = [...(await mounts.reading().all(files)).values()];
    assert.deepEqual(new Set(again.map(said)), new Set(["another"]));
  },
);

storageTest("a pattern finds names of a host dir, and not without a bound", async (base) => {
  const mounts = new Mounts(base);
  assert.deepEqual(await mounts.namesLike(DIR, "*"), []);
  Deno.mkdirSync(`${base}/${DIR}`);
  for (const name of ["b.config.toml", "a.config.toml", ".config.toml", "config.toml"]) {
    Deno.writeTextFileSync(`${base}/${DIR}/${name}`, "");
  }
  assert.deepEqual(await mounts.namesLike(DIR, "*.config.toml"), [
    "a.config.toml",
    "b.config.toml",
  ]);
  const many = (count: number): FileSystem => ({
    ...denoFileSystem,
    list: () => Array.from({ length: count }, String),
  });
  const names = await new Mounts(base, { fileSystem: many(10_000) }).namesLike(DIR, "9999*");
  assert.deepEqual(names, []);
  const crowded = new Mounts(base, { fileSystem: many(10_001) });
  await assert.rejects(crowded.namesLike(DIR, "*"), { code: "too-large", file: DIR });
  const huge: FileSystem = {
    ...denoFileSystem,
    lstat(path) {
      const seen = denoFileSystem.lstat(path);
      return seen && { ...seen, size: 100e6 };
    },
    list: () => assert.fail("it was listed"),
  };
  const attempt = new Mounts(base, { fileSystem: huge }).namesLike(DIR, "*");
  await assert.rejects(attempt, { code: "too-large" });
});

Deno.test("patterns", () => {
  const cases: readonly (readonly [pattern: string, ...names: string[]])[] = [
    ["*", "a", "ab", "a.b", "aXbXc"],
    ["a", "a"],
    ["a*", "ab", "a.b", "aXbXc"],
    ["*b", "ab", "a.b"],
    ["a*b", "a.b"],
    ["a*b*c", "aXbXc"],
    ["a**b"],
    ["*.*", "a.b"],
  ];
  const ours = [".terok-managed-config.json", `.vault-config-${"0".repeat(32)}.tmp`];
  const all = ["a", "ab", "a.b", "aXbXc", ...ours];
  for (const [pattern, ...names] of cases) {
    assert.deepEqual(matchingNames(all, pattern), [...names].sort(), pattern);
  }
});

async function readOne(reading: Reading): Promise<ReadOutcome> {
  const all = await reading.all([{ dir: DIR, file: "a.json", use: "apply" }]);
  const outcome = all.get(`${DIR}/a.json`);
  assert(outcome !== undefined);
  return outcome;
}

/** A text, the code of an error, or `undefined`. */
function said({ read, error }: ReadOutcome): string | undefined {
  return error?.code ?? (read && new TextDecoder().decode(read.bytes));
}
