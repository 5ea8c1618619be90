/**
 * Writing values into `.env` files so that every reader understands the same.
 *
 * Readers differ on escapes, on `$` and on backslashes. So no value is written that would need an
 * escape: one that no kind of quotes can hold as it is, is refused.
 *
 * @module
 */
import { ConfigPatchError } from "../../errors.ts";
import type { ConfigValue } from "../types.ts";
import { refuseLength } from "../limits.ts";
import type { Quote } from "./spans.ts";

/** How the values of a file are written. */
export interface Quoting {
  /** The quote that is taken where it can hold the value. */
  readonly quote: Quote;
}

/**
 * The text of a value: as it is where that is safe, else in quotes.
 *
 * @example
 * ```ts
 * import { writeValue } from "./text.ts";
 *
 * const text = writeValue("two words", { quote: "" });
 * if (text !== '"two words"') throw new Error(text);
 * ```
 *
 * @throws {ConfigPatchError} `unsupported` for what no reader or not every reader would understand.
 */
export function writeValue(value: ConfigValue, { quote }: Quoting): string {
  if (typeof value !== "string") {
    throw new ConfigPatchError("unsupported", "a value of a .env file is a text", {
      remedy: "write the value as a string",
    });
  }
  refuseLength(value);
  const order: Quote[] = [quote, "", '"', "'"];
  for (const one of order) if (CAN_HOLD[one].test(value)) return one + value + one;
  throw new ConfigPatchError(
    "unsupported",
    "the readers of .env files would not all understand this value alike",
    { remedy: "choose a value without line breaks, escapes and mixed quotes" },
  );
}

/**
 * What each kind of quotes can hold for every reader. Within double quotes some replace `$NAME` and
 * backslashes, within single quotes only `${NAME}`, `\\` and `\'`.
 */
const CAN_HOLD: Readonly<Record<Quote, RegExp>> = {
  "": /^[A-Za-z0-9_.\/:@%+,=-]+$/,
  '"': /^[^\p{C}\p{Zl}\p{Zp}"\\$`]*$/u,
  "'": /^(?!.*(?:\$\{|\\\\))(?!.*\\$)[^\p{C}\p{Zl}\p{Zp}']*$/u,
  // Not all readers know these.
  "`": /^(?!)/,
};
