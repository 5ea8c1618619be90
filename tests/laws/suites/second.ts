/** Comparing what an independent reader makes of a text before and after an edit. */
import { type ConfigValue, OpaqueScalar } from "../../../formats/mod.ts";
import {
  copyOf,
  isList,
  isTable,
  resolve,
  sameValue,
  setAt,
  tableOf,
} from "../../../formats/value.ts";
import type { LawEdit } from "../../../testing/law.ts";

/**
 * Whether a second reader sees exactly the edit. `undefined` where it has no say: it does not read
 * the text before, or sees another shape there.
 */
export function agrees(
  read: (text: string) => unknown,
  before: string,
  after: string,
  edit: LawEdit,
  value: ConfigValue,
): boolean | undefined {
  const was = attempt(() => common(read(before)));
  if (was === undefined || !(isTable(was) || isList(was) || was === null)) return undefined;
  const root = copyOf(was ?? tableOf([]));
  const [ours, theirs] = [value, root].map((tree) => resolve(tree, edit.path).missing.length);
  if (ours !== theirs) return undefined;
  setAt(root, edit.path, common(edit.value));
  const now = attempt(() => common(read(after)));
  return now !== undefined && sameValue(now, root);
}

function attempt(step: () => ConfigValue): ConfigValue | undefined {
  try {
    return step();
  } catch {
    // A reader says no by throwing; what that means depends on the text.
    return undefined;
  }
}

/** Any reader's values as ours. Readers differ on `1` and `1.0`, so both are the integer. */
function common(value: unknown): ConfigValue {
  if (Array.isArray(value)) return value.map(common);
  if (value instanceof Map) {
    return tableOf([...value].map(([key, item]) => [keyOf(key), common(item)]));
  }
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value !== "object" || value === null) return value as ConfigValue;
  if (Object.prototype.toString.call(value) === "[object Object]") {
    return tableOf(Object.entries(value).map(([key, item]) => [key, common(item)]));
  }
  return new OpaqueScalar("another type", String(value));
}

function keyOf(key: unknown): string {
  return key instanceof Map || Array.isArray(key) ? JSON.stringify(key) : String(key);
}
