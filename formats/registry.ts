/** The registry of formats: an immutable value that is passed around, never a global. @module */
import { ConfigPatchError } from "../errors.ts";
import { checkedHandler, knownError, requireFormat, thrownText } from "./plug_in.ts";
import type { FormatHandler, FormatInfo, LazyFormat } from "./types.ts";

/** A format that comes with the library: its handler is proven, and needs no look at each answer. */
export class OwnFormat implements LazyFormat {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly blank: string;
  readonly blankList: string | undefined;
  readonly holdsNull: boolean;
  readonly load: () => Promise<FormatHandler>;

  constructor({ name, extensions, blank, blankList, holdsNull, load }: LazyFormat) {
    this.name = name;
    this.extensions = extensions;
    this.blank = blank;
    this.blankList = blankList;
    this.holdsNull = holdsNull;
    this.load = load;
  }
}

/**
 * Which formats there are. Immutable: {@linkcode FormatRegistry.with} gives a new one.
 *
 * @example
 * ```ts
 * import { defaultFormats } from "@terok/vault-config/formats";
 *
 * const handler = await defaultFormats.load("toml");
 * const document = handler.parse('model = "x"\n');
 * if (document.find(["model"])?.value !== "x") throw new Error("not read");
 * ```
 */
export class FormatRegistry {
  readonly #formats: ReadonlyMap<string, FormatHandler | LazyFormat>;

  /** A registry of these formats; a later one replaces an earlier one of the same name. */
  constructor(formats: Iterable<FormatHandler | LazyFormat> = []) {
    const byName = new Map<string, FormatHandler | LazyFormat>();
    for (const format of formats) {
      if (!(format instanceof OwnFormat)) requireFormat(format);
      byName.set(format.name, format);
    }
    this.#formats = byName;
  }

  /** A registry with one more format, or with another handler for a known one. */
  with(format: FormatHandler | LazyFormat): FormatRegistry {
    return new FormatRegistry([...this.#formats.values(), format]);
  }

  /** What is known of each format without loading it, in order of registration. */
  list(): FormatInfo[] {
    return [...this.#formats.values()];
  }

  /** What is known of one format without loading it. */
  get(name: string): FormatInfo | undefined {
    return this.#formats.get(name);
  }

  /** The format of a file, by its extension. */
  forFile(file: string): FormatInfo | undefined {
    const name = file.toLowerCase();
    return this.list().find((format) => format.extensions.some((ext) => name.endsWith(ext)));
  }

  /**
   * The handler of a format, loaded now if it was not yet.
   *
   * @param name The format.
   * @throws {ConfigPatchError} `option` for a name that is not registered.
   */
  async load(name: string): Promise<FormatHandler> {
    const format = this.#formats.get(name);
    if (format === undefined) {
      throw new ConfigPatchError("option", `there is no format "${name}"`, {
        remedy: `registered are: ${[...this.#formats.keys()].join(", ")}`,
      });
    }
    if (format instanceof OwnFormat) return await format.load();
    return await loadedPlugIn(format, name);
  }
}

/**
 * The formats that a caller gives. They may come from a copy of the library.
 *
 * @throws {ConfigPatchError} `option` for anything that is no registry.
 */
export function requireRegistry(given: FormatRegistry): FormatRegistry {
  const { list, get, forFile, load } = given;
  if ([list, get, forFile, load].every((one) => typeof one === "function")) return given;
  throw new ConfigPatchError("option", "`formats` must be a registry of formats", {
    remedy: "give `defaultFormats.with(handler)`, or leave it out",
  });
}

async function loaded(format: FormatHandler | LazyFormat): Promise<FormatHandler> {
  return "load" in format ? await format.load() : format;
}

async function loadedPlugIn(
  format: FormatHandler | LazyFormat,
  name: string,
): Promise<FormatHandler> {
  try {
    const handler = await loaded(format);
    if (handler?.name === name) return checkedHandler(handler);
    throw new ConfigPatchError(
      "option",
      `what was loaded as the plug-in for ${name} is ${handler?.name ?? "nothing"}`,
      { remedy: "correct the `load` of the plug-in" },
    );
  } catch (error) {
    const known = knownError(error);
    if (known !== undefined) throw known;
    const { packageError } = await import("./packages.ts");
    throw packageError(error) ?? new ConfigPatchError(
      "option",
      `the plug-in for ${name} cannot be loaded: ${thrownText(error)}`,
      { remedy: "see that its module is there, and loads by itself", cause: error },
    );
  }
}
