/** What a run is about. @module */
import type { FormatRegistry } from "../formats/registry.ts";
import type { Roster } from "../roster/types.ts";
import type { Mounts } from "../storage/mounts.ts";
import type { VaultLocation } from "../transport/mod.ts";
import type { Selection } from "./select.ts";

/** What a run is about. */
export interface Job extends Selection {
  /** The mounts. */
  readonly mounts: Mounts;
  /** The providers that there are. */
  readonly roster: Roster;
  /** Where the vault is. */
  readonly location: VaultLocation;
  /** The formats that there are. */
  readonly formats: FormatRegistry;
  /** Also take back every provider that the state or a sidecar knows. */
  readonly disableAll?: boolean;
  /** Accept files below a host dir's own level. */
  readonly allowNested?: boolean;
  /** Whether a file that does not parse fails a disable, or only warns (then its claims stay). */
  readonly failOnMalformed?: boolean;
}
