/** Rules of ownership and undo, broken. */
import type { Mutant } from "./mutant.ts";

const laws = (format: string) => [
  ...["run", "-A", "tests/laws/laws.ts", "--documents", "300", "--first", "--format", format],
];
const test = (name: string) => ["test", "-A", "--no-check", `tests/${name}_test.ts`];

/** Mutants of `reconcile/` and of the checker that it relies on. */
export const RECONCILE_MUTANTS: readonly Mutant[] = [
  {
    name: "a value that stood there already is claimed",
    file: "ownership/plan.ts",
    find:
      "if (sameValue(live, want.value) && ours === undefined && earlier === undefined) continue;",
    replace: "",
    run: laws("toml"),
    caughtBy: "GetPut",
  },
  {
    name: "the user's former value is not given back",
    file: "ownership/edits.ts",
    find: "remove: put.remove,\n    value: put.value,",
    replace: 'remove: "",\n    value: put.value,',
    run: laws("toml"),
    caughtBy: "Undo",
  },
  {
    name: "the former value is forgotten when the vault moves",
    file: "ownership/edits.ts",
    find: "return { ...text, insert, value: { start, end: start + put.insert.length } };",
    replace:
      "return { ...text, ...put, insert, value: { start, end: start + put.insert.length } };",
    run: laws("json"),
    caughtBy: "PutPut",
  },
  {
    name: "it is forgotten which containers exist only because of us",
    file: "ownership/edits.ts",
    find: "for (const path of put.created) created.set(pathKey(path), path);",
    replace: "",
    run: laws("yaml"),
    caughtBy: "Extend",
  },
  {
    name: "the first owner out takes the value along",
    file: "ownership/plan.ts",
    find: "if (owners.length > 0) return { ...claim, owners };",
    replace: "",
    run: laws("toml"),
    caughtBy: "Disjoint",
  },
  {
    name: "a value that the user edited after us is taken out",
    file: "ownership/edits.ts",
    find:
      ".filter((place) => sameValue(valueAt(document.value, place), claim.value));\n}\n\n/** Later",
    replace: ".filter((place) => valueAt(document.value, place) !== undefined);\n}\n\n/** Later",
    run: laws("toml"),
    caughtBy: "Owner",
  },
  {
    name: "values at known vault addresses are not recognised",
    file: "ownership/plan.ts",
    find: "const value = known.find((value) => holds(draft.document, path, value));",
    replace: "const value = known.find((value) => path.length === 0 && value);",
    run: test("reconcile/reconcile"),
    caughtBy: "a vault address that was typed by hand counts as ours",
  },
  {
    name: "the checker lets every tree pass",
    file: "formats/check.ts",
    find: "if (!sameValue(document.value, wanted)) {",
    replace: "if (document.value === undefined) {",
    run: laws("yaml"),
    caughtBy: "Extend",
  },
  {
    name: "a file that we made stays, empty",
    file: "ownership/plan.ts",
    find: 'return origin === "absent" ? undefined : "";',
    replace: "return text;",
    run: test("formats/format_laws"),
    caughtBy: "Undo: not the original bytes",
  },
  {
    name: "a former value comes back though it would take in what the user wrote below",
    file: "ownership/edits.ts",
    find: "return span === undefined || span.end === end;",
    replace: "return true;",
    run: test("formats/regressions"),
    caughtBy: "a block scalar does not come back where it would take in what the user wrote",
  },
  {
    name: "a former value comes back though a comment would take a line of it",
    file: "ownership/edits.ts",
    find: "span.end === end;",
    replace: "span.end <= end;",
    run: test("formats/regressions"),
    caughtBy: "a block scalar does not come back where a comment would take its last blank line",
  },
  {
    name: "the levels of a value are not counted before it is put",
    file: "ownership/edits.ts",
    find: "for (const wish of wishes) refuseDepth(wish);",
    replace: "",
    run: test("formats/size"),
    caughtBy: "a value or a path of ten thousand levels is refused",
  },
  {
    name: "claims that stay are not put again after a rewind",
    file: "ownership/edits.ts",
    find: "const again = live.filter((claim) => !leaving.has(claim));",
    replace: "const again: typeof live = [];",
    run: laws("toml"),
    caughtBy: "Disjoint",
  },
];
