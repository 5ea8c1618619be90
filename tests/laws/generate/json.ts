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
    fc.oneof(
      fc.array(fc.oneof(tie("value"), tie("table")), { maxLength: 3 }),
      fc.array(tie("table"), { maxLength: 3 }),
    ),
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
    mostly(oneOf(": ", ":", " : ", ":\t"), oneOf(" /* c */ : ", ": /* { */ ", ": // c\n  ", "\n:")),
    mostly(oneOf(""), row(blank, ",")),
  ).map(([pairs, before, after, colon, comma]) => {
    const texts = pairs.map(([name, text, gap]) => `"${name}"${colon}${text}${gap}`);
    return pairs.length === 0
      ? `{${before}}`
      : `{${before}${texts.join("," + before)}${comma}${after}}`;
  });
}

/** Lines of a text that an editor has indented. */
type Lines = readonly string[];

const note = mostly(oneOf(""), oneOf(" // c", " /* c */", " // ünï, 🎈", "\t// }", "  "));
const above: fc.Arbitrary<Lines> = mostly(
  fc.constant<Lines>([]),
  fc.constantFrom<Lines>(["// about it"], ["/* about", "   it */"], ["", "// c"], ["// c", ""], [
    "",
  ]),
);

/** An entry of an indented container: its lines, what stands above it and behind it. */
type Entry = readonly [above: Lines, key: string, lines: Lines, note: string];

const { table: indentedTable } = fc.letrec<{ value: Lines; table: Lines; list: Lines }>((tie) => {
  const item = (lines: fc.Arbitrary<Lines>) => fc.tuple(above, fc.constant(""), lines, note);
  const items = fc.oneof(
    fc.array(item(tie("value")), { maxLength: 3 }),
    fc.array(item(tie("table")), { maxLength: 3 }),
  );
  const pairs = fc.uniqueArray(fc.tuple(above, key, tie("value"), note), {
    maxLength: 4,
    selector: ([, name]) => name,
  });
  const last = mostly(oneOf(""), oneOf(","));
  const below = mostly(fc.constant<Lines>([]), fc.constantFrom<Lines>(["// end"], ["", "// end"]));
  return {
    table: fc.tuple(pairs, last, below, note, oneOf("{}")).map(enclosed),
    list: fc.tuple(items, last, below, note, oneOf("[]")).map(enclosed),
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 3, arbitrary: scalar.map((text) => [text]) },
      { weight: 1, arbitrary: oneOf("[]", "{}", "[1, 2]", '{ "a": 1 }').map((text) => [text]) },
      { weight: 2, arbitrary: tie("table") },
      { weight: 1, arbitrary: tie("list") },
    ),
  };
});

function enclosed(
  [entries, last, below, behind, [open = "", close = ""]]: [Entry[], string, Lines, string, string],
): Lines {
  if (entries.length === 0 && below.length === 0) return [open + close];
  const lines = entries.flatMap(([above, name, [first = "", ...rest], note], i) => {
    const all = [(name === "" && open === "[" ? "" : `"${name}": `) + first, ...rest];
    const comma = i < entries.length - 1 ? "," : last;
    return [...above, ...all.slice(0, -1), `${all.at(-1)}${comma}${note}`];
  });
  return [
    open + behind,
    ...[...lines, ...below].map((line) => line === "" ? "" : `\0${line}`),
    close,
  ];
}

const indentedDocument = fc.tuple(indentedTable, oneOf("  ", "  ", "    ", "\t"), above)
  .map(([lines, unit, top]) => [...top, ...lines].join("\n").replaceAll("\0", unit) + "\n");

/** As a program writes it that knows no comments. */
const strictDocument = fc.tuple(indentedDocument, oneOf("", "  ", "\t"))
  .map(([text, unit]) => JSON.stringify(secondOpinion(text), undefined, unit) + "\n");

/** JSON documents. */
export const jsonDocuments: Generator = {
  format: "json",
  document: asFile(fc.oneof(
    { weight: 2, arbitrary: row(blank, objectOf(value), blank, oneOf("\n", "", "\n\n")) },
    { weight: 2, arbitrary: indentedDocument },
    { weight: 1, arbitrary: strictDocument },
  )),
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
  mayDecline: { documents: 0.05, edits: 0.02 },
  readers: [secondOpinion],
};
