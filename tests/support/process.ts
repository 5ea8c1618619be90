/** Runs a program to its end, and says what came out. */

/** What a program left behind. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program with this text as its standard input. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd = ".", input = "" }: { readonly cwd?: string; readonly input?: string } = {},
): Promise<Ended> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  // A program that has ended, or needs no input, does not read it.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await output;
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
