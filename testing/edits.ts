/** What to try: variants of a text, edits that a document invites, edits that a user might make. @module */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigPath, ConfigRoot, ConfigValue, Selector, Splice } from "../formats/types.ts";
import { isList, isTable, matches, tableOf, valueAt } from "../formats/value.ts";
import { type LawEdit, plan, read, type Trial, untouched, wants } from "./law.ts";

/** A text as it is, with CRLF, without a final newline, with a byte order mark. */
export function variantsOf(text: string): { readonly name: string; readonly text: string }[] {
  const variants = [
    { name: "as is", text },
    { name: "crlf", text: text.replace(/\r?\n/g, "\r\n") },
    { name: "no final newline", text: text.replace(/\r?\n$/, "") },
    { name: "bom", text: text.startsWith("\uFEFF") ? text : `\uFEFF${text}` },
  ];
  return variants.filter((one, i) => variants.findIndex((two) => two.text === one.text) === i);
}

/**
 * The edits that a document invites: keys at the top and two levels deep, a list entry, a key in
 * each table, another value for each scalar, an entry in each list of tables.
 */
export function editsOf(root: ConfigRoot): LawEdit[] {
  const edits: LawEdit[] = isList(root) ? [] : [
    edit(["zz_top"]),
    edit(["zz_outer", "zz_inner", "zz_key"]),
    edit(["zz_list", { zz_name: "ours" }, "zz_key"]),
    { path: ["zz_number"], value: 9419n, other: 9420n },
    { path: ["zz_flag"], value: true, other: false },
    { path: ["zz_words"], value: ["a b", "#c"], other: [] },
  ];
  const visit = (value: ConfigValue, path: ConfigPath) => {
    if (isTable(value)) {
      edits.push(edit([...path, "zz_key"]));
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    } else if (isList(value)) {
      if (value.every(isTable)) edits.push(edit([...path, { zz_name: "ours" }, "zz_key"]));
      for (const [index, item] of value.entries()) {
        visit(item, [...path, selectorOf(value, index) ?? index]);
      }
    } else if (!selects(path) && typeof path.at(-1) !== "number") edits.push(edit(path));
  };
  visit(root, []);
  return edits;
}

/**
 * Edits that a user might make after an apply: of our value, of keys elsewhere and in what we
 * created, comments and blank lines in and around our lines.
 */
export function userEditsOf(
  trial: Trial,
  comment: string = "#",
): Splice[] {
  const { text, memory } = plan(trial, untouched(trial.text), [wants(trial.edit)]);
  if (text === undefined || memory === undefined) return [];
  const before = read(trial.handler, trial.text, trial.strict);
  const document = read(trial.handler, text, trial.strict);
  const outer = trial.edit.path.map((_, depth) => trial.edit.path.slice(0, depth)).slice(1);
  const created = outer.filter((path) =>
    (valueAt(before.value, path) ?? null) === null && isTable(valueAt(document.value, path))
  );
  const edits = [
    () => document.put(["user_key"], "mine"),
    () => document.put(trial.edit.path, "mine"),
    () => document.drop(trial.edit.path),
    ...created.map((path) => () => document.put([...path, "user_key"], "mine")),
    ...Object.keys(document.value).map((key) => () => document.drop([key])),
  ].flatMap(splicesOf);
  const eol = /\r?\n/.exec(text)?.[0] ?? "\n";
  const span = document.find(trial.edit.path)?.span ?? { start: 0, end: 0 };
  const starts = [...text.matchAll(/^/gm)].map((match) => match.index)
    .filter((at) => text[at - 1] !== "\r" && Math.abs(at - span.start) < 100);
  const ends = [...text.matchAll(/[ \t]*(?=\r?\n|(?![^]))/g)].map((match) => match.index)
    .filter((at) => Math.abs(at - span.end) < 100);
  const inserts: [number, string][] = [
    ...starts.flatMap((at): [number, string][] => [
      [at, `${comment} zz mine${eol}`],
      [at, `  ${comment} zz mine${eol}`],
      [at, eol],
    ]),
    ...ends.flatMap((at): [number, string][] => [[at, ` ${comment} zz mine,`]]),
  ];
  return [...edits, ...inserts.map(([offset, insert]) => ({ offset, remove: "", insert }))];
}

