/**
 * What a container may plant, and what must come of it, as one table: read it top-down.
 *
 * Everything is planted first; then a process with the grants of real life (see attack_probe.ts)
 * works on all of it before a deadline, once with scoped grants and once with all; then the whole
 * tree, inside and outside the mounts, must be what it was, except for what a row allows.
 */
import assert from "node:assert/strict";
import {
  type Answer,
  type Case,
  EMPTY,
  HOST_DIR,
  PATCHED,
  SWAP,
  SWAPPED,
  TEMPORARY,
  type Where,
} from "./attack_probe.ts";
import {
  device,
  fifo,
  file,
  kib,
  lease,
  link,
  missing,
  needsRoot,
  NOT_FILES,
  OUT,
  type Planting,
  plantOutside,
  root,
  SECRET,
  socket,
  sparse,
} from "../torture/planting.ts";
import { differences, type Tree, treeOf } from "../support/tree.ts";
import { Mounts } from "../../storage/mounts.ts";
import { ConfigPatchError } from "../../errors.ts";
import { SIDECAR_NAME } from "../../storage/names.ts";

interface Row extends Planting {
  /** What every step must lead to, or steps by name. */
  readonly then: string | Readonly<Record<string, string>>;
  /** Mode and owner of the patched file; absent = the tree must stay as it was. */
  readonly patched?: string;
}

/** For the config and for the sidecar alike. */
const FILES: readonly Row[] = [
  ...NOT_FILES.map((row) => ({ ...row, then: "hostile" })),
  { what: "5 GB without content", plant: sparse(5e9), then: "too-large" },
  { what: "write lease", plant: lease, then: "hostile", skip: await missing("python3") },
  { what: "no file", plant: () => {}, then: patchable("absent"), patched: "100644" },
  {
    what: "no file in a directory of another owner",
    plant: (path) => Deno.chownSync(path.replace(/\/[^/]*$/, ""), 1000, 1001),
    then: patchable("absent"),
    patched: "100644 1000:1001",
    skip: needsRoot,
  },
  { what: "empty file", plant: file(""), then: patchable("0 bytes"), patched: "100644" },
  { what: "NUL bytes", plant: file("\0\0\0"), then: patchable("3 bytes"), patched: "100644" },
  {
    what: "bytes that are not UTF-8",
    plant: file(new Uint8Array([0xff, 0xfe])),
    then: patchable("2 bytes"),
    patched: "100644",
  },
  {
    what: "read-only file",
    plant: file("a", 0o444),
    then: patchable("1 bytes"),
    patched: "100444",
  },
  { what: "private file", plant: file("a", 0o600), then: patchable("1 bytes"), patched: "100600" },
  { what: "open file", plant: file("a", 0o666), then: patchable("1 bytes"), patched: "100666" },
  { what: "setuid file", plant: file("a", 0o4755), then: patchable("1 bytes"), patched: "100755" },
  { what: "setgid file", plant: file("a", 0o2755), then: patchable("1 bytes"), patched: "100755" },
  { what: "sticky file", plant: file("a", 0o1644), then: patchable("1 bytes"), patched: "100644" },
  {
    what: "file of another owner",
    plant: file("a", 0o640, 1000),
    then: patchable("1 bytes"),
    patched: "100640 1000:1000",
    skip: needsRoot,
  },
  {
    what: "setuid file of another owner",
    plant: file("a", 0o6711, 1000),
    then: patchable("1 bytes"),
    patched: "100711 1000:1000",
    skip: needsRoot,
  },
  {
    what: "hard link to a file outside",
    plant: (path) => {
      const outside = `${path.slice(0, path.lastIndexOf("/"))}/${OUT}/${crypto.randomUUID()}`;
      file(SECRET)(outside);
      Deno.linkSync(outside, path);
    },
    then: { read: "11 bytes, 2 links", replace: "ok" },
    patched: "100644",
  },
];

