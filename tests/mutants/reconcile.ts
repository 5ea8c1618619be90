/** Rules of the shell, broken. */
import { type Mutant, test } from "./mutant.ts";
import { always, assume, drop, instead } from "./rule.ts";

/** Rules of the shell, broken. */
export const RECONCILE_MUTANTS: readonly Mutant[] = [
  {
    name: "configs are written before the state says so",
    file: "reconcile/run.ts",
    of: "commit",
    rule: drop("writeOwn", 0),
    run: test("torture/crash"),
    caughtBy: "crash: a fault at every operation of the first apply (dead) ... FAILED",
  },
  {
    name: "the state does not name the temporaries",
    file: "reconcile/run.ts",
    of: "commit",
    rule: instead("temporaries", "temporaries: []", -2),
    run: test("torture/crash"),
    caughtBy: "crash: a fault at every operation of the first apply (dead) ... FAILED",
  },
  {
    name: "after a crash, the new text is taken for the old one",
    file: "reconcile/",
    of: "settledState",
    rule: instead("after", "before", -1),
    run: test("torture/crash"),
    caughtBy: "crash: a fault at every operation of the first apply (dead) ... FAILED",
  },
  {
    name: "a config that changes all the time is read again without end",
    file: "reconcile/run.ts",
    of: "run",
    rule: instead("ROUNDS", "Infinity"),
    run: test("reconcile/resources", "--filter", "changes 1000 times"),
    caughtBy: 'a config that changes 1000 times under us ends as "changed" ... FAILED',
  },
  {
    name: "a config that has changed is not read again",
    file: "reconcile/run.ts",
    of: "run",
    rule: assume(true, "size"),
    run: test("reconcile/resources", "--filter", "changes 1 times"),
    caughtBy: 'a config that changes 1 times under us ends as "ours" ... FAILED',
  },
  {
    name: "whoever waited for the lock goes by what he read before",
    file: "reconcile/run.ts",
    of: "run",
    rule: assume(false, "readOwn"),
    run: test("torture/torture", "--filter", "a crowd loses no key"),
    caughtBy: "a crowd loses no key ... FAILED",
  },
  {
    name: "a sidecar that is no text stays where it is",
    file: "reconcile/sidecars.ts",
    of: "#read",
    rule: instead("none", "none, isBlocked: true", -1),
    run: test("torture/hostile"),
    caughtBy: "apply, sidecar: bytes that are not UTF-8",
  },
  {
    name: "nobody is told what stands in for a temporary",
    file: "reconcile/run.ts",
    of: "collectLeftovers",
    rule: assume(true, "collect"),
    run: test("torture/hostile"),
    caughtBy: "leftover temporary: link to a file outside",
  },
  {
    name: "a sidecar may be nested as deeply as it likes",
    file: "reconcile/sidecar.ts",
    of: "readRecord",
    rule: drop("isDeeper"),
    run: test("reconcile/forged", "--filter", "depth"),
    caughtBy: "a forged sidecar does not stop the program by its depth ... FAILED",
  },
  {
    name: "a sidecar leads into files that the state knows",
    file: "reconcile/files.ts",
    of: "hintedFiles",
    rule: always("second", "has"),
    run: test("reconcile/forged", "--filter", "cannot"),
    caughtBy: "cannot make the user's value one of a provider that is elsewhere ... FAILED",
  },
];
