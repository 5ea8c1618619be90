/** Anthropic's Claude Code. @module */
import type { AgentObject } from "../agent_object.ts";
import { proxyRules } from "../proxies.ts";

/** What Claude Code takes for a switch that is off. */
const OFF = ["", "0", "false", "no", "off"];

/** The services that Claude Code goes to instead, by the switch of each. */
const OTHERS = {
  "Amazon Bedrock": "CLAUDE_CODE_USE_BEDROCK",
  "Amazon Bedrock Mantle": "CLAUDE_CODE_USE_MANTLE",
  "Claude on AWS": "CLAUDE_CODE_USE_ANTHROPIC_AWS",
  "Claude on Google Cloud": "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
  "Google Vertex": "CLAUDE_CODE_USE_VERTEX",
  "Microsoft Foundry": "CLAUDE_CODE_USE_FOUNDRY",
};

/** It silently ignores a file that holds a comment or a trailing comma. */
export const agent: AgentObject = {
  host_dir: "_claude-config",
  shared_config_patch: {
    file: "settings.json",
    json_strict: true,
    json_set: { env: { ANTHROPIC_BASE_URL: "{vault_url}" } },
    bypassed_by: [
      ...Object.entries(OTHERS).map(([service, name]) => ({
        path: ["env", name],
        unless: OFF,
        why: `Claude Code then sends its requests to ${service}.`,
      })),
      ...proxyRules("Claude Code", { table: ["env"] }),
    ],
  },
  notes: [
    "In the container, the host dir is ~/.claude.",
    "No file routes the login and the refresh of its tokens.",
    "Not seen: a project's own .claude/settings.json, managed settings below /etc, and variables " +
    "of the environment.",
  ],
  proven: "run at 2.1.332",
};
