/**
 * The texts of the agents that are on by default. They are imported as texts, so that no permission
 * is needed to read them, and not parsed, so that a run which only wants to know whether they are the
 * same as last time pays for no parser.
 *
 * @module
 */
import codex from "./agents/codex.yaml" with { type: "text" };
import gh from "./agents/gh.yaml" with { type: "text" };
import vibe from "./agents/vibe.yaml" with { type: "text" };
import type { RosterSource } from "./types.ts";

/** The agents that are on by default. */
export const builtInSources: readonly RosterSource[] = Object.entries({ codex, gh, vibe }).map(
  ([name, text]) => ({ kind: "agent", path: `built-in agents/${name}.yaml`, text }),
);
