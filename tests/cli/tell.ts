/**
 * Tells a story again: makes what is there before, runs the real program in a process of its own,
 * and writes down what it printed and left. A story that comes out as it was written is true.
 */
import settings from "../../deno.json" with { type: "json" };
import { runProgram } from "../support/process.ts";
import { differences, type Tree, treeOf } from "../support/tree.ts";
import { linesOf, type Step, type Story, textOf, wordsOf } from "./story.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** What a user gives the program, unless the story says otherwise. */
const GRANTS = ["--allow-read=mounts,agents", "--allow-write=mounts"];

/** What differs from run to run, and what a story says instead. */
const PLACEHOLDERS: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "[time]"],
  [/\b\d{4}-\d\d-\d\d\b/g, "[date]"],
  [/\bprocess \d+/g, "process [pid]"],
  [new RegExp(`\\b${settings.version.replaceAll(".", "\\.")}\\b`, "g"), "[version]"],
  [/\r/g, "[cr]"],
  [/\u{feff}/gu, "[bom]"],
];

/** What a story can give to a file that is hard to see or to write down. */
const GIVEN: readonly (readonly [word: string, text: string])[] = [
  ["[cr]", "\r"],
  ["[bom]", "\u{feff}"],
  ["[esc]", "\u001b"],
  ["[csi]", "\u009b"],
  ["[rlo]", "\u202e"],
];

/** The story as it comes out now. */
export async function tell(story: Story): Promise<Story> {
  const dir = await Deno.makeTempDir({ prefix: "story-" });
  const teller = new Teller(dir);
  const steps: Step[] = [];
  try {
    for (const step of story.steps) {
      const { line = step.line, body = step.body } = await teller.step(step);
      steps.push({ above: step.above, line, body });
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  return { ...story, steps };
}

type Told = Partial<Pick<Step, "line" | "body">>;

/** One directory in which the program is run, with what the steps so far have left in it. */
class Teller {
  readonly #dir: string;
  #grants: readonly string[] = GRANTS;
  #before: Tree;

  constructor(dir: string) {
    this.#dir = dir;
    this.#before = treeOf(dir);
  }

  /** Takes a step, and says what of its text comes out differently. */
  async step({ line, body }: Step): Promise<Told> {
    const [verb, ...words] = wordsOf(this.#given(line));
    const [first = "", second = "", third = ""] = words;
    switch (verb) {
      case "$":
        return await this.#run(words.slice(1), body);
      case "grants":
        this.#grants = words.filter((word) => word !== "none");
        return {};
      case "write":
        this.#begin(first);
        Deno.writeTextFileSync(this.#path(first), this.#given(textOf(body, "|")));
        return {};
      case "directory":
        Deno.mkdirSync(this.#path(first), { recursive: true });
        return {};
      case "link":
        this.#begin(first);
        Deno.symlinkSync(third, this.#path(first));
        return {};
      case "move":
        this.#begin(third);
        Deno.renameSync(this.#path(first), this.#path(third));
        return {};
      case "copy":
        this.#begin(third);
        Deno.copyFileSync(this.#path(first), this.#path(third));
        return {};
      case "remove":
        Deno.removeSync(this.#path(first), { recursive: true });
        return {};
      case "chmod":
        Deno.chmodSync(this.#path(second), parseInt(first, 8));
        return {};
      case "file":
      case "gone": {
        const text = this.#read(first);
        if (text === undefined) return { line: line.replace(verb, "gone"), body: [] };
        return { line: line.replace(verb, "file"), body: linesOf(this.#told(text), "|") };
      }
      case "mode": {
        const mode = (Deno.statSync(this.#path(first)).mode ?? 0) & 0o7777;
        return { line: `mode ${first} ${mode.toString(8).padStart(4, "0")}` };
      }
      case "same":
        if (this.#read(first) === this.#read(second)) return {};
        return { line: line.replace(verb, "different") };
      case "touched": {
        const paths = differences(this.#before, treeOf(this.#dir));
        return { body: paths.map((path) => `| ${path.slice(1)}`) };
      }
      default:
        throw new Error(`no story knows "${verb}": ${line}`);
    }
  }

  async #run(args: readonly string[], body: readonly string[]): Promise<Told> {
    this.#before = treeOf(this.#dir);
    const input = linesOf(textOf(body, "<"), "<");
    const { code, out, err } = await runProgram(
      Deno.execPath(),
      ["run", "--no-prompt", ...this.#grants, CLI, ...args],
      { cwd: this.#dir, input: this.#given(textOf(input, "<")) },
    );
    return {
      body: [
        ...input,
        ...linesOf(this.#told(out), "|"),
        ...linesOf(this.#told(err), "!"),
        ...(code === 0 ? [] : [`exit ${code}`]),
      ],
    };
  }

  #path(name: string): string {
    return `${this.#dir}/${name}`;
  }

  #begin(name: string): void {
    Deno.mkdirSync(this.#path(name).replace(/\/[^/]*$/, ""), { recursive: true });
  }

  #read(name: string): string | undefined {
    try {
      return Deno.readTextFileSync(this.#path(name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** A text of the story as it is given to the program. */
  #given(text: string): string {
    const own = text.replaceAll("[dir]", this.#dir);
    return GIVEN.reduce((all, [word, real]) => all.replaceAll(word, real), own);
  }

  /** A text of the program as the story tells it. */
  #told(text: string): string {
    const own = text.replaceAll(this.#dir, "[dir]");
    return PLACEHOLDERS.reduce((all, [pattern, word]) => all.replace(pattern, word), own);
  }
}
