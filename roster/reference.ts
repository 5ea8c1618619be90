/**
 * The table of keys, told to three readers: TypeScript, a JSON schema and people. `deno task keys`
 * writes what is made here to its places.
 *
 * @module
 */
import { AGENT_KEYS, FORMAT_PARTS, type Key, PATCH_KEYS, RULE_KEYS } from "./schema.ts";

/** The text of `roster/agent_object.ts`. */
export function agentTypes(): string {
  return `/** An agent as an object. Written by \`deno task keys\` from \`schema.ts\`. @module */

/** A value of a patch. */
export type PatchValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PatchValue[]
  | PatchValues;

/** The values of a patch, with tokens. */
export interface PatchValues {
  /** A key of the config. */
  readonly [key: string]: PatchValue | undefined;
}

/**
 * An agent as an object: shaped like an agent file, or just \`host_dir\` and \`shared_config_patch\`.
 * Keys that are not listed here are another program's.
 */
export interface AgentObject {
${AGENT_KEYS.map(property).join("\n")}
  /** Any other key of an agent file. */
  readonly [key: string]: unknown;
}

/** A patch: a config file, and what it has to hold. */
export interface PatchObject {
${PATCH_KEYS.map(property).join("\n")}
}

/** A rule: what sends the program past a patch. */
export interface BypassObject {
${RULE_KEYS.map(property).join("\n")}
}
`;
}

function property({ key, shape, says }: Key): string {
  const name = key.startsWith("<") ? `[key: \`\${string}_${key.replace("<format>_", "")}\`]` : key;
  const optional = key.startsWith("<") ? "" : "?";
  const type = `${shape.type} | null | undefined`;
  return `  /** ${comment(says)} */\n  readonly ${name}${optional}: ${type};`;
}

/** A sentence on lines that fit, as the formatter leaves comments alone. */
function comment(says: string): string {
  const lines = [""];
  for (const word of says.replaceAll("*/", "* /").split(" ")) {
    const last = lines.length - 1;
    if ((lines[last] ?? "").length + word.length > 88) lines.push(word);
    else lines[last] = lines[last] === "" ? word : `${lines[last]} ${word}`;
  }
  return lines.length === 1 ? lines[0] ?? "" : `\n   * ${lines.join("\n   * ")}\n  `;
}

/** The schema of agent files, for editors and validators. */
export function agentSchema(): Readonly<Record<string, unknown>> {
  const ours = Object.fromEntries(AGENT_KEYS.map((key) => [key.key, schemaOf(key)]));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://jsr.io/@terok/vault-config/agent.schema.json",
    title: "Agent file of vault-config",
    description:
      "How the configs of an agent or a tool are made to route through the vault. Keys " +
      "that are not listed here are another program's. A file may lie over another one of the same " +
      "name, so nothing is required of it.",
    type: "object",
    properties: {
      ...ours,
      auth: section("auth"),
      vault: section("vault"),
      provider: { anyOf: [section("provider"), { type: "string" }] },
      opencode: { type: ["object", "null"] },
    },
    $defs: {
      patch: {
        type: "object",
        properties: { ...schemasOf(PATCH_KEYS), _inherit: { const: true } },
        patternProperties: Object.fromEntries(
          PATCH_KEYS.filter(isFormatKey).map((key) => [
            `^[a-z][a-z0-9]*_${key.key.replace("<format>_", "")}$`,
            schemaOf(key),
          ]),
        ),
        additionalProperties: false,
      },
      rule: {
        type: "object",
        properties: schemasOf(RULE_KEYS),
        required: ["why"],
        anyOf: [{ required: ["file"] }, { required: ["path"] }, { required: ["replaced"] }],
        additionalProperties: false,
      },
    },
  };
}

/** A section of terok-executor's layout, with those of its keys that we read. */
function section(name: string) {
  const entries = AGENT_KEYS.flatMap((key) =>
    (key.places ?? []).filter((place) => place.startsWith(`${name}.`))
      .map((place) => [place.slice(name.length + 1), schemaOf(key)] as const)
  );
  return { type: ["object", "null"], properties: Object.fromEntries(entries) };
}

function schemasOf(keys: readonly Key[]) {
  const named = keys.filter((key) => !isFormatKey(key));
  return Object.fromEntries(named.map((key) => [key.key, schemaOf(key)]));
}

/** A key's value, which may also be taken away (null) or left as it is below (`_inherit`). */
function schemaOf({ shape, says, example }: Key) {
  return {
    description: `${says}\n\nExample: ${example}`,
    anyOf: [shape.schema, { enum: [null, "_inherit"] }],
  };
}

function isFormatKey({ key }: Key): boolean {
  return FORMAT_PARTS.some((part) => key === `<format>_${part}`);
}

/** The tables of keys, in Markdown, by the name of their place in `docs/agent-files.md`. */
export function agentReference(): Readonly<Record<string, string>> {
  return {
    agent: referenceOf(AGENT_KEYS),
    patch: referenceOf(PATCH_KEYS),
    rule: referenceOf(RULE_KEYS),
  };
}

function referenceOf(keys: readonly Key[]): string {
  return keys.map(({ key, shape, places = [], says, example }) => {
    const also = places.map((place) => `\`${place}\``).join(", ");
    const where = also === "" ? "" : `; also read at ${also}`;
    return `#### \`${key}\`\n\n${says}\n\nIt is ${shape.words}${where}.\n\n\`\`\`yaml\n${example}\n\`\`\`\n`;
  }).join("\n");
}
