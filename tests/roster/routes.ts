/** Applying one agent to files as people have them, and what must hold then. */
import assert from "node:assert/strict";
import { ConfigPatchError, type PatchOptions } from "../../mod.ts";
import { type Files, Scenario } from "../support/scenario.ts";

/** Applies twice, looks, takes back, and finds the files as they were. */
export async function routed(
  name: string,
  files: Files,
  look: (scenario: Scenario) => void = () => {},
  more: PatchOptions = {},
): Promise<void> {
  const options = { providers: [name], allowNested: true, ...more };
  const scenario = await scenarioOf(files);
  try {
    assert.equal((await scenario.apply(options)).changed, true, name);
    assert.equal((await scenario.apply(options)).changed, false, name);
    look(scenario);
    await scenario.apply({ ...options, providers: [], disabledProviders: [name] });
    for (const [path, text] of Object.entries(files)) assert.equal(scenario.read(path), text);
    assert.deepEqual(Object.keys(scenario.files()).sort(), Object.keys(files).sort(), name);
  } finally {
    await Deno.remove(scenario.mounts, { recursive: true });
  }
}

/** The places of the bypasses, after nothing has been written. */
export async function bypassed(name: string, files: Files): Promise<string[]> {
  const failed = await failures(name, files);
  for (const one of failed) assert.match(one, /^bypassed /);
  return failed.map((one) => one.replace("bypassed ", ""));
}

/** What fails, by code, file and line, after nothing has been written. */
export async function failures(name: string, files: Files): Promise<string[]> {
  const scenario = await scenarioOf(files);
  try {
    await scenario.apply({ providers: [name], allowNested: true });
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError, String(error));
    for (const [path, text] of Object.entries(files)) assert.equal(scenario.read(path), text);
    return error.errors.map(({ code, file, position }) => `${code} ${file}:${position?.line}`);
  } finally {
    await Deno.remove(scenario.mounts, { recursive: true });
  }
  return assert.fail(`${name} is said to be routed`);
}

async function scenarioOf(files: Files): Promise<Scenario> {
  const scenario = await Scenario.with(files);
  // glab accepts no config that others may read.
  for (const path of Object.keys(files)) Deno.chmodSync(`${scenario.mounts}/${path}`, 0o600);
  return scenario;
}
