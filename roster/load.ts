/** From texts to a roster. @module */
import { ConfigPatchError, type ErrorDetails, locate } from "../errors.ts";
import { defaultFormats } from "../formats/mod.ts";
import type { FormatRegistry } from "../formats/registry.ts";
import type { ConfigDocument, ConfigPath } from "../formats/types.ts";
import { isTable } from "../formats/value.ts";
import { builtInSources } from "./built_in.ts";
import { catalogSources } from "./catalog.ts";
import { parseAgent } from "./schema.ts";
import { type Provider, Roster, type RosterSource } from "./types.ts";

/** How {@linkcode loadRoster} makes a roster. */
export interface RosterOptions {
  /** The formats that patches may be of, and that agent files are read by; the default ones. */
  readonly formats?: FormatRegistry;
  /** `false` leaves the agents out that come with the program, the catalog too. */
  readonly builtIn?: boolean;
  /** The names that can be asked for, so that no other agent of the catalog is read; all of it. */
  readonly catalog?: readonly string[];
}

/**
 * The roster that these texts amount to: later ones lie over earlier ones entry by entry, and all of
 * them over the built-in ones.
 *
 * @example
 * ```ts
 * import { loadRoster } from "./load.ts";
 *
 * const roster = await loadRoster([{
 *   kind: "agent",
 *   path: "agents/codex.toml",
 *   text: `
 *     auth.host_dir = "_codex-config"
 *     [vault.shared_config_patch]
 *     file = "config.toml"
 *     toml_set.openai_base_url = "{vault_url}/v1"
 *   `,
 * }]);
 * if (roster.defaults().join() !== "codex,gh,vibe") throw new Error(roster.defaults().join());
 * if (roster.get("codex")?.source !== "agents/codex.toml") throw new Error("not replaced");
 * ```
 *
 * @throws {ConfigPatchError} `syntax` for a text that does not parse, `roster` for one that says what
 * cannot be.
 */
export async function loadRoster(
  sources: readonly RosterSource[],
  options: RosterOptions = {},
): Promise<Roster> {
  const formats = options.formats ?? defaultFormats;
  const own = options.builtIn === false ? [] : [
    ...await readAll(await catalogSources(options.catalog), formats, false),
    ...await readAll(builtInSources, formats, true),
  ];
  return new Roster([...own, ...await readAll(sources, formats, true)]);
}

async function readAll(
  sources: readonly RosterSource[],
  formats: FormatRegistry,
  defaultOn: boolean,
): Promise<Provider[]> {
  const providers: Provider[] = [];
  for (const source of sources) providers.push(...await read(source, formats, defaultOn));
  return providers;
}

async function read(
  source: RosterSource,
  formats: FormatRegistry,
  defaultOn: boolean,
): Promise<Provider[]> {
  const document = await parse(source, formats);
  const file = source.path;
  const root = document.value;
  if (!isTable(root)) {
    throw new ConfigPatchError("roster", "the root of the file is a list", {
      file,
      remedy: "give a mapping of keys to values",
    });
  }
  if (source.kind === "agent") {
    const locate = (path: ConfigPath) => detailsAt(document, path);
    return [
      parseAgent(stemOf(file), root, { file, locate, defaultOn }, formats),
    ];
  }
  const entries = Object.entries(root);
  if (entries.length === 0) {
    throw new ConfigPatchError("roster", "the roster names no agent", {
      file,
      remedy: "give a mapping of names to agents",
    });
  }
  return entries.map(([name, agent]) => {
    const locate = (path: ConfigPath) => detailsAt(document, [name, ...path]);
    if (isTable(agent)) return parseAgent(name, agent, { file, locate, defaultOn }, formats);
    throw new ConfigPatchError("roster", "an agent has to be a mapping", {
      provider: name,
      file,
      ...locate([]),
      remedy: "give a mapping of names to agents, not one agent's own keys",
    });
  });
}

async function parse(source: RosterSource, formats: FormatRegistry): Promise<ConfigDocument> {
  const { kind, path, text } = source;
  try {
    // Much that is not JSON is YAML nevertheless, so what looks like JSON is only read as JSON.
    const format = kind === "mapping"
      ? /^\uFEFF?\s*\{/.test(text) ? "json" : "yaml"
      : formats.forFile(path)?.name;
    if (format === undefined) {
      const extensions = formats.list().flatMap((one) => one.extensions);
      throw new ConfigPatchError("roster", "the format of an agent file is not known", {
        remedy: `name it with one of ${extensions.join(", ")}`,
      });
    }
    return (await formats.load(format)).parse(text);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
    throw error.with({ file: path, ...(kind === "agent" ? { provider: stemOf(path) } : {}) });
  }
}

/** Where the value at a path stands, or the nearest thing around it that has a place. */
function detailsAt(document: ConfigDocument, path: ConfigPath): ErrorDetails | undefined {
  for (let length = path.length; length > 0; length--) {
    const span = document.find(path.slice(0, length))?.span;
    if (span !== undefined) return locate(document.text, span.start);
  }
  return undefined;
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
}
