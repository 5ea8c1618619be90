/**
 * Lists of entries as plain records: files are rendered from them, and what a user does to the list
 * between apply and disable (move, add, remove, rename entries) is done to pieces of text. So what
 * has to come out in the end is known byte by byte, without any code of ours.
 */
import fc from "fast-check";
import { type ConfigPath, type ConfigValue, defaultFormats } from "../../formats/mod.ts";
import { isList, isTable } from "../../formats/value.ts";
import { EVERY, type WantedPath } from "../../ownership/claims.ts";
import {
  type FileNow,
  LawBreach,
  plan,
  untouched,
  wanting,
  type Wants,
} from "../../testing/law.ts";

/**
 * An entry of the list as the user wrote it. Two values in it are like no other entry's, so that it
 * can be told after any one edit.
 */
export interface Entry {
  readonly id: string;
  readonly kind: string;
  /** The user's own address, if the entry has one. */
  readonly url: string | undefined;
  readonly comment: boolean;
}

/** What the user does to the list. */
export type Edit =
  | { readonly what: "move"; readonly from: number; readonly to: number }
  | { readonly what: "add"; readonly at: number; readonly entry: Entry }
  | { readonly what: "remove"; readonly at: number }
  | { readonly what: "rename"; readonly at: number; readonly kind: string };

/** One story: a list, what is wanted in it, and what happens. */
export interface EntriesCase {
  readonly entries: readonly Entry[];
  /** How the entries are meant. */
  readonly mode: "match" | "each" | "each with match" | "match with default";
  readonly edits: readonly Edit[];
  /** When apply runs again, and whether the vault has moved by then. */
  readonly again: "never" | "before" | "after" | "after, moved";
}

const KINDS = ["x", "y"];
const HERE = "http://localhost:9419/v1";
const THERE = "http://host:1/v1";

const entry = (id: fc.Arbitrary<string>): fc.Arbitrary<Entry> =>
  fc.record({
    id,
    kind: fc.constantFrom(...KINDS),
    url: fc.constantFrom(undefined, "mine", "https://other.example/v1"),
    comment: fc.boolean(),
  });

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ what: fc.constant("move" as const), from: fc.nat(9), to: fc.nat(9) }),
  fc.record({
    what: fc.constant("add" as const),
    at: fc.nat(9),
    entry: entry(fc.constantFrom("new1", "new2", "new3")),
  }),
  fc.record({ what: fc.constant("remove" as const), at: fc.nat(9) }),
  fc.record({
    what: fc.constant("rename" as const),
    at: fc.nat(9),
    kind: fc.constantFrom(...KINDS, "z"),
  }),
);

/** Random stories. */
export const entriesCases: fc.Arbitrary<EntriesCase> = fc.record({
  entries: fc.uniqueArray(entry(fc.constantFrom("a", "b", "c", "d", "e")), {
    minLength: 1,
    maxLength: 4,
    selector: ({ id }) => id,
  }),
  mode: fc.constantFrom("match", "each", "each with match", "match with default"),
  edits: fc.array(edits, { maxLength: 3 }),
  again: fc.constantFrom("never", "before", "after", "after, moved"),
});

/** Plays a story in one format; throws a {@linkcode LawBreach} if it ends in anything else. */
export async function playEntries(format: string, story: EntriesCase): Promise<void> {
  const handler = await defaultFormats.load(format);
  const trial = { handler };
  const form = FORMS[format] ?? fail(`no form of ${format}`);
  const { render, split } = form;
  const original = render(story.entries);
  const texts: Record<string, string | undefined> = { original };
  const step = (from: FileNow, part: Wants, name: string): FileNow => {
    const next = plan(trial, from, [part]);
    texts[name] = next.text;
    return next;
  };
  let now = step(untouched(original), wants(story.mode, HERE), "applied");
  assertRouted(story, handler.parse(now.text ?? "").value, HERE, texts);
  if (story.again === "before") now = step(now, wants(story.mode, HERE), "applied again");
  const edited = editPieces(form, split(now.text ?? ""), story.edits);
  texts.edited = edited;
  now = { ...now, text: edited };
  if (story.again.startsWith("after")) {
    const url = story.again === "after" ? HERE : THERE;
    now = step(now, wants(story.mode, url), "applied after");
    assertRouted(story, handler.parse(now.text ?? "").value, url, texts);
  }
  now = step(now, { ...wants(story.mode, HERE), action: "disable" }, "disabled");
  const wanted = editPieces(form, split(original), story.edits);
  if (now.text !== wanted) throw new LawBreach("Entries", `not ${JSON.stringify(wanted)}`, texts);
  if (now.memory !== undefined) throw new LawBreach("Entries", "a claim is left", texts);
}

function wants(mode: EntriesCase["mode"], url: string): Wants {
  const known: readonly ConfigValue[] = [HERE, THERE];
  const at = (path: WantedPath) => path;
  const wanted = mode === "match" || mode === "match with default"
    ? [wanting(["list", { kind: "x" }, "url"] as ConfigPath, url, known)]
    : [
      wanting(at(["list", EVERY, mode === "each" ? {} : { kind: "x" }, "url"]), url, known, "each"),
    ];
  const more = mode === "match with default"
    ? [wanting(["list", { kind: "x" }, "note"] as ConfigPath, "needed", [], "default")]
    : [];
  return { provider: "p", action: "apply", wanted: [...wanted, ...more] };
}

