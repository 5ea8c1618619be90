/** Random `.env` files, written as text: all that some reader takes for a name and its value. */
import { parseEnv } from "node:util";
import { parse } from "dotenv";
import fc from "fast-check";
import { asFile, type Generator, mostly, oneOf, row } from "./text.ts";

const indent = mostly(oneOf(""), oneOf("  ", "\t"));
const comment = oneOf("# c", "#", '# "quoted', "#it's", "# ünï 🎈");
const trail = mostly(oneOf(""), row(oneOf(" ", "\t"), comment));
const name = mostly(
  oneOf("A", "B", "C", "API_KEY", "lower", "_x"),
  oneOf("a.b", "k-1", "__proto__", "export", "X9"),
);
const sign = mostly(oneOf("="), oneOf(" = ", "= ", " ="));

const bare = oneOf(
  "x",
  "1",
  "",
  "a b c",
  "https://example.org/v1?q=1",
  "a#b",
  "it's",
  'say "x"',
  "C:\\x\\n",
  "$HOME/x",
  "=",
  "ünï 🎈",
);
const quoted = oneOf(
  '"x"',
  "'x'",
  "`x`",
  '"a # b"',
  "'it''s'",
  '"say \\"x\\""',
  '""',
  "''",
  '"one\\ntwo"',
  "'{\"a\": 1}'",
  "`\"x\" and 'y'`",
  '"many\nA=not a name\n# nor this\n"',
  "'many\n  lines'",
  "`many\nexport B=1\n`",
);

const assignment = row(
  indent,
  mostly(oneOf(""), oneOf("export ")),
  name,
  sign,
  fc.oneof(bare, quoted),
  trail,
  "\n",
);

/** Lines that only some readers take for an assignment, or none. */
const odd = oneOf(
  "A: x\n",
  "export  B=1\n",
  "export\tC=1\n",
  "'A'=1\n",
  "nothing\n",
  "export A\n",
  "two words=1\n",
  "\u00a0B=1\n",
  "A= \n",
  "A='x' y\n",
);

const line = fc.oneof(
  { weight: 8, arbitrary: assignment },
  { weight: 2, arbitrary: row(indent, comment, "\n") },
  { weight: 2, arbitrary: oneOf("\n", "  \n") },
  { weight: 1, arbitrary: odd },
);

/** `.env` files. */
export const dotenvDocuments: Generator = {
  format: "dotenv",
  document: asFile(fc.array(line, { maxLength: 6 }).map((lines) => lines.join(""))),
  lines: ["# user\n", "USER_KEY=1\n", "\n", "  # user\n", "export USER_KEY='1'\n", "user\n"],
  snippets: [" ", "# user", " # user", "x", '"', "USER_KEY=1\n"],
  holds: ({ path, value, other }) =>
    path.length === 1 && typeof value === "string" && typeof other === "string",
  mayDecline: { documents: 0.05, edits: 0.3 },
  readers: [parse, (text) => parseEnv(text)],
};
