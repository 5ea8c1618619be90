/** Which record fits a file that a crash may have kept from being replaced. Pure. @module */
import type { ConfigValue } from "../formats/types.ts";
import { type Claim, type FileState, isLive } from "../ownership/claims.ts";
import { findPlaces } from "../ownership/places.ts";

/**
 * The record that fits a file after a crash, if neither the text before its replacement nor the one
 * after it stands there, because somebody has edited the file since. It is the record whose bytes
 * all stand (of two, the one with more bytes); else it is decided for each claim by itself.
 */
export function settleFile(
  before: FileState | undefined,
  after: FileState | undefined,
  live: { readonly text: string; readonly value: ConfigValue },
): FileState | undefined {
  const found = (state: FileState | undefined) => findPlaces(live.value, state?.claims ?? []);
  const fits = (claim: Claim): boolean => isLive(live.value, claim);
  const stands = (claim: Claim): boolean =>
    fits(claim) && live.text.includes(claim.text?.insert ?? "");
  const [old, recent] = [before, after].map((state) =>
    state !== undefined && found(state).every(stands)
      // Shorter bytes may stand as a part of the longer ones.
      ? state.claims.reduce((sum, { text }) => sum + (text?.insert.length ?? 0), 0)
      : -1
  );
  if (old !== recent) return (old ?? -1) > (recent ?? -1) ? before : after;

  const former = new Map(found(before).map((claim) => [placeKey(claim), claim]));
  const claims: Claim[] = [];
  const later = found(after);
  const isNew = (claim: Claim) => !former.has(placeKey(claim));
  // Where no new value stands, none was written.
  const written = later.some((claim) => isNew(claim) && fits(claim))
    ? later
    : later.filter((claim) => !isNew(claim));
  for (const claim of written) {
    const other = former.get(placeKey(claim));
    former.delete(placeKey(claim));
    claims.push(other !== undefined && !stands(claim) && fits(other) ? other : claim);
  }
  for (const claim of former.values()) if (fits(claim)) claims.push(claim);
  const shape = after ?? before;
  if (shape === undefined || (claims.length === 0 && shape.aside.length === 0)) return undefined;
  return { ...shape, origin: before === undefined ? after?.origin : before.origin, claims };
}

/**
 * The record of a file that is away after a crash: both records are set aside, since the text that
 * comes back may be that of either. A file that we began ourselves held nothing that could come back.
 */
export function awayAfterCrash(
  before: FileState | undefined,
  after: FileState | undefined,
): FileState | undefined {
  const both = [after, before].filter((state) => state !== undefined);
  const aside = both.filter(({ origin, claims }) => origin === undefined && claims.length > 0)
    .map(({ format, origin, digest, claims }) => ({ format, origin, digest, claims }));
  const [latest] = both;
  if (latest === undefined || (aside.length === 0 && latest.aside.length === 0)) return undefined;
  const { format } = latest;
  return {
    format,
    origin: undefined,
    digest: "",
    claims: [],
    aside: aside.length > 0 ? aside : latest.aside,
  };
}

function placeKey({ place, at }: Claim): string {
  return JSON.stringify(at ?? place, (_key, item) => typeof item === "bigint" ? `${item}n` : item);
}
