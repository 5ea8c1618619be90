/** What readers of a file see, what is trusted, and what is printed: each taken away once. */
import { type Mutant, test } from "./mutant.ts";
import { answers, assume, drop, insteadOfCall } from "./rule.ts";

const BYPASS = (filter: string) => test("ownership/bypass", "--filter", filter);

/** One rule about readers broken by each. */
export const READER_MUTANTS: readonly Mutant[] = [
  {
    name: "a setting that a merge key brings in is nobody's",
    file: "formats/readings.ts",
    of: "#mergesIn",
    rule: answers("[]"),
    run: BYPASS("comes by an alias"),
    caughtBy: "by an alias or a merge key is found, and told at its place ... FAILED",
  },
  {
    name: "a setting that an alias leads to is nobody's",
    file: "formats/readings.ts",
    of: "#mayBeAt",
    rule: insteadOfCall("valuesAt", "([] as ConfigValue[])"),
    run: BYPASS("comes by an alias"),
    caughtBy: "by an alias or a merge key is found, and told at its place ... FAILED",
  },
  {
    name: "a key of YAML that is no text is nobody's",
    file: "formats/yaml/readings.ts",
    of: "#oddKeys",
    rule: drop("anyNames", 1),
    run: BYPASS("no text"),
    caughtBy: "may be any name, and a list with a tag may be a table ... FAILED",
  },
  {
    name: "a list of pairs is no table",
    file: "formats/yaml/readings.ts",
    of: "#pair",
    rule: assume(false, "isForeign"),
    run: BYPASS("no text"),
    caughtBy: "may be any name, and a list with a tag may be a table ... FAILED",
  },
  {
    name: "a key of JSON in other letters is another key",
    file: "formats/readings.ts",
    of: "#namesIn",
    rule: insteadOfCall("namesOf", "ALIKE.namesOf(container, key)"),
    run: BYPASS("in JSON"),
    caughtBy: "in JSON, a key in other letters and one that stands twice count ... FAILED",
  },
  {
    name: "an entry that matches to some readers alone is left as it is",
    file: "ownership/wanted.ts",
    of: "refuseUntold",
    rule: answers("undefined"),
    run: test("ownership/untold"),
    caughtBy:
      "an entry that matches by an alias or a merge key is refused, by file and line ... FAILED",
  },
  {
    name: "what a client replaces within a key is read as it stands",
    file: "ownership/bypass.ts",
    of: "replacedAt",
    rule: assume(false, "beginnings", 0),
    run: BYPASS("replaces"),
    caughtBy: "is a bypass in a key, and beyond its own value ... FAILED",
  },
  {
    name: "a rule's file that cannot be read is no bypass",
    file: "ownership/bypass.ts",
    of: "bypassesOf",
    rule: assume(false, "unreadable"),
    run: test("reconcile/blind"),
    caughtBy: "a rule's file that fails another provider is a bypass like any other ... FAILED",
  },
  {
    name: "127.0.0.1 is not localhost",
    file: "transport/spellings.ts",
    of: "isLoopback",
    rule: answers("false"),
    run: test("roster/spellings"),
    caughtBy: "an address is found in any spelling that a client takes ... FAILED",
  },
  {
    name: "of several names, the stronger one that a run makes itself is not looked at",
    file: "reconcile/preview.ts",
    of: "planChosen",
    rule: assume(true, "length"),
    run: test("reconcile/chosen"),
    caughtBy: "a stronger name that the same run makes is the one that is used ... FAILED",
  },
  {
    name: "a file of the user's may be open to all though its client refuses it",
    file: "reconcile/changes.ts",
    of: "tooOpen",
    rule: answers("undefined"),
    run: test("reconcile/mode"),
    caughtBy:
      "a file of the user's in the place of ours is refused while it is open to others ... FAILED",
  },
  {
    name: "who fails in one file is routed in another",
    file: "reconcile/unserved.ts",
    of: "add",
    rule: drop("#ofApplied", -1),
    run: test("reconcile/reconcile"),
    caughtBy: "who fails in one file is put in none of them ... FAILED",
  },
  {
    name: "who names providers is held up by everybody else's host dirs",
    file: "reconcile/left_behind.ts",
    of: "claimsLeftBehind",
    rule: assume(false, "isAboutNamed"),
    run: test("reconcile/left_behind"),
    caughtBy: "looks into no other host dir, and says nothing of it ... FAILED",
  },
  {
    name: "what was remembered of configs stays after a disable",
    file: "reconcile/start.ts",
    of: "remember",
    rule: drop("forget"),
    run: test("reconcile/last_look"),
    caughtBy:
      "what was remembered of configs goes with a disable, whoever has the lock by then ... FAILED",
  },
  {
    name: "a roster may lie in the mounts",
    file: "roster/fence.ts",
    of: "isHostile",
    rule: answers("false"),
    run: test("roster/sources"),
    caughtBy: "a roster in the mounts is refused, except in our own directory ... FAILED",
  },
  {
    name: "the settings may be a link into the mounts",
    file: "reconcile/settings.ts",
    of: "settingsText",
    rule: assume(false, "isSymlink"),
    run: test("reconcile/settings"),
    caughtBy:
      "settings: a link that leads into the mounts is refused, any other is followed ... FAILED",
  },
  {
    name: "a diff shows the later lines of a text in quotes",
    file: "cli/continued.ts",
    of: "continuedLines",
    rule: answers("new Set()"),
    run: test("cli/mask"),
    caughtBy: "masking: a diff shows no line of a value that goes over several lines ... FAILED",
  },
  {
    name: "long words of a user's are printed",
    file: "cli/mask.ts",
    of: "piecesOf",
    rule: assume(false, "LONG"),
    run: test("cli/mask"),
    caughtBy: "masking: keys stay, text in quotes and long words go ... FAILED",
  },
];
