/**
 * The hook of `examples/containers/oci`, with real containers: one whose client goes to the vault
 * runs, and sees the file that we wrote; any other one does not start.
 *
 * @module
 */
import assert from "node:assert/strict";
import part from "../../examples/containers/oci/config.part.json" with { type: "json" };
import podmanHook from "../../examples/containers/oci/vault-config.hook.json" with { type: "json" };
import { loadRoster } from "../../roster/mod.ts";
import { type ConfigPart, type Ended, output, podman, runc } from "./sandbox.ts";

const runtimes = [await runc(), await podman(podmanHook)];
for (const { name, reason } of runtimes) {
  if (reason !== undefined) console.log(`no containers by ${name} are tried: ${reason}`);
}

const HOST_DIR = "_codex-config";
/** A config, and an agent file that knows what is wrong with it. */
const BYPASSED =
  'model_provider = "other"\n\n[model_providers.other]\nbase_url = "https://a.test"\n';

const AGENT = `auth: { host_dir: _codex-config }
vault:
  shared_config_patch:
    file: config.toml
    toml_set: { openai_base_url: "{vault_url}/v1" }
    bypassed_by:
      - path: [model_provider]
        unless: [openai]
        why: Codex then uses base_url of that entry of model_providers
`;

const installed = { directory: "", program: "" };

Deno.test.beforeAll(async () => {
  if (runtimes.every(({ reason }) => reason !== undefined)) return;
  installed.directory = await Deno.makeTempDir({ prefix: "vault-config-oci-" });
  installed.program = await install(installed.directory);
});

Deno.test.afterAll(async () => {
  if (installed.directory !== "") await Deno.remove(installed.directory, { recursive: true });
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

inContainer("a setting that leads past the vault: it does not start", async (start, mounts) => {
  await giveRule(mounts, "");
  refused(await start(BYPASSED), /config\.toml:1:.*model_provider/s);
}, !await knowsRules());

inContainer("the same, accepted in the settings: it runs", async (start, mounts) => {
  await giveRule(mounts, 'accept_bypass = ["codex"]\n');
  const { success, stdout, stderr } = await start(BYPASSED);
  assert.ok(success, stderr);
  assert.match(stdout, /^openai_base_url = /m);
}, !await knowsRules());

/** An agent file of the operator's own, beside the settings that name it. */
async function giveRule(mounts: string, settings: string): Promise<void> {
  const own = `${mounts}/.vault-config`;
  await Deno.mkdir(`${own}/agents`, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(`${own}/settings.toml`, `roster = ["agents"]\n${settings}`);
  await Deno.writeTextFile(`${own}/agents/codex.yaml`, AGENT);
}

type Start = (config: string | undefined, command?: readonly string[]) => Promise<Ended>;

function inContainer(
  name: string,
  body: (start: Start, mounts: string) => Promise<void>,
  ignore = false,
): void {
  for (const runtime of runtimes) {
    const test = {
      name: `${runtime.name}: ${name}`,
      ignore: ignore || runtime.reason !== undefined,
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

/** Whether an agent file can have such rules in this version. */
async function knowsRules(): Promise<boolean> {
  const source = { kind: "agent", path: "codex.yaml", text: AGENT } as const;
  return await loadRoster([source]).then(() => true, () => false);
}

function dirname(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
