/** From arguments to an exit code. Loads what the command needs, and nothing else. @module */
import { asksFor, type Invocation, parse } from "./parse.ts";
import { runApply } from "./apply.ts";

/**
 * Runs the command line: exit code 0 done, 1 failed (do not start the task), 2 differences, 64
 * wrong usage. Nothing is thrown.
 *
 * @param args The arguments, without the program's name.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(parse(args));
  } catch (error) {
    const { reportFailure } = await import("./errors.ts");
    return await reportFailure(error, {
      json: asksFor(args, "--json"),
      debug: asksFor(args, "--debug"),
      color: !args.includes("--no-color"),
    });
  }
}

async function dispatch(invocation: Invocation): Promise<number> {
  switch (invocation.command) {
    case "apply":
    case "disable":
    case "write":
      return await runApply(invocation);
    case "plan":
    case "verify":
      return await (await import("./plan.ts")).runPlan(invocation);
    case "status":
      return await (await import("./status.ts")).runStatus(invocation);
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
