/**
 * A story of the command line as plain text: what is there before, commands, what they print, and
 * what is there afterwards. `tests/cli/stories/` holds them, `tests/README.md` explains the form.
 */

/** One step: the line that begins it, and the lines that belong to it. */
export interface Step {
  /** Blank lines and remarks above it, kept as they are. */
  readonly above: readonly string[];
  /** Its first line: `$ vault-config apply`, `file mounts/_a/settings.json`. */
  readonly line: string;
  /** The lines below that belong to it: contents, output, exit code. */
  readonly body: readonly string[];
}

/** A story. */
export interface Story {
  /** What it shows: the text of the first line. */
  readonly title: string;
  /** Its steps, in order. */
  readonly steps: readonly Step[];
  /** Blank lines and remarks below the last step. */
  readonly below: readonly string[];
}

/** What stands in place of a final newline. */
const NO_NEWLINE = "\\ no newline at the end";

/** The marks of lines that belong to the step above them. */
const BODY = /^(?:[|!<](?: |$)|\\ |exit \d+$)/;

/**
 * Reads a story.
 *
 * @throws {Error} if the text has no title or a line that belongs to no step.
 */
export function readStory(text: string): Story {
  const [first = "", ...lines] = text.replace(/\n$/, "").split("\n");
  if (!first.startsWith("# ")) throw new Error(`a story begins with "# " and its title: ${first}`);
  const steps: { above: string[]; line: string; body: string[] }[] = [];
  let above: string[] = [];
  for (const line of lines) {
    if (BODY.test(line)) {
      const step = steps.at(-1);
      if (step === undefined || above.length > 0) throw new Error(`belongs to no step: ${line}`);
      step.body.push(line);
    } else if (line === "" || line.startsWith("#")) {
      above.push(line);
    } else {
      steps.push({ above, line, body: [] });
      above = [];
    }
  }
  return { title: first.slice(2), steps, below: above };
}

/** The text of a story. */
export function writeStory(story: Story): string {
  const lines = story.steps.flatMap(({ above, line, body }) => [...above, line, ...body]);
  return [`# ${story.title}`, ...lines, ...story.below].join("\n") + "\n";
}

/** The text that the lines of one mark make: contents and output (`|`), errors (`!`), input (`<`). */
export function textOf(body: readonly string[], mark: string): string {
  const lines: string[] = [];
  let ended = true;
  for (const [index, line] of body.entries()) {
    if (line.startsWith(mark)) lines.push(line.slice(mark.length + 1));
    else if (line === NO_NEWLINE && body[index - 1]?.startsWith(mark)) ended = false;
  }
  return lines.join("\n") + (ended && lines.length > 0 ? "\n" : "");
}

/** The lines that make a text; the inverse of {@linkcode textOf}. */
export function linesOf(text: string, mark: string): string[] {
  if (text === "") return [];
  const ended = text.endsWith("\n");
  const lines = (ended ? text.slice(0, -1) : text).split("\n");
  const marked = lines.map((line) => line === "" ? mark : `${mark} ${line}`);
  return ended ? marked : [...marked, NO_NEWLINE];
}

/** The words of a command as a shell reads them; only single quotes have a meaning. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ""));
}
