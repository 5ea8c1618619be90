/** What the model has found between runs: what comes to nothing, and what is made anew. */
import assert from "node:assert/strict";
import { resolveVaultLocation } from "../../mod.ts";
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

Deno.test("two patches that know one entry by different keys both find it again", async () => {
  const users = '{ "l": [{ "k": "x", "n": "a", "u": "mine" }] }';
  const inList = { json_table: "l" };
  const others = [
    patch({ v: "one", w: "two" }, { ...inList, json_match: { n: "a" } }),
    patch({ v: "one", w: "two" }, { json_each: ["l", "*"] }),
  ];
  for (const q of others) {
    const scenario = await Scenario.with({ [FILE]: users }, {
      p: patch({ u: "{vault_url}" }, { ...inList, json_match: { k: "x" } }),
      q,
    });
    await scenario.apply();
    await scenario.disable("p");
    assert.equal(scenario.read(FILE), users.replace('"mine"', '"mine", "v": "one", "w": "two"'));
    await scenario.disable("q");
    assert.equal(scenario.read(FILE), users);
  }
});

Deno.test("what `each` has in an entry of ours stays when somebody leaves who came before", async () => {
  const scenario = await Scenario.with({}, {
    a: patch({ a: "{vault_url}" }),
    p: patch({ u: "{vault_url}" }, { json_table: "l", json_match: { k: "x" } }),
    q: patch({ v: "fixed" }, { json_each: ["l", "*"] }),
  });
  await scenario.apply();
  await scenario.disable("a");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), {
    l: [{ k: "x", u: "http://localhost:9419", v: "fixed" }],
  });
  await scenario.disable("q");
  await scenario.disable("p");
  assert.deepEqual(scenario.files(), {});
});

/** An entry of a list, with a default in it. */
const WITH_DEFAULT = patch({ u: "{vault_url}" }, {
  json_table: "l",
  json_match: { k: "x" },
  json_default: { version: 1 },
});

Deno.test("an entry of ours goes with its defaults, though `each` has come into it", async () => {
  const scenario = await Scenario.with({}, {
    p: WITH_DEFAULT,
    q: patch({ v: "fixed" }, { json_each: ["l", "*"] }),
  });
  await scenario.apply();
  await scenario.disable("p");
  assert.deepEqual(scenario.files(), {});
});

/** The places in our record, by their last keys. */
function keysIn(scenario: Scenario): unknown[] {
  const state = JSON.parse(scenario.read(".vault-config/state.json") ?? "");
  return state.files[FILE].claims.map((claim: { place: unknown[] }) => claim.place.at(-1));
}

Deno.test("a default that went with its entry is forgotten, so that there are never two of it", async () => {
  const scenario = await Scenario.with({}, {
    p: WITH_DEFAULT,
  });
  await scenario.apply();
  scenario.write(FILE, '{ "mine": 1 }');
  await scenario.apply();
  assert.deepEqual(keysIn(scenario), ["u", "version"]);
});

Deno.test("only an address is kept in mind while one stands elsewhere, so a second disable does nothing", async () => {
  const scenario = await Scenario.with({}, { p: WITH_DEFAULT });
  await scenario.apply();
  const users = '{ "mine": ["http://localhost:9419"] }';
  scenario.write(FILE, users.replace("{", '{ "l": [{ "k": "x" }],'));
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), users);
  assert.deepEqual(keysIn(scenario), ["u"]);
  const before = scenario.read(".vault-config/state.json");
  await scenario.disable("p");
  assert.equal(scenario.read(".vault-config/state.json"), before);
});

Deno.test("what is kept in mind of an address says nothing of the containers around it", async () => {
  const more = (n: string) => ({ json_table: "l", json_match: { n } });
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }, more("p")),
    q: patch({ u: "{vault_url}" }, more("q")),
  });
  await scenario.apply({ providers: ["p"] });
  const users = '{ "l": [], "mine": ["http://localhost:9419"] }';
  scenario.write(FILE, users);
  await scenario.apply({ providers: ["q"] });
  for (let times = 0; times < 2; times++) {
    await scenario.disable("p", "q");
    assert.equal(scenario.read(FILE), users);
  }
});

Deno.test("what is put anew at another address is found, though an earlier one stands elsewhere", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}", w: "fixed" }, { json_table: "l", json_match: { k: "x" } }),
  });
  await scenario.apply();
  const users = '{ "m": [{ "u": "http://localhost:9419" }] }';
  scenario.write(FILE, users);
  await scenario.apply({ location: resolveVaultLocation({ url: "http://vault.example:1" }) });
  Deno.removeSync(`${scenario.mounts}/_l/.terok-managed-config.json`);
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), users);
});

Deno.test("a value of another provider is not taken for one that the user has moved", async () => {
  const scenario = await Scenario.with({ [FILE]: '{ "m": [{ "n": "x" }] }' }, {
    p: patch({ u: "{vault_url}" }, { json_table: "l", json_match: { n: "x" } }),
    q: patch({ u: "{vault_url}" }, { json_table: "m", json_match: { n: "x" } }),
  });
  await scenario.apply();
  const { l: _, ...rest } = JSON.parse(scenario.read(FILE) ?? "");
  scenario.write(FILE, JSON.stringify(rest));
  await scenario.apply({ location: resolveVaultLocation({ url: "http://localhost:7777" }) });
  assert.deepEqual(keysIn(scenario), ["u", "u"]);
});

Deno.test("what stays in an entry of ours does not go over to one that the user adds", async () => {
  const toml = (toml_set: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    patched("c.toml", { toml_set, ...more });
  const scenario = await Scenario.with({}, {
    a: toml({ a: "{vault_url}" }),
    p: toml({ u: "{vault_url}" }, {
      toml_table: "l",
      toml_match: { k: "x" },
      toml_default: { version: 1 },
    }),
  });
  await scenario.apply();
  const users = '\n[[l]]\nk = "x"\nn = 1\n';
  const ours = '\n[[l]]\nk = "x"\nu = "http://localhost:9419"\nversion = 1\n';
  assert.equal(scenario.read("_l/c.toml"), `a = "http://localhost:9419"\n${ours}`);
  scenario.write("_l/c.toml", `${scenario.read("_l/c.toml")}${users}`);
  await scenario.disable("a");
  assert.equal(scenario.read("_l/c.toml"), ours + users);
  await scenario.disable("p");
  assert.equal(scenario.read("_l/c.toml"), users);
});

Deno.test("a value that the user took out of an entry of ours has one claim when it is put again", async () => {
  const toml = (toml_set: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    patched("c.toml", { toml_set, ...more });
  const others = {
    p: toml({ u: "{vault_url}" }, { toml_table: "l", toml_match: { k: "x" } }),
    q: toml({ v: "fixed" }, { toml_each: ["l", "*"] }),
  };
  const scenario = await Scenario.with({}, { a: toml({ a: "{vault_url}" }), ...others });
  await scenario.apply();
  scenario.write("_l/c.toml", (scenario.read("_l/c.toml") ?? "").replace('v = "fixed"\n', ""));
  await scenario.withRoster({ a: toml({ b: "{vault_url}" }), ...others }).apply();
  const state = JSON.parse(scenario.read(".vault-config/state.json") ?? "");
  const keys = state.files["_l/c.toml"].claims.map((claim: { place: unknown[] }) =>
    claim.place.at(-1)
  );
  assert.deepEqual(keys.sort(), ["b", "u", "v"]);
});
