/** The formats that come with the program. A module of its own: every run that writes loads it. @module */
import { FormatRegistry, OwnFormat } from "./registry.ts";

const formats = [
  new OwnFormat({
    name: "toml",
    extensions: [".toml"],
    blank: "",
    holdsNull: false,
    load: async () => (await import("./toml/format.ts")).tomlFormat,
  }),
  new OwnFormat({
    name: "yaml",
    extensions: [".yaml", ".yml"],
    blank: "",
    holdsNull: true,
    load: async () => (await import("./yaml/format.ts")).yamlFormat,
  }),
  new OwnFormat({
    name: "json",
    extensions: [".json", ".jsonc"],
    blank: "{}\n",
    blankList: "[]\n",
    holdsNull: true,
    load: async () => (await import("./json/format.ts")).jsonFormat,
  }),
  new OwnFormat({
    name: "dotenv",
    extensions: [".env"],
    blank: "",
    holdsNull: false,
    load: async () => (await import("./dotenv/format.ts")).dotenvFormat,
  }),
];
/** TOML, YAML, JSON (with comments) and `.env`; each handler is loaded when a file of it is met. */
export const defaultFormats: FormatRegistry = new FormatRegistry(formats);
