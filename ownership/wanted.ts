/** From the path that a patch wants to the places of a text that it matches. @module */
import { ConfigPatchError, locate } from "../errors.ts";
import type { ConfigDocument, ConfigPath, ConfigValue } from "../formats/types.ts";
import { isList, isTable, matches, pathText, valueAt } from "../formats/value.ts";
import { EVERY, type Wanted, type WantedPath } from "./claims.ts";
import type { Action } from "./report.ts";

/** A provider's part in a file. */
export interface Part {
  /** The provider. */
  readonly provider: string;
  /** What is to be done. */
  readonly action: Action;
  /** What its patches want in this file; empty when they are elsewhere or gone. */
  readonly wanted: readonly Wanted[];
}

/** Whether a part is one that wants values in its file. */
export function routes({ action, wanted }: Pick<Part, "action" | "wanted">): boolean {
  return action === "apply" && wanted.length > 0;
}

/**
 * The places of a text that a wanted place means, entries by their number. A selector of a `set` that
 * matches nothing stays a selector, for the entry that is to be created; one of an `each` creates
 * nothing.
 *
 * @param isOurs Whether an entry exists only because of us; not used if one of the user's matches.
 * @throws {ConfigPatchError} `shape` where `each` meets something else than a table, `unsupported` where
 * nobody can tell which entries match.
 */
export function expand(
  document: ConfigDocument,
  { path, kind }: Pick<Wanted, "path" | "kind">,
  isOurs: (at: ConfigPath) => boolean = () => false,
): ConfigPath[] {
  if (kind === "each") return everyTable(document, document.value, [], path);
  // A format may know of entries that the tree does not show (YAML's aliases), and refuse the path.
  if (path.some((key) => typeof key === "object")) document.find(path as ConfigPath);
  return entriesOf(document.value, [], path as ConfigPath, isOurs);
}

function entriesOf(
  value: ConfigValue | undefined,
  at: ConfigPath,
  path: ConfigPath,
  isOurs: (at: ConfigPath) => boolean,
): ConfigPath[] {
  const [key, ...rest] = path;
  if (key === undefined) return [at];
  if (typeof key !== "object") {
    return entriesOf(valueAt(value ?? null, [key]), [...at, key], rest, isOurs);
  }
  const entries = !isList(value)
    ? []
    : [...value.keys()].filter((index) => matches(value[index], key));
  if (entries.length === 0) return [[...at, ...path]];
  const users = entries.filter((index) => !isOurs([...at, index]));
  return (users.length > 0 ? users : entries).flatMap((index) =>
    entriesOf(valueAt(value ?? null, [index]), [...at, index], rest, isOurs)
  );
}

/** Follows a path with wildcards. The keys behind a selector are taken as they are. */
function everyTable(
  document: ConfigDocument,
  value: ConfigValue | undefined,
  at: ConfigPath,
  path: WantedPath,
): ConfigPath[] {
  const [key, ...rest] = path;
  if (key === undefined || value === undefined || value === null) return [];
  if (typeof key === "object") {
    if (!isTable(value)) throw notTable(document, at);
    return matches(value, key) ? [[...at, ...rest as readonly string[]]] : [];
  }
  if (key !== EVERY) {
    if (!isTable(value)) throw notTable(document, at);
    return Object.hasOwn(value, key) ? everyTable(document, value[key], [...at, key], rest) : [];
  }
  if (!isTable(value) && !isList(value)) throw notTable(document, at);
  return Object.entries(value).flatMap(([name, item]) =>
    everyTable(document, item, [...at, isList(value) ? Number(name) : name], rest)
  );
}

function notTable(document: ConfigDocument, at: ConfigPath): ConfigPatchError {
  const span = document.find(at)?.span;
  return new ConfigPatchError(
    "shape",
    `something else than a table stands at ${pathText(at)}`,
    {
      ...(span === undefined ? undefined : locate(document.text, span.start)),
      remedy: "make it a table, or take it out of the file",
    },
  );
}
