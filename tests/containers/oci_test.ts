/**
 * The hook of `examples/containers/oci`, with real containers: one whose client goes to the vault
 * runs, and sees the file that we wrote; any other one does not start.
 *
 * @module
 */
import assert from "node:assert/strict";
import part from "../../examples/containers/oci/config.part.json" with { type: "json" };
import podmanHook from "../../examples/containers/oci/vault-config.hook.json" with { type: "json" };
import { type ConfigPart, type Ended, output, podman, removeInTheEnd, runc } from "./sandbox.ts";

const runtimes = [await runc(), await podman(podmanHook)];
for (const { name, reason } of runtimes) {
  if (reason !== undefined) console.log(`no containers by ${name} are tried: ${reason}`);
}

const HOST_DIR = "_codex-config";

/** Codex then uses the address of that entry. */
const BYPASSED =
  'model_provider = "other"\n\n[model_providers.other]\nbase_url = "https://a.test"\n';

const installed = { directory: "", program: "" };

Deno.test.beforeAll(async () => {
  if (runtimes.every(({ reason }) => reason !== undefined)) return;
  installed.directory = await Deno.makeTempDir({ prefix: "vault-config-oci-" });
  installed.program = await install(installed.directory);
});

Deno.test.afterAll(async () => {
  if (installed.directory !== "") await removeInTheEnd(installed.directory);
});

Deno.test("podman's form of the hook is the same hook", () => {
  assert.deepEqual(podmanHook.hook, part.hooks.createRuntime[0]);
  assert.deepEqual(podmanHook.stages, Object.keys(part.hooks));
});

inContainer("a client that goes to the vault: it runs, and sees what we wrote", async (start) => {
  const { success, stdout, stderr } = await start('model = "x" # mine\n');
  assert.ok(success, stderr);
  assert.match(stdout, /^openai_base_url = "http:\/\/localhost:9419\/v1"$/m);
  assert.match(stdout, /^model = "x" # mine$/m);
});

inContainer("the container can write its host dir, and sees no other part", async (start) => {
  const look = 'echo "# it was here" >> /root/.codex/config.toml; find / -name ".vault-config*"';
  const { success, stdout, stderr } = await start("", ["sh", "-c", look]);
  assert.ok(success, stderr);
  assert.equal(stdout, "");
});

inContainer("a config that does not parse: it does not start", async (start) => {
  refused(await start('model = "x\n'), /config\.toml:1:/);
});

inContainer("a link in place of the config: it does not start", async (start, mounts) => {
  await Deno.symlink("/etc/passwd", `${mounts}/${HOST_DIR}/config.toml`);
  refused(await start(undefined), /symbolic link/);
});

inContainer("a setting that leads past the vault: it does not start", async (start) => {
  refused(await start(BYPASSED), /model_provider.*config\.toml:1:/s);
});

inContainer("the same, accepted in the settings: it runs", async (start, mounts) => {
  await Deno.mkdir(`${mounts}/.vault-config`, { mode: 0o700 });
  const settings = 'accept_bypass = ["codex"]\n';
  await Deno.writeTextFile(`${mounts}/.vault-config/settings.toml`, settings);
  const { success, stdout, stderr } = await start(BYPASSED);
  assert.ok(success, stderr);
  assert.match(stdout, /^openai_base_url = /m);
});

Deno.test({
  name: "runc: the script to try it with does what its headings say",
  ignore: runtimes[0]?.reason !== undefined,
}, async () => {
  const script = new URL("../../examples/containers/oci/try.sh", import.meta.url).pathname;
  const { success, stdout, stderr } = await output("sh", [script, installed.program]);
  assert.ok(success, stderr);
  const [, plan = "", , runs = "", refuses = "", off = ""] = stdout.split(/^== .*$/m);
  assert.match(plan, /^\+openai_base_url/m);
  assert.match(
    runs,
    /^model = "gpt-5.5" # mine\nopenai_base_url = [^]*^disable_response_storage = true$/m,
  );
  assert.equal(refuses.trim(), "");
  assert.match(stderr, /runc run failed[^]*model_provider/);
  assert.match(off, /^model = "gpt-5.5" # mine\ncodex +off/m);
});

type Start = (config: string | undefined, command?: readonly string[]) => Promise<Ended>;

function inContainer(
  name: string,
  body: (start: Start, mounts: string) => Promise<void>,
): void {
  for (const runtime of runtimes) {
    const test = {
      name: `${runtime.name}: ${name}`,
      ignore: runtime.reason !== undefined,
    };
    Deno.test(test, async () => {
      const directory = await Deno.makeTempDir({ dir: installed.directory });
      const mounts = `${directory}/mounts`;
      await Deno.mkdir(`${mounts}/${HOST_DIR}`, { recursive: true });
      await body(async (config, command = ["cat", "/root/.codex/config.toml"]) => {
        if (config !== undefined) {
          await Deno.writeTextFile(`${mounts}/${HOST_DIR}/config.toml`, config);
        }
        return await runtime.start(directory, localPart(mounts), command);
      }, mounts);
    });
  }
}

/** The example, with the places of this machine in it. */
function localPart(mounts: string): ConfigPart {
  const places = {
    "/usr/local/bin/vault-config": installed.program,
    "/srv/agents/mounts": mounts,
    "/var/cache/vault-config": `${installed.directory}/cache`,
    "/usr/local/bin:/usr/bin:/bin": `${dirname(Deno.execPath())}:/usr/bin:/bin`,
  };
  let text = JSON.stringify({ ...part, mounts: part.mounts.filter(isHostDir) });
  for (const [example, here] of Object.entries(places)) text = text.replaceAll(example, here);
  return JSON.parse(text);
}

/** All but the socket: there is no vault here. */
function isHostDir({ source }: { readonly source: string }): boolean {
  return source.endsWith(HOST_DIR);
}

/** A container that does not start has said nothing, and the runtime repeats what the hook said. */
function refused({ success, stdout, stderr }: Ended, why: RegExp): void {
  assert.ok(!success, "the container has started");
  assert.equal(stdout, "");
  assert.match(stderr, why);
}

/** As the README does it: one file, made by `deno task bundle`. */
async function install(directory: string): Promise<string> {
  const program = `${directory}/vault-config`;
  const root = new URL("../../", import.meta.url).pathname;
  const made = `${directory}/vault-config.js`;
  const args = ["bundle", "--quiet", "--minify", "--output", made, `${root}cli.ts`];
  for (
    const [name, ...rest] of [[Deno.execPath(), ...args], ["install", "-m755", made, program]]
  ) {
    const { success, stderr } = await output(name ?? "", rest);
    assert.ok(success, stderr);
  }
  return program;
}

function dirname(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
