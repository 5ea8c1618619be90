/** `plan` and `verify`: what `apply` would do. Nothing is written, no lock is taken. @module */
import type { FileChange, Report } from "../ownership/report.ts";
import { plan } from "../reconcile/run.ts";
import type { Flags, Invocation } from "./parse.ts";
import { showJson, showReport } from "./report.ts";
import { jobOf } from "./setup.ts";
import { paintFor, write } from "./terminal.ts";

/** Runs one of them. */
export async function runPlan({ command, flags }: Invocation): Promise<number> {
  const { providers, disabled } = flags;
  const job = await jobOf(flags, {
    ...(providers === undefined ? {} : { providers }),
    ...(disabled === undefined ? {} : { disabledProviders: disabled }),
  });
  const report = await plan(job);
  await show(report, command, flags);
  if (report.providers.some((row) => row.outcome === "failed")) return 1;
  const tells = command === "verify" || flags.exitCode;
  return tells && report.changed ? 2 : 0;
}

async function show(report: Report, command: string, flags: Flags): Promise<void> {
  if (flags.json) return await showJson(report, flags);
  if (command === "verify") {
    return await showReport(report, flags, { rows: "stdout", tense: "planned" });
  }
  if (!flags.quiet && report.files.length > 0) {
    const { diffText } = await import("./diff.ts");
    const paint = paintFor("stdout", flags.color);
    for (const file of report.files.toSorted(byName)) await write("stdout", diffText(file, paint));
  }
  // The diff is the data; the table is for whoever looks on.
  await showReport(report, flags, { rows: "stderr", tense: "planned" });
}

function byName(a: FileChange, b: FileChange): number {
  return a.file < b.file ? -1 : 1;
}
