/** Writing to standard output and standard error, and colours where somebody looks at them. @module */
import { ConfigPatchError, escapeControl } from "../errors.ts";

/** A stream of the process. */
export type Stream = "stdout" | "stderr";

/** What a piece of text means; a terminal shows it in a colour. */
export type Tone = "error" | "warning" | "added" | "removed" | "place" | "heading";

/** Colours a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

/**
 * Writes a text, all of it. A reader that has gone away (`plan | head`) is no failure: what was to be
 * done is done, and nobody wants to read about it.
 *
 * @throws {ConfigPatchError} `io` if standard output cannot take it (disk full).
 */
export async function write(stream: Stream, text: string): Promise<void> {
  const { writeSync } = STREAMS[stream];
  for (let bytes = new TextEncoder().encode(text); bytes.length > 0;) {
    try {
      bytes = bytes.subarray(writeSync(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) {
        // Whoever shares the pipe has made it non-blocking, and it is full.
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      // There is nowhere left to say that standard error is broken.
      if (error instanceof Deno.errors.BrokenPipe || stream === "stderr") return;
      const why = error instanceof Error ? error.message : String(error);
      throw new ConfigPatchError("io", `cannot write to standard output: ${why}`, {
        remedy: "see where it is redirected to; the run itself was not undone",
        cause: error,
      });
    }
  }
}

/** Colours on a terminal, unless the user does not want them. */
export function paintFor(stream: Stream, allowed: boolean): Paint {
  // Deno reads NO_COLOR itself, so no permission for the environment is needed.
  const colors = allowed && !Deno.noColor && STREAMS[stream].isTerminal();
  return colors ? (tone, text) => `\x1b[${CODES[tone]}m${text}\x1b[0m` : (_tone, text) => text;
}

/** One line that begins with a word such as `warning`. */
export function lineText(word: "error" | "warning" | "note", text: string, paint: Paint): string {
  const head = `${word}:`;
  return `${word === "note" ? head : paint(word, head)} ${escapeControl(text)}\n`;
}

const STREAMS = {
  stdout: {
    writeSync: (bytes: Uint8Array) => Deno.stdout.writeSync(bytes),
    isTerminal: () => Deno.stdout.isTerminal(),
  },
  stderr: {
    writeSync: (bytes: Uint8Array) => Deno.stderr.writeSync(bytes),
    isTerminal: () => Deno.stderr.isTerminal(),
  },
};

const CODES: Readonly<Record<Tone, string>> = {
  error: "1;31",
  warning: "1;33",
  added: "32",
  removed: "31",
  place: "36",
  heading: "1",
};