const TABLE: Readonly<Partial<Record<Where, readonly Row[]>>> = {
  config: [
    ...FILES,
    {
      what: "config as large as allowed",
      plant: sparse(kib(2048)),
      then: patchable(`${kib(2048)} bytes`),
      patched: "100644",
    },
    { what: "config one byte larger", plant: sparse(kib(2048) + 1), then: "too-large" },
  ],
  sidecar: [
    ...FILES,
    {
      what: "sidecar as large as allowed",
      plant: sparse(kib(64)),
      then: patchable(`${kib(64)} bytes`),
      patched: "100644",
    },
    { what: "sidecar one byte larger", plant: sparse(kib(64) + 1), then: "too-large" },
  ],
  // What stands under a temporary's name was not made by us: neither used nor removed.
  temporary: [
    ...NOT_FILES.map((row) => ({
      ...row,
      then: { new: "hostile", read: "4 bytes, 1 link", replace: "hostile", collect: "foreign" },
    })),
  ],
  "config, while it is read": [
    ...NOT_FILES.map((row) => ({ ...row, then: "hostile" })),
    { what: "5 GB without content", plant: sparse(5e9), then: "too-large" },
    { what: "another file", plant: file("other\n"), then: "6 bytes, 1 link" },
  ],
  "config, before the rename": [
    ...NOT_FILES.map((row) => ({ ...row, then: { read: "4 bytes, 1 link", replace: "hostile" } })),
    {
      what: "another file",
      plant: file("other\n"),
      then: { read: "4 bytes, 1 link", replace: "changed" },
    },
    {
      what: "another file of the same size",
      plant: file("new\n"),
      then: { read: "4 bytes, 1 link", replace: "changed" },
    },
    {
      what: "the same content with another mode",
      plant: file("old\n", 0o600),
      then: { read: "4 bytes, 1 link", replace: "changed" },
    },
  ],
  "host dir": [
    {
      what: "link to a directory outside",
      plant: link("../../../outside/directory"),
      then: "hostile",
    },
    {
      what: "link to a link to a directory outside",
      plant: link("../../../outside/directory-link"),
      then: "hostile",
    },
    { what: "absolute link", plant: link("/etc"), then: "hostile" },
    { what: "link to a directory inside", plant: link("_other-config"), then: "hostile" },
    { what: "link to nothing", plant: link("nothing"), then: "hostile" },
    { what: "link to itself", plant: link(HOST_DIR), then: "hostile" },
    { what: "link to .", plant: link("."), then: "hostile" },
    { what: "file", plant: file("a"), then: "hostile" },
    { what: "FIFO", plant: fifo, then: "hostile" },
    { what: "socket", plant: socket, then: "hostile" },
    { what: "device", plant: device("c", "1", "3"), then: "hostile", skip: needsRoot },
  ],
  "own dir": [
    {
      what: "link to a directory outside",
      plant: link("../../../outside/directory"),
      then: "hostile",
    },
    {
      what: "link to a link to a directory outside",
      plant: link("../../../outside/directory-link"),
      then: "hostile",
    },
    { what: "link to itself", plant: (path) => Deno.symlinkSync(path, path), then: "hostile" },
    { what: "link to a host dir", plant: link(HOST_DIR), then: "hostile" },
    { what: "link to nothing", plant: link("nothing"), then: "hostile" },
    { what: "file", plant: file("a"), then: "hostile" },
    { what: "FIFO", plant: fifo, then: "hostile" },
  ],
  lock: NOT_FILES.map((row) => ({ ...row, then: "hostile" })),
  state: NOT_FILES.map((row) => ({ ...row, then: "hostile" })),
};

for (const grants of ["scoped", "all"] as const) {
  Deno.test(`attacks, with ${grants} permissions`, async (t) => {
    const base = await Deno.makeTempDir({ prefix: "attack-" });
    const cleanups: (() => void)[] = [];
    try {
      const outside = plantOutside(base);
      const cases: (Case & { readonly row: Row; readonly at: string })[] = [];
      for (const [where, rows] of Object.entries(TABLE) as [Where, readonly Row[]][]) {
        for (const row of rows) {
          if (row.skip) {
            console.log(`not tried: ${where}: ${row.what}: ${row.skip}`);
            continue;
          }
          const mounts = `${base}/inside/${cases.length}/mounts`;
          const at = plantMounts(mounts, where);
          const cleanup = await row.plant(`${mounts}/${at}`);
          if (cleanup) cleanups.push(cleanup);
          cases.push({ id: cases.length, mounts, where, row, at });
        }
      }
      const insideBefore = cases.map(({ mounts }) => treeOf(mounts));
      const outsideBefore = treeOf(outside);
      const answers = await probe(grants, base, cases);

      assert.deepEqual(differences(outsideBefore, treeOf(outside)), [], "changed outside");
      for (const { id, mounts, where, row, at } of cases) {
        await t.step(`${where}: ${row.what}`, () => {
          const steps = answers.get(id)?.steps;
          assert(steps, "the probe hung here, or before");
          assert.deepEqual(steps, expectedSteps(row, steps));
          const after = treeOf(mounts);
          if (row.patched !== undefined) assertPatched(insideBefore[id]!, after, at, row.patched);
          else if (where.startsWith("config, ")) assertSwapped(insideBefore[id]!, after);
          else assert.deepEqual(after, insideBefore[id]);
        });
      }
    } finally {
      for (const cleanup of cleanups) cleanup();
      await Deno.remove(base, { recursive: true });
    }
  });
}

