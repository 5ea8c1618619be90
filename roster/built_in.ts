/**
 * The agents that are on by default, as data: no permission is needed to read them, and no parser.
 *
 * @module
 */
import type { AgentObject } from "./agent_object.ts";
import { agent as codex } from "./agents/codex.ts";
import { agent as gh } from "./agents/gh.ts";
import { agent as vibe } from "./agents/vibe.ts";

/** The agents that are on by default, by name. */
export const builtInAgents: Readonly<Record<string, AgentObject>> = { codex, gh, vibe };
