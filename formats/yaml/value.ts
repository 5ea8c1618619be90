/**
 * From YAML text to the value tree, over the events of `js-yaml`.
 *
 * The events come from the library; the tree is built here, for three reasons. Integers keep their
 * precision. Scalars with a foreign tag stay what they are. And an alias is a leaf,
 * `OpaqueScalar("alias", name)`, never a copy of its target: a file whose aliases would expand to
 * gigabytes costs what its text costs, and the tree says that this place is not a value of its own.
 *
 * @module
 */
import {
  COLLECTION_STYLE,
  type Event,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from "js-yaml";
import { ConfigPatchError, ConfigSyntaxError, locate } from "../../errors.ts";
import { type ConfigTable, type ConfigValue, OpaqueScalar } from "../types.ts";
import { isList, isTable, tableOf } from "../value.ts";

/** Collections inside each other that are still read. */
export const MAX_DEPTH = 100;

/** The key of YAML 1.1 that pulls in the pairs of another mapping. */
export const MERGE_KEY = "<<";

/** What an alias means, by the number of its event. */
interface AliasInfo {
  /** The anchor's name, with a count where the file defines that name more than once. */
  readonly text: string;
  /** The number of the event that carries the anchor. */
  readonly target: number;
}

/** A YAML text with its events and its value. */
export interface YamlSource {
  /** The text as given. */
  readonly text: string;
  /** The library's events; offsets count UTF-16 code units of `text`. */
  readonly events: readonly Event[];
  /** The number of the root node's event, or -1 for a text without any document. */
  readonly root: number;
  /** Every alias. */
  readonly aliases: ReadonlyMap<number, AliasInfo>;
  /** Tag handles that `%TAG` directives declare. */
  readonly handles: ReadonlyMap<string, string>;
  /** The whole tree. */
  readonly value: ConfigTable;
}

/**
 * Reads one document.
 *
 * @throws {ConfigSyntaxError} where the text is not YAML.
 * @throws {ConfigPatchError} `unsupported` for several documents, duplicate keys, a lone carriage
 * return or more than {@linkcode MAX_DEPTH} levels, `shape` where the root is no mapping.
 */
export function readYaml(text: string): YamlSource {
  refuseLoneCarriageReturn(text);
  const events = eventsOf(text);
  const first = events[0];
  const root = first === undefined ? -1 : 1;
  const partial = {
    text,
    events,
    root,
    aliases: aliasesOf(text, events),
    handles: handlesOf(first),
    value: tableOf([]),
  };
  refuseSeveralDocuments(text, events);
  if (root === -1) return partial;
  const event = events[root];
  if (event?.type === EVENT_ID.SCALAR && event.valueStart === -1) return partial;
  const value = valueOf(partial, root);
  if (event?.type === EVENT_ID.MAPPING && isTable(value)) return { ...partial, value };
  throw new ConfigPatchError("shape", "the root of the document is not a mapping", {
    ...locate(text, offsetOf(event)),
    remedy: "make the file a mapping of keys to values",
  });
}

/** The value of the node that begins with the event of this number. */
export function valueOf(source: YamlSource, index: number): ConfigValue {
  return new Composer(source).read(index);
}

/**
 * The name under which a key stands in a table. A string stands for itself. Anything else (`1:`,
 * `~:`, `[a]:`) gets a name that begins with a lone surrogate: no key read as a string can have it,
 * because such strings are refused as keys, so it collides with nothing and no path addresses it.
 */
export function keyName(value: ConfigValue): string {
  return typeof value === "string" ? value : "\uD800" + canonical(value);
}

/** The full name of a node's tag, or `undefined` where it has none. */
export function tagOf(source: YamlSource, event: Event): string | undefined {
  if (!("tagStart" in event) || event.tagStart === -1) return undefined;
  const raw = source.text.slice(event.tagStart, event.tagEnd);
  if (raw.startsWith("!<")) return raw.slice(2, -1);
  const handle = raw.slice(0, raw.indexOf("!", 1) + 1) || "!";
  const prefix = source.handles.get(handle) ?? (handle === "!!" ? CORE_TAG : handle);
  return prefix + raw.slice(handle.length);
}

/** Where an event stands in the text, for messages. */
export function offsetOf(event: Event | undefined): number {
  if (event === undefined) return 0;
  if ("start" in event) return event.start;
  if ("valueStart" in event && event.valueStart !== -1) return event.valueStart;
  if ("anchorStart" in event && event.anchorStart !== -1) return event.anchorStart;
  return "tagStart" in event ? Math.max(0, event.tagStart) : 0;
}

/** What all tags of the YAML specification begin with. */
export const CORE_TAG = "tag:yaml.org,2002:";

/** Plain words of the core schema (YAML 1.2.2, 10.3.2). */
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);
const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL_FLOAT = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Walks the events once, recursively: the depth was capped before. */
class Composer {
  readonly #source: YamlSource;
  #at = 0;

