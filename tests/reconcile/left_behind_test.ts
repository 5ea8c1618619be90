/**
 * Files of providers that take part no more, or not in this run: what stands in them may be told of,
 * and is no reason for anybody else to fail, to wait, or to say more than anybody reads.
 */
import assert from "node:assert/strict";
import { defaultFormats } from "../../formats/mod.ts";
import { resolveVaultLocation, verifySharedConfigPatches, type Warning } from "../../mod.ts";
import { MOST_TOLD } from "../../ownership/bounds.ts";
import { preview } from "../../reconcile/preview.ts";
import { run } from "../../reconcile/run.ts";
import { Mounts } from "../../storage/mounts.ts";
import { outcomes, patched, type Patches, Scenario } from "../support/scenario.ts";

const MOVED = resolveVaultLocation({ tokenBrokerPort: 4321, direct: true });

const LEFT = { l: patched("c.json", { json_set: { url: "{vault_url}" } }, "_left") };
const STAYS = { s: patched("c.yml", { yaml_set: { url: "{vault_url}" } }, "_stays") };

/** Mounts in which `l` has something, with a roster that does not know it any more. */
async function leftMounts(left: Patches = LEFT, text?: string): Promise<Scenario> {
  const scenario = await Scenario.with({}, { ...left, ...STAYS });
  if (text !== undefined) scenario.write("_left/c.json", text);
  await scenario.apply();
  return scenario.withRoster(STAYS);
}

const told = (warnings: readonly Warning[]) =>
  warnings.filter(({ file }) => file === "_left/c.json");

/** What a container can make of a file. */
const BROKEN: Readonly<Record<string, (path: string) => void>> = {
  malformed: (path) => Deno.writeTextFileSync(path, '{ "a": '),
  "not UTF-8": (path) => Deno.writeFileSync(path, new Uint8Array([0xff])),
  "a link": (path) => {
    Deno.removeSync(path);
    Deno.symlinkSync("/etc/hostname", path);
  },
  "a directory": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(path);
  },
};

