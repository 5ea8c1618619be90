/** The law of files that are away for some runs. @module */
import { type FileNow, LawBreach, type LawEdit, leaves, plan, untouched, wants } from "./law.ts";
import { assertOriginal, attempt, type Trial } from "./law.ts";

/** What happens while the file is away, and when it is back. */
export interface Absence {
  /** How it is away: there is no file, or one without content, or with blanks alone. */
  readonly away: undefined | "" | "\n";
  /** What runs meanwhile: how often apply does. */
  readonly runs: number;
  /** Whether apply runs once more before disable. */
  readonly again: boolean;
}

/** All absences worth trying. */
export const ABSENCES: readonly Absence[] = ([undefined, "", "\n"] as const).flatMap((away) =>
  [1, 2].flatMap((runs) => [false, true].map((again) => ({ away, runs, again })))
);

/**
 * A file that goes away or empties for some runs and comes back: disable still ends in the original.
 * Nothing is tried where there was no file to begin with: what we began ourselves has nothing of the
 * user's to come back.
 */
export function absent(
  trial: Omit<Trial, "edit">,
  edits: readonly LawEdit[],
  { away, runs, again }: Absence,
): void {
  if (trial.text === undefined || trial.text.trim() === "") return;
  const all = edits.map((edit, index) => wants(edit, `p${index}`));
  const applied = plan(trial, untouched(trial.text), all);
  const texts: Record<string, string | undefined> = { original: trial.text, applied: applied.text };
  const step = (from: FileNow, name: string, parts = all): FileNow => {
    const next = attempt("Absent", texts, () => plan(trial, from, parts));
    texts[name] = next.text;
    return next;
  };
  let now: FileNow = { text: away, memory: applied.memory };
  for (let run = 1; run <= runs; run++) now = step(now, `away, run ${run}`);
  // A program of the user's puts the copy back that it had taken.
  now = { text: applied.text, memory: now.memory };
  if (again) {
    now = step(now, "back, applied");
    if (now.text !== applied.text) {
      throw new LawBreach("Absent", "the copy is not as it was", texts);
    }
  }
  const left = step(now, "disabled", edits.map((edit, index) => leaves(edit, `p${index}`)));
  assertOriginal("Absent", trial, texts, left, how({ away, runs, again }));
}

function how({ away, runs, again }: Absence): string {
  const what = away === undefined ? "no file" : JSON.stringify(away);
  return `(${what} for ${runs} runs, ${again ? "applied again" : "not applied again"})`;
}
