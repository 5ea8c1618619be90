/**
 * How things stand, without changing any: from a survey of what `apply` would do, which providers
 * are routed, and what keeps the others from it. Pure.
 *
 * @module
 */
import type { ConfigPatchError } from "../errors.ts";
import type { ConfigPath } from "../formats/types.ts";
import { sameValue } from "../formats/value.ts";
import { pathKey } from "../ownership/claims.ts";
import type { ProviderReport, Warning } from "../ownership/report.ts";
import type { State } from "./state.ts";
import type { Survey, SurveyedFile } from "./survey.ts";

/**
 * How a provider stands.
 *
 * | standing | meaning |
 * |---|---|
 * | `routed` | every place holds what it has to |
 * | `not-routed` | some place does not, and it is not that somebody changed it after us |
 * | `elsewhere` | every place holds what we wrote for another address of the vault |
 * | `edited` | a place that we wrote holds something else by now, or nothing |
 * | `malformed` | the file cannot be read as its format, or has the wrong shape at our place |
 * | `failed` | apply would fail for another reason: see the error |
 * | `no-patch` | nothing has to be routed |
 * | `unknown` | the roster does not know it, but we own something for it |
 */
export type Standing =
  | "routed"
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
  readonly file?: string;
  /** The places that do not hold what they have to. */
  readonly places: readonly ConfigPath[];
  /** Why apply would fail. */
  readonly error?: ConfigPatchError;
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

/**
 * How things stand, from the survey of an apply of the providers that count.
 *
 * @param isKnown Whether the roster knows a name; owners that it does not know are listed as well.
 */
export function statusOf(found: Survey, isKnown: (name: string) => boolean): Status {
  const files = new Map(found.files.map((file) => [file.key, file]));
  const rows = found.providers.map((row) => statusRow(row, files));
  const strangers = ownersIn(found.state).filter((owner) => !isKnown(owner))
    .map((provider): ProviderStatus => ({ provider, standing: "unknown", places: [] }));
  return {
    providers: [...rows, ...strangers].sort((a, b) => compare(a.provider, b.provider)),
    owned: ownedIn(found.state),
    warnings: found.warnings,
  };
}

/** The providers for which the state says that something is ours, sorted. */
export function ownersIn(state: State): string[] {
  const owners = [...state.files.values()].flatMap((file) => file.claims)
    .flatMap((claim) => claim.owners);
  return [...new Set(owners)].sort(compare);
}

function ownedIn(state: State): Owned[] {
  return [...state.files].sort(([a], [b]) => compare(a, b)).flatMap(([file, { claims }]) =>
    claims.map(({ path, owners, text }) => ({
      file,
      path,
      owners,
      overrode: text?.overrode === true,
    }))
  );
}

function statusRow(
  row: ProviderReport,
  files: ReadonlyMap<string, SurveyedFile>,
): ProviderStatus {
  const { provider, file, edits, error } = row;
  const claims = files.get(file ?? "")?.stateBefore?.claims ?? [];
  const written = new Map(
    claims.filter((claim) => claim.owners.includes(provider))
      .map((claim) => [pathKey(claim.path), claim.value]),
  );
  // A place that holds what we wrote, but not what it has to now, was not changed by anybody.
  const ours = edits.filter(({ path }) => written.has(pathKey(path)));
  const stands = ours.filter(({ path, before }) => sameValue(written.get(pathKey(path)), before));
  const drift = stands.length < ours.length
    ? "edited"
    : stands.length < edits.length
    ? "not-routed"
    : "elsewhere";
  return {
    provider,
    standing: standingOf(row, drift),
    ...(file === undefined ? {} : { file }),
    places: edits.map((edit) => edit.path),
    ...(error === undefined ? {} : { error }),
  };
}

function standingOf({ outcome, error }: ProviderReport, drift: Standing): Standing {
  if (error !== undefined) {
    return ["syntax", "encoding", "shape"].includes(error.code) ? "malformed" : "failed";
  }
  if (outcome === "skipped") return "no-patch";
  if (outcome === "unchanged") return "routed";
  return drift;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
