/**
 * The YAML handler: reads with `js-yaml`, edits by splicing the text.
 *
 * What it guards against is the difference between readers. A file that our own parser and gh's or
 * Python's would not read alike is refused, and new text is written so that all read the same.
 *
 * @example
 * ```ts
 * import { applySplice, defaultFormats } from "@terok/vault-config/formats";
 *
 * const handler = await defaultFormats.load("yaml");
 * const document = handler.parse("git_protocol: ssh  # mine\n# last words\n");
 * const put = document.put(["http_unix_socket"], "/run/terok/vault.sock");
 * const text = applySplice(document.text, put);
 * if (text !== 'git_protocol: ssh  # mine\nhttp_unix_socket: "/run/terok/vault.sock"\n# last words\n') {
 *   throw new Error(text);
 * }
 * ```
 *
 * @module
 */
import { ConfigPatchError } from "../../errors.ts";
import { applySplice } from "../splice.ts";
import { droppedPlace, type Ground, NO_PUT, NO_SPLICE, targetOf } from "../target.ts";
import type {
  ConfigDocument,
  ConfigPath,
  ConfigRoot,
  ConfigValue,
  DropOptions,
  FormatHandler,
  Put,
  Readings,
  Slot,
  Span,
  Splice,
} from "../types.ts";
import {
  type ConcretePath,
  copyOf,
  removeAt,
  resolve,
  sameValue,
  setAt,
  valueAt,
} from "../value.ts";
import { removal } from "./drop.ts";
import { insertion } from "./insert.ts";
import { replacement } from "./put.ts";
import { YamlReadings } from "./readings.ts";
import { indexYaml, type YamlIndex } from "./spans.ts";
import { readYaml, type YamlSource } from "./value.ts";
import { refused, refuseHidden, refuseUnclear, wayTo } from "./way.ts";

/** YAML 1.2 with the core schema: one document whose root is a mapping or a list. */
export const yamlFormat: FormatHandler = {
  name: "yaml",
  extensions: [".yaml", ".yml"],
  blank: "",
  blankList: "[]\n",
  holdsNull: true,
  parse: (text: string): ConfigDocument => new YamlDocument(readYaml(text)),
};

class YamlDocument implements ConfigDocument, Ground {
  readonly text: string;
  readonly value: ConfigRoot;
  readonly nullIsEmpty = true;
  readonly #source: YamlSource;
  #index: YamlIndex | undefined;
  #readings: Readings | undefined;

  constructor(source: YamlSource) {
    this.text = source.text;
    this.value = source.value;
    this.#source = source;
  }

  get comments(): readonly Span[] {
    return this.#indexed().comments;
  }

  get readings(): Readings {
    this.#readings ??= new YamlReadings(this.#indexed());
    return this.#readings;
  }

  find(path: ConfigPath): Slot | undefined {
    const { found, missing } = resolve(this.value, path);
    const value = valueAt(this.value, found);
    this.#refuseHidden(found, path);
    if (missing.length > 0 || value === undefined) return undefined;
    const { node } = wayTo(this.#indexed(), found);
    return { value, span: node === undefined ? undefined : { start: node.start, end: node.end } };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    const index = this.#indexed();
    this.#refuseHidden(resolve(this.value, path).found, path);
    const target = targetOf(this, path, value);
    const way = wayTo(index, target.found);
    const missing = target.action === "insert" ? target.missing : [];
    refuseUnclear(index, way, missing, target.action !== "nothing");
    switch (target.action) {
      case "nothing":
        return NO_PUT;
      case "replace":
        return replacement(index, way, path, value);
      case "insert": {
        const { missing: steps, created } = target;
        return insertion(index, way, { steps, value, created });
      }
    }
  }

  drop(path: ConfigPath, { wasNull = false }: DropOptions = {}): Splice {
    const found = droppedPlace(this, path);
    if (found === undefined) return NO_SPLICE;
    const index = this.#indexed();
    const way = wayTo(index, found);
    this.#refuseHidden(found, path);
    refuseUnclear(index, way, []);
    const splice = removal(index, way, wasNull);
    if (splice.remove !== "") this.#check(found, splice, wasNull);
    return splice;
  }

  offsetOf(place: ConcretePath): number | undefined {
    return wayTo(this.#indexed(), place).node?.start;
  }

  #refuseHidden(found: ConcretePath, path: ConfigPath): void {
    if (path.every((step) => typeof step !== "object")) return;
    const index = this.#indexed();
    refuseHidden(index, this.readings, wayTo(index, found), path);
  }

  /** The spans cost as much as the values, and a check needs only the values. */
  #indexed(): YamlIndex {
    this.#index ??= indexYaml(this.#source);
    return this.#index;
  }

  /** What a removal leaves behind can slide into a block scalar above it. */
  #check(place: ConcretePath, splice: Splice, wasNull: boolean): void {
    const expected = copyOf(this.value);
    removeAt(expected, place);
    const cause = this.#difference(splice, expected);
    if (cause === undefined) return;
    const outer = place.slice(0, -1);
    if (wasNull && outer.length > 0 && Object.keys(valueAt(expected, outer) ?? {}).length === 0) {
      setAt(expected, outer, null);
      if (this.#difference(splice, expected) === undefined) return;
    }
    const error = refused(
      this.#indexed(),
      splice.offset,
      "what stands here cannot be removed without changing its neighbours",
      "remove it by hand",
    );
    throw error.with({ cause });
  }

  #difference(splice: Splice, expected: ConfigRoot): unknown {
    try {
      const { value } = readYaml(applySplice(this.text, splice));
      return sameValue(value, expected) ? undefined : "the trees differ";
    } catch (error) {
      if (error instanceof ConfigPatchError) return error;
      throw error;
    }
  }
}
