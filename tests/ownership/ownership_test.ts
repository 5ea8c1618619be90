/** Whose a place is when the user, the roster or a forger changes something between two runs. */
import assert from "node:assert/strict";
import { ConfigPatchError, resolveVaultLocation } from "../../mod.ts";
import { outcomes, type Patches, Scenario } from "../support/scenario.ts";

const FILE = "_a/settings.json";
const SIDECAR = "_a/.terok-managed-config.json";
const URL = "http://localhost:9419";
const SOCKET = "/run/terok/vault.sock";
const TCP = { location: resolveVaultLocation({ tokenBrokerPort: 1234, direct: true }) };

/** A patch of a file in `_a`. */
function patch(
  set: Record<string, unknown>,
  file = "settings.json",
  format = "json",
  more: Record<string, unknown> = {},
): Patches[string] {
  return { host_dir: "_a", shared_config_patch: { file, [`${format}_set`]: set, ...more } };
}

/** The errors of a run that must fail, as `provider: code`. */
async function failures(run: Promise<unknown>): Promise<string[]> {
  try {
    await run;
  } catch (error) {
    assert(error instanceof ConfigPatchError, String(error));
    return error.errors.map((one) => `${one.provider}: ${one.code}`).sort();
  }
  throw new Error("it did not fail");
}

Deno.test("a file that the user removed does not come back when another provider leaves", async () => {
  for (const [file, format] of [["f.json", "json"], ["f.toml", "toml"], ["f.yaml", "yaml"]]) {
    const scenario = await Scenario.with({}, {
      p: patch({ u: "{vault_url}" }, file, format),
      q: patch({ v: "{vault_url}" }, file, format),
    });
    await scenario.apply();
    Deno.removeSync(`${scenario.mounts}/_a/${file}`);
    await scenario.disable("q");
    assert.equal(scenario.read(`_a/${file}`), undefined);
    scenario.write(`_a/${file}`, "");
    await scenario.disable("q");
    assert.equal(scenario.read(`_a/${file}`), "");
    // We began it, and nothing is in it.
    await scenario.disable("p");
    assert.equal(scenario.read(`_a/${file}`), undefined);
  }
});

Deno.test("a place that holds another vault address by now is still ours", async () => {
  const scenario = await Scenario.with({}, { p: patch({ s: "{vault_socket}" }) });
  await scenario.apply();
  scenario.write(FILE, '{ "a": 1, "s": "/tmp/terok-vault.sock" }');
  const report = await scenario.apply();
  assert.deepEqual(report.providers[0]?.edits, [
    { path: ["s"], before: "/tmp/terok-vault.sock", after: SOCKET },
  ]);
  scenario.write(FILE, '{ "a": 1, "s": "/tmp/terok-vault.sock" }');
  assert.deepEqual(outcomes(await scenario.disable("p")), ["p: removed"]);
  assert.equal(scenario.read(FILE), '{ "a": 1 }');
});

Deno.test("a co-owner that takes no part keeps the place when its value is put again", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }),
    q: patch({ u: "{vault_url}" }),
  });
  await scenario.apply();
  scenario.write(FILE, '{ "u": "mine" }');
  await scenario.apply({ providers: ["p"] });
  await scenario.disable("p");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { u: URL });
  await scenario.disable("q");
  assert.equal(scenario.read(FILE), '{ "u": "mine" }');
});

Deno.test("a co-owner keeps the place when an entry of the user's comes before ours", async () => {
  const more = { json_table: "l", json_match: { n: "x" } };
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }, "settings.json", "json", more),
    q: patch({ u: "{vault_url}" }, "settings.json", "json", more),
  });
  await scenario.apply();
  scenario.write(FILE, `{ "l": [{ "n": "x", "mine": 1 }, { "n": "x", "u": "${URL}" }] }`);
  await scenario.apply({ providers: ["p"] });
  await scenario.disable("p");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? "").l, [{ n: "x", mine: 1 }, {
    n: "x",
    u: URL,
  }]);
  await scenario.disable("q");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { l: [{ n: "x", mine: 1 }] });
});

Deno.test("an entry that the user wrote in the place of ours is the user's", async () => {
  const more = { toml_table: "providers", toml_match: { name: "x" } };
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }, "c.toml", "toml", more),
  });
  await scenario.apply();
  const own = 'mine = 1\n\n[[providers]]\nname = "x"\n';
  scenario.write("_a/c.toml", own);
  await scenario.apply();
  await scenario.disable("p");
  assert.equal(scenario.read("_a/c.toml"), own);
});

