/** Who cannot be told routed, because a file changes in every look. Pure. @module */
import { ConfigPatchError } from "../errors.ts";
import type { ProviderReport, Report } from "../ownership/report.ts";
import { failure } from "../storage/failures.ts";
import { type Differences, directoryOf } from "./steady.ts";

/**
 * A report whose last look has found files otherwise than the run has left them: the providers of
 * these files fail. Of what is nobody's config (a sidecar, the file of a rule), those of the host dir
 * do. For all others, the report is true at the moment of that look.
 */
export function failing(report: Report, differ: Differences): Report {
  const configs = new Set(report.providers.map((row) => row.file));
  const shared = new Map(
    [...differ.keys()].filter((key) => !configs.has(key)).map((key) => [directoryOf(key), key]),
  );
  const providers = report.providers.map((row): ProviderReport => {
    const { provider, file } = row;
    if (file === undefined) return row;
    const key = differ.has(file) ? file : shared.get(directoryOf(file));
    if (key === undefined) return row;
    const error = restless(report.mounts, key, differ.get(key)).with({ provider });
    return { ...row, outcome: "failed", edits: [], error };
  });
  return { ...report, providers };
}

function restless(mounts: string, file: string, thrown: unknown): ConfigPatchError {
  // Why it could not be looked at says more.
  if (thrown !== undefined) {
    return failure(thrown, { doing: "look at it", file, grant: `${mounts}/${file}` });
  }
  return new ConfigPatchError("changed", "its file keeps changing", {
    file,
    remedy: "see what in its container writes to it, then try again",
  });
}
