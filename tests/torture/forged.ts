/**
 * Forged sidecars: whatever a container writes into the ownership record of its host dir, the state
 * undoes exactly, nothing outside of that host dir changes, and nothing but our own errors is thrown.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigPatchError, defaultFormats, resolveVaultLocation } from "../../mod.ts";
import { run } from "../../reconcile/run.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { Mounts } from "../../storage/mounts.ts";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { type Files, type Patches, Scenario } from "../support/scenario.ts";
import { unsynced } from "../support/storage_tools.ts";

const VAULT = "http://localhost:9419";

/** Where the forger lives. */
export const FORGED = `_a/${SIDECAR_NAME}`;

/** What the user has, in the host dir of the forger and beside it. */
export const ORIGINAL: Files = {
  "_a/s.json": '{\n  // mine\n  "k": "v", "w": "mine"\n}\n',
  "_a/t.toml": '[[providers]]\nname = "x" # mine\n',
  "_a/mine.json": `{ "u": "${VAULT}/v1", "k": "v" }\n`,
  "_b/s.json": `{ "k": "v", "own": "${VAULT}" }\n`,
};

const patch = (dir: string, file: string, rest: Record<string, unknown>) => ({
  host_dir: dir,
  shared_config_patch: { file, ...rest },
});

/** A file of the user's of which the state knows nothing: what a record names there counts as ours. */
const UNKNOWN = "_a/mine.json";

/** Providers in the host dir of the forger, and one (`b`) in another. */
export const PATCHES: Patches = {
  p: patch("_a", "s.json", { json_set: { u: "{vault_url}/v1", w: "{vault_url}" } }),
  q: patch("_a", "new.json", { json_set: { deep: { u: "{vault_url}" } } }),
  t: patch("_a", "t.toml", {
    toml_table: "providers",
    toml_match: { name: "x" },
    toml_set: { u: "{vault_url}" },
  }),
  b: patch("_b", "s.json", { json_set: { u: "{vault_url}/v1" } }),
};

const NAMES = Object.keys(PATCHES);

/** One record of a sidecar as somebody might forge it. */
export function record(values: unknown, more: Record<string, unknown> = {}): unknown {
  return { kind: "json_top", values, ...more };
}

/** A sidecar with records for one file and provider. */
export function sidecarOf(file: string, provider: string, ...records: unknown[]): string {
  return JSON.stringify({ version: 1, files: { [file]: { providers: { [provider]: records } } } });
}

const words = fc.constantFrom(
  ...["u", "w", "k", "v", "own", "deep", "name", "x", "providers", "", "__proto__", "constructor"],
  ...["\u0000", "\u001b[2J", "\ud800", "a".repeat(300)],
);
const values = fc.constantFrom<unknown>(
  ...[`${VAULT}/v1`, VAULT, "v", "mine", "x", "", null, true, 1, -0, 1e400, 12345678901234567890n],
  ...[[], {}, [[]], { u: VAULT }, { deep: { u: VAULT } }],
);
const table = fc.oneof(
  { depthSize: "small", withCrossShrink: true },
  fc.dictionary(words, values, { maxKeys: 4 }),
  fc.dictionary(words, fc.dictionary(words, values, { maxKeys: 2 }), { maxKeys: 2 }),
);
/** What really stands there, so that a forgery hits now and then. */
const hits = fc.constantFrom<unknown>(
  { kind: "json_top", values: { u: `${VAULT}/v1`, w: VAULT, k: "v" } },
  { kind: "json_top", values: { deep: { u: VAULT } } },
  ...[{ u: VAULT }, { name: "x" }].map((values) => {
    return { kind: "toml_table", table: "providers", match: { name: "x" }, created: true, values };
  }),
);
const forgedRecords = fc.record({
  kind: fc.constantFrom<unknown>(
    ...["json_top", "json_table", "toml_top", "toml_table", "yaml_top", "other_top", "", 1],
  ),
  values: fc.oneof(table, values),
  created: fc.constantFrom<unknown>(true, false, 1),
  table: fc.oneof(words, fc.array(words, { maxLength: 2 }), values),
  match: fc.oneof(table, fc.constant({ name: "x" })),
}, { requiredKeys: ["kind"] });
const providers = fc.dictionary(
  fc.constantFrom(...NAMES, "evil", "gh", "__proto__", "\u001b[31m"),
  fc.oneof(
    { weight: 4, arbitrary: fc.array(fc.oneof(hits, forgedRecords), { maxLength: 3 }) },
    { weight: 1, arbitrary: values },
  ),
  { maxKeys: 4 },
);
const files = fc.dictionary(
  fc.constantFrom(
    ...["s.json", "s.json", "s.json", "t.toml", "t.toml", "new.json", "new.json"],
    ...["mine.json", "../_b/s.json", "/etc/hostname", ""],
    ...["..", "a/b.json", SIDECAR_NAME, "../.vault-config/state.json", "x\u0000", "sub/../../_b/s"],
    ...["a".repeat(300), "__proto__", "new\u202e.json"],
  ),
  fc.oneof(
    { weight: 9, arbitrary: fc.record({ providers }) },
    { weight: 1, arbitrary: values },
  ),
  { maxKeys: 4 },
);

