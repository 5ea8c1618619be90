/** Cline's file: begun so that Cline takes it, and left so that Cline keeps what it has put in. @module */
import assert from "node:assert/strict";
import { loadRoster, verifySharedConfigPatches } from "../../mod.ts";
import { Scenario } from "../support/scenario.ts";

const PATH = "_cline-config/data/settings/providers.json";

Deno.test("a file that we begin for Cline, after Cline has run, is routed, and is Cline's own at last", async () => {
  const scenario = await Scenario.with({});
  const options = { providers: ["cline"], allowNested: true };
  await scenario.apply(options);
  const begun = read(scenario);
  assert.equal(begun.version, 1);
  for (const name of ["anthropic", "cline"]) {
    assert.equal(begun.providers[name]?.settings.provider, name);
    assert.ok(!Number.isNaN(Date.parse(begun.providers[name]?.updatedAt ?? "")));
  }

  // In the shape that Cline 3.0 was seen to write.
  const { anthropic, cline } = begun.providers;
  assert.ok(anthropic !== undefined && cline !== undefined);
  const updatedAt = "2026-11-26T13:14:10.234Z";
  const { provider, baseUrl } = anthropic.settings;
  const settings = { provider, apiKey: "phantom", model: "claude-sonnet-4-5", baseUrl };
  scenario.write(
    PATH,
    JSON.stringify(
      {
        version: 1,
        lastUsedProvider: "anthropic",
        modes: {},
        providers: {
          anthropic: { settings, updatedAt, tokenSource: "manual" },
          cline: { ...cline, tokenSource: "manual" },
        },
      },
      undefined,
      2,
    ),
  );
  const roster = await loadRoster([], { catalog: ["cline"] });
  const { verdict } = await verifySharedConfigPatches(roster, scenario.mounts, options);
  assert.equal(verdict, "routed");
  assert.equal((await scenario.apply(options)).changed, false);

  await scenario.apply({ ...options, providers: [], disabledProviders: ["cline"] });
  assert.deepEqual(read(scenario), {
    version: 1,
    lastUsedProvider: "anthropic",
    modes: {},
    providers: {
      anthropic: {
        settings: { provider, apiKey: "phantom", model: "claude-sonnet-4-5" },
        updatedAt,
        tokenSource: "manual",
      },
      // The user never had it, but Cline has put something in.
      cline: {
        settings: { provider: "cline" },
        updatedAt: cline.updatedAt,
        tokenSource: "manual",
      },
    },
  });
});

interface Entry {
  readonly settings: Readonly<Record<string, string>>;
  readonly updatedAt: string;
}

function read(scenario: Scenario): {
  readonly version: number;
  readonly providers: Readonly<Record<string, Entry | undefined>>;
} {
  return JSON.parse(scenario.read(PATH) ?? "");
}
