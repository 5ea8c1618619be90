/** The TOML handler. @module */
import type { FormatHandler } from "../types.ts";
import { parseToml } from "./document.ts";

/**
 * Reads and edits TOML.
 *
 * @example
 * ```ts
 * import { tomlFormat } from "./format.ts";
 * import { applySplice } from "@terok/vault-config/formats";
 *
 * const document = tomlFormat.parse("# mine\n[tui]\ntheme = 'dark'\n");
 * const put = document.put(["tui", "font"], "mono");
 * const text = applySplice(document.text, put);
 * if (text !== "# mine\n[tui]\ntheme = 'dark'\nfont = 'mono'\n") throw new Error(text);
 * ```
 */
export const tomlFormat: FormatHandler = {
  name: "toml",
  extensions: [".toml"],
  blank: "",
  holdsNull: false,
  parse: parseToml,
};
