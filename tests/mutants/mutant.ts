/** What a mutant is: one rule of the code broken on purpose, and the test that must see it. */
import { functionsOf } from "./find.ts";
import type { Rule } from "./rule.ts";

/** One rule broken. */
export interface Mutant {
  /** What is broken, in a few words: `the key lands below the first table header`. */
  readonly name: string;
  /** Where it is: a file, or a folder in one file of which the function stands. */
  readonly file: string;
  /** The function, or the constant. */
  readonly of: string;
  /** How it is broken. */
  readonly rule: Rule;
  /** What runs, as arguments of `deno`: `["test", "-A", "tests/storage/mounts_test.ts"]`. */
  readonly run: readonly string[];
  /** The law or the test that fails: a text that the output of the failing run must contain. */
  readonly caughtBy: string;
}

/** The laws over random documents of one format. */
export function laws(format: string): readonly string[] {
  return [
    ...["run", "-A", "tests/laws/laws.ts", "--documents", "300", "--first", "--format", format],
  ];
}

/** The tests of one file: `test("storage/lock")`, with more arguments for `deno test`. */
export function test(file: string, ...more: string[]): readonly string[] {
  return ["test", "-A", "--no-check", ...more, `tests/${file}_test.ts`];
}

/** A file of the project with another text. */
export interface Broken {
  /** The file, from the root of the project. */
  readonly file: string;
  /** Its text as it is. */
  readonly text: string;
  /** Its text with the rule broken. */
  readonly broken: string;
}

/**
 * The mutant's file, broken.
 *
 * @throws {Error} if the function or what its rule is about is not there exactly once.
 */
export function breakFile(root: string, { file, of, rule }: Mutant): Broken {
  const files = file.endsWith("/")
    ? Array.from(Deno.readDirSync(`${root}${file}`), ({ name }) => file + name)
    : [file];
  const found = files.filter((one) => one.endsWith(".ts")).flatMap((one) => {
    const text = Deno.readTextFileSync(`${root}${one}`);
    return functionsOf(text, of).map((node) => ({ file: one, text, node }));
  });
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} functions of ${file} are named ${of}`);
  }
  const { start, end, insert } = rule.change(only);
  const { text } = only;
  return { file: only.file, text, broken: text.slice(0, start) + insert + text.slice(end) };
}
