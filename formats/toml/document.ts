/**
 * A TOML text that can be edited: what it says, by one parser; and where it says it, by another, when
 * an edit asks for it.
 *
 * @module
 */
import { droppedPlace, type Ground, inTheWay, NO_PUT, NO_SPLICE, targetOf } from "../target.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigTable,
  ConfigValue,
  Put,
  Slot,
  Span,
  Splice,
} from "../types.ts";
import { type ConcretePath, resolve, valueAt } from "../value.ts";
import { removalOf } from "./drop.ts";
import { insertionFor, replacementFor } from "./put.ts";
import { indexOf, nodeAt, spanOf, startOf, type TomlIndex } from "./spans.ts";
import { valueOf } from "./value.ts";

/** Reads and edits TOML 1.1 (which reads 1.0 alike); what it writes is TOML 1.0. */
export function parseToml(text: string): ConfigDocument {
  return new TomlDocument(text, valueOf(text));
}

class TomlDocument implements ConfigDocument, Ground {
  readonly text: string;
  readonly value: ConfigTable;
  readonly nullIsEmpty = false;
  /** A byte order mark is no part of the index: this far its offsets are from those of the text. */
  readonly #shift: number;
  #index: TomlIndex | undefined;
  #comments: readonly Span[] | undefined;

  constructor(text: string, value: ConfigTable) {
    this.text = text;
    this.value = value;
    this.#shift = text.startsWith("\uFEFF") ? 1 : 0;
  }

  get comments(): readonly Span[] {
    const shift = this.#shift;
    return this.#comments ??= this.#spans().comments
      .map(({ start, end }) => ({ start: start + shift, end: end + shift }));
  }

  find(path: ConfigPath): Slot | undefined {
    const { found, missing } = resolve(this.value, path);
    const value = valueAt(this.value, found);
    if (missing.length > 0 || value === undefined) return undefined;
    // Most who ask want the value alone; the place costs more.
    const spanAt = () => this.#spanAt(found);
    return {
      value,
      get span() {
        return spanAt();
      },
    };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    const target = targetOf(this, path, value);
    const { action, found } = target;
    if (action === "nothing") return NO_PUT;
    const index = this.#spans();
    const node = nodeAt(index, found);
    if (action === "insert") {
      const insertion = insertionFor(index, node, target.missing, value);
      return this.#shifted({ ...insertion, created: target.created });
    }
    if (node.kind !== "value") throw inTheWay(this, found, "a list of tables", "a value");
    const parent = nodeAt(index, found.slice(0, -1));
    return this.#shifted({ ...replacementFor(index, parent, node, value), created: [] });
  }

  drop(path: ConfigPath): Splice {
    const found = droppedPlace(this, path);
    return found === undefined ? NO_SPLICE : this.#shifted(removalOf(this.#spans(), found));
  }

  offsetOf(place: ConcretePath): number {
    return startOf(nodeAt(this.#spans(), place)) + this.#shift;
  }

  #spanAt(place: ConcretePath): Span | undefined {
    const node = nodeAt(this.#spans(), place);
    if (node.kind !== "value") return undefined;
    const { start, end } = spanOf(node.content);
    return { start: start + this.#shift, end: end + this.#shift };
  }

  #shifted<T extends Splice>(splice: T): T {
    return { ...splice, offset: splice.offset + this.#shift };
  }

  #spans(): TomlIndex {
    return this.#index ??= indexOf(this.text.slice(this.#shift));
  }
}
