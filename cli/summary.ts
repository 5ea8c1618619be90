/** What a whole run comes to, in one line: what nearly every task start prints. @module */
import type { Report } from "../ownership/report.ts";

/** The line of a run that found nothing to do, or `undefined` where there is more to say. */
export function quietLine({ providers }: Report): string | undefined {
  const routed = providers.filter((row) => row.action === "apply" && row.outcome === "unchanged");
  const out = providers.filter((row) => row.action === "disable" && row.outcome === "unchanged");
  const none = providers.filter((row) => row.outcome === "skipped");
  if (routed.length + out.length + none.length < providers.length) return undefined;
  const parts = [
    count(routed, "provider is routed", "providers are routed"),
    count(out, "has nothing of ours", "have nothing of ours"),
    count(none, "has no patch", "have no patch"),
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing to do\n" : `nothing to do: ${parts.join(", ")}\n`;
}

/** What a report with failures comes to, in one sentence; `undefined` where nothing failed. */
export function verdictOf({ providers }: Report): string | undefined {
  const names = (rows: Report["providers"]) => new Set(rows.map((row) => row.provider)).size;
  const failed = names(providers.filter((row) => row.outcome === "failed"));
  const all = names(providers);
  if (failed === 0) return undefined;
  const verdict = `${failed} of ${all} provider${all === 1 ? "" : "s"} failed`;
  // Who only takes back is not about to start anything.
  const starting = providers.some((row) => row.action === "apply");
  return starting ? `${verdict}: do not start the task` : verdict;
}

function count(rows: Report["providers"], one: string, several: string): string {
  const size = new Set(rows.map((row) => row.provider)).size;
  return size === 0 ? "" : `${size} ${size === 1 ? one : several}`;
}
