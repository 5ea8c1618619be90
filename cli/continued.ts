/**
 * Lines that go on with a value of the lines above: a text in quotes over several lines, a block of
 * YAML. Such a line by itself does not tell what it is part of. Pure.
 *
 * It is no parser: where a text is odd, a line too many may count, which then is not shown.
 *
 * @module
 */

/** The numbers, from 1 on, of the lines that begin within a value. */
export function continuedLines(text: string): ReadonlySet<number> {
  const continued = new Set<number>();
  let quote: string | undefined;
  let block: number | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (block !== undefined) {
      if (line.trim() === "" || indentOf(line) > block) {
        continued.add(index + 1);
        continue;
      }
      block = undefined;
    }
    if (quote !== undefined) continued.add(index + 1);
    quote = openAfter(line, quote);
    if (quote === undefined) block = blockAfter(line);
  }
  return continued;
}

const COMMENT = /^(?:#|\/\/)/;
const QUOTE = /^(?:"""|'''|["'`])/;
/** Before a value: the beginning, or what separates it from a key or another value. */
const BEFORE_VALUE = /(?:^|[:=,[{(?]|^-|\s-)\s*(?:[!&]\S*\s+)*$/;

/** The quote that is open behind a line, if one was open before it or not. */
function openAfter(line: string, open: string | undefined): string | undefined {
  let at = 0;
  let quote = open;
  while (true) {
    if (quote !== undefined) {
      const close = closeOf(line, quote, at);
      if (close === -1) return quote;
      at = close + quote.length;
      quote = undefined;
    }
    for (; at < line.length; at++) {
      const rest = line.slice(at, at + 3);
      const isOutside = at === 0 || /\s/.test(line.charAt(at - 1));
      if (isOutside && COMMENT.test(rest)) return undefined;
      const found = QUOTE.exec(rest)?.[0];
      if (found === undefined || !BEFORE_VALUE.test(line.slice(Math.max(0, at - 256), at))) {
        continue;
      }
      quote = found;
      at += found.length;
      break;
    }
    if (quote === undefined) return undefined;
  }
}

/** Where a quote is closed; only within double quotes a backslash takes away its meaning. */
function closeOf(line: string, quote: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    if (line[at] === "\\" && quote.startsWith('"')) at++;
    else if (line.startsWith(quote, at)) return at;
  }
  return -1;
}

/** How far what owns a block of YAML is indented that the next line begins. */
function blockAfter(line: string): number | undefined {
  if (!/(?:^|[\s:-])[|>][-+0-9]{0,2}[ \t]*(?:\s#.*)?\r?$/.test(line)) return undefined;
  const dashes = /^\s*(?:[-?]\s+)*/.exec(line)?.[0] ?? "";
  const isKey = /:\s/.test(line.slice(dashes.length));
  return isKey ? dashes.length : Math.max(dashes.lastIndexOf("-"), dashes.lastIndexOf("?"), 0);
}

function indentOf(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}
