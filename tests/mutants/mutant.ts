/** What a mutant is: one rule of the code broken on purpose, and the test that must see it. */

/** One rule broken. */
export interface Mutant {
  /** What is broken, in a few words: `the key lands below the first table header`. */
  readonly name: string;
  /** The file, from the root of the project. */
  readonly file: string;
  /** The text that is replaced; it stands in the file exactly once. */
  readonly find: string;
  /** What it is replaced by. */
  readonly replace: string;
  /** What runs, as arguments of `deno`: `["test", "-A", "tests/storage/mounts_test.ts"]`. */
  readonly run: readonly string[];
  /** The law or the test that fails: a text that the output of the failing run must contain. */
  readonly caughtBy: string;
}
