/** Anthropic's Claude Code; run at 2.1. @module */
import type { AgentObject } from "../agent_object.ts";

/** What Claude Code takes for a switch that is off. */
const OFF = ["", "0", "false", "no", "off"];

/** It silently ignores a file that holds a comment or a trailing comma. */
export const agent: AgentObject = {
  host_dir: "_claude-config",
  shared_config_patch: {
    file: "settings.json",
    json_strict: true,
    json_set: { env: { ANTHROPIC_BASE_URL: "{vault_url}" } },
    bypassed_by: [
      {
        path: ["env", "CLAUDE_CODE_USE_BEDROCK"],
        unless: OFF,
        why: "Claude Code then sends its requests to Amazon Bedrock.",
      },
      {
        path: ["env", "CLAUDE_CODE_USE_VERTEX"],
        unless: OFF,
        why: "Claude Code then sends its requests to Google Vertex.",
      },
      {
        path: ["env", "CLAUDE_CODE_USE_FOUNDRY"],
        unless: OFF,
        why: "Claude Code then sends its requests to Microsoft Foundry.",
      },
    ],
  },
  notes: [
    "In the container, the host dir is ~/.claude.",
    "No file routes the login and the refresh of its tokens.",
    "Not seen: a project's own .claude/settings.json, managed settings below /etc, and variables " +
    "of the environment.",
  ],
};
