/** The formats that come with the program. A module of its own: every run that writes loads it. @module */
import { FormatRegistry, ownFormats } from "./registry.ts";
import type { LazyFormat } from "./types.ts";

const formats: readonly LazyFormat[] = [
  {
    name: "toml",
    extensions: [".toml"],
    blank: "",
    holdsNull: false,
    load: async () => (await import("./toml/format.ts")).tomlFormat,
  },
  {
    name: "yaml",
    extensions: [".yaml", ".yml"],
    blank: "",
    holdsNull: true,
    load: async () => (await import("./yaml/format.ts")).yamlFormat,
  },
  {
    name: "json",
    extensions: [".json", ".jsonc"],
    blank: "{}\n",
    blankList: "[]\n",
    holdsNull: true,
    load: async () => (await import("./json/format.ts")).jsonFormat,
  },
  {
    name: "dotenv",
    extensions: [".env"],
    blank: "",
    holdsNull: false,
    load: async () => (await import("./dotenv/format.ts")).dotenvFormat,
  },
];
for (const format of formats) ownFormats.add(format);

/** TOML, YAML, JSON (with comments) and `.env`; each handler is loaded when a file of it is met. */
export const defaultFormats: FormatRegistry = new FormatRegistry(formats);
