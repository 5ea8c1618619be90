/** What users, their formatters and whoever forges sidecars make of a text. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import type { ConfigDocument, FormatHandler, Span } from "../../formats/mod.ts";
import { formatters } from "../support/formatters.ts";
import { pathOf, type Stage, treeOf } from "./cast.ts";
import { isBlank } from "./memory.ts";
import type { UserAct } from "./steps.ts";
import { MADE } from "./wants.ts";

const FORMATTERS = await formatters();

/** Those who work on the files of one format. */
export class Users {
  readonly #stage: Stage;
  readonly #handler: FormatHandler;
  #comments = 10;
  #entries = 0;

  constructor(stage: Stage, handler: FormatHandler) {
    this.#stage = stage;
    this.#handler = handler;
  }

  /** The text after what a user does; the same text where it cannot be done. */
  async edited(
    what: UserAct,
    choice: number,
    text: string | undefined,
  ): Promise<string | undefined> {
    const { comment, documents, print, read } = this.#stage;
    if (what === "rewrite") return pick(documents, choice);
    if (text === undefined) return undefined;
    const eol = text.includes("\r\n") ? "\r\n" : "\n";
    const note = `${comment} c${++this.#comments}`;
    const ends = [...text.matchAll(/\r?\n|$(?![^])/g)].map((match) => match.index);
    const starts = [0, ...ends.map((end) => text.indexOf("\n", end) + 1)].filter((at, i) =>
      i === 0 || at > 0
    );
    // What is written into a value goes with it when that gives way.
    const document = this.#handler.parse(isBlank(text) ? this.#handler.blank : text);
    const tree = isBlank(text) ? {} : read(text);
    const { leaves, containers } = treeOf(this.#stage, text);
    const entries = [...containers].filter((one) => /^models\[.*\]$/.test(one));
    const named = entries.filter((one) => one !== MADE);
    // Entries and tables go by what there is.
    const ours = [...OURS, ...[...leaves.keys()].filter((place) => IN_EVERY.test(place))];
    const spans = ours.flatMap((place) => spanOf(document, pathOf(place, tree)) ?? []);
    const outside = (places: readonly number[]) =>
      places.filter((at) => !spans.some(({ start, end }) => start <= at && at < end));
    switch (what) {
      case "add":
        return this.#put(text, pick(ADDED, choice), `u${choice}`);
      case "change":
        return this.#put(text, pick(ours, choice), `u${choice}`);
      case "drop":
        return this.#drop(text, pick(ours, choice));
      case "drop all":
        return this.#drop(
          text,
          pick(WHOLE, choice),
        );
      case "add entry":
        return this.#withEntry(text, choice);
      case "drop entry":
        return entries.length === 0 ? text : this.#drop(text, pick(entries, choice));
      case "move entry":
        return this.#same(text, moved(document, text, choice));
      case "change kind":
        // Ours stays of its kind, so that there is only one without a name.
        return named.length === 0
          ? text
          : this.#put(text, `${pick(named, choice)}.kind`, pick(KINDS, choice));
      case "comment":
        return this.#same(text, insert(text, pick(outside(starts), choice), `${note}${eol}`));
      case "comment behind":
        return this.#same(text, insert(text, pick(outside(ends), choice), ` ${note}`));
      case "respell":
        return this.#same(text, text.replace(/([:=]) "/g, '$1   "').replace(/^ +/gm, "$&$&"));
      case "blank":
        return this.#same(text, insert(text, pick(starts, choice), eol));
      case "reformat":
        return this.#same(text, print(read(text) as Record<string, unknown>));
      case "format":
        return await this.#formatted(text, choice);
    }
  }

  async #formatted(text: string, choice: number): Promise<string> {
    const own = FORMATTERS.filter(({ format }) => format === this.#stage.format);
    try {
      return this.#same(text, await pick(own, choice).rewrite(text));
    } catch {
      // Not every formatter reads every text; its user keeps the file as it is.
      return text;
    }
  }

