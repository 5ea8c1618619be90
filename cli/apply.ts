/** `apply`: what every task start runs. @module */
import { OutdatedError } from "../errors.ts";
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
  const { report, setup } = await applied(() => setUp(invocation));
  return await showDone(report, setup, invocation);
}

/** How often the settings may change under a run. */
const ATTEMPTS = 5;

/**
 * Does what options and settings ask for. Where the settings are changed by the time at which something
 * is to be written, it begins anew with the new ones: an earlier `disable` is never undone.
 */
export async function applied(
  make: () => Promise<Setup>,
  work: (setup: Setup) => Promise<Report> = (setup) => apply(setup.request),
): Promise<{ readonly report: Report; readonly setup: Setup }> {
  for (let attempt = 1;; attempt++) {
    const setup = await make();
    try {
      return { report: await work(setup), setup };
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof OutdatedError)) throw error;
    }
  }
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