for (const grants of ["scoped", "all"] as const) {
  Deno.test(`a storm of swaps, with ${grants} permissions`, async () => {
    const base = await Deno.makeTempDir({ prefix: "attack-" });
    try {
      const outside = plantOutside(base);
      const mounts = `${base}/inside/0/mounts`;
      plantMounts(mounts, "config");
      const host = `${mounts}/${HOST_DIR}`;
      fifo(`${host}/fifo`);
      const before = treeOf(outside);
      const kept = [...treeOf(host).keys()];

      let over = false;
      const swapping = swap(host, () => over);
      const answers = await probe(grants, base, [
        { id: 0, mounts, where: "config, all the time" },
      ]).finally(() => over = true);
      await swapping;

      const met = Object.keys(answers.get(0)?.steps ?? {}).sort();
      const allowed = [
        'read: "old\\n"',
        `read: ${JSON.stringify(PATCHED)}`,
        "read: absent",
        "read: changed",
        "read: hostile",
        "replace: changed",
        "replace: hostile",
        "replace: ok",
      ];
      assert.deepEqual(met.filter((step) => !allowed.includes(step)), []);
      assert(met.includes("replace: ok"), `nothing was ever patched: ${met}`);
      assert(met.some((step) => /hostile|changed/.test(step)), `nothing was ever refused: ${met}`);
      assert.deepEqual(differences(before, treeOf(outside)), [], "changed outside");
      const left = [...treeOf(host).keys()].filter((path) => !kept.includes(path));
      assert.deepEqual(left.filter((path) => path !== "/config.toml"), [], "left behind");
    } finally {
      await Deno.remove(base, { recursive: true });
    }
  });
}

for (const where of ["config", "sidecar"] as const) {
  Deno.test(`a ${where} that the user may not read is refused`, async () => {
    if (!root) return console.log("not tried: needs root to become somebody else");
    const base = await Deno.makeTempDir({ prefix: "attack-" });
    try {
      await Deno.chmod(base, 0o755);
      const mounts = `${base}/inside/0/mounts`;
      const at = plantMounts(mounts, where);
      file("a\n", 0o600)(`${mounts}/${at}`);
      const before = treeOf(mounts);
      const answers = await probe("scoped", base, [{ id: 0, mounts, where }], NOBODY);
      assert.equal(answers.get(0)?.steps.read, "permission");
      assert.deepEqual(treeOf(mounts), before);
    } finally {
      await Deno.remove(base, { recursive: true });
    }
  });
}

