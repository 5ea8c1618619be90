/** The mutants fit the code, and `tests/README.md` says what they are. */
import assert from "node:assert/strict";
import { MUTANTS } from "./all.ts";
import { functionsOf } from "./find.ts";
import { breakFile } from "./mutant.ts";
import { withTable } from "./table.ts";

const ROOT = new URL("../../", import.meta.url);
const README = Deno.readTextFileSync(new URL("tests/README.md", ROOT));

Deno.test("each mutant breaks one place of the code, and runs one of our tests", () => {
  const names = new Set<string>();
  for (const { kind, mutants } of MUTANTS) {
    assert.ok(mutants.length >= 5, `too few mutants of ${kind}`);
    for (const mutant of mutants) {
      const { name, run, caughtBy } = mutant;
      try {
        const { text, broken } = breakFile(ROOT.pathname, mutant);
        assert.notEqual(broken, text, "changes nothing");
        assert.ok(functionsOf(broken, mutant.of).length > 0);
      } catch (error) {
        assert.fail(`"${name}" does not fit: ${String(error)}`);
      }
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
  const own = README.slice(0, README.indexOf("<!-- mutants"));
  const named = [...own.matchAll(/`([\w/]+(?:\.ts|\/))`/g)].map((match) => match[1] ?? "");
  const ours = named.filter((name) =>
    /^(formats|ownership|reconcile|roster|storage|cli|clients|laws|model|torture|mutants|support)\//
      .test(name)
  );
  assert.ok(ours.length > 20);
  for (const name of ours) assert.ok(Deno.statSync(new URL(`tests/${name}`, ROOT)), name);
});
