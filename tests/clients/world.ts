/**
 * One run of a client in a world of its own: a network with nothing but loopback, its own processes
 * and mounts, a stand-in vault, and a name server that knows no name.
 */
import type { Doors, Request } from "./vault.ts";

/** All that a run needs; handed to the inside as JSON. */
export interface World {
  /** The directory that is the client's home; the client's other files stay in it. */
  readonly home: string;
  /** The host dir, and its place below the home. */
  readonly hostDir: { readonly source: string; readonly place: string };
  readonly doors: Doors;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly limit: Limit;
}

/** When a client that has not ended by itself is ended. */
export interface Limit {
  readonly seconds: number;
  /** What tells all that was to be seen, as a regular expression: `port GET /user`, or a name. */
  readonly enough: string;
  /** How long after that it may go on. */
  readonly grace: number;
}

/** What was seen while the client ran. */
export interface Seen {
  readonly requests: readonly Request[];
  /** The names that it asked for. */
  readonly names: readonly string[];
  readonly code: number;
  readonly output: string;
  /** It was ended before it had done anything worth seeing. */
  readonly late: boolean;
}

/** What this machine lacks for such a world, or `undefined`. */
export async function lacking(): Promise<string | undefined> {
  for (const program of ["unshare", "ip", "mount"]) {
    if (!(await succeeds(program, "--version")) && !(await succeeds(program, "-V"))) {
      return `the program ${program}`;
    }
  }
  return await succeeds("unshare", ...NAMESPACES, "true")
    ? undefined
    : "the right to make namespaces";
}

/** Runs a client, and tells what was seen. */
export async function runIn(world: World): Promise<Seen> {
  const inside = new URL("inside.ts", import.meta.url).pathname;
  const process = new Deno.Command("unshare", {
    args: [...NAMESPACES, Deno.execPath(), "run", "-A", "--no-check", "--cached-only", inside],
    // Else Deno itself would ask for a name.
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = process.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(world)));
  await input.close();
  const { success, stdout, stderr } = await process.output();
  if (!success) {
    throw new Error(`could not make the client's world: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}

const NAMESPACES = [
  ...(Deno.uid() === 0 ? [] : ["--map-root-user"]),
  "--net",
  "--pid",
  "--mount",
  "--mount-proc",
  "--fork",
  "--kill-child",
];

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
