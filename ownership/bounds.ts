/**
 * How many places of one file a provider may hold. A container can make a patch mean as many as it
 * likes, by adding entries that match; so they are counted before anything is done for them. Pure.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigDocument, ConfigPath } from "../formats/types.ts";
import { sameValue, valueAt } from "../formats/value.ts";
import { type Claim, pathKey, type Wanted } from "./claims.ts";
import { blaming, createdKeys, type Draft, MAX_FORMER_TEXT } from "./edits.ts";
import type { Action } from "./report.ts";
import { expand, type Part, refuseUntold } from "./wanted.ts";

/** The most places of one provider in one file: many more than any patch has. */
export const MAX_PLACES = 256;

/** More places of one kind than these are not told: a container can make as many as it likes. */
export const MOST_TOLD = 16;

/** How many of our own values of one place are remembered, with that of today. */
export const MOST_WRITTEN = 5;

/** The most former text of one provider in one file, in UTF-16 code units. */
const MAX_FORMER_TEXTS = 4 * MAX_FORMER_TEXT;

/**
 * Refuses parts that mean too many places of a text.
 *
 * @throws {ConfigPatchError} `too-large`, or what `expand` throws; with the provider.
 */
export function refuseManyPlaces({ document, created }: Draft, parts: readonly Part[]): void {
  const ours = createdKeys({ created });
  for (const { provider, action, wanted } of parts) {
    let places = 0;
    for (const want of wanted.filter(({ kind }) => kind !== "default")) {
      const isOurs = (at: ConfigPath) => ours.has(pathKey(at));
      if (action === "apply") blaming(provider, () => refuseUntold(document, want));
      for (const at of blaming(provider, () => expand(document, want, isOurs))) {
        if (isToBeHeld(document, want, action, at)) places++;
      }
    }
    if (places > MAX_PLACES) throw tooManyPlaces(provider);
  }
}

/** Refuses claims that are too many, or keep too much of the user's text. */
export function refuseManyClaims(claims: readonly Claim[], present: ReadonlySet<string>): void {
  const places = new Map<string, number>();
  const former = new Map<string, number>();
  for (const { owners, text } of claims) {
    for (const owner of owners) {
      places.set(owner, (places.get(owner) ?? 0) + 1);
      former.set(owner, (former.get(owner) ?? 0) + (text?.remove.length ?? 0));
    }
  }
  for (const provider of present) {
    if ((places.get(provider) ?? 0) > MAX_PLACES) throw tooManyPlaces(provider);
    if ((former.get(provider) ?? 0) > MAX_FORMER_TEXTS) {
      const what = `more than ${MAX_FORMER_TEXTS} characters of the user's would have to be kept`;
      throw tooLarge(provider, what);
    }
  }
}

/** Whether a place would get a claim, or has to be taken back though no claim says so. */
function isToBeHeld(
  { value }: ConfigDocument,
  want: Wanted,
  action: Action,
  at: ConfigPath,
): boolean {
  const live = valueAt(value, at);
  const isKnown = want.known.some((known) => sameValue(live, known));
  return isKnown || (action === "apply" && !sameValue(live, want.value));
}

function tooManyPlaces(provider: string): ConfigPatchError {
  return tooLarge(
    provider,
    `more than ${MAX_PLACES} places of the file would hold a value of this provider`,
  );
}

function tooLarge(provider: string, message: string): ConfigPatchError {
  const remedy = "take entries out of the file that the client does not need";
  return new ConfigPatchError("too-large", message, { provider, remedy });
}
