/** Mounts with one host dir, the client's home beside it, and what is done with both. */
import type { Files, Login, Program } from "./program.ts";
import { type Installed, nodeDirectory } from "./install.ts";
import { type Limit, runIn, type Seen } from "./world.ts";
import type { Doors } from "./vault.ts";

/** What a command of vault-config said. */
export interface Said {
  readonly exit: number;
  /** The `--json` document. */
  readonly json: string;
}

export class Scene {
  readonly #root: string;
  readonly #program: Program;
  readonly #login: Login;

  private constructor(root: string, program: Program, login: Login) {
    this.#root = root;
    this.#program = program;
    this.#login = login;
  }

  /** Fresh mounts in which the host dir holds these files, and those of the login. */
  static async with(program: Program, login: Login, files: Files): Promise<Scene> {
    const root = await Deno.makeTempDir({ prefix: "clients-" });
    const scene = new Scene(root, program, login);
    await Deno.mkdir(`${root}/home/work`, { recursive: true });
    await Deno.mkdir(scene.#hostDir, { recursive: true });
    await write(scene.#hostDir, { ...login.files, ...files });
    await write(`${root}/home`, login.home ?? {});
    return scene;
  }

  get provider(): string {
    return this.#program.name;
  }

  get #mounts(): string {
    return `${this.#root}/mounts`;
  }

  get #hostDir(): string {
    return `${this.#mounts}/_${this.#program.name}-config`;
  }

  /** Runs a command of vault-config on these mounts. */
  async vaultConfig(command: string, ...options: string[]): Promise<Said> {
    const name = this.#program.name;
    const named = command === "disable" ? [name] : ["--providers", name];
    const { credential } = this.#login;
    const kind = credential === undefined || command === "disable"
      ? []
      : ["--credential", `${name}=${credential}`];
    const cli = new URL("../../cli.ts", import.meta.url).pathname;
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", cli, command, ...named, ...kind],
        ...["--mounts", this.#mounts, "--allow-nested", "--json", ...options],
      ],
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stderr: "null",
    }).output();
    return { exit: code, json: new TextDecoder().decode(stdout) };
  }

  /** Runs the client, the host dir at its place. */
  async runClient(
    installed: Installed,
    doors: Doors,
    limit: Limit,
    args: readonly string[] = this.#login.args,
  ): Promise<Seen> {
    if (doors.tls !== undefined) {
      await Deno.writeTextFile(`${this.#root}/home/vault.pem`, doors.tls.cert);
    }
    return await runIn({
      home: `${this.#root}/home`,
      hostDir: { source: this.#hostDir, place: this.#program.place },
      doors,
      command: [...installed.command, ...args],
      env: { PATH: `${await nodeDirectory()}:/usr/bin:/bin`, ...this.#login.env },
      limit,
    });
  }

  /** All files of the host dir but the sidecar, by path. */
  files(): Files {
    const files: Record<string, string> = {};
    collect(this.#hostDir, "", files);
    return files;
  }

  async end(): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

async function write(directory: string, files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = `${directory}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    // Some clients refuse a config that others can read.
    await Deno.writeTextFile(path, text, { mode: 0o600 });
  }
}

/** Larger ones are databases and caches of the client. */
const LARGEST = 512 * 1024;

function collect(directory: string, prefix: string, files: Record<string, string>): void {
  for (const entry of Deno.readDirSync(directory)) {
    const path = `${directory}/${entry.name}`;
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory) collect(path, `${name}/`, files);
    if (!entry.isFile || entry.name === ".terok-managed-config.json") continue;
    if (Deno.statSync(path).size <= LARGEST) files[name] = Deno.readTextFileSync(path);
  }
}
