/**
 * The table of attacks on the whole program: everything is planted, then the real command line works
 * on it with the grants that users give, command by command, and after each the whole tree, inside
 * and outside, is compared with what may have changed. `attack_test.ts` has the same for storage,
 * step by step.
 */
import assert from "node:assert/strict";
import { SIDECAR_NAME } from "../../storage/names.ts";
import {
  device,
  fifo,
  file,
  fullDirectory,
  kib,
  link,
  needsRoot,
  NOT_FILES,
  OUT,
  type Planting,
  plantOutside,
  socket,
  sparse,
} from "./planting.ts";
import { BEGIN, END } from "./program_probe.ts";
import { differences, type Tree, treeOf } from "../support/tree.ts";

const DIR = "_codex-config";
const TEMPORARY = `.vault-config-${"0".repeat(32)}.tmp`;

/** Where something is planted, from the mounts directory. */
const PLACES = {
  config: `${DIR}/config.toml`,
  sidecar: `${DIR}/${SIDECAR_NAME}`,
  "host dir": DIR,
  "own dir": ".vault-config",
  lock: ".vault-config/lock",
  state: ".vault-config/state.json",
  "leftover temporary": `${DIR}/${TEMPORARY}`,
} as const;

type Where = keyof typeof PLACES;

interface Row extends Planting {
  /**
   * `patched`: apply edits it, disable gives it back. `refused`: the provider fails, the other one
   * is served. `stopped`: nothing can be done at all. `left`: it is told of, and left alone.
   * `replaced`: it is told of, and ours comes in its place.
   */
  readonly ends: "patched" | "refused" | "stopped" | "left" | "replaced";
  /** What has to be said of it. */
  readonly says?: RegExp;
}

const NO_FILE = /plain file/;
const USER = 'model = "mine" # kept\n';

/** Regular files of every kind; all of them may be patched. */
const PLAIN: readonly Planting[] = [
  { what: "empty file", plant: file("") },
  { what: "read-only file", plant: file(USER, 0o444) },
  { what: "private file", plant: file(USER, 0o600) },
  { what: "setuid file", plant: file(USER, 0o4755) },
  { what: "setgid file", plant: file(USER, 0o2755) },
  { what: "sticky file", plant: file(USER, 0o1644) },
  { what: "file of another owner", plant: file(USER, 0o640, 1000), skip: needsRoot },
  { what: "setuid file of another owner", plant: file(USER, 0o6711, 1000), skip: needsRoot },
  {
    what: "hard link to a file outside",
    plant: (path) => {
      const outside = `${path.slice(0, path.lastIndexOf("/"))}/${OUT}/${crypto.randomUUID()}`;
      file(USER)(outside);
      Deno.linkSync(outside, path);
    },
  },
];

/** What cannot be a directory of ours. */
const NOT_DIRECTORIES: readonly Planting[] = [
  { what: "link to a directory outside", plant: link("../../../outside/directory") },
  { what: "link to a link to a directory", plant: link("../../../outside/directory-link") },
  { what: "absolute link", plant: link("/etc") },
  { what: "link to a directory inside", plant: link("_gh-config") },
  { what: "link to nothing", plant: link("nothing") },
  { what: "link to itself", plant: (path) => Deno.symlinkSync(path, path) },
  { what: "link to .", plant: link(".") },
  { what: "file", plant: file("a") },
  { what: "FIFO", plant: fifo },
  { what: "socket", plant: socket },
  { what: "device", plant: device("c", "1", "3"), skip: needsRoot },
];

/** What is no config, with what is said of it. Leases take their time: see budgets.ts. */
const NO_CONFIGS: readonly (Planting & { readonly says: RegExp })[] = [
  ...NOT_FILES.map((one) => ({ ...one, says: NO_FILE })),
  { what: "5 GB without content", plant: sparse(5e9), says: /larger than/ },
  { what: "a byte too much", plant: sparse(kib(2048) + 1), says: /larger than/ },
];

