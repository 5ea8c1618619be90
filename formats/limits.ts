/**
 * How much of a file is read and edited, once for all formats. A file over one of these bounds is
 * refused as `too-large` before it costs more than its share of time and memory.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../errors.ts";
import type { ConfigPath, ConfigValue } from "./types.ts";
import { isList, isTable } from "./value.ts";

/** The levels of containers that are read. What recurses over a tree relies on it. */
export const MAX_DEPTH = 100;

/** The levels of a path and the value at its end that are written: what is written must be read. */
export const MAX_WRITTEN_DEPTH = 90;

/**
 * The values and comments of a file that are read, containers included: a file of 512 KiB that holds
 * more has less than six characters for each. The parsers that know positions take up to 30 µs and
 * 4 KiB for one, of which the worst file below the cap may cost no more than 5 s and 500 MiB.
 */
export const MAX_NODES = 100_000;

/** The characters of a key or string that are written: no client needs a longer one, and some fail. */
export const MAX_STRING: number = 64 * 1024;

/** The refusal of a text that nests too deeply; `offset` is where, as far as it is known. */
export function tooDeep(text: string, offset?: number): ConfigPatchError {
  const why = `the file nests deeper than ${MAX_DEPTH} levels`;
  return tooLarge(why, "nest its values less deeply", text, offset);
}

/** The refusal of a text that holds too many values. */
export function tooMany(): ConfigPatchError {
  return tooLarge(
    `the file holds more than ${MAX_NODES} values and comments`,
    "split or shorten the file",
  );
}

/**
 * Refuses a path with a value that together nest too deeply to be read again. It counts without
 * recursion, because that would overflow on the values that are meant.
 *
 * @param path The path.
 * @param value The value at its end.
 * @throws {ConfigPatchError} `too-large`
 * @example
 * ```ts
 * import { MAX_WRITTEN_DEPTH, refuseDepth } from "@terok/vault-config/formats";
 *
 * refuseDepth(new Array(MAX_WRITTEN_DEPTH).fill("key"), "value");
 * ```
 */
export function refuseDepth(path: ConfigPath, value: ConfigValue): void {
  let level: readonly ConfigValue[] = [value];
  for (let depth = path.length; depth <= MAX_WRITTEN_DEPTH; depth++) {
    level = level.flatMap((item) => isList(item) ? item : isTable(item) ? Object.values(item) : []);
    if (level.length === 0) return;
  }
  const why = `a value would be nested deeper than ${MAX_WRITTEN_DEPTH} levels`;
  throw new ConfigPatchError("too-large", why, { remedy: "put a flatter value" });
}

/**
 * Refuses a string or key that is too long to be read again.
 *
 * @param text The string.
 * @throws {ConfigPatchError} `too-large`
 * @example
 * ```ts
 * import { MAX_STRING, refuseLength } from "@terok/vault-config/formats";
 *
 * refuseLength("x".repeat(MAX_STRING));
 * ```
 */
export function refuseLength(text: string): void {
  if (text.length <= MAX_STRING) return;
  const why = `a string or key is too long: more than ${MAX_STRING} characters`;
  throw new ConfigPatchError("too-large", why, { remedy: "put a shorter value" });
}

function tooLarge(why: string, remedy: string, text = "", offset?: number): ConfigPatchError {
  const place = offset === undefined ? undefined : locate(text, offset);
  return new ConfigPatchError("too-large", why, { ...place, remedy });
}
