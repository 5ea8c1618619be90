/** Random YAML, written as text: block and flow, anchors, block scalars, comments everywhere. */
import fc from "fast-check";
import { oldOpinion, secondOpinion } from "../suites/yaml.ts";
import { asFile, type Generator, mostly, oneOf, row } from "./text.ts";

const comment = oneOf("# c", "#", "# a: b", "# ünï 🎈", "#\ttab");
const trail = mostly(oneOf(""), mostly(row(oneOf(" ", "  "), comment), oneOf(" ", "\t")));
const key = mostly(
  oneOf("a", "b", "c", "d", "name", "x y", "k-1", '"q"', "'s'"),
  oneOf("1", "true", "__proto__", "null", '"a: b"', "'#'", "ünï", "? e\n:", "~", "https://x", "on"),
);
const plain = oneOf(
  "x",
  "1",
  "true",
  "~",
  "1.5",
  "a b c",
  "yes",
  "2001-01-01",
  "x#y",
  "a:b",
  "0o7",
);
const quoted = oneOf('"x"', "'x'", '"a: b # c"', "'it''s'", '"\\u00e9\\n"', '""', "''", '"ünï 🎈"');

const flow = fc.letrec<{ value: string; list: string; table: string }>((tie) => ({
  table: fc.tuple(
    fc.uniqueArray(fc.tuple(oneOf("a", "b", '"q"', "name"), tie("value")), {
      maxLength: 3,
      selector: ([name]) => name,
    }),
    oneOf("{|}", "{ | }", "{ |, }"),
  ).map(([pairs, frame]) =>
    pairs.length === 0
      ? "{}"
      : frame.replace("|", () => pairs.map(([k, v]) => `${k}: ${v}`).join(", "))
  ),
  list: fc.tuple(
    fc.oneof(
      fc.array(fc.oneof(tie("value"), tie("table")), { maxLength: 3 }),
      fc.array(tie("table"), { maxLength: 3 }),
    ),
    oneOf("[|]", "[ | ]", "[ |, ]"),
  ).map(([items, frame]) => items.length === 0 ? "[]" : frame.replace("|", () => items.join(", "))),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: oneOf("x", "1", '"y"', "'z'", "true") },
    { weight: 1, arbitrary: tie("table") },
    { weight: 1, arbitrary: tie("list") },
  ),
}));

/** Lines of a block, without their common indentation. */
type Lines = readonly string[];

/** A `0` in the head stands for the step of the indentation. */
const blockScalar: fc.Arbitrary<Lines> = fc.tuple(
  mostly(oneOf("|", ">", "|-", ">-", "|+", ">+"), oneOf("| # c", "|0", ">0-", "|+0 # c")),
  fc.array(oneOf("text", "  more", "", "# no comment", "a: b", "- x", "ünï 🎈"), {
    minLength: 1,
    maxLength: 4,
  }),
).map(([head, body]) => [
  head,
  ...!head.includes("0") && body[0]?.startsWith(" ") ? ["first"] : [],
  ...body,
]);

const folded: fc.Arbitrary<Lines> = oneOf("a", '"b', "'c").map((start) => {
  const end = start.length > 1 ? start[0] : "";
  return [start, "continued", `and done${end}`];
});

/** Braces and brackets over several lines. */
const spread: fc.Arbitrary<Lines> = fc.tuple(
  fc.uniqueArray(
    fc.tuple(oneOf("a", "b", '"q"', "name", "c"), flow.value, trail, oneOf(",", " ,")),
    {
      minLength: 1,
      maxLength: 3,
      selector: ([name]) => name,
    },
  ),
  oneOf("map", "seq", "maps"),
  fc.boolean(),
  mostly(oneOf(""), row(" ", comment)),
  mostly(fc.constant<Lines>([]), fc.constantFrom<Lines>(["# c"], [""])),
).map(([pairs, kind, comma, end, above]) => {
  const [open, close] = kind === "map" ? ["{", "}"] : ["[", "]"];
  const lines = pairs.map(([name, text, trailing, separator], i) => {
    const pair = kind === "seq" ? text : `${name}: ${text}`;
    const item = kind === "maps" ? `{ ${pair} }` : pair;
    return `  ${item}${i < pairs.length - 1 || comma ? separator : ""}${trailing}`;
  });
  return [open + end, ...above, ...lines, close];
});

const between: fc.Arbitrary<Lines> = fc.array(
  mostly(oneOf("# c", "# a: b", ""), oneOf("  # further right", "# left", "#", " ")),
  { maxLength: 2 },
);
const none: fc.Arbitrary<Lines> = fc.constant([]);

/** A value behind a key: what follows on its line, then lines that are indented by a step. */
const { table } = fc.letrec<
  { table: Lines; list: Lines; entry: Lines; item: Lines; entries: Lines }
