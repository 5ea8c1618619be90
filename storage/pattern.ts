/**
 * Patterns of names, `*.config.toml`: what a rule says of other files of a host dir. A module of its
 * own, because the steady start loads it, and next to nothing else.
 *
 * @module
 */

/** A directory of this size, in bytes, has far more names than are looked through. */
export const LARGEST_DIRECTORY: number = 4 * 1024 * 1024;

/** How many names a directory may have where a rule asks for a pattern of names. */
export const MOST_NAMES = 10_000;

/** Names that no rule can mean: our record, and our temporaries. */
const OURS = /^\.terok-managed-config\.json$|^\.vault-config-.*\.tmp$/;

/**
 * The names that match a pattern, sorted; `*` stands for one or more characters. What is ours in a
 * host dir never matches.
 *
 * @example
 * ```ts
 * import { matchingNames } from "./pattern.ts";
 *
 * const names = matchingNames(["b.config.toml", ".config.toml", "a.config.toml"], "*.config.toml");
 * if (names.join() !== "a.config.toml,b.config.toml") throw new Error(names.join());
 * ```
 */
export function matchingNames(names: readonly string[], pattern: string): string[] {
  return names.filter((name) => matches(name, pattern.split("*")) && !OURS.test(name)).sort();
}

/** Whether a name consists of these parts, with at least one character between each two. */
function matches(name: string, parts: readonly string[]): boolean {
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    // The leftmost place is as good as any: it leaves the most for the parts that follow.
    const at = name.indexOf(part, from + 1);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from < end;
}
