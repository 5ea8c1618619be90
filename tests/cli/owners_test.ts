/** Two users of one machine: what root's run leaves to whom, and what who may not look is told. */
import assert from "node:assert/strict";
import { needsRoot } from "../torture/planting.ts";
import { system } from "../support/tmpfs.ts";

const USER = 1000;
const PROVIDERS = ["--providers", "codex,gh,claude"];
const CONFIGS: Readonly<Record<string, string>> = {
  "_codex-config/config.toml": 'model = "x" # mine\n',
  "_claude-config/settings.json": '{ "model": "x" }\n',
};

/** What a run of the program said. */
interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The program as one file, over mounts of an owner's, run by anybody; all of it goes at the end. */
async function onMounts(
  owner: number,
  work: (
    run: (uid: number, umask: string, ...args: string[]) => Promise<Said>,
    mounts: string,
  ) => Promise<void>,
): Promise<void> {
  if (needsRoot) return console.log(`not tried: ${needsRoot}`);
  const base = await Deno.makeTempDir({ prefix: "owners-" });
  const mounts = `${base}/mounts`;
  try {
    Deno.chmodSync(base, 0o755);
    const root = new URL("../../", import.meta.url).pathname;
    const program = `${base}/vault-config.js`;
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--minify", "--output", program, "cli.ts"],
      cwd: root,
    }).output();
    assert.ok(success, "it cannot be bundled");
    Deno.chmodSync(program, 0o644);
    for (const [path, text] of Object.entries(CONFIGS)) {
      Deno.mkdirSync(`${mounts}/${path.replace(/\/.*/, "")}`, { recursive: true });
      Deno.writeTextFileSync(`${mounts}/${path}`, text);
    }
    assert.ok(system("chown", "-R", `${owner}:${owner}`, mounts));
    await work(async (uid, umask, ...args) => {
      const cache = `${base}/cache-${uid}`;
      Deno.mkdirSync(cache, { recursive: true });
      Deno.chownSync(cache, uid, uid);
      const grants = [`--allow-read=${mounts}`, `--allow-write=${mounts}`];
      const run = ["run", "--no-config", "--no-prompt", ...grants, program, ...args];
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", `umask ${umask}; exec "$0" "$@"`, Deno.execPath(), ...run],
        ...{ cwd: base, uid, gid: uid, env: { DENO_DIR: cache, HOME: base, NO_COLOR: "1" } },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, out: text(stdout), err: text(stderr) };
    }, mounts);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

function ownersBelow(path: string): Set<number | null> {
  const owners = new Set<number | null>();
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    owners.add(Deno.lstatSync(`${path}/${name}`).uid);
    if (isDirectory) { for (const one of ownersBelow(`${path}/${name}`)) owners.add(one); }
  }
  return owners;
}

function configs(mounts: string): Record<string, string> {
  return Object.fromEntries(
    Object.keys(CONFIGS).map((path) => [path, Deno.readTextFileSync(`${mounts}/${path}`)]),
  );
}

for (const [umask, first] of [["022", "apply"], ["077", "apply"], ["022", "write"]] as const) {
  Deno.test(`root once (${first}, umask ${umask}), then the user: every command works`, () =>
    onMounts(USER, async (run, mounts) => {
      const asked = first === "apply" ? PROVIDERS : ["claude"];
      const root = await run(0, umask, first, ...asked, "--mounts", mounts);
      assert.equal(root.code, 0, root.err);
      assert.deepEqual([...ownersBelow(mounts)], [USER]);
      const user = async (code: number, ...args: string[]) => {
        const said = await run(USER, "022", ...args, "--mounts", mounts);
        assert.equal(said.code, code, `${args.join(" ")}: ${said.err}`);
        return said.out;
      };
      await user(0, "apply", ...PROVIDERS);
      assert.match(await user(0, "apply", ...PROVIDERS), /3 providers are routed/);
      await user(0, "verify", ...PROVIDERS);
      assert.match(await user(0, "status", ...PROVIDERS), /^claude +routed/m);
      await user(0, "disable", "gh");
      await user(0, "enable", "gh");
      assert.match(await user(0, "settings"), /enabled/);
      await user(0, "disable", "--all");
      assert.deepEqual(configs(mounts), CONFIGS);
      assert.deepEqual([...ownersBelow(mounts)], [USER]);
    }));
}

Deno.test("who may not look at what is ours learns from status what the configs say", () =>
  onMounts(0, async (run, mounts) => {
    const root = await run(0, "077", "apply", ...PROVIDERS, "--mounts", mounts);
    assert.equal(root.code, 0, root.err);
    const before = configs(mounts);
    const status = await run(USER, "022", "status", ...PROVIDERS, "--mounts", mounts);
    assert.equal(status.code, 0, status.err);
    assert.match(status.out, /^codex +routed +_codex-config\/config\.toml/m);
    assert.match(status.err, /claims and settings are not known: .*belongs to root alone/);
    for (
      const args of [
        ["apply", ...PROVIDERS],
        ["write", "codex"],
        ["disable", "codex"],
        ["enable", "codex"],
        ["disable", "--all"],
        ["verify", ...PROVIDERS],
        ["plan", ...PROVIDERS],
        ["settings"],
      ]
    ) {
      const said = await run(USER, "022", ...args, "--mounts", mounts);
      assert.equal(said.code, 1, args.join(" "));
      assert.match(said.err, /\.vault-config\/ belongs to root alone/, args.join(" "));
    }
    assert.deepEqual(configs(mounts), before);
  }));
