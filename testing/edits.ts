/** What to try: variants of a text, edits that a document invites, edits that a user might make. @module */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigPath, ConfigRoot, ConfigValue, Selector, Splice } from "../formats/types.ts";
import { isList, isTable, matches, tableOf, valueAt } from "../formats/value.ts";
import { type LawEdit, plan, read, seen, standing, type Trial, wants } from "./law.ts";

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
  const { text, state } = plan(trial, standing(trial.text), [wants(trial.edit)]);
  if (text === undefined || state === undefined) return [];
  const document = read(trial.handler, text, trial.strict);
  const created = seen(state).created.filter((path) => isTable(valueAt(document.value, path)));
  const edits = [
    () => document.put(["user_key"], "mine"),
    () => document.put(trial.edit.path, "mine"),
    () => document.drop(trial.edit.path),
    ...created.map((path) => () => document.put([...path, "user_key"], "mine")),
    ...Object.keys(document.value).map((key) => () => document.drop([key])),
  ].flatMap((make): Splice[] => {
    try {
      const { offset, remove, insert } = make();
      return [{ offset, remove, insert }];
    } catch (error) {
      if (error instanceof ConfigPatchError) return [];
      throw error;
    }
  });
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
    ...ends.flatMap((at): [number, string][] => [[at, ` ${comment} zz mine`]]),
  ];
  return [...edits, ...inserts.map(([offset, insert]) => ({ offset, remove: "", insert }))];
}

/** What is put where nothing else is said. */
export const VALUE = "http://localhost:9419/v1";

/** The same after the vault has moved. */
export const OTHER = "http://host.containers.internal:18731/v1";

function edit(path: ConfigPath): LawEdit {
  return { path, value: VALUE, other: OTHER };
}

/** A selector whose first match is this very entry. */
function selectorOf(list: readonly ConfigValue[], index: number): Selector | undefined {
  const entry = list[index];
  for (const [key, value] of isTable(entry) ? Object.entries(entry) : []) {
    if (typeof value !== "string" && typeof value !== "bigint" && typeof value !== "boolean") {
      continue;
    }
    const selector = tableOf([[key, value]]) as Selector;
    if (list.findIndex((item) => matches(item, selector)) === index) return selector;
  }
  return undefined;
}

/** A patch may not set what it selects by. */
function selects(path: ConfigPath): boolean {
  const [step, key] = path.slice(-2);
  return typeof step === "object" && typeof key === "string" && Object.hasOwn(step, key);
}
