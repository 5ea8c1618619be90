/**
 * The real program as a victim: runs many command lines, one after another, with the grants that this
 * process has. They come on standard input as JSON. Both streams are divided by marks, so that what
 * is said can be told apart.
 */
import { main } from "../../cli/main.ts";

/** Before what one command line says. */
export const BEGIN = "\u001e";

/** Before the exit code. */
export const END = "\u001f";

if (import.meta.main) {
  const runs: readonly (readonly string[])[] = await new Response(Deno.stdin.readable).json();
  const mark = async (text: string) => {
    for (const stream of [Deno.stdout, Deno.stderr]) {
      await stream.write(new TextEncoder().encode(text));
    }
  };
  for (const [id, args] of runs.entries()) {
    await mark(`${BEGIN}${id}\n`);
    const code = await main(args);
    await mark(`${END}${code}`);
  }
}
