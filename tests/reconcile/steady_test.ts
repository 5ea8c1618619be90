/**
 * The steady state: never a wrong "nothing to do". Every single thing that the outcome depends on is
 * changed alone, and the run has to wake up; what says nothing about the content wakes nobody.
 */
import assert from "node:assert/strict";
import { missing } from "../torture/planting.ts";
import type { Invocation } from "../../cli/parse.ts";
import { setUp } from "../../cli/setup.ts";
import { apply as applyRequest } from "../../reconcile/request.ts";
import { parse } from "../../cli/parse.ts";
import { start } from "../../reconcile/start.ts";
import {
  LARGEST_MEMORY,
  memoryText,
  recall,
  type Recalled,
  type Seen,
  textOf,
} from "../../reconcile/steady.ts";
import { LIMITS } from "../../storage/limits.ts";
import { Opening } from "../../storage/opening.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import {
  applySharedConfigPatches,
  type ConfigPatchError,
  disableSharedConfigPatches,
  loadRoster,
  rosterFrom,
} from "../../mod.ts";
import { Mounts } from "../../storage/mounts.ts";
import { Fault } from "../support/storage_tools.ts";

const CONFIG = "_codex-config/config.toml";
const SIDECAR = "_codex-config/.terok-managed-config.json";
const STATE = ".vault-config/state.json";
const MEMORY = ".vault-config/steady.json";

/** Changes of the mounts, each of one thing. */
const CHANGES: Readonly<Record<string, (mounts: string) => void>> = {
  "a byte of a config, size and mtime kept": (mounts) => changeByte(`${mounts}/${CONFIG}`),
  "a byte of a sidecar, size and mtime kept": (mounts) => changeByte(`${mounts}/${SIDECAR}`),
  "a byte of the state, size and mtime kept": (mounts) => changeByte(`${mounts}/${STATE}`),
  "a config with a byte more": (mounts) =>
    Deno.writeTextFileSync(`${mounts}/${CONFIG}`, "\n", { append: true }),
  "an empty config": (mounts) => Deno.truncateSync(`${mounts}/${CONFIG}`, 0),
  "the mode of a config": (mounts) => Deno.chmodSync(`${mounts}/${CONFIG}`, 0o600),
  "the mode of a sidecar": (mounts) => Deno.chmodSync(`${mounts}/${SIDECAR}`, 0o600),
  "a config missing": (mounts) => Deno.removeSync(`${mounts}/${CONFIG}`),
  "a sidecar missing": (mounts) => Deno.removeSync(`${mounts}/${SIDECAR}`),
  "the state missing": (mounts) => Deno.removeSync(`${mounts}/${STATE}`),
  "the memory missing": (mounts) => Deno.removeSync(`${mounts}/${MEMORY}`),
  "a link in place of a config": (mounts) => linkInstead(`${mounts}/${CONFIG}`),
  "a FIFO in place of a config": (mounts) => fifoInstead(`${mounts}/${CONFIG}`),
  "a FIFO in place of a sidecar": (mounts) => fifoInstead(`${mounts}/${SIDECAR}`),
  "a link in place of a host dir": (mounts) => linkInstead(`${mounts}/_codex-config`),
  "a link in place of the memory": (mounts) => linkInstead(`${mounts}/${MEMORY}`),
  "a link in place of the state": (mounts) => linkInstead(`${mounts}/${STATE}`),
  "a host dir missing": (mounts) => Deno.removeSync(`${mounts}/_gh-config`, { recursive: true }),
  "pending work in the state": (mounts) => {
    const state = JSON.parse(Deno.readTextFileSync(`${mounts}/${STATE}`));
    const pending = { files: {}, temporaries: [], texts: {} };
    Deno.writeTextFileSync(`${mounts}/${STATE}`, JSON.stringify({ ...state, pending }));
  },
  "the memory cut off": (mounts) => Deno.truncateSync(`${mounts}/${MEMORY}`, 100),
  "the memory empty": (mounts) => Deno.truncateSync(`${mounts}/${MEMORY}`, 0),
  "the memory nothing but zeros": (mounts) => {
    const { size } = Deno.statSync(`${mounts}/${MEMORY}`);
    Deno.writeFileSync(`${mounts}/${MEMORY}`, new Uint8Array(size));
  },
  "the memory not UTF-8": (mounts) =>
    Deno.writeFileSync(`${mounts}/${MEMORY}`, new Uint8Array([0xff, 0xfe, 0x7b])),
  ...Object.fromEntries(
    ["null", "[]", '"{}"', "{}"].map((text) => [
      `the memory is ${text}`,
      (mounts: string) => Deno.writeTextFileSync(`${mounts}/${MEMORY}`, text),
    ]),
  ),
  ...Object.fromEntries(
    ["version", "inputs", "state", "files", "patterns", "report"].map((key) => [
      `the memory without its ${key}`,
      (mounts: string) => {
        const memory = JSON.parse(Deno.readTextFileSync(`${mounts}/${MEMORY}`));
        Deno.writeTextFileSync(`${mounts}/${MEMORY}`, JSON.stringify({ ...memory, [key]: null }));
      },
    ]),
  ),
};

