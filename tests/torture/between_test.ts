/**
 * What a container does between two starts, once all is routed and remembered: it plants what sends its
 * client past the vault, or what should blind, stop or flood us. The next start has to see it, whatever
 * times, names and kinds of files say, and whatever was not touched stays as it was.
 */
import assert from "node:assert/strict";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { assertSafe, runProgram } from "./hostile.ts";
import { device, fifo, file, needsRoot, socket } from "./planting.ts";
import { differences, treeOf } from "../support/tree.ts";

const CONFIG = "_codex-config/config.toml";
const CLAUDE = "_claude-config/settings.json";
const PROFILE = "_codex-config/work.config.toml";
const ALL = "codex,gh,vibe,claude,crush";
const LONG_AGO = new Date(0);

interface Attack {
  readonly what: string;
  /** What is done in the mounts directory. */
  readonly plant: (mounts: string) => void | (() => void) | Promise<void | (() => void)>;
  /** 1: the task must not start. 0: it may, as all is routed. */
  readonly code: 0 | 1;
  /** What has to be said. */
  readonly says?: RegExp;
  /** What must not be said. */
  readonly hides?: RegExp;
  readonly skip?: string | false;
}

/** Changes a text; its time is what it was. */
const edited = (path: string, change: (text: string) => string) => (mounts: string) => {
  const { atime, mtime } = Deno.statSync(`${mounts}/${path}`);
  Deno.writeTextFileSync(`${mounts}/${path}`, change(Deno.readTextFileSync(`${mounts}/${path}`)));
  Deno.utimeSync(`${mounts}/${path}`, atime ?? LONG_AGO, mtime ?? LONG_AGO);
};
const added = (path: string, text: string) => edited(path, (before) => `${before}${text}`);
const planted =
  (path: string, text: string | Uint8Array, mode = 0o644, owner?: number) => (mounts: string) => {
    Deno.removeSync(`${mounts}/${path}`, { recursive: true });
    file(text, mode, owner)(`${mounts}/${path}`);
  };
const beside = (path: string, text: string) => (mounts: string) => {
  Deno.writeTextFileSync(`${mounts}/${path}`, text);
  Deno.utimeSync(`${mounts}/${path}`, LONG_AGO, LONG_AGO);
};

const ELSEWHERE = 'openai_base_url = "https://elsewhere.example/v1"\n';
const SECRET = "sk-secret0123456789secret";

