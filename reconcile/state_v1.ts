/**
 * Version 1 of `state.json`, as the next one has it. There, entries of lists were known by what a patch
 * matches them by, and containers by their paths.
 *
 * @module
 */
import type { ConfigTable, ConfigValue, Selector } from "../formats/types.ts";
import { isList, isTable, tableOf } from "../formats/value.ts";
import { pathKey } from "../ownership/claims.ts";
import { leavesOfMatch } from "../ownership/places.ts";

/** What an earlier version of this program did not know. */
const SINCE = "";

/**
 * The entry of a file, in the form of version 2. Only what the conversion needs is checked here;
 * the reader of version 2 checks the rest.
 */
export function asVersion2(value: ConfigValue, corrupt: (why: string) => Error): ConfigValue {
  if (!isTable(value) || !isList(value.claims)) throw corrupt("not a list of claims");
  const created = new Set((isList(value.created) ? value.created : []).map(keyOf));
  return tableOf([
    ...Object.entries(value).filter(([key]) => key !== "created"),
    ["digest", ""],
    ["claims", value.claims.map((claim) => claimOf(claim, created, corrupt))],
  ]);
}

function claimOf(
  claim: ConfigValue,
  created: ReadonlySet<string>,
  corrupt: (why: string) => Error,
): ConfigTable {
  const path = isTable(claim) ? claim.path : undefined;
  if (!isTable(claim) || !isList(path) || path.length === 0) {
    throw corrupt("a claim without a path");
  }
  const lengths = path.flatMap((_, length) =>
    length > 0 && created.has(keyOf(path.slice(0, length))) ? [BigInt(length)] : []
  );
  return tableOf([
    ...Object.entries(claim).filter(([key]) => key !== "path" && key !== "text"),
    ["place", path.map(markOf)],
    ["kind", "set"],
    ["since", SINCE],
    ["created", lengths],
    ...claim.text === undefined ? [] : [["text", textOf(claim.text)] as const],
  ]);
}

function textOf(text: ConfigValue): ConfigValue {
  if (!isTable(text) || !isList(text.created)) return text;
  const lengths = text.created.map((path) => BigInt(isList(path) ? path.length : -1));
  return tableOf([...Object.entries(text), ["created", lengths]]);
}

function markOf(key: ConfigValue): ConfigValue {
  if (!isTable(key)) return key;
  return tableOf([["match", key], ["leaves", leavesOfMatch(key as Selector)]]);
}

function keyOf(path: ConfigValue): string {
  return isList(path) ? pathKey(path as readonly (string | Selector)[]) : "";
}
