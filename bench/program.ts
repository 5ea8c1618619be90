/** The program in its two forms, and the permissions that it runs with. @module */

/** The program's own file. */
export const SOURCES: string = new URL("../cli.ts", import.meta.url).pathname;

/** The program as one file, as `deno task bundle` makes it, in a directory of its own. */
export async function bundle(directory: string): Promise<string> {
  const program = `${directory}/bundle/vault-config.js`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--output", program, "cli.ts"],
    cwd: new URL("../", import.meta.url).pathname,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return program;
}

/** The narrowest permissions that it runs with. */
export function grants(mounts: string): string[] {
  return [`--allow-read=${mounts}`, `--allow-write=${mounts}`];
}