Deno.test("a file that the user wrote in the place of ours is the user's", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "{vault_url}" }) });
  await scenario.apply();
  scenario.write(FILE, "{ }\n");
  await scenario.apply();
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), "{ }\n");
});

Deno.test("disable reads the file by the format in which we wrote it", async () => {
  const before = await Scenario.with({ "_a/c": "mine = 1\n" }, {
    p: patch({ u: "{vault_url}" }, "c", "toml"),
  });
  await before.apply();
  const after = before.withRoster({ p: patch({ u: "{vault_url}" }, "c", "yaml") });
  assert.deepEqual(outcomes(await after.disable("p")), ["p: removed"]);
  assert.deepEqual(after.files(), { "_a/c": "mine = 1\n" });
});

Deno.test("a patch changes its format only once what we wrote is taken back", async () => {
  const before = await Scenario.with({}, { p: patch({ u: "{vault_url}" }, "c", "toml") });
  await before.apply();
  const after = before.withRoster({ p: patch({ u: "{vault_url}" }, "c", "yaml") });
  assert.deepEqual(await failures(after.apply()), ["p: conflict"]);
  assert.equal(after.read("_a/c"), `u = "${URL}"\n`);
  await after.disable("p");
  await after.apply();
  assert.equal(after.read("_a/c"), `u: "${URL}"\n`);
  await after.disable("p");
  assert.deepEqual(after.files(), {});
});

Deno.test("a provider that is taken back wants no format", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }, "c", "json"),
    q: patch({ u: "{vault_url}" }, "c", "yaml"),
  });
  await scenario.apply({ providers: ["q"], disabledProviders: ["p"] });
  await scenario.apply({ providers: ["q"], disabledProviders: ["p"] });
  assert.equal(scenario.read("_a/c"), `u: "${URL}"\n`);
  await scenario.disable("q");
  await scenario.apply({ providers: ["p"], disabledProviders: ["q"] });
  assert.deepEqual(JSON.parse(scenario.read("_a/c") ?? ""), { u: URL });
  await scenario.disable("p", "q");
  assert.deepEqual(scenario.files(), {});
});

/** A sidecar that says that a provider wrote these values into a file. */
function sidecar(provider: string, values: unknown, kind = "json_top", file = "settings.json") {
  return JSON.stringify({
    files: { [file]: { providers: { [provider]: [{ kind, values }] } } },
    version: 1,
  });
}

Deno.test("a forged sidecar that names a file of no use costs nothing", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "{vault_url}" }) });
  const dir = `${scenario.mounts}/_a`;
  scenario.write("_a/bad", "= [ {");
  Deno.symlinkSync("bad", `${dir}/link`);
  Deno.mkdirSync(`${dir}/dir`);
  Deno.writeFileSync(`${dir}/binary`, new Uint8Array([255, 254, 0]));
  for (const kind of ["ini_top", "json_top", "yaml_top", "toml_top"]) {
    for (const file of ["none", "link", "dir", "bad", "binary"]) {
      await scenario.apply();
      scenario.write(SIDECAR, sidecar("p", { u: 1 }, kind, file));
      assert.equal(outcomes(await scenario.disable("p"))[0], "p: removed", `${kind} ${file}`);
      assert.equal(scenario.read(FILE), undefined);
      assert.equal(scenario.read("_a/bad"), "= [ {");
    }
  }
});

Deno.test("a forged sidecar cannot make a stranger own our place", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "{vault_url}" }) });
  await scenario.apply();
  scenario.write(SIDECAR, sidecar("stranger", { u: URL }));
  await scenario.apply();
  await scenario.apply(TCP);
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), undefined);
});

Deno.test("a sidecar that was forged before the first run does not bind later ones", async () => {
  const scenario = await Scenario.with(
    { [FILE]: '{"u":"x","v":1}', [SIDECAR]: sidecar("stranger", { u: "x" }) },
    { p: patch({ u: "{vault_url}" }) },
  );
  await scenario.apply();
  await scenario.apply(TCP);
  await scenario.disable("p");
  assert.equal(scenario.read(FILE), '{"u":"x","v":1}');
});

