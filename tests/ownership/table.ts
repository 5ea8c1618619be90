/**
 * Tests of the heart in given / running / expected form: a small text, what runs over it, and the
 * text that comes out. They know the planner only by the adapter that the laws use too.
 */
import assert from "node:assert/strict";
import { type ConfigPath, type ConfigValue, defaultFormats } from "../../formats/mod.ts";
import { type FileNow, plan, untouched, wanting } from "../../testing/law.ts";
import { EVERY, type Kind, type WantedPath } from "../../ownership/claims.ts";

/** A value that a provider wants: the place (`*` is every key or entry), the value, and why. */
export type Want = readonly [path: readonly Step[], value: ConfigValue, kind?: Kind];

/** A key, what an entry is matched by, or `"*"`. */
export type Step = string | Readonly<Record<string, string>>;

/** What happens to a file. */
export type Happening =
  /** One run: who is disabled in it, and who is applied. */
  | { readonly disable?: string; readonly apply?: string; readonly wants?: readonly Want[] }
  /** The user replaces the first text by the second. */
  | { readonly user: readonly [from: string, to: string] }
  /** The text is now this one: absent, emptied, or a copy that was kept. */
  | { readonly file: string | undefined }
  /** The provider is applied once more, and nothing at all changes. */
  | { readonly steady: string }
  /** What stands there now. */
  | { readonly holds: string | undefined };

/** One line of a table. */
export interface Row {
  readonly name: string;
  readonly format?: string;
  readonly given: string | undefined;
  readonly wants: Readonly<Record<string, readonly Want[]>>;
  readonly running: readonly Happening[];
  readonly expected: string | undefined;
}

/** Makes one test of each row. */
export function table(about: string, rows: readonly Row[]): void {
  for (const row of rows) {
    Deno.test(`${about}: ${row.name}`, async () => {
      const handler = await defaultFormats.load(row.format ?? "toml");
      let now = untouched(row.given);
      for (const step of row.running) now = happen(now, step);
      assert.equal(now.text, row.expected);

      function happen(from: FileNow, step: Happening): FileNow {
        if ("file" in step) return { ...from, text: step.file };
        if ("holds" in step) {
          assert.equal(from.text, step.holds);
          return from;
        }
        if ("user" in step) {
          const [was, is] = step.user;
          const { text = "" } = from;
          assert.ok(text.includes(was), `${JSON.stringify(text)} has no ${was}`);
          return { ...from, text: text.replace(was, () => is) };
        }
        if ("steady" in step) {
          assert.deepEqual(happen(from, { apply: step.steady }), from);
          return from;
        }
        const part = (action: "apply" | "disable", provider: string, own?: readonly Want[]) => {
          const wants = own ?? row.wants[provider];
          assert.ok(wants !== undefined, `nobody says what ${provider} wants`);
          const wanted = wants.map(([path, value, kind]) =>
            wanting(pathOf(path), value, kind === "default" ? [] : knownOf(value), kind)
          );
          return { provider, action, wanted };
        };
        const own = "wants" in step ? step.wants : undefined;
        return plan({ handler }, from, [
          ...step.disable === undefined ? [] : [part("disable", step.disable)],
          ...step.apply === undefined ? [] : [part("apply", step.apply, own)],
        ]);
      }
    });
  }
}

/** The same value at the vault's other address. */
function knownOf(value: ConfigValue): readonly ConfigValue[] {
  if (typeof value !== "string" || !value.startsWith("http://vault")) return [];
  return ["http://vault", "http://vault2"].map((url) => value.replace(/http:\/\/vault2?/, url));
}

function pathOf(path: readonly Step[]): WantedPath | ConfigPath {
  return path.map((step) => step === "*" ? EVERY : step);
}
