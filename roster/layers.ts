/** Agents of one name, laid over each other. @module */
import { mergeAgents } from "./merge.ts";
import { normalForm } from "./normal.ts";
import { isAbsent, type Written, type WrittenMapping } from "./positions.ts";

/**
 * What agents of one name amount to, each laid over those before it.
 *
 * @param layers The agents, the lowest first; at least one.
 * @returns The agent in normal form.
 * @throws {ConfigPatchError} `roster` for slips and contradictions.
 */
export function layAgents(layers: readonly [Written, ...Written[]]): WrittenMapping {
  const [lowest] = layers;
  const nothing: WrittenMapping = { ...lowest, value: new Map() };
  return layers.map(normalForm).reduce(mergeAgents, nothing);
}

/** Whether one of these agents gives a patch, or a part of one. */
export function givesPatch(layers: readonly Written[]): boolean {
  return layers.some((agent) => !isAbsent(normalForm(agent).value.get("shared_config_patch")));
}
