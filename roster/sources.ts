/**
 * Reading the texts of a roster. It loads no parser, so that a run can tell from the texts alone that
 * nothing has changed.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import { defaultFormats } from "../formats/mod.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import type { RosterSource } from "./types.ts";

/**
 * Reads agent files, directories of them (sorted by name; other extensions and dot files are left
 * out), and `-`: a mapping of names to agents, in YAML or JSON, from standard input.
 *
 * @throws {ConfigPatchError} `permission` with the flag that is missing, `encoding` for a file that
 * is not UTF-8, `roster` for one that is not there or of no known format, `option` for `-` given
 * twice, `io` for any other failure.
 */
export async function readRosterSources(
  paths: readonly string[],
  options: { readonly formats?: FormatRegistry } = {},
): Promise<RosterSource[]> {
  const formats = options.formats ?? defaultFormats;
  if (paths.indexOf("-") !== paths.lastIndexOf("-")) {
    throw new ConfigPatchError("option", "standard input can be read only once", {
      remedy: "give - once",
    });
  }
  const sources: RosterSource[] = [];
  for (const path of paths) {
    sources.push(
      ...path === "-"
        ? [await readStandardInput()]
        : await explained(path, () => readPath(path, formats)),
    );
  }
  return sources;
}

async function readStandardInput(): Promise<RosterSource> {
  const path = "standard input";
  const bytes = await new Response(Deno.stdin.readable).bytes();
  return { kind: "mapping", path, text: decode(path, bytes) };
}

async function readPath(path: string, formats: FormatRegistry): Promise<RosterSource[]> {
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
  return await Promise.all(paths.map((path) => explained(path, () => readAgent(path))));
}

/** Reads a file that nobody has named: what lies in a directory may be something that never ends. */
async function readAgent(path: string): Promise<RosterSource> {
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
