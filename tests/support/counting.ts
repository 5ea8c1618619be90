/** Counts of what a run does: texts that are parsed, values in them, characters that are searched, opens. */
import { defaultFormats, FormatRegistry } from "../../formats/mod.ts";
import type { ConfigValue, FormatHandler } from "../../formats/types.ts";
import { isList, isTable } from "../../formats/value.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";

/** What was counted so far. */
export class Counts {
  parses = 0;
  values = 0;
  opens = 0;
  searched = 0;

  /** A handler whose parses are counted. */
  handler(handler: FormatHandler): FormatHandler {
    return {
      ...handler,
      parse: (text, options) => {
        this.parses++;
        const document = handler.parse(text, options);
        this.values += valuesIn(document.value);
        return document;
      },
    };
  }

  /** The built-in formats, counted. */
  formats(): FormatRegistry {
    return new FormatRegistry(
      defaultFormats.list().map((format) => ({
        ...format,
        load: async () => this.handler(await defaultFormats.load(format.name)),
      })),
    );
  }

  /** The file system, counted. */
  fileSystem(): FileSystem {
    return {
      ...denoFileSystem,
      openQuickly: (path) => {
        this.opens++;
        return denoFileSystem.openQuickly(path);
      },
      openSource: (path) => {
        this.opens++;
        return denoFileSystem.openSource(path);
      },
    };
  }

  /** Does something, and counts the characters that it passes over in search of others. */
  searching<T>(work: () => T): T {
    const { indexOf, lastIndexOf } = String.prototype;
    const count = (characters: number) => {
      this.searched += characters;
    };
    String.prototype.indexOf = function (this: string, what: string, from = 0) {
      const found = indexOf.call(this, what, from);
      count((found < 0 ? this.length : found) - from);
      return found;
    };
    String.prototype.lastIndexOf = function (this: string, what: string, from = this.length) {
      const found = lastIndexOf.call(this, what, from);
      count(Math.min(from, this.length) - Math.max(found, 0));
      return found;
    };
    try {
      return work();
    } finally {
      Object.assign(String.prototype, { indexOf, lastIndexOf });
    }
  }
}

/** How many values are in a tree, itself included; without recursion, whatever its depth. */
export function valuesIn(root: ConfigValue): number {
  const open = [root];
  let count = 0;
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    count++;
    if (isList(value) || isTable(value)) { for (const one of Object.values(value)) open.push(one); }
  }
  return count;
}
