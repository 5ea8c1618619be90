/**
 * What sends a client past our values: settings and files that its agent file tells of. Judged on the
 * texts as a run leaves them. Pure.
 *
 * @module
 */
import { ConfigPatchError, escapeControl, locate as positionOf, shortened } from "../errors.ts";
import { alike, ANY, readingsOf, Search } from "../formats/readings.ts";
import type { ConfigDocument, ConfigPath, ConfigValue } from "../formats/types.ts";
import { isList, isTable, pathText } from "../formats/value.ts";
import { MOST_TOLD } from "./bounds.ts";
import { EVERY, pathKey, type WantedPath } from "./claims.ts";
import type { Bypass } from "./report.ts";

/** A rule of an agent file, for one file. */
export interface Rule {
  /** The keys that lead to the setting; `*` stands for every key or entry. */
  readonly path: readonly string[] | undefined;
  /** Beginnings of what the client replaces in the text. Without these and a path: that the file exists. */
  readonly replaced: readonly string[];
  /** The values that are no bypass, tokens replaced. */
  readonly unless: readonly ConfigValue[];
  /** What the client does then. */
  readonly why: string;
}

/** What stands under the name of a file that a rule is about. */
export type Rival =
  /** Nothing. */
  | { readonly kind: "absent" }
  /** A text of its format. */
  | { readonly kind: "text"; readonly document: ConfigDocument }
  /** A text that no rule looks into. */
  | { readonly kind: "present" }
  /** Something that cannot be read as its format, and why. */
  | { readonly kind: "unreadable"; readonly error: ConfigPatchError };

/** A bypass as it was found; whether the operator accepts it is decided later. */
export type FoundBypass = Omit<Bypass, "accepted">;

/** The bypasses of one rule in one file. */
export function bypassesOf(rule: Rule, file: string, rival: Rival): FoundBypass[] {
  const { path, replaced, why } = rule;
  if (rival.kind === "absent") return [];
  if (path === undefined && replaced.length === 0) {
    return [{ file, position: undefined, path: undefined, why }];
  }
  if (rival.kind === "unreadable") {
    const position = rival.error.position;
    const told = `it cannot be read (${rival.error.message}), so this may be the case: ${why}`;
    return [{ file, position, path: undefined, why: told }];
  }
  if (rival.kind === "present") return [];
  const { document } = rival;
  if (path === undefined) return foundAt(document, file, replacedAt(document, replaced), why);
  const disputed = disputedAt(document, path);
  const names = new Set(disputed.map(({ at: [name] }) => name));
  const places = settingsAt(document, path, rule.unless)
    .filter(({ at: [name] }) => !names.has(name));
  return foundAt(document, file, [...disputed, ...places], why);
}

/** Where some readers find a name of the root that others do not. */
function disputedAt({ disputed }: ConfigDocument, [key, ...below]: readonly string[]): Place[] {
  if (disputed === undefined || key === undefined || below.length > 0) return [];
  const names = key === "*" ? [...disputed.keys()] : [key];
  return names.flatMap((name) => {
    const offset = disputed.get(name);
    return offset === undefined ? [] : [{ at: [name], offset }];
  });
}

/** A place of a setting. */
interface Place {
  /** Where it is; empty for what has no path. */
  readonly at: ConfigPath;
  /** Where it stands, if the document cannot find it by its path. */
  readonly offset?: number;
  /** The path to be told, if that is another: a key has a name of its own where it stands twice. */
  readonly told?: ConfigPath;
}

/**
 * Where a setting may be to some reader that holds none of some values. What is reached by a reference
 * or a merge is told at the place of that.
 */
function settingsAt(
  document: ConfigDocument,
  path: readonly string[],
  unless: readonly ConfigValue[],
): Place[] {
  const readings = readingsOf(document);
  const isNone = (value: ConfigValue) =>
    value === null || unless.some((one) => alike(readings, one, value));
  const search = new Search(readings, path, (values) => !values.every(isNone));
  return search.placesIn(document.value).map(({ at, isMerged }) => ({
    at,
    told: at.map((name, depth) =>
      shownName(name, isMerged && depth === at.length - 1 ? MERGED : path[depth])
    ),
  }));
}

