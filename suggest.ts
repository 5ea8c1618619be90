/** "Did you mean": the known word that a mistyped one is close to. @module */

/**
 * The word of `words` that `word` is a likely slip of, or `undefined`. Case, `-`, `_` and spaces do
 * not count; of the rest, one edit in short words and two in longer ones may differ.
 *
 * @example
 * ```ts
 * import { closest } from "./suggest.ts";
 *
 * if (closest("hostDir", ["host_dir", "file"]) !== "host_dir") throw new Error("not found");
 * if (closest("modes", ["host_dir", "file"]) !== undefined) throw new Error("not close");
 * ```
 */
export function closest(word: string, words: Iterable<string>): string | undefined {
  const given = bare(word);
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of words) {
    const known = bare(candidate);
    const limit = known.length < 6 ? 1 : 2;
    if (Math.abs(known.length - given.length) > limit) continue;
    const distance = editDistance(given, known);
    if (distance <= limit && distance < (best?.distance ?? Infinity)) {
      best = { word: candidate, distance };
    }
  }
  return best?.word;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
