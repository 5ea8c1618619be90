/** Cline's CLI, with an Anthropic key or Cline's own account. @module */
import type { AgentObject } from "../agent_object.ts";

/** Any time does: Cline sets it anew whenever it runs. */
const LONG_AGO = "2000-01-01T00:00:00.000Z";

/**
 * Cline throws a file away in which an entry has no provider and no time, or that has no version. It
 * ignores a file with comments. The file lies below the host dir, so nested files must be allowed.
 */
export const agent: AgentObject = {
  host_dir: "_cline-config",
  shared_config_patch: {
    file: "data/settings/providers.json",
    json_strict: true,
    json_set: {
      providers: {
        anthropic: { settings: { baseUrl: "{vault_url}/v1" } },
        cline: { settings: { baseUrl: "{vault_url}/api/v1" } },
      },
    },
    json_default: {
      version: 1,
      providers: {
        anthropic: { settings: { provider: "anthropic" }, updatedAt: LONG_AGO },
        cline: { settings: { provider: "cline" }, updatedAt: LONG_AGO },
      },
    },
    bypassed_by: [
      {
        path: ["lastUsedProvider"],
        unless: ["anthropic", "cline"],
        why: "Cline begins with that provider, and sends its requests to its address.",
      },
      {
        path: ["providers", "*", "settings", "baseUrl"],
        unless: ["{vault_url}/v1", "{vault_url}/api/v1"],
        why: "With that provider, Cline sends its requests there.",
      },
    ],
  },
  notes: [
    "In the container, the host dir is ~/.cline.",
    "No file of the catalog's routes logins, and providers other than anthropic and cline.",
  ],
  proven: "run at 3.0.65",
};
