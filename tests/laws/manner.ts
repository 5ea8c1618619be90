/**
 * How new text has to fit into a file, whatever its format: the line endings of the file and no
 * others, a final newline where there was one, a byte order mark where there was one.
 */
import { applySplice, type Put } from "../../formats/mod.ts";
import { LawBreach } from "../../testing.ts";

/** Throws where an edit leaves the manner of its file. */
export function manner(before: string, put: Put): void {
  const after = applySplice(before, put);
  const breach = (what: string) => new LawBreach("Manner", what, { before, after });
  if (after.startsWith("\uFEFF") !== before.startsWith("\uFEFF")) {
    throw breach("the byte order mark is not as it was");
  }
  const was = endingsOf(before);
  if (was.size === 1) {
    for (const ending of endingsOf(after)) {
      if (!was.has(ending)) throw breach(`lines end in ${JSON.stringify(ending)}`);
    }
  }
  // A file without any text has nothing to follow.
  if (/^\s*$/.test(before)) return;
  if (after.endsWith("\n") !== before.endsWith("\n")) {
    throw breach("the final newline is not as it was");
  }
}

function endingsOf(text: string): Set<string> {
  return new Set(text.match(/\r?\n/g));
}
