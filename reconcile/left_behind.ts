/** Addresses of ours whose owners take no part in runs any more. Pure. @module */
import { ConfigPatchError, locate } from "../errors.ts";
import type { ConfigDocument, FormatHandler } from "../formats/types.ts";
import { sameValue } from "../formats/value.ts";
import { type Claim, isLive, placeText } from "../ownership/claims.ts";
import type { FilePlan } from "../ownership/plan.ts";
import { findPlaces } from "../ownership/places.ts";
import type { Warning } from "../ownership/report.ts";
import type { VaultLocation } from "../transport/location.ts";
import { hasToken, substitute } from "../transport/tokens.ts";
import { type ConfigFile, takesPartIn } from "./files.ts";
import type { Job } from "./tasks.ts";

/** A warning for each old address in a file that no later run will update. */
export function leftBehindIn(
  { key, handler, state, text, error }: ConfigFile,
  plan: FilePlan | undefined,
  job: Job,
): Warning[] {
  const now = plan === undefined ? text : plan.text;
  if (handler === undefined || error !== undefined || now === undefined) return [];
  // Not every format can read blanks.
  if (now.trim() === "") return [];
  const takesPart = takesPartIn(job);
  const claims = (plan === undefined ? state : plan.state)?.claims ?? [];
  const left = claims.filter(({ owners }) => !owners.some(takesPart));
  if (left.length === 0) return [];
  const document = parsed(handler, now);
  if (document instanceof ConfigPatchError) {
    const owners = [...new Set(left.flatMap((claim) => claim.owners))].sort().join(", ");
    return [{
      file: key,
      position: document.position,
      message: `what is of ${owners} in it, who take no part in runs any more, cannot be looked ` +
        `into: ${document.message}`,
    }];
  }
  return findPlaces(document.value, left).flatMap((claim): Warning[] => {
    if (!isLive(document.value, claim) || isPresent(claim, job.location)) return [];
    const span = claim.at && document.find(claim.at)?.span;
    const who = claim.owners.join(" ");
    return [{
      code: "left-behind",
      file: key,
      position: span && locate(document.text, span.start).position,
      message: `${placeText(claim)} still holds an earlier address of the vault for ` +
        `${claim.owners.join(", ")}, which takes no part in runs any more: ` +
        `take it back with \`vault-config disable ${who}\``,
    }];
  });
}

/** The document, or why it is none: that stops nobody who takes part. */
function parsed(handler: FormatHandler, text: string): ConfigDocument | ConfigPatchError {
  try {
    return handler.parse(text);
  } catch (error) {
    if (error instanceof ConfigPatchError) return error;
    throw error;
  }
}

function isPresent({ template, value }: Claim, location: VaultLocation): boolean {
  if (template === undefined || !hasToken(template)) return true;
  return sameValue(value, substitute(template, location));
}
