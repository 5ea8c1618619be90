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
import { copyOf, removeAt, resolve, sameValue } from "../value.ts";
import { planDrop } from "./drop.ts";
import { indexYaml, type YamlIndex } from "./spans.ts";
import { followPath, refused } from "./place.ts";
import { planPut } from "./put.ts";
import { readYaml, type YamlSource } from "./value.ts";

/** YAML 1.2 with the core schema: one document whose root is a mapping. */
export const yamlFormat: FormatHandler = {
  name: "yaml",
  extensions: [".yaml", ".yml"],
  blank: "",
  holdsNull: true,
  parse: (text: string): ConfigDocument => new YamlDocument(readYaml(text)),
};

class YamlDocument implements ConfigDocument {
  readonly text: string;
  readonly value: ConfigTable;
  readonly #source: YamlSource;
  #index: YamlIndex | undefined;

  constructor(source: YamlSource) {
    this.text = source.text;
    this.value = source.value;
    this.#source = source;
  }

  find(path: ConfigPath): Slot | undefined {
    const { node, value, missing } = followPath(this.#indexed(), this.value, path);
    if (missing.length > 0) return undefined;
    return node === undefined ? { value } : { value, span: { start: node.start, end: node.end } };
  }

  put(path: ConfigPath, value: ConfigValue): Put {
    return planPut(this.#indexed(), this.value, path, value);
  }

  drop(path: ConfigPath): Splice {
    const splice = planDrop(this.#indexed(), this.value, path);
    if (splice.remove !== "") this.#check(path, splice);
    return splice;
  }

  /** The spans cost as much as the values, and a check needs only the values. */
  #indexed(): YamlIndex {
    this.#index ??= indexYaml(this.#source);
    return this.#index;
  }

  /** What a removal leaves behind can slide into a block scalar above it. */
  #check(path: ConfigPath, splice: Splice): void {
    const expected = copyOf(this.value);
    removeAt(expected, resolve(this.value, path).found);
    const cause = this.#difference(splice, expected);
    if (cause === undefined) return;
    const error = refused(
      this.#indexed(),
      splice.offset,
      "what stands here cannot be removed without changing its neighbours",
      "remove it by hand",
    );
    throw error.with({ cause });
  }

  #difference(splice: Splice, expected: ConfigTable): unknown {
    try {
      const { value } = readYaml(applySplice(this.text, splice));
      return sameValue(value, expected) ? undefined : "the trees differ";
    } catch (error) {
      if (error instanceof ConfigPatchError) return error;
      throw error;
    }
  }
}