/** Changes that say nothing about the content. */
const NO_CHANGES: Readonly<Record<string, (mounts: string) => void>> = {
  "a config replaced by an equal one": (mounts) => replaceByEqual(`${mounts}/${CONFIG}`),
  "a sidecar replaced by an equal one": (mounts) => replaceByEqual(`${mounts}/${SIDECAR}`),
  "the state replaced by an equal one": (mounts) => replaceByEqual(`${mounts}/${STATE}`),
  "the mtime of a config": (mounts) => Deno.utimeSync(`${mounts}/${CONFIG}`, 1, 1),
  "a hard link to a config": (mounts) => Deno.linkSync(`${mounts}/${CONFIG}`, `${mounts}/link`),
  "a file of the client's beside it": (mounts) =>
    Deno.writeTextFileSync(`${mounts}/_codex-config/history`, "x"),
};

/** Arguments that ask for something else than the run that is remembered. */
const OTHER_ARGUMENTS: readonly (readonly string[])[] = [
  ["--providers", "codex,gh"],
  ["--providers", "codex,gh,vibe"],
  ["--providers="],
  ["--providers", "claude"],
  ["--disabled", "codex"],
  ["--token-broker-port", "9418"],
  ["--token-broker-port", "9418", "--direct"],
  ["--vault-url", "http://localhost:9420"],
  ["--vault-socket", "/run/terok/other.sock"],
  ["--allow-nested"],
  ["--no-built-in"],
];

/** Options that change what is said and how long is waited, but nothing in the files. */
const SAME_ARGUMENTS: readonly (readonly string[])[] = [
  ["--json"],
  ["--quiet"],
  ["--no-color"],
  ["--lock-timeout", "1"],
  ["--disabled="],
];

