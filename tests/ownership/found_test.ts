/** What the model has found between runs: what comes to nothing, and what is made anew. */
import assert from "node:assert/strict";
import { patched, Scenario } from "../support/scenario.ts";

const FILE = "_l/settings.json";
const patch = (json_set: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  patched("settings.json", { json_set, ...more });

Deno.test("a co-owner keeps the place when its entry is made anew beside one of the user's", async () => {
  const more = { json_table: "l", json_match: { n: "x" } };
  const users = '{ "l": [{ "n": "other", "u": "mine" }] }';
  const scenario = await Scenario.with({ [FILE]: users.replace(" }]", ' }, { "n": "x" }]') }, {
    p: patch({ u: "{vault_url}" }, more),
    q: patch({ u: "{vault_url}" }, more),
  });
  await scenario.apply();
  scenario.write(FILE, users);
  await scenario.apply({ providers: ["p"] });
  const claims = () => {
    const state = JSON.parse(scenario.read(".vault-config/state.json") ?? "");
    return state.files[FILE].claims.map((claim: { owners: string[] }) => claim.owners);
  };
  assert.deepEqual(claims(), [["p", "q"]]);
  await scenario.disable("p");
  assert.match(scenario.read(FILE) ?? "", /"x", "u": "http:/);
  await scenario.disable("q");
  assert.equal(scenario.read(FILE), users);
});

Deno.test("a table of the user's in the place of ours stays when others come or go", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ t: { u: { a: "{vault_url}" } } }),
    q: patch({ q: "{vault_url}" }),
  });
  await scenario.apply();
  const users = '{ "t": { "u": {} } }';
  scenario.write(FILE, users);
  await scenario.apply({ providers: ["q"] });
  await scenario.disable("q");
  assert.equal(scenario.read(FILE), users);
});

Deno.test("a list of the user's in the place of ours stays when one of those in it goes", async () => {
  const more = (n: string) => ({ json_table: "l", json_match: { n } });
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }, more("p")),
    q: patch({ u: "{vault_url}" }, more("q")),
  });
  await scenario.apply();
  const users = '{ "l": [], "mine": 1 }';
  scenario.write(FILE, users);
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), users);
});

Deno.test("an entry is known by the same for all that is ours in it, live or not", async () => {
  const more = { json_table: "l", json_match: { n: "x" } };
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}", k: "fixed" }, more),
    q: patch({ q: "{vault_url}" }),
  });
  await scenario.apply({ providers: ["p"] });
  scenario.write(FILE, '{ "l": [{ "n": "x", "u": "other", "k": "fixed", "mine": 1 }] }');
  await scenario.apply({ providers: ["q"] });
  const state = () => scenario.read(".vault-config/state.json");
  const before = state();
  Deno.removeSync(`${scenario.mounts}/.vault-config/steady.json`);
  await scenario.apply({ providers: ["q"] });
  assert.equal(state(), before);
});
