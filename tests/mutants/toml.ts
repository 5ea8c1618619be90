/** Rules of the TOML editor, broken. */
import type { Mutant } from "./mutant.ts";

const LAWS = [
  ...["run", "-A", "tests/laws/laws.ts", "--documents", "300", "--first", "--format", "toml"],
];
const STYLE = ["test", "-A", "--no-check", "tests/formats/style_test.ts"];

/** Mutants of `formats/toml*.ts`. */
export const TOML_MUTANTS: readonly Mutant[] = [
  {
    name: "a root key lands below the last header, in that header's table",
    file: "formats/toml/put.ts",
    find: "if (first === undefined) return atEnd(index, piece, false);",
    replace: "if (index.text !== undefined) return atEnd(index, piece, false);",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a root key lands above the comment that begins the file",
    file: "formats/toml/layout.ts",
    find: "return top > 0 ? top : lineStart(index.text, section.header?.start ?? 0);",
    replace: "return top;",
    run: STYLE,
    caughtBy: "A comment that begins the file stays on top even where a header follows at once",
  },
  {
    name: "new lines end in LF, whatever the file's lines end in",
    file: "formats/toml/layout.ts",
    find: 'return newline > 0 && text[newline - 1] === "\\r" ? "\\r\\n" : "\\n";',
    replace: 'return newline > 0 ? "\\n" : "\\n";',
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "a file without a final newline gets one",
    file: "formats/toml/put.ts",
    find: 'return { offset, ...(ended ? around(gap, piece, eol) : around(eol + gap, piece, "")) };',
    replace: "return { offset, ...around((ended ? '' : eol) + gap, piece, eol) };",
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "a new table is set off by a blank line only where no other one is",
    file: "formats/toml/layout.ts",
    find: "return votes >= 0;",
    replace: "return votes < 0;",
    run: STYLE,
    caughtBy: "A file without a final newline gets none",
  },
  {
    name: "the byte order mark is not counted where a text is inserted",
    file: "formats/toml/format.ts",
    find: "offset: offset + this.#shift,",
    replace: "offset,",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "files with a byte order mark are declined",
    file: "formats/toml/format.ts",
    find: 'this.#shift = text.startsWith("\\uFEFF") ? 1 : 0;',
    replace: "this.#shift = 0;",
    run: LAWS,
    caughtBy: "TOO MANY edits declined",
  },
  {
    name: "one more dotted key loses what stands before its last dot",
    file: "formats/toml/put.ts",
    find: "around(`${prefix}.`, spell(steps",
    replace: 'around("", spell(steps',
    run: LAWS,
    caughtBy: "Disjoint",
  },
  {
    name: "a new list entry lands behind the first one, not behind the last",
    file: "formats/toml/put.ts",
    find: "return newSection(index, list.last, list.names",
    replace: "return newSection(index, list.first, list.names",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "an item is added in front of a trailing comma without a comma of its own",
    file: "formats/toml/brackets.ts",
    find: 'return { offset, before: line, after: "," };',
    replace: 'return { offset: last.end, before: line, after: "" };',
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a value is replaced together with the comment behind it",
    file: "formats/toml/format.ts",
    find: "remove: index.text.slice(start, end),",
    replace: 'remove: /^.*/.exec(index.text.slice(start))?.[0].trimEnd() ?? "",',
    run: LAWS,
    caughtBy: "Locality",
  },
  {
    name: "a text with a single quote in it is written between single quotes",
    file: "formats/toml/text.ts",
    find: "!/['\\u0000",
    replace: "!/[\\u0000",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a line that goes takes its comment along",
    file: "formats/toml/drop.ts",
    find: 'const keep = comments.length === 0\n    ? ""',
    replace: 'const keep = comments.length >= 0\n    ? ""',
    run: LAWS,
    caughtBy: "Comment",
  },
  {
    name: "an item that goes leaves its comma",
    file: "formats/toml/brackets.ts",
    find: "const end = near ? comma + 1 : item.end;",
    replace: "const end = item.end;",
    run: LAWS,
    caughtBy: "Foreign",
  },
];
