/** `apply`, `disable`, `write`: the commands that may change something. @module */
import { start } from "../reconcile/start.ts";
import type { Report } from "../reconcile/report.ts";
import type { Flags, Invocation } from "./parse.ts";
import { startOf, type Wishes } from "./setup.ts";
import { quietLine } from "./summary.ts";
import { write } from "./terminal.ts";

/** Runs one of them. */
export async function runApply({ command, operands, flags }: Invocation): Promise<number> {
  const wishes = wishesOf(command, operands, flags);
  const run = await startOf(flags, wishes, command);
  // The memory is for what every task start runs; another command would only push it out.
  const inputs = command === "apply" ? run.inputs : undefined;
  try {
    return await show(await start({ ...run, inputs }), flags);
  } catch (error) {
    throw await withAllGrants(error, flags);
  }
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
  const { grantRemedy } = await import("../storage/failure.ts");
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
