/**
 * The texts of the agents that are used only when they are named. Each is imported when it is asked
 * for, because a text costs about as much start-up time as a module.
 *
 * Of the programs that a catalog could hold, these are missing. Continue, Droid and Nanocoder take
 * their address from an entry of a list of models or providers, and what such an entry is called is
 * up to the user. Gemini CLI takes it from a dotenv file, for which there is no format here.
 *
 * @module
 */
import type { RosterSource } from "./types.ts";

/**
 * The agents of the catalog, or those of them that are among `names`.
 *
 * @example
 * ```ts
 * import { catalogSources } from "./catalog.ts";
 *
 * const [claude] = await catalogSources(["claude", "codex"]);
 * if (claude?.path !== "built-in catalog/claude.yaml") throw new Error(claude?.path);
 * ```
 */
export async function catalogSources(
  names?: readonly string[],
): Promise<RosterSource[]> {
  const wanted = Object.entries(TEXTS).filter(([name]) => names?.includes(name) ?? true);
  return await Promise.all(wanted.map(async ([name, load]): Promise<RosterSource> => ({
    kind: "agent",
    path: `built-in catalog/${name}.yaml`,
    text: (await load()).default,
  })));
}

// The paths are spelled out, as only what can be seen without running is part of the program.
const TEXTS: Readonly<Record<string, () => Promise<{ readonly default: string }>>> = {
  aider: () => import("./catalog/aider.yaml", { with: { type: "text" } }),
  claude: () => import("./catalog/claude.yaml", { with: { type: "text" } }),
  cline: () => import("./catalog/cline.yaml", { with: { type: "text" } }),
  glab: () => import("./catalog/glab.yaml", { with: { type: "text" } }),
  goose: () => import("./catalog/goose.yaml", { with: { type: "text" } }),
  grok: () => import("./catalog/grok.yaml", { with: { type: "text" } }),
  kilo: () => import("./catalog/kilo.yaml", { with: { type: "text" } }),
  opencode: () => import("./catalog/opencode.yaml", { with: { type: "text" } }),
  pi: () => import("./catalog/pi.yaml", { with: { type: "text" } }),
  qwen: () => import("./catalog/qwen.yaml", { with: { type: "text" } }),
  zed: () => import("./catalog/zed.yaml", { with: { type: "text" } }),
};
