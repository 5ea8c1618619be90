/**
 * The events of a YAML text: what the library says of it, and what is refused because other readers
 * would say something else.
 *
 * @module
 */
import {
  COLLECTION_STYLE,
  type Event,
  EVENT_ID,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from "js-yaml";
import { ConfigPatchError, ConfigSyntaxError, locate } from "../../errors.ts";
import { MAX_DEPTH, MAX_NODES, tooDeep, tooMany } from "../limits.ts";
import { lineEnd, lineStart } from "../lines.ts";
import { notParsed, unseenAt } from "../syntax.ts";

/** What an alias means, by the number of its event. */
interface AliasInfo {
  /** The anchor's name, with a count where the file defines that name more than once. */
  readonly text: string;
  /** The number of the event that carries the anchor. */
  readonly target: number;
}

/** A YAML text with its events. */
export interface YamlEvents {
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
}

/**
 * Reads the events of one document.
 *
 * @throws {ConfigSyntaxError} where the text is not YAML.
 * @throws {ConfigPatchError} `unsupported` for several documents, or a character that only some
 * readers take for a line break; `too-large` over a bound.
 */
export function readEvents(text: string): YamlEvents {
  refuseLoneCarriageReturn(text);
  const events = eventsOf(text);
  refuseUnseenBreaks(text, events);
  refuseSeveralDocuments(text, events);
  const [first] = events;
  return {
    text,
    events,
    root: first === undefined ? -1 : 1,
    aliases: aliasesOf(text, events),
    handles: handlesOf(first),
  };
}

/** The full name of a node's tag, or `undefined` where it has none. */
export function tagOf(source: YamlEvents, event: Event): string | undefined {
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

/** Whether a collection event is written with brackets. */
export function isFlow(event: Event): boolean {
  return "style" in event && event.type !== EVENT_ID.SCALAR &&
    event.style === COLLECTION_STYLE.FLOW;
}

/** Whether a scalar event stands in quotes. */
export function isQuoted(event: Event): boolean {
  return event.type === EVENT_ID.SCALAR &&
    (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED);
}

function eventsOf(text: string): readonly Event[] {
  try {
    // A scalar in the innermost collection is one level more for the library.
    const events = parseEvents(text, { maxDepth: MAX_DEPTH + 1 });
    refuseSize(text, events);
    return events;
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(text);
    if (!(error instanceof YAMLException)) throw error;
    throw reasonOf(text, error.mark?.position ?? 0, withoutNames(error.reason));
  }
}

/** The library quotes tags and names, which may be a secret of the user's: the position tells where. */
function withoutNames(reason: string): string {
  return reason.replace(/\s*".*"|: .*$/gs, "");
}

/** The library's reason, in words that help. */
function reasonOf(text: string, offset: number, reason: string): ConfigPatchError {
  if (reason.includes("maxDepth")) return tooDeep(text, offset);
  const unseen = unseenBefore(text, offset);
  if (unseen !== undefined) return notParsed(text, unseen, "YAML", reason);
  const bracket = text[offset];
  if (reason.includes("deficient indentation") && (bracket === "]" || bracket === "}")) {
    return new ConfigSyntaxError(
      `this is not YAML: the closing "${bracket}" is not indented more than its key`,
      {
        ...locate(text, offset),
        remedy:
          `indent the line of the closing "${bracket}" further than its key; nothing was changed`,
      },
    );
  }
  if (reason.includes("deficient indentation")) {
    const why =
      "a bracket is not closed, or a line between brackets is not indented more than their key";
    return notParsed(text, offset, "YAML", why);
  }
  return notParsed(text, offset, "YAML", reason);
}

/**
 * Where a character stands, on the line of an offset or on the two before it, that looks like a blank
 * or like nothing: the library goes on for a while before it notices.
 */
export function unseenBefore(text: string, offset: number): number | undefined {
  let start = offset;
  for (let lines = 0; lines < 3; lines++) start = lineStart(text, Math.max(0, start - 1));
  const end = lineEnd(text, offset);
  // As far as its line tells, a character stands within quotes or in a comment.
  let aside: "" | '"' | "'" | "#" = "";
  for (let at = start; at < end; at++) {
    const char = text[at];
    if (char === "\n") aside = "";
    else if (char === '"' || char === "'") {
      aside = aside === "" ? char : aside === char ? "" : aside;
    } else if (char === "#" && aside === "" && !/\S/.test(text[at - 1] ?? "")) aside = "#";
    else if (aside === "" && unseenAt(text, at) !== undefined) return at;
  }
  return undefined;
}

/** Keys are no values of their own; what may be a comment is counted as one. */
function refuseSize(text: string, events: readonly Event[]): void {
  let count = 0;
  for (const _ of text.matchAll(/(?<![^\s])#/g)) if (++count > MAX_NODES) throw tooMany();
  // For each open collection, how many nodes it has so far; of a mapping, each second one is a key.
  const open: { readonly isMap: boolean; nodes: number }[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const around = open.at(-1);
    const isKey = around !== undefined && around.isMap && around.nodes++ % 2 === 0;
    if (!isKey && ++count > MAX_NODES) throw tooMany();
    if (event.type === EVENT_ID.SCALAR || event.type === EVENT_ID.ALIAS) continue;
    // The document itself counts as the first level.
    if (open.push({ isMap: event.type === EVENT_ID.MAPPING, nodes: 0 }) > MAX_DEPTH + 1) {
      throw tooDeep(text, offsetOf(event));
    }
  }
}

/**
 * What YAML 1.1 calls line breaks, and a byte order mark in the middle, which C readers pass over at
 * the beginning of a line: to gh or Python they begin a line, and what follows can be a key there.
 * Within quotes they change a text at most.
 */
function refuseUnseenBreaks(text: string, events: readonly Event[]): void {
  const pattern = /[\u0085\u2028\u2029]|(?<!^)\uFEFF/g;
  let quoted: readonly Event[] | undefined;
  let next = 0;
  for (const { index } of text.matchAll(pattern)) {
    quoted ??= events.filter(isQuoted);
    while (next < quoted.length && endOf(quoted[next]) <= index) next++;
    const around = quoted[next];
    if (around !== undefined && offsetOf(around) <= index) continue;
    throw new ConfigPatchError(
      "unsupported",
      `${unseenAt(text, index)} stands outside of quotes: to some programs it begins a line`,
      { ...locate(text, index), remedy: "remove this character" },
    );
  }
}

function endOf(event: Event | undefined): number {
  return event !== undefined && "valueEnd" in event ? event.valueEnd : -1;
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
      // Its name is not told: it may be a password that begins with a star.
      const why = "this is not YAML: an alias stands for no anchor";
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
