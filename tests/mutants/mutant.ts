/** What a mutant is: one rule of the code broken on purpose, and the test that must see it. */
import { functionOf } from "./find.ts";
import type { Rule } from "./rule.ts";

/** One rule broken. */
export interface Mutant {
  /** What is broken, in a few words: `the key lands below the first table header`. */
  readonly name: string;
  /** The file, from the root of the project. */
  readonly file: string;
  /** The function in it, or the constant. */
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

/**
 * The text of the mutant's file, broken.
 *
 * @throws {Error} if the function or what its rule is about is not there exactly once.
 */
export function breakText(text: string, { of, rule }: Mutant): string {
  const { start, end, insert } = rule.change(functionOf(text, of));
  return text.slice(0, start) + insert + text.slice(end);
}
