/**
 * The laws of an edit, stated once, for every format: what a handler's author proves in one line,
 * and what this project proves of its own handlers over suites and random documents.
 *
 * Most of them go through the planner, because that is what users rely on. A refusal is no breach
 * of a law, but it is reported, so that nobody proves a handler that refuses everything.
 *
 * @example
 * ```ts
 * import { defaultFormats } from "@terok/vault-config/formats";
 * import { assertFormatLaws } from "@terok/vault-config/testing";
 *
 * const handler = await defaultFormats.load("toml"); // or a handler of your own
 * const report = assertFormatLaws(handler, ["[core]\neditor = 'vi' # mine\n"]);
 * if (report.edits === 0) throw new Error("nothing was tried");
 * ```
 *
 * @module
 */
import { ConfigPatchError } from "./errors.ts";
import type { ConfigPath, FormatHandler, Splice } from "./formats/types.ts";
import { pathText, valueAt } from "./formats/value.ts";
import { disjoint, EDIT_LAWS, refusal } from "./testing/edit_laws.ts";
import { editsOf, userEditsOf, variantsOf } from "./testing/edits.ts";
import { DECLINED, declines, type LawEdit, read, show, type Trial } from "./testing/law.ts";
import { type Between, editBetween, USER_LAWS } from "./testing/user_laws.ts";

export {
  ConfigPatchError,
  type ErrorCode,
  type ErrorDetails,
  type Position,
  type SourceContext,
} from "./errors.ts";
export type * from "./formats/types.ts";
export { LawBreach } from "./testing/law.ts";

/** An edit that a handler declined, with its reason. */
export interface LawRefusal {
  /** The text that was to be edited. */
  readonly text: string | undefined;
  /** The place. */
  readonly path: ConfigPath;
  /** Why not. */
  readonly error: ConfigPatchError;
}

/** What {@linkcode assertFormatLaws} has tried. */
export interface LawReport {
  /** Texts, variants included. */
  readonly texts: number;
  /** Edits on them. */
  readonly edits: number;
  /** User edits made between an apply and its disable. */
  readonly userEdits: number;
  /** The edits that the handler declined. */
  readonly refused: readonly LawRefusal[];
}

/** What {@linkcode assertFormatLaws} may know about a format. */
export interface LawOptions {
  /** How a comment that reaches to the end of its line begins. Default: `#`. */
  readonly comment?: string;
  /** Texts that do not parse. */
  readonly invalid?: readonly string[];
}

/**
 * Tries all laws on samples, each with CRLF, without a final newline and with a byte order mark,
 * and on an empty and an absent file.
 *
 * @example
 * ```ts
 * import { defaultFormats } from "@terok/vault-config/formats";
 * import { assertFormatLaws } from "@terok/vault-config/testing";
 *
 * const json = await defaultFormats.load("json");
 * assertFormatLaws(json, ['{ "model": "x" }\n'], { comment: "//", invalid: ["{"] });
 * ```
 *
 * @throws {LawBreach} with the law, the edit, and the texts before and after.
 */
export function assertFormatLaws(
  handler: FormatHandler,
  samples: Iterable<string>,
  options: LawOptions = {},
): LawReport {
  const refused: LawRefusal[] = [];
  const counts = { texts: 0, edits: 0, userEdits: 0 };
  for (const text of options.invalid ?? []) refusal(handler, text);
  const given = new Set<string | undefined>([...samples, undefined, "", handler.blank]);
  const variants = [...given].flatMap((text) => text ? variantsOf(text) : []);
  for (const text of new Set([...given, ...variants.map((variant) => variant.text)])) {
    counts.texts++;
    const document = read(handler, text);
    const fresh: LawEdit[] = [];
    const edits = editsOf(document.value);
    for (const [index, edit] of edits.entries()) {
      counts.edits++;
      const trial: Trial = { handler, text, edit };
      const error = named(edit, () => declines(trial));
      if (error !== undefined) {
        refused.push({ text, path: edit.path, error });
        continue;
      }
      for (const law of Object.values(EDIT_LAWS)) named(edit, () => law(trial));
      if (valueAt(document.value, edit.path) === undefined) fresh.push(edit);
      // The three shapes of a new place, and an existing one: more would only take longer.
      if (!given.has(text) || (index > 2 && index < edits.length - 1)) continue;
      if (isNumbered(edit)) continue;
      for (const user of userEditsOf(trial, options.comment)) {
        const between = named(edit, () => editedOrDeclined(trial, user));
        if (between === undefined) continue;
        counts.userEdits++;
        for (const law of Object.values(USER_LAWS)) named(edit, () => law(between));
      }
    }
    const file = text === undefined ? {} : { text };
    disjoint({ handler, ...file }, fresh.slice(0, 3));
    disjoint({ handler, ...file }, fresh.slice(-3));
  }
  return { ...counts, refused };
}

/** An edit that the user makes so that ours cannot be taken out safely any more is no breach. */
function editedOrDeclined(trial: Trial, user: Splice): Between | undefined {
  try {
    return editBetween(trial, [trial.edit], user);
  } catch (error) {
    if (error instanceof ConfigPatchError && DECLINED.has(error.code)) return undefined;
    throw error;
  }
}

/** A number is an entry of one text; what a user does to the list is not told by it. */
function isNumbered({ path }: LawEdit): boolean {
  return path.some((key) => typeof key === "number");
}

function named<T>({ path, value }: LawEdit, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    error.message += `\n  edit: ${pathText(path)} = ${show(value)}`;
    throw error;
  }
}
