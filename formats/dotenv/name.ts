/** The name that a path means, and whether all readers agree on what stands there. @module */
import { ConfigPatchError, locate } from "../../errors.ts";
import type { ConfigPath } from "../types.ts";
import { pathText } from "../value.ts";
import type { Assignment, DotenvIndex } from "./spans.ts";

/**
 * The name that a path means.
 *
 * @throws {ConfigPatchError} `shape` for a path into a table or a list: there are none.
 */
export function nameOf(path: ConfigPath): string {
  const [name] = path;
  if (path.length === 1 && typeof name === "string") return name;
  throw new ConfigPatchError("shape", `${pathText(path) || "the root"} is no name of a .env file`, {
    remedy: "it holds names with their values, and no tables or lists",
  });
}

/**
 * The one assignment of a name; `undefined` where the name does not stand.
 *
 * @throws {ConfigPatchError} `unsupported` where it stands twice, or not for all readers.
 */
export function onlyAssignment(index: DotenvIndex, name: string): Assignment | undefined {
  const [first, second] = index.byName.get(name) ?? [];
  if (second !== undefined) {
    throw refused(index, second.start, `the name ${name} stands twice`, "remove one of the lines");
  }
  if (first?.doubt !== undefined) {
    throw refused(index, first.start, first.doubt, `write ${name}=value on a line of its own`);
  }
  return first;
}

/** An `unsupported` error at an offset. */
export function refused(
  { text }: DotenvIndex,
  offset: number,
  message: string,
  remedy: string,
): ConfigPatchError {
  return new ConfigPatchError("unsupported", message, { ...locate(text, offset), remedy });
}
