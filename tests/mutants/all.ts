/** All mutants, by what they break. A further list is one more line here. */
import { DOTENV_MUTANTS } from "./dotenv.ts";
import { JSON_MUTANTS } from "./json.ts";
import type { Mutant } from "./mutant.ts";
import { OWNERSHIP_MUTANTS } from "./ownership.ts";
import { PROMISE_MUTANTS } from "./promises.ts";
import { READER_MUTANTS } from "./readers.ts";
import { RECONCILE_MUTANTS } from "./reconcile.ts";
import { STORAGE_MUTANTS } from "./storage.ts";
import { TOML_MUTANTS } from "./toml.ts";
import { YAML_MUTANTS } from "./yaml.ts";

/** The mutants of one part of the project. */
export interface MutantList {
  /** The part: what `--kind` names. */
  readonly kind: string;
  /** Its mutants. */
  readonly mutants: readonly Mutant[];
}

/** All mutants. */
export const MUTANTS: readonly MutantList[] = [
  { kind: "toml", mutants: TOML_MUTANTS },
  { kind: "yaml", mutants: YAML_MUTANTS },
  { kind: "json", mutants: JSON_MUTANTS },
  { kind: "dotenv", mutants: DOTENV_MUTANTS },
  { kind: "ownership", mutants: OWNERSHIP_MUTANTS },
  { kind: "reconcile", mutants: RECONCILE_MUTANTS },
  { kind: "storage", mutants: STORAGE_MUTANTS },
  { kind: "promises", mutants: PROMISE_MUTANTS },
  { kind: "readers", mutants: READER_MUTANTS },
];
