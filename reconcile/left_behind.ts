/** Addresses of ours whose owners take no part in runs any more. Pure. @module */
import { locate } from "../errors.ts";
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
  if (handler === undefined || error !== undefined || now === undefined || now === "") return [];
  const takesPart = takesPartIn(job);
  const claims = (plan === undefined ? state : plan.state)?.claims ?? [];
  const left = claims.filter(({ owners }) => !owners.some(takesPart));
  if (left.length === 0) return [];
  const document = handler.parse(now);
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

function isPresent({ template, value }: Claim, location: VaultLocation): boolean {
  if (template === undefined || !hasToken(template)) return true;
  return sameValue(value, substitute(template, location));
}
