/** Keys of a mapping against the table of keys. @module */
import { closest } from "../errors.ts";
import { pathText } from "../formats/value.ts";
import { type Key, type Shape, shapeOf } from "./schema.ts";
import { isAbsent, plain, type Written, type WrittenMapping, wrong } from "./positions.ts";

/**
 * Checks that every key is known, and holds what it is for. Null counts as absent.
 *
 * @param what What a mapping with these keys is called, where unknown keys are not checked already.
 * @throws {ConfigPatchError} `roster`
 */
export function checkKeys(node: WrittenMapping, keys: readonly Key[], what?: string): void {
  for (const [key, value] of node.value) {
    const shape = shapeOf(keys, key);
    if (shape !== undefined) checkShape(value, shape);
    else if (what !== undefined) throw unknownKey(value, key, keys, what);
  }
}

/** Checks that a value is of a kind; null and nothing are of every kind. */
export function checkShape(node: Written, shape: Shape): void {
  if (isAbsent(node) || shape.fits(plain(node))) return;
  throw wrong(
    node,
    `${pathText(node.path)} has to be ${shape.words}`,
    `write ${shape.words} there`,
  );
}

function unknownKey(node: Written, key: string, keys: readonly Key[], what: string) {
  const known = keys.map((one) => one.key);
  const near = closest(key, known);
  return wrong(
    node,
    `${what} has no key ${JSON.stringify(key)}`,
    near === undefined ? `take it out; known are ${known.join(", ")}` : `did you mean ${near}?`,
  );
}
