/** A TOML file that we begin is edited by a small parser of our own: exactly as by the large one. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applySplice,
  type ConfigPath,
  type ConfigValue,
  defaultFormats,
  sameValue,
  type Selector,
  type Splice,
  tableOf,
} from "../../formats/mod.ts";
import { ConfigPatchError } from "../../errors.ts";
import { begunToml } from "../../formats/toml/begun.ts";
import { tomlFormat } from "../../formats/toml/format.ts";

const key = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "api_base",
    "a b",
    "",
    "é",
    "__proto__",
    "0",
    'q"\\',
    "a.b",
    "[x]",
    "#",
  ),
  fc.string({ unit: "grapheme", maxLength: 3 }),
);
const text = fc.oneof(
  fc.constantFrom(
    "http://localhost:9419/v1",
    "'",
    '"""',
    "# no",
    "a\nb",
    "\\",
    "]",
    "}",
    ", = [",
    "",
  ),
  fc.string({ unit: "binary", maxLength: 5 }).filter((one) => one.isWellFormed()),
);
const { value } = fc.letrec<{ value: ConfigValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    text,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 2 }).map((pairs) => tableOf(pairs)),
  ),
}));
const selector = fc.constantFrom<Selector>({ n: "m" }, { n: "x y" }, { n: 1n, on: true });
const steps = fc.oneof(
  fc.array(key, { minLength: 1, maxLength: 3 }),
  fc.tuple(
    fc.array(key, { minLength: 1, maxLength: 2 }),
    selector,
    fc.array(key, { minLength: 1, maxLength: 2 }),
  )
    .map(([list, entry, rest]): ConfigPath => [...list, entry, ...rest]),
  fc.tuple(key, selector, key, selector, key).map((path): ConfigPath => path),
);
const edit = fc.tuple(steps, fc.option(value, { nil: undefined, freq: 4 }));

/** What an edit does; what it is refused with. */
function outcome(step: () => Splice): unknown {
  try {
    return step();
  } catch (error) {
    if (error instanceof ConfigPatchError) return [error.code, error.message, error.position];
    throw error;
  }
}

Deno.test("puts into a file that we begin, and drops from it, are those of the large parser", () => {
  let done = 0;
  fc.assert(
    fc.property(
      fc.constantFrom("", "\n", "\uFEFF", "\r\n\r\n", "  \n"),
      fc.array(edit, { minLength: 1, maxLength: 8 }),
      (blank, edits) => {
        let now: string = blank;
        const paths: ConfigPath[] = [];
        for (const [path, value] of edits) {
          const [ours, theirs] = [begunToml, tomlFormat].map(({ parse }) => parse(now));
          assert.ok(ours !== undefined && theirs !== undefined);
          for (const known of paths) assert.deepEqual(ours.find(known), theirs.find(known), now);
          const at = value === undefined ? paths.at(-1) ?? path : path;
          const [one, other] = [ours, theirs].map((document) =>
            outcome(() => value === undefined ? document.drop(at) : document.put(at, value))
          );
          assert.deepEqual(one, other, now);
          if (Array.isArray(one)) continue;
          now = applySplice(now, one as Splice);
          if (value !== undefined) paths.push(path);
          done++;
        }
        assert.ok(sameValue(begunToml.parse(now).value, tomlFormat.parse(now).value));
      },
    ),
    { seed: 20261126, numRuns: 1500 },
  );
  assert.ok(done > 3000, String(done));
});

Deno.test("a blank text gets the small parser, any other the large one", async () => {
  assert.equal(await defaultFormats.load("toml", ""), begunToml);
  assert.equal(await defaultFormats.load("toml", "\uFEFF\r\n"), begunToml);
  assert.equal(await defaultFormats.load("toml", "# c\n"), tomlFormat);
  assert.equal(await defaultFormats.load("toml"), tomlFormat);
});

Deno.test("the small parser refuses what is not of ours", () => {
  for (const foreign of ["a = 1 # c\n", 'a = """x\ny"""\n', "a = [\n  1,\n]\n", "# c\n"]) {
    assert.throws(() => begunToml.parse(foreign).put(["b"], 1n), { code: "unsupported" });
  }
});
