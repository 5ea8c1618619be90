/**
 * A crash at every single file operation of apply and disable. Whatever was under way: every config
 * is the old or the new one, whole; the next run succeeds; then disable gives the original bytes and
 * nothing is left behind; an edit of the agent's made in between survives.
 *
 * `once`: the operation fails, and the program cleans up. `dead`: nothing works from then on, as
 * after a kill. The long form is in torture.ts.
 */
import { crashEverywhere, SCENARIOS } from "./crashes.ts";
import type { Mode } from "../support/storage_tools.ts";

const SHORT: readonly (readonly [what: string, mode: Mode])[] = [
  ["the first apply", "dead"],
  ["an apply with another location", "once"],
  ["a disable of all", "once"],
  ["a disable of one of two in a file", "dead"],
  ["a change of providers", "dead"],
];

for (const [what, mode] of SHORT) {
  Deno.test(`crash: a fault at every operation of ${what} (${mode})`, async () => {
    await crashEverywhere(SCENARIOS[what]!, mode);
  });
}