const TABLE: Readonly<Record<Where, readonly Row[]>> = {
  config: [
    ...NO_CONFIGS.map((one): Row => ({ ...one, ends: "refused" })),
    { what: "NUL bytes", plant: file("a = 1\0\n"), ends: "refused", says: /TOML|character/i },
    {
      what: "bytes that are not UTF-8",
      plant: file(new Uint8Array([0x61, 0xff, 0xfe])),
      ends: "refused",
      says: /UTF-8/,
    },
    {
      what: "control characters where it is wrong",
      plant: file('a = "\u001b[2J\u009b\u202e'),
      ends: "refused",
      says: /config\.toml:1:/,
    },
    {
      what: "control characters in a value of the user's",
      plant: file('openai_base_url = "\u009b2J\u202e"\n'),
      ends: "patched",
      says: /the user's own/,
    },
    ...PLAIN.map((one): Row => ({ ...one, ends: "patched" })),
  ],
  sidecar: [
    ...NO_CONFIGS.map((one): Row => ({ ...one, ends: "left" })),
    ...PLAIN.map((one): Row => ({ ...one, ends: "replaced", says: /ownership record/ })),
    { what: "NUL bytes", plant: file("\0"), ends: "replaced", says: /not JSON/ },
    {
      what: "bytes that are not UTF-8",
      plant: file(new Uint8Array([0xff])),
      ends: "replaced",
      says: /UTF-8/,
    },
    {
      what: "names that lead elsewhere",
      plant: file(JSON.stringify({
        version: 1,
        files: Object.fromEntries(
          ["../../outside/secret", "/etc/passwd", "", ".", "..", "\0", SIDECAR_NAME, "\u001b[2J"]
            .map((name) => [
              name,
              { providers: { codex: [{ kind: "toml_top", values: { SECRET: 1 } }] } },
            ]),
        ),
      })),
      ends: "replaced",
      says: /names files that are not of this directory/,
    },
  ],
  "host dir": NOT_DIRECTORIES.map((one) => ({ ...one, ends: "refused", says: /plain directory/ })),
  // The settings are looked for in it first.
  "own dir": NOT_DIRECTORIES.map((one) => ({
    ...one,
    ends: "stopped",
    says: /plain directory|symbolic link|not a directory/,
  })),
  lock: NOT_FILES.map((one) => ({ ...one, ends: "stopped", says: NO_FILE })),
  state: NOT_FILES.map((one) => ({ ...one, ends: "stopped", says: NO_FILE })),
  "leftover temporary": NOT_FILES.map((one) => ({ ...one, ends: "left", says: /left alone/ })),
};

/** Rows that say the same in many places; the short form takes these of each long list. */
const TELLING = new Set([
  ...["link to a file outside", "link to nothing, outside", "link to itself"],
  ...["directory with a file", "FIFO without a writer"],
]);

interface Case {
  readonly name: string;
  readonly where: Where;
  readonly row: Row;
  readonly mounts: string;
}

/** How to attack. */
export interface AttackOptions {
  /** The grants of the program. */
  readonly grants: "scoped" | "all";
  /** Every row, or only what tells something new. */
  readonly all: boolean;
}

/** Plants everything, and throws what does not hold. Returns how many attacks there were. */
export async function attackProgram({ grants, all }: AttackOptions): Promise<number> {
  const base = await Deno.makeTempDir({ prefix: "hostile-" });
  const cleanups: (() => void)[] = [];
  try {
    const outside = plantOutside(base);
    const cases: Case[] = [];
    for (const [where, rows] of Object.entries(TABLE) as [Where, readonly Row[]][]) {
      for (const row of rows) {
        const name = `${where}: ${row.what}`;
        if (row.skip) {
          console.log(`not tried: ${name}: ${row.skip}`);
          continue;
        }
        if (!all && !["config", "sidecar", "host dir"].includes(where) && !isTelling(row)) continue;
        const mounts = `${base}/inside/${cases.length}/mounts`;
        plantMounts(mounts, where);
        const cleanup = await row.plant(`${mounts}/${PLACES[where]}`);
        if (cleanup) cleanups.push(cleanup);
        cases.push({ name, where, row, mounts });
      }
    }
    await work(base, outside, cases, grants);
    return cases.length;
  } finally {
    for (const cleanup of cleanups) cleanup();
    await Deno.remove(base, { recursive: true });
  }
}

function isTelling({ what }: Row): boolean {
  return TELLING.has(what) || NOT_DIRECTORIES.some((one) => one.what === what);
}

async function work(
  base: string,
  outside: string,
  cases: readonly Case[],
  grants: AttackOptions["grants"],
): Promise<void> {
  const outsideBefore = treeOf(outside);
  const before = cases.map(({ mounts }) => treeOf(mounts));
  const two = ["--providers", "codex,gh"];
  const command = async (...args: string[]) => {
    const runs = cases.map(({ mounts }) => [...args, "--mounts", mounts]);
    const said = await runProgram(base, runs, grants);
    assert.deepEqual(differences(outsideBefore, treeOf(outside)), [], `${args[0]}: outside`);
    return cases.map((one, id) => {
      const outcome = said[id];
      const what = `${args[0]}, ${one.name}`;
      assert(outcome !== undefined, `${what}: it hung here`);
      assertSafe(outcome.out + outcome.err, what);
      return { ...one, ...outcome, what, before: before[id]!, after: treeOf(one.mounts) };
    });
  };

  for (const one of [...await command("plan", ...two), ...await command("status", ...two)]) {
    assert.deepEqual(differences(one.before, one.after), [], one.what);
    // Without writing, a lock and a leftover are not even looked at.
    const unseen = ["lock", "leftover temporary"].includes(one.where);
    if (!unseen && one.row.ends !== "patched") assertSays(one.out + one.err, one);
  }
  for (const one of await command("apply", ...two)) {
    assert.equal(one.code, CODES[one.row.ends], `${one.what}\n${one.err}`);
    assertSays(one.out + one.err, one);
    // What is remembered comes where all is well, and is no more than a copy of what stands there.
    const changed = differences(one.before, one.after)
      .filter((path) => path !== "/.vault-config/steady.json");
    assert.deepEqual(changed, changedBy(one), one.what);
  }
  for (const one of await command("status", ...two)) {
    if (["left", "refused", "stopped"].includes(one.row.ends) && one.where !== "lock") {
      if (one.where !== "leftover temporary") assertSays(one.out + one.err, one);
    }
  }
  for (const one of await command("disable", "codex", "gh")) {
    // Who was refused owns nothing, so there is nothing that would have to be taken back.
    const code = one.row.ends === "refused" ? 0 : CODES[one.row.ends];
    assert.equal(one.code, code, `${one.what}\n${one.err}`);
    assert.deepEqual(rest(one.after, one), rest(one.before, one), one.what);
  }
}

