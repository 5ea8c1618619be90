/**
 * What runs inside the namespace: makes its little world (loopback, a home, a name server, a vault),
 * runs the client in it, and prints what was seen as one JSON document.
 */
import { openNameServer } from "./names.ts";
import { openVault, type Request } from "./vault.ts";
import type { Seen, World } from "./world.ts";

const HOME = "/home/agent";

/** A file, not a pipe: what the client leaves running would hold a pipe open. */
const OUTPUT = "/tmp/output";

/** Starts a command that can write to nothing but its home and what is not kept. */
const CONFINED = `mount -o remount,bind,ro / && exec "$0" "$@" >${OUTPUT} 2>&1`;

if (import.meta.main) {
  const world: World = JSON.parse(await new Response(Deno.stdin.readable).text());
  console.log(JSON.stringify(await live(world)));
  Deno.exit(0);
}

async function live(world: World): Promise<Seen> {
  await furnish(world);
  const requests: Request[] = [];
  const names = new Set<string>();
  const enough = new RegExp(world.limit.enough);
  const seen = Promise.withResolvers<void>();
  const note = (text: string) => enough.test(text) && seen.resolve();
  await openNameServer((name) => {
    names.add(name);
    note(name);
  });
  openVault(world.doors, (request) => {
    requests.push(request);
    note(`${request.door} ${request.line}`);
  });
  const { code, output, late } = await runClient(world, seen.promise);
  return { requests, names: [...names], code, output, late };
}

/** Loopback, and a home that only the client has. */
async function furnish({ home, hostDir, doors }: World): Promise<void> {
  await must("ip", "link", "set", "lo", "up");
  await Deno.writeTextFile(`${home}/resolv.conf`, "nameserver 127.0.0.1\noptions attempts:1\n");
  await must("mount", "--bind", `${home}/resolv.conf`, "/etc/resolv.conf");
  await must("mount", "-t", "tmpfs", "none", "/run");
  await Deno.mkdir(directoryOf(doors.socket), { recursive: true });
  await must("mount", "-t", "tmpfs", "none", "/home");
  await Deno.mkdir(HOME);
  await must("mount", "--bind", home, HOME);
  const place = `${HOME}/${hostDir.place}`;
  await Deno.mkdir(place, { recursive: true });
  await must("mount", "--bind", hostDir.source, place);
  await must("mount", "-t", "tmpfs", "none", "/tmp");
}

/** The client's exit code and what it printed; it is ended some time after `seen`, or when late. */
async function runClient(
  { command, env, limit }: World,
  seen: Promise<void>,
): Promise<Pick<Seen, "code" | "output" | "late">> {
  const client = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", CONFINED, ...command],
    cwd: `${HOME}/work`,
    clearEnv: true,
    env: { HOME, USER: "agent", LANG: "C.UTF-8", TERM: "dumb", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = await Promise.race([
    client.status.then(() => "ended" as const),
    seen.then(() => delay(limit.grace)).then(() => "seen" as const),
    delay(limit.seconds).then(() => "late" as const),
  ]);
  if (end !== "ended") client.kill("SIGKILL");
  const { code } = await client.status;
  return { code, output: await Deno.readTextFile(OUTPUT), late: end === "late" };
}

function delay(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function must(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null" }).output();
  if (success) return;
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
