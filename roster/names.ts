/** Which names a provider can have. A module of its own, since sidecars are held to it as well. @module */

/**
 * Whether a provider can have a name: one line of printable characters without commas, slashes or
 * blanks at an end, because names are given as lists on the command line.
 */
export function isProviderName(name: string): boolean {
  // Compiling the expression for all of Unicode takes a millisecond, which few names need.
  if (/^[a-z0-9_-]+$/i.test(name)) return true;
  return /^[^\p{C}\p{Zl}\p{Zp},/]+$/u.test(name) && name.trim() === name;
}
