/** Rules of the YAML editor, broken. */
import type { Mutant } from "./mutant.ts";

const LAWS = [
  ...["run", "-A", "tests/laws/laws.ts", "--documents", "300", "--first", "--format", "yaml"],
];
const STYLE = ["test", "-A", "--no-check", "tests/formats/style_test.ts"];
const REGRESSIONS = ["test", "-A", "--no-check", "tests/formats/regressions_test.ts"];

/** Mutants of `formats/yaml*.ts`. */
export const YAML_MUTANTS: readonly Mutant[] = [
  {
    name: "words that YAML 1.1 takes for booleans are written plain",
    file: "formats/yaml/text.ts",
    find: "|y|n|yes|no|on|off|",
    replace: "|",
    run: LAWS,
    caughtBy: "PutGet: another reader sees something else",
  },
  {
    name: "every text is written plain if our own parser takes it so",
    file: "formats/yaml/text.ts",
    find: "/^[A-Za-z_][A-Za-z0-9_]*([-.\\/][A-Za-z0-9_]+)*$/.test(text)",
    replace: "/^[0-9A-Za-z_.:=][-A-Za-z0-9_.:=]*$/.test(text)",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a key is added behind a literal text that ends the file without a newline",
    file: "formats/yaml/put.ts",
    find: "if (block) return this.#beforeOpenBlock(node, last, piece, indent);",
    replace: "",
    run: STYLE,
    caughtBy: "The key comes before a block scalar that ends the file unfinished",
  },
  {
    name: "new lines end in LF, whatever the file's lines end in",
    file: "formats/yaml/spans.ts",
    find: 'eol: /^[^\\n]*\\r\\n/.test(text) ? "\\r\\n" : "\\n",',
    replace: 'eol: "\\n",',
    run: LAWS,
    caughtBy: "Manner",
  },
  {
    name: "the byte order mark counts as a column",
    file: "formats/yaml/spans.ts",
    find: 'start === 0 && text.startsWith("\\uFEFF") ? 1 : start;',
    replace: "start;",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a flow mapping grows behind its trailing comma",
    file: "formats/yaml/put.ts",
    find: "return this.#put(last.end, gap + separator, piece,",
    replace: "return this.#put(node.end - 1, gap + separator, piece,",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "a mapping that an alias repeats is edited",
    file: "formats/yaml/place.ts",
    find: "if (node.lastAlias !== -1) {",
    replace: "if (node.lastAlias < -1) {",
    run: LAWS,
    caughtBy: "PutGet: another reader sees something else",
  },
  {
    name: "the first key of an empty document lands behind its end marker",
    file: "formats/yaml/put.ts",
    find: "const offset = marker?.index ?? text.length;",
    replace: "const offset = text.length;",
    run: LAWS,
    caughtBy: "PutGet",
  },
  {
    name: "nested keys are indented by two columns, whatever the file does",
    file: "formats/yaml/spans.ts",
    find: "const step = this.#step ?? 2;",
    replace: "const step = 2;",
    run: STYLE,
    caughtBy: "Created mappings follow the indentation of the file",
  },
  {
    name: "of a key that stands twice the last one counts",
    file: "formats/yaml/value.ts",
    find: "if (key in table) this.#refuseKey(",
    replace: "if (key in table && key === text) this.#refuseKey(",
    run: STYLE,
    caughtBy: "Duplicate keys are refused",
  },
  {
    name: "a key behind an item on the same line is read",
    file: "formats/yaml/value.ts",
    find: "if (block && this.#at > first) refuseMidLine(text, keyEvent);",
    replace: "if (block && this.#at < first) refuseMidLine(text, keyEvent);",
    run: REGRESSIONS,
    caughtBy: "a key behind an entry on the same line is refused",
  },
  {
    name: "blank lines that a scalar above would keep are left to it",
    file: "formats/yaml/drop.ts",
    find: "if (!keeps || from.open) return from;",
    replace: "if (keeps || from.open) return from;",
    run: REGRESSIONS,
    caughtBy: "what we made below a scalar that keeps blank lines goes",
  },
  {
    name: "a line that goes takes its comment along",
    file: "formats/yaml/drop.ts",
    find: "const kept = commentTexts(index, entry.start, end.offset).map",
    replace: "const kept = commentTexts(index, entry.start, entry.start).map",
    run: LAWS,
    caughtBy: "Comment",
  },
  {
    name: "a comment is left where it becomes part of the block scalar above",
    file: "formats/yaml/drop.ts",
    find: "const end = block ? behind",
    replace: "const end = block && !keeps ? last : block ? behind",
    run: REGRESSIONS,
    caughtBy: "a container that we made goes in one piece, comments stay, block scalars too",
  },
];
