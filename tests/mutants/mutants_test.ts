/** The mutants fit the code, and `tests/README.md` says what they are. */
import assert from "node:assert/strict";
import { MUTANTS } from "./all.ts";
import { withTable } from "./table.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("tests/README.md", ROOT));

Deno.test("each mutant breaks one place of the code, and runs one of our tests", () => {
  const names = new Set<string>();
  for (const { kind, mutants } of MUTANTS) {
    assert.ok(mutants.length >= 5, `too few mutants of ${kind}`);
    for (const { name, file, find, replace, run, caughtBy } of mutants) {
      const text = Deno.readTextFileSync(new URL(file, ROOT));
      assert.equal(text.split(find).length - 1, 1, `"${name}" does not fit ${file} exactly once`);
      assert.notEqual(find, replace, name);
      assert.ok(caughtBy !== "", name);
      const program = run.find((argument) => argument.endsWith(".ts"));
      assert.ok(program !== undefined && Deno.statSync(new URL(program, ROOT)).isFile, name);
      assert.ok(!names.has(`${kind} ${name}`), `two mutants are named "${name}"`);
      names.add(`${kind} ${name}`);
    }
  }
});

Deno.test("tests/README.md holds exactly the table of the mutants", () => {
  assert.equal(README, withTable(README, MUTANTS), "run: deno task mutants --write");
});

Deno.test("every file that tests/README.md names is there", () => {
  const named = [...README.matchAll(/`([\w/]+(?:\.ts|\/))`/g)].map((match) => match[1] ?? "");
  const ours = named.filter((name) =>
    /^(formats|ownership|reconcile|roster|storage|cli|clients|laws|model|torture|mutants|support)\//
      .test(name)
  );
  assert.ok(ours.length > 20);
  for (const name of ours) assert.ok(Deno.statSync(new URL(`tests/${name}`, ROOT)), name);
});
