/**
 * A container that never rests: swaps the config and the sidecar of a host dir between a regular
 * file, links to the outside, a FIFO and a directory, as fast as it can, until its standard input
 * ends. Then it puts its regular file in place, if nothing regular stands there, and prints how
 * often it swapped. The word `ready` comes first.
 */
import { SIDECAR_NAME } from "../../storage/names.ts";

const [host = "", config = "", outside = "", text = ""] = Deno.args;
const FORGED = '{"files":{},"version":1}\n';

const at = (name: string) => `${host}/${name}`;

/** Makes everything once; links and renames then swap it in without any further system call. */
function prepare(): void {
  Deno.mkdirSync(at("directory"), { recursive: true });
  new Deno.Command("mkfifo", { args: [at("fifo")] }).outputSync();
}

/** One thing after another, each by one rename: whoever looks sees one or the other. */
const WAYS: readonly ((path: string, content: string) => void)[] = [
  regular,
  (path) => swapIn(path, (swap) => Deno.symlinkSync(outside, swap)),
  regular,
  (path) => swapIn(path, (swap) => Deno.linkSync(at("fifo"), swap)),
  (path) => swapIn(path, (swap) => Deno.symlinkSync(`${outside}.nothing`, swap)),
  regular,
  directory,
  (path) => swapIn(path, (swap) => Deno.symlinkSync("fifo", swap)),
];

function swapIn(path: string, make: (swap: string) => void): void {
  const swap = `${path}.swap`;
  make(swap);
  Deno.renameSync(swap, path);
}

function regular(path: string, content: string): void {
  swapIn(path, (swap) => Deno.writeTextFileSync(swap, content));
}

/** A directory takes the place of nothing only, so what stands there has to go first. */
function directory(path: string): void {
  Deno.renameSync(path, `${path}.old`);
  Deno.renameSync(at("directory"), path);
  Deno.renameSync(path, at("directory"));
  Deno.renameSync(`${path}.old`, path);
}

/** Our victim moves things as well, so any step may find something else than it left there. */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) {
      return false;
    }
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

prepare();
for (const [name, content] of [[config, text], [SIDECAR_NAME, FORGED]] as const) {
  regular(at(name), content);
}
console.log("ready");
let over = false;
const ended = Deno.stdin.read(new Uint8Array(1)).then(() => over = true);
let swaps = 0;
for (let round = 0; !over; round++) {
  for (const [name, content] of [[config, text], [SIDECAR_NAME, FORGED]] as const) {
    if (attempt(() => WAYS[round % WAYS.length]?.(at(name), content))) swaps++;
  }
  // Now and then a moment of peace, or nothing could ever be patched.
  if (round % 256 === 0) await new Promise((resolve) => setTimeout(resolve, 8));
}
await ended;
for (const [name, content] of [[config, text], [SIDECAR_NAME, FORGED]] as const) {
  attempt(() => Deno.removeSync(at("directory")));
  attempt(() => Deno.mkdirSync(at("directory")));
  let isFile = false;
  attempt(() => isFile = Deno.lstatSync(at(name)).isFile);
  if (!isFile) regular(at(name), content);
}
console.log(swaps);
