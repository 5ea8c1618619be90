/**
 * The JSON handler: strict JSON, and JSON with comments and trailing commas.
 *
 * @module
 */
import { ConfigPatchError, locate } from "../../errors.ts";
import { droppedPlace, type Ground, NO_PUT, NO_SPLICE, targetOf } from "../target.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigRoot,
  ConfigValue,
  FormatHandler,
  ParseOptions,
  Put,
  Readings,
  Slot,
  Span,
  Splice,
} from "../types.ts";
import { type ConcretePath, pathText, resolve, valueAt } from "../value.ts";
import { removal } from "./drop.ts";
import { insertion, type JsonPlace, type JsonSource, replacement } from "./put.ts";
import { JsonReadings } from "./readings.ts";
import { type JsonEntry, type JsonNode, type JsonTree, readTree } from "./spans.ts";
import { readJson } from "./value.ts";

/**
 * Reads and edits JSON, with comments and trailing commas unless `strict` is asked for.
 *
 * @example
 * ```ts
 * import { applySplice, defaultFormats } from "@terok/vault-config/formats";
 *
 * const handler = await defaultFormats.load("json");
 * const document = handler.parse('{\n  "model": "x" // mine\n}\n');
 * const put = document.put(["env", "URL"], "http://localhost:9419");
 * const text = applySplice(document.text, put);
 * const wanted =
 *   '{\n  "env": {\n    "URL": "http://localhost:9419"\n  },\n  "model": "x" // mine\n}\n';
 * if (text !== wanted) throw new Error(text);
 * ```
 */
export const jsonFormat: FormatHandler = {
  name: "json",
  extensions: [".json", ".jsonc"],
  blank: "{}\n",
  blankList: "[]\n",
  holdsNull: true,
  parse(text: string, options: ParseOptions = {}): ConfigDocument {
    const { value, tree } = readJson(text, options);
    return new JsonDocument(text, value, tree);
  },
};

class JsonDocument implements ConfigDocument, Ground {
  readonly text: string;
  readonly value: ConfigRoot;
  readonly nullIsEmpty = false;
  readonly readings: Readings = new JsonReadings();
  #tree: JsonTree | undefined;
  readonly #isPlain: boolean;

  constructor(text: string, value: ConfigRoot, tree: JsonTree | undefined) {
    this.text = text;
    this.value = value;
    this.#tree = tree;
    this.#isPlain = tree === undefined;
  }

  get isStrict(): boolean {
    return this.#isPlain || this.#source().tree.comments.length + this.looseCommas === 0;
  }

  get looseCommas(): number {
    return this.#isPlain ? 0 : this.#source().tree.trailingCommas.length;
  }

  get comments(): readonly Span[] {
    return this.#isPlain ? [] : this.#source().tree.comments;
  }

  find(path: ConfigPath): Slot | undefined {
    const { found, missing } = resolve(this.value, path);
    const value = valueAt(this.value, found);
    if (missing.length > 0 || value === undefined) return undefined;
    const { start, end } = this.#placeAt(found).node;
    return { value, span: { start, end } };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    const target = targetOf(this, path, value);
    // Nothing stands twice in plain JSON, so there is no need to look where it stands.
    if (target.action === "nothing" && this.#isPlain) return NO_PUT;
    const place = this.#placeAt(target.found);
    this.#refuseRepeated(place, path);
    switch (target.action) {
      case "nothing":
        return NO_PUT;
      case "replace":
        return replacement(this.#source(), place, value);
      case "insert": {
        const { missing, created } = target;
        return { ...insertion(this.#source(), place, missing, value), created };
      }
    }
  }

  drop(path: ConfigPath): Splice {
    const found = droppedPlace(this, path);
    if (found === undefined) return NO_SPLICE;
    const place = this.#placeAt(found);
    const { parent, entry } = place;
    if (parent === undefined || entry === undefined) return NO_SPLICE;
    this.#refuseRepeated(place, path);
    return removal(this.#source(), parent, entry);
  }

  offsetOf(place: ConcretePath): number {
    return this.#placeAt(place).node.start;
  }

  #source(): JsonSource {
    this.#tree ??= readTree(this.text);
    return { text: this.text, tree: this.#tree };
  }

  #placeAt(path: ConcretePath): JsonPlace {
    const { root } = this.#source().tree;
    const way = [root];
    let parent: JsonNode | undefined;
    let entry: JsonEntry | undefined;
    let node = root;
    for (const step of path) {
      const next = typeof step === "string" ? node.byKey.get(step) : node.entries[step];
      if (next === undefined) {
        throw new ConfigPatchError("unsupported", `"${pathText(path)}" is not where it was read`, {
          remedy: "write this part of the file in a simpler way",
        });
      }
      [parent, entry, node] = [node, next, next.value];
      way.push(node);
    }
    return { way, node, parent, entry };
  }

  /**
   * Refuses a path through a key that stands twice: programs disagree which of the two counts. An
   * entry of a list is chosen by what is in it, so there none of its keys may stand twice.
   */
  #refuseRepeated({ way }: JsonPlace, path: ConfigPath): void {
    for (const [depth, node] of way.entries()) {
      const step = path[depth];
      const inList = way[depth - 1]?.kind === "list";
      const [repeated] = inList
        ? node.repeated
        : typeof step === "string" && node.repeated.has(step)
        ? [step]
        : [];
      if (repeated === undefined) continue;
      const entry = node.byKey.get(repeated);
      throw new ConfigPatchError(
        "unsupported",
        `the key ${shown(this.text, entry)} stands twice in one object; programs use the last one`,
        { ...locate(this.text, entry?.start ?? node.start), remedy: "remove one of the two" },
      );
    }
  }
}

/** A key as it is written, cut where it is long. */
function shown(text: string, entry: JsonEntry | undefined): string {
  const key = text.slice(entry?.start ?? 0, entry?.keyEnd ?? 0);
  return key.length > 80 ? `${key.slice(0, 80)}…` : key;
}
