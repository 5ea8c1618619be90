/**
 * No needless stop, and a clear one where nothing may be touched: who owns nothing leaves without a
 * word of failure, what stands far from our place is no reason, a newer record is left alone.
 */
import assert from "node:assert/strict";
import {
  ConfigPatchError,
  disableSharedConfigPatches,
  planSharedConfigPatches,
  statusOfSharedConfigPatches,
  verifySharedConfigPatches,
  writeVaultConfig,
} from "../../mod.ts";
import { outcomes, patched, type Patches, Scenario } from "../support/scenario.ts";

const PATCHES: Patches = {
  toml: patched("c.toml", { toml_set: { u: "{vault_url}" } }, "_toml"),
  yaml: patched("c.yml", { yaml_set: { u: "{vault_url}" } }, "_yaml"),
  json: patched("c.json", { json_set: { u: "{vault_url}" }, json_strict: true }, "_json"),
  dotenv: patched("c.env", { dotenv_set: { U: "{vault_url}" } }, "_dotenv"),
};
const FILES: Readonly<Record<string, string>> = {
  toml: "_toml/c.toml",
  yaml: "_yaml/c.yml",
  json: "_json/c.json",
  dotenv: "_dotenv/c.env",
};

/** What makes a config one that cannot be edited. */
const BROKEN: Readonly<Record<string, (path: string, format: string) => void>> = {
  "a symbolic link": (path) => Deno.symlinkSync("elsewhere", path),
  "a directory": (path) => Deno.mkdirSync(path),
  "malformed": (path) => Deno.writeTextFileSync(path, '[{"a": \n  = - }\n'),
  "not UTF-8": (path) => Deno.writeFileSync(path, new Uint8Array([0x61, 0xff, 0x0a])),
  "of a wrong shape": (path, format) =>
    Deno.writeTextFileSync(
      path,
      { toml: "u.v = 1\n", yaml: "- u\n", json: "[]" }[format] ?? "U=1\n",
    ),
  "not of the strict dialect": (path, format) =>
    Deno.writeTextFileSync(path, format === "json" ? '// c\n{"a": 1}' : "# c\n"),
};

Deno.test("a file of who has left the roster stops nobody, whatever stands there", async () => {
  const write = (text: string) => (path: string) => Deno.writeTextFileSync(path, text);
  const broken: typeof BROKEN = {
    ...BROKEN,
    "blanks": write("\n \n"),
    "an opening brace": write("{"),
  };
  for (const [what, breakIt] of Object.entries(broken)) {
    for (const [name, file] of Object.entries(FILES)) {
      const scenario = await Scenario.with({}, PATCHES);
      await scenario.apply();
      const { [name]: _, ...others } = PATCHES;
      const left = scenario.withRoster(others);
      Deno.removeSync(`${scenario.mounts}/${file}`);
      breakIt(`${scenario.mounts}/${file}`, name);
      for (let start = 0; start < 2; start++) {
        const { warnings } = await left.apply();
        const told = warnings.filter((one) => one.message.includes("cannot be seen"));
        assert.ok(told.length <= 1 && told.every((one) => one.file === file), `${name}, ${what}`);
      }
    }
  }
});

Deno.test("who owns nothing leaves without a failure, whatever stands there", async () => {
  for (const [what, breakIt] of Object.entries(BROKEN)) {
    for (const name of Object.keys(PATCHES)) {
      const scenario = await Scenario.with({}, PATCHES);
      const { mounts, roster } = scenario;
      await scenario.apply({ providers: Object.keys(PATCHES).filter((other) => other !== name) });
      const file = FILES[name]!;
      const [dir = ""] = file.split("/");
      Deno.mkdirSync(`${mounts}/${dir}`, { recursive: true });
      breakIt(`${mounts}/${file}`, name);
      const look = () => {
        const { ino, mtime, size, mode } = Deno.lstatSync(`${mounts}/${file}`);
        return [ino, mtime, size, mode];
      };
      const before = look();
      const told = `${name}, ${what}`;
      const others = Object.keys(PATCHES).filter((other) => other !== name);
      for (const providers of [others, []]) {
        const report = await scenario.apply({ providers, disabledProviders: [name] });
        assert.ok(outcomes(report).includes(`${name}: unchanged`), `${told}: ${outcomes(report)}`);
      }
      assert.deepEqual(
        outcomes(await disableSharedConfigPatches(roster, mounts, [name])),
        [`${name}: unchanged`],
        told,
      );
      const all = outcomes(await disableSharedConfigPatches(roster, mounts, "all"));
      assert.deepEqual(all.filter((one) => !one.startsWith(`${name}:`)).length, 3, told);
      assert.deepEqual(look(), before, told);
      await Deno.remove(mounts, { recursive: true });
    }
  }
});