  #put(text: string, place: string, value: string): string {
    const path = this.#pathIn(text, place);
    const isOfNobody = path.some((key) => typeof key === "object" && key.name === "");
    return isOfNobody ? text : this.#spliced(text, (document) => document.put(path, value));
  }

  #drop(text: string, place: string): string {
    const path = this.#pathIn(text, place);
    return this.#spliced(text, (document) => document.drop(path));
  }

  #pathIn(text: string, place: string) {
    return pathOf(place, isBlank(text) ? {} : this.#stage.read(text));
  }

  /** A new entry at the end, of one kind or the other, which may have values where ours go. */
  #withEntry(text: string, choice: number): string {
    const name = `n${++this.#entries}`;
    const more = pick([{}, { base: "mine" }, { more: "mine", user: "u" }], choice);
    const entry = { kind: pick(KINDS, choice), label: `of ${name}`, ...more };
    return Object.entries(entry).reduce(
      (before, [key, value]) => this.#put(before, `models[${name}].${key}`, value),
      text,
    );
  }

  #spliced(
    text: string,
    make: (document: ReturnType<FormatHandler["parse"]>) => {
      offset: number;
      remove: string;
      insert: string;
    },
  ): string {
    try {
      const { offset, remove, insert } = make(this.#handler.parse(text));
      const after = text.slice(0, offset) + insert + text.slice(offset + remove.length);
      this.#handler.parse(after);
      return after;
    } catch (error) {
      if (error instanceof ConfigPatchError) return text;
      throw error;
    }
  }

  /** A text that says the same, or else the text as it was. */
  #same(text: string, after: string): string {
    try {
      this.#handler.parse(after);
      assert.deepEqual(treeOf(this.#stage, after), treeOf(this.#stage, text));
      return after;
    } catch {
      return text;
    }
  }
}

/** A sidecar with one more record, of something that stands in the file. */
export function forged(
  stage: Stage,
  { name, text, sidecar }: {
    readonly name: string;
    readonly text: string | undefined;
    readonly sidecar: Readable | undefined;
  },
  choice: number,
): string {
  const { leaves } = treeOf(stage, text ?? "");
  const value = (place: string) => JSON.parse(leaves.get(place) ?? '"u"');
  const { format } = stage;
  const record = pick([
    { kind: `${format}_top`, values: { mine: value("mine") } },
    { kind: `${format}_top`, values: { url: value("url") } },
    {
      kind: `${format}_table`,
      table: "providers",
      match: { name: "ours" },
      created: true,
      values: { base: value("providers[ours].base") },
    },
  ], choice);
  const providers = sidecar?.files?.[name]?.providers ?? {};
  const all = { ...providers, [pick(["stranger", "t", "r"], choice)]: [record] };
  return JSON.stringify({ version: 1, files: { ...sidecar?.files, [name]: { providers: all } } });
}

/** What is asked of sidecars and states, which may be anything. */
export interface Readable {
  readonly files?: Record<string, { readonly providers?: Record<string, unknown> }>;
  readonly pending?: { readonly files?: Record<string, unknown> };
}

/** Where users add something of their own. */
const ADDED = [
  "user_key",
  "nested.user_key",
  "nested.inner.user_key",
  "providers[ours].user_key",
  "providers[new].user_key",
  "models[].user_key",
  "models[m1].user_key",
  "accounts.new.user_key",
  "fresh.user_key",
];

/** What users throw away as a whole. */
const WHOLE = [
  ...["nested", "nested.inner", "providers[ours]", "providers", "deep", "url"],
  ...["models", "accounts", "accounts.first", "fresh", "split"],
];

/** Kinds of entries: one that a patch matches, and others. */
const KINDS = ["x", "y", "x", "z"];

/** Places of ours in entries and tables of the user's. */
const IN_EVERY = /^models\[.*\]\.(base|key|note|more|extra)$|^accounts\.\w+\.url$/;

/** Places of ours, which users change and drop. */
const OURS = [
  "url",
  "mine",
  "socket",
  "nested.own",
  "nested.inner.a",
  "nested.inner.b",
  "providers[ours].base",
  "providers[ours].key",
  "providers[ours].extra",
  "providers[ours].more",
  "providers[ours].version",
  "deep.u",
  "split.f",
  "fresh.url",
  "fresh.version",
  "version",
];

/** Sidecars that nobody of us wrote. */
export const GARBAGE: readonly string[] = [
  "",
  "{",
  "[]",
  "null",
  '{"version":2,"files":{}}',
  '{"version":1,"files":[]}',
  '{"version":1,"files":{"../x":{"providers":{}},"config.toml":{"providers":{"p":7}}}}',
  '{"version":1,"files":{"config.yml":7,"settings.json":{"providers":{"p":[{"kind":"json_top"}]}}}}',
];

/** One of them. */
export function pick<T>(from: readonly T[], choice: number): T {
  return from[choice % from.length]!;
}

function insert(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

/** A text in which two entries have changed places; as it was where they are no pieces of text. */
function moved(document: ConfigDocument, text: string, choice: number): string {
  const spans = [0, 1, 2, 3, 4].flatMap((at) => spanOf(document, ["models", at]) ?? []);
  // Under headers, an entry is what follows its own.
  const blocks = [...text.matchAll(/^ *\[\[models\]\][^]*?(?=^ *\[|$(?![^]))/gm)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const pieces = spans.length > 1 ? spans : blocks;
  const first = choice % Math.max(1, pieces.length - 1);
  const [one, other] = [pieces[first], pieces[first + 1 + choice % 2] ?? pieces[first + 1]];
  if (one === undefined || other === undefined) return text;
  const [a, b] = [text.slice(one.start, one.end), text.slice(other.start, other.end)];
  return text.slice(0, one.start) + b + text.slice(one.end, other.start) + a +
    text.slice(other.end);
}

/** Where a place is in a text, if it is there. */
function spanOf(document: ConfigDocument, path: ReturnType<typeof pathOf>): Span | undefined {
  try {
    return document.find(path)?.span;
  } catch (error) {
    if (error instanceof ConfigPatchError) return undefined;
    throw error;
  }
}