Deno.test("a file whose owner cannot be kept is refused", async () => {
  if (!root) return console.log("not tried: needs root to become somebody else");
  const base = await Deno.makeTempDir({ prefix: "attack-" });
  try {
    await Deno.chmod(base, 0o755);
    const mounts = `${base}/inside/0/mounts`;
    plantMounts(mounts, "config");
    await Deno.chmod(`${mounts}/${HOST_DIR}`, 0o777);
    file("a\n", 0o644, 1000)(`${mounts}/${HOST_DIR}/config.toml`);
    const before = treeOf(mounts);
    const answers = await probe("scoped", base, [{ id: 0, mounts, where: "config" }], NOBODY);
    // The removal is tried with the wrong content, so that it must be refused as well.
    assert.deepEqual(answers.get(0)?.steps, {
      read: "2 bytes, 1 link",
      replace: "permission",
      remove: "changed",
    });
    assert.deepEqual(treeOf(mounts), before);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

/** Names as a patch, a state or a sidecar could have them. */
const BAD_NAMES: readonly (readonly [what: string, name: string])[] = [
  ["empty", ""],
  ["the directory itself", "."],
  ["the parent", ".."],
  ["a way out", "../outside"],
  ["a way out in the middle", "a/../../outside"],
  ["a way out at the end", "a/.."],
  ["a nested file", "a/b"],
  ["absolute", "/etc/passwd"],
  ["a trailing slash", "config.toml/"],
  ["a leading slash", "/config.toml"],
  ["a backslash", "..\\outside"],
  ["NUL", "config.toml\0.txt"],
  ["a line break", "config\n.toml"],
  ["an escape sequence", "\u001b[2J"],
  ["DEL", "a\u007f"],
  ["a C1 control", "a\u009b"],
  ["a bidirectional override", "a\u202elmot"],
  ["a line separator", "a\u2028b"],
  ["half a character", "a\ud800"],
  ["300 characters", "a".repeat(300)],
  ["256 bytes", "ä".repeat(128)],
  ["our own directory", ".vault-config"],
];

/** Names that are fine for a host dir, as far as storage is concerned, but not for a config. */
const BAD_FILES: readonly (readonly [what: string, name: string])[] = [
  ["a temporary of ours", TEMPORARY],
  ["almost a temporary of ours", ".vault-config-x.tmp"],
];

Deno.test("names that lead elsewhere are refused by every method", async (t) => {
  const base = await Deno.makeTempDir({ prefix: "attack-" });
  try {
    for (const allowNested of [false, true]) {
      const mounts = new Mounts(`${base}/mounts`, { allowNested });
      await mounts.prepare();
      await mounts.prepareHostDir(HOST_DIR);
      const before = treeOf(base);
      const temporary = mounts.temporaryName();
      const bytes = bytesOf(PATCHED);
      const uses = (dir: string, file: string): Record<string, () => Promise<unknown>> => ({
        read: () => mounts.read(dir, file),
        replace: () => mounts.replace({ dir, file, temporary, bytes, expected: undefined }),
        removeFile: () => mounts.removeFile({ dir, file, expected: EMPTY }),
      });
      const tries: [string, Record<string, () => Promise<unknown>>][] = [];
      for (const [what, name] of BAD_NAMES) {
        tries.push([`host dir: ${what}`, {
          ...uses(name, "config.toml"),
          prepareHostDir: () => mounts.prepareHostDir(name),
          collect: () => mounts.collect(name, temporary),
        }]);
        if (!(allowNested && what === "a nested file")) {
          tries.push([`file: ${what}`, uses(HOST_DIR, name)]);
        }
      }
      for (const [what, name] of BAD_FILES) tries.push([`file: ${what}`, uses(HOST_DIR, name)]);
      for (const [what, methods] of tries) {
        await t.step(`${allowNested ? "nested, " : ""}${what}`, async () => {
          for (const [method, attempt] of Object.entries(methods)) {
            const error: unknown = await attempt().then(() => undefined, (thrown) => thrown);
            assert(error instanceof ConfigPatchError, `${method}: ${error}`);
            assert.equal(error.code, "roster", method);
            assert(!/[\p{Cc}\p{Bidi_Control}\u2028]/u.test(error.message), "raw control character");
          }
        });
      }
      assert.deepEqual(treeOf(base), before);
    }
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

Deno.test("only names of temporaries are collected", async () => {
  const base = await Deno.makeTempDir({ prefix: "attack-" });
  try {
    const mounts = new Mounts(base);
    await mounts.prepareHostDir(HOST_DIR);
    await Deno.writeTextFile(`${base}/${HOST_DIR}/config.toml`, "kept");
    const before = treeOf(base);
    const names = ["config.toml", "*.tmp", ".vault-config-x.tmp", `../${HOST_DIR}/${TEMPORARY}`];
    for (const name of [...names, ...BAD_NAMES.map(([, name]) => name)]) {
      const error: unknown = await mounts.collect(HOST_DIR, name).catch((thrown) => thrown);
      assert(error instanceof ConfigPatchError && /^(roster|state)$/.test(error.code), name);
    }
    assert.deepEqual(treeOf(base), before);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

/** The steps of a file that is read (so many bytes) and patched. */
function patchable(read: string): Record<string, string> {
  return { read: read === "absent" ? read : `${read}, 1 link`, replace: "ok" };
}

function expectedSteps(row: Row, steps: Answer["steps"]): Answer["steps"] {
  const { then } = row;
  if (typeof then !== "string") return then;
  return Object.fromEntries(Object.keys(steps).map((name) => [name, then]));
}

/** Only the attacked file has changed: new content, the mode and owner of the row. */
function assertPatched(before: Tree, after: Tree, at: string, patched: string): void {
  assert.deepEqual(differences(before, after), [`/${at}`]);
  const line = after.get(`/${at}`) ?? "";
  const owner = patched.includes(" ") ? patched : `${patched} ${Deno.uid()}:${Deno.gid()}`;
  assert(line.startsWith(owner), line);
  assert(line.endsWith(JSON.stringify(PATCHED)), line);
}

/** What was swapped in stands there untouched, and no temporary is left. */
function assertSwapped(before: Tree, after: Tree): void {
  const host = `/${HOST_DIR}/`;
  const rename = (path: string) => {
    if (path === `${host}config.toml`) return `${host}${SWAPPED}`;
    return path.startsWith(host + SWAP) ? path.replace(host + SWAP, `${host}config.toml`) : path;
  };
  const moved = new Map([...before].map(([path, line]) => [rename(path), line]));
  assert.deepEqual(differences(moved, after), []);
}

/** A mounts directory with everything but what is to be planted; returns where that goes. */
function plantMounts(mounts: string, where: Where): string {
  const own = `${mounts}/.vault-config`;
  const host = `${mounts}/${HOST_DIR}`;
  Deno.mkdirSync(mounts, { recursive: true });
  Deno.mkdirSync(`${mounts}/_other-config`);
  if (where !== "own dir") {
    Deno.mkdirSync(own, { mode: 0o700 });
    if (where !== "state") file("{}\n", 0o600)(`${own}/state.json`);
  }
  if (where !== "host dir") {
    Deno.mkdirSync(host);
    file("neighbour\n")(`${host}/neighbour`);
    if (where === "temporary" || where.startsWith("config, ")) file("old\n")(`${host}/config.toml`);
  }
  switch (where) {
    case "config":
    case "config, all the time":
      return `${HOST_DIR}/config.toml`;
    case "sidecar":
      return `${HOST_DIR}/${SIDECAR_NAME}`;
    case "temporary":
      return `${HOST_DIR}/${TEMPORARY}`;
    case "config, while it is read":
    case "config, before the rename":
      return `${HOST_DIR}/${SWAP}`;
    case "host dir":
      return HOST_DIR;
    case "own dir":
      return ".vault-config";
    case "lock":
      return ".vault-config/lock";
    case "state":
      return ".vault-config/state.json";
  }
}

/** Puts one thing after another in the place of the config, as fast as it can. */
async function swap(host: string, over: () => boolean): Promise<void> {
  const config = `${host}/config.toml`;
  const ways: readonly (() => void)[] = [
    () => file("old\n")(`${host}/swap`),
    () => Deno.symlinkSync(`${OUT}/secret`, `${host}/swap`),
    () => file("old\n")(`${host}/swap`),
    () => Deno.symlinkSync(`${OUT}/fifo`, `${host}/swap`),
    () => Deno.linkSync(`${host}/fifo`, `${host}/swap`),
  ];
  for (let round = 0; !over(); round++) {
    ways[round % ways.length]?.();
    Deno.renameSync(`${host}/swap`, config);
    // A pause now and then, so that something can be patched as well.
    if (round % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  file("old\n")(`${host}/swap`);
  Deno.renameSync(`${host}/swap`, config);
}

const NOBODY = 65534;

/** Lets the probe work on all cases, and ends it at a deadline. */
async function probe(
  grants: "scoped" | "all",
  base: string,
  cases: readonly Case[],
  uid?: number,
): Promise<Map<number, Answer>> {
  const inside = `${base}/inside`;
  const flags = grants === "all"
    ? ["--allow-all"]
    : ["--no-prompt", `--allow-read=${inside}`, `--allow-write=${inside}`];
  const script = new URL("./attack_probe.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-check", ...flags, script],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    ...(uid === undefined
      ? {}
      // Somebody else cannot write into our cache.
      : { uid, gid: uid, env: { DENO_DIR: `${base}/cache`, HOME: base } }),
  }).spawn();
  const deadline = setTimeout(() => child.kill("SIGKILL"), 10_000);
  try {
    const writer = child.stdin.getWriter();
    const plain = cases.map(({ id, mounts, where }) => ({ id, mounts, where }));
    await writer.write(bytesOf(JSON.stringify(plain)));
    await writer.close();
    const output = await new Response(child.stdout).text();
    await child.status;
    const answers: Answer[] = output.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    return new Map(answers.map((answer) => [answer.id, answer]));
  } finally {
    clearTimeout(deadline);
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