Deno.test("what stands far from our place is no reason to stop", async () => {
  const rows: readonly (readonly [string, string, string])[] = [
    // A key that stands twice, as readers of JSON allow it.
    ["json", '{"a": 1, "a": 2}', '{"a": 1, "a": 2}'],
    ["json", '{"o": {"k": [], "k": {}}, "z": 1}', '{"o": {"k": [], "k": {}}, "z": 1}'],
    ["json", '{"l": [{"k": 1, "k": 2}]}', '{"l": [{"k": 1, "k": 2}]}'],
    // A merge that could not decide our key: an explicit one wins for every reader.
    ["yaml", "b: &b {u: x}\n<<: *b\n", "b: &b {u: x}\n<<: *b\n"],
    ["yaml", "b: &b {a: 1}\nc: &c {d: 1}\n<<: [*b, *c]\nz: 1\n", "<<: [*b, *c]\nz: 1\n"],
    ["yaml", "b: &b {a: 1}\no:\n  <<: *b\n  u: mine\n", "  <<: *b\n  u: mine\n"],
    ["yaml", "b: &b {a: 1}\nl:\n  - <<: *b\n  - *b\n", "  - <<: *b\n  - *b\n"],
    // Anchors, tags and keys of other kinds elsewhere.
    ["yaml", "a: !!str 1\n? [x]\n: 1\n2: b\n", "? [x]\n: 1\n2: b\n"],
    ["toml", "a.b = 1\n[a.c]\n[[l]]\n[l.x]\n", "[a.c]\n[[l]]\n[l.x]\n"],
    ["dotenv", 'A=1\nA=2\nB="x\ny"\n', 'A=1\nA=2\nB="x\ny"\n'],
  ];
  for (const [name, text, part] of rows) {
    const file = FILES[name]!;
    const scenario = await Scenario.with({ [file]: text }, PATCHES);
    const options = { providers: [name] };
    assert.deepEqual(outcomes(await scenario.apply(options)), [`${name}: updated`], text);
    const routed = scenario.read(file) ?? "";
    assert.match(routed, /localhost:9419/);
    assert.ok(routed.includes(name === "json" ? part.slice(1) : part), routed);
    assert.deepEqual(outcomes(await scenario.apply(options)), [`${name}: unchanged`], text);
    await scenario.disable(name);
    assert.equal(scenario.read(file), text);
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("a record of a newer version is left alone by everything that could write", async () => {
  const texts = [
    '{ "files": {}, "version": 3 }\n',
    '{ "claims": [1, 2], "version": 99 }\n',
    '{"version": 3}',
  ];
  for (const text of texts) {
    const scenario = await Scenario.with({}, PATCHES);
    await scenario.apply();
    const routed = scenario.files();
    scenario.write(".vault-config/state.json", text);
    const { roster, mounts } = scenario;
    const print = null;
    const runs: Readonly<Record<string, () => Promise<unknown>>> = {
      apply: () => scenario.apply(),
      disable: () => scenario.disable("json"),
      "disable all": () => disableSharedConfigPatches(roster, mounts, "all"),
      plan: () => planSharedConfigPatches(roster, mounts),
      verify: () => verifySharedConfigPatches(roster, mounts),
      status: () => statusOfSharedConfigPatches(roster, mounts),
      write: () => writeVaultConfig("json", { roster, mounts, print }),
    };
    for (const [what, run] of Object.entries(runs)) {
      await assert.rejects(run(), (error: unknown) => {
        assert.ok(error instanceof ConfigPatchError, String(error));
        assert.equal(error.code, "state-newer", what);
        assert.match(error.remedy ?? "", /the version .* that wrote it, or a newer one/, what);
        return true;
      });
      assert.deepEqual(scenario.files(), routed, what);
      assert.equal(scenario.read(".vault-config/state.json"), text, what);
    }
    await Deno.remove(mounts, { recursive: true });
  }
});