Deno.test("a sidecar that is nested too deep costs nothing", async () => {
  for (const depth of [90, 110, 2000, 5000, 10_000]) {
    const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    const text = sidecar("p", 1).replace('"values":1', `"values":${deep}`);
    const scenario = await Scenario.with({ [SIDECAR]: text }, { p: patch({ u: "{vault_url}" }) });
    const report = await scenario.apply();
    assert.equal(report.warnings.length, depth < 100 ? 0 : 1);
    await scenario.disable("p");
    assert.deepEqual(scenario.files(), {});
  }
});

Deno.test("floats of every kind are remembered as they were written", async () => {
  for (const value of [-0, -0.5, 1e300, 1.5e-9]) {
    const scenario = await Scenario.with({ "_a/c.toml": "mine = 1\n" }, {
      p: patch({ x: value }, "c.toml", "toml"),
    });
    await scenario.apply();
    await scenario.apply();
    await scenario.disable("p");
    assert.equal(scenario.read("_a/c.toml"), "mine = 1\n", String(value));
  }
});

Deno.test("a strict client's refusal is its own", async () => {
  const scenario = await Scenario.with({ [FILE]: "{} // why\n" }, {
    p: patch({ u: "{vault_url}" }, "settings.json", "json", { json_strict: true }),
    q: patch({ v: "{vault_url}" }),
    r: patch({ w: "{vault_url}" }),
  });
  await scenario.apply({ providers: ["r"] });
  const run = scenario.apply({ providers: ["p", "q"], disabledProviders: ["r"] });
  assert.deepEqual(await failures(run), ["p: syntax"]);
  assert.equal(scenario.read(FILE), `{\n  "v": "${URL}"\n} // why\n`);
});

Deno.test("former text is measured in bytes", async () => {
  const text = `{ "u": "${"é".repeat(40_000)}" }`;
  const scenario = await Scenario.with({ [FILE]: text }, { p: patch({ u: "{vault_url}" }) });
  assert.deepEqual(await failures(scenario.apply()), ["p: too-large"]);
});

Deno.test("a long value of our own can be renewed", async () => {
  const before = await Scenario.with({}, { p: patch({ u: "é".repeat(60_000) }) });
  await before.apply();
  const after = before.withRoster({ p: patch({ u: "short" }) });
  await after.apply();
  assert.deepEqual(JSON.parse(after.read(FILE) ?? ""), { u: "short" });
});

Deno.test("what only a sidecar tells of a provider without a patch is taken back at once", async () => {
  const text = '{\n  "a": 1\n}\n';
  const before = await Scenario.with({ [FILE]: text }, {
    p: patch({ u: "{vault_url}" }),
    q: patch({ v: 1 }),
  });
  await before.apply();
  before.forget();
  const after = before.withRoster({ p: { host_dir: "_a" }, q: patch({ v: 1 }) });
  await after.disable("p", "q");
  assert.deepEqual(after.files(), { [FILE]: text });
});

Deno.test("a former value that is a vault's address itself does not come back", async () => {
  const scenario = await Scenario.with({ [FILE]: '{ "a": 1 }\n' }, {
    p: patch({ u: "{vault_url}" }),
  });
  await scenario.apply(TCP);
  // With the state lost, only the address that is given and the defaults are recognised.
  scenario.forget();
  Deno.removeSync(`${scenario.mounts}/${SIDECAR}`);
  await scenario.apply();
  const options = { ...TCP, providers: [], disabledProviders: ["p"] };
  assert.deepEqual(outcomes(await scenario.apply(options)), ["p: removed"]);
  assert.deepEqual(scenario.files(), { [FILE]: '{ "a": 1 }\n' });
  assert.deepEqual(outcomes(await scenario.apply(options)), ["p: unchanged"]);
});

Deno.test("a null of the user's at our place, or where a table of ours has to be, comes back", async () => {
  const texts = [
    "mine: 1\nu:\n",
    "u: # why\nmine: 1\n",
    "u: null\n",
    "u: ~\nouter:\n",
    "outer: # why\n",
  ];
  for (const set of [{ u: "{vault_url}", outer: { v: 1 } }, { outer: { deep: { w: 1, x: 2 } } }]) {
    for (const text of texts) {
      const scenario = await Scenario.with({ "_a/c.yml": text }, {
        p: patch(set, "c.yml", "yaml"),
      });
      const report = await scenario.apply();
      assert.equal(report.providers[0]?.edits.some((edit) => edit.overrode), false);
      await scenario.apply(TCP);
      await scenario.disable("p");
      assert.equal(scenario.read("_a/c.yml"), text);
    }
  }
});

