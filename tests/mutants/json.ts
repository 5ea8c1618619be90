/** Rules of the JSON editor, broken. */
import type { Mutant } from "./mutant.ts";

const LAWS = [
  ...["run", "-A", "tests/laws/laws.ts", "--documents", "300", "--first", "--format", "json"],
];
const STYLE = ["test", "-A", "--no-check", "tests/formats/style_test.ts"];

/** Mutants of `formats/json*.ts`. */
export const JSON_MUTANTS: readonly Mutant[] = [
  {
    name: "a new first key on a line with others brings no comma",
    file: "formats/json/format.ts",
    find: 'return splice(anchor, "", write(style, undefined), `,${style.gap}`);',
    replace: 'return splice(anchor, "", write(style, undefined), style.gap);',
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a new last item brings a comma where a trailing one stands already",
    file: "formats/json/format.ts",
    find: 'const comma = last.comma === undefined ? "," : "";',
    replace: 'const comma = ",";',
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "new text on a line of its own lands behind a line comment, in it",
    file: "formats/json/format.ts",
    find:
      "if (end === from) {\n      return splice(end, comma + (ownLine ? style.eol + indent : style.gap)",
    replace: "if (end >= from) {\n      return splice(end, comma + style.gap",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "new lines end in LF, whatever the file's lines end in",
    file: "formats/json/format.ts",
    find: 'return text[text.indexOf("\\n") - 1] === "\\r" ? "\\r\\n" : "\\n";',
    replace: 'return "\\n";',
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "the byte order mark counts as text before the first brace",
    file: "formats/json/format.ts",
    find: 'return start === 0 && text.startsWith("\\uFEFF") ? 1 : start;',
    replace: "return start;",
    run: STYLE,
    caughtBy: "An empty object behind a byte order mark is spread like any other",
  },
  {
    name: "the last key goes and leaves the comma before it",
    file: "formats/json/format.ts",
    find: "if (entry.comma === undefined && previous?.comma !== undefined) {",
    replace: "if (entry.comma === -1 && previous?.comma !== undefined) {",
    run: LAWS,
    caughtBy: "Foreign",
  },
  {
    name: "what goes takes its comments along",
    file: "formats/json/format.ts",
    find: "const kept = commentsIn(tree, region).map",
    replace: "const kept = commentsIn(tree, { start: 0, end: 0 }).map",
    run: LAWS,
    caughtBy: "Comment",
  },
  {
    name: "of a key that stands twice the first one is edited",
    file: "formats/json/tree.ts",
    find: "if (top.byKey.has(key)) throw duplicateKey(text, start, key);",
    replace: "",
    run: STYLE,
    caughtBy: "A key that stands twice is refused",
  },
  {
    name: "a strict file may hold comments",
    file: "formats/json/read.ts",
    find: "if (options.strict && first !== undefined) throw notStrict(text, first);",
    replace: "",
    run: STYLE,
    caughtBy: "A comment in a strict file is refused",
  },
  {
    name: "a new container is indented by two spaces, whatever the file does",
    file: "formats/json/format.ts",
    find: "return inner.slice(outer.length);",
    replace: 'return "  ";',
    run: STYLE,
    caughtBy: "Tabs are followed",
  },
  {
    name: "a float without a fraction is written as an integer",
    file: "formats/json/write.ts",
    find: "return /[.e]/.test(text) ? text : `${text}.0`;",
    replace: "return text;",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a new first key lands between a comment and the key that it is about",
    file: "formats/json/format.ts",
    find: "if (newlines > 1 || (newlines === 1 && trailsBracket)) break;",
    replace: "if (newlines >= 0 || trailsBracket) break;",
    run: STYLE,
    caughtBy: "A comment above the first key stays with it",
  },
];
