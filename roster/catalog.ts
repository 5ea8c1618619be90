/**
 * The agents that are used only when they are named, as data. Each is loaded when it is asked for.
 *
 * In it is only what was seen to go to the vault, with the real program in the version that its
 * module names, or what says `proven: documentation only`.
 *
 * @module
 */
import type { AgentObject } from "./agent_object.ts";

/** The names of the catalog's agents, sorted. */
export function catalogNames(): string[] {
  return Object.keys(MODULES).sort();
}

/**
 * The agents of the catalog, or those of them that are among `names`.
 *
 * @param names Names, of which those that the catalog does not have are passed over.
 * @returns The agents by name.
 *
 * @example
 * ```ts
 * import { catalogAgents } from "@terok/vault-config/roster";
 *
 * const { claude } = await catalogAgents(["claude", "codex"]);
 * if (claude?.host_dir !== "_claude-config") throw new Error("another agent");
 * ```
 */
export async function catalogAgents(
  names?: readonly string[],
): Promise<Readonly<Record<string, AgentObject>>> {
  const wanted = Object.entries(MODULES).filter(([name]) => names?.includes(name) ?? true);
  return Object.fromEntries(
    await Promise.all(wanted.map(async ([name, load]) => [name, (await load()).agent] as const)),
  );
}

// The paths are spelled out, as only what can be seen without running is part of the program.
const MODULES: Readonly<Record<string, () => Promise<{ readonly agent: AgentObject }>>> = {
  aider: () => import("./catalog/aider.ts"),
  amp: () => import("./catalog/amp.ts"),
  claude: () => import("./catalog/claude.ts"),
  cline: () => import("./catalog/cline.ts"),
  continue: () => import("./catalog/continue.ts"),
  crush: () => import("./catalog/crush.ts"),
  droid: () => import("./catalog/droid.ts"),
  gemini: () => import("./catalog/gemini.ts"),
  glab: () => import("./catalog/glab.ts"),
  goose: () => import("./catalog/goose.ts"),
  grok: () => import("./catalog/grok.ts"),
  kilo: () => import("./catalog/kilo.ts"),
  nanocoder: () => import("./catalog/nanocoder.ts"),
  opencode: () => import("./catalog/opencode.ts"),
  pi: () => import("./catalog/pi.ts"),
  qwen: () => import("./catalog/qwen.ts"),
  zed: () => import("./catalog/zed.ts"),
};
