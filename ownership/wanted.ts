/** From the path that a patch wants to the places of a text that it matches. @module */
import { ConfigPatchError, locate } from "../errors.ts";
import { ANY, isMeant, mayBeMeant, readingsOf, Search } from "../formats/readings.ts";
import type { ConfigDocument, ConfigPath, ConfigValue } from "../formats/types.ts";
import { isList, isTable, pathText, valueAt } from "../formats/value.ts";
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
 * @throws {ConfigPatchError} `shape` where `each` meets something else than a table.
 */
export function expand(
  document: ConfigDocument,
  { path, kind }: Pick<Wanted, "path" | "kind">,
  isOurs: (at: ConfigPath) => boolean = () => false,
): ConfigPath[] {
  if (kind === "each") return everyTable(document, document.value, [], path);
  return entriesOf(document, document.value, [], path as ConfigPath, isOurs);
}

/**
 * Refuses a wanted place of which nobody can tell whether it means a table, because some reader finds
 * that by an alias, a merge key, or a key in other letters. Every one is meant, and none may be missed.
 *
 * @throws {ConfigPatchError} `unsupported`
 */
export function refuseUntold(
  document: ConfigDocument,
  { path, kind }: Pick<Wanted, "path" | "kind">,
): void {
  if (kind === "default") return;
  const end = path.findIndex((key) => typeof key === "object");
  const match = path[end];
  if (typeof match !== "object") return;
  // A plug-in refuses such a path itself.
  if (document.readings === undefined && kind === "set") document.find(path as ConfigPath);
  const readings = readingsOf(document);
  const keys = path.slice(0, end).map((key) => typeof key === "string" ? key : ANY);
  const mayBe = mayBeMeant(readings, match);
  const search = new Search(
    readings,
    kind === "each" ? keys : [...keys, ANY],
    (values) => values.some(mayBe),
  );
  for (const { at, isMerged } of search.placesIn(document.value)) {
    if (!isMerged && isMeant(readings, valueAt(document.value, at), match)) continue;
    const start = document.find(at)?.span?.start;
    const what = Object.keys(match).length === 0 ? "a table that is meant" : pathText([match]);
    throw new ConfigPatchError(
      "unsupported",
      `what stands at ${pathText(at)} may be ${what} to some programs, and hold another address: ` +
        "by an alias, a merge key, or a key or value that they read otherwise",
      {
        ...(start === undefined ? undefined : locate(document.text, start)),
        remedy: "write it out, without alias and merge key, and its keys as the program has them",
      },
    );
  }
}

function entriesOf(
  document: ConfigDocument,
  value: ConfigValue | undefined,
  at: ConfigPath,
  path: ConfigPath,
  isOurs: (at: ConfigPath) => boolean,
): ConfigPath[] {
  const [key, ...rest] = path;
  if (key === undefined) return [at];
  if (typeof key !== "object") {
    return entriesOf(document, valueAt(value ?? null, [key]), [...at, key], rest, isOurs);
  }
  const readings = readingsOf(document);
  const entries = !isList(value)
    ? []
    : [...value.keys()].filter((index) => isMeant(readings, value[index], key));
  if (entries.length === 0) return [[...at, ...path]];
  const users = entries.filter((index) => !isOurs([...at, index]));
  return (users.length > 0 ? users : entries).flatMap((index) =>
    entriesOf(document, valueAt(value ?? null, [index]), [...at, index], rest, isOurs)
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
    if (!isTable(value)) return elsewhere(document, at);
    return isMeant(readingsOf(document), value, key) ? [[...at, ...rest as readonly string[]]] : [];
  }
  if (key !== EVERY) {
    if (!isTable(value)) return elsewhere(document, at);
    return Object.hasOwn(value, key) ? everyTable(document, value[key], [...at, key], rest) : [];
  }
  if (!isTable(value) && !isList(value)) return elsewhere(document, at);
  return Object.entries(value).flatMap(([name, item]) =>
    everyTable(document, item, [...at, isList(value) ? Number(name) : name], rest)
  );
}

/** Who applies has been refused a reference to what is meant; one to something else is not meant. */
function elsewhere(document: ConfigDocument, at: ConfigPath): [] {
  const container = valueAt(document.value, at.slice(0, -1));
  const name = at[at.length - 1];
  if ((isTable(container) || isList(container)) && name !== undefined && typeof name !== "object") {
    const values = readingsOf(document).valuesAt(container, name);
    if (values.some((one) => one === null || isTable(one) || isList(one))) return [];
  }
  throw notTable(document, at);
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