const CODES = { patched: 0, refused: 1, stopped: 1, left: 0, replaced: 0 } as const;

/** The paths that apply makes or changes: exactly these. */
function changedBy({ row, where, before }: Case & { readonly before: Tree }): string[] {
  if (row.ends === "stopped") return [];
  const paths = ["/_gh-config/config.yml", `/_gh-config/${SIDECAR_NAME}`];
  paths.push("/.vault-config/state.json", "/.vault-config/lock");
  if (!before.has("/.vault-config")) paths.push("/.vault-config");
  if (row.ends !== "refused") {
    paths.push(`/${PLACES.config}`);
    if (where !== "sidecar" || row.ends === "replaced") paths.push(`/${PLACES.sidecar}`);
  }
  return paths.sort();
}

/** A tree after disable, without what is ours to keep and what a replacement cannot keep. */
function rest(tree: Tree, { where, row }: Case): Map<string, string> {
  const lines = new Map<string, string>();
  for (const [path, line] of tree) {
    if (row.ends !== "stopped" && path.startsWith("/.vault-config")) continue;
    // What is to stay off is written down first.
    if (path === "/.vault-config/settings.toml") continue;
    if (where !== "lock" && path === "/.vault-config/lock") continue;
    if (where === "sidecar" && row.ends === "replaced" && path === `/${PLACES.sidecar}`) continue;
    const replaced = path === `/${PLACES.config}` &&
      ["patched", "left", "replaced"].includes(row.ends);
    lines.set(path, replaced ? line.replace(/^10[0-7](?=[0-7]{3} )|inode \d+ \d+/g, "") : line);
  }
  return lines;
}

function assertSays(said: string, { row, where, name }: Case): void {
  if (row.says === undefined) return;
  assert.match(said, row.says, name);
  const { says, ends } = row;
  // The place as well, so that an operator knows where to look.
  if (ends !== "patched") assert(said.includes(PLACES[where]), `${says}: ${said}`);
}

/** Nothing from outside is shown, and nothing that a terminal would obey. */
export function assertSafe(said: string, what: string): void {
  assert.doesNotMatch(said, /SECRET/, what);
  // Where a link leads is nobody's business either.
  assert.doesNotMatch(said, /outside\/|environ/, what);
  // deno-lint-ignore no-control-regex -- that is what is looked for
  assert.doesNotMatch(said, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/, what);
}

/** A mounts directory with everything but what is to be planted. */
function plantMounts(mounts: string, where: Where): void {
  Deno.mkdirSync(`${mounts}/_gh-config`, { recursive: true });
  fullDirectory(`${mounts}/_other-config`);
  if (where !== "host dir") {
    Deno.mkdirSync(`${mounts}/${DIR}`);
    file("neighbour\n")(`${mounts}/${DIR}/neighbour`);
    if (where !== "config") file(USER)(`${mounts}/${PLACES.config}`);
  }
  if (where === "own dir") return;
  Deno.mkdirSync(`${mounts}/.vault-config`, { mode: 0o700 });
  if (where !== "leftover temporary") return;
  const pending = { files: {}, temporaries: [PLACES[where]], texts: {} };
  file(JSON.stringify({ version: 1, files: {}, pending }), 0o600)(`${mounts}/${PLACES.state}`);
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs command lines in one process, which is ended at a deadline; then some outcomes are missing. */
export async function runProgram(
  base: string,
  runs: readonly (readonly string[])[],
  grants: AttackOptions["grants"],
): Promise<readonly Outcome[]> {
  const inside = `${base}/inside`;
  const flags = grants === "all"
    ? ["--allow-all"]
    : ["--no-prompt", `--allow-read=${inside}`, `--allow-write=${inside}`];
  const script = new URL("./program_probe.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...flags, script],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const deadline = setTimeout(() => child.kill("SIGKILL"), 60_000);
  try {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(runs)));
    await writer.close();
    const { stdout, stderr } = await child.output();
    const [out, err] = [stdout, stderr].map(divide);
    return out!.map(({ text, code }, id) => ({ code, out: text, err: err![id]?.text ?? "" }));
  } finally {
    clearTimeout(deadline);
  }
}

function divide(stream: Uint8Array): { text: string; code: number }[] {
  return new TextDecoder().decode(stream).split(BEGIN).slice(1).flatMap((part) => {
    const [text = "", code] = part.split(END);
    return code === undefined ? [] : [{ text: text.replace(/^\d+\n/, ""), code: Number(code) }];
  });
}
