/**
 * A container that swaps the directory on the way to a nested file with a link to the outside, as
 * fast as it can, until its standard input ends. Then the directory is back, and it prints how often
 * it swapped. The word `ready` comes first.
 */
const [host = "", outside = ""] = Deno.args;
const at = (name: string) => `${host}/${name}`;

Deno.mkdirSync(at("sub"), { recursive: true });
Deno.symlinkSync(outside, at("link"));
console.log("ready");

let over = false;
const ended = Deno.stdin.read(new Uint8Array(1)).then(() => over = true);
let swaps = 0;
let made = 0;
while (!over) {
  for (let i = 0; i < 200; i++) {
    move("sub", "real");
    putAway();
    move("link", "sub");
    move("sub", "link");
    putAway();
    move("real", "sub");
    swaps += 2;
  }
  // A moment of peace, or nothing could ever be patched.
  await new Promise((resolve) => setTimeout(resolve, 8));
}
await ended;
while (!move("real", "sub") && exists("real")) putAway();
console.log(swaps);

/** Our victim makes a directory where it finds none: then a rename finds something in its way. */
function move(from: string, to: string): boolean {
  try {
    Deno.renameSync(at(from), at(to));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** Takes what the victim has made out of the way. */
function putAway(): void {
  if (exists("sub") && exists("real")) move("sub", `made-${made++}`);
}

function exists(name: string): boolean {
  try {
    Deno.lstatSync(at(name));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
