/** `apply`: what every task start runs. @module */
import { apply } from "../reconcile/request.ts";
import type { Report } from "../ownership/report.ts";
import { missingText } from "./missing.ts";
import type { Invocation } from "./parse.ts";
import { pasted, pastedReport } from "./pasted.ts";
import { type Setup, setUp } from "./setup.ts";
import { offText, quietLine } from "./summary.ts";
import { write } from "./terminal.ts";

/** Runs it. */
export async function runApply(invocation: Invocation): Promise<number> {
  const setup = await setUp(invocation);
  return await showDone(await apply(setup.request), setup, invocation);
}

/** Prints what was done and what is off, and gives the exit code. */
export async function showDone(
  found: Report,
  { off, notes, missing }: Setup,
  { command, flags }: Pick<Invocation, "command" | "flags">,
): Promise<number> {
  const report = pastedReport(found, flags);
  const exit = report.providers.some((row) => row.outcome === "failed") ? 1 : 0;
  // That something is off is said at every start, or nobody remembers why a client is not routed.
  const isMissing = missing && !report.made;
  const lines = [
    isMissing ? missingText(flags.mounts) : "",
    ...notes,
    pasted(offText(off), flags),
  ].filter((line) => line !== "");
  const text = lines.map((line) => `note: ${line}\n`).join("");
  if (flags.json) {
    const { showJson } = await import("./report.ts");
    await showJson(report, flags, { command, exit, off, missing: isMissing });
  } else {
    const line = quietLine(report);
    const hasNotes = report.providers.some(({ adopted }) => adopted.length > 0);
    if (line !== undefined && !hasNotes && report.warnings.length === 0) {
      if (!flags.quiet) await write("stdout", line);
    } else {
      const { showReport } = await import("./report.ts");
      await showReport(report, flags, { rows: "stdout", tense: "done" });
    }
  }
  if (text !== "") await write("stderr", text);
  return exit;
}
