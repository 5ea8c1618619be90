/**
 * Writes stories down as they come out now: `deno task stories [WORD…]`, where a word is a part of
 * a file's name. What changed is for `git diff` and a reader to judge.
 */
import { readStory, writeStory } from "./story.ts";
import { tell } from "./tell.ts";

const STORIES = new URL("stories/", import.meta.url);

for (const { name } of Deno.readDirSync(STORIES)) {
  if (Deno.args.length > 0 && !Deno.args.some((word) => name.includes(word))) continue;
  const file = new URL(name, STORIES);
  const text = await Deno.readTextFile(file);
  const told = writeStory(await tell(readStory(text)));
  if (told === text) continue;
  await Deno.writeTextFile(file, told);
  console.log(`told anew: ${name}`);
}
