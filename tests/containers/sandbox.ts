/** Real containers: `runc`, and a root that holds nothing but busybox. @module */

/** How a container ended. */
export interface Ended {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The parts of a runtime's config.json that an example gives. */
export interface ConfigPart {
  readonly mounts: readonly Mount[];
  readonly hooks: Readonly<Record<string, readonly Hook[]>>;
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

/** Why no container can be started here, or `undefined`. */
export async function whyNoContainers(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "containers need Linux";
  if (await located("runc") === undefined) return "runc is not installed";
  if (await located("busybox") === undefined) return "busybox is not installed";
  const directory = await Deno.makeTempDir({ prefix: "no-containers-" });
  try {
    const { success, stderr } = await run(directory, { mounts: [], hooks: {} }, ["true"]);
    return success ? undefined : `runc starts no container here: ${stderr.trim().slice(0, 200)}`;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Starts a container below `directory` that runs one command of busybox, and waits for its end. */
export async function run(
  directory: string,
  part: ConfigPart,
  command: readonly string[],
): Promise<Ended> {
  const bundle = `${directory}/bundle`;
  await Deno.mkdir(`${bundle}/rootfs/bin`, { recursive: true });
  for (const place of ["proc", "dev", "sys", "root", "run"]) {
    await Deno.mkdir(`${bundle}/rootfs/${place}`, { recursive: true });
  }
  for (const { destination } of part.mounts) {
    await Deno.mkdir(`${bundle}/rootfs${destination}`, { recursive: true });
  }
  await Deno.copyFile(await located("busybox") ?? "", `${bundle}/rootfs/bin/busybox`);
  await output("runc", ["spec", "--bundle", bundle]);

  const path = `${bundle}/config.json`;
  const spec = JSON.parse(await Deno.readTextFile(path));
  spec.process.terminal = false;
  spec.process.args = ["/bin/busybox", ...command];
  spec.mounts.push(...part.mounts);
  spec.hooks = part.hooks;
  await Deno.writeTextFile(path, JSON.stringify(spec));
  const name = `vault-config-test-${crypto.randomUUID()}`;
  return await output("runc", ["run", "--bundle", bundle, name]);
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
