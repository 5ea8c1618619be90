/** What a law is tried on, what a breach of one says, and how a made-up provider plans an edit. @module */
import { ConfigPatchError } from "../errors.ts";
import { pathText } from "../formats/value.ts";
import type { WantedPath } from "../ownership/claims.ts";
import type { ConfigDocument, ConfigPath, ConfigValue, FormatHandler } from "../formats/types.ts";
import { type ClaimText, type FileState, shownPath } from "../ownership/claims.ts";
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
  readonly text?: string;
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
export interface Standing {
  readonly text?: string | undefined;
  readonly state?: FileState | undefined;
}

/** A file that we have never touched. */
export function standing(text: string | undefined): Standing {
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
export function wants(edit: LawEdit, provider = "p"): Part {
  return { ...wantsAll([edit]), provider };
}

/** A provider that wants several. */
export function wantsAll(edits: readonly LawEdit[]): Part {
  return { provider: "p", action: "apply", wanted: edits.map(wantedOf) };
}

function wantedOf({ path, value, other }: LawEdit): Part["wanted"][number] {
  return { path: path as WantedPath, value, template: value, known: [value, other], kind: "set" };
}

/** What we remember of a file, in the words of the laws: places are paths with selectors. */
export interface Seen {
  /** The values that we wrote. */
  readonly claims: readonly SeenClaim[];
  /** The containers that exist only because of us. */
  readonly created: readonly ConfigPath[];
}

/** A value that we wrote. */
export interface SeenClaim {
  /** The place. */
  readonly path: ConfigPath;
  /** The value. */
  readonly value: ConfigValue;
  /** Its bytes. */
  readonly text: ClaimText | undefined;
}

/** What we remember, as the laws see it. */
export function seen(state: FileState | undefined): Seen {
  const claims = state?.claims.map((claim) => ({ claim, path: shownPath(claim) })) ?? [];
  const created = new Map(
    claims.flatMap(({ claim, path }) =>
      claim.created.filter((length) => length > 0).map((length) => {
        const container = path.slice(0, length);
        return [pathText(container), container] as const;
      })
    ),
  );
  return {
    claims: claims.map(({ claim: { value, text }, path }) => ({ path, value, text })),
    created: [...created.values()],
  };
}

/** A provider that takes its edit back. */
export function leaves(edit: LawEdit, provider = "p"): Part {
  return { ...wants(edit, provider), action: "disable" };
}

/** One step of the real planner; what it refuses is thrown. */
export function plan(trial: Omit<Trial, "edit">, from: Standing, parts: readonly Part[]): Standing {
  const { handler, strict = false } = trial;
  // The text itself is as good a digest as any.
  const { text, state } = planFile({ handler, strict, ...from, digest: from.text, parts });
  const written = state?.digest === "" ? { ...state, digest: text ?? "" } : state;
  return { text, state: written };
}

/** The edit, applied to what the trial begins with. */
export function applyFirst(trial: Trial): Standing {
  return plan(trial, standing(trial.text), [wants(trial.edit)]);
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
  left: Standing,
  how = "",
): void {
  const more = { ...texts, disabled: left.text };
  if (left.text !== text) throw new LawBreach(law, `not the original bytes ${how}`, more);
  if (left.state !== undefined) throw new LawBreach(law, `a claim is left ${how}`, more);
}

/** A value as a breach shows it. */
export function show(value: ConfigValue): string {
  return JSON.stringify(value, (_key, item) => typeof item === "bigint" ? `${item}n` : item);
}
