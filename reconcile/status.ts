/**
 * How things stand, without changing any: from a preview of what `apply` would do, which providers are
 * routed, and what keeps the others from it. Pure.
 *
 * @module
 */
import type { ConfigPatchError } from "../errors.ts";
import type { ConfigPath } from "../formats/types.ts";
import { sameValue } from "../formats/value.ts";
import { pathKey, shownPath } from "../ownership/claims.ts";
import type { Bypass, ProviderReport, Warning } from "../ownership/report.ts";
import type { Roster } from "../roster/types.ts";
import type { ConfigFile } from "./files.ts";
import type { Preview } from "./preview.ts";
import { ownersIn, type State } from "./state.ts";

/**
 * How a provider stands.
 *
 * | standing | meaning |
 * |---|---|
 * | `routed` | every place holds what it has to, and nothing known sends the client past it |
 * | `bypassed` | the places hold, or would, but the client does not go to the vault |
 * | `accepted` | the same, and the operator has accepted it |
 * | `not-routed` | some place does not hold it, and we have not written that place before; or the client refuses the permission bits of the file |
 * | `elsewhere` | every place holds what we wrote for another address of the vault |
 * | `edited` | a place that we wrote holds something else by now, or nothing |
 * | `malformed` | the file cannot be read as its format, or has the wrong shape at our place |
 * | `failed` | apply would fail for another reason: see the error |
 * | `no-patch` | nothing has to be routed |
 * | `unknown` | the roster does not know it, but we own something for it |
 */
export type Standing =
  | "routed"
  | "bypassed"
  | "accepted"
  | "not-routed"
  | "elsewhere"
  | "edited"
  | "malformed"
  | "failed"
  | "no-patch"
  | "unknown";

/** How one provider stands. */
export interface ProviderStatus {
  /** Its name. */
  readonly provider: string;
  /** How it stands. */
  readonly standing: Standing;
  /** `host dir/file`; absent where there is none. */
  readonly file: string | undefined;
  /** The places that do not hold what they have to. */
  readonly places: readonly ConfigPath[];
  /** What sends its client past our values. */
  readonly bypasses: readonly Bypass[];
  /** Since when we hold its places, as an ISO date and time; absent where that is not known. */
  readonly since: string | undefined;
  /** What no file can route, and how its route is known. */
  readonly notes: readonly string[];
  /** Why apply would fail. */
  readonly error: ConfigPatchError | undefined;
}

/** A place that we wrote, and for whom. */
export interface Owned {
  /** `host dir/file`. */
  readonly file: string;
  /** The place in it. */
  readonly path: ConfigPath;
  /** The providers that want it. */
  readonly owners: readonly string[];
  /** Whether a value of the user's is kept, to be given back. */
  readonly overrode: boolean;
}

/** How everything stands. */
export interface Status {
  /** By provider, in name order; one in several files has several rows. */
  readonly providers: readonly ProviderStatus[];
  /** What the state says is ours, by file. */
  readonly owned: readonly Owned[];
  /** What an operator should know. */
  readonly warnings: readonly Warning[];
}

/** How things stand, from the preview of an apply of the providers that count. */
export function statusOf(found: Preview, roster: Roster): Status {
  const files = new Map(found.files.map((file) => [file.key, file]));
  const rows = found.providers.map((row) => statusRow(row, files, roster));
  const strangers = ownersIn(found.state).filter((owner) => roster.get(owner) === undefined)
    .map((provider): ProviderStatus => ({
      provider,
      standing: "unknown",
      file: undefined,
      places: [],
      bypasses: [],
      since: undefined,
      notes: [],
      error: undefined,
    }));
  return {
    providers: [...rows, ...strangers].sort((a, b) => compare(a.provider, b.provider)),
    owned: ownedIn(found.state),
    warnings: found.warnings,
  };
}

function ownedIn(state: State): Owned[] {
  return [...state.files].sort(([a], [b]) => compare(a, b)).flatMap(([file, { claims }]) =>
    claims.map((claim) => ({
      file,
      path: shownPath(claim),
      owners: claim.owners,
      overrode: claim.text?.overrode === true,
    }))
  );
}

function statusRow(
  row: ProviderReport,
  files: ReadonlyMap<string, ConfigFile>,
  roster: Roster,
): ProviderStatus {
  const { provider, file, edits, bypasses, error } = row;
  const claims = (files.get(file ?? "")?.state?.claims ?? [])
    .filter((claim) => claim.owners.includes(provider));
  const written = new Map(claims.map((claim) => [pathKey(shownPath(claim)), claim.value]));
  // A place that holds what we wrote, but not what it has to now, was not changed by anybody.
  const ours = edits.filter(({ path }) => written.has(pathKey(path)));
  const stands = ours.filter(({ path, before }) => sameValue(written.get(pathKey(path)), before));
  const drift = stands.length < ours.length
    ? "edited"
    : stands.length < edits.length || edits.length === 0
    ? "not-routed"
    : "elsewhere";
  const entry = roster.get(provider);
  const dates = claims.map((claim) => claim.since).filter((since) => since !== "").sort();
  return {
    provider,
    standing: standingOf(row, drift),
    file,
    places: edits.map((edit) => edit.path),
    bypasses,
    since: dates[0],
    notes: [
      ...entry?.notes ?? [],
      ...entry?.proven === undefined ? [] : [`proven: ${entry.proven}`],
    ],
    error,
  };
}

function standingOf({ outcome, error, bypasses }: ProviderReport, drift: Standing): Standing {
  if (error?.code === "bypassed") return "bypassed";
  if (error !== undefined) {
    return ["syntax", "encoding", "shape"].includes(error.code) ? "malformed" : "failed";
  }
  if (outcome === "skipped") return "no-patch";
  if (outcome !== "unchanged") return drift;
  return bypasses.length > 0 ? "accepted" : "routed";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
