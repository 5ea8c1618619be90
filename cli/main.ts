/** From arguments to an exit code. Loads what the command needs, and nothing else. @module */
import { ConfigPatchError } from "../errors.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import { asksFor, type Invocation, optionsIn, parse } from "./parse.ts";
import { runApply } from "./apply.ts";

/** What a program of one's own can add to the command line. */
export interface MainOptions {
  /** The formats that there are: `defaultFormats.with(iniFormat)`. */
  readonly formats?: FormatRegistry;
}

/**
 * Runs the command line. Nothing is thrown.
 *
 * @param args The arguments, without the program's name.
 * @param options Formats of your own, for a command with plug-ins.
 * @returns The exit code: 0 done, 1 failed (do not start the task), 2 differences, 64 wrong usage.
 *
 * @example A command that knows another format
 * ```ts
 * import { main } from "@terok/vault-config/cli";
 * import { defaultFormats } from "@terok/vault-config/formats";
 *
 * // const formats = defaultFormats.with(iniFormat);
 * const code = await main(["formats"], { formats: defaultFormats });
 * if (code !== 0) throw new Error(`exit code ${code}`);
 * ```
 */
export async function main(args: readonly string[], options: MainOptions = {}): Promise<number> {
  let invocation: Invocation | undefined;
  try {
    invocation = parse(args, options.formats);
    return await dispatch(invocation);
  } catch (error) {
    const { reportFailure } = await import("./errors.ts");
    return await reportFailure(await withAllGrants(error, invocation), {
      command: invocation?.command,
      mounts: invocation === undefined || !TOUCHES.includes(invocation.command)
        ? undefined
        : invocation.flags.mounts,
      json: asksFor(args, "--json"),
      debug: asksFor(args, "--debug"),
      showSecrets: asksFor(args, "--show-secrets"),
      color: !args.includes("--no-color"),
      given: optionsIn(args),
    });
  }
}

/** The first access that is missing may be to read; then the one to write is named as well. */
async function withAllGrants(error: unknown, invocation: Invocation | undefined): Promise<unknown> {
  if (invocation === undefined || !WRITES.includes(invocation.command)) return error;
  if (!(error instanceof ConfigPatchError) || error.code !== "permission") return error;
  const { grantRemedy } = await import("../storage/failures.ts");
  const remedy = grantRemedy(invocation.flags.mounts);
  if (remedy === undefined) return error;
  return new ConfigPatchError(error.code, error.message, { ...error.details, remedy });
}

/** The commands that may write. */
const WRITES: readonly string[] = ["apply", "disable", "enable", "write"];

/** The commands that are about a mounts directory. */
const TOUCHES: readonly string[] = [...WRITES, "plan", "verify", "status", "settings"];

async function dispatch(invocation: Invocation): Promise<number> {
  switch (invocation.command) {
    case "apply":
      return await runApply(invocation);
    case "disable":
      return await (await import("./switch.ts")).runDisable(invocation);
    case "enable":
      return await (await import("./switch.ts")).runEnable(invocation);
    case "write":
      return await (await import("./switch.ts")).runWrite(invocation);
    case "plan":
    case "verify":
      return await (await import("./plan.ts")).runPlan(invocation);
    case "status":
      return await (await import("./status.ts")).runStatus(invocation);
    case "settings":
      return await (await import("./settings.ts")).runSettings(invocation);
    case "location":
    case "providers":
    case "formats":
      return await (await import("./list.ts")).runList(invocation);
    case "completions":
      return await (await import("./completions.ts")).runCompletions(invocation);
    case "help":
    case "version":
      return await (await import("./help.ts")).runHelp(invocation);
  }
}
