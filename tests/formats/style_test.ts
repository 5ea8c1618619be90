/**
 * Runs the style documents `tests/style/*.md`: each section is an example of how an edit looks in
 * a file, and a test at once.
 *
 * A section is a `##` heading and fenced blocks, told apart by the second word of their info string:
 *
 * | block | meaning |
 * |---|---|
 * | `before` | the text to edit |
 * | `put` | a JSON list of `[path, value]`, applied one after the other |
 * | `drop` | a JSON list of paths, applied one after the other |
 * | `after` | the text that the edits must lead to |
 * | `refused` | instead of `after`: an error code on the first line, a part of its message on the second |
 *
 * Flags of `before` and `after`: `crlf`, `bom`, `noeol` (no final newline), `empty` (no byte at
 * all), and `strict` (of `before`: read in the strict dialect).
 */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { applySplice, invert } from "../../formats/splice.ts";
import {
  type ConfigDocument,
  type ConfigPath,
  type ConfigRoot,
  type ConfigValue,
  defaultFormats,
  type FormatHandler,
  type Splice,
} from "../../formats/mod.ts";
import {
  copyOf,
  isList,
  isTable,
  removeAt,
  resolve,
  sameValue,
  setAt,
  tableOf,
} from "../../formats/value.ts";

interface Block {
  readonly kind: string;
  readonly flags: readonly string[];
  readonly body: string;
}

interface Case {
  readonly title: string;
  readonly before: string;
  readonly strict: boolean;
  readonly edits: readonly Edit[];
  readonly after?: string;
  readonly refused?: { readonly code: string; readonly part: string };
}

interface Edit {
  readonly path: ConfigPath;
  /** The value to put; a drop has none. */
  readonly value?: ConfigValue;
}

const DOCUMENTS = new URL("./style/", import.meta.url);

for (const entry of [...Deno.readDirSync(DOCUMENTS)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!entry.name.endsWith(".md")) continue;
  const format = entry.name.slice(0, -".md".length);
  const cases = parseCases(Deno.readTextFileSync(new URL(entry.name, DOCUMENTS)), entry.name);
  Deno.test(`style ${format}: at least forty pairs of a text before and after`, () => {
    assert.ok(cases.filter((one) => one.after !== undefined).length >= 40);
  });
  for (const one of cases) {
    Deno.test(`style ${format}: ${one.title}`, async () => {
      run(one, await defaultFormats.load(format));
    });
  }
}

Deno.test("the style runner reads blocks, flags and numbers as it says", () => {
  const [one, ...more] = parseCases(
    "intro\n## T\nwhy\n```toml before crlf bom\na = 1\n```\n" +
      '```json put\n[[["a", 0, {"n": 1}], [1, 1.0, 1e1, null]]]\n```\n```toml after noeol\nb\n```\n',
    "x.md",
  );
  assert.equal(more.length, 0);
  assert.equal(one?.before, "\uFEFFa = 1\r\n");
  assert.equal(one.after, "b");
  assert.deepEqual(one.edits[0]?.path.slice(0, 2), ["a", 0]);
  assert.ok(sameValue(one.edits[0]?.path[2] as ConfigValue, { n: 1n }));
  assert.ok(sameValue(one.edits[0]?.value, [1n, 1, 10, null]));
  for (
    const wrong of [
      "no section at all",
      "## T\n```toml before\na\n```\n",
      "## T\n```toml before\n```\n```json put\n[]\n```\n```toml after\n```\n",
      "## T\n```toml before oops\n```\n```json drop\n[[1]]\n```\n```toml after\n```\n",
      "## T\n```toml before\n```\n```json drop\n[[1]]\n```\n```toml after\n",
    ]
  ) assert.throws(() => parseCases(wrong, "x.md"), /x\.md/);
});

function run(one: Case, handler: FormatHandler): void {
  const parse = (text: string) => handler.parse(text, { strict: one.strict });
  if (one.refused !== undefined) {
    const { code, part } = one.refused;
    assert.throws(() => edit(parse(one.before), one.edits, parse), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError, String(error));
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.includes(part), error.message);
      return true;
    });
    return;
  }
  const splices = edit(parse(one.before), one.edits, parse);
  const after = splices.reduce(applySplice, one.before);
  assert.equal(after, one.after);
  assert.equal(splices.map(invert).reduceRight(applySplice, after), one.before, "the undo");
}

/** Applies the edits, and checks after each that the tree is exactly the one that it means. */
function edit(
  document: ConfigDocument,
  edits: readonly Edit[],
  parse: (text: string) => ConfigDocument,
): Splice[] {
  const splices: Splice[] = [];
  for (const { path, value } of edits) {
    const expected: ConfigRoot = copyOf(document.value);
    const splice = value === undefined ? document.drop(path) : document.put(path, value);
    if (value !== undefined) setAt(expected, path, value);
    else {
      const { found, missing } = resolve(document.value, path);
      assert.equal(missing.length, 0, "nothing stands where the drop points");
      removeAt(expected, found);
    }
    document = parse(applySplice(document.text, splice));
    assert.ok(sameValue(document.value, expected), `another tree:\n${document.text}`);
    if (value !== undefined) {
      const again = document.put(path, value);
      assert.equal(again.remove + again.insert, "", "put of what holds already");
    }
    splices.push(splice);
  }
  return splices;
}