  constructor(source: YamlSource) {
    this.#source = source;
  }

  read(index: number): ConfigValue {
    this.#at = index;
    return this.#node();
  }

  #node(): ConfigValue {
    const { text, events, aliases } = this.#source;
    const index = this.#at++;
    const event = events[index];
    switch (event?.type) {
      case EVENT_ID.SCALAR: {
        const content = getScalarValue(text, event);
        const tag = tagOf(this.#source, event);
        if (tag !== undefined) return taggedScalar(tag, content);
        return event.style === SCALAR_STYLE.PLAIN ? plainScalar(content) : content;
      }
      case EVENT_ID.ALIAS:
        return new OpaqueScalar("alias", aliases.get(index)?.text ?? "");
      case EVENT_ID.SEQUENCE: {
        const list: ConfigValue[] = [];
        while (!this.#closed()) list.push(this.#node());
        return list;
      }
      case EVENT_ID.MAPPING: {
        const table: Record<string, ConfigValue> = Object.create(null);
        const first = this.#at;
        const block = !isFlow(event);
        while (!this.#closed()) {
          const keyEvent = events[this.#at];
          if (block && this.#at > first) refuseMidLine(text, keyEvent);
          const key = this.#key(keyEvent);
          if (key in table) this.#refuseKey(keyEvent, "this key stands twice in one mapping");
          table[key] = this.#node();
        }
        return table;
      }
      default:
        throw new RangeError(`no node begins with event ${index}`);
    }
  }

  #key(event: Event | undefined): string {
    const value = this.#node();
    if (typeof value === "string" && !value.isWellFormed()) {
      this.#refuseKey(event, "this key holds half of a surrogate pair");
    }
    return keyName(value);
  }

  #closed(): boolean {
    if (this.#source.events[this.#at]?.type !== EVENT_ID.POP) return false;
    this.#at++;
    return true;
  }

  #refuseKey(event: Event | undefined, message: string): never {
    throw new ConfigPatchError("unsupported", message, {
      ...locate(this.#source.text, offsetOf(event)),
      remedy: "remove or rename the key",
    });
  }
}

function plainScalar(content: string): ConfigValue {
  // A look-up has to read the whole text, and none of the words is longer than `false`.
  const word = content.length > 5 ? undefined : WORDS.get(content);
  if (word !== undefined) return word;
  // Most scalars are words: only a digit, a sign or a dot can begin a number.
  if (!/^[-+.0-9]/.test(content)) return content;
  if (INTEGER.test(content)) return integer(content);
  return float(content) ?? content;
}

function integer(content: string): bigint {
  const negative = content.startsWith("-");
  const digits = BigInt(content.replace(/^[-+]/, ""));
  return negative ? -digits : digits;
}

/** A number too large for a float stays what is written: no reader agrees with another on it. */
function float(content: string): ConfigValue | undefined {
  if (SPECIAL_FLOAT.test(content)) {
    if (/nan$/i.test(content)) return NaN;
    return content.startsWith("-") ? -Infinity : Infinity;
  }
  if (!FLOAT.test(content)) return undefined;
  const value = Number(content);
  return Number.isFinite(value) ? value : new OpaqueScalar("float", content);
}

function taggedScalar(tag: string, content: string): ConfigValue {
  if (tag === "!" || tag === `${CORE_TAG}str`) return content;
  if (tag === `${CORE_TAG}null` && WORDS.get(content) === null) return null;
  if (tag === `${CORE_TAG}bool` && typeof WORDS.get(content) === "boolean") {
    return WORDS.get(content) ?? content;
  }
  if (tag === `${CORE_TAG}int` && INTEGER.test(content)) return integer(content);
  if (tag === `${CORE_TAG}float`) {
    const value = float(content);
    if (value !== undefined) return value;
  }
  return new OpaqueScalar(tag, content);
}

/** One text for one value: equal for equal values, different for different ones. */
function canonical(value: ConfigValue): string {
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (isTable(value)) {
    const pairs = Object.keys(value).sort().map((key) =>
      `${counted(key)}:${canonical(value[key] ?? null)}`
    );
    return `{${pairs.join(",")}}`;
  }
  if (value instanceof OpaqueScalar) return `${value.type} ${counted(value.text)}`;
  if (typeof value === "string") return counted(value);
  if (Object.is(value, -0)) return "number -0";
  return `${typeof value} ${String(value)}`;
}

/** With its length, a text needs no escapes: those would double with every key inside a key. */
function counted(text: string): string {
  return `${text.length} "${text}"`;
}

function eventsOf(text: string): readonly Event[] {
  try {
    // A scalar in the innermost collection is one level more for the library.
    const events = parseEvents(text, { maxDepth: MAX_DEPTH + 1 });
    refuseDepth(text, events);
    return events;
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ConfigPatchError("unsupported", "the document is too large or nested too deeply", {
        cause: error,
        remedy: "simplify the file",
      });
    }
    if (!(error instanceof YAMLException)) throw error;
    const offset = error.mark?.position ?? 0;
    if (error.reason.includes("maxDepth")) throw tooDeep(text, offset);
    throw ConfigSyntaxError.at(text, offset, `this is not YAML: ${error.reason}`);
  }
}

function refuseDepth(text: string, events: readonly Event[]): void {
  let depth = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.POP) depth--;
    else if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS) {
      // The document itself counts as the first level.
      if (++depth > MAX_DEPTH + 1) throw tooDeep(text, offsetOf(event));
    }
  }
}