/** Every entry that is meant holds our address, and where none is, one was made. */
function assertRouted(
  { mode }: EntriesCase,
  root: ConfigValue,
  url: string,
  texts: Readonly<Record<string, string | undefined>>,
): void {
  const list = isTable(root) && isList(root.list) ? root.list : [];
  const meant = list.filter((item) => isTable(item) && (mode === "each" || item.kind === "x"));
  const missed = meant.filter((item) => isTable(item) && item.url !== url);
  if (missed.length > 0) throw new LawBreach("Entries", "an entry is not routed", texts);
  if (meant.length === 0 && mode.startsWith("match")) {
    throw new LawBreach("Entries", "no entry was made", texts);
  }
}

/** A text in pieces: what is before the entries, each entry, what is behind. */
interface Pieces {
  readonly head: string;
  readonly entries: readonly string[];
  readonly tail: string;
}

interface Form {
  readonly render: (entries: readonly Entry[]) => string;
  readonly split: (text: string) => Pieces;
  readonly one: (entry: Entry) => string;
}

function splitting(begins: RegExp, ends: RegExp): (text: string) => Pieces {
  return (text) => {
    const lines = text.match(/[^\n]*\n/g) ?? [];
    const first = lines.findIndex((line) => begins.test(line));
    const end = lines.findIndex((line, index) => index > first && ends.test(line));
    const inner = lines.slice(first, end === -1 ? lines.length : end);
    const entries: string[] = [];
    for (const line of inner) {
      // A blank line that sets an entry off goes with it.
      const previous = entries.at(-1);
      if (previous === "\n") entries.splice(-1, 1, previous + line);
      else if (begins.test(line) || line === "\n") entries.push(line);
      else entries.splice(-1, 1, (previous ?? "") + line);
    }
    return {
      head: lines.slice(0, first).join(""),
      entries,
      tail: lines.slice(end === -1 ? lines.length : end).join(""),
    };
  };
}

const TOML_ENTRY: Form["one"] = ({ id, kind, url, comment }) =>
  `[[list]]\n${comment ? "# about it\n" : ""}id = "${id}"\nlabel = "of ${id}"\nkind = "${kind}"\n${
    url === undefined ? "" : `url = '${url}'${comment ? " # mine" : ""}\n`
  }`;

const YAML_ENTRY: Form["one"] = ({ id, kind, url, comment }) =>
  `  - id: ${id}${comment ? " # about it" : ""}\n    label: of ${id}\n    kind: ${kind}\n${
    url === undefined ? "" : `    url: ${url}${comment ? " # mine" : ""}\n`
  }`;

const JSON_ENTRY: Form["one"] = ({ id, kind, url, comment }) =>
  `    {\n${
    comment ? "      // about it\n" : ""
  }      "id": "${id}",\n      "label": "of ${id}",\n      "kind": "${kind}"${
    url === undefined ? "" : `,\n      "url":  "${url}"${comment ? " // mine" : ""}`
  }\n    },\n`;

const FORMS: Readonly<Record<string, Form>> = {
  toml: {
    one: TOML_ENTRY,
    render: (entries) => `# own\nmodel = "x"\n\n${entries.map(TOML_ENTRY).join("")}`,
    split: splitting(/^\[\[list\]\]/, /^(?!)/),
  },
  yaml: {
    one: YAML_ENTRY,
    render: (entries) => `# own\nmodel: x\nlist:\n${entries.map(YAML_ENTRY).join("")}`,
    split: splitting(/^ {2}- /, /^\S/),
  },
  json: {
    one: JSON_ENTRY,
    render: (entries) =>
      `{\n  "model": "x",\n  "list": [\n${entries.map(JSON_ENTRY).join("")}  ],\n}\n`,
    split: splitting(/^ {4}\{/, /^ {2}\]/),
  },
};

/** The user's edits, done to entries of the user's own: those that have an id. */
function editPieces(
  { one }: Form,
  pieces: Pieces,
  edits: readonly Edit[],
): string {
  const isUsers = (text: string) => /\bid\b/.test(text);
  let entries = pieces.entries.filter(isUsers);
  const ours = pieces.entries.filter((text) => !isUsers(text));
  for (const edit of edits) {
    const at = (index: number) => index % entries.length;
    switch (edit.what) {
      case "move": {
        const moved = entries[at(edit.from)] ?? "";
        const rest = entries.filter((_, index) => index !== at(edit.from));
        entries = rest.toSpliced(edit.to % (rest.length + 1), 0, moved);
        break;
      }
      case "add": {
        const text = one(edit.entry);
        const id = edit.entry.id;
        if (entries.some((other) => other.includes(id))) break;
        entries = entries.toSpliced(edit.at % (entries.length + 1), 0, text);
        break;
      }
      case "remove":
        if (entries.length > 1) entries = entries.toSpliced(at(edit.at), 1);
        break;
      case "rename":
        entries = entries.map((text, index) =>
          index === at(edit.at)
            ? text.replace(/(kind"?(?: =|:) "?)\w+/, (_, key: string) => key + edit.kind)
            : text
        );
        break;
    }
  }
  return pieces.head + [...entries, ...ours].join("") + pieces.tail;
}

function fail(why: string): never {
  throw new Error(why);
}