Deno.test("a file of nobody in the roster that cannot be read is named, and fails nobody", async () => {
  for (const [what, breakIt] of Object.entries(BROKEN)) {
    const scenario = await leftMounts();
    breakIt(`${scenario.mounts}/_left/c.json`);
    for (let start = 0; start < 2; start++) {
      const report = await scenario.apply({ location: MOVED });
      assert.deepEqual(outcomes(report), [start === 0 ? "s: updated" : "s: unchanged"], what);
      const [warning, ...more] = told(report.warnings);
      assert.match(
        warning?.message ?? "",
        /cannot be seen .* for l, which takes no part .*disable/,
        what,
      );
      assert.deepEqual(more, []);
    }
    // Where the vault is still the one that it was written for, there is nothing to look for.
    const { warnings } = await scenario.apply();
    assert.deepEqual(told(warnings), [], what);
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("what could not be seen is not told any more once it can be", async () => {
  for (const [what, breakIt] of Object.entries(BROKEN)) {
    const scenario = await leftMounts();
    const path = `${scenario.mounts}/_left/c.json`;
    breakIt(path);
    await scenario.apply({ location: MOVED });
    assert.equal(told((await scenario.apply({ location: MOVED })).warnings).length, 1, what);
    Deno.removeSync(path);
    assert.deepEqual(told((await scenario.apply({ location: MOVED })).warnings), [], what);
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("a run that names its providers looks into no other host dir, and says nothing of it", async () => {
  const scenario = await leftMounts();
  const { roster, mounts } = scenario;
  const looksAt = async (isAboutNamed: boolean, location = MOVED) => {
    const job = { roster, mounts: new Mounts(mounts), formats: defaultFormats, location };
    return (await preview({ ...job, isAboutNamed })).files.map(({ key }) => key);
  };
  assert.deepEqual(await looksAt(true), ["_stays/c.yml"]);
  assert.deepEqual(await looksAt(false), ["_stays/c.yml", "_left/c.json"]);
  // What we wrote for the present address needs no look.
  assert.deepEqual(await looksAt(false, resolveVaultLocation()), ["_stays/c.yml"]);
  const named = { providers: ["s"], location: MOVED };
  assert.deepEqual(told((await scenario.apply(named)).warnings), []);
  assert.equal((await verifySharedConfigPatches(roster, mounts, named)).verdict, "routed");
  const all = await verifySharedConfigPatches(roster, mounts, { location: MOVED });
  assert.equal(all.verdict, "not-routed");
  await Deno.remove(mounts, { recursive: true });
});

Deno.test("who is kept off fails no run about others, and is not looked at once it owns nothing", async () => {
  for (const [what, breakIt] of Object.entries(BROKEN)) {
    const scenario = await Scenario.with({}, { ...LEFT, ...STAYS });
    await scenario.apply();
    const path = `${scenario.mounts}/_left/c.json`;
    const text = Deno.readTextFileSync(path);
    const start = async (location = resolveVaultLocation()) => {
      const { roster, mounts } = scenario;
      const choice = { location, providers: ["s"], disabledProviders: ["l"], isAboutNamed: true };
      const job = { ...choice, roster, mounts: new Mounts(mounts), formats: defaultFormats };
      const { report, end } = await run({ ...job, keptOff: ["l"] });
      return { report, looked: end.found.files.map(({ key }) => key) };
    };
    breakIt(path);
    const { report } = await start();
    assert.deepEqual(outcomes(report), ["l: kept", "s: unchanged"], what);
    assert.match(
      told(report.warnings)[0]?.message ?? "",
      /^what is of l in it stays for a later run/,
    );
    Deno.removeSync(path, { recursive: true });
    Deno.writeTextFileSync(path, text);
    assert.deepEqual(outcomes((await start()).report), ["l: removed", "s: unchanged"], what);
    Deno.writeTextFileSync(path, text);
    breakIt(path);
    const later = await start(MOVED);
    assert.deepEqual(later.looked, ["_stays/c.yml"]);
    assert.deepEqual(told(later.report.warnings), []);
    await Deno.remove(scenario.mounts, { recursive: true });
  }
});

Deno.test("who is kept off is taken back where our record is lost, and fails nobody by its patch", async () => {
  const nested = { n: patched("a/c.json", { json_set: { url: "{vault_url}" } }, "_left") };
  const scenario = await Scenario.with({}, { ...LEFT, ...STAYS, ...nested });
  await scenario.apply({ providers: ["l", "s"] });
  const start = async (name: string) => {
    const { roster, mounts } = scenario;
    const choice = { providers: ["s"], disabledProviders: [name], keptOff: [name] };
    const job = { ...choice, roster, mounts: new Mounts(mounts), formats: defaultFormats };
    return (await run({ ...job, isAboutNamed: true, location: resolveVaultLocation() })).report;
  };
  const report = await start("n");
  assert.deepEqual(outcomes(report), ["n: skipped", "s: unchanged"]);
  assert.deepEqual(report.warnings, []);
  Deno.removeSync(`${scenario.mounts}/.vault-config/state.json`);
  assert.deepEqual(outcomes(await start("l")), ["l: removed", "s: unchanged"]);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("of many addresses that are left behind, some are told and the others counted", async () => {
  const entries = Array.from({ length: 100 }, (_, i) => ({ name: "n", id: i }));
  const left = {
    l: patched("c.json", {
      json_table: "list",
      json_match: { name: "n" },
      json_set: { url: "{vault_url}" },
    }, "_left"),
  };
  const scenario = await leftMounts(left, JSON.stringify({ list: entries }, null, 1));
  const warnings = told((await scenario.apply({ location: MOVED })).warnings);
  assert.equal(warnings.length, MOST_TOLD + 1);
  assert.match(warnings[MOST_TOLD]?.message ?? "", new RegExp(`at ${100 - MOST_TOLD} more places`));
  assert.ok(warnings.every(({ code }) => code === "left-behind"));
  await Deno.remove(scenario.mounts, { recursive: true });
});
