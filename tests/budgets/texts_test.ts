/**
 * The largest texts that are edited, and the smallest that are not: whatever its shape, a text costs a
 * bounded number of parses, what it costs grows as it does, and what is refused is `too-large`.
 */
import assert from "node:assert/strict";
import { defaultFormats } from "../../formats/mod.ts";
import { parsingOnce } from "../../formats/parse_once.ts";
import { type FilePlan, planFile } from "../../ownership/plan.ts";
import type { Part } from "../../ownership/wanted.ts";
import { LIMITS } from "../../storage/limits.ts";
import { Counts } from "../support/counting.ts";
import { type Shape, SHAPES } from "./texts.ts";

/** The text as it stands, and the one after the edit; a third where an entry is begun first. */
const MOST_PARSES = 3;

interface Planned {
  readonly plan: FilePlan;
  readonly counts: Counts;
}

async function planned({ format, path, kind = "set" }: Shape, text: string): Promise<Planned> {
  const counts = new Counts();
  const handler = parsingOnce(counts.handler(await defaultFormats.load(format)));
  const wanted: Part["wanted"] = [{
    path: path ?? ["ZZ"],
    value: "ours",
    template: "ours",
    known: [],
    kind,
  }];
  const parts: Part[] = [{ provider: "p", action: "apply", wanted }];
  const plan = counts.searching(() => planFile({ handler, text, parts }));
  return { plan, counts };
}

for (const format of ["toml", "yaml", "json", "dotenv"] as const) {
  const shapes = SHAPES.filter((shape) => shape.format === format);

  Deno.test(`${format}: the largest texts are edited, in few parses`, async (t) => {
    for (const shape of shapes) {
      await t.step(shape.what, async () => {
        const text = shape.text(shape.below);
        assert(text.length <= LIMITS.config, `${text.length} characters do not fit into a config`);
        const { plan, counts } = await planned(shape, text);
        assert(plan.text !== text, "it was not edited");
        assert(counts.parses <= MOST_PARSES, `${counts.parses} parses`);
      });
    }
  });

  Deno.test(`${format}: a little more is too large, and nothing is planned`, async (t) => {
    for (const shape of shapes.filter(({ above }) => above !== undefined)) {
      await t.step(shape.what, async () => {
        const text = shape.text(shape.above ?? 0);
        await assert.rejects(planned(shape, text), { code: "too-large" });
      });
    }
  });

  // How many places are wanted is bounded by a number, not by the size of the text.
  const growing = shapes.filter(({ path }) => path === undefined);
  Deno.test(`${format}: twice the text costs twice as much`, async (t) => {
    for (const shape of growing) {
      await t.step(shape.what, async () => {
        const units = Math.floor(Math.min(shape.below, 10_000) / 2);
        const [small, large] = [shape.text(units), shape.text(2 * units)];
        const [a, b] = [(await planned(shape, small)).counts, (await planned(shape, large)).counts];
        assert.equal(b.parses, a.parses);
        const growth = 1.1 * large.length / small.length;
        assert(b.values <= growth * a.values + SLACK, `values: ${a.values}, ${b.values}`);
        assert(b.searched <= growth * a.searched + SLACK, `searched: ${a.searched}, ${b.searched}`);
      });
    }
  });
}

/** What any text costs, however small. */
const SLACK = 1000;
