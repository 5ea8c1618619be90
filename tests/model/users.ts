/** What users, their formatters and whoever forges sidecars make of a text. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import type { FormatHandler } from "../../formats/mod.ts";
import { formatters } from "../support/formatters.ts";
import { pathOf, type Stage, treeOf } from "./cast.ts";
import { isBlank } from "./memory.ts";
import type { UserAct } from "./steps.ts";

const FORMATTERS = await formatters();

/** Those who work on the files of one format. */
export class Users {
  readonly #stage: Stage;
  readonly #handler: FormatHandler;
  #comments = 10;

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
    const spans = OURS.flatMap((place) => document.find(pathOf(place))?.span ?? []);
    const outside = (places: readonly number[]) =>
      places.filter((at) => !spans.some(({ start, end }) => start <= at && at < end));
    switch (what) {
      case "add":
        return this.#put(text, pick(ADDED, choice), `u${choice}`);
      case "change":
        return this.#put(text, pick(OURS, choice), `u${choice}`);
      case "drop":
        return this.#drop(text, pick(OURS, choice));
      case "drop all":
        return this.#drop(
          text,
          pick(["nested", "nested.inner", "providers[ours]", "providers", "deep", "url"], choice),
        );
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
    return this.#spliced(text, (document) => document.put(pathOf(place), value));
  }

  #drop(text: string, place: string): string {
    return this.#spliced(text, (document) => document.drop(pathOf(place)));
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
];

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
  "deep.u",
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
