/**
 * Off means off, and what cannot be is said of everybody whom it concerns: kinds of cases from the
 * field with their relatives.
 */
import assert from "node:assert/strict";
import {
  ConfigPatchError,
  disableSharedConfigPatches,
  type Report,
  resolveVaultLocation,
  type Status,
  statusOfSharedConfigPatches,
  verifySharedConfigPatches,
} from "../../mod.ts";
import { patched, type Patches, Scenario } from "../support/scenario.ts";

const CODEX = "_codex-config/config.toml";
const SIDECAR = "_l/.terok-managed-config.json";

/** What a run refuses: `provider code message`, by provider. */
async function refused(run: Promise<unknown>): Promise<string[]> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError, String(error));
    const errors = error.errors.length > 0 ? error.errors : [error];
    return errors.map(({ provider, code, message }) => `${provider} ${code} ${message}`).sort();
  }
  return assert.fail("nothing was refused");
}

Deno.test("one place as a table and as a list of tables: both providers are named", async () => {
  const rows: [string, (format: string) => Record<string, unknown>][] = [
    ["table", (format) => ({ [`${format}_set`]: { m: { x: "{vault_url}" } } })],
    ["list", (format) => ({
      [`${format}_table`]: "m",
      [`${format}_match`]: { name: "x" },
      [`${format}_set`]: { u: "{vault_url}" },
    })],
  ];
  for (const format of ["toml", "yaml", "json"]) {
    for (const names of [["p", "q"], ["q", "p"]]) {
      const patches = Object.fromEntries(
        rows.map(([, rest], index) => [names[index], patched(`c.${format}`, rest(format))]),
      ) as Patches;
      const scenario = await Scenario.with({}, patches);
      const message = "conflict p and q want a table and a list of tables at m";
      assert.deepEqual(await refused(scenario.apply()), [`p ${message}`, `q ${message}`]);
      assert.deepEqual(scenario.files(), {});
      // One of them is there already, and takes no part.
      await scenario.apply({ providers: ["p"] });
      assert.deepEqual(await refused(scenario.apply({ providers: ["q"] })), [`q ${message}`]);
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  }
});

Deno.test("two patches of one provider that mean one place in two ways are both told of", async () => {
  const scenario = await Scenario.with({}, {
    p: {
      host_dir: "_l",
      shared_config_patch: [
        { file: "c.json", json_set: { m: { x: "{vault_url}" } } },
        { file: "c.json", json_table: "m", json_match: { a: 1 }, json_set: { u: "{vault_url}" } },
      ],
    },
  });
  assert.deepEqual(await refused(scenario.apply()), [
    "p conflict two patches of p want a table and a list of tables at m",
  ]);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("where our own record is lost and sidecars are not, it is said once what does not come back", async () => {
  const scenario = await Scenario.with({ [CODEX]: 'openai_base_url = "https://u.example"\n' });
  const told = (report: { readonly warnings: readonly { readonly message: string }[] }) =>
    report.warnings.filter(({ message }) => /does not come back/.test(message)).length;
  assert.equal(told(await scenario.apply()), 0);
  Deno.removeSync(`${scenario.mounts}/.vault-config`, { recursive: true });
  const report = await scenario.apply();
  assert.match(report.warnings[0]?.message ?? "", /in _codex-config, _gh-config, _vibe-config:/);
  assert.equal(told(report), 1);
  assert.equal(told(await scenario.apply()), 0);
  // The same for a single file of the record, and for who leaves at once.
  Deno.removeSync(`${scenario.mounts}/.vault-config/state.json`);
  assert.equal(told(await scenario.disable("codex")), 1);
  // Without sidecars there is nothing to be missed.
  const fresh = await Scenario.with({});
  assert.equal(told(await fresh.apply()), 0);
  for (const { mounts } of [scenario, fresh]) await Deno.remove(mounts, { recursive: true });
});

/** What the user has and how a provider addresses it: a key, one in a table, one in a list. */
const FORMS: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ["c.toml", 'u = "mine" # why\nz = 1\n', { toml_set: { u: "{vault_url}" } }],
  ["c.toml", '[t]\nu = "mine" # why\nz = 1\n', { toml_set: { t: { u: "{vault_url}" } } }],
  ["c.toml", '[[l]]\nname = "m"\nu = "mine" # why\n', {
    toml_table: "l",
    toml_match: { name: "m" },
    toml_set: { u: "{vault_url}" },
  }],
  ["c.yml", "u: mine # why\nz: 1\n", { yaml_set: { u: "{vault_url}" } }],
  ["c.yml", "l:\n  - name: m\n    u: mine # why\n    z: 1\n", {
    yaml_table: "l",
    yaml_match: { name: "m" },
    yaml_set: { u: "{vault_url}" },
  }],
  ["c.json", '{\n  "u": "mine",\n  "z": 1\n}\n', { json_set: { u: "{vault_url}" } }],
  ["c.json", '{\n  "l": [{ "name": "m", "u": "mine" }, { "name": "z" }]\n}\n', {
    json_each: ["l", "*"],
    json_set: { u: "{vault_url}" },
  }],
  ["c.env", "U=mine\nZ=1\n", { dotenv_set: { U: "{vault_url}" } }],
];

/** Each form in mounts of its own, which go at the end. */
async function inEachForm(
  work: (scenario: Scenario, file: string, text: string) => Promise<void>,
): Promise<void> {
  for (const [file, text, rest] of FORMS) {
    const scenario = await Scenario.with({ [`_l/${file}`]: text }, { p: patched(file, rest) });
    try {
      await work(scenario, `_l/${file}`, text);
    } catch (error) {
      if (error instanceof Error) error.message += `\n${JSON.stringify({ file, text, rest })}`;
      throw error;
    } finally {
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  }
}

/** Other addresses than the one at which is applied. */
const ELSEWHERE = [
  resolveVaultLocation({ tokenBrokerPort: 4321, direct: true }),
  resolveVaultLocation({ url: "http://vault.example:7777" }),
];

function routed(status: Status): string[] {
  return status.providers.filter(({ standing }) => ["routed", "elsewhere"].includes(standing))
    .map(({ provider }) => provider);
}

Deno.test("what status calls routed, disable --all takes back, also a copy that comes back", async () => {
  await inEachForm(async (scenario, file, text) => {
    const { roster, mounts } = scenario;
    for (const withSidecar of [false, true]) {
      for (const location of [resolveVaultLocation(), ELSEWHERE[0]!]) {
        scenario.write(file, text);
        await scenario.apply({ location });
        const copy = scenario.read(file) ?? "";
        const sidecar = scenario.read(SIDECAR);
        await disableSharedConfigPatches(roster, mounts, "all");
        assert.equal(scenario.read(file), text);
        // A dotfile sync puts it back.
        scenario.write(file, copy);
        if (withSidecar && sidecar !== undefined) scenario.write(SIDECAR, sidecar);
        const before = routed(await statusOfSharedConfigPatches(roster, mounts));
        const report = await disableSharedConfigPatches(roster, mounts, "all");
        const taken = report.providers.filter(({ outcome }) => outcome === "removed");
        // A direct address is nobody's default: without a record it is a value like any other.
        const isKnown = location !== ELSEWHERE[0] || (withSidecar && sidecar !== undefined);
        assert.deepEqual(taken.map(({ provider }) => provider), isKnown ? ["p"] : []);
        assert.ok(before.length <= taken.length, `${before} and ${taken.length}`);
        assert.doesNotMatch(isKnown ? scenario.read(file) ?? "" : "", /localhost|containers/);
        assert.deepEqual(routed(await statusOfSharedConfigPatches(roster, mounts)), []);
      }
    }
  });
});

Deno.test("an address that the user typed is adopted, which is said once; the file stays", async () => {
  await inEachForm(async (scenario, file, text) => {
    const typed = text.replace("mine", "http://localhost:9419");
    scenario.write(file, typed);
    const first = await scenario.apply();
    const adopted = ({ providers }: Report) => providers.flatMap((row) => row.adopted).length;
    assert.equal(adopted(first), 1);
    assert.equal(adopted(await scenario.apply()), 0);
    await scenario.disable("p");
    const left = scenario.read(file);
    assert.ok(left !== undefined && !left.includes("localhost"), left);
    assert.equal(left.includes("why"), text.includes("why"), left);
  });
  // Nothing else was in it: the file is the user's all the same.
  for (
    const [file, only] of [["c.toml", 'u = "@"\n'], ["c.yml", "u: @\n"], ["c.json", '{"u":"@"}']]
  ) {
    const patch = patched(file!, {
      [`${file!.slice(2).replace("yml", "yaml")}_set`]: { u: "{vault_url}" },
    });
    const text = only!.replace("@", "http://localhost:9419");
    const scenario = await Scenario.with({ [`_l/${file}`]: text }, { p: patch });
    await scenario.apply();
    await scenario.disable("p");
    assert.match(scenario.read(`_l/${file}`) ?? "deleted", /^(?:\{\})?$/);
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("who has left the roster while the vault moves is told of, and can be taken back", async () => {
  await inEachForm(async (scenario, file, text) => {
    const others = { q: patched("q.json", { json_set: { u: "{vault_url}" } }, "_q") };
    await scenario.apply();
    const left = scenario.withRoster(others);
    // As long as the vault is where it was, nobody is misled.
    assert.deepEqual((await left.apply()).warnings, []);
    for (const location of ELSEWHERE) {
      for (let start = 0; start < 2; start++) {
        const { warnings: [warning] } = await left.apply({ location });
        assert.equal(warning?.code, "left-behind");
        assert.match(
          warning.message,
          /earlier address of the vault for p, .*take it back with .*disable/,
        );
        assert.equal(warning.file, file);
        assert.ok(warning.position !== undefined);
      }
      const { verdict } = await verifySharedConfigPatches(left.roster, left.mounts, { location });
      assert.equal(verdict, "not-routed");
    }
    // That a run is about others is no reason.
    const about = await scenario.apply({ providers: [], location: ELSEWHERE[0]! });
    assert.deepEqual(about.warnings.filter((warning) => warning.file === file), []);
    await left.disable("p");
    assert.equal(scenario.read(file), text);
    assert.deepEqual((await left.apply({ location: ELSEWHERE[0]! })).warnings, []);
  });
});

Deno.test("a former value comes back, wherever another program has moved ours in between", async () => {
  await inEachForm(async (scenario, file, text) => {
    for (const again of [false, true]) {
      for (const known of ["http://localhost:9419", "http://host.containers.internal:4321"]) {
        await scenario.apply({ location: ELSEWHERE[1]! });
        const moved = (scenario.read(file) ?? "").replace("http://vault.example:7777", known);
        scenario.write(file, moved);
        const location = ELSEWHERE[0]!;
        if (again) await scenario.apply({ location });
        await scenario.apply({ providers: [], disabledProviders: ["p"], location });
        assert.equal(scenario.read(file), text, `${known} ${again}`);
      }
    }
  });
});

Deno.test("a backup from before the vault moved is ours, and the former value comes back", async () => {
  await inEachForm(async (scenario, file, text) => {
    for (const again of [false, true]) {
      const backups: string[] = [];
      for (const location of ELSEWHERE) {
        await scenario.apply({ location });
        backups.push(scenario.read(file) ?? "");
      }
      const location = resolveVaultLocation({ tokenBrokerPort: 9999, direct: true });
      for (const backup of backups) {
        await scenario.apply({ location });
        scenario.write(file, backup);
        if (again) {
          const { providers } = await scenario.apply({ location });
          assert.deepEqual(
            providers.flatMap(({ edits }) => edits.filter((one) => one.overrode)),
            [],
          );
        }
      }
      await scenario.apply({ providers: [], disabledProviders: ["p"], location });
      assert.equal(scenario.read(file), text, `${again}`);
    }
  });
});

Deno.test("what stands elsewhere and equals an earlier address is the user's own", async () => {
  const scenario = await Scenario.with({}, {
    p: { host_dir: "_p", shared_config_patch: { file: "c.yml", yaml_set: { url: "{vault_url}" } } },
  });
  await scenario.apply({ location: ELSEWHERE[0]! });
  const text = scenario.read("_p/c.yml") ?? "";
  scenario.write("_p/c.yml", text + text.replace("url", "url2"));
  await scenario.apply();
  const { warnings } = await scenario.disable("p");
  assert.deepEqual(warnings, []);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("what comes back is reported as restored, with the value, whatever stands beside it", async () => {
  const entries: readonly [string, string, string][] = [
    ["c.toml", '[[l]]\nname = "m"\nu = "mine"\n', '[[l]]\nname = "m"\nz = 1\n\n'],
    ["c.yml", "l:\n- name: m\n  u: mine\n", "- name: m\n  z: 1\n"],
    ["c.json", '{ "l": [\n  { "name": "m", "u": "mine" }\n] }\n', '  { "name": "m", "z": 1 },\n'],
  ];
  for (const [file, text, entry] of entries) {
    const format = file.slice(2).replace("yml", "yaml");
    for (const where of ["before", "behind"]) {
      for (const withAddress of [false, true]) {
        const scenario = await Scenario.with({ [`_l/${file}`]: text }, {
          p: patched(file, {
            [`${format}_table`]: "l",
            [`${format}_match`]: { name: "m" },
            [`${format}_set`]: { u: "{vault_url}" },
          }),
        });
        await scenario.apply();
        const before = scenario.read(`_l/${file}`) ?? "";
        const other = withAddress
          ? entry.replace(/(\n? *"?)z("?(?: =|:)) 1/, '$1u$2 "theirs"')
          : entry;
        const edited = where === "before"
          ? before.replace(/^(?:l:\n|\{ "l": \[\n)?/, (head) => head + other)
          : file === "c.json"
          ? before.replace(/\n\] \}\n$/, `,\n${other.replace(/,\n$/, "\n")}] }\n`)
          : `${before}${format === "toml" ? "\n" : ""}${other.replace(/\n\n$/, "\n")}`;
        scenario.write(`_l/${file}`, edited);
        const report = await scenario.disable("p");
        const [row] = report.providers;
        assert.equal(row?.outcome, "restored", edited);
        assert.deepEqual(row.edits.map((edit) => edit.after), ["mine"]);
        assert.equal(
          scenario.read(`_l/${file}`),
          edited.replace(/"http:\/\/localhost:9419"/, format === "yaml" ? "mine" : '"mine"'),
        );
        await Deno.remove(scenario.mounts, { recursive: true });
      }
    }
  }
});

Deno.test("an address that was moved is named by each disable, until it is taken out", async () => {
  const scenario = await Scenario.with({}, {
    p: { host_dir: "_p", shared_config_patch: { file: "c.yml", yaml_set: { url: "{vault_url}" } } },
  });
  await scenario.apply();
  scenario.write("_p/c.yml", "url2: http://localhost:9419\n");
  for (const _ of [1, 2, 3]) {
    const { warnings } = await scenario.disable("p");
    assert.deepEqual(warnings.map(({ code }) => code).filter((code) => code === "moved"), [
      "moved",
    ]);
  }
  scenario.write("_p/c.yml", "mine: 1\n");
  await scenario.disable("p");
  assert.deepEqual((await scenario.disable("p")).warnings, []);
  await Deno.remove(scenario.mounts, { recursive: true });
});
