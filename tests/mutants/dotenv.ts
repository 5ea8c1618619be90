/** Rules of the `.env` editor, broken. */
import { type Mutant, test } from "./mutant.ts";
import { answers, assume, drop, instead, insteadOfCall } from "./rule.ts";

const DISPUTED = test("formats/dotenv_disputed");
const FOUND = "a name counts for a rule wherever a reader finds it";

/** Mutants of `formats/dotenv/`. */
export const DOTENV_MUTANTS: readonly Mutant[] = [
  {
    name: "what one reader takes for text in quotes is text to all",
    file: "formats/dotenv/",
    of: "namesElsewhere",
    rule: drop("LINE"),
    run: DISPUTED,
    caughtBy: FOUND,
  },
  {
    name: "a line holds one name",
    file: "formats/dotenv/",
    of: "namesElsewhere",
    rule: insteadOfCall("namesIn", "[]", 1),
    run: DISPUTED,
    caughtBy: FOUND,
  },
  {
    name: "what stands in a comment counts",
    file: "formats/dotenv/",
    of: "namesElsewhere",
    rule: assume(false, "comments"),
    run: DISPUTED,
    caughtBy: "a name that no reader finds is none",
  },
  {
    name: "a quote on a line above ends there, to all readers",
    file: "formats/dotenv/",
    of: "namesElsewhere",
    rule: drop("PLAIN"),
    run: DISPUTED,
    caughtBy: FOUND,
  },
  {
    name: "what all readers see in quotes counts",
    file: "formats/dotenv/",
    of: "namesElsewhere",
    rule: instead("isInQuotes", "false", -1),
    run: DISPUTED,
    caughtBy: "a name that no reader finds is none",
  },
  {
    name: "of two values the last one counts for all readers",
    file: "formats/dotenv/",
    of: "disputedNames",
    rule: assume(false, "size"),
    run: DISPUTED,
    caughtBy: FOUND,
  },
  {
    name: "a comment right behind a value is one to all readers",
    file: "formats/dotenv/",
    of: "isDoubtful",
    rule: answers("doubt !== undefined"),
    run: DISPUTED,
    caughtBy: FOUND,
  },
  {
    name: "our value is put though some readers find its name a second time",
    file: "formats/dotenv/",
    of: "#refuseElsewhere",
    rule: answers("undefined"),
    run: DISPUTED,
    caughtBy: "a value is not put where a reader finds its name a second time",
  },
  {
    name: "a text in quotes on a line that some take for a value ends nothing",
    file: "formats/dotenv/",
    of: "indexDotenv",
    rule: assume(false, "last"),
    run: DISPUTED,
    caughtBy: "behind a quote that Node takes for none, a name is not ours",
  },
  {
    name: "a rule looks at the values alone",
    file: "ownership/",
    of: "disputedAt",
    rule: answers("[]"),
    run: DISPUTED,
    caughtBy: FOUND,
  },
  {
    name: "a comment right behind a value becomes a part of ours",
    file: "formats/dotenv/",
    of: "replacement",
    rule: instead('" "', '""'),
    run: test("formats/dotenv"),
    caughtBy: "an old value goes with nothing else, and a comment stays one",
  },
];
