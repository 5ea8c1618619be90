/**
 * The command line: each story of `stories/` comes out exactly as it is written, with the real
 * program in a process of its own and the permissions of real life.
 */
import assert from "node:assert/strict";
import { assertReport } from "./report_schema.ts";
import { readStory, textOf, writeStory } from "./story.ts";
import { tell } from "./tell.ts";

const STORIES = new URL("stories/", import.meta.url);

for (const { name } of [...Deno.readDirSync(STORIES)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  const text = Deno.readTextFileSync(new URL(name, STORIES));
  const story = readStory(text);
  Deno.test(`${name}: ${story.title}`, async () => {
    const told = await tell(story);
    assert.equal(writeStory(told), text, `if this is meant: deno task stories ${name}`);
    for (const { line, body } of told.steps) {
      if (line.startsWith("$ ") && / --json\b/.test(line)) {
        assertReport(JSON.parse(textOf(body, "|")));
      }
    }
  });
}
