/** What a strict reader of JSON refuses, counted without the code of any handler. @module */

const TOKENS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|[^\s]/g;

/** How many commas of a JSON text stand before a closing bracket. */
export function trailingCommas(text: string): number {
  const tokens = (text.match(TOKENS) ?? []).filter((token) => !/^\/[/*]/.test(token));
  return tokens.filter((token, index) => token === "," && /^[}\]]$/.test(tokens[index + 1] ?? ""))
    .length;
}
