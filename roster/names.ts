/** Which names a provider can have. A module of its own, since sidecars are held to it as well. @module */

/** A sidecar may name anybody, and names make the columns of what is printed. */
const LONGEST = 128;

/**
 * Whether a provider can have a name: one line of at most 128 printable characters without commas,
 * slashes or blanks at an end, because names are given as lists on the command line.
 */
export function isProviderName(name: string): boolean {
  if (name.length > LONGEST) return false;
  // Compiling the expression for all of Unicode takes a millisecond, which few names need.
  if (/^[a-z0-9_-]+$/i.test(name)) return true;
  return /^[^\p{C}\p{Zl}\p{Zp},/]+$/u.test(name) && name.trim() === name;
}
