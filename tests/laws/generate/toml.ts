/** Random TOML, written as text: statements are kept as long as the document stays valid. */
import fc from "fast-check";
import { parse } from "smol-toml";
import { secondOpinion } from "../suites/toml.ts";
import { asFile, type Generator, mostly, oneOf, row } from "./text.ts";

const blank = mostly(oneOf(" ", ""), oneOf("\t", "  "));
const comment = oneOf("# c", "#", "# [no.header]", '# "quoted', "#\ttab # twice", "# ünï 🎈");
const trail = mostly(oneOf(""), row(blank, comment));
const indent = mostly(oneOf(""), oneOf("  ", "\t", " \t"));

const simple = oneOf("a", "b", "c", "name", "k-1", "1", '"q"', "'l'", '"a.b"', '""', "__proto__");
const odd = oneOf('"\\u00e9"', '"x\\ty"', "'🎈'", "constructor", "true", "1979-05-27", "inf");
const part = mostly(simple, odd);
const key = fc.oneof(
  { weight: 5, arbitrary: part },
  { weight: 2, arbitrary: row(part, ".", part) },
  { weight: 1, arbitrary: row(part, blank, ".", blank, part, ".", part) },
);

const scalar = oneOf(
  "1",
  '"x"',
  "'x'",
  "true",
  "0x1f",
  "1_000",
  "-0.0",
  "1e3",
  "nan",
  "1979-05-27",
  "1979-05-27T07:32:00Z",
  "07:32:00",
  "12345678901234567",
  '"\\"]# no"',
  "'[x]'",
  '"""\nmany\n[lines] # no\n"""',
  "'''one'''",
  '"""a""\\\n  b"""',
  '"ünï 🎈"',
  '""',
);

const { value } = fc.letrec<{ value: string; list: string; table: string; pair: string }>((
  tie,
) => ({
  pair: row(key, blank, "=", blank, tie("value")),
  table: fc.tuple(
    fc.array(tie("pair"), { maxLength: 3 }),
    mostly(oneOf("{|}", "{ | }", "{ |}"), oneOf("{\n  |\n}", "{ # c\n\t|, # d\n}", "{|,}")),
    mostly(oneOf(", ", ","), oneOf(",\n  ", " , ")),
  ).map(([pairs, frame, comma]) =>
    frame.replace(pairs.length === 0 ? /\|,?/ : "|", () => pairs.join(comma))
  ),
  list: fc.tuple(
    fc.oneof(
      fc.array(fc.oneof(tie("value"), tie("table")), { maxLength: 3 }),
      fc.array(tie("table"), { maxLength: 3 }),
    ),
    oneOf("[|]", "[ | ]", "[\n  |\n]", "[ # c\n\t|, # d\n\t# e\n]", "[\n|,]"),
    oneOf(", ", ",", ",\n  ", ", # c\n", "\n, "),
  ).map(([items, frame, comma]) =>
    items.length === 0 ? frame.replace(/\|,?/, "") : frame.replace("|", () => items.join(comma))
  ),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: tie("list") },
    { weight: 1, arbitrary: tie("table") },
  ),
}));

const pair = row(indent, key, blank, "=", blank, value, trail);
const header = fc.oneof(
  row(indent, "[", key, "]", trail),
  row(indent, "[ ", key, " ]", trail),
  row(indent, "[[", key, "]]", trail),
  row(indent, "[[", part, "]]", trail),
);
/** Headers that need each other: entries of one list, tables of an entry, a table below its own. */
const headers = fc.tuple(
  mostly(part, row(part, ".", part)),
  fc.array(fc.tuple(fc.array(pair, { maxLength: 2 }), oneOf("", "", "sub", "[sub]")), {
    minLength: 2,
    maxLength: 3,
  }),
  oneOf("\n", "\n", "", "# c\n", "\n# c\n"),
  mostly(oneOf("[[|]]"), oneOf("[|.x]")),
).map(([name, entries, gap, form]) =>
  entries.map(([pairs, below], i) => {
    const head = form === "[[|]]" || i === 0 ? form : i === 1 ? "[|]" : "[|.y]";
    const lines = [head.replace("|", () => name), ...pairs];
    if (below === "sub") lines.push(`[${name}.sub${i}]`, ...pairs);
    if (below === "[sub]") lines.push(`  [[${name}.list${i}]]`, `[[${name}.list${i}]]`, ...pairs);
    return lines.join("\n") + "\n";
  }).join(gap).replace(/\n$/, "")
);
const statement = fc.oneof(
  { weight: 5, arbitrary: pair },
  { weight: 3, arbitrary: header },
  { weight: 1, arbitrary: headers },
  { weight: 2, arbitrary: row(indent, comment) },
  { weight: 2, arbitrary: oneOf("", " ", "\t") },
);

/** TOML documents. */
export const tomlDocuments: Generator = {
  format: "toml",
  document: asFile(
    fc.tuple(
      mostly(
        fc.array(statement, { maxLength: 12 }),
        fc.array(statement, { maxLength: 20, size: "max" }),
      ),
      mostly(fc.constant(false), fc.constant(true)),
    ).map(([statements, literal]) =>
      keepValid(literal ? statements.map(withSingleQuotes) : statements)
    ),
  ),
  lines: [
    "# user\n",
    "user_key = 1\n",
    "\n",
    "\t# user\n",
    "[user_table]\nx = 1\n",
    "[zz_outer]\nuser_key = 1\n",
    "[zz_outer.user_table]\n",
    "[[zz_list]]\nuser_key = 1\n",
    "zz_outer.user_key = 1\n",
  ],
  snippets: [" ", "# user\n", " # user", ", 1", "user_key = 1, ", ", user_key = 1", "x"],
  mayDecline: { documents: 0, edits: 0.01 },
  readers: [secondOpinion],
};

/** Some people write all their strings so. */
function withSingleQuotes(statement: string): string {
  return statement.replace(/"(x|ünï 🎈|)"(?!")/g, "'$1'").replace('"\\"]# no"', "']# no'");
}

function keepValid(statements: readonly string[]): string {
  let text = "";
  for (const one of statements) {
    const longer = `${text}${one}\n`;
    try {
      parse(longer, { integersAsBigInt: true, useLegacyDate: false });
      text = longer;
    } catch {
      // Not valid here: the document goes on without this statement.
    }
  }
  return text;
}
