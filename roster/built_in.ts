/**
 * The texts of the agents that come with the program. They are imported as texts, so that no
 * permission is needed to read them, and not parsed, so that a run which only wants to know whether
 * they are the same as last time pays for no parser.
 *
 * Of the programs that a catalog could hold, these are missing. Continue, Droid and Nanocoder take
 * their address from an entry of a list of models or providers, and what such an entry is called is
 * up to the user. Gemini CLI takes it from a dotenv file, for which there is no format here.
 *
 * @module
 */
import codex from "./agents/codex.yaml" with { type: "text" };
import gh from "./agents/gh.yaml" with { type: "text" };
import vibe from "./agents/vibe.yaml" with { type: "text" };
import aider from "./catalog/aider.yaml" with { type: "text" };
import claude from "./catalog/claude.yaml" with { type: "text" };
import cline from "./catalog/cline.yaml" with { type: "text" };
import glab from "./catalog/glab.yaml" with { type: "text" };
import goose from "./catalog/goose.yaml" with { type: "text" };
import grok from "./catalog/grok.yaml" with { type: "text" };
import kilo from "./catalog/kilo.yaml" with { type: "text" };
import opencode from "./catalog/opencode.yaml" with { type: "text" };
import pi from "./catalog/pi.yaml" with { type: "text" };
import qwen from "./catalog/qwen.yaml" with { type: "text" };
import zed from "./catalog/zed.yaml" with { type: "text" };
import type { RosterSource } from "./types.ts";

/** The agents that are on by default. */
export const builtInSources: readonly RosterSource[] = sources("agents", { codex, gh, vibe });

/** The agents that are used only when they are named. */
export const catalogSources: readonly RosterSource[] = sources("catalog", {
  aider,
  claude,
  cline,
  glab,
  goose,
  grok,
  kilo,
  opencode,
  pi,
  qwen,
  zed,
});

function sources(directory: string, texts: Readonly<Record<string, string>>): RosterSource[] {
  return Object.entries(texts).map(([name, text]) => ({
    kind: "agent",
    path: `built-in ${directory}/${name}.yaml`,
    text,
  }));
}
