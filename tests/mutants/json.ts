/** Rules of the JSON editor, broken. */
import { laws, type Mutant, test } from "./mutant.ts";
import { always, answers, assume, drop, instead, insteadOfCall } from "./rule.ts";

const LAWS = laws("json");
const STYLE = test("formats/style");

/** Mutants of `formats/json/`. */
export const JSON_MUTANTS: readonly Mutant[] = [
  {
    name: "a new first key on a line with others brings no comma",
    file: "formats/json/format.ts",
    of: "#prepend",
    rule: instead(",", "", 0),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a new last item brings a comma where a trailing one stands already",
    file: "formats/json/format.ts",
    of: "#append",
    rule: always("first", ",", 0),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "new text on a line of its own lands behind a line comment, in it",
    file: "formats/json/format.ts",
    of: "#append",
    rule: assume(true, "from"),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "new lines end in LF, whatever the file's lines end in",
    file: "formats/json/format.ts",
    of: "eolOf",
    rule: answers('"\\n"'),
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "the byte order mark counts as text before the first brace",
    file: "formats/json/format.ts",
    of: "lineStart",
    rule: assume(false, "startsWith"),
    run: STYLE,
    caughtBy: "An empty object behind a byte order mark is spread like any other",
  },
  {
    name: "the last key goes and leaves the comma before it",
    file: "formats/json/format.ts",
    of: "dropEntry",
    rule: assume(false, "previous", 0),
    run: LAWS,
    caughtBy: "Foreign",
  },
  {
    name: "what goes takes its comments along",
    file: "formats/json/format.ts",
    of: "clear",
    rule: insteadOfCall("commentsIn", "[]"),
    run: LAWS,
    caughtBy: "Comment",
  },
  {
    name: "of a key that stands twice the first one is edited",
    file: "formats/json/tree.ts",
    of: "readTree",
    rule: drop("duplicateKey"),
    run: STYLE,
    caughtBy: "A key that stands twice is refused",
  },
  {
    name: "a strict file may hold comments",
    file: "formats/json/read.ts",
    of: "readJson",
    rule: drop("notStrict"),
    run: STYLE,
    caughtBy: "A comment in a strict file is refused",
  },
  {
    name: "a new container is indented by two spaces, whatever the file does",
    file: "formats/json/format.ts",
    of: "#unit",
    rule: insteadOfCall("slice", '"  "'),
    run: STYLE,
    caughtBy: "Tabs are followed",
  },
  {
    name: "a float without a fraction is written as an integer",
    file: "formats/json/write.ts",
    of: "writeFloat",
    rule: always("first", ".0"),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a new first key lands between a comment and the key that it is about",
    file: "formats/json/format.ts",
    of: "anchorOf",
    rule: assume(true, "trailsBracket"),
    run: STYLE,
    caughtBy: "A comment above the first key stays with it",
  },
];
