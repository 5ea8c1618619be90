/**
 * Breaches of laws that are known and wait to be mended. A test that meets one prints it and goes
 * on; one that no longer occurs fails, so that it is taken off this list.
 */
import type { LawBreach } from "../../testing/law.ts";

/** A fault that is known. */
export interface Known {
  /** What it is called in a list of faults, and what it is. */
  readonly fault: string;
  /** How often it occurs in `providers_test.ts`; more often means that something else is broken. */
  readonly most: number;
  /** Whether a breach is of this fault. */
  readonly isOf: (breach: LawBreach) => boolean;
}

/** To be mended by the new core of ownership; then this list is empty. */
export const KNOWN: readonly Known[] = [
  {
    fault: "B10: a list or mapping that stood there empty becomes [] or {}",
    most: 226,
    isOf: ({ law, message }) =>
      law === "DisjointForeign" &&
      /original: "[^\n]*(?:outer|list):(?: #[^\n]*?)?(?:\\r)?(?:\\n|")/.test(message) &&
      /(?:outer|list): (?:\[\]|\{\})/.test(message),
  },
];

/** The known fault that a breach is of. */
export function knownFault(breach: LawBreach): string | undefined {
  return KNOWN.find(({ isOf }) => isOf(breach))?.fault;
}
