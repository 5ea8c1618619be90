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
while (!over) {
  for (let i = 0; i < 200; i++) {
    Deno.renameSync(at("sub"), at("real"));
    Deno.renameSync(at("link"), at("sub"));
    Deno.renameSync(at("sub"), at("link"));
    Deno.renameSync(at("real"), at("sub"));
    swaps += 2;
  }
  // A moment of peace, or nothing could ever be patched.
  await new Promise((resolve) => setTimeout(resolve, 8));
}
await ended;
console.log(swaps);
