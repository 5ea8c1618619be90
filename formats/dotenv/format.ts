/**
 * The dotenv handler: `.env` files, as npm's `dotenv`, Node, `python-dotenv` and others read them.
 *
 * They have no common grammar. What is edited is what all of them read alike; a name counts wherever
 * one of them takes it for an assignment, and where they disagree about our name, it is refused.
 *
 * @example
 * ```ts
 * import { applySplice } from "../splice.ts";
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
import { planDrop } from "./drop.ts";
import { planPut } from "./put.ts";
import { type DotenvIndex, indexDotenv } from "./spans.ts";
import { readDotenv } from "./value.ts";

/** `.env` files: names with texts as values. */
export const dotenvFormat: FormatHandler = {
  name: "dotenv",
  extensions: [".env"],
  blank: "",
  holdsNull: false,
  parse: (text: string): ConfigDocument => new DotenvDocument(text),
};

class DotenvDocument implements ConfigDocument {
  readonly text: string;
  readonly value: ConfigTable;
  #index: DotenvIndex | undefined;

  constructor(text: string) {
    this.text = text;
    this.value = readDotenv(text);
  }

  find(path: ConfigPath): Slot | undefined {
    const [name] = path;
    if (path.length !== 1 || typeof name !== "string" || !Object.hasOwn(this.value, name)) {
      return undefined;
    }
    const value = this.value[name];
    // The last assignment of a name is the one that readers take.
    const span = this.#indexed().byName.get(name)?.at(-1)?.value;
    return value === undefined ? undefined : { value, span };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    return planPut(this.#indexed(), this.value, path, value);
  }

  drop(path: ConfigPath): Splice {
    return planDrop(this.#indexed(), path);
  }

  /** A check needs only the values. */
  #indexed(): DotenvIndex {
    this.#index ??= indexDotenv(this.text);
    const missed = Object.keys(this.value).find((name) => !this.#index?.byName.has(name));
    if (missed === undefined && this.#index.byName.size === Object.keys(this.value).length) {
      return this.#index;
    }
    throw new ConfigPatchError("unsupported", "the names in this file can be read in two ways", {
      remedy: "write each of them as NAME=value on a line of its own",
    });
  }
}
