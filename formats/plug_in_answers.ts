/**
 * What a plug-in answers, field by field: looked at, and copied as plain data. It may come as objects
 * of a class, with private fields and getters, which neither spread nor inherit.
 *
 * Each function throws a {@linkcode BrokenRule} that says what is wrong.
 *
 * @module
 */
import { MAX_DEPTH, MAX_NODES } from "./limits.ts";
import {
  type ConfigPath,
  type ConfigRoot,
  type ConfigValue,
  OpaqueScalar,
  type Put,
  type Slot,
  type Span,
  type Splice,
} from "./types.ts";
import { isList, isTable, sameValue, tableOf } from "./value.ts";

/** What a plug-in has done against the rules. */
export class BrokenRule extends Error {
  override readonly name = "BrokenRule";
}

/** Any object, before it is known to have what it should. */
type Loose<T> = { readonly [K in keyof T]?: unknown } | null | undefined;

/** The text of a document: the one that was given. */
export function textOf(kept: unknown, given: string): string {
  if (kept === given) return given;
  const what = given.startsWith("\uFEFF") && kept === given.slice(1)
    ? "the byte order mark is missing"
    : "it is another one";
  throw new BrokenRule(`the document must have the text as it was given, and ${what}`);
}

/** The value of a document. */
export function rootOf(value: unknown): ConfigRoot {
  const copy = value === undefined ? undefined : plainValue(value);
  if (isTable(copy) || isList(copy)) return copy;
  throw new BrokenRule("the value of a document must be a table or a list");
}

/** Where the comments of a text are. */
export function commentsOf(comments: unknown, text: string): readonly Span[] | undefined {
  if (comments === undefined) return undefined;
  if (!Array.isArray(comments)) throw new BrokenRule("`comments` must be a list of spans");
  return comments.map((one) => spanOf(one, text, "`comments` must be a list of spans of the text"));
}

/** The names that readers dispute, and where they are. */
export function disputedOf(
  disputed: unknown,
  text: string,
): ReadonlyMap<string, number> | undefined {
  if (disputed === undefined) return undefined;
  if (!(disputed instanceof Map)) throw new BrokenRule("`disputed` must be a Map");
  const names = [...disputed] as readonly (readonly [unknown, unknown])[];
  return new Map(names.map(([name, offset]) => {
    if (typeof name === "string" && isOffset(offset, text.length)) return [name, offset];
    throw new BrokenRule("`disputed` must say for each name where it stands");
  }));
}

/** A boolean or a number that may be left out. */
export function optional<T extends boolean | number>(
  value: unknown,
  field: string,
  type: T extends boolean ? "boolean" : "number",
): T | undefined {
  if (value === undefined || typeof value === type) return value as T | undefined;
  throw new BrokenRule(`\`${field}\` must be a ${type}, or be left out`);
}

/** What stands at a place. */
export function slotOf(slot: Loose<Slot>, text: string): Slot | undefined {
  if (slot === undefined) return undefined;
  const { value, span, isRepeated } = slot ?? {};
  if (value === undefined) throw new BrokenRule("`find` must give a slot with a value, or nothing");
  const where = span === undefined
    ? undefined
    : spanOf(span, text, "`find` must give a span of the text");
  const own: Slot = { value: plainValue(value), span: where };
  const repeated = optional<boolean>(isRepeated, "isRepeated", "boolean");
  return repeated === undefined ? own : { ...own, isRepeated: repeated };
}

/** An edit of a text. */
export function spliceOf(splice: Loose<Splice>, text: string, method: string): Splice {
  const { offset, remove, insert } = splice ?? {};
  const isSplice = typeof remove === "string" && typeof insert === "string" &&
    isOffset(offset, text.length);
  if (!isSplice) throw new BrokenRule(`\`${method}\` must give a splice of this text`);
  if (text.startsWith(remove, offset)) return { offset, remove, insert };
  throw new BrokenRule(
    `\`${method}\` takes a text away that does not stand at offset ${offset}`,
  );
}

/** An edit that makes a place hold a value. What it creates is on the way there. */
export function putOf(put: Loose<Put>, text: string, place: ConfigPath): Put {
  const splice = spliceOf(put, text, "put");
  const law = "`put` must say where in `insert` the value stands, and what it creates";
  const { value, created } = put ?? {};
  if (!Array.isArray(created)) throw new BrokenRule(law);
  const paths = created.map((path) => pathOf(path, law));
  for (const path of paths) {
    const isOnWay = path.length < place.length &&
      path.every((step, depth) => sameValue(step as ConfigValue, place[depth] as ConfigValue));
    if (!isOnWay) {
      throw new BrokenRule("`put` creates containers on the way to its place, and nothing else");
    }
  }
  return { ...splice, value: spanOf(value, splice.insert, law), created: paths };
}

function pathOf(path: unknown, law: string): ConfigPath {
  const steps = Array.isArray(path) ? path.map((step) => plainValue(step)) : undefined;
  const isPath = steps?.every((step) =>
    typeof step === "string" || typeof step === "number" || isTable(step)
  );
  if (steps === undefined || isPath !== true) throw new BrokenRule(law);
  return steps as ConfigPath;
}

function spanOf(span: unknown, { length }: string, law: string): Span {
  const { start, end } = (span ?? {}) as Partial<Record<keyof Span, unknown>>;
  if (isOffset(start, length) && isOffset(end, length) && start <= end) return { start, end };
  throw new BrokenRule(law);
}

function isOffset(value: unknown, length: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= length;
}

/**
 * A copy of a value that is plain data: no cycle, no class, no more levels and values than are read.
 * Whoever goes through a value relies on that.
 */
function plainValue(value: unknown): ConfigValue {
  const above = new Set<object>();
  let count = 0;
  const copy = (one: unknown): ConfigValue => {
    if (++count > MAX_NODES) {
      throw new BrokenRule(
        `a value holds more than ${MAX_NODES} values, which \`parse\` must refuse`,
      );
    }
    if (isScalar(one)) return one;
    const scalar = foreignScalar(one);
    if (scalar !== undefined) return scalar;
    if (typeof one !== "object" || one === null || !isPlain(one)) {
      throw new BrokenRule(`a value must be plain data, and this is ${kindOf(one)}`);
    }
    if (above.has(one)) throw new BrokenRule("a value holds itself");
    if (above.size >= MAX_DEPTH) {
      throw new BrokenRule(
        `a value nests deeper than ${MAX_DEPTH} levels, which \`parse\` must refuse`,
      );
    }
    above.add(one);
    const copied = Array.isArray(one)
      ? Array.from(one, copy)
      : tableOf(Object.entries(one).map(([key, item]) => [key, copy(item)]));
    above.delete(one);
    return copied;
  };
  return copy(value);
}

function isScalar(value: unknown): value is string | number | bigint | boolean | null {
  return value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
}

/** A plug-in with a copy of the library in it has a class of its own for what only a format knows. */
function foreignScalar(value: unknown): OpaqueScalar | undefined {
  if (value instanceof OpaqueScalar) return value;
  const { type, text, constructor } = (value ?? {}) as Partial<OpaqueScalar>;
  return constructor?.name === "OpaqueScalar" && typeof type === "string" &&
      typeof text === "string"
    ? new OpaqueScalar(type, text)
    : undefined;
}

/** Whether it is a list, or a table as a literal makes it, of any realm. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const parent: object | null = Object.getPrototypeOf(value);
  return parent === null || Object.getPrototypeOf(parent) === null;
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  return `of the class ${value.constructor?.name ?? "?"}`;
}
