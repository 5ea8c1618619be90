/** Agents as tests write them, and how they are read or refused. */
import assert from "node:assert/strict";
import { ConfigPatchError, type ErrorCode } from "../../errors.ts";
import {
  type AgentObject,
  type ConfigPatch,
  loadRoster,
  type PatchObject,
  type Provider,
  rosterFrom,
  type RosterSource,
} from "../../roster/mod.ts";

/** The smallest values, and the smallest patch. */
export const SET = { toml_set: { a: "{vault_url}" } };
export const PATCH = { file: "c.toml", ...SET };

/** An agent file. */
export function agent(path: string, text: string): RosterSource {
  return { kind: "agent", path, text };
}

/** An agent with a patch that may say anything. */
export function short(patch: unknown): AgentObject {
  return { host_dir: "_t", shared_config_patch: patch as PatchObject };
}

/** What an agent amounts to. */
export function read(agent: AgentObject, name = "t"): Provider {
  // A computed key, because `__proto__` is a name like any other.
  const provider = rosterFrom({ [name]: agent }).get(name);
  assert.ok(provider !== undefined);
  return provider;
}

/** The only patch of an agent that is written in the short form. */
export function readPatch(patch: unknown): ConfigPatch {
  const { patches: [only] } = read(short(patch));
  assert.ok(only !== undefined);
  return only;
}

/** What agent files in YAML amount to, the weakest first, without those that come along. */
export async function readYaml(...texts: readonly string[]): Promise<Provider> {
  const sources = texts.map((text, index) => agent(`${index}/t.yaml`, text));
  const provider = (await loadRoster(sources, { builtIn: false })).get("t");
  assert.ok(provider !== undefined);
  return provider;
}

export function refusedPatch(patch: unknown, message: RegExp): ConfigPatchError {
  return refused(short(patch), message);
}

export function refused(agent: AgentObject, message: RegExp, name = "t"): ConfigPatchError {
  try {
    read(agent, name);
  } catch (error) {
    return checked(error, "roster", message);
  }
  return assert.fail(`accepted: ${Deno.inspect(agent)}`);
}

export async function refusedLater(
  work: Promise<unknown>,
  code: ErrorCode,
  message: RegExp,
): Promise<ConfigPatchError> {
  try {
    await work;
  } catch (error) {
    return checked(error, code, message);
  }
  return assert.fail("accepted");
}

function checked(error: unknown, code: ErrorCode, message: RegExp): ConfigPatchError {
  assert.ok(error instanceof ConfigPatchError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  if (code !== "syntax") assert.ok(error.remedy !== undefined, error.message);
  return error;
}
