/**
 * Planning a file whose format has changed in the roster since we wrote it: what we wrote by the old
 * format is taken back by it, and only then the new one has its turn. Pure.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { FormatHandler } from "../formats/types.ts";
import { type FileInput, type FilePlan, planFile } from "../ownership/plan.ts";

/**
 * Plans one file that we wrote by the format of `former`. Where that cannot read it any more, somebody
 * has rewritten it, and it is read by the new one from the beginning.
 *
 * @throws {ConfigPatchError} as {@linkcode planFile}.
 */
export function planReformatted(input: FileInput, former: FormatHandler): FilePlan {
  const old: FileInput = { ...input, handler: former, strict: false };
  const wanting = input.parts.filter((part) => part.wanted.length > 0 && part.action === "apply");
  if (wanting.length === 0) return planFile(old);
  if (!reads(former, input.text)) return planFile(input);

  const names = new Set(wanting.map((part) => part.provider));
  const left = planFile({
    ...old,
    parts: input.parts.map((part) => names.has(part.provider) ? { ...part, wanted: [] } : part),
  });
  if (left.results.some((result) => result.error !== undefined)) return left;
  if (left.state !== undefined) {
    throw new ConfigPatchError(
      "conflict",
      `the file cannot become ${input.handler.name} while values that we wrote as ${former.name} stay`,
      { remedy: "disable the providers that own them first" },
    );
  }
  const { state: _, text: __, ...rest } = input;
  const text = left.text === undefined ? {} : { text: left.text };
  const next = planNew({ ...rest, ...text, parts: wanting });
  const results = left.results.map((first) => {
    if (!names.has(first.provider)) return first;
    const second = next.results.find((result) => result.provider === first.provider);
    if (second === undefined || second.error !== undefined) return second ?? first;
    const outcome = input.text === undefined ? second.outcome : "updated";
    return { ...second, outcome, edits: [...first.edits, ...second.edits] } as const;
  });
  return { ...next, results };
}

/** A plan by the new format. That the file is none of it concerns only those who want it to be. */
function planNew(input: FileInput): FilePlan {
  try {
    return planFile(input);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    const results = input.parts.map(({ provider, action }) => (
      { provider, action, outcome: "failed", edits: [], error } as const
    ));
    return { results };
  }
}

function reads(handler: FormatHandler, text: string | undefined): boolean {
  try {
    handler.parse(text === undefined || text === "" ? handler.blank : text);
    return true;
  } catch (error) {
    if (error instanceof ConfigPatchError) return false;
    throw error;
  }
}
