/** What a whole run comes to, in one line: what nearly every task start prints. @module */
import { escapeControl } from "../errors.ts";
import type { Report } from "../ownership/report.ts";

/** The line of a run that found nothing to do, or `undefined` where there is more to say. */
export function quietLine(report: Report): string | undefined {
  const { providers } = report;
  const routed = providers.filter((row) => row.action === "apply" && row.outcome === "unchanged");
  const out = providers.filter((row) => row.action === "disable" && row.outcome === "unchanged");
  const none = providers.filter((row) => row.outcome === "skipped");
  if (routed.length + out.length + none.length < providers.length) return undefined;
  if (providers.some((row) => row.bypasses.length > 0)) return undefined;
  const parts = [
    count(routed, "provider is routed", "providers are routed"),
    count(out, "has nothing of ours", "have nothing of ours"),
    count(none, "has no patch", "have no patch"),
  ].filter((part) => part !== "");
  const head = `nothing to do in ${mountsText(report)}`;
  return parts.length === 0 ? `${head}\n` : `${head}: ${parts.join(", ")}\n`;
}

/** The mounts directory, for every summary: a slip in its name must be seen. */
export function mountsText({ mounts, made }: Report): string {
  return `${escapeControl(mounts)}${made ? " (made now)" : ""}`;
}

/** What a report with failures comes to, in one sentence; `undefined` where nothing failed. */
export function verdictOf(report: Report): string | undefined {
  const { providers } = report;
  const names = (rows: Report["providers"]) => new Set(rows.map((row) => row.provider)).size;
  const failed = names(providers.filter((row) => row.outcome === "failed"));
  const all = names(providers);
  if (failed === 0) return undefined;
  const count = `${failed} of ${all} provider${all === 1 ? "" : "s"}`;
  const verdict = `${count} in ${mountsText(report)} failed`;
  // Who only takes back is not about to start anything.
  const starting = providers.some((row) => row.action === "apply");
  return starting ? `${verdict}: do not start the task` : verdict;
}

/** What the settings keep off, in one line; empty where they keep nothing off. */
export function offText(off: readonly string[] | "all"): string {
  if (off.length === 0) return "";
  const [who, name] = off === "all"
    ? ["all providers are", "--all"]
    : off.length === 1
    ? [`${off[0]} is`, off[0]]
    : [`${off.join(", ")} are`, "NAME"];
  return escapeControl(`${who} off by the settings; on again: \`vault-config enable ${name}\``);
}

function count(rows: Report["providers"], one: string, several: string): string {
  const size = new Set(rows.map((row) => row.provider)).size;
  return size === 0 ? "" : `${size} ${size === 1 ? one : several}`;
}
