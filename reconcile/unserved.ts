/**
 * Who cannot be served, where, and why. A provider that leaves fails in one file alone; one that is
 * applied fails in all of its files, so that it is routed whole or not at all.
 *
 * @module
 */
import type { ConfigPatchError } from "../errors.ts";
import { partKey } from "../ownership/plan.ts";
import type { Part } from "../ownership/wanted.ts";

/** Whose part in a file it is. */
type Whose = Pick<Part, "provider" | "action">;

/** The failures of a run. */
export class Failures {
  readonly #ofApplied = new Map<string, ConfigPatchError>();
  readonly #inFile = new Map<string, ConfigPatchError>();

  /** Notes a failure. Returns whether it is a new one. */
  add(part: Whose, file: string, error: ConfigPatchError): boolean {
    if (this.keepingOut(part, file) !== undefined) return false;
    const told = error.with({ provider: part.provider, file });
    this.#inFile.set(`${file} ${partKey(part)}`, told);
    if (part.action === "apply" && !this.#ofApplied.has(part.provider)) {
      this.#ofApplied.set(part.provider, told);
    }
    return true;
  }

  /** The failure of a part in a file itself. */
  inFile(part: Whose, file: string): ConfigPatchError | undefined {
    return this.#inFile.get(`${file} ${partKey(part)}`);
  }

  /** Why a part is left out of a file: its own failure there, or one of an applied provider elsewhere. */
  keepingOut(part: Whose, file: string): ConfigPatchError | undefined {
    return this.inFile(part, file) ??
      (part.action === "apply" ? this.#ofApplied.get(part.provider) : undefined);
  }

  /** The first failure of an applied provider. */
  ofApplied(provider: string): ConfigPatchError | undefined {
    return this.#ofApplied.get(provider);
  }
}
