/**
 * Bringing an agent to one form, wherever it wrote what we read, and finding the slips.
 *
 * An agent file is another program's file too. We read where its config lies and what it has to hold;
 * all other keys are that program's business, except for those that look like a slip of one of ours:
 * such a key would silently not be read.
 *
 * @module
 */
import { closest } from "../errors.ts";
import { pathText, sameValue } from "../formats/value.ts";
import { INHERIT } from "./merge.ts";
import { AGENT_KEYS, type Key } from "./schema.ts";
import {
  at,
  isAbsent,
  isMapping,
  plain,
  type Written,
  type WrittenMapping,
  wrong,
} from "./positions.ts";

/**
 * An agent with nothing but our keys, each directly in it, and the two sections that tell where the
 * host dir is when nobody says it.
 *
 * @throws {ConfigPatchError} `roster` for slips, for an agent that is no mapping, and for one that
 * says two things.
 */
export function normalForm(agent: Written): WrittenMapping {
  if (!isMapping(agent)) {
    throw wrong(agent, "an agent has to be a mapping", "write keys and values, such as host_dir");
  }
  checkSections(agent);
  checkForeignKeys(agent);
  const form = new Map<string, Written>();
  for (const key of AGENT_KEYS) {
    const node = valueOf(agent, key);
    if (node !== undefined) form.set(key.key, node);
  }
  for (const key of ["auth", "opencode"]) {
    const node = agent.value.get(key);
    if (node !== undefined) form.set(key, node);
  }
  return { ...agent, value: form };
}

/** What stands at one of a key's places; several are fine while they say the same. */
function valueOf(agent: WrittenMapping, { key, places = [] }: Key): Written | undefined {
  const nodes = [...places, key].flatMap((place) => at(agent, place.split(".")) ?? []);
  const [first, ...more] = nodes.filter((node) => !isAbsent(node));
  if (first === undefined) return nodes[0];
  const other = more.find((node) => !sameValue(plain(node), plain(first)));
  if (other === undefined) return first;
  throw wrong(
    other,
    `${pathText(first.path)} and ${pathText(other.path)} differ, and only one of them can hold`,
    "keep one of them",
  );
}

/** The sections that we read, with the long keys of ours in each. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  auth: ["host_dir"],
  vault: ["shared_config_patch", "credential_type"],
  provider: ["config_patch", "credential_type"],
};

/** The keys of which a slip would leave a task unrouted, and where each is read. */
const MEANT: Readonly<Record<string, string>> = {
  host_dir: "auth.host_dir",
  shared_config_patch: "vault.shared_config_patch",
  config_patch: "vault.shared_config_patch",
};

function checkSections(agent: WrittenMapping): void {
  for (const [section, ours] of Object.entries(SECTIONS)) {
    const node = agent.value.get(section);
    if (node === undefined || isAbsent(node) || node.value === INHERIT) continue;
    if (!isMapping(node)) {
      // `provider: anthropic` is something that another program may well say.
      if (section === "provider") continue;
      throw wrong(node, `${section} has to be a mapping`, "write a mapping there");
    }
    for (const [key, value] of node.value) {
      if (!ours.includes(key)) checkSlip(value, key, section);
    }
  }
}

function checkForeignKeys(agent: WrittenMapping): void {
  for (const [key, node] of agent.value) {
    if (Object.hasOwn(SECTIONS, key) || AGENT_KEYS.some((one) => one.key === key)) continue;
    const section = closest(key, Object.keys(SECTIONS));
    if (section === undefined && isAgent(node) && key !== OLD_SECTION) throw mappingOfAgents(node);
    checkSlip(node, key, undefined);
    // Of sections with other names, only what looks like one of ours, or holds our longest key.
    for (const [inner, value] of isMapping(node) ? node.value : []) {
      if (section !== undefined || inner === "shared_config_patch") {
        checkSlip(value, inner, section);
      }
    }
  }
}

/** What `vault` was called in rosters before April 2026. */
const OLD_SECTION = "credential_proxy";

function isAgent(node: Written): boolean {
  const places = AGENT_KEYS.find(({ key }) => key === "shared_config_patch")?.places ?? [];
  return ["shared_config_patch", ...places].some((place) => !isAbsent(at(node, place.split("."))));
}

function mappingOfAgents(node: Written) {
  const name = node.path.at(-1);
  return wrong(
    node,
    `a file holds one agent, and ${pathText(node.path)} looks like an agent of its own`,
    `write each agent into a file of its own (${name}.yaml) and name their directory, or give the ` +
      "mapping of names to agents on standard input (--roster -)",
  );
}

function checkSlip(node: Written, key: string, section: string | undefined): void {
  const near = closest(key, Object.keys(MEANT));
  if (near === undefined) return;
  const meant = section === "provider" && near !== "host_dir"
    ? "provider.config_patch"
    : MEANT[near];
  throw wrong(node, `${pathText(node.path)} is not a key that is read`, `did you mean ${meant}?`);
}

/** The name of a host dir that the agent gives without saying it. */
export function impliedHostDir(form: WrittenMapping, name: string): string | undefined {
  const implied = isAbsent(form.value.get("auth")) && isMapping(form.value.get("opencode"));
  return implied ? `_${name}-config` : undefined;
}
