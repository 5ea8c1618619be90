/** Rules about files that cannot be looked at, or read: what is told of them is never out of date. */
import assert from "node:assert/strict";
import { outcomes, patched, Scenario } from "../support/scenario.ts";

/** What a container can put in a rule's file. */
const PLANTED: Readonly<Record<string, (path: string) => void>> = {
  "a link": (path) => Deno.symlinkSync("/etc/hostname", path),
  "a FIFO": (path) => {
    const { success } = new Deno.Command("mkfifo", { args: [path] }).outputSync();
    assert.ok(success);
  },
  "a directory": (path) => Deno.mkdirSync(path),
  "a malformed file": (path) => Deno.writeTextFileSync(path, "= ="),
  "a file": (path) => Deno.writeTextFileSync(path, "url = 1\n"),
};

const RULES = [
  { file: "rival.toml", why: "It is read instead." },
  { file: "rival.toml", path: ["url"], why: "It is read first." },
  { file: "r*.toml", path: ["url"], why: "It is read first." },
];

Deno.test("an accepted bypass is told at every start, and not any more once its file has gone", async () => {
  const acceptBypass = ["p"];
  for (const rule of RULES) {
    for (const [what, plant] of Object.entries(PLANTED)) {
      const scenario = await Scenario.with({}, {
        p: patched("c.toml", { toml_set: { url: "{vault_url}" }, bypassed_by: [rule] }),
      });
      await scenario.apply({ acceptBypass });
      const path = `${scenario.mounts}/_l/rival.toml`;
      plant(path);
      for (let start = 0; start < 3; start++) {
        const { warnings } = await scenario.apply({ acceptBypass });
        assert.deepEqual(warnings.map(({ code }) => code), ["bypassed"], what);
      }
      Deno.removeSync(path);
      assert.deepEqual((await scenario.apply({ acceptBypass })).warnings, [], what);
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  }
});

Deno.test("a rule's file that fails another provider is a bypass like any other", async () => {
  const scenario = await Scenario.with({ "_l/rival.toml": "= =" }, {
    p: patched("c.toml", { toml_set: { url: "{vault_url}" }, bypassed_by: [RULES[1]] }),
    q: patched("rival.toml", { toml_set: { other: "{vault_url}" } }),
  });
  const both = scenario.apply({ acceptBypass: ["p"] });
  await assert.rejects(both, (error: Error & { errors?: { provider?: string }[] }) => {
    assert.deepEqual(error.errors?.map(({ provider }) => provider), ["q"]);
    return true;
  });
  const alone = await scenario.apply({ acceptBypass: ["p"], providers: ["p"] });
  assert.deepEqual(outcomes(alone), ["p: unchanged"]);
  assert.deepEqual(alone.warnings.map(({ code }) => code), ["bypassed"]);
  await Deno.remove(scenario.mounts, { recursive: true });
});
