/** The generated pages are those that the tables of the command line make; the help fits a terminal. */
import assert from "node:assert/strict";
import { helpText } from "../../cli/help.ts";
import { COMMANDS } from "../../cli/schema.ts";
import { runProgram } from "../support/process.ts";
import { pages } from "./pages.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("docs/command-line.md and man/ are as the tables say", async () => {
  for (const [path, text] of pages()) {
    const written = await Deno.readTextFile(new URL(path, ROOT));
    const formatted = path.endsWith(".md")
      ? (await runProgram(Deno.execPath(), ["fmt", "--ext", "md", "--line-width", "100", "-"], {
        input: text,
      })).out
      : text;
    assert.equal(written, formatted, "run: deno task manual");
  }
  const files = Array.from(Deno.readDirSync(new URL("man/", ROOT)), ({ name }) => `man/${name}`);
  assert.deepEqual(files.filter((path) => !pages().has(path)), []);
});

Deno.test("no line of the help is longer than 80 columns", () => {
  for (const command of [undefined, ...Object.keys(COMMANDS)]) {
    for (const line of helpText(command).split("\n")) assert.ok(line.length <= 80, line);
  }
});

Deno.test("groff finds no fault in the manual pages", async () => {
  try {
    await new Deno.Command("groff", { args: ["--version"] }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return console.log("not tried: groff is not installed (apt-get install groff)");
  }
  for (const [path, input] of pages()) {
    if (!path.startsWith("man/")) continue;
    const { out, err } = await runProgram("groff", ["-man", "-Tutf8", "-ww"], { input });
    assert.equal(err, "", path);
    assert.match(out.replaceAll(/.[\b]/g, ""), /EXIT STATUS/);
  }
});