/** What a container may write there: nearly right records, damaged ones, and anything at all. */
const forgeries = fc.oneof(
  { weight: 8, arbitrary: fc.record({ version: fc.constant(1), files }).map(textOf) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.record({ version: fc.constant(1), files }).map(textOf),
      fc.nat(),
      fc.nat(),
    )
      .map(([text, at, byte]) => {
        const bytes = Uint8Array.from(text);
        bytes[at % bytes.length] = byte % 256;
        return bytes;
      }),
  },
  { weight: 1, arbitrary: fc.json().map((text) => new TextEncoder().encode(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
);

function textOf(value: unknown): Uint8Array {
  // A bigint stands for the digits themselves.
  const text = JSON.stringify(value, (_key, one) => typeof one === "bigint" ? String(one) : one);
  return new TextEncoder().encode(text.toWellFormed());
}

/** A run over the mounts of a scenario; `all` takes back everything that anybody knows. */
function work(scenario: Scenario, selection: Partial<Job>) {
  return run({
    ...selection,
    mounts: new Mounts(scenario.mounts, { fileSystem: unsynced }),
    roster: scenario.roster,
    location: resolveVaultLocation(),
    formats: defaultFormats,
  }, { lockTimeout: 10_000 });
}

/** Nothing else than whole values is gone. */
function assertPartOf(text: string, original: string): void {
  const former = JSON.parse(original);
  for (const [key, value] of Object.entries(JSON.parse(text))) assert.deepEqual(former[key], value);
}

/** The files without those that are ours alone. */
function configsIn(scenario: Scenario): Files {
  return Object.fromEntries(
    Object.entries(scenario.files()).filter(([path]) => !path.endsWith(SIDECAR_NAME)),
  );
}

/** As {@linkcode configsIn}, of one host dir. */
function configsOf(scenario: Scenario, dir: string): Files {
  return Object.fromEntries(
    Object.entries(configsIn(scenario)).filter(([path]) => path.startsWith(`${dir}/`)),
  );
}

/** Plants so many forgeries, each in mounts of its own. Throws what does not hold. */
export async function forge(count: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(forgeries, fc.boolean(), fc.boolean(), async (forged, again, lost) => {
      const scenario = await Scenario.with(ORIGINAL, PATCHES);
      try {
        const plant = () => Deno.writeFileSync(`${scenario.mounts}/${FORGED}`, forged);
        await work(scenario, {});
        const routed = configsIn(scenario);
        const beside = configsOf(scenario, "_b");
        if (lost) {
          // Without the state, undo goes by value: what is beside the forger has no such excuse.
          scenario.forget();
          plant();
          await work(scenario, { providers: [], disabledProviders: ["p", "q", "t"] });
          assert.deepEqual(configsOf(scenario, "_b"), beside);
          await work(scenario, { providers: [], disableAll: true });
          const { "_b/s.json": kept } = configsIn(scenario);
          assert.equal(kept, ORIGINAL["_b/s.json"]);
          return;
        }
        plant();
        if (again) {
          const { report } = await work(scenario, {});
          assert.deepEqual(report.providers.filter((row) => row.error !== undefined), []);
          assert.deepEqual(configsIn(scenario), routed);
          plant();
        }
        const { report } = await work(scenario, { providers: [], disabledProviders: NAMES });
        assert.deepEqual(report.providers.filter((row) => row.error !== undefined), []);
        const { [UNKNOWN]: unknown, ...known } = configsIn(scenario);
        const { [UNKNOWN]: mine, ...original } = ORIGINAL;
        assert.deepEqual(known, original);
        assertPartOf(unknown ?? "{}", mine ?? "");
      } catch (error) {
        if (error instanceof ConfigPatchError) assert.fail(`it stopped: ${error.message}`);
        throw error;
      } finally {
        await Deno.remove(scenario.mounts, { recursive: true });
      }
    }),
    { numRuns: count, seed },
  );
}
