/** `plan` and `verify`: what `apply` would do. Nothing is written, no lock is taken. @module */
import type { FileChange, Report } from "../ownership/report.ts";
import { plan, verify } from "../reconcile/request.ts";
import type { Roster } from "../roster/types.ts";
import { oursIn } from "./mask.ts";
import { missingText } from "./missing.ts";
import type { Flags, Invocation } from "./parse.ts";
import { pasted, pastedReport } from "./pasted.ts";
import { showJson, showReport } from "./report.ts";
import { type Setup, setUp } from "./setup.ts";
import { offText } from "./summary.ts";
import { lineText, paintFor, write } from "./terminal.ts";

/** Runs one of them. */
export async function runPlan(invocation: Invocation): Promise<number> {
  const setup = await setUp(invocation);
  if (invocation.command === "verify") {
    const { verdict, report } = await verify(setup.request);
    const exit = { routed: 0, "not-routed": 2, unknown: 1 }[verdict];
    await show(report, setup, invocation, exit);
    return exit;
  }
  const report = await plan(setup.request);
  const failed = report.providers.some((row) => row.outcome === "failed");
  const exit = failed ? 1 : invocation.flags.exitCode && report.changed ? 2 : 0;
  await show(report, setup, invocation, exit);
  return exit;
}

async function show(
  found: Report,
  setup: Setup,
  { command, flags }: Invocation,
  exit: number,
): Promise<void> {
  const { off, notes, missing } = setup;
  const report = pastedReport(found, flags);
  if (flags.json) await showJson(report, flags, { command, exit, off, missing });
  else if (command === "verify") {
    await showReport(report, flags, { rows: "stdout", tense: "planned" });
  } else {
    if (!flags.quiet) await showDiffs(report, await setup.request.roster(), flags);
    // The diff is the data; the table is for whoever looks on.
    await showReport(report, flags, { rows: "stderr", tense: "planned" });
  }
  const paint = paintFor("stderr", flags.color);
  const lines = [missing ? missingText(flags.mounts) : "", ...notes, pasted(offText(off), flags)]
    .filter((line) => line !== "");
  await write("stderr", lines.map((line) => lineText("note", line, paint)).join(""));
}

async function showDiffs(
  report: Report,
  roster: Roster,
  { color, showSecrets }: Flags,
): Promise<void> {
  if (report.files.length === 0) return;
  const { diffText } = await import("./diff.ts");
  const style = {
    paint: paintFor("stdout", color),
    ours: showSecrets ? undefined : oursIn(report, roster),
    raw: showSecrets && !Deno.stdout.isTerminal(),
  };
  for (const file of report.files.toSorted(byName)) await write("stdout", diffText(file, style));
}

function byName(a: FileChange, b: FileChange): number {
  return a.file < b.file ? -1 : 1;
}
