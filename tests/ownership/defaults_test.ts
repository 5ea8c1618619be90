/** What a client needs beside the route: it comes and goes with the values that route it. */
import assert from "node:assert/strict";
import { Scenario } from "../support/scenario.ts";

const FILE = "_p-config/settings.json";
const PATCHES = {
  p: {
    host_dir: "_p-config",
    shared_config_patch: [
      {
        file: "settings.json",
        json_set: { url: "{vault_url}" },
        json_default: { permission: { bash: "ask" } },
      },
      { file: "more.json", json_default: { auth: { type: "key" } } },
    ],
  },
};

Deno.test("a default beside the route stays after the client has rewritten the file", async () => {
  const scenario = await Scenario.with({}, PATCHES);
  await scenario.apply({ providers: ["p"] });
  const written = JSON.parse(scenario.read(FILE) ?? "");
  const rewritten = `${JSON.stringify({ $schema: "mine", ...written }, undefined, 4)}\n`;
  scenario.write(FILE, rewritten);

  await scenario.apply({ providers: ["p"] });
  assert.equal(scenario.read(FILE), rewritten);
});

Deno.test("a file of nothing but defaults stays after the client has rewritten it", async () => {
  const scenario = await Scenario.with({}, PATCHES);
  await scenario.apply({ providers: ["p"] });
  const rewritten = '{"theme":"dark","auth":{"type":"key"}}';
  scenario.write("_p-config/more.json", rewritten);

  await scenario.apply({ providers: ["p"] });
  assert.equal(scenario.read("_p-config/more.json"), rewritten);
});

Deno.test("nothing is left of the defaults where nothing is left but them", async () => {
  const scenario = await Scenario.with({}, PATCHES);
  await scenario.apply({ providers: ["p"] });
  await scenario.disable("p");
  assert.deepEqual(scenario.files(), {});
});

Deno.test("a default goes with the route in what was created around it, though others stay in the file", async () => {
  const scenario = await Scenario.with({}, {
    p: {
      host_dir: "_p-config",
      shared_config_patch: {
        file: "settings.json",
        json_set: { api: { url: "{vault_url}" } },
        json_default: { api: { version: 1 } },
      },
    },
    q: {
      host_dir: "_p-config",
      shared_config_patch: { file: "settings.json", json_set: { other: "{vault_url}" } },
    },
  });
  await scenario.apply({ providers: ["p", "q"] });
  assert.match(scenario.read(FILE) ?? "", /version/);
  await scenario.disable("p");
  assert.deepEqual(JSON.parse(scenario.read(FILE) ?? ""), { other: "http://localhost:9419" });
});
