/** What a container can plant in the place of a file, for every table of attacks. */
import assert from "node:assert/strict";

/** Puts something at a path; what it returns, if anything, is called when all is over. */
export type Plant = (path: string) => void | (() => void) | Promise<void | (() => void)>;

/** Whether devices can be made and owners be given away. */
export const root = Deno.uid() === 0;

/** Why something is skipped, if it is. */
export const needsRoot = !root && "needs root";

/** Kibibytes in bytes. */
export const kib = (count: number) => count * 1024;

/** A symbolic link; a target that begins with {@linkcode OUT} leads outside. */
export const link = (target: string): Plant => (path) => Deno.symlinkSync(target, path);

/** A regular file. */
export const file =
  (content: string | Uint8Array, mode = 0o644, owner?: number): Plant => (path) => {
    Deno.writeFileSync(path, typeof content === "string" ? bytesOf(content) : content);
    if (owner !== undefined) Deno.chownSync(path, owner, owner);
    Deno.chmodSync(path, mode);
  };

/** A file of that size, without content. */
export const sparse = (size: number): Plant => (path) => {
  file("")(path);
  Deno.truncateSync(path, size);
};

/** An empty directory. */
export const directory: Plant = (path) => Deno.mkdirSync(path);

/** A directory with something in it. */
export const fullDirectory: Plant = (path) => {
  Deno.mkdirSync(path);
  file("kept\n")(`${path}/file`);
};

/** A FIFO that nobody writes to. */
export const fifo: Plant = (path) => run("mkfifo", path);

/** A device by type and numbers. */
export const device = (...numbers: string[]): Plant => (path) => run("mknod", path, ...numbers);

/** A Unix socket that somebody listens on. */
export const socket: Plant = (path) => {
  // A socket's path must be short; where it is moved to may be long.
  const short = Deno.makeTempDirSync();
  const listener = Deno.listen({ transport: "unix", path: `${short}/socket` });
  Deno.renameSync(`${short}/socket`, path);
  Deno.removeSync(short);
  return () => listener.close();
};

/** What must never be read: it stands outside. */
export const SECRET = "SECRET = 1\n";

/** The outside, as seen from a host dir: `case/mounts/host dir`. */
export const OUT = "../../../../outside";

/** One thing to plant. */
export interface Planting {
  /** What it is. */
  readonly what: string;
  /** Puts it there. */
  readonly plant: Plant;
  /** Why it cannot be tried here, or `false`. */
  readonly skip?: string | false;
}

/** What a container can put in the place of a file that it should not have put there. */
export const NOT_FILES: readonly Planting[] = [
  { what: "link to a file outside", plant: link(`${OUT}/secret`) },
  { what: "absolute link", plant: link("/etc/hostname") },
  { what: "link to nothing, outside", plant: link(`${OUT}/nothing`) },
  { what: "link to nothing, inside", plant: link("nothing") },
  { what: "link to a link to the outside", plant: link(`${OUT}/link`) },
  { what: "link to itself", plant: (path) => Deno.symlinkSync(path, path) },
  { what: "link to a file beside it", plant: link("neighbour") },
  { what: "link to our own state", plant: link("../.vault-config/state.json") },
  { what: "link to a directory", plant: link(`${OUT}/directory`) },
  { what: "link to a FIFO", plant: link(`${OUT}/fifo`) },
  { what: "link into /proc", plant: link("/proc/self/environ") },
  { what: "link to an endless device", plant: link("/dev/zero") },
  { what: "link with a trailing slash", plant: link(`${OUT}/directory/`) },
  { what: "empty directory", plant: directory },
  { what: "directory with a file", plant: fullDirectory },
  { what: "FIFO without a writer", plant: fifo },
  { what: "socket", plant: socket },
  { what: "device that is empty", plant: device("c", "1", "3"), skip: needsRoot },
  { what: "device without an end", plant: device("c", "1", "5"), skip: needsRoot },
];

/** What a container must not reach: its content is part of the snapshot. */
export function plantOutside(base: string): string {
  const outside = `${base}/outside`;
  Deno.mkdirSync(outside);
  file(SECRET)(`${outside}/secret`);
  Deno.symlinkSync("secret", `${outside}/link`);
  fullDirectory(`${outside}/directory`);
  Deno.symlinkSync("directory", `${outside}/directory-link`);
  fifo(`${outside}/fifo`);
  return outside;
}

/** Holds a lease on the file: whoever opens it without O_NONBLOCK waits for 45 seconds. */
export async function lease(path: string): Promise<() => void> {
  // Too large for a snapshot to read: opening the file would break the lease.
  sparse(kib(1))(path);
  const script = "import fcntl, os, signal, sys, time\n" +
    "signal.signal(signal.SIGIO, signal.SIG_IGN)\n" +
    "fd = os.open(sys.argv[1], os.O_RDWR)\n" +
    "fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)\n" +
    "os.write(1, b'held')\n" +
    "time.sleep(600)\n";
  const holder = new Deno.Command("python3", {
    args: ["-c", script, path],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = holder.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "held");
  await reader.cancel();
  return () => holder.kill("SIGKILL");
}

/** Why something that needs a program is skipped, or `false`. */
export async function missing(program: string): Promise<string | false> {
  try {
    await new Deno.Command(program, { args: ["--version"], stdout: "null" }).output();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? `needs ${program}` : String(error);
  }
}

/** Runs a program that must succeed. */
export function run(command: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(command, { args }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
