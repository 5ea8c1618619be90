/** What a law is tried on, what a breach of one says, and how a made-up provider plans an edit. @module */
import { ConfigPatchError } from "../errors.ts";
import type { ConfigDocument, ConfigPath, ConfigValue, FormatHandler } from "../formats/types.ts";
import type { Kind, WantedPath } from "../ownership/claims.ts";
import { planFile } from "../ownership/plan.ts";
import type { Part } from "../ownership/wanted.ts";

/** A value that a made-up provider wants at a place, now and (for PutPut) later. */
export interface LawEdit {
  /** The place. */
  readonly path: ConfigPath;
  /** The value. */
  readonly value: ConfigValue;
  /** The value after the vault has moved. */
  readonly other: ConfigValue;
}

/** What a law is tried on. */
export interface Trial {
  /** The handler. */
  readonly handler: FormatHandler;
  /** The text before; absent: there is no file. */
  readonly text?: string | undefined;
  /** The edit. */
  readonly edit: LawEdit;
  /** Whether the strict dialect is demanded. */
  readonly strict?: boolean;
}

/** A law does not hold. The message names it and shows the texts. */
export class LawBreach extends Error {
  /** The class's name, for whoever has only a printed error. */
  override readonly name: string = "LawBreach";
  /** The law. */
  readonly law: string;

  /** Makes one from the law, what went wrong, and the texts by name. */
  constructor(law: string, what: string, texts: Readonly<Record<string, string | undefined>> = {}) {
    const shown = Object.entries(texts).map(([name, text]) =>
      `\n  ${name}: ${text === undefined ? "(no file)" : JSON.stringify(text)}`
    );
    super(`${law}: ${what}${shown.join("")}`);
    this.law = law;
  }
}

/** Why a handler declines an edit; `undefined` when it does not. */
export function declines(trial: Trial): ConfigPatchError | undefined {
  try {
    applyFirst(trial);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigPatchError && DECLINED.has(error.code)) return error;
    if (!(error instanceof ConfigPatchError)) throw error;
    throw new LawBreach("PutGet", `${error.code}: ${error.message}`, { before: trial.text });
  }
}

/** The codes by which a handler declines an edit of a valid text. */
export const DECLINED: ReadonlySet<string> = new Set(["unsupported", "shape", "too-large"]);

/** A file between two steps: its text, and what we remember of it. */
export interface FileNow {
  /** The text; absent: there is no file. */
  readonly text?: string | undefined;
  /** What we remember; absent: nothing of ours is in it. Only {@linkcode plan} looks into it. */
  readonly memory?: Memory | undefined;
}

/** What the planner wants to be told again. */
export type Memory = NonNullable<ReturnType<typeof planFile>["state"]>;

/** What a provider wants of a file. */
export type Wants = Part;

/** A file that we have never touched. */
export function untouched(text: string | undefined): FileNow {
  return { text };
}

/** Parses a text; an absent or empty one as the blank text of its format. */
export function read(
  handler: FormatHandler,
  text: string | undefined,
  strict = false,
): ConfigDocument {
  return handler.parse(text === undefined || text === "" ? handler.blank : text, { strict });
}

/** A provider that wants one edit. */
export function wants(edit: LawEdit, provider = "p"): Wants {
  return wantsAll([edit], provider);
}

/** A provider that wants several. */
export function wantsAll(edits: readonly LawEdit[], provider = "p"): Wants {
  const wanted = edits.map(({ path, value, other }) => wanting(path, value, [value, other]));
  return { provider, action: "apply", wanted };
}

/** A provider that wants a value that no vault location is part of. */
export function wantsFixed(path: ConfigPath, value: ConfigValue): Wants {
  return { provider: "p", action: "apply", wanted: [wanting(path, value, [])] };
}

/** A wanted value; `known` is what counts as ours wherever it stands. */
export function wanting(
  path: ConfigPath | WantedPath,
  value: ConfigValue,
  known: readonly ConfigValue[],
  kind: Kind = "set",
): Wants["wanted"][number] {
  return { path: path as WantedPath, value, template: value, known, kind };
}

/** A provider that takes its edit back. */
export function leaves(edit: LawEdit, provider = "p"): Wants {
  return leavesAll([edit], provider);
}

/** A provider that takes several back. */
export function leavesAll(edits: readonly LawEdit[], provider = "p"): Wants {
  return { ...wantsAll(edits, provider), action: "disable" };
}

/** One step of the real planner, the only place that calls it; what it refuses is thrown. */
export function plan(
  trial: Omit<Trial, "edit">,
  from: FileNow,
  parts: readonly Wants[],
): FileNow {
  const { handler, strict = false } = trial;
  const { text: before, memory } = from;
  // The text itself is as good a digest as any.
  const { text, state } = planFile({
    handler,
    strict,
    text: before,
    digest: before,
    state: memory,
    parts,
  });
  return { text, memory: state?.digest === "" ? { ...state, digest: text ?? "" } : state };
}

/** The edit, applied to what the trial begins with. */
export function applyFirst(trial: Trial): FileNow {
  return plan(trial, untouched(trial.text), [wants(trial.edit)]);
}

/** A step that has to work, since the edit itself was accepted. */
export function attempt<T>(
  law: string,
  texts: Readonly<Record<string, string | undefined>>,
  step: () => T,
): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    throw new LawBreach(law, `${error.code}: ${error.message}`, texts);
  }
}

/** All is as it was before the first step, and nothing is remembered. */
export function assertOriginal(
  law: string,
  { text }: Omit<Trial, "edit">,
  texts: Readonly<Record<string, string | undefined>>,
  left: FileNow,
  how = "",
): void {
  const more = { ...texts, disabled: left.text };
  if (left.text !== text) throw new LawBreach(law, `not the original bytes ${how}`, more);
  if (left.memory !== undefined) throw new LawBreach(law, `a claim is left ${how}`, more);
}

/** A value as a breach shows it. */
export function show(value: ConfigValue): string {
  return JSON.stringify(value, (_key, item) => typeof item === "bigint" ? `${item}n` : item);
}