Deno.test("a run wakes up whatever has changed, and only then", async (t) => {
  const base = await Deno.makeTempDir({ prefix: "steady-" });
  const agent = `${base}/agent.json`;
  const write = (url: string) => {
    const json_set = { url: `{vault_url}${url}` };
    const patch = { host_dir: "_own", shared_config_patch: { file: "own.json", json_set } };
    Deno.writeTextFileSync(agent, JSON.stringify(patch));
  };
  write("/v1");
  const rostered = ["--mounts", `${base}/rostered`, "--roster", agent];
  const still = ["--mounts", `${base}/still`];
  const all = [...Object.entries(CHANGES), ...Object.entries(NO_CHANGES)];
  const mounts = all.map(([name, change], index) => ({ name, change, path: `${base}/${index}` }));
  const everybody = [still, rostered, ...mounts.map(({ path }) => ["--mounts", path])];
  for (const args of everybody) assert.equal(await wakes(args), true, "the first run");
  // No clock has to be waited for: what was just written is remembered with its content.
  for (const args of everybody) await apply(args);
  for (const args of everybody) await apply(args);
  for (const args of everybody) assert.equal(await wakes(args), false, args.join(" "));

  for (const { name, change, path } of mounts) {
    await t.step(name, async () => {
      change(path);
      assert.equal(await wakes(["--mounts", path]), name in CHANGES);
    });
  }
  for (const args of OTHER_ARGUMENTS) {
    await t.step(args.join(" "), async () => {
      assert.equal(await wakes([...still, ...args]), true);
    });
  }
  for (const args of SAME_ARGUMENTS) {
    await t.step(`not for ${args.join(" ")}`, async () => {
      assert.equal(await wakes([...still, ...args]), false);
    });
  }
  await t.step("another text of the roster", async () => {
    write("/v2");
    assert.equal(await wakes(rostered), true);
    write("/v1");
    assert.equal(await wakes(rostered), false);
    assert.equal(await wakes(rostered.slice(0, 2)), true, "no roster");
    assert.equal(await wakes([...rostered, "--roster", agent]), true, "twice the roster");
  });
  await t.step("another version of the program, or of its agents", async () => {
    const { inputs } = await startFor(parse(["apply", ...still]));
    assert.ok(typeof inputs === "object" && inputs !== null);
    assert.equal(await wakes(still, { ...inputs }), false);
    for (const key of Object.keys(inputs)) {
      assert.equal(await wakes(still, { ...inputs, [key]: "other" }), true, key);
    }
    assert.ok("version" in inputs && "builtIn" in inputs);
  });
  await t.step("other commands always work", async () => {
    const run = await startFor(parse(["write", "codex", ...still]));
    await assert.rejects(start({ ...run, job: woken }), Woken);
  });
  await t.step("where nothing has changed, nothing is written or locked", async () => {
    const calls = await callsOfDeno(`${base}/still/`, () => apply(still));
    const names = new Set(calls.map((call) => call.replace(/ .*/, "")));
    const looks = ["lstatSync", "openSync", "readDirSync", "readTextFileSync"];
    assert.deepEqual([...names].sort(), looks);
    const opened = calls.filter((call) => call.startsWith("openSync"));
    assert.deepEqual(new Set(opened).size, opened.length, "a file is read twice");
  });
  await Deno.remove(base, { recursive: true });
});

