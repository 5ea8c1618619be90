/** `apply`, `disable`, `write`: the commands that may change something. @module */
import { type Start, start } from "../reconcile/start.ts";
import type { Report } from "../ownership/report.ts";
import type { Flags, Invocation } from "./parse.ts";
import { startOf, type Wishes } from "./setup.ts";
import { quietLine } from "./summary.ts";
import { write } from "./terminal.ts";

/** Runs one of them. */
export async function runApply(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  const run = await startFor(invocation);
  try {
    return await show(await start(run), flags);
  } catch (error) {
    throw await withAllGrants(error, flags);
  }
}

/** What is to be run; only `apply` has inputs, which are what a memory is for. */
export async function startFor({ command, operands, flags }: Invocation): Promise<Start> {
  const run = await startOf(flags, wishesOf(command, operands, flags), command);
  // What every task start runs is worth remembering; another command would only push it out.
  return command === "apply" ? run : { ...run, inputs: undefined };
}

function wishesOf(command: string, operands: readonly string[], flags: Flags): Wishes {
  switch (command) {
    case "disable":
      return {
        providers: [],
        disabledProviders: operands,
        disableAll: flags.all,
        failOnMalformed: true,
      };
    case "write":
      return { providers: operands };
    default: {
      const { providers, disabled } = flags;
      return {
        ...(providers === undefined ? {} : { providers }),
        ...(disabled === undefined ? {} : { disabledProviders: disabled }),
      };
    }
  }
}

/** The first access that is missing may be to read; then the one to write is named as well. */
async function withAllGrants(error: unknown, { mounts }: Flags): Promise<unknown> {
  const { ConfigPatchError } = await import("../errors.ts");
  if (!(error instanceof ConfigPatchError) || error.code !== "permission") return error;
  const { grantRemedy } = await import("../storage/failures.ts");
  const remedy = grantRemedy(mounts);
  if (remedy === undefined) return error;
  return new ConfigPatchError(error.code, error.message, { ...error.details, remedy });
}

async function show(report: Report, flags: Flags): Promise<number> {
  const failed = report.providers.some((row) => row.outcome === "failed");
  if (flags.json) {
    const { showJson } = await import("./report.ts");
    await showJson(report, flags);
    return failed ? 1 : 0;
  }
  const line = quietLine(report);
  if (line !== undefined && report.warnings.length === 0) {
    if (!flags.quiet) await write("stdout", line);
    return 0;
  }
  const { showReport } = await import("./report.ts");
  await showReport(report, flags, { rows: "stdout", tense: "done" });
  return failed ? 1 : 0;
}