/** Where a client reads something else than stands there, because it replaces what begins so. */
function replacedAt(document: ConfigDocument, beginnings: readonly string[]): Place[] {
  const { text } = document;
  const places: Place[] = [];
  const texts: string[] = [];
  const visit = (value: ConfigValue, at: ConfigPath) => {
    if (typeof value === "string") texts.push(value);
    if (!isTable(value) && !isList(value)) return;
    for (const [name, below] of Object.entries(value)) {
      const next = [...at, isList(value) ? Number(name) : name];
      if (beginnings.some((one) => name.includes(one))) places.push({ at: next });
      visit(below, next);
    }
  };
  visit(document.value, []);
  for (const beginning of beginnings) {
    const pattern = new RegExp(`${RegExp.escape(beginning)}[^}"\\r\\n]*(.?)`, "gs");
    // An apostrophe may be a part of a value, or the end of it.
    const within = new Set(
      texts.flatMap((one) => Array.from(one.matchAll(pattern), ([all]) => all)),
    );
    for (const { 0: all, index, 1: end } of text.matchAll(pattern)) {
      const isWithin = !all.includes("'") || within.has(all);
      if (end !== "}" || !isWithin) places.push({ at: [], offset: index });
    }
  }
  return places;
}

/** What a key is called that brings in what is merged. */
const MERGED = "<<";

/** What a key is called: a name of our own making says nothing to a user. */
function shownName(name: string | number, key: string | undefined): string | number {
  const isOurs = typeof name === "string" && !name.isWellFormed();
  return isOurs && key !== undefined && key !== ANY ? key : name;
}

function foundAt(
  document: ConfigDocument,
  file: string,
  places: readonly Place[],
  why: string,
): FoundBypass[] {
  const more = places.length - MOST_TOLD;
  return places.slice(0, MOST_TOLD).map(({ at, offset, told: path = at }, index) => {
    const start = offset ?? document.find(at)?.span?.start;
    const position = start === undefined ? undefined : positionOf(document.text, start).position;
    const isLast = more > 0 && index === MOST_TOLD - 1;
    return {
      file,
      position,
      path: path.length === 0 ? undefined : path,
      why: isLast ? `${why} (${more} more places in it)` : why,
    };
  });
}

/** A step of a place, or of what a patch wants. */
type Step = ConfigPath[number] | WantedPath[number];

/**
 * Keys of a text that some readers take for one on our paths, and use the last of both: in JSON, one
 * that differs by case alone, or that stands twice.
 *
 * @param paths Places, and paths with wildcards; what an entry is matched by ends a path.
 */
export function twinsOf(
  document: ConfigDocument,
  file: string,
  paths: readonly (readonly Step[])[],
): FoundBypass[] {
  const readings = readingsOf(document);
  const found = new Map<string, Place & { readonly key: string }>();
  const visit = (
    value: ConfigValue | undefined,
    at: ConfigPath,
    [key, ...rest]: readonly Step[],
  ) => {
    if (key === EVERY && (isTable(value) || isList(value))) {
      for (const [name, item] of Object.entries(value)) {
        visit(item, [...at, isList(value) ? Number(name) : name], rest);
      }
    } else if (typeof key === "number") {
      visit(isList(value) ? value[key] : undefined, [...at, key], rest);
    } else if (typeof key === "string" && isTable(value)) {
      for (const name of readings.namesOf(value, key)) {
        const place = { at: [...at, name], told: [...at, shownName(name, key)], key };
        if (name !== key) found.set(pathKey(place.at), place);
      }
      visit(Object.hasOwn(value, key) ? value[key] : undefined, [...at, key], rest);
    }
  };
  for (const path of paths) visit(document.value, [], path);
  const byKey = Map.groupBy(found.values(), ({ key }) => key);
  return [...byKey].flatMap(([key, twins]) => {
    const why = `some clients take it for ${pathText([key])}, and use the last of the two`;
    return foundAt(document, file, twins, why);
  });
}

/** The failure of a provider whose client would not go to the vault. */
export function bypassed(provider: string, bypasses: readonly FoundBypass[]): ConfigPatchError {
  const [first] = bypasses;
  const what = bypasses.map(({ file, position, path, why }) => {
    const name = shortened(escapeControl(file));
    const where = position === undefined ? name : `${name}:${position.line}:${position.column}`;
    const setting = path === undefined ? where : `${pathText(path)} at ${where}`;
    return `${setting} (${why.replace(/\.$/, "")})`;
  }).join(", and of ");
  return new ConfigPatchError(
    "bypassed",
    `its client would not go to the vault, because of ${what}`,
    {
      provider,
      file: first?.file,
      position: first?.position,
      remedy: `change that, or accept it (--accept-bypass ${provider}), ` +
        `or run \`vault-config disable ${provider}\` if this container does not use it`,
    },
  );
}
