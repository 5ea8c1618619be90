/**
 * The program as binaries that need no Deno: `deno task compile [TARGET…]`, or `--all`.
 *
 * What is compiled is the bundle: it needs no package, so that nothing else is put into the binary.
 * `deno compile` puts a program behind a runtime, `denort`, and fetches that from the Deno project's
 * server, once for each version and target. Where the server cannot be reached, `DENORT_BIN` names a
 * `denort` that somebody has brought along.
 *
 * @module
 */

/** The targets for which `deno compile` has a runtime. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/** What a run of {@linkcode compile} works with. */
export interface CompileOptions {
  /** The Deno that bundles and compiles. */
  readonly deno: string;
  /** The runtime that was brought along: the value of `DENORT_BIN`, if it is set. */
  readonly denort: string | undefined;
  /** For which targets. */
  readonly targets: readonly string[];
  /** The target of this machine, whose binary is tried. */
  readonly host: string;
  /** Where the binaries go. */
  readonly directory: string;
}

/** Something that has to be done first; its message says what. */
export class CannotCompile extends Error {
  /** The class's name, for whoever has only a printed error. */
  override readonly name = "CannotCompile";
}

/**
 * Bundles, compiles for each target, and tries the binary of this machine.
 *
 * @returns The binaries.
 * @throws {CannotCompile} if there is no runtime to compile with, or it is no runtime.
 */
export async function compile(options: CompileOptions): Promise<string[]> {
  const { deno, denort, targets, host, directory } = options;
  for (const target of targets) {
    if (!TARGETS.includes(target)) {
      throw new CannotCompile(`there is no target "${target}"; there are: ${TARGETS.join(", ")}`);
    }
  }
  if (denort !== undefined) await checkRuntime(denort, targets);

  const program = `${directory}/vault-config.js`;
  const source = new URL("../cli.ts", import.meta.url).pathname;
  await succeed(deno, ["bundle", "--quiet", "--minify", "--output", program, source]);

  const binaries: string[] = [];
  for (const target of targets) {
    const suffix = target.includes("windows") ? ".exe" : "";
    const binary = `${directory}/vault-config-${target}${suffix}`;
    const grants = ["--no-prompt", "--allow-read", "--allow-write"];
    const output = ["--target", target, "--output", binary];
    const result = await run(deno, ["compile", "--quiet", ...grants, ...output, program], denort);
    if (!result.success) throw new CannotCompile(whyNot(target, denort, result.text));
    if (target === host) await checkBinary(binary);
    binaries.push(binary);
  }
  return binaries;
}

/** A `deno` in the place of `denort` "succeeds", and what comes out is a plain Deno. */
async function checkRuntime(denort: string, targets: readonly string[]): Promise<void> {
  if (targets.length > 1) {
    throw new CannotCompile(
      "DENORT_BIN is the runtime of one target: name that one, or unset DENORT_BIN",
    );
  }
  const { found, text } = await run(denort, ["--version"], undefined);
  if (!found) throw new CannotCompile(`DENORT_BIN: ${denort} cannot be run\n  do: ${BRING}`);
  if (/^deno \d/m.test(text)) {
    throw new CannotCompile(
      `DENORT_BIN: ${denort} is deno itself, not denort: ` +
        `a binary made with it would be a plain deno\n  do: ${BRING}`,
    );
  }
}

async function checkBinary(binary: string): Promise<void> {
  const { text } = await run(binary, ["--version"], undefined);
  if (/^vault-config \d/m.test(text)) return;
  throw new CannotCompile(
    `${binary} was made, but is not vault-config: it says "${text.trim().split("\n")[0]}"`,
  );
}

function whyNot(target: string, denort: string | undefined, text: string): string {
  if (denort !== undefined) {
    return `DENORT_BIN: ${denort} is no runtime of deno ${Deno.version.deno} for ${target}\n` +
      `  do: ${BRING}\n\n${text}`;
  }
  if (!text.includes("Setting up base binary")) {
    return `deno compile failed for ${target}\n\n${text}`;
  }
  return `the runtime for ${target} cannot be fetched from the Deno project's server\n` +
    `  do: compile where that server can be reached,\n` +
    `      or: ${BRING},\n` +
    `      or use the bundle, dist/vault-config.js: it is one file, and needs Deno where it runs` +
    `\n\n${text}`;
}

const BRING = `set DENORT_BIN to a denort of deno ${Deno.version.deno} ` +
  "(it is in denort-TARGET.zip of that release)";

interface Ran {
  readonly found: boolean;
  readonly success: boolean;
  readonly text: string;
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const { success, text } = await run(program, args, undefined);
  if (!success) throw new CannotCompile(`failed: ${program} ${args.join(" ")}\n\n${text}`);
}

async function run(
  program: string,
  args: readonly string[],
  denort: string | undefined,
): Promise<Ran> {
  // Deno takes an empty DENORT_BIN for the name of a file.
  const { DENORT_BIN: _, ...env }: Record<string, string> = {
    ...Deno.env.toObject(),
    NO_COLOR: "1",
  };
  if (denort !== undefined) env.DENORT_BIN = denort;
  try {
    const command = new Deno.Command(program, {
      args: [...args],
      env,
      clearEnv: true,
      stdin: "null",
    });
    const { success, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { found: true, success, text };
  } catch (error) {
    // Not there, no permission, or no program of this machine.
    return { found: false, success: false, text: String(error) };
  }
}

if (import.meta.main) {
  const names = Deno.args.filter((arg) => arg !== "--all");
  const here = names.length === 0 ? [Deno.build.target] : names;
  try {
    const binaries = await compile({
      deno: Deno.execPath(),
      denort: Deno.env.get("DENORT_BIN") || undefined,
      targets: Deno.args.includes("--all") ? TARGETS : here,
      host: Deno.build.target,
      directory: new URL("../dist", import.meta.url).pathname,
    });
    for (const binary of binaries) console.log(binary);
  } catch (error) {
    if (!(error instanceof CannotCompile)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(1);
  }
}
