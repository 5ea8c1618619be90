/** Whom a run can be about, so that nobody who stays wants another value at a place. */
import type { VaultLocation } from "../../mod.ts";
import { type Forms, patchesOf, type Stage, treeOf } from "./cast.ts";
import { type Memory, ownersIn } from "./memory.ts";

/** Whom a run is about. */
export interface Selected {
  readonly apply: readonly string[];
  readonly disable: readonly string[];
}

/** What there is before a run. */
interface Before {
  readonly stage: Stage;
  readonly forms: Forms;
  readonly memories: ReadonlyMap<string, Memory>;
  readonly textOf: (file: string) => string | undefined;
}

/** Those of these whom a run can be about, and those whom it must then be about too. */
export function selected(
  { apply, disable }: Selected,
  address: VaultLocation,
  { stage, forms, memories, textOf }: Before,
): Selected {
  const formOf = (name: string) => forms.get(name) ?? "gone";
  const isThere = (name: string) => formOf(name) !== "gone";
  const leaves = (file: string) => treeOf(stage, textOf(file) ?? "").leaves;
  const known = new Set([...memories.values()].flatMap((one) => [...ownersIn(one)]));
  const off = new Set(disable.filter((name) => isThere(name) || known.has(name)));
  const on = new Set(apply.filter((name) => isThere(name) && !off.has(name)));
  for (let size = -1; size !== on.size + off.size;) {
    size = on.size + off.size;
    for (const name of on) {
      const patches = patchesOf(stage, name, formOf(name));
      const wants = patches.flatMap(({ file, wants }) => wants.map((want) => ({ file, ...want })));
      for (const { file, place, template } of wants) {
        const memory = memories.get(file);
        const value = template.replace("{vault_url}", address.url)
          .replace("{vault_socket}", address.socket);
        for (const claim of [memory?.held.get(place), memory?.aside?.held.get(place)]) {
          if (claim === undefined) continue;
          // An earlier address may be back, which those who stay are taken to want.
          if (claim.value === value && leaves(file).get(place) === value) continue;
          for (const owner of claim.owners) {
            if (off.has(owner)) continue;
            if (isThere(owner)) on.add(owner);
            else off.add(owner);
          }
        }
      }
    }
  }
  return { apply: [...on].sort(), disable: [...off].sort() };
}
