/** Rules of the JSON editor, broken. */
import { laws, type Mutant, test } from "./mutant.ts";
import { always, answers, assume, drop, instead, insteadOfCall } from "./rule.ts";

const LAWS = laws("json");
const STYLE = test("formats/style");

/** Mutants of `formats/json/`. */
export const JSON_MUTANTS: readonly Mutant[] = [
  {
    name: "a new first key on a line with others brings no comma",
    file: "formats/json/",
    of: "before",
    rule: instead(",", "", 0),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a new last item brings a comma where a trailing one stands already",
    file: "formats/json/",
    of: "behind",
    rule: assume(false, "comma", -1),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "new text lands behind a line comment, in it",
    file: "formats/json/",
    of: "behind",
    rule: assume(true, "trail"),
    run: test("formats/json", "--filter", "random JSON with comments"),
    caughtBy: "random JSON with comments: put and drop do exactly what they mean ... FAILED",
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
    name: "the byte order mark counts as text before the first brace",
    file: "formats/lines.ts",
    of: "lineStart",
    rule: assume(false, "startsWith"),
    run: STYLE,
    caughtBy: "An empty object behind a byte order mark is spread like any other",
  },
  {
    name: "the last key goes and leaves the comma before it",
    file: "formats/json/",
    of: "removal",
    rule: assume(true, "comma", 1),
    run: LAWS,
    caughtBy: "Foreign",
  },
  {
    name: "what goes takes its comments along",
    file: "formats/json/",
    of: "cleared",
    rule: insteadOfCall("commentsIn", "[]"),
    run: LAWS,
    caughtBy: "Comment",
  },
  {
    name: "of a key that stands twice the first one is edited",
    file: "formats/json/",
    of: "#refuseRepeated",
    rule: answers("undefined"),
    run: STYLE,
    caughtBy: "A key that stands twice is refused",
  },
  {
    name: "a strict file may hold comments",
    file: "formats/json/",
    of: "readJson",
    rule: drop("notStrict", -1),
    run: STYLE,
    caughtBy: "A comment in a strict file is refused",
  },
  {
    name: "a new container is indented by two spaces, whatever the file does",
    file: "formats/json/",
    of: "unitOf",
    rule: insteadOfCall("slice", '"  "', -1),
    run: STYLE,
    caughtBy: "Tabs are followed",
  },
  {
    name: "a float without a fraction is written as an integer",
    file: "formats/json/",
    of: "writeFloat",
    rule: always("first", ".0"),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a new first key lands between a comment and the key that it is about",
    file: "formats/json/",
    of: "entryTop",
    rule: assume(true, "trails"),
    run: STYLE,
    caughtBy: "A comment above the first key stays with it",
  },
];
