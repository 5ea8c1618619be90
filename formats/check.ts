/**
 * The checker between every edit and every write. The editor is not trusted; this is.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigRoot,
  ConfigValue,
  FormatHandler,
  ParseOptions,
} from "./types.ts";
import { remedyFor } from "./plug_in.ts";
import { copyOf, isList, isTable, removeAt, resolve, sameValue, setAt, valueAt } from "./value.ts";

/** What a check may take as given. */
export interface CheckOptions {
  /** How the text is to be read. */
  readonly parse?: ParseOptions;
  /**
   * Paths whose value is taken from the text, because only the text is known: a user's former value
   * that was put back.
   */
  readonly restored?: readonly ConfigPath[];
  /**
   * Tables and lists that may have lost their last entry. YAML says so with no value at all, so there
   * `null` counts as an empty one.
   */
  readonly emptied?: readonly ConfigPath[];
}

/**
 * Reads a text that an edit led to and compares it with the tree that the edit had to lead to.
 *
 * @throws {ConfigPatchError} `verification` when the trees differ or the text does not parse,
 * `too-large` when the text is now over a bound.
 */
export function checkEdit(
  handler: FormatHandler,
  text: string,
  expected: ConfigRoot,
  options: CheckOptions = {},
): ConfigDocument {
  let document: ConfigDocument;
  try {
    document = handler.parse(text, options.parse);
  } catch (error) {
    // What is over a bound only after the edit is refused as what was over it before.
    if (error instanceof ConfigPatchError && error.code === "too-large") throw error;
    throw new ConfigPatchError("verification", "the edited text would not parse", {
      remedy: remedyFor(handler, REMEDY),
      cause: error,
    });
  }
  const { restored = [], emptied = [] } = options;
  const wanted = restored.length + emptied.length === 0 ? expected : copyOf(expected);
  for (const path of restored) {
    const value = valueAt(document.value, path);
    if (value === undefined) continue;
    setAt(wanted, path, copyOf(value));
  }
  for (const path of emptied) {
    const container = valueAt(wanted, path);
    if (isEmpty(container) && valueAt(document.value, path) === null) setAt(wanted, path, null);
  }
  if (!sameValue(document.value, wanted)) {
    throw new ConfigPatchError("verification", "the edit would change more than its own place", {
      remedy: remedyFor(handler, REMEDY),
    });
  }
  return document;
}

function isEmpty(value: ConfigValue | undefined): boolean {
  if (isList(value)) return value.length === 0;
  return isTable(value) && Object.keys(value).length === 0;
}

/** The tree after something was removed: what {@linkcode checkEdit} is to expect of a removal. */
export function without(root: ConfigRoot, path: ConfigPath): ConfigRoot {
  const tree = copyOf(root);
  const { found, missing } = resolve(tree, path);
  if (missing.length === 0) removeAt(tree, found);
  return tree;
}

const REMEDY =
  "nothing was written; put the value in by hand once, or report this file's shape as a bug";
