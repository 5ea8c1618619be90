/**
 * Keys of a JSON text that differ by case alone. Go's reader takes them for one key and uses the last
 * of them, while all others tell them apart: so a twin of a key of ours decides what some programs see.
 *
 * @module
 */
import type { ConfigPath, ConfigValue } from "./types.ts";
import { type ConcretePath, isList, isTable, resolve, valueAt } from "./value.ts";

/**
 * The twins of the keys on a path, wherever the path leads.
 *
 * @param root The tree.
 * @param path The path; a selector means its first match.
 * @returns The places of the twins, outermost first; empty where none stands.
 * @example
 * ```ts
 * import { pathText, tableOf, twinsOnPath } from "@terok/vault-config/formats";
 *
 * const root = tableOf([["baseurl", "https://elsewhere.example"]]);
 * const [twin] = twinsOnPath(root, ["baseURL"]);
 * if (twin === undefined || pathText(twin) !== "baseurl") throw new Error("not found");
 * ```
 */
export function twinsOnPath(root: ConfigValue, path: ConfigPath): ConcretePath[] {
  const { found, missing } = resolve(root, path);
  const steps = [...found, ...missing.slice(0, 1)];
  return steps.flatMap((step, depth) => {
    if (typeof step !== "string") return [];
    const place = found.slice(0, depth);
    const table = valueAt(root, place);
    if (!isTable(table)) return [];
    const name = folded(step);
    return Object.keys(table)
      .filter((key) => key !== step && folded(key) === name)
      .map((key) => [...place, key]);
  });
}

/**
 * All keys of a tree that have a twin further up in their table.
 *
 * @param root The tree.
 * @returns Their places, in the order of the tree.
 * @example
 * ```ts
 * import { caseTwins, pathText, tableOf } from "@terok/vault-config/formats";
 *
 * const root = tableOf([["env", tableOf([["Path", "a"], ["PATH", "b"]])]]);
 * if (caseTwins(root).map(pathText).join() !== "env.PATH") throw new Error("not found");
 * ```
 */
export function caseTwins(root: ConfigValue): ConcretePath[] {
  const twins: ConcretePath[] = [];
  const visit = (value: ConfigValue, place: ConcretePath) => {
    if (isList(value)) {
      for (const [index, item] of value.entries()) visit(item, [...place, index]);
    } else if (isTable(value)) {
      const seen = new Set<string>();
      for (const [key, item] of Object.entries(value)) {
        const name = folded(key);
        if (seen.has(name)) twins.push([...place, key]);
        seen.add(name);
        visit(item, [...place, key]);
      }
    }
  };
  visit(root, []);
  return twins;
}

/** A key without regard to case, by the simple folding that Go uses: one character for each. */
export function folded(key: string): string {
  // Nearly all keys are ASCII. A twin of one of those may not be: the Kelvin sign, the long s.
  if (/^[ -~]*$/.test(key)) return key.toLowerCase();
  return [...key].map((character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper.toLowerCase() : character;
  }).join("");
}