Deno.test("a file in place of a host dir is told, not taken for a bug", async () => {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  const roster = await loadRoster([]);
  await applySharedConfigPatches(roster, mounts);
  await applySharedConfigPatches(roster, mounts);
  Deno.statSync(`${mounts}/${MEMORY}`);
  Deno.removeSync(`${mounts}/_codex-config`, { recursive: true });
  Deno.writeTextFileSync(`${mounts}/_codex-config`, "in the way");
  await assert.rejects(applySharedConfigPatches(roster, mounts), { code: "failed" });
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("a run with a nested file is not remembered: its way can be swapped unseen", async () => {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  const json_set = { u: "{vault_url}" };
  const patch = { host_dir: "_a", shared_config_patch: { file: "sub/c.json", json_set } };
  const apply = () =>
    applySharedConfigPatches(rosterFrom({ p: patch }), mounts, { allowNested: true });
  await apply();
  await apply();
  assert.throws(() => Deno.statSync(`${mounts}/${MEMORY}`), Deno.errors.NotFound);
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("inputs that differ in a type alone are different inputs", () => {
  const values = [
    1n,
    "1",
    "i1",
    "t1",
    { integer: "1" },
    1.5,
    "1.5",
    null,
    "null",
    [1n],
    ["1"],
    true,
  ];
  assert.equal(new Set(values.map((value) => textOf(value))).size, values.length);
});

Deno.test("what has to be seen on every run is never remembered", async () => {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  const roster = await loadRoster([]);
  const apply = () => applySharedConfigPatches(roster, mounts);
  await apply();
  Deno.writeTextFileSync(`${mounts}/${SIDECAR}`, "not ours");
  Deno.removeSync(`${mounts}/_gh-config/config.yml`);
  Deno.mkdirSync(`${mounts}/_gh-config/config.yml`);
  await assert.rejects(apply());
  await assert.rejects(apply());
  await assert.rejects(apply(), "a failure");
  Deno.removeSync(`${mounts}/_gh-config/config.yml`);
  await apply();
  Deno.removeSync(`${mounts}/${SIDECAR}`);
  Deno.symlinkSync("elsewhere", `${mounts}/${SIDECAR}`);
  for (let run = 0; run < 3; run++) {
    const { warnings } = await apply();
    assert.equal(warnings.length, 1, "a warning");
  }
  await Deno.remove(mounts, { recursive: true });
});

// --- the memory by itself -------------------------------------------------------------------------

const TEXT = "a = 1\n";
const REPORT = {
  location: { url: "http://localhost:9419", socket: "/run/terok/vault.sock", tlsUrl: "" },
  rows: [{
    ...{ provider: "p", action: "apply", file: "_d/config.toml", outcome: "unchanged" } as const,
    bypasses: [{
      ...{ file: "_d/config.toml", position: undefined, why: "why" },
      path: ["models", { id: 3n }, "url"],
    }],
  }],
  warnings: [{ message: "stands", file: "_d/c", position: { line: 1, column: 2 }, code: "moved" }],
};

/** Mounts with a host dir, and a memory of what stands in it. */
async function remembered(
  names: readonly string[],
  work: (mounts: string, look: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  Deno.mkdirSync(`${mounts}/.vault-config`);
  Deno.mkdirSync(`${mounts}/_d`);
  Deno.writeTextFileSync(`${mounts}/${STATE}`, "{}\n");
  const files = new Map<string, Seen>();
  for (const name of names) {
    const path = `${mounts}/_d/${name}`;
    Deno.writeTextFileSync(path, TEXT);
    const { mode, uid, gid } = Deno.statSync(path);
    const bytes = Deno.readFileSync(path);
    files.set(`_d/${name}`, { kind: "file", mode: mode!, uid: uid!, gid: gid!, bytes });
  }
  files.set("_d/absent.toml", { kind: "absent" });
  Deno.mkdirSync(`${mounts}/_d/rival.json`);
  files.set("_d/rival.json", { kind: "directory" });
  const patterns = new Map([["_d/*.config.toml", ["a.config.toml"]]]);
  Deno.writeTextFileSync(`${mounts}/_d/a.config.toml`, "");
  const text = memoryText({ inputs: "in", state: "{}\n", files, patterns, report: REPORT });
  assert(text !== undefined);
  Deno.writeTextFileSync(`${mounts}/${MEMORY}`, text);
  await work(mounts, async () => said(await recall(mounts, "in")));
  await Deno.remove(mounts, { recursive: true });
}

function said(recalled: Recalled | undefined): string {
  if (recalled?.kind !== "changed") return recalled?.kind ?? "nothing";
  return [...recalled.files].sort().join(", ");
}

Deno.test("only what differs is named, and the rest is remembered", async () => {
  await remembered(["one", "two"], async (mounts, look) => {
    assert.equal(await look(), "same");
    Deno.writeTextFileSync(`${mounts}/_d/two`, "b = 1\n");
    assert.equal(await look(), "_d/two");
    Deno.writeTextFileSync(`${mounts}/_d/absent.toml`, "");
    assert.equal(await look(), "_d/absent.toml, _d/two");
    Deno.writeTextFileSync(`${mounts}/_d/b.config.toml`, "");
    assert.equal(await look(), "_d/*.config.toml, _d/absent.toml, _d/two");
    Deno.removeSync(`${mounts}/_d/rival.json`);
    assert.equal(await look(), "_d/*.config.toml, _d/absent.toml, _d/rival.json, _d/two");
    const recalled = await recall(mounts, "in");
    assert(recalled?.kind === "changed");
    const { memory } = recalled;
    const one = memory.seen("_d/one");
    assert(one?.kind === "file" && new TextDecoder().decode(one.bytes) === TEXT);
    assert.deepEqual(memory.seen("_d/absent.toml"), { kind: "absent" });
    assert.deepEqual(memory.seen("_d/rival.json"), { kind: "directory" });
    assert.equal(memory.seen("_d/never"), undefined);
    assert.equal(memory.seen("constructor"), undefined);
    assert.equal(memory.state, "{}\n");
    assert.deepEqual(memory.keys.length, 4);
    assert.deepEqual(memory.report.warnings, REPORT.warnings);
    assert.deepEqual(memory.report.rows[0]?.bypasses[0]?.path, ["models", { id: 3 }, "url"]);
  });
});

Deno.test("a host dir that has gone takes all its files along", async () => {
  await remembered(["one"], async (mounts, look) => {
    Deno.renameSync(`${mounts}/_d`, `${mounts}/gone`);
    assert.equal(await look(), "_d/*.config.toml, _d/one, _d/rival.json");
    Deno.writeTextFileSync(`${mounts}/_d`, "in the way");
    // Each of them has to be looked at by a full run, which tells what is in the way.
    assert.equal(await look(), "_d/*.config.toml, _d/absent.toml, _d/one, _d/rival.json");
  });
});

Deno.test("any bytes are remembered, and told apart", async () => {
  await remembered(["one"], async (mounts) => {
    const { uid, gid } = Deno.statSync(mounts);
    const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i % 256);
    const path = `${mounts}/_d/one`;
    Deno.writeFileSync(path, bytes);
    Deno.chmodSync(path, 0o640);
    const file = { kind: "file", mode: 0o640, uid: uid!, gid: gid!, bytes } as const;
    const text = memoryText({
      ...{ inputs: "in", state: "{}\n", files: new Map([["_d/one", file]]) },
      ...{ patterns: new Map(), report: REPORT },
    });
    Deno.writeTextFileSync(`${mounts}/${MEMORY}`, text!);
    assert.equal(said(await recall(mounts, "in")), "same");
    for (const at of [0, 127, 128, 255, 19_999]) {
      const other = Uint8Array.from(bytes);
      other[at] = (other[at] ?? 0) ^ 0x80;
      Deno.writeFileSync(path, other);
      assert.equal(said(await recall(mounts, "in")), "_d/one", `byte ${at}`);
    }
  });
});

Deno.test("a file that may not be written is compared as well", async () => {
  await remembered(["one"], async (mounts) => {
    const system = {
      ...denoFileSystem,
      openQuickly() {
        throw new Deno.errors.PermissionDenied("injected");
      },
    };
    assert.equal(said(await recall(mounts, "in", system)), "same");
    Deno.writeTextFileSync(`${mounts}/_d/one`, "b = 1\n");
    assert.equal(said(await recall(mounts, "in", system)), "_d/one");
  });
});

Deno.test("inodes that JavaScript cannot tell apart are never taken for the same", async () => {
  await remembered(["one"], async (mounts) => {
    const high = <T extends { ino: number }>(status: T): T => ({ ...status, ino: 2 ** 63 });
    const system = {
      ...denoFileSystem,
      lstat(path: string) {
        const seen = denoFileSystem.lstat(path);
        return seen && high(seen);
      },
      openQuickly(path: string) {
        const file = denoFileSystem.openQuickly(path);
        return { ...file, status: () => high(file.status()) };
      },
    };
    assert.equal(said(await recall(mounts, "in", system)), "_d/one");
  });
});

Deno.test("a file that was swapped after the look is not read", async () => {
  await remembered(["one"], async (mounts) => {
    let reads = 0;
    const system = {
      ...denoFileSystem,
      openQuickly(path: string) {
        if (!path.endsWith("/one")) return denoFileSystem.openQuickly(path);
        Deno.copyFileSync(path, `${mounts}/outside`);
        Deno.removeSync(path);
        Deno.symlinkSync(`${mounts}/outside`, path);
        const file = denoFileSystem.openQuickly(path);
        const read = (buffer: Uint8Array) => {
          reads++;
          return file.read(buffer);
        };
        return { ...file, read };
      },
    };
    assert.equal(said(await recall(mounts, "in", system)), "_d/one");
    assert.equal(reads, 0);
  });
});

/** Opens that wait for a lease, each for so long, on a clock of the test's own; `opened` counts them. */
function leased(each: number, happens: (path: string) => boolean | void = () => {}) {
  let now = 0;
  const counts = { quick: 0, slow: 0 };
  const system: FileSystem = {
    ...denoFileSystem,
    openQuickly(path) {
      counts.quick++;
      if (happens(path) !== false) now += each;
      return denoFileSystem.openQuickly(path);
    },
    openSource(path) {
      counts.slow++;
      return denoFileSystem.openSource(path);
    },
  };
  return { system, counts, opening: new Opening(true, () => now), passed: () => now };
}

Deno.test("a lease is waited for once, not for each file", async () => {
  await remembered(["one", "two", "three"], async (mounts) => {
    const { system, opening, counts } = leased(1100);
    assert.equal(said(await recall(mounts, "in", system, opening)), "same");
    assert.deepEqual(counts, { quick: 1, slow: 5 });
  });
});

Deno.test("leases that are each given up in time hold a start up no longer than one", async () => {
  const names = Array.from({ length: 60 }, (_, i) => `f${i}`);
  await remembered(names, async (mounts) => {
    const { system, opening, passed } = leased(900);
    assert.equal(said(await recall(mounts, "in", system, opening)), "same");
    assert.equal(passed(), 1800);
    assert.equal(said(await recall(mounts, "in", system, opening)), "same");
    assert.equal(passed(), 1800, "nothing more in the same run");
  });
});

Deno.test("what is changed while a lease is waited for is seen, however short it is", async () => {
  for (const each of [30, 1100]) {
    await remembered(["one", "two", "three"], async (mounts) => {
      const { system, opening } = leased(each, (path) => {
        if (!path.endsWith("/three")) return false;
        changeByte(`${mounts}/_d/one`);
      });
      assert.equal(said(await recall(mounts, "in", system, opening)), "_d/one", `${each} ms`);
    });
  }
});

Deno.test("what many short waits together make old is looked at again", async () => {
  await remembered(["one", "two", "three"], async (mounts) => {
    const { system, opening } = leased(10, (path) => {
      if (path.endsWith("/three")) changeByte(`${mounts}/_d/one`);
    });
    assert.equal(said(await recall(mounts, "in", system, opening)), "_d/one");
  });
});

Deno.test("a file that a lease bars differs, and no other one", async () => {
  await remembered(["one", "two"], async (mounts) => {
    const { system, opening } = leased(2000);
    const barred: FileSystem = {
      ...system,
      openSource(path) {
        if (path.endsWith("/two")) return Promise.reject(new Fault("EAGAIN"));
        return denoFileSystem.openSource(path);
      },
    };
    assert.equal(said(await recall(mounts, "in", barred, opening)), "_d/two");
  });
});

Deno.test("what is nested or large is not remembered", () => {
  const file = (length: number): Seen => {
    return { kind: "file", mode: 0o644, uid: 0, gid: 0, bytes: new Uint8Array(length) };
  };
  const remember = (key: string, length: number) => {
    const files = new Map([[key, file(length)]]);
    const patterns = new Map<string, string[]>();
    return memoryText({ inputs: "in", state: "{}", files, patterns, report: REPORT });
  };
  assert(remember("_d/a", 100));
  assert.equal(remember("_d/sub/a", 100), undefined);
  assert(remember("_d/a", LIMITS.config), "one file of a container must not cost all others this");
  assert.equal(remember("_d/a", LARGEST_MEMORY), undefined);
});

Deno.test("a write through a shared memory map is seen", async () => {
  if (await missing("python3")) return console.log("not tried: needs python3");
  await remembered(["one"], async (mounts, look) => {
    const script = `import mmap, sys
with open(sys.argv[1], "r+b") as file:
    page = mmap.mmap(file.fileno(), 0)
    page[0:1] = b"a"
    print("dirty", flush=True)
    sys.stdin.read(1)
    page[0:1] = b"b"
    print("written", flush=True)
    sys.stdin.read(1)
`;
    const child = new Deno.Command("python3", {
      args: ["-c", script, `${mounts}/_d/one`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.getReader();
    const writer = child.stdin.getWriter();
    await lines.read();
    assert.equal(await look(), "same");
    const before = Deno.statSync(`${mounts}/_d/one`);
    await writer.write(new Uint8Array(1));
    await lines.read();
    const after = Deno.statSync(`${mounts}/_d/one`);
    // The page was dirty before: its times do not tell of the write.
    assert.deepEqual(after.mtime, before.mtime);
    assert.equal(await look(), "_d/one");
    await writer.close();
    await lines.cancel();
    await child.status;
  });
});

Deno.test("the steady start loads these modules of ours, and no others", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../reconcile/steady.ts", import.meta.url).href],
  }).output();
  const info: { modules: Module[] } = JSON.parse(new TextDecoder().decode(stdout));
  const loaded = new Set<string>();
  const load = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    const module = info.modules.find((one) => one.specifier === specifier);
    for (const { code, isDynamic } of module?.dependencies ?? []) {
      if (code?.specifier !== undefined && isDynamic !== true) load(code.specifier);
    }
  };
  load(new URL("../../reconcile/steady.ts", import.meta.url).href);
  const names = [...loaded].map((specifier) => specifier.replace(/.*\//, "")).sort();
  assert.deepEqual(names, ["opening.ts", "pattern.ts", "primitives.ts", "steady.ts"]);
});

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}

/** Thrown in the place of everything that comes after the memory. */
class Woken extends Error {}

async function startFor(invocation: Invocation) {
  return (await setUp(invocation)).request;
}

function woken(): never {
  throw new Woken();
}

/** Whether `apply` with these arguments has to look; then it goes no further. */
async function wakes(args: readonly string[], inputs?: unknown): Promise<boolean> {
  const run = await startFor(parse(["apply", ...args]));
  try {
    await start({ ...run, ...(inputs === undefined ? {} : { inputs }), job: woken });
    return false;
  } catch (error) {
    if (error instanceof Woken) return true;
    throw error;
  }
}

async function apply(args: readonly string[]): Promise<void> {
  await applyRequest(await startFor(parse(["apply", ...args])));
}

/** Every call of a function of Deno whose first argument is a path in a directory. */
async function callsOfDeno(directory: string, work: () => Promise<void>): Promise<string[]> {
  const calls: string[] = [];
  const space: Record<string, unknown> = Object(Deno);
  const originals = Object.entries(space).filter(([, value]) => typeof value === "function");
  for (const [name, original] of originals) {
    // Classes are no way to open a file.
    if (/^[A-Z]/.test(name)) continue;
    space[name] = (...args: readonly unknown[]) => {
      const [path] = args;
      if (typeof path === "string" && path.startsWith(directory)) {
        calls.push(`${name} ${path.slice(directory.length)}`);
      }
      return Reflect.apply(original as () => unknown, Deno, args);
    };
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) {
      if (!/^[A-Z]/.test(name)) space[name] = original;
    }
  }
  return calls;
}

function changeByte(path: string): void {
  const { atime, mtime } = Deno.statSync(path);
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
  Deno.writeFileSync(path, bytes);
  Deno.utimeSync(path, atime ?? 0, mtime ?? 0);
  assert.equal(Deno.statSync(path).mtime?.getTime(), mtime?.getTime());
}

function replaceByEqual(path: string): void {
  const { atime, mtime } = Deno.statSync(path);
  Deno.copyFileSync(path, `${path}.copy`);
  Deno.utimeSync(`${path}.copy`, atime ?? 0, mtime ?? 0);
  Deno.renameSync(`${path}.copy`, path);
}

function fifoInstead(path: string): void {
  Deno.removeSync(path);
  assert(new Deno.Command("mkfifo", { args: [path] }).outputSync().success);
}

function linkInstead(path: string): void {
  Deno.renameSync(path, `${path}.moved`);
  Deno.symlinkSync(`${path}.moved`, path);
}

/** The built-in agents, applied until there is nothing more to do; given back whatever happens. */
async function routed(work: (mounts: string) => Promise<void>): Promise<void> {
  const mounts = await Deno.makeTempDir({ prefix: "steady-" });
  try {
    const roster = await loadRoster([]);
    await applySharedConfigPatches(roster, mounts);
    await applySharedConfigPatches(roster, mounts);
    await work(mounts);
  } finally {
    await Deno.remove(mounts, { recursive: true });
  }
}

/** Comes back when something begins to wait for the first time. */
function firstTimer(): Promise<void> {
  const real = globalThis.setTimeout;
  return new Promise((resolve) => {
    const first = (...args: Parameters<typeof real>) => {
      globalThis.setTimeout = real;
      resolve();
      return real(...args);
    };
    globalThis.setTimeout = Object.assign(first, real);
  });
}

Deno.test("a config that is changed while the run waits for the lock is looked at once more", async () => {
  await routed(async (mounts) => {
    const [codex, gh] = [`${mounts}/_codex-config/config.toml`, `${mounts}/_gh-config/config.yml`];
    const mine = 'openai_base_url = "https://elsewhere.example/v1"\n';
    const lock = await new Mounts(mounts).lock();
    Deno.writeTextFileSync(gh, "editor: vim\n");
    const roster = await loadRoster([]);
    const waits = firstTimer();
    const running = applySharedConfigPatches(roster, mounts);
    // The run has looked at all files by now, and waits.
    await waits;
    Deno.writeTextFileSync(codex, mine);
    lock[Symbol.dispose]();
    const { providers } = await running;
    assert.match(Deno.readTextFileSync(codex), /localhost:9419/);
    assert.match(Deno.readTextFileSync(gh), /vault\.sock/);
    const outcomes = providers.map(({ provider, outcome }) => `${provider} ${outcome}`);
    assert.deepEqual(outcomes, ["codex updated", "gh updated", "vibe unchanged"]);
  });
});

Deno.test("a host dir that its client cannot enter any more is not routed", async () => {
  if (Deno.uid() !== 0) return console.log("not tried: needs root, to give files away");
  await routed(async (mounts) => {
    const dir = `${mounts}/_gh-config`;
    for (const { name } of Deno.readDirSync(dir)) Deno.chownSync(`${dir}/${name}`, 1000, 1000);
    Deno.chownSync(dir, 1000, 1000);
    const roster = await loadRoster([]);
    await applySharedConfigPatches(roster, mounts);
    await applySharedConfigPatches(roster, mounts);
    const apply = () => applySharedConfigPatches(roster, mounts);
    for (
      const [uid, gid, mode] of [[1000, 1000, 0o000], [0, 1000, 0o701], [0, 0, 0o710]] as const
    ) {
      await apply();
      Deno.chownSync(dir, uid, gid);
      Deno.chmodSync(dir, mode);
      await assert.rejects(apply, (error: ConfigPatchError) => {
        assert.equal(error.errors[0]?.code, "permission");
        return true;
      });
      Deno.chownSync(dir, 1000, 1000);
      Deno.chmodSync(dir, 0o755);
    }
  });
});

Deno.test("what was remembered of configs goes with a disable", async () => {
  await routed(async (mounts) => {
    Deno.statSync(`${mounts}/${MEMORY}`);
    await disableSharedConfigPatches(await loadRoster([]), mounts, ["codex", "gh", "vibe"]);
    assert.throws(() => Deno.statSync(`${mounts}/${MEMORY}`), Deno.errors.NotFound);
  });
});
