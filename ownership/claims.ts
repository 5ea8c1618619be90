/** What we wrote where: claims, and the state of one file. @module */
import type { ConfigPath, ConfigValue, Selector, Span } from "../formats/types.ts";
import { isList, isTable } from "../formats/value.ts";

/** A place that we wrote, with what is needed to take it back exactly. */
export interface Claim {
  /** The place in the file: keys and selectors, no indices. */
  readonly path: ConfigPath;
  /** The value that we wrote. The place is ours while it still holds it. */
  readonly value: ConfigValue;
  /** The providers that want it, sorted; the last one out gives the place back. */
  readonly owners: readonly string[];
  /** What we did to the text; absent when that is not known (a healed record). */
  readonly text?: ClaimText;
}

/** The bytes of a claim. */
export interface ClaimText {
  /** What we inserted, as it stands now: containers, separators and the value. */
  readonly insert: string;
  /** What stood there before: the user's former text, or `""`. */
  readonly remove: string;
  /** Where in `insert` the value's own text is. */
  readonly value: Span;
  /** Whether the user had a value at the place. */
  readonly overrode: boolean;
  /** The containers that `insert` brought along, outermost first. */
  readonly created: readonly ConfigPath[];
}

/** Everything that we know about one config file. */
export interface FileState {
  /** The format by whose rules it was edited. */
  readonly format: string;
  /** What stood there before we came; `undefined` when it was a file with content. */
  readonly origin?: "absent" | "empty";
  /** The claims, in the order in which they were written. */
  readonly claims: readonly Claim[];
  /** Tables, lists and list entries that only exist because of us, outermost first. */
  readonly created: readonly ConfigPath[];
}

/** A value that a provider wants at a place. */
export interface Wanted {
  /** The place. */
  readonly path: ConfigPath;
  /** The value, tokens replaced. */
  readonly value: ConfigValue;
  /**
   * What the template gives at every known vault address; empty when it holds no vault token.
   * A live value among them counts as ours, whoever wrote it.
   */
  readonly known: readonly ConfigValue[];
}

/** Host dir and file of a key such as `_vibe-config/config.toml`; a nested file keeps its slashes. */
export function splitKey(key: string): [string, string] {
  const slash = key.indexOf("/");
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** A string that two paths share exactly if they are the same place. */
export function pathKey(path: ConfigPath): string {
  return JSON.stringify(path.map((step) => typeof step === "object" ? selectorKey(step) : step));
}

/** Every owner of a claim in a file, as often as it owns one. */
export function ownersOf(entry: FileState | undefined): string[] {
  return entry?.claims.flatMap((claim) => claim.owners) ?? [];
}

/** Whether `inner` is below `outer`, or the same. */
export function isWithin(inner: ConfigPath, outer: ConfigPath): boolean {
  return inner.length >= outer.length && pathKey(inner.slice(0, outer.length)) === pathKey(outer);
}

/** The keys of all containers on the way to some places. */
export function containersOf(paths: readonly ConfigPath[]): ReadonlySet<string> {
  return new Set(paths.flatMap((path) => path.map((_, depth) => pathKey(path.slice(0, depth)))));
}

/** Whether nothing is in a container but what a selector needs. */
export function isVacant(value: ConfigValue | undefined, last: ConfigPath[number]): boolean {
  if (value === null) return true;
  if (isList(value)) return value.length === 0;
  if (!isTable(value)) return false;
  const kept = typeof last === "object" ? Object.keys(last) : [];
  return Object.keys(value).every((key) => kept.includes(key));
}

function selectorKey(selector: Selector): unknown {
  return Object.keys(selector).sort().map((key) => {
    const value = selector[key];
    return [key, typeof value, String(value)];
  });
}