/**
 * Edits that a user might make near the lines of several providers: comments and blank lines above
 * and below, comments behind them, keys of their own beside them.
 */
export function nearbyEditsOf(
  trial: Omit<Trial, "edit">,
  applied: string,
  edits: readonly LawEdit[],
  comment: string = "#",
): Splice[] {
  const document = read(trial.handler, applied, trial.strict);
  const eol = /\r?\n/.exec(applied)?.[0] ?? "\n";
  const spans = edits.flatMap(({ path }) => document.find(path)?.span ?? []);
  const near = (at: number) =>
    spans.some(({ start, end }) => {
      const from = applied.lastIndexOf("\n", Math.max(start - 1, 0));
      return at >= applied.lastIndexOf("\n", Math.max(from - 1, 0)) && at <= end + 60;
    });
  const starts = [...applied.matchAll(/^/gm)].map((match) => match.index)
    .filter((at) => applied[at - 1] !== "\r" && near(at));
  const ends = [...applied.matchAll(/[ \t]*(?=\r?\n|(?![^]))/g)].map((match) => match.index)
    .filter(near);
  const indent = (at: number) => /^[ \t]*/.exec(applied.slice(at))?.[0] ?? "";
  const inserts = [
    ...starts.flatMap((at): [number, string][] => [
      [at, `${comment} zz mine${eol}`],
      [at, `${indent(at)}${comment} zz mine${eol}`],
      [at, eol],
    ]),
    ...ends.map((at): [number, string] => [at, ` ${comment} zz mine,`]),
  ].map(([offset, insert]) => ({ offset, remove: "", insert }));
  // Behind the value, on its line: a blank more, and a comment where the format has such.
  const behind = spans.flatMap(({ end }): Splice[] => [
    { offset: end, remove: "", insert: " " },
    ...(comment === "//" ? [{ offset: end, remove: "", insert: " /* zz mine */" }] : []),
  ]);
  const before = spans.map(({ start }) => ({ offset: start, remove: "", insert: " " }));
  const keys = edits.flatMap(({ path }) => [path.slice(0, -1), []]).map((
    at,
  ) => [...at, "user_key"]);
  return [
    ...inserts,
    ...before,
    ...behind,
    ...keys.flatMap((path) => splicesOf(() => document.put(path, "mine"))),
  ];
}

/** An edit, or none where the handler declines it. */
function splicesOf(make: () => Splice): Splice[] {
  try {
    const { offset, remove, insert } = make();
    return [{ offset, remove, insert }];
  } catch (error) {
    if (error instanceof ConfigPatchError) return [];
    throw error;
  }
}

/** What is put where nothing else is said. */
export const VALUE = "http://localhost:9419/v1";

/** The same after the vault has moved. */
export const OTHER = "http://host.containers.internal:18731/v1";

function edit(path: ConfigPath): LawEdit {
  return { path, value: VALUE, other: OTHER };
}

/** A selector that matches this very entry, and no other. */
function selectorOf(list: readonly ConfigValue[], index: number): Selector | undefined {
  const entry = list[index];
  for (const [key, value] of isTable(entry) ? Object.entries(entry) : []) {
    if (typeof value !== "string" && typeof value !== "bigint" && typeof value !== "boolean") {
      continue;
    }
    const selector = tableOf([[key, value]]) as Selector;
    if (list.filter((item) => matches(item, selector)).length === 1) return selector;
  }
  return undefined;
}

/** A patch may not set what it selects by. */
function selects(path: ConfigPath): boolean {
  const [step, key] = path.slice(-2);
  return typeof step === "object" && typeof key === "string" && Object.hasOwn(step, key);
}
