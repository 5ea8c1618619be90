/** Writes the generated pages: `deno task manual`. @module */
import { pages } from "./pages.ts";

const root = new URL("../../", import.meta.url).pathname;
for (const [path, text] of pages()) {
  Deno.mkdirSync(`${root}${path.replace(/[^/]*$/, "")}`, { recursive: true });
  Deno.writeTextFileSync(`${root}${path}`, text);
}