const ATTACKS: readonly Attack[] = [
  // Settings that send the client elsewhere.
  {
    what: "another address of the same length, and the old time",
    plant: edited(CONFIG, (text) => text.replace("localhost:9419/v1", "localhost:9999/v1")),
    code: 0,
    says: /updated/,
  },
  {
    what: "another provider",
    plant: edited(CONFIG, (text) => `model_provider = "relay"\n${text}`),
    code: 1,
    says: /model_provider/,
  },
  {
    what: "another provider, its key in quotes with escapes",
    plant: edited(CONFIG, (text) => `"model\\u005fprovider" = "relay"\n${text}`),
    code: 1,
    says: /model_provider/,
  },
  {
    what: "another provider in a profile that is an inline table",
    plant: edited(CONFIG, (text) => `profiles = { w = { model_provider = "relay" } }\n${text}`),
    code: 1,
    says: /profiles\.w\.model_provider/,
  },
  {
    what: "another provider in a profile with dots in its name",
    plant: added(CONFIG, '[profiles."a.b"]\nmodel_provider = "relay"\n'),
    code: 1,
    says: /profiles\."a\.b"\.model_provider/,
  },
  {
    what: "a key that Go takes for ours: another case",
    plant: edited(CLAUDE, (text) => text.replace("{", '{"ENV": {"ANTHROPIC_BASE_URL": "x"},')),
    code: 1,
    says: /ENV/,
  },
  {
    what: "a key that Go takes for ours: a long s",
    plant: edited(CLAUDE, (text) => text.replace("ANTHROPIC_BASE_URL", "ANTHROPIC_BA\u017fE_URL")),
    code: 1,
    says: /ANTHROPIC_BA.{1,8}E_URL/,
  },
  {
    what: "our key twice, once with an escape",
    plant: edited(CLAUDE, (text) => text.replace("{", '{"\\u0065nv": {},')),
    code: 1,
    says: /twice/,
  },
  {
    what: "a byte order mark, which the client does not read",
    plant: edited(CLAUDE, (text) => `\uFEFF${text}`),
    code: 1,
    says: /byte order mark/,
  },
  // Rival files.
  {
    what: "a profile of long ago",
    plant: beside(PROFILE, ELSEWHERE),
    code: 1,
    says: /work\.config/,
  },
  {
    what: "a profile whose name is a control sequence",
    plant: beside("_codex-config/a\u001b[2J\u202e\nok.config.toml", ELSEWHERE),
    code: 1,
    says: /config\.toml/,
  },
  {
    what: "a profile whose name is as long as names can be",
    plant: beside(`_codex-config/${"x".repeat(243)}.config.toml`, ELSEWHERE),
    code: 1,
    says: /xxx/,
  },
  {
    what: "a profile that does not parse",
    plant: beside(PROFILE, `key = ${SECRET}\n`),
    code: 1,
    says: /cannot be read/,
    hides: /secret0123/,
  },
  {
    what: "a profile that is a hard link to our config",
    plant: (mounts) => Deno.linkSync(`${mounts}/${CONFIG}`, `${mounts}/${PROFILE}`),
    code: 0,
  },
  {
    what: "a profile that leads to nothing",
    plant: (mounts) => Deno.symlinkSync("nothing", `${mounts}/${PROFILE}`),
    code: 1,
    says: /cannot be read/,
  },
  { what: "a profile that is a FIFO", plant: (mounts) => fifo(`${mounts}/${PROFILE}`), code: 1 },
  {
    what: "a profile that is a socket",
    plant: (mounts) => socket(`${mounts}/${PROFILE}`),
    code: 1,
  },
  {
    what: "a profile that is a device",
    plant: (mounts) => device("c", "1", "5")(`${mounts}/${PROFILE}`),
    code: 1,
    skip: needsRoot,
  },
  {
    what: "a profile that is a directory",
    plant: (mounts) => Deno.mkdirSync(`${mounts}/${PROFILE}`),
    code: 1,
    says: /cannot be read/,
  },
  {
    what: "a hundred profiles",
    plant: (mounts) => {
      for (let i = 0; i < 100; i++) beside(`_codex-config/${i}.config.toml`, "a = 1\n")(mounts);
    },
    code: 1,
    says: /more than 64 files/,
  },
  {
    what: "ten thousand other names, and a profile among them",
    plant: (mounts) => {
      for (let i = 0; i < 10_001; i++) Deno.writeTextFileSync(`${mounts}/_codex-config/${i}`, "");
      beside(PROFILE, ELSEWHERE)(mounts);
    },
    code: 1,
  },
  // The config itself.
  {
    what: "a config that is empty, and will be changed in the future",
    plant: (mounts) => {
      Deno.writeTextFileSync(`${mounts}/${CONFIG}`, "");
      Deno.utimeSync(`${mounts}/${CONFIG}`, new Date(4e12), new Date(4e12));
    },
    code: 0,
    says: /created|updated/,
  },
  {
    what: "a config in UTF-16",
    plant: planted(CONFIG, new Uint8Array([0xff, 0xfe, 0x61, 0, 0x3d, 0, 0x31, 0])),
    code: 1,
    says: /UTF-8/,
  },
  {
    what: "a config that ends in blanks of the file system",
    plant: (mounts) => Deno.truncateSync(`${mounts}/${CONFIG}`, 4096),
    code: 1,
    says: /character/,
  },
  {
    what: "a config of a terabyte without content",
    plant: (mounts) => Deno.truncateSync(`${mounts}/${CONFIG}`, 1e12),
    code: 1,
    says: /larger than/,
  },
  {
    what: "a config that nobody can read",
    plant: (mounts) => Deno.chmodSync(`${mounts}/${CONFIG}`, 0),
    code: 1,
    says: /read/,
  },
  {
    what: "a config that only others can read",
    plant: (mounts) => {
      Deno.chownSync(`${mounts}/${CONFIG}`, 1000, 1000);
      Deno.chmodSync(`${mounts}/${CONFIG}`, 0o044);
    },
    code: 1,
    says: /read/,
    skip: needsRoot,
  },
  {
    what: "a broken config with a key of the user's",
    plant: planted(CONFIG, `api_key = "${SECRET}\n`),
    code: 1,
    says: /config\.toml:1:/,
    hides: /secret0123/,
  },
  {
    what: "a broken config whose key of the user's is in a text of many lines",
    plant: planted(CONFIG, `a = """\n${SECRET}\n"""\nb = \n`),
    code: 1,
    says: /config\.toml:4:/,
    hides: /secret0123/,
  },
  {
    what: "a config whose end is cut off",
    plant: edited(CONFIG, (text) => text.slice(0, -5)),
    code: 1,
    says: /config\.toml/,
  },
  // Our own things, forged.
  {
    what: "a state of its own, in the host dir",
    plant: (mounts) => {
      Deno.mkdirSync(`${mounts}/_codex-config/.vault-config`);
      const forged = {
        version: 2,
        files: {},
        pending: { files: {}, temporaries: ["_gh-config/config.yml"] },
      };
      beside("_codex-config/.vault-config/state.json", JSON.stringify(forged))(mounts);
      beside("_codex-config/.vault-config/settings.toml", 'disabled = "all"\n')(mounts);
    },
    code: 0,
  },
  {
    what: "a sidecar with the inode of the config",
    plant: (mounts) => {
      Deno.removeSync(`${mounts}/_codex-config/${SIDECAR_NAME}`);
      Deno.linkSync(`${mounts}/${CONFIG}`, `${mounts}/_codex-config/${SIDECAR_NAME}`);
    },
    code: 0,
    says: /ownership record/,
  },
  {
    what: "a sidecar of brackets",
    plant: planted(`_codex-config/${SIDECAR_NAME}`, "[".repeat(60_000)),
    code: 0,
    says: /ownership record/,
  },
  {
    what: "a sidecar that names the config of others",
    plant: planted(
      `_codex-config/${SIDECAR_NAME}`,
      JSON.stringify({
        version: 1,
        files: {
          "../_gh-config/config.yml": {
            providers: { gh: [{ kind: "yaml_top", values: { a: 1 } }] },
          },
          "config.toml": { providers: { gh: [{ kind: "toml_top", values: { model: 1 } }] } },
        },
      }),
    ),
    code: 0,
    says: /not of this directory/,
  },
  {
    what: "a thousand files with names like our temporaries",
    plant: (mounts) => {
      for (let i = 0; i < 1000; i++) {
        const name = `.vault-config-${i.toString(16).padStart(32, "0")}.tmp`;
        Deno.writeTextFileSync(`${mounts}/_codex-config/${name}`, "mine");
      }
    },
    code: 0,
  },
];

