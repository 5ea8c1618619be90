/**
 * What a patch wants, and which places of a text it means.
 *
 * - `nested.inner.a` and `providers[ours].base` mean that one place; `[ours]` is the entry whose name
 *   is `ours`, which comes with the value where it is missing.
 * - `models[kind=x].base` means every entry of the user's of that kind. Where there is none, it means
 *   one that we make: the one without a name.
 * - `models[*].more`, `models[*kind=y].more` and `accounts.*.url` mean every entry or table that is
 *   there (of that kind). They make none.
 */
import type { Kind, Tree } from "./memory.ts";

/** A value that a patch wants. */
export interface Want {
  readonly place: string;
  /** The JSON of the value, with tokens. */
  readonly template: string;
  readonly kind: Kind;
}

/** A place with a wildcard or a selector, in its parts. */
export interface Aim {
  /** The list, or the table of tables. */
  readonly outer: string;
  /** Whether it goes into everything that is there. */
  readonly isEach: boolean;
  /** What is passed over unless it holds this. */
  readonly match: { readonly key: string; readonly value: string } | undefined;
  /** The place in each of them. */
  readonly inner: string;
}

/** The parts of a place; none where it is a place of a text already. */
export function aimOf(place: string): Aim | undefined {
  const [, outer, each, key, value = "", inner] =
    /^(\w+)[.[](\*)?(?:(\w+)=(\w+))?\]?\.(.+)$/.exec(place) ?? [];
  if (outer === undefined || inner === undefined) return undefined;
  const match = key === undefined ? undefined : { key, value };
  return { outer, isEach: each !== undefined, match, inner };
}

/** The places of a text that a wanted place means; `made` are the containers that we made. */
export function meant(
  { leaves, containers }: Tree,
  place: string,
  made: ReadonlySet<string> = new Set(),
): string[] {
  const aim = aimOf(place);
  if (aim === undefined) return [place];
  const { outer, isEach, match, inner } = aim;
  const all = [...containers].filter((one) =>
    one.startsWith(outer) && /^[.[][^.[]*$/.test(one.slice(outer.length))
  );
  const matching = all.filter((one) =>
    match === undefined || leaves.get(`${one}.${match.key}`) === JSON.stringify(match.value)
  );
  const users = matching.filter((one) => !made.has(one));
  const entries = isEach || users.length === 0 ? matching : users;
  const meant = isEach || entries.length > 0 ? entries : [`${outer}[]`];
  return meant.map((one) => `${one}.${inner}`);
}

/** The entry that we make where none matches. */
export const MADE = "models[]";

/** What stands in an entry that we make besides our values: that by which the patch finds it. */
export const FOUND_BY = { key: "kind", value: '"x"' } as const;
