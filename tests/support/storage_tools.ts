/** What the tests of storage have in common. */
import { Mounts } from "../../storage/mounts.ts";
import { temporaryName } from "../../storage/names.ts";
import { denoFileSystem, type FileSystem, type FreshFile } from "../../storage/primitives.ts";
import type { ReadFile } from "../../storage/read.ts";

/** The host dir of the tests. */
export const DIR = "_demo-config";

/** The config of the tests in it. */
export const FILE = "config.toml";

/** Both, as errors show them. */
export const LABEL: string = `${DIR}/${FILE}`;

/** The grants that users give, for mounts at `M`. */
export const NEEDED = ["--allow-read=M", "--allow-write=M"] as const;

/** A test with an empty directory of its own. */
export function storageTest(name: string, work: (base: string) => Promise<void>): void {
  Deno.test(`storage: ${name}`, async () => {
    const base = await Deno.makeTempDir({ prefix: "storage-" });
    try {
      await work(base);
    } finally {
      await Deno.remove(base, { recursive: true });
    }
  });
}

/** Mounts with an empty host dir. */
export async function prepared(base: string): Promise<Mounts> {
  const mounts = new Mounts(base);
  await mounts.prepare();
  await mounts.prepareHostDir(DIR);
  return mounts;
}

/** Makes a config. */
export async function create(
  mounts: Mounts,
  text: string,
  file = FILE,
  mode?: number,
): Promise<void> {
  await mounts.prepareHostDir(DIR);
  const bytes = new TextEncoder().encode(text);
  const replacement = { dir: DIR, file, temporary: temporaryName(), bytes, expected: undefined };
  await mounts.replace({ ...replacement, mode });
}

/** Reads the config and replaces it. */
export async function patch(mounts: Mounts, text: string): Promise<void> {
  await replace(mounts, text, await mounts.read(DIR, FILE));
}

/** Reads any file and replaces it. */
export async function replaceAt(mounts: Mounts, file: string): Promise<void> {
  const expected = await mounts.read(DIR, file);
  const bytes = new TextEncoder().encode("a\n");
  await mounts.replace({ dir: DIR, file, temporary: temporaryName(), bytes, expected });
}

/** Replaces the config as it was read. */
export async function replace(
  mounts: Mounts,
  text: string,
  expected: ReadFile | undefined,
  temporary = temporaryName(),
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  await mounts.replace({ dir: DIR, file: FILE, temporary, bytes, expected });
}

/** The text of a file, if there is one. */
export function contentOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Makes a directory and returns its path. */
export async function mkdir(path: string): Promise<string> {
  await Deno.mkdir(path);
  return path;
}

/** The address of a module of storage, for scripts. */
export function module(name: string): string {
  return new URL(`../../storage/${name}.ts`, import.meta.url).href;
}

/** Runs a script in a process of its own, which has `mounts`. */
export function deno(
  cwd: string,
  script: string,
  flags: readonly string[] = NEEDED.map((flag) => flag.replace("=M", `=${cwd}`)),
  path = cwd,
  options = "{}",
): Deno.ChildProcess {
  const source = `import { Mounts } from ${JSON.stringify(module("mounts"))};
    const mounts = new Mounts(${JSON.stringify(path)}, ${options});
    ${script}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-check", "--no-prompt", ...flags, "-"],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  void writer.write(new TextEncoder().encode(source)).then(() => writer.close());
  return child;
}

/** Without the syncs: reaching the disk is what a real crash needs, and costs most of the time. */
export const unsynced: FileSystem = {
  ...denoFileSystem,
  syncDirectory: () => Promise.resolve(),
  createNew: (path, mode) => ({
    ...denoFileSystem.createNew(path, mode),
    sync: () => Promise.resolve(),
  }),
  createAdjustable: async (path, mode) => ({
    ...await denoFileSystem.createAdjustable(path, mode),
    sync: () => Promise.resolve(),
  }),
};

/**
 * The real file system, with something done whenever a temporary is made, and another file given in
 * its place. Tests meet a replacement half way with it.
 */
export function onTemporaries(
  change: <T extends FreshFile>(file: T, path: string) => T,
  real: FileSystem = denoFileSystem,
): FileSystem {
  return {
    ...real,
    createNew: (path, mode) => change(real.createNew(path, mode), path),
    createAdjustable: async (path, mode) => change(await real.createAdjustable(path, mode), path),
  };
}

/** An injected failure; `code` as the system would give it. */
export class Fault extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`injected ${code}`);
    this.code = code;
  }
}

/** `once`: operation N fails. `dead`: it and all later ones fail, as after kill -9. */
export type Mode = "once" | "dead";

/**
 * The real file system, of which operation `at` (from 0) fails before it has any effect. Giving back
 * a descriptor counts as well: it works, and then fails.
 */
export function faulty(
  at: number,
  mode: Mode,
  code = "EIO",
  real: FileSystem = denoFileSystem,
): { system: FileSystem; ran: string[] } {
  const ran: string[] = [];
  const strike = (name: string, work: () => unknown): unknown => {
    const index = ran.push(name) - 1;
    const fails = mode === "once" ? index === at : index >= at;
    if (!fails) return work();
    if (name.endsWith("close")) work();
    // What waits for the disk fails when it comes back.
    if (/sync$|syncDirectory$/.test(name)) return Promise.reject(new Fault(code));
    throw new Fault(code);
  };
  const wrap = <T extends object>(target: T, prefix: string): T =>
    new Proxy(target, {
      get(object, key) {
        const member: unknown = Reflect.get(object, key);
        if (typeof member !== "function") return member;
        const name = prefix + String(key);
        return (...args: unknown[]) => {
          const result = strike(name, () => Reflect.apply(member, object, args));
          const handle = (opened: unknown) =>
            /^(createNew|createAdjustable|openSource|openQuickly|openDirectory|openLock)$/
                .test(name)
              ? wrap(opened as object, `${name}.`)
              : opened;
          return result instanceof Promise ? result.then(handle) : handle(result);
        };
      },
    });
  return { system: wrap(real, ""), ran };
}
