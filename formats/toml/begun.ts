/** The TOML handler for a file that we begin: it needs no parser of other people's texts. @module */
import type { FormatHandler } from "../types.ts";
import { tomlHandler } from "./document.ts";
import { parseOwn } from "./own_parser.ts";

/** Edits a text that was blank when it was read, and what it has become since. */
export const begunToml: FormatHandler = tomlHandler(parseOwn);
