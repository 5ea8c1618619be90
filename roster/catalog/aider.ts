/** Aider, for OpenAI's models. @module */
import type { AgentObject } from "../agent_object.ts";

const OURS = "openai-api-base";

/** How many letters of an option's name are enough for its reader. */
const OPTIONS = {
  [OURS]: {
    enough: "openai-api-b",
    why: "Its reader takes this for openai-api-base, and uses the last of both.",
  },
  "set-env": { enough: "se", why: "Aider sets these variables, a proxy among them." },
  "env-file": { enough: "env", why: "Aider reads variables from that file, a proxy among them." },
};

/** From its documentation, and that of ConfigArgParse: it takes dashes before a name, and a part of it. */
export const agent: AgentObject = {
  host_dir: "_aider-config",
  shared_config_patch: {
    file: ".aider.conf.yml",
    yaml_set: { [OURS]: "{vault_url}/v1" },
    bypassed_by: Object.entries(OPTIONS).flatMap(([option, { enough, why }]) =>
      spellings(option, enough).filter((name) => name !== OURS).map((name) => ({
        path: [name],
        why,
      }))
    ),
  },
  notes: [
    "In the container, .aider.conf.yml of the host dir is to be linked to the home directory.",
    "Not seen: models of other vendors, those of a model settings file, and a project's own " +
    ".aider.conf.yml or .env.",
    "Not seen: an option with other dashes than two before it, or with its value in the key.",
  ],
  proven: "documentation only",
};

function spellings(option: string, enough: string): string[] {
  const lengths = Array.from({ length: option.length - enough.length + 1 }, (_, i) => i);
  return lengths.map((more) => option.slice(0, enough.length + more))
    .filter((name) => !name.endsWith("-"))
    .flatMap((name) => [name, `--${name}`]);
}
