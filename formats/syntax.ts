/**
 * The error for a text that does not parse. Some characters look like a space, like nothing at all, or
 * like a quote: where one of them is the reason, the error names it.
 *
 * @module
 */
import { ConfigSyntaxError, locate } from "../errors.ts";
import { lineEnd, lineStart } from "./lines.ts";

/**
 * An error at an offset (UTF-16) of a text that does not parse.
 *
 * @param text The text.
 * @param offset Where it stops being what it should be.
 * @param format The format's name as people write it: `TOML`.
 * @param reason Why, as the parser says it. It is not used where an unseen character is the reason.
 * @returns The error, with its position and a remedy.
 * @example
 * ```ts
 * import { notParsed } from "@terok/vault-config/formats";
 *
 * const error = notParsed("a =\u00A01\n", 3, "TOML", "invalid value");
 * const wanted = "this is not TOML: a no-break space (U+00A0) stands outside of quotes";
 * if (error.message !== wanted) throw new Error(error.message);
 * ```
 */
export function notParsed(
  text: string,
  offset: number,
  format: string,
  reason: string,
): ConfigSyntaxError {
  const unseen = unseenAt(text, offset);
  if (unseen === undefined) {
    return curlyQuote(text, offset, format, reason) ??
      ConfigSyntaxError.at(text, offset, `this is not ${format}: ${reason}`);
  }
  return new ConfigSyntaxError(`this is not ${format}: ${unseen} stands outside of quotes`, {
    ...locate(text, offset),
    remedy: "replace it by a plain space, or remove it; nothing was changed",
  });
}

/** The error where a curly quote, as word processors and chats write it, stands for a straight one. */
function curlyQuote(
  text: string,
  offset: number,
  format: string,
  reason: string,
): ConfigSyntaxError | undefined {
  const at = CURLY.test(text[offset] ?? "") ? offset : curlyBefore(text, offset);
  if (at === undefined) return undefined;
  const number = text.charCodeAt(at).toString(16).toUpperCase();
  const quote = `a curly quote (${text[at]}, U+${number})`;
  const why = at === offset
    ? `${quote} stands where a straight one must`
    : `${reason}; perhaps because ${quote} stands here for a straight one`;
  return new ConfigSyntaxError(`this is not ${format}: ${why}`, {
    ...locate(text, at),
    remedy: "write straight quotes (\" or '); nothing was changed",
  });
}

const CURLY = /^[\u2018-\u201F]/;

/**
 * Where a curly quote stands on the line of an offset, or on the one before it where that begins there:
 * outside of straight quotes, or within them where one is left open. Else it is what the user wrote.
 */
function curlyBefore(text: string, offset: number): number | undefined {
  const start = lineStart(text, Math.max(0, offset - 1));
  let open: string | undefined;
  let within: number | undefined;
  for (let at = start; at < lineEnd(text, start); at++) {
    const char = text[at] ?? "";
    const isCurly = CURLY.test(char);
    if (open === undefined) {
      if (isCurly) return at;
      if (char === "#" && !/\S/.test(text[at - 1] ?? "")) return undefined;
      if (char === '"' || char === "'") open = char;
    } else if (char === open) open = undefined;
    else if (isCurly) within ??= at;
    else if (char === "\\") at++;
  }
  return open === undefined ? undefined : within;
}

/** The name of the character at an offset, if it is one that a reader does not see or takes for a space. */
export function unseenAt(text: string, offset: number): string | undefined {
  const code = text.codePointAt(offset);
  if (code === undefined || code < 0x80) return undefined;
  const character = String.fromCodePoint(code);
  // Zs: spaces of any width. Zl, Zp: line breaks that only some programs know. Cf: no width at all.
  if (!/[\p{Zs}\p{Zl}\p{Zp}\p{Cf}\u0085]/u.test(character)) return undefined;
  const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = NAMES.get(code);
  return name === undefined ? `the character ${number}, which nobody sees,` : `${name} (${number})`;
}

/** The ones that editors, web pages and chats bring in. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x85, "a next-line character"],
  [0xA0, "a no-break space"],
  [0xAD, "a soft hyphen"],
  [0x200B, "a zero-width space"],
  [0x200C, "a zero-width non-joiner"],
  [0x200D, "a zero-width joiner"],
  [0x2028, "a line separator"],
  [0x2029, "a paragraph separator"],
  [0x202F, "a narrow no-break space"],
  [0x2060, "a word joiner"],
  [0x3000, "an ideographic space"],
  [0xFEFF, "a byte order mark or zero-width no-break space"],
]);
