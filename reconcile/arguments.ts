/** What callers give, checked: a wrong type is refused clearly, `null` is as good as nothing. @module */
import { ConfigPatchError } from "../errors.ts";

/**
 * The path of a mounts directory.
 *
 * @param mounts A path, or a `file:` URL.
 * @throws {ConfigPatchError} `option` for anything else.
 */
export function pathOf(mounts: string | URL): string {
  if (typeof mounts === "string" && mounts !== "") return mounts;
  if (mounts instanceof URL && mounts.protocol === "file:" && mounts.host === "") {
    return decodeURIComponent(mounts.pathname).replace(/(?<=.)\/+$/, "");
  }
  throw wrong("the mounts directory must be a path", "give a text, or a file: URL");
}

/**
 * A list of names; `undefined` where none is given.
 *
 * @param names What the caller gave: an array, a set, any other iterable, `null`.
 * @param what What the caller calls it.
 * @throws {ConfigPatchError} `option` for a text, which would be read letter by letter, and for
 * anything else that is no list of texts.
 */
export function namesOf(
  names: Iterable<string> | null | undefined,
  what: string,
): readonly string[] | undefined {
  if (names === undefined || names === null) return undefined;
  if (typeof names === "string") {
    throw wrong(
      `${what} must be a list of names, but is a text`,
      `give an array: [${JSON.stringify(names)}]`,
    );
  }
  const list = typeof names === "object" && Symbol.iterator in names ? Array.from(names) : [names];
  if (list.every((name) => typeof name === "string" && name !== "")) return list;
  throw wrong(`${what} must be a list of names`, 'give an array or a set: ["codex"]');
}

/**
 * The types of credentials by provider.
 *
 * @throws {ConfigPatchError} `option` for anything else than texts by name.
 */
export function credentialsOf(
  types: Readonly<Record<string, string>> | null | undefined,
): Readonly<Record<string, string>> {
  if (types === undefined || types === null) return {};
  // A map or a list is an object, too, but has its entries elsewhere.
  const fits = typeof types === "object" && !(Symbol.iterator in types) &&
    Object.values(types).every((type) => typeof type === "string");
  if (fits) return types;
  throw wrong("credentials must be types by name", 'give an object: { codex: "oauth" }');
}

/**
 * A yes or no.
 *
 * @throws {ConfigPatchError} `option` for anything else.
 */
export function switchOf(value: boolean | null | undefined, what: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw wrong(`${what} must be true or false`, "give one of these");
}

/**
 * A time in milliseconds.
 *
 * @throws {ConfigPatchError} `option` for anything that is no number from 0 on.
 */
export function millisecondsOf(
  value: number | null | undefined,
  what: string,
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && value >= 0) return value;
  throw wrong(`${what} must be a number of milliseconds`, "give a number from 0 on");
}

/** The refusal of an argument. */
export function wrong(message: string, remedy: string): ConfigPatchError {
  return new ConfigPatchError("option", message, { remedy });
}
