/** The laws on random documents, with random users: what `laws_test.ts` and `deno task laws` run. */
import fc from "fast-check";
import { ConfigPatchError } from "../../errors.ts";
import { applySplice, type ConfigDocument, defaultFormats } from "../../formats/mod.ts";
import type { ConfigValue, FormatHandler, Splice } from "../../formats/mod.ts";
import { sameValue, valueAt } from "../../formats/value.ts";
import { disjoint, EDIT_LAWS } from "../../testing/edit_laws.ts";
import { editsOf, nearbyEditsOf, userEditsOf } from "../../testing/edits.ts";
import { declines, LawBreach, type LawEdit, type Trial } from "../../testing/law.ts";
import { crowdOf, disjointForeign } from "../../testing/provider_laws.ts";
import { type Between, editBetween, USER_LAWS } from "../../testing/user_laws.ts";
import { jsonDocuments } from "./generate/json.ts";
import { dotenvDocuments } from "./generate/dotenv.ts";
import type { Generator } from "./generate/text.ts";
import { tomlDocuments } from "./generate/toml.ts";
import { yamlDocuments } from "./generate/yaml.ts";
import { manner } from "./manner.ts";
import { agrees } from "./suites/second.ts";

/** All generators. */
export const GENERATORS: readonly Generator[] = [
  tomlDocuments,
  yamlDocuments,
  jsonDocuments,
  dotenvDocuments,
];

/** What was tried. */
export interface Counts {
  documents: number;
  /** Generated texts that do not parse. */
  invalid: number;
  /** Documents that the handler declines as a whole. */
  refused: number;
  edits: number;
  /** Edits that the handler declined. */
  declined: number;
  /** Edits whose outcome another library has read and found right, once for each such library. */
  readTwice: number;
  userEdits: number;
  /** User edits after which ours cannot be taken back safely: refused, nothing is lost. */
  stuck: number;
  /** Sets of providers that were disabled in every order. */
  sets: number;
  /** One line and a counterexample for each batch of documents in which a law is broken. */
  readonly broken: string[];
}

/** A source of decisions that shrinks with the document. */
type Choose = <T>(from: readonly T[]) => T | undefined;

/** How much is tried. */
export interface RunOptions {
  /** How many documents. */
  readonly documents: number;
  /** What decides about all that is random. */
  readonly seed: number;
  /** Whether to end at the first break, without looking for a smaller one. */
  readonly first?: boolean;
}

/** Documents per run of fast-check, which ends at the first breach. */
const BATCH = 100;

/** Tries all laws on so many documents. */
export async function runRandom(
  generator: Generator,
  { documents, seed, first = false }: RunOptions,
): Promise<Counts> {
  const handler = await defaultFormats.load(generator.format);
  const counts: Counts = {
    documents: 0,
    invalid: 0,
    refused: 0,
    edits: 0,
    declined: 0,
    readTwice: 0,
    userEdits: 0,
    stuck: 0,
    sets: 0,
    broken: [],
  };
  const choices = fc.array(fc.nat(1_000_000), { minLength: 40, maxLength: 40, size: "max" });
  const property = fc.property(generator.document, choices, (text, numbers) => {
    tryDocument(handler, generator, text, chooser(numbers), counts);
  });
  for (let from = 0; from < documents; from += BATCH) {
    const numRuns = Math.min(BATCH, documents - from);
    const result = fc.check(property, { seed: seed + from, numRuns, endOnFailure: first });
    counts.documents += numRuns;
    if (!result.failed) continue;
    counts.broken.push(
      `seed ${seed + from}, document ${JSON.stringify(result.counterexample?.[0])}\n${
        (result.errorInstance as Error)?.stack ?? ""
      }`,
    );
    if (first) break;
  }
  return counts;
}

