/**
 * The dotenv handler: `.env` files, as npm's `dotenv`, Node, `python-dotenv` and others read them.
 *
 * They have no common grammar. What is edited is what all of them read alike; a name counts wherever
 * one of them takes it for an assignment, and where they disagree about our name, it is refused.
 *
 * @example
 * ```ts
 * import { applySplice } from "@terok/vault-config/formats";
 * import { dotenvFormat } from "./format.ts";
 *
 * const document = dotenvFormat.parse("GEMINI_API_KEY=phantom # mine\n");
 * const put = document.put(["GOOGLE_GEMINI_BASE_URL"], "http://localhost:9419");
 * const text = applySplice(document.text, put);
 * if (text !== "GEMINI_API_KEY=phantom # mine\nGOOGLE_GEMINI_BASE_URL=http://localhost:9419\n") {
 *   throw new Error(text);
 * }
 * ```
 *
 * @module
 */
import { ConfigPatchError } from "../../errors.ts";
import { droppedPlace, type Ground, NO_PUT, NO_SPLICE, targetOf } from "../target.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigTable,
  ConfigValue,
  FormatHandler,
  Put,
  Slot,
  Splice,
} from "../types.ts";
import { type ConcretePath, pathText, resolve, valueAt } from "../value.ts";
import { disputedNames, namesElsewhere } from "./disputed.ts";
import { removal } from "./drop.ts";
import { insertion, replacement } from "./put.ts";
import { type Assignment, type DotenvIndex, indexDotenv, refused } from "./spans.ts";
import { readDotenv } from "./value.ts";

/** `.env` files: names with texts as values. */
export const dotenvFormat: FormatHandler = {
  name: "dotenv",
  extensions: [".env"],
  blank: "",
  holdsNull: false,
  parse: (text: string): ConfigDocument => new DotenvDocument(text),
};

class DotenvDocument implements ConfigDocument, Ground {
  readonly text: string;
  readonly value: ConfigTable;
  readonly nullIsEmpty = false;
  #index: DotenvIndex | undefined;
  #elsewhere: ReadonlyMap<string, number> | undefined;
  #disputed: ReadonlyMap<string, number> | undefined;

  constructor(text: string) {
    this.text = text;
    this.value = readDotenv(text);
  }

  get disputed(): ReadonlyMap<string, number> {
    return this.#disputed ??= disputedNames(this.#places(), this.#namesElsewhere());
  }

  find(path: ConfigPath): Slot | undefined {
    const { found, missing } = resolve(this.value, path);
    const value = valueAt(this.value, found);
    if (missing.length > 0 || found.length === 0 || value === undefined) return undefined;
    const all = this.#assignments(found);
    return { value, span: all.at(-1)?.value, isRepeated: all.length > 1 };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    const target = targetOf(this, path, value);
    if (target.action === "insert") {
      const [name, ...below] = target.missing;
      if (typeof name !== "string" || below.length > 0) {
        throw new ConfigPatchError("shape", `a .env file holds no tables: ${pathText(path)}`, {
          remedy: "name a variable alone",
        });
      }
      this.#refuseElsewhere(name);
      return insertion(this.#indexed(), name, value);
    }
    const held = this.#only(target.found);
    this.#refuseElsewhere(held.name);
    return target.action === "nothing" ? NO_PUT : replacement(this.#indexed(), held, value);
  }

  drop(path: ConfigPath): Splice {
    const found = droppedPlace(this, path);
    return found === undefined ? NO_SPLICE : removal(this.#indexed(), this.#only(found));
  }

  offsetOf(place: ConcretePath): number | undefined {
    return this.#assignments(place).at(-1)?.start;
  }

  /** All assignments of a name; most readers take the last one. */
  #assignments([name]: ConcretePath): readonly Assignment[] {
    return this.#indexed().byName.get(String(name)) ?? [];
  }

  /** The assignment of a name, if there is just one and all readers see it. */
  #only(place: ConcretePath): Assignment {
    const index = this.#indexed();
    const [name] = place;
    const [first, second] = this.#assignments(place);
    if (second !== undefined) {
      throw refused(
        index,
        second.start,
        `the name ${name} stands twice`,
        "remove one of the lines",
      );
    }
    if (first?.doubt === undefined && first !== undefined) return first;
    const why = first?.doubt ?? IN_TWO_WAYS;
    throw refused(index, first?.start ?? 0, why, `write ${name}=value on a line of its own`);
  }

  #refuseElsewhere(name: string): void {
    const offset = this.#namesElsewhere().get(name);
    if (offset === undefined) return;
    throw refused(
      this.#places(),
      offset,
      `some readers take this for an assignment of ${name}`,
      "remove it, or put another word before it",
    );
  }

  #namesElsewhere(): ReadonlyMap<string, number> {
    return this.#elsewhere ??= namesElsewhere(this.#places());
  }

  #indexed(): DotenvIndex {
    const index = this.#places();
    const { byName } = index;
    const names = Object.keys(this.value);
    if (names.length === byName.size && names.every((name) => byName.has(name))) return index;
    throw refused(index, 0, IN_TWO_WAYS, "write each of them as NAME=value on its own line");
  }

  /** A check needs only the values. */
  #places(): DotenvIndex {
    return this.#index ??= indexDotenv(this.text);
  }
}

const IN_TWO_WAYS = "the names in this file can be read in two ways";
