/** The syntax of any TOML text, by `toml-eslint-parser`. @module */
import { ParseError, parseTOML } from "toml-eslint-parser";
import { ConfigPatchError, locate } from "../../errors.ts";
import type { Syntax } from "./syntax.ts";

/**
 * Reads a text that is known to be valid.
 *
 * @throws {ConfigPatchError} `too-large` or `unsupported` where the parser gives up.
 */
export function parseSyntax(text: string): Syntax {
  // A `0` right at the end of a text gets an empty range from the parser, hence the newline.
  const ended = text.endsWith("\n") ? text : `${text}\n`;
  try {
    const { body, comments } = parseTOML(ended, { tomlVersion: "1.1" });
    return { top: body[0].body, comments };
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ConfigPatchError("too-large", "a value in the file is too long to edit around", {
        remedy: "shorten the longest string of the file",
        cause: error,
      });
    }
    if (!(error instanceof ParseError)) throw error;
    throw new ConfigPatchError("unsupported", `not every reader accepts this: ${error.message}`, {
      ...locate(text, error.index),
      remedy: "write this part of the file in a simpler way",
    });
  }
}