function tooDeep(text: string, offset: number): ConfigPatchError {
  return new ConfigPatchError("unsupported", `more than ${MAX_DEPTH} levels are nested`, {
    ...locate(text, offset),
    remedy: "flatten the file",
  });
}

/**
 * The library reads `- "a" b: 1` as an item and, behind it, a key of the mapping around the list.
 * No other reader does: it is no YAML.
 */
function refuseMidLine(text: string, key: Event | undefined): void {
  const start = outerStart(key);
  if (start === -1) return;
  let at = start;
  while (isSpace(text[at - 1])) at--;
  if (text[at - 1] === "?") {
    at--;
    while (isSpace(text[at - 1])) at--;
  }
  const before = text[at - 1];
  if (before === undefined || before === "\n" || before === "\uFEFF") return;
  throw ConfigSyntaxError.at(text, start, "a key must begin its line");
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

/** Where a node begins with its anchor and tag; -1 for one that no text stands for. */
function outerStart(event: Event | undefined): number {
  if (event === undefined || !("anchorStart" in event)) return -1;
  const quoted = event.type === EVENT_ID.SCALAR &&
    (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED);
  const starts = [
    event.anchorStart === -1 ? -1 : event.anchorStart - 1,
    "tagStart" in event ? event.tagStart : -1,
    "start" in event ? event.start : -1,
    "valueStart" in event && event.valueStart !== -1 ? event.valueStart - (quoted ? 1 : 0) : -1,
  ].filter((offset) => offset !== -1);
  return starts.length === 0 ? -1 : Math.min(...starts);
}

/** YAML calls a lone carriage return a line break, editors and several readers do not. */
function refuseLoneCarriageReturn(text: string): void {
  const offset = text.search(/\r(?!\n)/);
  if (offset === -1) return;
  throw new ConfigPatchError("unsupported", "a carriage return stands without a line feed", {
    ...locate(text, offset),
    remedy: "convert the line endings to LF or CRLF",
  });
}

function refuseSeveralDocuments(text: string, events: readonly Event[]): void {
  const second = events.findIndex((event, i) => i > 0 && event.type === EVENT_ID.DOCUMENT);
  if (second === -1) return;
  const node = events[second + 1];
  const empty = node?.type === EVENT_ID.SCALAR && node.valueStart === -1;
  throw new ConfigPatchError("unsupported", "the file holds several documents", {
    ...locate(text, empty ? text.length : offsetOf(node)),
    remedy: "keep one document in the file",
  });
}

function aliasesOf(text: string, events: readonly Event[]): ReadonlyMap<number, AliasInfo> {
  const anchors = new Map<string, { readonly target: number; readonly count: number }>();
  const aliases = new Map<number, AliasInfo>();
  for (let index = 0; index < events.length; index++) {
    const event = events[index];
    if (event === undefined || !("anchorStart" in event) || event.anchorStart === -1) continue;
    const name = text.slice(event.anchorStart, event.anchorEnd);
    const known = anchors.get(name);
    if (event.type !== EVENT_ID.ALIAS) {
      anchors.set(name, { target: index, count: (known?.count ?? 0) + 1 });
    } else if (known === undefined) {
      const why = `this is not YAML: no anchor is named "${name}"`;
      throw ConfigSyntaxError.at(text, event.anchorStart - 1, why);
    } else {
      aliases.set(index, {
        text: known.count === 1 ? name : `${name} ${known.count}`,
        target: known.target,
      });
    }
  }
  return aliases;
}

function handlesOf(event: Event | undefined): ReadonlyMap<string, string> {
  const handles = new Map<string, string>();
  if (event?.type !== EVENT_ID.DOCUMENT) return handles;
  for (const directive of event.directives) {
    if (directive.kind === "tag") handles.set(directive.handle, directive.prefix);
  }
  return handles;
}

/** Whether a collection event is written with brackets. */
export function isFlow(event: Event): boolean {
  return "style" in event && event.type !== EVENT_ID.SCALAR &&
    event.style === COLLECTION_STYLE.FLOW;
}