Deno.test("with the state lost, what two providers want stands where it is when one leaves", async () => {
  const text = `{ "a": 1, "u": "${URL}", "b": 2 }\n`;
  const scenario = await Scenario.with({ [FILE]: text }, {
    p: patch({ u: "{vault_url}" }),
    q: patch({ u: "{vault_url}" }),
  });
  const report = await scenario.apply({ providers: ["q"], disabledProviders: ["p"] });
  assert.deepEqual(outcomes(report), ["p: kept", "q: unchanged"]);
  assert.equal(scenario.read(FILE), text);
  await scenario.disable("q");
  assert.equal(scenario.read(FILE), '{ "a": 1, "b": 2 }\n');
});

Deno.test("what is taken back leaves no comma that a strict client stumbles over", async () => {
  const scenario = await Scenario.with({}, { p: patch({ u: "{vault_url}", o: { v: 1 } }) });
  await scenario.apply();
  scenario.write(FILE, (scenario.read(FILE) ?? "").replace("{\n", '{\n  "mine": 1,\n'));
  await scenario.disable("p");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { mine: 1 });
});

Deno.test("a file that we made goes also where a claim in it has come to nothing", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }),
    q: patch({ v: 1, w: 2 }),
  });
  await scenario.apply();
  scenario.write(FILE, (scenario.read(FILE) ?? "").replace(/ *"[vw]".*\n/g, ""));
  await scenario.disable("p");
  assert.deepEqual(scenario.files()[FILE], undefined);
  const state = scenario.read(".vault-config/state.json");
  await scenario.disable("p");
  assert.equal(scenario.read(".vault-config/state.json"), state);
});

Deno.test("a file does not change its format while somebody's values of the old one stay", async () => {
  const text = "mine = 1\n";
  const before = await Scenario.with({ "_a/c": text }, {
    p: patch({ u: "{vault_url}" }, "c", "toml"),
    q: patch({ v: "{vault_url}" }, "c", "toml"),
  });
  await before.apply();
  const applied = before.read("_a/c");
  const after = before.withRoster({
    p: patch({ u: "{vault_url}" }, "c", "yaml"),
    q: patch({ v: "{vault_url}" }, "c", "toml"),
  });
  assert.deepEqual(await failures(after.apply({ providers: ["p"] })), ["p: conflict"]);
  assert.deepEqual(await failures(after.apply()), ["p: conflict"]);
  assert.equal(after.read("_a/c"), applied);
  await after.disable("p", "q");
  assert.deepEqual(after.files(), { "_a/c": text });
  // A text of the user's that is no YAML stays what it is.
  assert.deepEqual(await failures(after.apply({ providers: ["p"] })), ["p: shape"]);
  assert.deepEqual(after.files(), { "_a/c": text });
});

Deno.test("who leaves a place that another provider wants says that it is kept", async () => {
  const scenario = await Scenario.with({}, {
    p: patch({ u: "{vault_url}" }),
    q: patch({ u: "{vault_url}" }),
  });
  await scenario.apply();
  assert.deepEqual(outcomes(await scenario.disable("p")), ["p: kept"]);
  assert.deepEqual(outcomes(await scenario.disable("p")), ["p: unchanged"]);
  assert.deepEqual(outcomes(await scenario.disable("q")), ["q: removed"]);
});

Deno.test("an apply that only takes back says so", async () => {
  const scenario = await Scenario.with({ [FILE]: '{ "v": 1 }\n' }, {
    p: patch({ u: "{vault_url}" }),
    q: patch({ v: "{vault_url}" }),
  });
  await scenario.apply();
  const fewer = scenario.withRoster({ p: { host_dir: "_a" }, q: patch({ w: 1 }) });
  const both = { providers: ["p", "q"] };
  assert.deepEqual(outcomes(await fewer.apply(both)), ["p: removed", "q: updated"]);
  const none = fewer.withRoster({ q: { host_dir: "_a" } });
  assert.deepEqual(outcomes(await none.apply({ providers: ["q"] })), ["q: removed"]);
  assert.equal(none.read(FILE), '{ "v": 1 }\n');
});
