/** The root of a document that is known to be a table. */
import assert from "node:assert/strict";
import type { ConfigDocument, ConfigTable } from "../../formats/mod.ts";
import { isTable } from "../../formats/value.ts";

/** The root table of a document; fails where it is a list. */
export function rootOf({ value }: Pick<ConfigDocument, "value">): ConfigTable {
  assert.ok(isTable(value), "the root is a list");
  return value;
}
