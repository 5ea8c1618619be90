/** Rules of the TOML editor, broken. */
import { laws, type Mutant, test } from "./mutant.ts";
import { always, answers, assume, instead, insteadOfCall, opposite } from "./rule.ts";

const LAWS = laws("toml");
const STYLE = test("formats/style");

/** Mutants of `formats/toml/`. */
export const TOML_MUTANTS: readonly Mutant[] = [
  {
    name: "a root key lands below the last header, in that header's table",
    file: "formats/toml/",
    of: "ownKey",
    rule: assume(true, "undefined", -1),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a root key lands above the comment that begins the file",
    file: "formats/toml/",
    of: "aboveHeader",
    rule: answers("0"),
    run: STYLE,
    caughtBy: "A comment that begins the file stays on top ... FAILED",
  },
  {
    name: "new lines end in LF, whatever the file's lines end in",
    file: "formats/lines.ts",
    of: "eolOf",
    rule: answers('"\\n"'),
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "a file without a final newline gets one",
    file: "formats/toml/put.ts",
    of: "atEnd",
    rule: insteadOfCall("insertedAt", 'insertedAt($1, $2, $3, "\\n")', -1),
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "a new table is set off by a blank line only where no other one is",
    file: "formats/toml/",
    of: "spaced",
    rule: opposite(),
    run: STYLE,
    caughtBy: "A file without a final newline gets none",
  },
  {
    name: "the byte order mark is not counted where a text is inserted",
    file: "formats/toml/",
    of: "#shifted",
    rule: instead(".#shift", "0"),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "files with a byte order mark are declined",
    file: "formats/toml/",
    of: "TomlDocument.constructor",
    rule: always("second", "startsWith"),
    run: LAWS,
    caughtBy: "TOO MANY edits declined",
  },
  {
    name: "one more dotted key loses what stands before its last dot",
    file: "formats/toml/",
    of: "dottedKey",
    rule: insteadOfCall("between", 'between("", $2, $3)'),
    run: LAWS,
    caughtBy: "Disjoint",
  },
  {
    name: "a new list entry lands behind the first one, not behind the last",
    file: "formats/toml/",
    of: "newEntry",
    rule: instead(".last", "$object.first", -1),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "an item is added without a comma before it",
    file: "formats/toml/",
    of: "roomFor",
    rule: insteadOfCall("separatorOf", '" "'),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a value is replaced together with the comment behind it",
    file: "formats/toml/",
    of: "replacementFor",
    rule: insteadOfCall("slice", "$object.slice($1).split(/\\r?\\n/)[0].trimEnd()"),
    run: LAWS,
    caughtBy: "Locality",
  },
  {
    name: "a text with a single quote in it is written between single quotes",
    file: "formats/toml/",
    of: "fitsLiteral",
    rule: instead("'", ""),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a line that goes takes its comment along",
    file: "formats/toml/",
    of: "linesOf",
    rule: always("first", "join"),
    run: LAWS,
    caughtBy: "Comment",
  },
  {
    name: "an item that goes leaves its comma",
    file: "formats/toml/",
    of: "removeItems",
    rule: always("second", "near", 0),
    run: LAWS,
    caughtBy: "Foreign",
  },
];