function parseCases(markdown: string, file: string): Case[] {
  const cases: Case[] = [];
  let title: string | undefined;
  let blocks: Block[] = [];
  const finish = () => {
    if (title !== undefined) cases.push(caseOf(title, blocks, file));
    blocks = [];
  };
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const fence = /^(`{3,})(.*)$/.exec(line);
    if (fence !== null) {
      const end = lines.indexOf(fence[1] ?? "", i + 1);
      if (end === -1) throw new Error(`${file}: the block at line ${i + 1} has no end`);
      const [kind, ...flags] = (fence[2] ?? "").trim().split(/\s+/).slice(1);
      const body = lines.slice(i + 1, end).map((text) => text + "\n").join("");
      // Blocks without a second word illustrate, and are not part of a case.
      if (kind !== undefined) blocks.push({ kind, flags, body });
      i = end;
    } else if (line.startsWith("## ")) {
      finish();
      title = line.slice(3).trim();
    }
  }
  finish();
  if (cases.length === 0) throw new Error(`${file} holds no case`);
  const titles = cases.map((one) => one.title);
  const twice = titles.find((name, index) => titles.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${file}: two cases are named "${twice}"`);
  return cases;
}

function caseOf(title: string, blocks: readonly Block[], file: string): Case {
  const fail = (why: string): never => {
    throw new Error(`${file}, "${title}": ${why}`);
  };
  const one = (kind: string): Block | undefined => {
    const found = blocks.filter((block) => block.kind === kind);
    return found.length > 1 ? fail(`more than one block "${kind}"`) : found[0];
  };
  for (const { kind, flags } of blocks) {
    if (!["before", "put", "drop", "after", "refused"].includes(kind)) fail(`a block "${kind}"`);
    const known = kind === "before" || kind === "after"
      ? ["crlf", "bom", "noeol", "empty", ...(kind === "before" ? ["strict"] : [])]
      : [];
    const odd = flags.find((flag) => !known.includes(flag));
    if (odd !== undefined) fail(`an unknown flag "${odd}"`);
  }
  const [before, put, drop, after, refused] = ["before", "put", "drop", "after", "refused"].map(
    one,
  );
  if (before === undefined) return fail("no block `before`");
  if ((after === undefined) === (refused === undefined)) fail("either `after` or `refused`");
  if (put !== undefined && drop !== undefined) fail("either `put` or `drop`");
  const edits = put !== undefined ? putsOf(put.body) : drop !== undefined ? dropsOf(drop.body) : [];
  if (edits.length === 0 && refused === undefined) fail("no edit");
  const [code = "", part = ""] = (refused?.body ?? "").split("\n");
  if (refused !== undefined && (code === "" || part === "")) fail("`refused` needs two lines");
  return {
    title,
    before: textOf(before),
    strict: before.flags.includes("strict"),
    edits,
    ...(after === undefined ? {} : { after: textOf(after) }),
    ...(refused === undefined ? {} : { refused: { code, part } }),
  };
}

function textOf({ flags, body }: Block): string {
  let text = flags.includes("empty") ? "" : body;
  if (flags.includes("noeol")) text = text.replace(/\n$/, "");
  if (flags.includes("crlf")) text = text.replaceAll("\n", "\r\n");
  return flags.includes("bom") ? "\uFEFF" + text : text;
}

function putsOf(json: string): Edit[] {
  return listOf(parseJson(json)).map((pair) => {
    const [path, value, ...more] = listOf(pair);
    assert.ok(value !== undefined && more.length === 0, "a put is [path, value]");
    return { path: pathOf(path), value };
  });
}

function dropsOf(json: string): Edit[] {
  return listOf(parseJson(json)).map((path) => ({ path: pathOf(path) }));
}

function pathOf(value: ConfigValue | undefined): ConfigPath {
  return listOf(value).map((step) => {
    if (typeof step === "string") return step;
    if (typeof step === "bigint") return Number(step);
    assert.ok(isTable(step), "a step is a key, an index or a selector");
    return step as { readonly [key: string]: string | number | bigint | boolean };
  });
}

function listOf(value: ConfigValue | undefined): readonly ConfigValue[] {
  assert.ok(isList(value), "a JSON list");
  return value;
}

/** JSON as a config value: an integer is a bigint, a number with a dot or an exponent is not. */
function parseJson(json: string): ConfigValue {
  return JSON.parse(json, (_key, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    if (typeof value === "number" && /^-?\d+$/.test(source ?? "")) return BigInt(source ?? "");
    const item = value as ConfigValue;
    return isTable(item) ? tableOf(Object.entries(item)) : item;
  });
}
