/**
 * A formatter that the user runs over a file with our values in it: the file stays routed, and taking
 * back leaves what the formatter makes of the original, with every comment.
 */
import assert from "node:assert/strict";
import { defaultFormats, type FormatHandler } from "../../formats/mod.ts";
import { ConfigPatchError } from "../../mod.ts";
import {
  type FileNow,
  type LawEdit,
  leaves,
  plan,
  read,
  show,
  untouched,
  wants,
} from "../../testing/law.ts";
import { type Formatter, formatters } from "../support/formatters.ts";
import { SAMPLES, SETS } from "./provider_samples.ts";

console.log("yamlfmt is not tried: it is no package of the npm registry");

for (const formatter of await formatters()) {
  Deno.test(`${formatter.format}: ${formatter.name} between apply and disable`, async () => {
    const handler = await defaultFormats.load(formatter.format);
    const samples = SAMPLES.find(({ format }) => format === formatter.format)?.texts ?? [];
    let tried = 0;
    for (const text of samples) {
      for (const edits of SETS) {
        for (const runs of [0, 1]) {
          for (const order of [edits, edits.toReversed()]) {
            await tryFormatter({ handler, formatter, text }, edits, order, runs);
            tried++;
          }
        }
      }
    }
    assert.ok(tried >= 100, `only ${tried} were tried`);
  });
}

interface Case {
  readonly handler: FormatHandler;
  readonly formatter: Formatter;
  readonly text: string | undefined;
}

/** Applies, formats, applies some more, and takes back one by one. */
async function tryFormatter(
  { handler, formatter, text }: Case,
  edits: readonly LawEdit[],
  order: readonly LawEdit[],
  runs: number,
): Promise<void> {
  const trial = { handler, text };
  const name = (edit: LawEdit) => `p${edits.indexOf(edit)}`;
  const all = edits.map((edit) => wants(edit, name(edit)));
  const applied = plan(trial, untouched(text), all);
  const formatted = await formatter.rewrite(applied.text ?? "");
  let now: FileNow = { text: formatted, memory: applied.memory };
  const told = () =>
    [text, applied.text, formatted, now.text].map((one) => JSON.stringify(one)).join("\n");
  for (let run = 0; run < runs; run++) {
    now = plan(trial, now, all);
    assert.equal(now.text, formatted, `not routed any more\n${told()}`);
  }
  try {
    for (const edit of order) now = plan(trial, now, [leaves(edit, name(edit))]);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    assert.fail(`${error.code} ${error.message}\n${told()}`);
  }
  const [original, left] = [read(handler, text).value, read(handler, now.text).value];
  assert.equal(show(left), show(original), told());
  assert.deepEqual(commentsOf(now.text), commentsOf(text), told());
  assert.equal(now.memory, undefined, told());
  if (text === undefined) return assert.equal(now.text, undefined, told());
  const [again, wanted] = [await formatter.rewrite(now.text ?? ""), await formatter.rewrite(text)];
  // Prettier leaves an object of JSON on several lines once it is on several.
  const isJson = formatter.format === "json";
  assert.equal(isJson ? tokens(again) : again, isJson ? tokens(wanted) : wanted, told());
}

/** A JSON text without blanks, and without commas that only a closing bracket follows. */
function tokens(text: string): string {
  return text.replace(/\s/g, "").replace(/,(?=[}\]])/g, "");
}

function commentsOf(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/(?:#|\/\/)[^\n]*/g)].map(([one]) => one.trim()).sort();
}
