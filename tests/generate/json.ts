/** Random JSON with comments and trailing commas, written as text. */
import fc from "fast-check";
import { secondOpinion } from "../suites/json.ts";
import { asFile, type Generator, mostly, oneOf, row } from "./text.ts";

const blank = fc.oneof(
  { weight: 6, arbitrary: oneOf("", " ") },
  { weight: 3, arbitrary: oneOf("\n", "\n  ", "\n    ", "\n\t", "\n\n", "  ") },
  {
    weight: 1,
    arbitrary: oneOf(
      " // c\n",
      "\n  // own line\n  ",
      "/* c */",
      " /* { */ ",
      "\n/* a\n b */\n",
      " //\n",
    ),
  },
);
const key = mostly(
  oneOf("a", "b", "c", "d", "name", "id", "__proto__"),
  oneOf("", "a b", "constructor", "\\u0061", 'x\\"y', "ünï 🎈", "//", "a.b"),
);
const scalar = oneOf(
  "1",
  '"x"',
  "true",
  "null",
  "-0",
  "1.50",
  "1e3",
  "12345678901234567890",
  '"\\"}// no"',
  '"ünï 🎈 \\ud83c"',
  '"/* no */"',
  '""',
  "false",
);

const { value } = fc.letrec<{ value: string; table: string; list: string }>((tie) => ({
  table: objectOf(tie("value")),
  list: fc.tuple(
    fc.array(fc.oneof(tie("value"), tie("table")), { maxLength: 3 }),
    blank,
    blank,
    mostly(oneOf(""), oneOf(",")),
  ).map(([items, before, between, comma]) =>
    items.length === 0 ? `[${before}]` : `[${before}${items.join("," + between)}${comma}${before}]`
  ),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: scalar },
    { weight: 2, arbitrary: tie("table") },
    { weight: 1, arbitrary: tie("list") },
  ),
}));

function objectOf(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(
    fc.uniqueArray(fc.tuple(key, item, blank), { maxLength: 4, selector: ([name]) => name }),
    blank,
    blank,
    oneOf(": ", ":", " : ", ":\t"),
    mostly(oneOf(""), row(blank, ",")),
  ).map(([pairs, before, after, colon, comma]) => {
    const texts = pairs.map(([name, text, gap]) => `"${name}"${colon}${text}${gap}`);
    return pairs.length === 0
      ? `{${before}}`
      : `{${before}${texts.join("," + before)}${comma}${after}}`;
  });
}

/** JSON documents. */
export const jsonDocuments: Generator = {
  format: "json",
  document: asFile(row(blank, objectOf(value), blank, oneOf("\n", "", "\n\n"))),
  lines: [
    "// user\n",
    "  // user\n",
    "\n",
    '"user_key": 1,\n',
    '  , "user_key": 1\n',
    "/* user\n */\n",
  ],
  snippets: [
    " ",
    "\n",
    "/* user */",
    ' "user_key": 1, ',
    ', "user_key": {}',
    " // user\n",
    ",",
    "x",
  ],
  readers: [secondOpinion],
};
