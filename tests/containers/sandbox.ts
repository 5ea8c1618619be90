/** Real containers, with a root that holds nothing but busybox: by `runc` itself, and by `podman`. @module */

/** How a container ended. */
export interface Ended {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** One directory or file of the host in the container. */
export interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** A program of the host that the runtime starts. */
export interface Hook {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly timeout: number;
}

/** What a container is started with; a part of a runtime's config.json. */
export interface ConfigPart {
  readonly mounts: readonly Mount[];
  readonly hooks: { readonly createRuntime?: readonly Hook[] };
}

/** The same for podman: files in a directory of hooks, and the annotation that they wait for. */
export interface PodmanHook {
  readonly version: string;
  readonly hook: Hook;
  readonly when: { readonly annotations: Readonly<Record<string, string>> };
  readonly stages: readonly string[];
}

/** Something that starts containers. */
export interface Runtime {
  readonly name: string;
  /** Why it starts none here, or `undefined`. */
  readonly reason: string | undefined;
  /** Starts one below `directory` that runs a command of busybox, and waits for its end. */
  start(directory: string, part: ConfigPart, command: readonly string[]): Promise<Ended>;
}

/** `runc`, with the hook in the bundle's config.json. */
export async function runc(): Promise<Runtime> {
  return await tried("runc", startByRunc);
}

/** `podman` on top of `runc`, with the hook in a directory of hooks. */
export async function podman(hook: PodmanHook): Promise<Runtime> {
  return await tried("podman", (directory, part, command) => {
    const [ours] = part.hooks.createRuntime ?? [];
    return startByPodman(directory, part.mounts, ours && { ...hook, hook: ours }, command);
  });
}

async function tried(name: string, start: Runtime["start"]): Promise<Runtime> {
  return { name, start, reason: await whyNot(name, start) };
}

async function whyNot(name: string, start: Runtime["start"]): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "containers need Linux";
  for (const program of new Set([name, "runc", "busybox"])) {
    if (await located(program) === undefined) return `${program} is not installed`;
  }
  const directory = await Deno.makeTempDir({ prefix: "no-containers-" });
  try {
    const { success, stderr } = await start(directory, { mounts: [], hooks: {} }, ["true"]);
    return success ? undefined : `${name} starts no container here: ${stderr.trim().slice(0, 200)}`;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function startByRunc(
  directory: string,
  part: ConfigPart,
  command: readonly string[],
): Promise<Ended> {
  const bundle = `${directory}/bundle`;
  await makeRoot(`${bundle}/rootfs`, part.mounts);
  await output("runc", ["spec", "--bundle", bundle]);
  const path = `${bundle}/config.json`;
  const spec = JSON.parse(await Deno.readTextFile(path));
  spec.process.terminal = false;
  spec.process.args = ["/bin/busybox", ...command];
  spec.mounts.push(...part.mounts);
  spec.hooks = part.hooks;
  await Deno.writeTextFile(path, JSON.stringify(spec));
  return await output("runc", ["run", "--bundle", bundle, uniqueName()]);
}

async function startByPodman(
  directory: string,
  mounts: readonly Mount[],
  hook: PodmanHook | undefined,
  command: readonly string[],
): Promise<Ended> {
  const [root, hooks] = [`${directory}/root`, `${directory}/hooks`];
  await makeRoot(root, mounts);
  await Deno.mkdir(hooks);
  if (hook !== undefined) {
    await Deno.writeTextFile(`${hooks}/vault-config.hook.json`, JSON.stringify(hook));
  }
  const annotations = Object.entries(hook?.when.annotations ?? {})
    .map(([key, value]) => `${plainText(key)}=${plainText(value)}`);
  const volumes = mounts.map(({ source, destination }) => `${source}:${destination}:rw`);
  // podman accepts no long name there.
  const state = await Deno.makeTempDir({ prefix: "pod-" });
  const ended = await output("podman", [
    // Nothing of this machine's own containers, and no cgroup manager that needs systemd.
    ...["--root", `${directory}/storage`, "--runroot", state],
    ...["--runtime", "runc", "--cgroup-manager", "cgroupfs", "--storage-driver", "vfs"],
    ...["--hooks-dir", hooks, "run", "--rm", "--name", uniqueName(), "--network", "none"],
    ...["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"],
    ...annotations.flatMap((one) => ["--annotation", one]),
    ...volumes.flatMap((one) => ["--volume", one]),
    ...["--rootfs", root, "/bin/busybox", ...command],
  ]);
  await Deno.remove(state, { recursive: true });
  return ended;
}

async function makeRoot(root: string, mounts: readonly Mount[]): Promise<void> {
  const places = ["/bin", "/proc", "/dev", "/sys", "/etc", "/run", "/tmp"];
  for (const place of [...places, ...mounts.map((mount) => mount.destination)]) {
    await Deno.mkdir(root + place, { recursive: true });
  }
  await Deno.copyFile(await located("busybox") ?? "", `${root}/bin/busybox`);
}

/** The text that a pattern of plain letters stands for. */
function plainText(pattern: string): string {
  return pattern.replace(/^\^|\$$/g, "").replaceAll("\\.", ".");
}

function uniqueName(): string {
  return `vault-config-test-${crypto.randomUUID()}`;
}

/** Runs a program of the host. */
export async function output(program: string, args: readonly string[]): Promise<Ended> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr) };
}

/** Where a program is, on the path. */
export async function located(program: string): Promise<string | undefined> {
  const { success, stdout } = await output("sh", ["-c", `command -v ${program}`]);
  return success ? stdout.trim() : undefined;
}
