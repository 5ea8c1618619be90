/**
 * Config formats: the plug-in interface, the registry, and the four built-in handlers.
 *
 * @example
 * ```ts
 * import { applySplice, defaultFormats } from "@terok/vault-config/formats";
 *
 * const toml = await defaultFormats.load("toml");
 * const document = toml.parse('model = "x" # mine\n');
 * const put = document.put(["openai_base_url"], "http://localhost:9419/v1");
 * const text = applySplice(document.text, put);
 * if (text !== 'model = "x" # mine\nopenai_base_url = "http://localhost:9419/v1"\n') {
 *   throw new Error(text);
 * }
 * ```
 *
 * @module
 */
export { defaultFormats } from "./defaults.ts";
export * from "./types.ts";
// What a plug-in throws, so that it needs no other module.
export {
  ConfigPatchError,
  ConfigSyntaxError,
  type ErrorCode,
  type ErrorDetails,
  locate,
  type Position,
  type SourceContext,
} from "../errors.ts";
export { applySplice, applySplices, invert, mergeSplices } from "./splice.ts";
export { FormatRegistry } from "./registry.ts";
// What every handler asks of a path and of a text, so that the same mistake gets the same answer.
export { eolOf, indentOf, lineEnd, lineStart, nextLine } from "./lines.ts";
export {
  MAX_DEPTH,
  MAX_NODES,
  MAX_STRING,
  MAX_WRITTEN_DEPTH,
  refuseDepth,
  refuseLength,
} from "./limits.ts";
export { notParsed } from "./syntax.ts";
export {
  droppedPlace,
  type Ground,
  inTheWay,
  NO_PUT,
  NO_SPLICE,
  type Target,
  targetOf,
} from "./target.ts";
export { caseTwins, twinsOnPath } from "./twins.ts";
export {
  type ConcretePath,
  isList,
  isTable,
  keyShown,
  matches,
  pathText,
  sameValue,
  tableOf,
  valueAt,
} from "./value.ts";