>((tie) => ({
  table: fc.uniqueArray(
    fc.tuple(
      fc.oneof(
        { weight: 20, arbitrary: key },
        { weight: 1, arbitrary: oneOf("<<") },
      ),
      tie("entry"),
      mostly(none, between),
    ),
    {
      minLength: 1,
      maxLength: 4,
      selector: ([name]) => name,
    },
  ).map((pairs) =>
    pairs.flatMap(([name, entry, above]) => {
      // Only a mapping can be merged.
      const [head = "", ...rest] = name === "<<" ? [" *m"] : entry;
      return [...above, ...`${name}:${head}`.split("\n"), ...rest];
    })
  ),
  list: fc.oneof(
    fc.array(fc.tuple(tie("item"), mostly(none, between)), { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(tie("entries"), mostly(none, between)), { minLength: 1, maxLength: 3 }),
  )
    .map((items) => items.flatMap(([lines, above]) => [...above, ...lines])),
  entries: fc.tuple(tie("table"), oneOf("- ", "-   ", "-\n  "))
    .map(([lines, dash]) => indented(lines, dash)),
  item: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(mostly(fc.oneof(plain, quoted, flow.value), oneOf("", "*n", "&n x", "!t x")), trail)
      .map(([text, end]) => [`- ${text}${end}`]),
    tie("list").map((lines) => indented(lines, "- ")),
    tie("entries"),
  ),
  entry: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc.tuple(
        fc.oneof(plain, quoted, flow.value),
        trail,
        mostly(oneOf(" ", "  "), oneOf(" &n ", "\t", " !!str ", " !t ", " ! ", " &n !!str ")),
      )
        .map(([text, end, gap]) => [`${gap}${text}${end}`]),
    },
    { weight: 1, arbitrary: trail.map((end) => [end]) },
    { weight: 2, arbitrary: fc.constantFrom([" *n"], [" *m"]) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.oneof(blockScalar, folded, spread), oneOf("  ", " ", "    "))
        .map(([[head = "", ...body], step]) => [
          ` ${head.replace("0", String(step.length))}`,
          ...body.map((line) => pad(step, line)),
        ]),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(
        tie("table"),
        trail,
        oneOf("  ", "    ", " "),
        oneOf("", "", "", " &m", " &m", " !!map"),
      )
        .map((
          [lines, end, step, anchor],
        ) => [anchor + end, ...lines.map((line) => pad(step, line))]),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(tie("list"), trail, oneOf("", "  ", "    "))
        .map(([lines, end, step]) => [end, ...lines.map((line) => pad(step, line))]),
    },
  ),
}));

/** An alias needs an anchor above it. */
function withAnchors(text: string): string {
  return text.replace(/ \*([nm])/g, (alias, name: string, at: number) => {
    const first = text.indexOf(`&${name}`);
    return first !== -1 && first < at ? alias : name === "m" ? " {}" : " none";
  });
}

/** Comments at the very left may stand inside of any block. */
function withLeftComments(text: string): string {
  return text.replace(/^ +# left$/gm, "# left");
}

function pad(step: string, line: string): string {
  return line === "" ? "" : step + line;
}

function indented(lines: Lines, dash: string): Lines {
  const first = lines.findIndex((line) => line !== "" && !line.trimStart().startsWith("#"));
  const [head, own] = dash.includes("\n") ? ["-", "  "] : ["", " ".repeat(dash.length)];
  const body = lines.slice(first).map((line) => pad(own, line));
  if (head !== "") return [head, ...body];
  return [dash + (lines[first] ?? ""), ...body.slice(1)];
}

const document = fc.oneof(
  {
    weight: 8,
    arbitrary: table.map((lines) => withLeftComments(withAnchors(lines.join("\n") + "\n"))),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      flow.table.map((text) => `${text}\n`),
      spread.filter(([head]) => head?.startsWith("{") === true).map((lines) =>
        `${lines.join("\n")}\n`
      ),
    ),
  },
  { weight: 1, arbitrary: oneOf("", "# only a comment\n", "---\n", "\n\n# c\n") },
);

/** YAML documents. */
export const yamlDocuments: Generator = {
  format: "yaml",
  document: asFile(row(
    mostly(oneOf(""), oneOf("---\n", "# top\n", "%YAML 1.2\n---\n", "--- # c\n", "\n")),
    document,
    mostly(oneOf(""), oneOf("...\n", "# end\n", "\n", "  # deep\n")),
  )),
  lines: [
    "# user\n",
    "user_key: 1\n",
    "\n",
    "  # user\n",
    "  user_key: 1\n",
    "    user_key: 1\n",
    "      # user\n",
    "- user_key: 1\n",
    "  - user_key: 1\n",
    "user_table:\n  x: 1\n",
  ],
  snippets: [" ", "# user\n", " # user", ", user_key: 1", "user_key: 1, ", "x"],
  mayDecline: { documents: 0.05, edits: 0.2 },
  readers: [(text) => secondOpinion(text), oldOpinion],
};