Deno.test("what a container does between two starts is seen by the next one", async () => {
  const base = await Deno.makeTempDir({ prefix: "between-" });
  const cleanups: (() => void)[] = [];
  try {
    const tried = ATTACKS.filter(({ what, skip }) => {
      if (skip) console.log(`not tried: ${what}: ${skip}`);
      return !skip;
    });
    const mountsOf = (id: number) => `${base}/inside/${id}`;
    const start = () =>
      runProgram(
        base,
        tried.map((_, id) => ["apply", "--providers", ALL, "--mounts", mountsOf(id)]),
        "scoped",
      );
    for (const id of tried.keys()) Deno.mkdirSync(mountsOf(id), { recursive: true });
    await start();
    for (const { code, err } of await start()) assert.equal(code, 0, err);
    const before: ReturnType<typeof treeOf>[] = [];
    for (const [id, { plant }] of tried.entries()) {
      const cleanup = await plant(mountsOf(id));
      if (cleanup) cleanups.push(cleanup);
      before.push(treeOf(mountsOf(id)));
    }
    for (const [id, { code, out, err }] of (await start()).entries()) {
      const { what, says, hides, code: wanted } = tried[id]!;
      const said = `${what}\n${out}${err}`;
      assert.equal(code, wanted, said);
      if (says !== undefined) assert.match(out + err, says, said);
      if (hides !== undefined) assert.doesNotMatch(out + err, hides, said);
      assertSafe(out + err, what);
      assert(out.length + err.length < 20_000, `${what}: ${out.length + err.length} characters`);
      const changed = differences(before[id]!, treeOf(mountsOf(id)));
      const others = changed.filter((path) =>
        !/^\/(?:\.vault-config|_codex-config|_claude-config)/.test(path)
      );
      assert.deepEqual(others, [], what);
      // Of who must not start, nothing is written.
      const configs = changed.filter((path) => [`/${CONFIG}`, `/${CLAUDE}`].includes(path));
      if (code === 1) assert.deepEqual(configs, [], what);
    }
  } finally {
    for (const cleanup of cleanups) cleanup();
    await Deno.remove(base, { recursive: true });
  }
});
