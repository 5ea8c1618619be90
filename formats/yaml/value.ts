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
import { type Event, EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";
import { ConfigPatchError, ConfigSyntaxError, locate } from "../../errors.ts";
import { notParsed } from "../syntax.ts";
import { type ConfigRoot, type ConfigValue, OpaqueScalar } from "../types.ts";
import { isList, isTable, NO_TEXT, tableOf } from "../value.ts";
import {
  isFlow,
  isQuoted,
  offsetOf,
  readEvents,
  tagOf,
  unseenBefore,
  type YamlEvents,
} from "./events.ts";
import { plainScalar, taggedScalar } from "./scalar.ts";

/** The key of YAML 1.1 that pulls in the pairs of another mapping. */
export const MERGE_KEY = "<<";

/** A YAML text with its events and its value. */
export interface YamlSource extends YamlEvents {
  /** The whole tree. */
  readonly value: ConfigRoot;
  /** The name of each key in the tree, by the number of its event. */
  readonly keyNames: ReadonlyMap<number, string>;
}

/**
 * Reads one document.
 *
 * @throws {ConfigPatchError} as {@linkcode readEvents}; `unsupported` for a key that stands twice,
 * `shape` where the root is neither a mapping nor a list.
 */
export function readYaml(text: string): YamlSource {
  const source = readEvents(text);
  const event = source.events[source.root];
  if (source.root === -1 || (event?.type === EVENT_ID.SCALAR && event.valueStart === -1)) {
    return { ...source, value: tableOf([]), keyNames: new Map() };
  }
  const composer = new Composer(source);
  const value = composer.read(source.root);
  if (isTable(value) || isList(value)) return { ...source, value, keyNames: composer.keyNames };
  const offset = offsetOf(event);
  const unseen = unseenBefore(text, offset);
  if (unseen !== undefined) throw notParsed(text, unseen, "a YAML mapping", "");
  throw new ConfigPatchError("shape", "the root of the document is a single value", {
    ...locate(text, offset),
    remedy: "make the file a mapping of keys to values, each as `key: value` with a blank",
  });
}

/** The value of the node that begins with the event of this number. */
export function valueOf(source: YamlEvents, index: number): ConfigValue {
  return new Composer(source).read(index);
}

/**
 * The name under which a key stands in a table. A string stands for itself. Anything else (`1:`,
 * `~:`, `[a]:`) gets a name that begins with a lone surrogate: no key read as a string can have it,
 * because such strings are refused as keys, so it collides with nothing and no path addresses it.
 */
function keyName(value: ConfigValue): string {
  return typeof value === "string" ? value : NO_TEXT + canonical(value);
}

/** Walks the events once, recursively: the depth was capped before. */
class Composer {
  readonly keyNames = new Map<number, string>();
  readonly #source: YamlEvents;
  #at = 0;

  constructor(source: YamlEvents) {
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
          const keyAt = this.#at;
          const keyEvent = events[keyAt];
          if (block && keyAt > first) refuseMidLine(text, keyEvent);
          const key = this.#key(keyEvent);
          this.keyNames.set(keyAt, key);
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
  const quoted = isQuoted(event);
  const starts = [
    event.anchorStart === -1 ? -1 : event.anchorStart - 1,
    "tagStart" in event ? event.tagStart : -1,
    "start" in event ? event.start : -1,
    "valueStart" in event && event.valueStart !== -1 ? event.valueStart - (quoted ? 1 : 0) : -1,
  ].filter((offset) => offset !== -1);
  return starts.length === 0 ? -1 : Math.min(...starts);
}
