/**
 * Brings programs into a cache outside of the tree. No script of a package is run: what a program
 * needs has to be in the registry's package itself.
 */
import type { Program, Source } from "./program.ts";

/** A program that can be run. */
export interface Installed {
  readonly version: string;
  /** The command line, without the client's arguments. */
  readonly command: readonly [string, ...string[]];
}

/** The Node that runs what is written in JavaScript; it comes from npm as well. */
const NODE: Source = { from: "npm", name: `node-linux-${architecture()}`, version: "22.23.3" };

/**
 * Installs a program, unless the cache has it.
 *
 * @throws {Error} if it cannot be had, with what the package manager said last.
 */
export async function install(program: Program): Promise<Installed> {
  const directory = await cached(program.source);
  const file = `${directory}/${program.file.replaceAll("{arch}", architecture())}`;
  if (!(await exists(file))) throw new Error(`its package has no ${program.file}`);
  const version = program.source.from === "npm"
    ? program.source.version
    : (await Deno.readTextFile(`${directory}/version`)).trim();
  if (!/\.[cm]?js$/.test(file)) return { version, command: [file] };
  return { version, command: [await node(), file] };
}

/** The directory in which `node` is, for clients that start it by its name. */
export async function nodeDirectory(): Promise<string> {
  return (await node()).replace(/\/node$/, "");
}

async function node(): Promise<string> {
  return `${await cached(NODE)}/node_modules/${NODE.name}/bin/node`;
}

/** The install directory of a source; made under another name first, so that it is whole or absent. */
async function cached(source: Source): Promise<string> {
  const version = source.from === "npm" ? source.version : source.suite;
  const directory = `${cacheDirectory()}/${source.name.replace("/", "+")}-${version}`;
  if (await exists(directory)) return directory;
  const unfinished = `${directory}.unfinished`;
  await remove(unfinished);
  await Deno.mkdir(unfinished, { recursive: true });
  if (source.from === "npm") await fromNpm(source.name, source.version, unfinished);
  else await fromDebian(source.name, source.suite, unfinished);
  await Deno.rename(unfinished, directory);
  return directory;
}

async function fromNpm(name: string, version: string, directory: string): Promise<void> {
  await Deno.writeTextFile(`${directory}/package.json`, '{ "private": true }\n');
  await run(directory, "npm", [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    `${name}@${version}`,
  ]);
}

/** Unpacks a package of a suite that need not be that of this machine. */
async function fromDebian(name: string, suite: string, directory: string): Promise<void> {
  const apt = `${directory}/apt`;
  await Deno.mkdir(`${apt}/lists/partial`, { recursive: true });
  await Deno.mkdir(`${apt}/cache/archives/partial`, { recursive: true });
  await Deno.writeTextFile(`${apt}/sources.list`, await sourceList(suite, apt));
  const options = [
    `Dir::State::Lists=${apt}/lists`,
    `Dir::Cache=${apt}/cache`,
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    "Dir::Etc::sourceparts=-",
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  await run(apt, "apt-get", [...options, "update"]);
  await run(apt, "apt-get", [...options, "download", name]);
  const archive = Array.from(Deno.readDirSync(apt)).find((entry) => entry.name.endsWith(".deb"));
  if (archive === undefined) throw new Error(`apt-get has downloaded no ${name}`);
  const file = `${apt}/${archive.name}`;
  await run(apt, "dpkg-deb", ["-x", file, directory]);
  await Deno.writeTextFile(
    `${directory}/version`,
    await run(apt, "dpkg-deb", ["-f", file, "Version"]),
  );
  await remove(apt);
}

/** The list of a suite, from where this machine gets its own packages. */
async function sourceList(suite: string, cwd: string): Promise<string> {
  const format = ["--format", "$(REPO_URI)", "Created-By: Packages"];
  const [site] = (await run(cwd, "apt-get", ["indextargets", ...format])).split("\n");
  if (!site) throw new Error("apt-get knows no place of packages");
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  return `deb [signed-by=${keyring}] ${site} ${suite} main\n`;
}

/** What a command prints; what it said last, if it fails. */
async function run(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd, stdin: "null" });
  const { success, stdout, stderr } = await command.output().catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new Error(`${program} is not installed`);
    throw error;
  });
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  const last = decoder.decode(stderr).trim().split("\n").slice(-3).join(" · ");
  throw new Error(`${program} failed: ${last}`);
}

/** Where programs are kept, outside of the tree. */
export function cacheDirectory(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return `${home}/vault-config-clients`;
}

function architecture(): string {
  return Deno.build.arch === "aarch64" ? "arm64" : "x64";
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function remove(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}
