/** How much of one file a provider may hold: a container decides how many entries its patch means. */
import assert from "node:assert/strict";
import { type ConfigPath, defaultFormats } from "../../formats/mod.ts";
import { MAX_PLACES } from "../../ownership/bounds.ts";
import { plan, untouched, wanting } from "../../testing/law.ts";

const VALUE = "http://vault";

/** What becomes of a TOML text if `p` wants our address at these paths: its text, or `too-large`. */
async function applied(
  text: string | undefined,
  paths: readonly ConfigPath[],
): Promise<string> {
  const handler = await defaultFormats.load("toml");
  const wanted = paths.map((path) => wanting(path, VALUE, []));
  try {
    return plan({ handler }, untouched(text), [{ provider: "p", action: "apply", wanted }]).text ??
      "";
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && "provider" in error, String(error));
    assert.equal(error.provider, "p");
    return `${error.code}: ${error.message}`;
  }
}

function times(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

function count(text: string): number {
  return text.split(VALUE).length - 1;
}

Deno.test("of the entries that a patch means, 256 are routed, and more are refused", async () => {
  const entries = (many: number) => times(many, (i) => `[[m]]\nname = "x"\ni = ${i}\n`);
  const path = ["m", { name: "x" }, "url"];
  assert.equal(count(await applied(entries(MAX_PLACES), [path])), 256);
  assert.match(
    await applied(entries(MAX_PLACES + 1), [path]),
    /^too-large: more than 256 places/,
  );
});

Deno.test("what came along with values counts as well", async () => {
  const paths = Array.from({ length: MAX_PLACES }, (_, i) => ["t", `k${i}`]);
  const handler = await defaultFormats.load("toml");
  const wants = (defaults: readonly string[][]) => [
    wanting(["t", "url"], VALUE, []),
    ...defaults.map((path) => wanting(path, "x", [], "default")),
  ];
  const run = (defaults: readonly string[][]) =>
    plan({ handler }, untouched(undefined), [
      { provider: "p", action: "apply", wanted: wants(defaults) },
    ]);
  assert.ok(run(paths.slice(1)).text?.includes("k255"));
  assert.throws(() => run(paths), { code: "too-large", provider: "p" });
});

Deno.test("of the user's text, 256 KiB are kept for one provider, and more is refused", async () => {
  const former = (many: number) => times(many, (i) => `k${i} = "${"x".repeat(60 * 1024)}"\n`);
  const paths = (many: number) => Array.from({ length: many }, (_, i) => [`k${i}`]);
  assert.equal(count(await applied(former(4), paths(4))), 4);
  assert.match(
    await applied(former(5), paths(5)),
    /^too-large: more than 262144 characters of the user's would have to be kept/,
  );
});
