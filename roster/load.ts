/** From texts to a roster. @module */
import { ConfigPatchError, type ErrorDetails, locate } from "../errors.ts";
import { defaultFormats } from "../formats/mod.ts";
import { type FormatRegistry, requireRegistry } from "../formats/registry.ts";
import type { ConfigDocument, ConfigPath } from "../formats/types.ts";
import { isTable } from "../formats/value.ts";
import type { AgentObject } from "./agent_object.ts";
import { builtInAgents } from "./built_in.ts";
import { catalogAgents } from "./catalog.ts";
import { givesPatch, layAgents } from "./layers.ts";
import { writtenObject } from "./objects.ts";
import { providerOf } from "./provider.ts";
import { Roster, type RosterSource } from "./types.ts";
import { type Written, written } from "./positions.ts";

/** How {@linkcode loadRoster} makes a roster. `null` counts as absent. */
export interface RosterOptions {
  /** The formats that patches may be of, and that agent files are read by; the default ones. */
  readonly formats?: FormatRegistry | null | undefined;
  /** `false` leaves the agents out that come with the program, the catalog too. */
  readonly builtIn?: boolean | null | undefined;
  /** The agents of the catalog that are read; all of it. They count as named. */
  readonly catalog?: readonly string[] | null | undefined;
  /**
   * The names that somebody asks for. For these, what a file says of an agent is laid over the
   * catalog's agent of that name; of others, a file that gives a patch has to give all of it.
   */
  readonly named?: readonly string[] | null | undefined;
}

/**
 * The roster that these texts amount to: later ones lie over earlier ones of the same name, and all
 * of them over the agents that come with the program.
 *
 * @param sources The texts, as {@linkcode readRosterSources} gives them; none by default.
 * @param options Formats, and what of the program's own agents takes part.
 * @returns The roster. On by default are the built-in agents, and those to which a text gives a
 * patch.
 * @throws {ConfigPatchError} `syntax` for a text that does not parse, `roster` for one that says what
 * cannot be, `option` for sources that are none.
 *
 * @example
 * ```ts
 * import { loadRoster } from "@terok/vault-config/roster";
 *
 * const roster = await loadRoster([{
 *   kind: "agent",
 *   path: "agents/codex.toml",
 *   text: `
 *     [vault.shared_config_patch.toml_set]
 *     chatgpt_base_url = "{vault_url}/chatgpt"
 *   `,
 * }]);
 * if (roster.defaults().join() !== "codex,gh,vibe") throw new Error(roster.defaults().join());
 * const [patch] = roster.get("codex")?.patches ?? [];
 * if (patch?.set.chatgpt_base_url !== "{vault_url}/chatgpt") throw new Error("not merged");
 * ```
 */
export async function loadRoster(
  sources?: readonly RosterSource[] | null,
  options?: RosterOptions | null,
): Promise<Roster> {
  const formats = requireRegistry(options?.formats ?? defaultFormats);
  const given = await readAll(sources ?? [], formats);
  const own = options?.builtIn === false
    ? { builtIn: {}, catalog: {} }
    : { builtIn: builtInAgents, catalog: await catalogAgents(options?.catalog ?? undefined) };
  const named = new Set([...options?.catalog ?? [], ...options?.named ?? []]);
  const names = new Set([
    ...Object.keys(own.catalog),
    ...Object.keys(own.builtIn),
    ...given.keys(),
  ]);
  const providers = [...names].map((name) => {
    const above = given.get(name) ?? [];
    const turnedOn = givesPatch(above);
    const builtIn = ownAgent(name, own.builtIn, "built in");
    const isBase = named.has(name) || !turnedOn;
    const below = builtIn ?? (isBase ? ownAgent(name, own.catalog, "the catalog") : undefined);
    const [lowest, ...more] = below === undefined ? above : [below, ...above];
    if (lowest === undefined) return [];
    const form = layAgents([lowest, ...more]);
    return [providerOf(name, form, builtIn !== undefined || turnedOn, formats)];
  });
  return new Roster(providers.flat());
}

function ownAgent(
  name: string,
  agents: Readonly<Record<string, AgentObject>>,
  source: string,
): Written | undefined {
  const agent = Object.hasOwn(agents, name) ? agents[name] : undefined;
  return agent === undefined ? undefined : writtenObject(name, agent, source);
}

/** The agents of all texts, those of one name in order. */
async function readAll(
  sources: readonly RosterSource[],
  formats: FormatRegistry,
): Promise<Map<string, Written[]>> {
  if (!Array.isArray(sources) || !sources.every(isSource)) {
    throw new ConfigPatchError(
      "option",
      "a roster cannot be loaded from what is no list of texts",
      {
        remedy: "give what readRosterSources returns: a list of objects with kind, path and text",
      },
    );
  }
  const agents = new Map<string, Written[]>();
  for (const source of sources) {
    for (const [name, agent] of await read(source, formats)) {
      agents.set(name, [...agents.get(name) ?? [], agent]);
    }
  }
  return agents;
}

function isSource(source: unknown): source is RosterSource {
  if (typeof source !== "object" || source === null) return false;
  const { kind, path, text } = source as Readonly<Record<string, unknown>>;
  return (kind === "agent" || kind === "mapping") && typeof path === "string" &&
    typeof text === "string";
}

async function read(
  source: RosterSource,
  formats: FormatRegistry,
): Promise<(readonly [string, Written])[]> {
  const document = await parse(source, formats);
  const file = source.path;
  const { value } = document;
  if (source.kind === "agent") {
    const name = stemOf(file);
    const locate = (path: ConfigPath) => detailsAt(document, path);
    return [[name, written(value, { name, file, locate })]];
  }
  const entries = isTable(value) ? Object.entries(value) : [];
  if (entries.length === 0) {
    throw new ConfigPatchError("roster", "the roster names no agent", {
      file,
      remedy: "give a mapping of names to agents",
    });
  }
  return entries.map(([name, agent]) => {
    const locate = (path: ConfigPath) => detailsAt(document, [name, ...path]);
    if (isTable(agent)) return [name, written(agent, { name, file, locate })];
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
    throw error.with({ file: path, provider: kind === "agent" ? stemOf(path) : error.provider });
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
