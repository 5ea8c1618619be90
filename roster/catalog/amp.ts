/** Sourcegraph's Amp. @module */
import type { AgentObject } from "../agent_object.ts";

/** The dot is a part of the key. */
export const agent: AgentObject = {
  host_dir: "_amp-config",
  shared_config_patch: {
    file: "settings.json",
    json_set: { "amp.url": "{vault_url}" },
    bypassed_by: [
      { path: ["amp.proxy"], unless: [""], why: "Amp sends all its requests to that proxy." },
    ],
  },
  notes: [
    "In the container, the host dir is ~/.config/amp.",
    "Seen: that its first request goes to the vault; no real vault has answered it.",
    "Not seen: AMP_URL in the environment, which wins.",
  ],
  proven: "run at 0.0.1790142911-g7618fb",
};
