/** Addresses of ours whose owners take no part in runs any more. Pure. @module */
import { ConfigPatchError, locate } from "../errors.ts";
import { sameValue } from "../formats/value.ts";
import { MOST_TOLD } from "../ownership/bounds.ts";
import { type Claim, type FileState, isLive, placeText } from "../ownership/claims.ts";
import type { FilePlan } from "../ownership/plan.ts";
import { findPlaces } from "../ownership/places.ts";
import type { Warning } from "../ownership/report.ts";
import { isAddress } from "../ownership/strays.ts";
import type { VaultLocation } from "../transport/location.ts";
import { substitute } from "../transport/tokens.ts";
import type { ConfigFile } from "./files.ts";
import type { Job } from "./tasks.ts";

/**
 * Tells the claims in a file that no later run will bring to the present address. Only they are a reason to
 * look into a host dir of somebody who takes no part. A run that names its providers has none: it is
 * no word about the others, and nothing in their host dirs may hold it up.
 */
export function claimsLeftBehind(job: Job): (entry: FileState | undefined) => readonly Claim[] {
  if (job.isAboutNamed === true) return () => [];
  const members = job.members && new Set(job.members);
  const takesPart = (name: string) =>
    job.roster.get(name) !== undefined && members?.has(name) !== false;
  return (entry) =>
    (entry?.claims ?? []).filter((claim) =>
      !claim.owners.some(takesPart) && !isPresent(claim, job.location)
    );
}

/**
 * A warning for each old address in a file that no later run will update, as many as are told.
 * Nothing fails for it: whoever is asked to be taken back takes no part in this run.
 */
export function leftBehindIn(
  file: ConfigFile,
  plan: FilePlan | undefined,
  claimsOf: ReturnType<typeof claimsLeftBehind>,
): Warning[] {
  const left = claimsOf(plan === undefined ? file.state : plan.state);
  const text = plan === undefined ? file.text : plan.text;
  if (left.length === 0) return [];
  if (file.error !== undefined) return [unseen(file, left, file.error)];
  if (file.handler === undefined || text === undefined) return [];
  // Not every format can read blanks.
  if (text.trim() === "") return [];
  try {
    const document = file.handler.parse(text);
    const live = findPlaces(document.value, left).filter((one) => isLive(document.value, one));
    const warnings = live.slice(0, MOST_TOLD).map((claim): Warning => {
      const span = claim.at && document.find(claim.at)?.span;
      return {
        code: "left-behind",
        file: file.key,
        position: span && locate(document.text, span.start).position,
        message: `${placeText(claim)} still holds an earlier address of the vault for ` +
          ownersText([claim]),
      };
    });
    const more = live.slice(MOST_TOLD);
    return more.length === 0 ? warnings : [...warnings, {
      code: "left-behind",
      file: file.key,
      message: `the same at ${more.length} more place${more.length === 1 ? "" : "s"}, for ` +
        ownersText(more),
    }];
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    return [{ ...unseen(file, left, error), code: "left-behind" }];
  }
}

/** What could not be looked at has no code, so that the next start looks again. */
function unseen({ key }: ConfigFile, left: readonly Claim[], error: ConfigPatchError): Warning {
  return {
    file: key,
    position: error.position,
    message: `it cannot be seen (${error.message}) whether an earlier address of the vault still ` +
      `stands in it for ${ownersText(left)}`,
  };
}

function ownersText(claims: readonly Claim[]): string {
  const owners = [...new Set(claims.flatMap((claim) => claim.owners))].sort();
  const take = owners.length === 1 ? "takes" : "take";
  return `${owners.join(", ")}, which ${take} no part in runs any more: take it back with ` +
    `\`vault-config disable ${owners.join(" ")}\``;
}

function isPresent(claim: Claim, location: VaultLocation): boolean {
  return !isAddress(claim) || sameValue(claim.value, substitute(claim.template, location));
}
