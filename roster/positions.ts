/**
 * Values that know where they were written, so that what is wrong about a merged agent is still told
 * with the file and the line of the one that said it.
 *
 * @module
 */
import { ConfigPatchError, type ErrorDetails } from "../errors.ts";
import {
  type ConfigPath,
  type ConfigScalar,
  type ConfigValue,
  OpaqueScalar,
} from "../formats/types.ts";
import { isList, isTable, tableOf } from "../formats/value.ts";

/** Where an agent was written, for messages. */
export interface AgentSource {
  /** The provider. */
  readonly name: string;
  /** A path, or words for what is no file. */
  readonly file: string;
  /** Position and line of what stands at a path of the agent, where they are known. */
  readonly locate: ((path: ConfigPath) => ErrorDetails | undefined) | undefined;
}

/** A value, and where it was written. */
export interface Written {
  /** A scalar, or values that were perhaps written elsewhere. */
  readonly value: ConfigScalar | readonly Written[] | WrittenTable;
  /** The agent in which it was written. */
  readonly source: AgentSource;
  /** Its path in that agent. */
  readonly path: ConfigPath;
}

/** A mapping of such values. */
export type WrittenTable = ReadonlyMap<string, Written>;

/** A value that was written as a mapping. */
export interface WrittenMapping extends Written {
  /** Its keys and values. */
  readonly value: WrittenTable;
}

/** A value that was written as a list. */
export interface WrittenList extends Written {
  /** Its entries. */
  readonly value: readonly Written[];
}

/** A value as it stands in an agent. */
export function written(value: ConfigValue, source: AgentSource, path: ConfigPath = []): Written {
  if (isList(value)) {
    return { value: value.map((item, i) => written(item, source, [...path, i])), source, path };
  }
  if (!isTable(value)) return { value, source, path };
  const entries = Object.entries(value).map(([key, item]) =>
    [key, written(item, source, [...path, key])] as const
  );
  return { value: new Map(entries), source, path };
}

/** The value alone. */
export function plain(node: Written): ConfigValue {
  if (isMapping(node)) {
    return tableOf([...node.value].map(([key, item]) => [key, plain(item)] as const));
  }
  return isSequence(node) ? node.value.map(plain) : node.value as ConfigScalar;
}

/** Whether it is a mapping. */
export function isMapping(node: Written | undefined): node is WrittenMapping {
  return node?.value instanceof Map;
}

/** Whether it is a list. */
export function isSequence(node: Written | undefined): node is WrittenList {
  return Array.isArray(node?.value);
}

/** Whether nothing stands there, or null or JavaScript's `undefined`, which say the same. */
export function isAbsent(node: Written | undefined): boolean {
  const value = node?.value ?? null;
  return value === null || (value instanceof OpaqueScalar && value.type === "undefined");
}

/** The entry under a key, unless nothing or null stands there. */
export function present(node: WrittenMapping, key: string): Written | undefined {
  const entry = node.value.get(key);
  return isAbsent(entry) ? undefined : entry;
}

/** What stands below a value, at keys that were all written. */
export function at(node: Written | undefined, path: readonly string[]): Written | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return node;
  return isMapping(node) ? at(node.value.get(key), rest) : undefined;
}

/** An error about a value, with the place where it was written. */
export function wrong(node: Written, message: string, remedy: string): ConfigPatchError {
  return new ConfigPatchError("roster", message, { ...placeOf(node), remedy });
}

/** Runs a check that knows nothing of agents, and says where it failed. */
export function checkedAt<T>(node: Written, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    throw error.with(placeOf(node));
  }
}

function placeOf({ source, path }: Written): ErrorDetails {
  // Elsewhere an agent file is another program's, and one that was named by mistake may be anything.
  const isPlain = path.some((key) => key === "shared_config_patch" || key === "config_patch");
  return { provider: source.name, file: source.file, isPlain, ...source.locate?.(path) };
}
