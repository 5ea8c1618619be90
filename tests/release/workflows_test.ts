/** The workflows: valid ones, with no more rights than they need, for the Deno of `.ci/run`. @module */
import assert from "node:assert/strict";
import { validateWorkflow } from "@action-validator/core";
import { load } from "js-yaml";

const root = new URL("../../", import.meta.url);
const folder = new URL(".github/workflows/", root);
const files = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();

for (const file of files) {
  Deno.test(`${file} is a valid workflow, and reads only, unless a job says more`, async () => {
    const text = await Deno.readTextFile(new URL(file, folder));
    assert.deepEqual(validateWorkflow(text).errors, []);
    assert.deepEqual(workflow(text).permissions, { contents: "read" });
    // Whoever can name a branch must not be able to write a command.
    assert.doesNotMatch(text, /\$\{\{(?! github\.token \}\})/);
  });

  Deno.test(`${file} takes the Deno that .ci/run takes`, async () => {
    const text = await Deno.readTextFile(new URL(file, folder));
    const [, wanted] = /deno@([\d.]+)/.exec(await Deno.readTextFile(new URL(".ci/run", root))) ??
      [];
    const versions = [...text.matchAll(/deno-version: (\S+)/g)].map(([, version]) => version);
    assert.ok(versions.length > 0);
    for (const version of versions) assert.equal(version, wanted);
  });
}

Deno.test("the validator sees a wrong key", () => {
  const text = "on: push\njobs: { a: { runs-on: x, steps: [{ run: a, usess: b }] } }\n";
  assert.notDeepEqual(validateWorkflow(text).errors, []);
});

Deno.test("what is published has been tested, and says where it comes from", async () => {
  const { jobs } = workflow(await Deno.readTextFile(new URL("release.yml", folder)));
  for (const name of ["jsr", "program"]) {
    assert.deepEqual(jobs[name]?.needs, ["ok", "version"]);
  }
  assert.deepEqual(jobs.jsr?.permissions, { contents: "read", "id-token": "write" });
  assert.ok(jobs.jsr?.steps?.some((step) => step.run === "deno publish"));
});

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly needs?: readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly { readonly run?: string }[];
}

function workflow(text: string): Workflow {
  return load(text) as Workflow;
}
