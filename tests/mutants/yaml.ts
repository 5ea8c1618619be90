/** Rules of the YAML editor, broken. */
import { laws, type Mutant, test } from "./mutant.ts";
import { always, answers, assume, drop, instead, insteadOfCall } from "./rule.ts";

const LAWS = laws("yaml");
const STYLE = test("formats/style");
const REGRESSIONS = test("formats/regressions");

/** Mutants of `formats/yaml/`. */
export const YAML_MUTANTS: readonly Mutant[] = [
  {
    name: "words that YAML 1.1 takes for booleans are written plain",
    file: "formats/yaml/",
    of: "isPlainSafe",
    rule: instead("y|n|yes|no|on|off|", ""),
    run: LAWS,
    caughtBy: "PutGet: another reader sees something else",
  },
  {
    name: "every text is written plain if our own parser takes it so",
    file: "formats/yaml/",
    of: "isPlainSafe",
    rule: instead(
      "^[A-Za-z_][A-Za-z0-9_]*([-.\\/][A-Za-z0-9_]+)*$",
      "^[0-9A-Za-z_.:=][-A-Za-z0-9_.:=]*$",
    ),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a key is added behind a literal text that ends the file without a newline",
    file: "formats/yaml/",
    of: "intoBlock",
    rule: assume(true, "block", -1),
    run: STYLE,
    caughtBy: "The key comes before a block scalar that ends the file unfinished",
  },
  {
    name: "new lines end in LF, whatever the file's lines end in",
    file: "formats/yaml/",
    of: "index",
    rule: insteadOfCall("eolOf", '"\\n"'),
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "the byte order mark counts as a column",
    file: "formats/yaml/",
    of: "columnOf",
    rule: answers("offset - text.lastIndexOf('\\n', offset - 1) - 1"),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a flow mapping grows behind its trailing comma",
    file: "formats/yaml/",
    of: "intoFlow",
    rule: insteadOfCall("newAt", "newAt($1, node.end - 1, $3, $4)", -1),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a mapping that an alias repeats is edited",
    file: "formats/yaml/",
    of: "refuseCollection",
    rule: assume(false, "lastAlias"),
    run: LAWS,
    caughtBy: "PutGet: another reader sees something else",
  },
  {
    name: "the first key of an empty document lands behind its end marker",
    file: "formats/yaml/",
    of: "intoNothing",
    rule: always("second", "length"),
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "nested keys are indented by two columns, whatever the file does",
    file: "formats/yaml/",
    of: "index",
    rule: always("second", "#step"),
    run: STYLE,
    caughtBy: "Created mappings follow the indentation of the file",
  },
  {
    name: "of a key that stands twice the last one counts",
    file: "formats/yaml/value.ts",
    of: "#node",
    rule: drop("#refuseKey"),
    run: STYLE,
    caughtBy: "Duplicate keys are refused",
  },
  {
    name: "a key behind an item on the same line is read",
    file: "formats/yaml/value.ts",
    of: "#node",
    rule: drop("refuseMidLine"),
    run: REGRESSIONS,
    caughtBy: "a key behind an entry on the same line is refused",
  },
  {
    name: "blank lines that a scalar above would keep are left to it",
    file: "formats/yaml/",
    of: "behindBlanks",
    rule: assume(true, "keeps"),
    run: REGRESSIONS,
    caughtBy: "what we made below a scalar that keeps blank lines goes",
  },
  {
    name: "a line that goes takes its comment along",
    file: "formats/yaml/",
    of: "dropLines",
    rule: insteadOfCall("commentTexts", "[]"),
    run: LAWS,
    caughtBy: "DisjointForeign",
  },
  {
    name: "a comment is left where it becomes part of the block scalar above",
    file: "formats/yaml/",
    of: "dropLines",
    rule: insteadOfCall("behindComments", "$2"),
    run: REGRESSIONS,
    caughtBy: "a container that we made goes in one piece, comments stay, block scalars too",
  },
];