/** What is wrong with an outcome though no law is broken: a handler that refuses all breaks none. */
export function complaints({ mayDecline }: Generator, counts: Counts): string[] {
  const limits: [what: string, share: number, most: number][] = [
    [
      "documents refused",
      (counts.invalid + counts.refused) / counts.documents,
      mayDecline.documents,
    ],
    ["edits declined", counts.declined / (counts.edits + counts.sets), mayDecline.edits],
    ["user edits after which undo is stuck", counts.stuck / counts.userEdits, 0.005],
    ["edits that another reader has no say in", 1 - counts.readTwice / counts.edits, 0.3],
  ];
  return limits.filter(([, share, most]) => !(share <= most))
    .map(([what, share, most]) => `${what}: ${percent(share)}, at most ${percent(most)}`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function chooser(numbers: readonly number[]): Choose {
  let next = 0;
  return (from) => {
    const number = numbers[next++ % numbers.length] ?? 0;
    return from[number % Math.max(1, from.length)];
  };
}

function tryDocument(
  handler: FormatHandler,
  generator: Generator,
  text: string,
  choose: Choose,
  counts: Counts,
): void {
  let document: ConfigDocument;
  try {
    document = handler.parse(text === "" ? handler.blank : text);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    if (error.code === "syntax") counts.invalid++;
    else counts.refused++;
    return;
  }
  const { holds = () => true } = generator;
  const all = editsOf(document.value);
  const [outside, inside] = [all.slice(0, 6).filter(holds), all.slice(6).filter(holds)];
  const edits = [...outside, ...inside];
  const strict = choose([true, false]) === true && readsStrictly(handler, text);
  for (
    const edit of [
      choose(outside),
      choose(inside),
      // Lists of tables are rare, and the hardest.
      choose(inside.filter(({ path }) => typeof path.at(-2) === "object")),
      oddEdit(document, inside, choose),
    ]
  ) {
    if (edit === undefined || !holds(edit)) continue;
    counts.edits++;
    const trial: Trial = { handler, text, edit, strict };
    const moved: Trial = { ...trial, edit: { ...edit, value: edit.other, other: edit.value } };
    if (told(edit, () => declines(trial) ?? declines(moved)) !== undefined) {
      counts.declined++;
      continue;
    }
    for (const law of Object.values(EDIT_LAWS)) told(edit, () => law(trial));
    told(edit, () => lookAt(trial, document, generator, counts));
    for (let i = 0; i < 2; i++) told(edit, () => tryUser(trial, generator, choose, counts));
  }
  tryProviders({ handler, text }, document, edits, { generator, choose, counts });
}

/** Whether a text is of the strict dialect; then it must stay so. */
function readsStrictly(handler: FormatHandler, text: string): boolean {
  try {
    handler.parse(text, { strict: true });
    return true;
  } catch (error) {
    if (error instanceof ConfigPatchError) return false;
    throw error;
  }
}

/** Texts that some reader of some format takes for something else if they are not quoted. */
const WORDS: readonly string[] = [
  ...["plain", "no", "Y", "on", "null", "~", "true", "1e3", "0x1f", "0o7", "017", "1_000", "12:30"],
  ...["2001-01-01", ".5", "+1", "1.", ".inf", "nan", "=", "e1", "-", "", " ", "a b", " a", "a "],
  ...[
    "a: b",
    "a:",
    "a #b",
    "#",
    "- a",
    "? a",
    "[a",
    "{a}",
    "a, b",
    "]",
    "'",
    '"',
    '"""',
    "\\",
    "\\n",
  ],
  ...["@a", "`a", "%a", "!a", "&a", "*a", "|", ">", "a\tb", "a\nb", "\n", "\r\n", "\0", "\x7f"],
  ...["\x85", "\u2028", "\ufeff", "ünï 🎈", "/run/x.sock", "http://h:1/p?q=a#b", "//", "/* a */"],
  ...["a.b", "__proto__", "...", "---", "C:\\x", "it's", "$&", "x".repeat(900)],
];

const VALUES: readonly ConfigValue[] = [
  ...[0n, -1n, 9007199254740991n, 1, -0, 0.5, 1e300, 5e-324, true, false],
  ...[[], ["no", 1n, 1], [["a"], []], [{ "a b": "on" }, { no: 1n, c: {} }]],
];

/** A key and a value that are hard to write. */
function oddEdit(
  document: ConfigDocument,
  inside: readonly LawEdit[],
  choose: Choose,
): LawEdit | undefined {
  const word = choose(WORDS) ?? "";
  const value = choose([choose(WORDS), choose(WORDS), choose(VALUES)]) ?? "";
  const other = choose([choose(WORDS), choose(VALUES)]) ?? "";
  const existing = choose(inside)?.path ?? ["zz_top"];
  const path = choose([[word], ["zz_outer", word], [...existing.slice(0, -1), word], existing]) ??
    existing;
  // What a patch wants is ours wherever it stands; the laws are about files that do not hold it.
  const held = valueAt(document.value, path);
  if (sameValue(held, value) || sameValue(held, other)) return undefined;
  return { path, value, other: other === value ? "zz_other" : other };
}

/** The edit as its file's reader and user see it: readers that the handler does not use agree. */
function lookAt(
  { text, edit }: Trial,
  document: ConfigDocument,
  { readers }: Generator,
  counts: Counts,
): void {
  const put = document.put(edit.path, edit.value);
  manner(document.text, put);
  const after = applySplice(document.text, put);
  for (const read of readers) {
    const agreed = agrees(read, document.text, after, edit, document.value);
    if (agreed === true) counts.readTwice++;
    if (agreed !== false) continue;
    throw new LawBreach("PutGet", "another reader sees something else", { before: text, after });
  }
}

/** What a second and third patch might want beside the edits that a document invites. */
const NEIGHBOURS: readonly LawEdit[] = [
  ["zz_outer", "zz_inner", "zz_second"],
  ["zz_outer", "zz_third"],
  ["zz_outer", "zz_other", "zz_key"],
  ["zz_list", { zz_name: "ours" }, "zz_second"],
  ["zz_list", { zz_name: "other" }, "zz_key"],
  ["zz_top2"],
  ["zz_top3"],
].map((path) => ({ path, value: "http://localhost:9419/v2", other: "v3" }));

/** What decides about all that is random, and what is counted. */
interface Chances {
  readonly generator: Generator;
  readonly choose: Choose;
  readonly counts: Counts;
}

/** Several providers, disabled in every order; and their edits as one provider's, with a user. */
function tryProviders(
  trial: Omit<Trial, "edit">,
  document: ConfigDocument,
  edits: readonly LawEdit[],
  { generator, choose, counts }: Chances,
): void {
  const fresh = edits.filter((edit) => valueAt(document.value, edit.path) === undefined);
  const near = NEIGHBOURS.filter(generator.holds ?? (() => true));
  const pool = [...fresh, ...near, ...choose([[], edits]) ?? []];
  const size = choose([2, 2, 2, 2, 2, 2, 2, 3, 3, 4]) ?? 2;
  const chosen = new Set<LawEdit>();
  for (let i = 0; i < size; i++) {
    const edit = choose(pool);
    if (edit !== undefined) chosen.add(edit);
  }
  // Now and then two providers want the same.
  const shared = choose([undefined, undefined, ...chosen]);
  if (shared !== undefined && chosen.size < 4) chosen.add({ ...shared });
  try {
    disjoint(trial, [...chosen]);
    counts.sets++;
    if (chosen.size <= 3) tryCrowd(trial, [...chosen], { generator, choose, counts });
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    if (!STUCK.has(error.code)) throw new LawBreach("Disjoint", `${error.code}: ${error.message}`);
    counts.declined++;
  }
}

/** The same providers, with a user who edits near their lines. */
function tryCrowd(
  trial: Omit<Trial, "edit">,
  edits: readonly LawEdit[],
  { generator, choose, counts }: Chances,
): void {
  const crowd = edits.some(isNumbered) ? undefined : crowdOf(trial, edits);
  if (crowd?.applied.text === undefined) return;
  const comment = generator.lines[0]?.split(" ")[0];
  const user = choose(nearbyEditsOf(trial, crowd.applied.text, edits, comment));
  if (user === undefined) return;
  if (disjointForeign(trial, edits, user, crowd)) counts.userEdits++;
}

/** A number is an entry of one text; what a user does to the list is not told by it. */
function isNumbered({ path }: LawEdit): boolean {
  return path.some((key) => typeof key === "number");
}

function tryUser(trial: Trial, generator: Generator, choose: Choose, counts: Counts): void {
  const near = NEIGHBOURS.filter(generator.holds ?? (() => true));
  const second = choose([undefined, undefined, choose(near)]);
  const edits = second === undefined ? [trial.edit] : [trial.edit, second];
  let user: Splice | undefined;
  try {
    user = userEdit(trial, edits, generator, choose);
  } catch (error) {
    // The second edit is one that the handler declines.
    if (!(error instanceof ConfigPatchError) || !STUCK.has(error.code)) throw error;
    counts.declined++;
    return;
  }
  if (user === undefined || edits.some(isNumbered)) return;
  let between: Between | undefined;
  try {
    between = editBetween(trial, edits, user);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    if (!STUCK.has(error.code)) {
      throw new LawBreach("Foreign", `${error.code}: ${error.message}`, {
        before: trial.text,
        user: JSON.stringify(user),
      });
    }
    counts.stuck++;
    return;
  }
  if (between === undefined) return;
  counts.userEdits++;
  for (const law of Object.values(USER_LAWS)) law(between);
}

const STUCK: ReadonlySet<string> = new Set(["unsupported", "shape", "conflict"]);

/** Something that a user does to the text after apply; it need not leave a valid document. */
function userEdit(
  trial: Trial,
  edits: readonly LawEdit[],
  generator: Generator,
  choose: Choose,
): Splice | undefined {
  const { handler, edit } = trial;
  const between = editBetween(trial, edits, { offset: 0, remove: "", insert: "" });
  if (between === undefined) return undefined;
  const { applied, region } = between;
  const eol = applied.includes("\r\n") ? "\r\n" : "\n";
  const insert = (offset: number, what: string | undefined): Splice => ({
    offset,
    remove: "",
    insert: (what ?? "").replaceAll("\n", eol),
  });
  const starts = [...applied.matchAll(/(?<=^|\n)(?!\uFEFF)/g)].map((match) => match.index);
  const near = starts.filter((at) => region && at >= region.start - 20 && at <= region.end + 20);
  const line = choose(starts) ?? 0;
  // Between characters: a file cannot hold half of one.
  const offset = choose([...applied.matchAll(/(?:)/gu)].map((match) => match.index)) ?? 0;
  const lineEnd = Math.max(applied.indexOf("\n", line), line);
  const span = handler.parse(applied).find(edit.path)?.span;
  const kinds: (() => Splice | undefined)[] = [
    () => insert(line, choose(generator.lines)),
    () => insert(choose(near) ?? line, choose(generator.lines)),
    () => insert(choose(near) ?? line, choose(generator.lines)),
    () => insert(offset, choose(generator.snippets)),
    () => insert(span?.end ?? offset, choose(generator.snippets)),
    () => insert(lineEnd, choose(generator.snippets)),
    () => ({ offset: line, remove: applied.slice(line, lineEnd + 1), insert: "" }),
    () => {
      const blank = /[ \t]+/g;
      blank.lastIndex = offset;
      const match = blank.exec(applied);
      if (match === null) return undefined;
      return { offset: match.index, remove: match[0], insert: choose([" ", "  ", ""]) ?? " " };
    },
    () =>
      edits.length > 1 ? undefined : choose(userEditsOf(trial, generator.lines[0]?.split(" ")[0])),
  ];
  return choose(kinds)?.();
}

function told<T>(edit: LawEdit, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof LawBreach) {
      const shown = (value: unknown) =>
        JSON.stringify(value, (_key, item) => typeof item === "bigint" ? `${item}n` : item);
      error.message += `\n  edit: ${shown(edit.path)} = ${shown(edit.value)}`;
    }
    throw error;
  }
}
