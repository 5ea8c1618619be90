/**
 * Reading the texts of a roster. It loads no parser, so that a run can tell from the texts alone that
 * nothing has changed.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { defaultFormats } from "../formats/mod.ts";
import { type FormatRegistry, requireRegistry } from "../formats/registry.ts";
import { type Fence, fenceAround } from "./fence.ts";
import type { RosterSource } from "./types.ts";

/** How {@linkcode readRosterSources} reads. `null` counts as absent. */
export interface SourceOptions {
  /** The formats by which agent files are read; the default ones. */
  readonly formats?: FormatRegistry | null | undefined;
  /**
   * The mounts directory. A roster that lies in it is refused, outside of `.vault-config/`: a container
   * could write it, and name any host dir in it.
   */
  readonly mounts?: string | URL | null | undefined;
  /**
   * Gives what `-` stands for; standard input. It can be read only once, so whoever reads a roster
   * several times gives a function that keeps the bytes.
   */
  readonly standardInput?: (() => Promise<Uint8Array>) | null | undefined;
}

/**
 * Reads agent files, directories of them (sorted by name; other extensions and dot files are left
 * out), and `-`: a mapping of names to agents, in YAML or JSON, from standard input.
 *
 * @param paths The paths, the weakest first.
 * @param options Formats, and the mounts directory, which no roster may lie in.
 * @returns The texts, for {@linkcode loadRoster}.
 * @throws {ConfigPatchError} `permission` with the flag that is missing, `encoding` for a file that
 * is not UTF-8, `roster` for one that is not there or of no known format and for a directory without
 * any, `hostile` for one in the mounts, `option` for `-` given twice, `io` for any other failure.
 *
 * @example
 * ```ts
 * import { loadRoster, readRosterSources } from "@terok/vault-config/roster";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(
 *   `${directory}/tool.yaml`,
 *   "host_dir: _tool\nshared_config_patch: {file: c.yml, yaml_set: {url: '{vault_url}'}}\n",
 * );
 * const roster = await loadRoster(await readRosterSources([directory]));
 * if (roster.get("tool")?.hostDir !== "_tool") throw new Error("not read");
 * ```
 */
export async function readRosterSources(
  paths: Iterable<string>,
  options?: SourceOptions | null,
): Promise<RosterSource[]> {
  const formats = requireRegistry(options?.formats ?? defaultFormats);
  const list = listOf(paths);
  if (list.indexOf("-") !== list.lastIndexOf("-")) {
    throw new ConfigPatchError("option", "standard input can be read only once", {
      remedy: "give - once",
    });
  }
  const mounts = options?.mounts ?? undefined;
  const fence = mounts === undefined ? undefined : await fenceAround(mounts);
  const sources: RosterSource[] = [];
  for (const path of list) {
    sources.push(
      ...path === "-"
        ? [decodedInput(await (options?.standardInput ?? readStandardInput)())]
        : await explained(path, () => readPath(path, formats, fence)),
    );
  }
  return sources;
}

function listOf(paths: Iterable<string>): string[] {
  // A text is iterable too, letter by letter.
  const isList = typeof paths === "object" && paths !== null && Symbol.iterator in paths;
  const list = isList ? [...paths] : undefined;
  if (list?.every((path) => typeof path === "string") === true) return list;
  throw new ConfigPatchError("option", "a roster cannot be read from what is no list of paths", {
    remedy: 'give a list, such as ["agents"]',
  });
}

async function readStandardInput(): Promise<Uint8Array> {
  return await new Response(Deno.stdin.readable).bytes();
}

function decodedInput(bytes: Uint8Array): RosterSource {
  const path = "standard input";
  return { kind: "mapping", path, text: decode(path, bytes) };
}

async function readPath(
  path: string,
  formats: FormatRegistry,
  fence: Fence | undefined,
): Promise<RosterSource[]> {
  await fence?.(path);
  if (!(await Deno.stat(path)).isDirectory) {
    if (formats.forFile(path) !== undefined) return [await readText(path)];
    throw new ConfigPatchError("roster", "the format of an agent file is not known", {
      file: path,
      remedy: `name it with one of ${formats.list().flatMap((one) => one.extensions).join(", ")}`,
    });
  }
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const known = formats.forFile(name) !== undefined;
    if (!isDirectory && !name.startsWith(".") && known) names.push(name);
  }
  if (names.length === 0) {
    const extensions = formats.list().flatMap((one) => one.extensions).join(", ");
    throw new ConfigPatchError("roster", "there is no agent file in this directory", {
      file: path,
      remedy: `put agent files there (NAME${
        extensions.replaceAll(", ", ", NAME")
      }), or leave it out`,
    });
  }
  names.sort();
  const stems = names.map((name) => name.replace(/\.[^.]*$/, ""));
  const twice = stems.findIndex((stem, index) => stems.indexOf(stem) !== index);
  if (twice !== -1) {
    throw new ConfigPatchError("roster", `two files of one directory describe ${stems[twice]}`, {
      file: path,
      remedy: `keep one of them; the later one is ${names[twice]}`,
    });
  }
  const directory = path.replace(/\/+$/, "");
  const paths = names.map((name) => `${directory}/${name}`);
  return await Promise.all(paths.map((path) => explained(path, () => readAgent(path, fence))));
}

/** Reads a file that was found in a directory: it may be something that never ends, as a pipe. */
async function readAgent(path: string, fence: Fence | undefined): Promise<RosterSource> {
  await fence?.(path);
  if (!(await Deno.stat(path)).isFile) {
    throw new ConfigPatchError("roster", "an agent file has to be a plain file", {
      file: path,
      remedy: "take it out of the directory, or name the agent files one by one",
    });
  }
  return await readText(path);
}

async function readText(path: string): Promise<RosterSource> {
  return { kind: "agent", path, text: decode(path, await Deno.readFile(path)) };
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigPatchError("encoding", "the roster is not UTF-8", {
      file: path,
      remedy: "save it as UTF-8",
      cause,
    });
  }
}

/** Turns what the system says about a path into what the user can do about it. */
async function explained<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof ConfigPatchError) throw cause;
    if (cause instanceof Deno.errors.NotCapable) {
      throw new ConfigPatchError("permission", "reading the roster is not allowed", {
        file: path,
        remedy: path.includes(",")
          ? "move it: Deno cannot grant a path that has a comma in it"
          : `add --allow-read=${/^[\w@%+=:./-]+$/.test(path) ? path : quoted(path)}`,
        cause,
      });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new ConfigPatchError("permission", "the system does not let us read the roster", {
        file: path,
        remedy: "make it readable for the user who runs this",
        cause,
      });
    }
    if (cause instanceof Deno.errors.NotFound) {
      throw new ConfigPatchError("roster", "the roster does not exist", {
        file: path,
        remedy: "name an agent file or a directory of them",
        cause,
      });
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigPatchError("io", `the roster could not be read: ${why}`, {
      file: path,
      remedy: "name an agent file or a directory of them",
      cause,
    });
  }
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
