/**
 * What sends a client past our values: settings and files that its agent file tells of. Judged on the
 * texts as a run leaves them. Pure.
 *
 * @module
 */
import { ConfigPatchError, escapeControl, locate as positionOf, shortened } from "../errors.ts";
import { folded } from "../formats/twins.ts";
import type { ConfigDocument, ConfigPath, ConfigTable, ConfigValue } from "../formats/types.ts";
import { isList, isTable, pathText, sameValue } from "../formats/value.ts";
import { MOST_TOLD } from "./bounds.ts";
import { pathKey } from "./claims.ts";
import type { Bypass } from "./report.ts";

/** A rule of an agent file, for one file. */
export interface Rule {
  /** The keys that lead to the setting; `*` stands for every key or entry. Absent: that the file exists. */
  readonly path: readonly string[] | undefined;
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
  const { path, why } = rule;
  if (rival.kind === "absent") return [];
  if (path === undefined) return [{ file, position: undefined, path: undefined, why }];
  if (rival.kind === "unreadable") {
    const position = rival.error.position;
    const told = `it cannot be read (${rival.error.message}), so this may be the case: ${why}`;
    return [{ file, position, path: undefined, why: told }];
  }
  if (rival.kind === "present") return [];
  const { document } = rival;
  const disputed = disputedAt(document, path);
  const names = new Set(disputed.map(({ at: [name] }) => name));
  const places = settingsAt(document.value, [], path)
    .filter(({ value }) => value !== null && !rule.unless.some((one) => sameValue(one, value)))
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

/** A place of a setting; where it stands, if the document cannot find it by its path. */
interface Place {
  readonly at: ConfigPath;
  readonly offset?: number;
}

function foundAt(
  document: ConfigDocument,
  file: string,
  places: readonly Place[],
  why: string,
): FoundBypass[] {
  const more = places.length - MOST_TOLD;
  return places.slice(0, MOST_TOLD).map(({ at: path, offset }, index) => {
    const start = offset ?? document.find(path)?.span?.start;
    const position = start === undefined ? undefined : positionOf(document.text, start).position;
    const isLast = more > 0 && index === MOST_TOLD - 1;
    return { file, position, path, why: isLast ? `${why} (${more} more places in it)` : why };
  });
}

/** The keys of a table, by what each is without regard to case; each table is looked at once. */
export function foldedNames(): (table: ConfigTable) => ReadonlyMap<string, readonly string[]> {
  const names = new Map<ConfigTable, ReadonlyMap<string, readonly string[]>>();
  return (table) => {
    const known = names.get(table) ?? Map.groupBy(Object.keys(table), folded);
    names.set(table, known);
    return known;
  };
}

/**
 * Keys of a JSON text that differ from one on our path by their case alone: some readers take the last
 * of both for ours.
 */
export function caseTwins(
  document: ConfigDocument,
  file: string,
  places: readonly ConfigPath[],
  namesIn: ReturnType<typeof foldedNames>,
): FoundBypass[] {
  const found = new Map<string, { readonly key: string; readonly at: ConfigPath }>();
  for (const place of places) {
    let value: ConfigValue | undefined = document.value;
    for (const [depth, key] of place.entries()) {
      if (isTable(value) && typeof key === "string") {
        for (const twin of namesIn(value).get(folded(key)) ?? []) {
          const at = [...place.slice(0, depth), twin];
          if (twin !== key) found.set(pathKey(at), { key, at });
        }
        value = Object.hasOwn(value, key) ? value[key] : undefined;
      } else value = isList(value) && typeof key === "number" ? value[key] : undefined;
    }
  }
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

interface Setting {
  readonly at: ConfigPath;
  readonly value: ConfigValue;
}

function settingsAt(
  value: ConfigValue | undefined,
  at: ConfigPath,
  path: readonly string[],
): Setting[] {
  const [key, ...rest] = path;
  if (value === undefined) return [];
  if (key === undefined) return [{ at, value }];
  if (key === "*" && (isTable(value) || isList(value))) {
    return Object.entries(value).flatMap(([name, item]) =>
      settingsAt(item, [...at, isList(value) ? Number(name) : name], rest)
    );
  }
  if (!isTable(value) || !Object.hasOwn(value, key)) return [];
  return settingsAt(value[key], [...at, key], rest);
}
